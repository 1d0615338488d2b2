/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * owner.c - areas with an owner: how an area gets one, is found by address, and loses it.
 *
 * After get_vm_area() and its sisters of Linux, as of 2008. An area in use (area.c) has an owner
 * while vmap_area.vm points to one. The pointer is NULL when the area can first be found.
 *
 * Ordering: the owner comes last and goes first. publish_vm_area() sets the pointer when the struct
 * vm_struct is complete and all pages are mapped; detach_vm_area() clears it before anything is
 * undone. Both hold the area, and one task at a time holds an area. So
 *
 *   - a task that holds an area and finds an owner may read all of the owner's structure (V10), and
 *     the pages that the owner has mapped stay mapped, until the task releases the area;
 *   - vread() and vmallocinfo() need no rule of their own for areas that are half made;
 *   - of two tasks that give back the same area, one finds no owner and reports it.
 *
 * The last page of each area is its guard page. It belongs to the area and is never mapped: an
 * access beyond the end of the memory faults, and does not reach the next area.
 *
 * Ownership:
 *
 *                                addresses       vm_struct             frames
 *   get_vm_area() to             the caller      core/vmap; then the   the caller, mapped or not
 *     remove_vm_area()                           caller, for kfree()
 *   vmap() to vunmap()           the caller      core/vmap             the caller
 *   vmalloc() to vfree()         the caller      core/vmap             core/vmap; a mapping of a
 *                                                                      user has its own references
 *   vfree() in atomic context,   core/vmap,      core/vmap             core/vmap, still in use
 *     until the worker has run   still in use
 */
#include "internal.h"

/*
 * Device memory is mapped with large entries if possible: it begins at a multiple of its size,
 * rounded up to a power of two, and limited to the size that one large entry maps.
 */
static u64 ioremap_align(u64 size)
{
	return size >= IOREMAP_MAX_ALIGN ? IOREMAP_MAX_ALIGN : 1ULL << fls64(size - 1);
}

/*
 * make_vm_area() - get_vm_area() without the last step: the owner cannot be found yet
 * @nr_own: room for so many pointers in vm_struct.own
 */
struct vm_struct *make_vm_area(struct vmap_space *vs, u64 size, u64 flags, u64 start, u64 end,
			       unsigned long nr_own, gfp_t gfp, const char *caller)
{
	gfp_t meta_gfp = gfp & ~__GFP_ZERO;
	struct vm_struct *vm;
	struct vmap_area *va;

	/* Rounded up and with its guard page, the area must end below 2^64. */
	if (!size || size > -2 * PAGE_SIZE || start >= end)
		return ERR_PTR(-EINVAL);
	size = ALIGN(size, PAGE_SIZE);
	vm = kmalloc(vs->m, sizeof(*vm) + nr_own * sizeof(*vm->own), meta_gfp);
	if (!vm)
		return ERR_PTR(-ENOMEM);
	va = alloc_vmap_area(vs, size + PAGE_SIZE,
			     flags & VM_IOREMAP ? ioremap_align(size) : PAGE_SIZE, start, end,
			     meta_gfp);
	if (IS_ERR(va)) {
		kfree(vs->m, vm);
		return ERR_PTR(PTR_ERR(va));
	}
	vm->va = va;
	vm->addr = vmap_area_start(va);
	vm->size = size + PAGE_SIZE;
	vm->flags = flags;
	vm->pages = NULL;
	vm->nr_pages = 0;
	vm->caller = caller;
	return vm;
}

/* publish_vm_area() - let the owner be found; its structure is complete and does not change again
 */
void publish_vm_area(struct vmap_space *vs, struct vm_struct *vm)
{
	struct vmap_area *va = vm->va;
	unsigned long flags = hold_vmap_area(vs, va);

	/* From here on another task may take the owner away. */
	va->vm = vm;
	release_vmap_area(vs, va, flags);
}

/*
 * detach_vm_area() - take the owner away from the area that begins at @addr
 *
 * Return: the owner, which the caller alone uses from here on, or NULL if there was none. The area
 * stays in use and keeps its mappings.
 */
struct vm_struct *detach_vm_area(struct vmap_space *vs, u64 addr)
{
	struct vm_struct *vm = NULL;
	struct vmap_area *va;
	unsigned long flags;

	va = hold_vmap_area_from(vs, addr, &flags);
	if (unlikely(!va))
		return NULL;
	if (likely(va->va_start == addr)) {
		vm = va->vm;
		va->vm = NULL;
	}
	release_vmap_area(vs, va, flags);
	return vm;
}

/* discard_vm_area() - undo make_vm_area(), or complete detach_vm_area(). Frames are not freed */
void discard_vm_area(struct vmap_space *vs, struct vm_struct *vm)
{
	free_unmap_vmap_area(vs, vm->va);
	kfree(vs->m, vm);
}

struct vm_struct *get_vm_area(struct vmap_space *vs, u64 size, u64 flags, u64 start, u64 end,
			      gfp_t gfp, const char *caller)
{
	struct vm_struct *vm = make_vm_area(vs, size, flags, start, end, 0, gfp, caller);

	if (!IS_ERR(vm))
		publish_vm_area(vs, vm);
	return vm;
}

struct vm_struct *find_vm_area(struct vmap_space *vs, u64 addr)
{
	struct vm_struct *vm;
	struct vmap_area *va;
	unsigned long flags;

	va = hold_vmap_area_from(vs, addr, &flags);
	if (!va)
		return NULL;
	vm = va->va_start <= addr ? va->vm : NULL;
	release_vmap_area(vs, va, flags);
	return vm;
}

struct vm_struct *remove_vm_area(struct vmap_space *vs, u64 addr)
{
	struct vm_struct *vm = detach_vm_area(vs, addr);

	if (!vm)
		return NULL;
	free_unmap_vmap_area(vs, vm->va);
	vm->va = NULL;
	return vm;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * owner.c - areas with an owner: how they come to have one, are found by address, and lose it.
 *
 * After get_vm_area() and its sisters of Linux, as of 2008. An area in use (area.c) has an owner as
 * long as vmap_area.vm says so. That is NULL when the area can first be found; publish_vm_area()
 * sets it when the struct vm_struct is complete, detach_vm_area() takes it away before anything
 * is undone. Both are done while the area is held, so
 *
 *   whoever holds an area and finds an owner may read all that the owner's structure says, and
 *   finds mapped in the area what its owner has mapped, until he lets go;
 *   of two tasks that give back the same area, one finds no owner any more.
 *
 * The page behind each area is its guard page: part of the area, so that nobody else has it, and
 * never mapped, so that who runs over the end of his memory meets a fault and not his neighbour.
 */
#include "internal.h"

/*
 * Device memory is mapped with large entries where it can be: so it begins at a multiple of its
 * size, rounded up to a power of two, as long as that is no more than what one such entry maps.
 */
static u64 ioremap_align(u64 size)
{
	return size >= IOREMAP_MAX_ALIGN ? IOREMAP_MAX_ALIGN : 1ULL << fls64(size - 1);
}

/*
 * make_vm_area() - all of get_vm_area() but the last step: nobody finds the owner yet
 * @nr_own: room for so many pointers in vm_struct.own
 */
struct vm_struct *make_vm_area(struct vmap_space *vs, u64 size, u64 flags, u64 start, u64 end,
			       unsigned long nr_own, gfp_t gfp, const char *caller)
{
	gfp_t meta_gfp = gfp & ~__GFP_ZERO;
	struct vm_struct *vm;
	struct vmap_area *va;

	/* With its last page and its guard page, the area must end below 2^64. */
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

/* publish_vm_area() - the structure is complete and does not change any more: let it be found */
void publish_vm_area(struct vmap_space *vs, struct vm_struct *vm)
{
	struct vmap_area *va = vm->va;
	unsigned long flags = hold_vmap_area(vs, va);

	/* Once it is found, the owner may be taken away. */
	va->vm = vm;
	release_vmap_area(vs, va, flags);
}

/*
 * detach_vm_area() - take the owner away from the area that begins at @addr
 *
 * Return: the owner, whose only user the caller is from here on, or NULL if there was none. The
 * area stays in use and keeps its mappings.
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

/* discard_vm_area() - undo make_vm_area(), or what follows detach_vm_area(). Pages stay as are */
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

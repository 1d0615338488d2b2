/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * map.c - map the caller's page frames in an area.
 *
 * After map_vm_area(), unmap_kernel_range(), vmap() and vunmap() of Linux, as of 2008. The machine
 * walks the page table (core/machine/pgtable.h).
 *
 * A walk that maps stops where it fails, and leaves the pages before that mapped. If the area stays
 * with its owner, map_vm_area() clears and flushes them: the owner may map others there at once. If
 * the area was made for this mapping, it is given back like any other: the translations are cleared
 * with it, and flushed before the addresses are handed out again.
 */
#include "internal.h"

static unsigned long mappable_pages(const struct vm_struct *vm)
{
	return get_vm_area_size(vm) >> PAGE_SHIFT;
}

/* map_new_vm_area() - map all of an area that no other task knows. 0, or -ENOMEM with some mapped
 */
int map_new_vm_area(struct vmap_space *vs, struct vm_struct *vm, struct page **pages, gfp_t gfp)
{
	int err = vmap_pages_range(vs->m, vm->addr, pages, mappable_pages(vm), gfp);

	MM_CHECK(err != -EBUSY, PTE_BUSY,
		 "of %lu pages at %#llx, just taken for %s, some are mapped", mappable_pages(vm),
		 vm->addr, vm->caller);
	return err;
}

int map_vm_area(struct vmap_space *vs, struct vm_struct *vm, struct page **pages, gfp_t gfp)
{
	unsigned long nr = mappable_pages(vm);
	int err;

	/*
	 * Entries in use are looked for first: after a walk that stopped at one, there would be no
	 * telling which of the entries before it are its own.
	 */
	for (unsigned long i = 0; i < nr; i++)
		if (vmalloc_to_page(vs->m, vm->addr + i * PAGE_SIZE))
			return -EBUSY;
	err = vmap_pages_range(vs->m, vm->addr, pages, nr, gfp);
	if (err)
		unmap_kernel_range(vs, vm->addr, get_vm_area_size(vm));
	return err;
}

void unmap_kernel_range(struct vmap_space *vs, u64 addr, u64 size)
{
	struct vmap_area *va;
	unsigned long flags;

	MM_CHECK(IS_ALIGNED(addr, PAGE_SIZE), RANGE,
		 "unmap_kernel_range(): %#llx is not a multiple of the page size", addr);
	MM_CHECK(IS_ALIGNED(size, PAGE_SIZE), RANGE,
		 "unmap_kernel_range(): %#llx bytes at %#llx are not a multiple of the page size",
		 size, addr);

	/* Held while its entries are cleared: vread() does not read from a page that goes. */
	va = hold_vmap_area_from(vs, addr, &flags);
	MM_CHECK(va && va->vm && va->va_start <= addr && size <= va->va_end - addr, RANGE,
		 "unmap_kernel_range(): [%#llx, + %#llx) does not lie in one area with an owner",
		 addr, size);
	vunmap_range(vs->m, addr, size >> PAGE_SHIFT);
	release_vmap_area(vs, va, flags);
	flush_tlb_kernel_range(vs->m, addr, addr + size);
}

u64 vmap(struct vmap_space *vs, struct page **pages, unsigned long count, u64 flags,
	 const char *caller)
{
	struct vm_struct *vm;

	might_sleep();
	if (count > vs->nr_frames)
		return 0;
	vm = make_vm_area(vs, (u64)count << PAGE_SHIFT, VM_MAP | flags, 0, UINT64_MAX, 0,
			  GFP_KERNEL, caller);
	if (IS_ERR(vm))
		return 0;
	if (map_new_vm_area(vs, vm, pages, GFP_KERNEL)) {
		discard_vm_area(vs, vm);
		return 0;
	}
	vm->nr_pages = count;
	publish_vm_area(vs, vm);
	return vm->addr;
}

void vunmap(struct vmap_space *vs, u64 addr)
{
	struct vm_struct *vm;

	might_sleep();
	if (!addr)
		return;
	vm = detach_vm_area(vs, addr);
	MM_CHECK(vm && vm->flags & VM_MAP && vm->nr_pages, RANGE,
		 "vunmap(): no area of vmap() begins at %#llx", addr);
	discard_vm_area(vs, vm);
}

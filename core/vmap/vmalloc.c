/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmalloc.c - memory of consecutive addresses, of frames from anywhere.
 *
 * After Linux's functions of these names, as of 2008. The frames are noted behind the structure
 * that says whose the area is: one allocation for both. All of it is done before others can find
 * the area as one of this interface, and undone after they no longer can.
 *
 * vfree() in atomic context: only the owner is taken away at once, under a lock that any context
 * may take; the rest is a worker's, as in Linux. The areas that wait for it are a stack: cmpxchg()
 * to push, xchg() to take all; no element is ever popped alone, so there is no ABA. Who finds the
 * stack empty starts the worker; who does not has somebody before him who has done so, or is about
 * to, after the stack was last taken.
 */
#include "internal.h"

static const char frame_owner[] = "vmalloc";

/* An area that nobody else finds: its addresses, its frames, and what was noted of them. */
static void free_vmalloc_area(struct vmap_space *vs, struct vm_struct *vm)
{
	free_unmap_vmap_area(vs, vm->va);
	for (unsigned long i = 0; i < vm->nr_pages; i++)
		put_page(vs->m, vm->pages[i]);
	kfree(vs->m, vm);
}

u64 __vmalloc(struct vmap_space *vs, u64 size, int node, gfp_t gfp, u64 flags, const char *caller)
{
	unsigned long nr = size / PAGE_SIZE + !IS_ALIGNED(size, PAGE_SIZE);
	struct vm_struct *vm;

	if (nr > vs->nr_frames)
		return 0;
	vm = make_vm_area(vs, size, VM_ALLOC | flags, 0, UINT64_MAX, nr, gfp, caller);
	if (IS_ERR(vm))
		return 0;
	vm->pages = vm->own;
	for (; vm->nr_pages < nr; vm->nr_pages++) {
		struct page *page = alloc_page_node(vs->m, node, gfp, frame_owner);

		if (!page)
			goto fail;
		vm->pages[vm->nr_pages] = page;
	}
	if (map_new_vm_area(vs, vm, vm->pages, gfp))
		goto fail;
	publish_vm_area(vs, vm);
	return vm->addr;

fail:
	free_vmalloc_area(vs, vm);
	return 0;
}

static void defer_vfree(struct vmap_space *vs, struct vm_struct *vm)
{
	struct vm_struct *first;

	do {
		first = READ_ONCE(vs->vfree_list);
		vm->next = first;
	} while (cmpxchg(&vs->vfree_list, first, vm) != first);
	if (!first)
		schedule_work(&vs->vfree_work);
}

static void free_deferred(struct vmap_space *vs)
{
	struct vm_struct *vm, *next;

	for (vm = xchg(&vs->vfree_list, NULL); vm; vm = next) {
		next = vm->next;
		free_vmalloc_area(vs, vm);
	}
}

static void vfree_deferred_work(struct work_struct *work)
{
	free_deferred(container_of(work, struct vmap_space, vfree_work));
}

void vfree(struct vmap_space *vs, u64 addr)
{
	struct vm_struct *vm;

	if (!addr)
		return;
	vm = detach_vm_area(vs, addr);
	MM_CHECK(vm && vm->pages, RANGE, "vfree(): no memory of vmalloc() begins at %#llx", addr);
	if (unlikely(in_atomic()))
		defer_vfree(vs, vm);
	else
		free_vmalloc_area(vs, vm);
}

/* vmalloc_init() - of a space that is being made */
void vmalloc_init(struct vmap_space *vs)
{
	const struct topology *t = machine_topology(vs->m);

	INIT_WORK(&vs->vfree_work, vfree_deferred_work);
	for (unsigned int i = 0; i < t->nr_ranges; i++)
		vs->nr_frames += t->range[i].nr;
}

/* vmalloc_fini() - what was left to the worker is done; nobody else is at work */
void vmalloc_fini(struct vmap_space *vs)
{
	cancel_work_sync(&vs->vfree_work);
	free_deferred(vs);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmalloc.c - memory at consecutive addresses, of page frames from anywhere.
 *
 * After Linux's functions of these names, as of 2008. The array of frames follows the struct
 * vm_struct in one allocation. (Linux gives the array pages of its own, since it may be large;
 * metadata here may have any size.) Everything is done before others can find the owner of the
 * area, and undone after they no longer can.
 *
 * vfree() unmaps the pages and frees the frames; it does not flush. Until the next purge a stale
 * TLB entry may lead to a frame that has a new user: vm_unmap_aliases() is for callers that cannot
 * accept that. The addresses are never handed out again before the flush.
 *
 * vfree() in atomic context takes away the owner at once, under a lock that any context may take,
 * and leaves the rest to a work item, as in Linux. The areas that wait for it are a lock-free
 * stack: cmpxchg() pushes, xchg() takes all. No element is ever popped alone, so there is no ABA
 * problem. The push that makes the stack non-empty queues the work item. A push onto a non-empty
 * stack relies on an earlier one, made since the stack was last taken, that has queued the item or
 * is about to.
 */
#include "internal.h"

static const char frame_owner[] = "vmalloc";

/* Free an area that no other task finds: its addresses, its frames, and its structure. */
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

/* vmalloc_init() - the vmalloc interface of a new space */
void vmalloc_init(struct vmap_space *vs)
{
	const struct topology *t = machine_topology(vs->m);

	INIT_WORK(&vs->vfree_work, vfree_deferred_work);
	for (unsigned int i = 0; i < t->nr_ranges; i++)
		vs->nr_frames += t->range[i].nr;
}

/* vmalloc_fini() - complete what vfree() left to the work item. No other task uses the space */
void vmalloc_fini(struct vmap_space *vs)
{
	cancel_work_sync(&vs->vfree_work);
	free_deferred(vs);
}

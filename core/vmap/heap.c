/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heap.c - the heap: the free areas of a space in one set under one lock; and the source of a lazy
 * space, in which every area comes from the heap.
 *
 * After free_vmap_area_root and free_vmap_area_lock of "mm/vmalloc: keep track of free blocks for
 * KVA allocation" (2019). Zones and pools cache free ranges beside the heap (zone.c, pool.c), and
 * ask it for what they do not have.
 */
#include "internal.h"

u64 heap_take(struct vmap_space *vs, struct vmap_area **spare, u64 size, u64 align, u64 vstart,
	      u64 vend, gfp_t gfp __maybe_unused)
{
	unsigned long flags;
	u64 addr;

	spin_lock_irqsave(&vs->heap.lock, flags);
	addr = __alloc_vmap_area(vs->m, &vs->heap, spare, size, align, vstart, vend);
	spin_unlock_irqrestore(&vs->heap.lock, flags);
	return addr;
}

void heap_put_back(struct vmap_space *vs, struct vmap_area *list, bool all __maybe_unused)
{
	struct vmap_area *va, *next;
	unsigned long flags;

	if (!list)
		return;
	spin_lock_irqsave(&vs->heap.lock, flags);
	for (va = list; va; va = next) {
		next = va->purge_next;
		merge_or_add_vmap_area(vs->m, &vs->heap, va);
	}
	spin_unlock_irqrestore(&vs->heap.lock, flags);
}

/* heap_stats() - add the heap's free pages, and set its largest free range. Context: any */
void heap_stats(struct vmap_space *vs, struct vmap_stats *st)
{
	unsigned long flags;

	spin_lock_irqsave(&vs->heap.lock, flags);
	st->free_pages += vs->heap.pages;
	st->largest_free = free_largest(&vs->heap);
	spin_unlock_irqrestore(&vs->heap.lock, flags);
}

/* heap_init() - all of the space is free. 0 or -ENOMEM */
int heap_init(struct vmap_space *vs)
{
	struct vmap_area *va = kmalloc(vs->m, sizeof(*va), GFP_KERNEL);

	if (!va)
		return -ENOMEM;
	va->va_start = vs->start;
	va->va_end = vs->end;
	free_areas_init(&vs->heap, "free_vmap_area_lock", va);
	return 0;
}

/* heap_fini() - all of the space must be free again; no other task uses it */
void heap_fini(struct vmap_space *vs)
{
	struct vmap_area *va = RB_ROOT(&vs->heap.root);

	MM_CHECK(va && va->va_start == vs->start && va->va_end == vs->end, LEAK_AREA,
		 "nothing is in use, and of %llu pages of address space only %llu are free",
		 (vs->end - vs->start) >> PAGE_SHIFT, vs->heap.pages);
	kfree(vs->m, va);
}

static int heap_source_init(struct vmap_space *vs __maybe_unused)
{
	return 0;
}

static void heap_source_exit(struct vmap_space *vs __maybe_unused)
{
}

const struct vmap_source_ops vmap_heap_source = {
	.init = heap_source_init,
	.exit = heap_source_exit,
	.take = heap_take,
	.put_back = heap_put_back,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ram.c - short-lived mappings, and the flush of their aliases.
 *
 * After "mm: rewrite vmap layer" (2008): vm_map_ram(), vm_unmap_ram(), vm_unmap_aliases(). Vmap
 * blocks (block.c) serve small requests; a large one gets an area of its own, and so does each one
 * of a back end without blocks, which leaves no stale translations either.
 *
 * vm_unmap_aliases() is for a caller that must know that no stale translation leads to a page.
 * There are two places for these: dirty parts of vmap blocks, and lazy areas.
 *
 * Ordering. It looks at all blocks first, full ones included, and takes the lazy areas second; a
 * block becomes lazy before it leaves the list of blocks. So every dirty page is met in one of the
 * two places. It holds vmap_purge_lock throughout, so a flush for which another task has taken
 * dirty ranges is complete when it begins. A block whose last page became dirty a moment ago may be
 * met in both places: its dirty pages are the only addresses that are ever flushed twice.
 */
#include "block.h"

static unsigned int get_order(unsigned int count)
{
	return (unsigned int)fls64(count - 1);
}

u64 vm_map_ram(struct vmap_space *vs, struct page **pages, unsigned int count, gfp_t gfp)
{
	struct vmap_area *va;
	u64 addr;
	int err;

	/* 0 wraps: alloc_vmap_area() refuses it. */
	if (likely(count - 1 < vs->block_max)) {
		addr = vb_alloc(vs, get_order(count), gfp);
		if (!addr)
			return 0;
	} else {
		va = alloc_vmap_area(vs, (u64)count << PAGE_SHIFT, PAGE_SIZE, vs->start, vs->end,
				     gfp);
		if (IS_ERR(va))
			return 0;
		addr = va->va_start;
	}

	err = vmap_pages_range(vs->m, addr, pages, count, gfp);
	MM_CHECK(err != -EBUSY, PTE_BUSY,
		 "vm_map_ram(): of %u pages at %#llx, just taken, some are mapped", count, addr);
	if (unlikely(err)) {
		vm_unmap_ram(vs, addr, count);
		return 0;
	}
	return addr;
}

void vm_unmap_ram(struct vmap_space *vs, u64 addr, unsigned int count)
{
	MM_CHECK(count, COUNT, "vm_unmap_ram(): no pages at %#llx", addr);
	MM_CHECK(IS_ALIGNED(addr, PAGE_SIZE), ALIGNMENT,
		 "vm_unmap_ram(): %#llx is not a multiple of the page size", addr);
	MM_CHECK(addr >= vs->start && addr < vs->end, RANGE,
		 "vm_unmap_ram(): %#llx lies outside of the space", addr);
	if (likely(count <= vs->block_max)) {
		vb_free(vs, addr, get_order(count));
		return;
	}
	MM_CHECK(!vs->ops->blocks || !addr_to_vb(vs, addr), COUNT,
		 "vm_unmap_ram(): %u pages at %#llx, which lie in a vmap block", count, addr);
	vs->ops->free_at(vs, addr, count);
}

/*
 * All blocks of a CPU: pick the fragmented ones, and take the dirty pages of the others to be
 * flushed, by adding them to [*@start, *@end).
 */
static void collect_dirty(struct vmap_block_queue *vbq, u64 *start, u64 *end,
			  struct vmap_block **purge_list)
{
	struct vmap_block *vb;
	unsigned long flags;

	rcu_read_lock();
	for_each_vb_rcu(vb, &vbq->blocks, all)
	{
		spin_lock_irqsave(&vb->lock, flags);
		/*
		 * A block whose last page became dirty a moment ago may be on this list and not yet
		 * lazy: its dirty pages are flushed here.
		 */
		if (!purge_fragmented_block(vb, purge_list) && vb->dirty_max) {
			*start = min(*start, vb->start + ((u64)vb->dirty_min << PAGE_SHIFT));
			*end = max(*end, vb->start + ((u64)vb->dirty_max << PAGE_SHIFT));
			vb->dirty_min = vb->vs->block_pages;
			vb->dirty_max = 0;
		}
		spin_unlock_irqrestore(&vb->lock, flags);
	}
	rcu_read_unlock();
}

void vm_unmap_aliases(struct vmap_space *vs)
{
	struct vmap_block *purge_list = NULL;
	u64 start = vs->end, end = vs->start;
	unsigned int cpu;

	might_sleep();
	if (!vs->ops->blocks)
		return;
	lock_purge(vs);
	for (cpu = 0; cpu < vs->nr_cpus; cpu++)
		collect_dirty(&vs->vbq[cpu], &start, &end, &purge_list);
	free_purged_blocks(vs, purge_list);
	vs->ops->flush(vs, start, end);
	unlock_purge(vs);
}

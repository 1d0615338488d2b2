/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ram.c - short mappings for the users of memory, and the end of their aliases.
 *
 * After "mm: rewrite vmap layer" (2008): vm_map_ram(), vm_unmap_ram(), vm_unmap_aliases().
 * Small requests are served from vmap blocks (block.c), large ones have an area of their own; and
 * all of them have if the space's back end knows no blocks, which leaves no old translations
 * either.
 *
 * vm_unmap_aliases() is for who must know that a page is reached through no old
 * translation. Those can be in two places: in dirty parts of vmap blocks, and in lazy areas. It
 * looks at all blocks first and takes the lazy areas second, and a block is put there before it
 * leaves here, so none slips through. All under vmap_purge_lock: what another task has taken
 * for flushed, but not flushed yet, is waited for.
 */
#include "internal.h"

static unsigned int get_order(unsigned int count)
{
	return (unsigned int)fls64(count - 1);
}

u64 vm_map_ram(struct vmap_space *vs, struct page **pages, unsigned int count, gfp_t gfp)
{
	struct vmap_area *va;
	u64 addr;
	int err;

	/* None at all are for the KVA to refuse: there is no order of 0 pages. */
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
	MM_CHECK(IS_ALIGNED(addr, PAGE_SIZE), ALIGNMENT, "vm_unmap_ram(): %#llx is no page", addr);
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
 * Blocks of a CPU, full ones included: fragmented ones are picked, what is dirty in the
 * others is added to [*start, *end) and taken for flushed.
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
		 * A block whose last page became dirty a moment ago may be neither on the lazy list
		 * nor off this one yet: its dirty pages are flushed here.
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

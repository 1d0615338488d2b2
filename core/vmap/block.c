/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * block.c - vmap blocks: small mappings without the space's locks and without a flush each.
 *
 * After "mm: rewrite vmap layer" (2008) and its successors: RCU lists (de5604231ce4), new blocks at
 * the tail ("mm/vmalloc: fix possible exhaustion of vmalloc space", 2015), full blocks reachable
 * for vm_unmap_aliases() (fc1e0d980037).
 *
 * A CPU takes a block from the space and hands out its pages from the start to the end, in powers
 * of two, each page once. An unmapped page is dirty. A block whose pages are all dirty becomes a
 * lazy area as a whole; one with nothing mapped and some pages free is fragmented, and becomes a
 * lazy area at the next vm_unmap_aliases(), or when room is short, however much of it is free.
 *
 * The life of a block:
 *
 *   index -> lists -> (full: off the free list) -> all dirty, or picked by a purge
 *         -> off the index -> lazy -> off the list of all -> grace period -> memory freed
 *
 * Ordering:
 *
 *   - A block is lazy before it leaves the list of all. vm_unmap_aliases() walks the blocks first
 *     and takes the lazy areas second, so it misses no dirty page.
 *   - The lists are walked under RCU alone and changed under the lock of their queue.
 *   - `free` only falls: a walker that passes a block over for want of room is right for ever.
 *   - A translation is cleared before its page counts as dirty: a flush of the dirty range covers
 *     every cleared translation.
 *   - A block keeps its own start address: a purge may free the structure of its area while a
 *     walker still stands on the block.
 *
 * The index has two levels of arrays that are read with acquire. Leaves are made on demand and stay
 * until the space goes: no lock, no hash.
 *
 * The bound on the queues (B6)
 * ----------------------------
 * Let room(b) be the largest power of two that is not above the number of b's free pages. In the
 * order of the queue, oldest first, every block has more room than each block before it. So there
 * is at most one block for each power of two, log2(VMAP_MAX_ALLOC) + 1 = 7 blocks a CPU, however
 * many were made.
 *
 * Proof. Let i and j be queued blocks, i before j, and let q be the pages of a request that j
 * served. The walk of that request met i first (i joined before j, and leaves only when it is
 * empty) and passed it over: free(i) < q. free(i) has not risen since, and q is a power of two; so
 * q is a multiple of 2 * room(i), with room(i) as it is now. The same holds for the request for
 * which j was made, and block_pages is a multiple of 2 * VMAP_MAX_ALLOC. So free(j) is a multiple
 * of 2 * room(i), and it is not 0, since j is queued: room(j) >= 2 * room(i). Finally, the walk
 * that led to the newest block passed over all others, for a q of at most VMAP_MAX_ALLOC: their
 * rooms are different powers of two below it.
 *
 * One step needs care with several tasks: "the same holds for the request for which j was made" is
 * true only if the walk of that request met i. It did not if i joined between the walk and the
 * joining of j. The queue's counter `made` shows that, and j is marked as raced. Two tasks of a CPU
 * that find no room at the same time make a block each in this way; Linux tolerates it too. B6 is
 * exact for all other blocks.
 *
 * Blocks that leave, full or purged, only shorten the queue. The walk and the joining must be of
 * one queue, even if the task is migrated in between: see vb_alloc().
 */
#include "block.h"

#define BITS_PER_LONG (8 * (unsigned int)sizeof(long))

static struct vmap_block **vb_slot(struct vmap_space *vs, u64 idx)
{
	struct vmap_block **leaf = rcu_dereference(vs->block_leaf[idx >> VB_LEAF_SHIFT]);

	return leaf ? &leaf[idx & ((1U << VB_LEAF_SHIFT) - 1)] : NULL;
}

/* Make the leaf for this position if there is none. 0 or -ENOMEM */
static int vb_reserve_slot(struct vmap_space *vs, u64 idx, gfp_t gfp)
{
	struct vmap_block ***where = &vs->block_leaf[idx >> VB_LEAF_SHIFT], **leaf;
	u64 nr = addr_to_vb_idx(vs, vs->end - 1) + 1;

	if (rcu_dereference(*where))
		return 0;
	/* A small space has less than a leaf full of blocks. */
	leaf = kcalloc(vs->m, min(nr, (u64)1 << VB_LEAF_SHIFT), sizeof(*leaf), gfp);
	if (!leaf)
		return -ENOMEM;
	if (cmpxchg(where, NULL, leaf))
		kfree(vs->m, leaf);
	return 0;
}

/*
 * addr_to_vb() - the block that contains an address, or NULL
 *
 * Context: any. The block stays while a page of it is mapped, and under RCU.
 */
struct vmap_block *addr_to_vb(struct vmap_space *vs, u64 addr)
{
	struct vmap_block **slot;

	if (addr < vs->start || addr >= vs->end)
		return NULL;
	slot = vb_slot(vs, addr_to_vb_idx(vs, addr));
	return slot ? rcu_dereference(*slot) : NULL;
}

/* The bits of [off, off + nr) that lie in the word of bit @off, and how many these are. */
static unsigned long used_mask(unsigned int off, unsigned int nr, unsigned int *len)
{
	unsigned int bit = off % BITS_PER_LONG;

	*len = min(nr, BITS_PER_LONG - bit);
	return (~0UL >> (BITS_PER_LONG - *len)) << bit;
}

/* Mark pages [off, off + nr) as handed out. */
static void used_set(struct vmap_block *vb, unsigned int off, unsigned int nr)
{
	unsigned int len;

	for (; nr; off += len, nr -= len)
		vb->used_map[off / BITS_PER_LONG] |= used_mask(off, nr, &len);
}

/* Clear the marks. Return: were all of them set? */
static bool used_clear(struct vmap_block *vb, unsigned int off, unsigned int nr)
{
	unsigned long mask, *word;
	bool all = true;
	unsigned int len;

	for (; nr; off += len, nr -= len) {
		mask = used_mask(off, nr, &len);
		word = &vb->used_map[off / BITS_PER_LONG];
		all &= (*word & mask) == mask;
		*word &= ~mask;
	}
	return all;
}

/* No task allocates from the block any more. */
static void vb_leave_queue(struct vmap_block *vb)
{
	struct vmap_block_queue *vbq = &vb->vs->vbq[vb->cpu];
	unsigned long flags;

	lockdep_assert_spin_held(&vb->lock);
	spin_lock_irqsave(&vbq->lock, flags);
	list_del_rcu(&vb->queue);
	spin_unlock_irqrestore(&vbq->lock, flags);
}

/*
 * Make a block for @vbq and take its first 2^@order pages.
 * @made: vbq->made before the walk that found no room
 *
 * Out of line, so that vb_alloc() stays short: a block serves hundreds of requests.
 *
 * Return: the address of these pages, or 0.
 */
static __attribute__((noinline)) u64 new_vmap_block(struct vmap_space *vs,
						    struct vmap_block_queue *vbq,
						    unsigned long made, unsigned int order,
						    gfp_t gfp)
{
	unsigned int words = vs->block_pages / BITS_PER_LONG, i;
	unsigned long flags;
	struct vmap_block *vb;
	struct vmap_area *va;
	u64 idx;

	vb = kmalloc(vs->m, sizeof(*vb) + words * sizeof(long), gfp);
	if (!vb)
		return 0;
	va = alloc_vmap_area(vs, 1ULL << vs->block_shift, 1ULL << vs->block_shift, vs->start,
			     vs->end, gfp);
	if (IS_ERR(va))
		goto out_block;
	idx = addr_to_vb_idx(vs, va->va_start);
	if (vb_reserve_slot(vs, idx, gfp))
		goto out_area;

	vb->vs = vs;
	vb->start = va->va_start;
	vb->va = va;
	vb->cpu = (unsigned int)(vbq - vs->vbq);
	spin_lock_init(&vb->lock, "vmap_block.lock");
	vb->free = vs->block_pages - (1U << order);
	vb->dirty = 0;
	vb->dirty_min = vs->block_pages;
	vb->dirty_max = 0;
	for (i = 0; i < words; i++)
		vb->used_map[i] = 0;
	used_set(vb, 0, 1U << order);

	rcu_assign_pointer(*vb_slot(vs, idx), vb);
	atomic_long_add(1, &vs->nr_blocks);
	spin_lock_irqsave(&vbq->lock, flags);
	vb->raced = vbq->made != made;
	list_add_tail_rcu(&vb->all, &vbq->blocks);
	list_add_tail_rcu(&vb->queue, &vbq->free);
	smp_store_release(&vbq->made, vbq->made + 1);
	spin_unlock_irqrestore(&vbq->lock, flags);
	return va->va_start;

out_area:
	free_unmap_vmap_area(vs, va);
out_block:
	kfree(vs->m, vb);
	return 0;
}

/*
 * vb_alloc() - take 2^@order pages of addresses out of a block of this CPU; nothing is mapped yet
 *
 * Return: the address, or 0. Context: any, with a suitable @gfp.
 */
u64 vb_alloc(struct vmap_space *vs, unsigned int order, gfp_t gfp)
{
	/* The task may be migrated meanwhile. That is harmless: locks decide, not the CPU. */
	struct vmap_block_queue *vbq = &vs->vbq[raw_smp_processor_id()];
	unsigned long made = smp_load_acquire(&vbq->made);
	unsigned int nr = 1U << order;
	struct vmap_block *vb;
	unsigned long flags;
	u64 addr = 0;

	rcu_read_lock();
	for_each_vb_rcu(vb, &vbq->free, queue)
	{
		unsigned int off;

		if (READ_ONCE(vb->free) < nr)
			continue;
		spin_lock_irqsave(&vb->lock, flags);
		if (vb->free < nr) {
			spin_unlock_irqrestore(&vb->lock, flags);
			continue;
		}
		off = vs->block_pages - vb->free;
		addr = vb->start + ((u64)off << PAGE_SHIFT);
		WRITE_ONCE(vb->free, vb->free - nr);
		used_set(vb, off, nr);
		if (!vb->free)
			vb_leave_queue(vb);
		spin_unlock_irqrestore(&vb->lock, flags);
		break;
	}
	rcu_read_unlock();

	return addr ? addr : new_vmap_block(vs, vbq, made, order, gfp);
}

static void vb_free_rcu(struct rcu_head *head)
{
	struct vmap_block *vb = container_of(head, struct vmap_block, rcu);

	kfree(vb->vs->m, vb);
}

/*
 * The whole block is dirty, and the caller alone knows it. It becomes lazy before it leaves the
 * list of all (see the head of this file). As soon as it is lazy, a purge may free vb->va.
 *
 * Return: lazy pages, for vmap_kva_ops.drain().
 */
static unsigned long free_vmap_block(struct vmap_block *vb)
{
	struct vmap_space *vs = vb->vs;
	struct vmap_block_queue *vbq = &vs->vbq[vb->cpu];
	unsigned long flags, nr_lazy;

	WRITE_ONCE(*vb_slot(vs, addr_to_vb_idx(vs, vb->start)), NULL);
	nr_lazy = vs->ops->retire(vs, &vb->va, 1);

	spin_lock_irqsave(&vbq->lock, flags);
	list_del_rcu(&vb->all);
	spin_unlock_irqrestore(&vbq->lock, flags);
	atomic_long_sub(1, &vs->nr_blocks);
	call_rcu(&vb->rcu, vb_free_rcu);
	return nr_lazy;
}

/*
 * vb_free() - unmap 2^@order pages of a block; they stay dirty until the block goes
 *
 * Context: any. Translations are cleared before the pages count as dirty.
 */
void vb_free(struct vmap_space *vs, u64 addr, unsigned int order)
{
	unsigned int nr = 1U << order, off;
	struct vmap_block *vb = addr_to_vb(vs, addr);
	unsigned long flags;

	MM_CHECK(vb, RANGE, "vm_unmap_ram(): %#llx lies in no vmap block", addr);
	off = (unsigned int)((addr - vb->start) >> PAGE_SHIFT);
	MM_CHECK(off + nr <= vs->block_pages, RANGE,
		 "vm_unmap_ram(): %u pages at %#llx reach beyond their vmap block", nr, addr);
	vunmap_range(vs->m, addr, nr);

	spin_lock_irqsave(&vb->lock, flags);
	MM_CHECK(used_clear(vb, off, nr), COUNT,
		 "vm_unmap_ram(): not all of the %u pages at %#llx are mapped", nr, addr);
	vb->dirty_min = min(vb->dirty_min, off);
	vb->dirty_max = max(vb->dirty_max, off + nr);
	vb->dirty += nr;
	if (vb->dirty == vs->block_pages) {
		spin_unlock_irqrestore(&vb->lock, flags);
		vs->ops->drain(vs, free_vmap_block(vb));
		return;
	}
	spin_unlock_irqrestore(&vb->lock, flags);
}

/*
 * purge_fragmented_block() - pick a block with nothing mapped and some pages free
 * @vb:         the block
 * @purge_list: receives it, for free_purged_blocks()
 *
 * Its free pages become dirty, so no task allocates from it and no other purge picks it.
 *
 * Return: was it picked?
 */
bool purge_fragmented_block(struct vmap_block *vb, struct vmap_block **purge_list)
{
	lockdep_assert_spin_held(&vb->lock);
	if (!vb->free || vb->free + vb->dirty != vb->vs->block_pages)
		return false;
	WRITE_ONCE(vb->free, 0);
	vb->dirty = vb->vs->block_pages;
	vb_leave_queue(vb);
	vb->purge_next = *purge_list;
	*purge_list = vb;
	return true;
}

/* free_purged_blocks() - blocks that were picked become lazy areas */
void free_purged_blocks(struct vmap_space *vs, struct vmap_block *purge_list)
{
	struct vmap_block *vb, *next;

	for (vb = purge_list; vb; vb = next) {
		next = vb->purge_next;
		free_vmap_block(vb);
	}
}

/*
 * purge_fragmented_blocks_allcpus() - every fragmented block becomes a lazy area
 *
 * Fragmented blocks have free pages, so they are on the free lists (B4).
 */
void purge_fragmented_blocks_allcpus(struct vmap_space *vs)
{
	struct vmap_block *vb, *purge_list = NULL;
	unsigned long flags;
	unsigned int cpu;

	lockdep_assert_mutex_held(&vs->vmap_purge_lock);
	for (cpu = 0; cpu < vs->nr_cpus; cpu++) {
		struct vmap_block_queue *vbq = &vs->vbq[cpu];

		rcu_read_lock();
		for_each_vb_rcu(vb, &vbq->free, queue)
		{
			spin_lock_irqsave(&vb->lock, flags);
			purge_fragmented_block(vb, &purge_list);
			spin_unlock_irqrestore(&vb->lock, flags);
		}
		rcu_read_unlock();
	}
	free_purged_blocks(vs, purge_list);
}

/* vmap_blocks_init() - empty queues and an empty index. 0 or -ENOMEM */
int vmap_blocks_init(struct vmap_space *vs)
{
	unsigned int cpu;

	vs->nr_leaves = (addr_to_vb_idx(vs, vs->end - 1) >> VB_LEAF_SHIFT) + 1;
	vs->block_leaf = kcalloc(vs->m, vs->nr_leaves, sizeof(*vs->block_leaf), GFP_KERNEL);
	vs->vbq = kcalloc(vs->m, vs->nr_cpus, sizeof(*vs->vbq), GFP_KERNEL);
	if (!vs->block_leaf || !vs->vbq) {
		kfree(vs->m, vs->block_leaf);
		kfree(vs->m, vs->vbq);
		return -ENOMEM;
	}
	for (cpu = 0; cpu < vs->nr_cpus; cpu++) {
		spin_lock_init(&vs->vbq[cpu].lock, "vmap_block_queue.lock");
		CDS_INIT_LIST_HEAD(&vs->vbq[cpu].free);
		CDS_INIT_LIST_HEAD(&vs->vbq[cpu].blocks);
	}
	return 0;
}

/* vmap_blocks_fini() - no block and no RCU callback is left */
void vmap_blocks_fini(struct vmap_space *vs)
{
	unsigned int i;

	for (i = 0; i < vs->nr_leaves; i++)
		kfree(vs->m, vs->block_leaf[i]);
	kfree(vs->m, vs->block_leaf);
	kfree(vs->m, vs->vbq);
}

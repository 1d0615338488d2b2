/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * block.h - vmap blocks: their types and their invariants; block.c has the idea.
 *
 * At a quiescent moment the following holds for each block on the list of a CPU's blocks; B1 and B2
 * hold whenever the lock of the block is free. vmap_verify() checks it (verify.c):
 *
 *   B1  free + dirty + bits set in used_map = block_pages, and no bit is set for a page that was
 *       never handed out: these are the last `free` ones.
 *   B2  The pages to be flushed, [dirty_min, dirty_max), were handed out and some page is dirty; or
 *       there are none to be flushed: block_pages and 0.
 *   B3  Its area is busy, begins at `start`, has block_pages pages and is aligned to its size; the
 *       index leads from `start` to the block.
 *   B4  It is on the list of its own CPU, and on the free list of that CPU exactly while free > 0.
 *   B5  It is not all dirty: such a block leaves as soon as its last page becomes dirty.
 *   B6  A block that has not raced has more room than every block before it on the free list. Room
 *       is the largest power of two that is not above `free`; block.c has the proof.
 *   B7  vmap_space.nr_blocks is the number of blocks on all lists.
 */
#ifndef MM_VMAP_BLOCK_H
#define MM_VMAP_BLOCK_H

#include "internal.h"
#include "rculist.h"

/**
 * struct vmap_block - a busy area of block_pages pages, aligned to its size
 * @vs:         the space
 * @start:      its first address. Stays valid when @va no longer is: see free_vmap_block()
 * @va:         the area
 * @cpu:        the CPU on whose lists it is, for ever
 * @raced:      another block joined the queue between the walk that found no room and the joining
 *              of this one
 * @lock:       over what follows, up to @used_map
 * @free:       pages never handed out, at the end of the block; also read without the lock
 * @dirty:      pages that were unmapped
 * @dirty_min:  first page that was unmapped and is not flushed
 * @dirty_max:  one past the last such page
 * @queue:      on vmap_block_queue.free
 * @all:        on vmap_block_queue.blocks, from the first page handed out until the area is lazy
 * @purge_next: next of the blocks that one purge has picked
 * @rcu:        frees the structure after every reader of the lists has left
 * @used_map:   a bit a page: mapped, or about to be
 *
 * Pages are handed out in ascending order and each of them once. A block ends when all of them are
 * dirty, or when a purge finds that all are dirty or free (a fragmented block).
 */
struct vmap_block {
	struct vmap_space *vs;
	u64 start;
	struct vmap_area *va;
	unsigned int cpu;
	bool raced;
	spinlock_t lock;
	unsigned int free;
	unsigned int dirty;
	unsigned int dirty_min, dirty_max;
	struct cds_list_head queue;
	struct cds_list_head all;
	struct vmap_block *purge_next;
	struct rcu_head rcu;
	unsigned long used_map[];
};

/**
 * struct vmap_block_queue - a CPU's blocks
 * @lock:   over changes of both lists; readers use RCU
 * @free:   blocks with room, oldest first
 * @blocks: all of them, full ones included
 * @made:   blocks that have joined so far. Rises after the block is on the lists: a walk after a
 *          read of n with acquire meets the first n blocks, as far as they are still queued
 * @lines:  see ASSERT_APART()
 */
struct vmap_block_queue {
	union {
		struct {
			spinlock_t lock;
			struct cds_list_head free;
			struct cds_list_head blocks;
			unsigned long made;
		};
		char lines[3 * CACHE_LINE];
	};
};
ASSERT_APART(struct vmap_block_queue, made);

/* The index of blocks by address has two levels: leaves of 2^VB_LEAF_SHIFT blocks each. */
#define VB_LEAF_SHIFT 9

/* Position of an address's block in the index. */
static inline u64 addr_to_vb_idx(const struct vmap_space *vs, u64 addr)
{
	return (addr >> vs->block_shift) - (vs->start >> vs->block_shift);
}

#define vb_from_list(node, member) container_of(node, struct vmap_block, member)

/* Each block of a list; inside of rcu_read_lock(). */
#define for_each_vb_rcu(vb, head, member)                                                          \
	for ((vb) = vb_from_list(rcu_dereference((head)->next), member); &(vb)->member != (head);  \
	     (vb) = vb_from_list(rcu_dereference((vb)->member.next), member))

int vmap_blocks_init(struct vmap_space *vs);
void vmap_blocks_fini(struct vmap_space *vs);
u64 vb_alloc(struct vmap_space *vs, unsigned int order, gfp_t gfp);
void vb_free(struct vmap_space *vs, u64 addr, unsigned int order);
struct vmap_block *addr_to_vb(struct vmap_space *vs, u64 addr);
bool purge_fragmented_block(struct vmap_block *vb, struct vmap_block **purge_list);
void free_purged_blocks(struct vmap_space *vs, struct vmap_block *purge_list);
void purge_fragmented_blocks_allcpus(struct vmap_space *vs);

#endif

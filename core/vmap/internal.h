/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * internal.h - a map of the vmap layer: its types, and what holds between them.
 *
 * The address space of a struct vmap_space is at every moment the disjoint union of
 *
 *   free areas   in the tree vs->free_root, no two of them touching (free.c)
 *   busy areas   in the tree vs->busy_root (area.c)
 *   lazy areas   on the list vs->purge_list: unmapped, perhaps still in some TLB (purge.c)
 *   areas on the way from one to the next, each known to one task alone
 *
 * and an area moves in one direction only: free, busy, lazy, and free again after a flush.
 * A vmap block is a busy area out of which vm_map_ram() serves small requests (block.c, ram.c).
 *
 * Locks, outermost first; those that an interrupt may want are taken with irqsave:
 *
 *   vmap_purge_lock      mutex: whoever flushes. Held from the moment that something is taken for
 *                        flushed until it is, so who waits for it has waited for the flush
 *   vmap_block.lock      irqsave: counts, map and dirty range of a block
 *   vmap_block_queue.lock irqsave: changes of a CPU's two lists of blocks; readers use RCU
 *   free_vmap_area_lock  irqsave: the free tree
 *   vmap_area_lock       irqsave: the busy tree
 */
#ifndef MM_VMAP_INTERNAL_H
#define MM_VMAP_INTERNAL_H

#include <bsd/sys/tree.h>
#include <urcu/list.h>

#include "vmap.h"
#include "../machine/meta.h"
#include "../machine/pgtable.h"

/**
 * struct vmap_area - a range of addresses: free, busy or lazy
 * @va_start:         first address, page aligned
 * @va_end:           behind the last; above @va_start
 * @rb:               node of the free or of the busy tree; unused while lazy
 * @subtree_max_size: free: size of the largest area at or below this node of the tree
 * @purge_next:       lazy: next on the list; also of structures that stand for nothing yet
 * @vm:               busy: its owner in the vmalloc interface, or NULL; set before others may look
 *                    for the owner, under hold_vmap_areas() (vmalloc.h)
 */
struct vmap_area {
	u64 va_start;
	u64 va_end;
	RB_ENTRY(vmap_area) rb;
	union {
		u64 subtree_max_size;
		struct vmap_area *purge_next;
	};
	struct vm_struct *vm;
};

RB_HEAD(free_tree, vmap_area);
RB_HEAD(busy_tree, vmap_area);

/**
 * struct vmap_block - a busy area of block_pages pages, aligned to its size
 * @vs:         the space
 * @start:      its first address. Stays valid when @va does not any more: see free_vmap_block()
 * @va:         the area
 * @cpu:        whose queue it belongs to, for ever
 * @raced:      when it was queued, another block had joined the queue since its maker looked
 * @lock:       over what follows, up to @used_map
 * @free:       pages never handed out, at the end of the block; also read without the lock
 * @dirty:      pages unmapped. @free + @dirty + bits in @used_map = block_pages
 * @dirty_min:  pages that are unmapped and not flushed lie at or behind this one
 * @dirty_max:  and before this one. None: block_pages and 0
 * @queue:      on vmap_block_queue.free if @free > 0
 * @all:        on vmap_block_queue.blocks from the first page handed out until its area is lazy
 * @purge_next: next of the blocks that one purge has picked
 * @rcu:        the structure outlives every reader of the lists
 * @used_map:   bit per page: mapped, or about to be. None at or behind block_pages - @free
 *
 * Pages are handed out in ascending order and never again: a block ends when all of them are
 * dirty, or when those that are not are free and a purge finds it so (fragmented).
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
 * @lock:   over both lists
 * @free:   blocks with room, oldest first
 * @blocks: all of them, full ones too
 * @made:   blocks that have joined so far. Rises after the block is on the lists: who reads n
 *          with acquire and then walks meets the first n blocks, as far as they are still queued
 */
struct vmap_block_queue {
	spinlock_t lock;
	struct cds_list_head free;
	struct cds_list_head blocks;
	unsigned long made;
};

/* The index of blocks by address has two levels: pages of 2^VB_LEAF_SHIFT blocks each. */
#define VB_LEAF_SHIFT 9

/**
 * struct vmap_space - a space
 * @m:              the machine
 * @start:          first address
 * @end:            behind the last; does not wrap
 * @lazy_max_pages: more lazy pages than this are purged
 * @block_shift:    log2 of a block's size in bytes
 * @block_pages:    its pages
 * @nr_cpus:        elements of @vbq
 * @free_vmap_area_lock: over the next two
 * @free_root:      free areas by address; no two touch
 * @free_pages:     pages in them
 * @vmap_area_lock: over the next three
 * @busy_root:      busy areas by address; no two overlap
 * @nr_busy:        how many
 * @busy_pages:     pages in them
 * @vmap_lazy_nr:   pages in @purge_list, or more: rises before an area is put there and falls
 *                  after it was taken, so it is never less than what can be found there
 * @purge_list:     lazy areas, a stack without a lock
 * @vmap_purge_lock: who flushes
 * @purge_work:     purge in the background, for contexts that may not sleep
 * @purges:         flushes that made areas free
 * @vbq:            a queue for each CPU
 * @nr_blocks:      blocks on the queues
 * @block_leaf:     index of blocks: leaves are made on demand and stay
 * @nr_leaves:      elements of @block_leaf
 */
struct vmap_space {
	struct machine *m;
	u64 start, end;
	unsigned long lazy_max_pages;
	unsigned int block_shift;
	unsigned int block_pages;
	unsigned int nr_cpus;

	spinlock_t free_vmap_area_lock;
	struct free_tree free_root;
	u64 free_pages;

	spinlock_t vmap_area_lock;
	struct busy_tree busy_root;
	u64 nr_busy;
	u64 busy_pages;

	atomic_long_t vmap_lazy_nr;
	struct vmap_area *purge_list;
	struct mutex vmap_purge_lock;
	struct work_struct purge_work;
	atomic_long_t purges;

	struct vmap_block_queue *vbq;
	atomic_long_t nr_blocks;
	struct vmap_block ***block_leaf;
	unsigned int nr_leaves;
};

static inline u64 va_size(const struct vmap_area *va)
{
	return va->va_end - va->va_start;
}

static inline u64 va_pages(const struct vmap_area *va)
{
	return va_size(va) >> PAGE_SHIFT;
}

/*
 * Lists that readers walk under RCU while their lock's holder changes them. An element that is
 * taken off keeps its own links: who stands on it finds the way on. Taking off releases
 * as putting on does: it publishes the next element to who comes past, and in C11 a relaxed store
 * would not hand on the order that the element's maker gave it.
 */
static inline void list_add_tail_rcu(struct cds_list_head *elem, struct cds_list_head *head)
{
	elem->next = head;
	elem->prev = head->prev;
	rcu_assign_pointer(head->prev->next, elem);
	head->prev = elem;
}

static inline void list_del_rcu(struct cds_list_head *elem)
{
	elem->next->prev = elem->prev;
	rcu_assign_pointer(elem->prev->next, elem->next);
}

#define vb_from_list(node, member) container_of(node, struct vmap_block, member)

/* Each block of a list; caller inside of rcu_read_lock(). */
#define for_each_vb_rcu(vb, head, member)                                                          \
	for ((vb) = vb_from_list(rcu_dereference((head)->next), member); &(vb)->member != (head);  \
	     (vb) = vb_from_list(rcu_dereference((vb)->member.next), member))

/* Position of an address's block in the index. */
static inline u64 addr_to_vb_idx(const struct vmap_space *vs, u64 addr)
{
	return (addr >> vs->block_shift) - (vs->start >> vs->block_shift);
}

/* free.c */
int free_space_init(struct vmap_space *vs);
void free_space_fini(struct vmap_space *vs);
u64 __alloc_vmap_area(struct vmap_space *vs, struct vmap_area **spare, u64 size, u64 align,
		      u64 vstart, u64 vend);
struct vmap_area *free_last(struct vmap_space *vs, u64 addr, u64 length);
struct vmap_area *free_prev(struct vmap_area *va, u64 length);
void va_clip(struct vmap_space *vs, struct vmap_area *va, u64 addr, u64 size,
	     struct vmap_area **spare);
void merge_or_add_vmap_area(struct vmap_space *vs, struct vmap_area *va);

/* area.c */
void insert_vmap_areas(struct vmap_space *vs, struct vmap_area **vas, unsigned int nr);
void unlink_vmap_areas(struct vmap_space *vs, struct vmap_area **vas, unsigned int nr);
struct vmap_area *find_unlink_vmap_area(struct vmap_space *vs, u64 addr);
struct vmap_area *first_vmap_area(struct vmap_space *vs);
unsigned long hold_vmap_areas(struct vmap_space *vs);
void release_vmap_areas(struct vmap_space *vs, unsigned long flags);
struct vmap_area *vmap_area_from(struct vmap_space *vs, u64 addr);

/* purge.c */
unsigned long add_vmap_area_lazy(struct vmap_space *vs, struct vmap_area *va);
void drain_vmap_area_lazy(struct vmap_space *vs, unsigned long nr_lazy);
bool __purge_vmap_area_lazy(struct vmap_space *vs, u64 start, u64 end);
void reclaim_and_purge_vmap_areas(struct vmap_space *vs);
void drain_vmap_work(struct work_struct *work);

/* block.c */
int vmap_blocks_init(struct vmap_space *vs);
void vmap_blocks_fini(struct vmap_space *vs);
u64 vb_alloc(struct vmap_space *vs, unsigned int order, gfp_t gfp);
void vb_free(struct vmap_space *vs, u64 addr, unsigned int order);
struct vmap_block *addr_to_vb(struct vmap_space *vs, u64 addr);
bool purge_fragmented_block(struct vmap_block *vb, struct vmap_block **purge_list);
void free_purged_blocks(struct vmap_space *vs, struct vmap_block *purge_list);
void purge_fragmented_blocks_allcpus(struct vmap_space *vs);

#endif

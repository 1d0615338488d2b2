/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * area.h - areas, and the two kinds of sets that hold them: free areas, and areas in use.
 *
 * Both sets are red-black trees by address (<bsd/sys/tree.h>). A tree of free areas is augmented
 * with the largest size below each node; a tree of busy areas has a list beside it.
 *
 * The following holds for every area and every set whenever its lock is free. vmap_verify() checks
 * it (verify_trees.c); V7 to V10 are in internal.h.
 *
 *   V1  An area is a range of pages of the space: vs->start <= va_start < va_end <= vs->end, both
 *       multiples of the page size.
 *   V2  A tree holds its areas in ascending order and no two of them overlap. Its links agree in
 *       both directions, and no red node has a red child.
 *   V3  No two free areas of one tree touch: neighbours are merged.
 *   V4  subtree_max_size of a free area is the largest size at or below its node.
 *   V5  The counts of a set are true: free_areas.pages, busy_areas.nr, busy_areas.pages.
 *   V6  busy_areas.list holds exactly the areas of the tree, in ascending order. An eager space has
 *       the list alone: V1, V2 and V5 hold for the list then.
 */
#ifndef MM_VMAP_AREA_H
#define MM_VMAP_AREA_H

#include <bsd/sys/tree.h>
#include <urcu/list.h>

#include "../machine/meta.h"
#include "../sched/vtime.h"
#include "vmap.h"

/**
 * struct vmap_area - a range of addresses: free, cached, busy or lazy
 * @va_start:         first address
 * @va_end:           one past the last
 * @rb:               node of a tree of free or of busy areas; unused while lazy and in a pool
 * @list:             busy: on busy_areas.list; its links stay as they are for a grace period after
 *                    it was taken off. In a pool: on vmap_pool.areas
 * @home:             spaces of pools: the node whose pools the area goes back to, or NO_HOME: it
 *                    goes back to the heap. Set when the area comes into use, to the node of the
 *                    CPU that allocates: the next request like it comes from there
 * @subtree_max_size: free: size of the largest area at or below this node of the tree (V4)
 * @purge_next:       lazy, and on the way to free: next of the chain. Also of structures that stand
 *                    for no range yet
 * @vm:               busy: the owner in the vmalloc interface; NULL: none, or none yet, or none any
 *                    more. NULL when the area comes into use. Read and written while the area
 *                    is held (owner.c). A walker under RCU must not look at it: the area may be
 *                    lazy by then
 */
struct vmap_area {
	u64 va_start;
	u64 va_end;
	RB_ENTRY(vmap_area) rb;
	struct cds_list_head list;
	unsigned int home;
	union {
		u64 subtree_max_size;
		struct vmap_area *purge_next;
		struct vm_struct *vm;
	};
};

#define NO_HOME UINT32_MAX

RB_HEAD(free_tree, vmap_area);
RB_HEAD(busy_tree, vmap_area);

/**
 * struct free_areas - a set of free areas: the heap of a space, or what a CPU has prefetched
 * @lock:  irqsave, over the others
 * @root:  by address
 * @pages: pages in them
 */
struct free_areas {
	spinlock_t lock;
	struct free_tree root;
	u64 pages;
};

/**
 * struct busy_areas - a set of areas in use: those of a node, or of an eager space
 * @lock:  irqsave, over the others; readers of @list use RCU. Unused in an eager space
 * @root:  by address. Unused in an eager space
 * @list:  the same areas in the same order
 * @nr:    how many
 * @pages: pages in them
 */
struct busy_areas {
	spinlock_t lock;
	struct busy_tree root;
	struct cds_list_head list;
	u64 nr;
	u64 pages;
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
 * Steps of a walk and changes of links, and what they cost.
 *
 * Benchmarks of many CPUs run in virtual time (core/sched/vtime.h). There an area's structure costs
 * what its cache line costs to fetch, if another CPU had it last, and a step; how long a lock is
 * held follows from that. Every such price is asked here: one for each node that a walk reaches,
 * one for each node that a change writes to. Balancing a tree is free of charge.
 */

/* A walk reaches @va, or its end: NULL. */
static inline struct vmap_area *area_reached(struct vmap_area *va)
{
	if (va)
		sched_vtime_touch(va, false);
	return va;
}

/* The structure of @va is written to. */
static inline void area_written(const struct vmap_area *va)
{
	sched_vtime_touch(va, true);
}

#define tree_top(tree) area_reached(RB_ROOT(tree))

static inline struct vmap_area *tree_left(const struct vmap_area *va)
{
	return area_reached(RB_LEFT(va, rb));
}

static inline struct vmap_area *tree_right(const struct vmap_area *va)
{
	return area_reached(RB_RIGHT(va, rb));
}

/* Hang @va below @parent, on the right or on the left; NULL: the tree is empty. Not balanced. */
static inline void tree_hang(struct vmap_area **root, struct vmap_area *va,
			     struct vmap_area *parent, bool right)
{
	RB_SET(va, parent, rb);
	area_written(va);
	if (!parent)
		*root = va;
	else if (right)
		RB_RIGHT(parent, rb) = va;
	else
		RB_LEFT(parent, rb) = va;
}

/* First on a list. */
static inline void area_list_add(struct vmap_area *va, struct cds_list_head *list)
{
	area_written(va);
	cds_list_add(&va->list, list);
}

static inline void area_list_del(struct vmap_area *va)
{
	area_written(va);
	cds_list_del(&va->list);
}

/* The area after @at, an element or the head; NULL: @at is the last. */
static inline struct vmap_area *area_list_next(const struct cds_list_head *at,
					       const struct cds_list_head *head)
{
	return at->next == head ? NULL : container_of(at->next, struct vmap_area, list);
}

/* free.c */
void free_areas_init(struct free_areas *fa, const char *lock, struct vmap_area *first);
u64 __alloc_vmap_area(struct machine *m, struct free_areas *fa, struct vmap_area **spare, u64 size,
		      u64 align, u64 vstart, u64 vend);
struct vmap_area *free_last(struct free_areas *fa, u64 addr, u64 length);
struct vmap_area *free_prev(struct vmap_area *va, u64 length);
void va_clip(struct machine *m, struct free_areas *fa, struct vmap_area *va, u64 addr, u64 size,
	     struct vmap_area **spare);
void merge_or_add_vmap_area(struct machine *m, struct free_areas *fa, struct vmap_area *va);
struct vmap_area *free_take_all(struct free_areas *fa);
u64 free_largest(const struct free_areas *fa);

/* busy.c */
void busy_areas_init(struct busy_areas *ba);
void busy_link(struct busy_areas *ba, struct vmap_area *va);
void busy_unlink(struct busy_areas *ba, struct vmap_area *va);
struct vmap_area *busy_find(struct busy_areas *ba, u64 addr);
struct vmap_area *busy_from(struct busy_areas *ba, u64 addr);

#endif

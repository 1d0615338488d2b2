/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cached.h - free ranges that are held ready beside the heap: a CPU's cache (zone.c), a node's
 * pools (pool.c).
 *
 * At a quiescent moment the following holds, and vmap_verify() checks it (zone.c, pool.c):
 *
 *   Z1  A cache is a set of free areas: V1 to V5 hold for it.
 *   Z2  No task fetches: fill_in_progress is false.
 *
 *   P1  The areas of a pool have exactly its size, and the node of the pool as their home.
 *   P2  vmap_pool.nr is the number of areas on the list; its links agree in both directions.
 *   P3  A bit of `filled` is set exactly if its pool has areas, and `pages` counts all of them.
 *   P4  No purge is at work: todo is NULL.
 *
 * P1 to P3 also hold whenever the lock of the pools is free.
 */
#ifndef MM_VMAP_CACHED_H
#define MM_VMAP_CACHED_H

#include "internal.h"

/**
 * struct vmap_cache - free ranges that a CPU has prefetched from the heap
 * @free:             the ranges
 * @fetched:          how many ranges were put there so far
 * @fill_in_progress: a task fetches, and the others of this CPU go to the heap
 * @lines:            see ASSERT_APART()
 */
struct vmap_cache {
	union {
		struct {
			struct free_areas free;
			unsigned long fetched;
			bool fill_in_progress;
		};
		char lines[3 * CACHE_LINE];
	};
};
ASSERT_APART(struct vmap_cache, fill_in_progress);

/**
 * struct vmap_pool - free areas of one size
 * @areas: by vmap_area.list, the latest first. No list while @nr is 0
 * @nr:    how many
 */
struct vmap_pool {
	struct cds_list_head areas;
	unsigned long nr;
};

/**
 * struct vmap_pools - the pools of a node
 * @lock:   irqsave, over @pool, @filled, @pages, and changes of @hits
 * @pool:   of each size, from one page
 * @filled: bit k: @pool[k] has areas. Most sizes are never asked for
 * @pages:  pages in all of them
 * @hits:   requests that were served from them
 * @vs:     the space
 * @work:   a helper of the purge: puts back @todo
 * @todo:   areas that a purge has freed and that go back to this node, linked by @purge_next.
 *          Belongs to the purge, or to the helper that the purge waits for
 * @help:   the helper puts back @todo of so many nodes: this one and the next ones
 * @lines:  see ASSERT_APART()
 */
struct vmap_pools {
	union {
		struct {
			spinlock_t lock;
			struct vmap_pool pool[VMAP_POOL_MAX_PAGES];
			u64 filled[VMAP_POOL_MAX_PAGES / 64];
			u64 pages;
			u64 hits;
			struct vmap_space *vs;
			struct work_struct work;
			struct vmap_area *todo;
			unsigned int help;
		};
		char lines[VMAP_POOL_MAX_PAGES * sizeof(struct vmap_pool) + 4 * CACHE_LINE];
	};
};
ASSERT_APART(struct vmap_pools, help);

/* Each pool of a node that has areas, by its number; the body may empty it. */
#define for_each_filled(k, p)                                                                      \
	for (unsigned int w_ = 0; w_ < ARRAY_SIZE((p)->filled); w_++)                              \
		for (u64 left_ = (p)->filled[w_];                                                  \
		     left_ && ((k) = 64 * w_ + (unsigned int)__builtin_ctzll(left_), true);        \
		     left_ &= left_ - 1)

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cached.h - free addresses that are cached beside the heap: the caches of zones, and pools.
 */
#ifndef MM_VMAP_CACHED_H
#define MM_VMAP_CACHED_H

#include "internal.h"

/**
 * struct vmap_cache - what a CPU has fetched
 * @free:             free, and in no heap
 * @fetched:          how often a range was put there
 * @fill_in_progress: a task fetches, and others need not. Never at a quiet moment
 * @apart:            the next cache is in cache lines of its own
 */
struct vmap_cache {
	struct free_areas free;
	unsigned long fetched;
	bool fill_in_progress;
	char apart[112];
};

/**
 * struct vmap_pool - free areas of one size (pool.c)
 * @areas: of exactly that size; by vmap_area.list, the one that came last first. No list while
 *         there is none
 * @nr:    how many
 */
struct vmap_pool {
	struct cds_list_head areas;
	unsigned long nr;
};

/**
 * struct vmap_pools - the pools of a node: of areas that were allocated for its CPUs
 * @lock:  irqsave, over @pool, @filled, @pages, and changes of @hits
 * @pool:  of each size, from one page
 * @filled: bit k: @pool[k] has areas. Most sizes are never asked for
 * @pages: pages in all of them
 * @hits:  requests that were served from them
 * @vs:    the space
 * @work:  put back @todo; of a helper
 * @todo:  areas that go back to this node and that a purge has freed, linked by @purge_next; the
 * purge's, and the helper's that it waits for. NULL when nobody purges
 * @help:  of so many nodes, this one and the next ones, the helper puts back @todo
 * @apart: the next node's are in cache lines of their own
 */
struct vmap_pools {
	spinlock_t lock;
	struct vmap_pool pool[VMAP_POOL_MAX_PAGES];
	u64 filled[VMAP_POOL_MAX_PAGES / 64];
	u64 pages;
	u64 hits;
	struct vmap_space *vs;
	struct work_struct work;
	struct vmap_area *todo;
	unsigned int help;
	char apart[112];
};

#ifndef MM_ENGINE_THREADS
_Static_assert(sizeof(struct vmap_cache) % 64 == 0 && sizeof(struct vmap_pools) % 64 == 0,
	       "each begins in its line where the one before does");
#endif

/* Each pool of a node that has areas, by its number; it may become empty on the way. */
#define for_each_filled(k, p)                                                                      \
	for (unsigned int w_ = 0; w_ < ARRAY_SIZE((p)->filled); w_++)                              \
		for (u64 left_ = (p)->filled[w_];                                                  \
		     left_ && ((k) = 64 * w_ + (unsigned int)__builtin_ctzll(left_), true);        \
		     left_ &= left_ - 1)

#endif

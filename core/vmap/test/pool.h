/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pool.h - shared by the tests of pools: a space of pools, and the areas that are in them.
 */
#ifndef MM_VMAP_TEST_POOL_H
#define MM_VMAP_TEST_POOL_H

#include "run.h"

/* The areas in pools: how many, of each node, and which of the first pages they have. */
struct cached {
	u64 nr;
	u64 of_node[VMAP_MAX_NODES];
	bool page[256];
};

static inline void note_cached(u64 start, u64 end, unsigned int node, void *arg)
{
	struct cached *k = arg;

	k->nr++;
	k->of_node[node]++;
	for (u64 at = start; at < end; at += PAGE_SIZE)
		if ((at - KVA) / PAGE_SIZE < ARRAY_SIZE(k->page))
			k->page[(at - KVA) / PAGE_SIZE] = true;
}

static inline struct cached cached(struct fixture *f)
{
	struct cached k = {0};

	vmap_verify(f->vs, true);
	for_each_cached_area(f->vs, note_cached, &k);
	return k;
}

static inline int pool_setup(void **state)
{
	int err = setup_kind(state, VMAP_POOL);

	if (!err)
		((struct fixture *)*state)->vmap.lazy_max_pages = 10000;
	return err;
}

#endif

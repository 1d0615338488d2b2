/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap_internals.c - the parts of a space that benchmarks read and its interface does not show.
 */
#include "vmap_internals.h"

#include "../vmap/block.h"

u64 vmap_purges(struct vmap_space *vs)
{
	return (u64)__atomic_load_n(&vs->purges.counter, __ATOMIC_RELAXED);
}

unsigned long vmap_lazy_max_pages(const struct vmap_space *vs)
{
	return vs->lazy_max_pages;
}

/* Sums the depths of the areas at and below @va, which lies at @depth, and counts them. */
static u64 sum_of_depths(const struct vmap_area *va, u64 depth, u64 *nr)
{
	if (!va)
		return 0;
	++*nr;
	return depth + sum_of_depths(RB_LEFT(va, rb), depth + 1, nr) +
	       sum_of_depths(RB_RIGHT(va, rb), depth + 1, nr);
}

double vmap_busy_depth(const struct vmap_space *vs)
{
	u64 nr = 0, sum = sum_of_depths(RB_ROOT(&vs->node->busy.root), 1, &nr);

	return nr ? (double)sum / (double)nr : 0;
}

void vmap_block_pair(struct vmap_space *vs)
{
	vb_free(vs, vb_alloc(vs, 0, GFP_KERNEL), 0);
}

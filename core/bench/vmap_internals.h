/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap_internals.h - the parts of a space that benchmarks read and its interface does not show.
 *
 * vmap_internals.c is the one file of this folder that includes an allocator's internal.h.
 */
#ifndef MM_BENCH_VMAP_INTERNALS_H
#define MM_BENCH_VMAP_INTERNALS_H

#include "../vmap/vmap.h"

/** vmap_purges() - purges since the space was made. Context: any, passes no scheduling point */
u64 vmap_purges(struct vmap_space *vs);

/** vmap_lazy_max_pages() - the number of lazily freed pages above which the space is purged */
unsigned long vmap_lazy_max_pages(const struct vmap_space *vs);

/** vmap_busy_depth() - mean depth of an area in use in the tree of a lazy space; the root's is 1 */
double vmap_busy_depth(const struct vmap_space *vs);

/** vmap_block_pair() - allocate a page of a vmap block, map nothing there, and free the page */
void vmap_block_pair(struct vmap_space *vs);

#endif

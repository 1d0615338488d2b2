/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * group.h - congruent areas, allocated and freed as a group, for the tests of vm_areas.c.
 */
#ifndef MM_VMAP_TEST_GROUP_H
#define MM_VMAP_TEST_GROUP_H

#include "run.h"

/* Few, since the naive search looks at every page of each. */
#define MAX_NR 6

struct group {
	u64 offset[MAX_NR], size[MAX_NR];
	unsigned int nr;
	u64 align;
	struct vmap_area *va[MAX_NR];
};

/* Allocate the group, and check everything that holds for any answer. */
static inline int get(struct fixture *f, struct group *g)
{
	int err = pcpu_get_vm_areas(f->vs, g->offset, g->size, g->nr, g->align, GFP_KERNEL, g->va);

	vmap_verify(f->vs, true);
	if (err)
		return err;
	for (unsigned int i = 0; i < g->nr; i++) {
		CHECK(vmap_area_start(g->va[i]) - g->offset[i] ==
		      vmap_area_start(g->va[0]) - g->offset[0]);
		CHECK(vmap_area_end(g->va[i]) - vmap_area_start(g->va[i]) == g->size[i]);
		CHECK(find_vmap_area(f->vs, vmap_area_start(g->va[i])) == g->va[i]);
	}
	CHECK(IS_ALIGNED(vmap_area_start(g->va[0]) - g->offset[0], g->align));
	return 0;
}

static inline u64 base_of(const struct group *g)
{
	return vmap_area_start(g->va[0]) - g->offset[0];
}

static inline void put(struct fixture *f, struct group *g)
{
	pcpu_free_vm_areas(f->vs, g->va, g->nr);
	vmap_verify(f->vs, true);
}

#endif

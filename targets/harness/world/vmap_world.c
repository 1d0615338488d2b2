/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap_world.c - the vmap spaces of a world; see vmap_world.h.
 *
 * Several spaces share the machine's addresses, one after the other, so far apart that an aligned
 * address of one is an aligned address of each. `place=top` ends one page before 2^64, since a
 * space that ends at 2^64 would end at 0. There the sums of the oracles wrap as well as those of
 * the allocator, so both compare differences. On the host MMU, the top
 * is that of its window, and nothing wraps.
 */
#include "vmap_world.h"

#include <stdlib.h>

/* More than any request is aligned to, in pages. */
#define PLACE_PAGES 4096u

static u64 space_size(const struct world *w)
{
	return (u64)w->program->machine.kva << PAGE_SHIFT;
}

/* From the start of a space to that of the next. */
static u64 stride(const struct world *w)
{
	return ALIGN(space_size(w), (u64)PLACE_PAGES << PAGE_SHIFT);
}

void vmap_place(const struct world *w, u64 *start, u64 *size)
{
	const u32 nr = w->nr_vmap_kinds;

	*size = (nr ? (nr - 1) * stride(w) : 0) + space_size(w);
	/* Leave out the highest page of all, whose end address would be 0. */
	if (w->program->machine.place == PLACE_TOP)
		*start = machine_kva_end(w->machine, w->mmu) - *size - PAGE_SIZE;
	else
		*start = machine_kva_start(w->machine, w->mmu);
}

u64 vmap_walk_points(const struct world *w)
{
	const struct program_machine *pm = &w->program->machine;
	bool nodes = false;

	for (u32 k = 0; k < w->nr_vmap_kinds; k++)
		nodes |= w->vmap_kind[k]->caps.walks_nodes;
	/* Two walks in an operation, a lock for each step; no more areas than operations. */
	return nodes ? 16ULL * max(pm->cpus, pm->pools) * w->program->nr_ops : 0;
}

int vmap_boot(struct world *w)
{
	const struct program_machine *pm = &w->program->machine;
	struct vmap_params vp = {
		.size = space_size(w),
		.block_pages = pm->blocks == BLOCKS_COMPUTED ? 0 : pm->block,
		.lazy_pages = pm->lazy,
		.zone_pages = pm->zone,
		.nodes = pm->pools,
		.notice = world_notice,
		.arg = w,
	};
	const u32 nr = w->nr_vmap_kinds;
	struct machine_stats st;
	u64 size;
	int err = 0;

	vmap_place(w, &vp.start, &size);
	w->nr_vmap = 0;
	for (u32 k = 0; k < nr && !err; k++) {
		struct vmap_instance *v = &w->vmap[w->nr_vmap++];

		v->be = w->vmap_kind[k];
		v->ctx = backend_memory(&w->vmap_memory[k], v->be->ctx_size);
		err = v->be->create(v, w->machine, &vp);
		vp.start += stride(w);
	}
	machine_stats(w->machine, &st);
	MM_CHECK(!err || st.failed, SPURIOUS,
		 "boot failed with error %d, and no request had failed", err);
	return err;
}

void vmap_take_down(struct world *w)
{
	for_each_space (k, w)
		space_of(w, k)->be->destroy(space_of(w, k)->ctx);
	w->nr_vmap = 0;
}

void vmap_free_world(struct world *w)
{
	for (u32 k = 0; k < WORLD_VMAP; k++)
		free(w->vmap_memory[k].p);
}

void vmap_verify_all(struct world *w, bool quiet, s32 record)
{
	for_each_space (k, w)
		if (space_of(w, k)->be->verify)
			space_of(w, k)->be->verify(space_of(w, k)->ctx, quiet);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * differential.c - several allocators compared; see differential.h.
 *
 * The statistics of an allocator are read under its locks. While a lock is taken another task may
 * begin and change them, so a difference counts only if nothing has begun since.
 */
#include "differential.h"

#include "world/percpu_world.h"
#include "world/vmap_world.h"

/*
 * Each space holds the same objects. One with vmap blocks serves small mappings from these, which
 * are areas too; one without has an area for each.
 */
static void check_held(const struct world *w, u32 k, s32 record, u64 ticket)
{
	const struct vmap_instance *v = space_of(w, k);
	const u32 block_max = v->be->caps.block_max;
	struct vmap_account a;
	u64 areas = 0, pages = 0;

	if (!v->be->account)
		return;
	for (u32 i = 0; i < nr_live_objects(w); i++) {
		const struct object *o = live_object(w, i);

		if (o->type == OBJECT_RAM && o->size >> PAGE_SHIFT <= block_max)
			continue;
		areas++;
		pages += o->size >> PAGE_SHIFT;
	}
	v->be->account(v->ctx, &a);
	a.areas -= a.blocks;
	a.busy_pages -= a.blocks * v->block_pages;
	MM_CHECK((a.areas == areas && a.busy_pages == pages) || quiescence_lost(record, ticket),
		 DIFFERENTIAL, "%llu objects of %llu pages%s, and the %s space has %llu of %llu",
		 areas, pages, block_max ? " not in blocks" : "", v->be->name, a.areas,
		 a.busy_pages);
}

static void check_all_held(struct world *w, s32 record)
{
	const u64 ticket = task_ticket();

	for_each_space (k, w)
		check_held(w, k, record, ticket);
}

static void verify_pair(struct world *w, s32 record)
{
	const struct percpu_instance *v = percpu_of(w, 0), *u = percpu_of(w, 1);
	const u64 ticket = task_ticket();
	struct percpu_account a, b;

	v->be->account(v->ctx, &a);
	u->be->account(u->ctx, &b);
	MM_CHECK((a.allocs == b.allocs && a.alloc_bytes == b.alloc_bytes) ||
			 quiescence_lost(record, ticket),
		 DIFFERENTIAL, "%s holds %llu objects of %llu bytes, %s %llu of %llu", v->be->name,
		 a.allocs, a.alloc_bytes, u->be->name, b.allocs, b.alloc_bytes);
}

static void compare(struct world *w, bool quiet, s32 record)
{
	/* Chunks of per-CPU allocators are areas as well, and each makes its own. */
	if (quiet && w->nr_vmap > 1 && !w->nr_percpu)
		check_all_held(w, record);
	if (quiet && w->nr_percpu > 1)
		verify_pair(w, record);
}

struct subsystem differential = {
	.wanted = world_has_allocators,
	.verify = compare,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap_world.c - the vmap spaces of a world; see vmap_world.h.
 *
 * Several spaces share the machine's addresses: one lies behind the other, so far that an aligned
 * address of one is an aligned address of each.
 */
#include "vmap_world.h"

#include "exec/run.h"

#include <string.h>

/* More than any request is aligned to, in pages. */
#define PLACE_PAGES 4096u

/* The spaces of targets that are about certain kinds. */
static const struct {
	u32 nr;
	enum vmap_kva kva[WORLD_VMAP];
} spaces[NR_TARGETS] = {
	[TARGET_VMAP_PAIR] = {2, {VMAP_LAZY, VMAP_EAGER}},
	[TARGET_VMAP_ZONE] = {1, {VMAP_ZONE}},
	[TARGET_VMAP_POOL] = {1, {VMAP_POOL}},
	[TARGET_VMAP_TRIO] = {3, {VMAP_LAZY, VMAP_ZONE, VMAP_POOL}},
};

static u32 nr_spaces(const struct world *w)
{
	return max(spaces[w->program->target].nr, (u32)1);
}

/*
 * Where per-CPU allocators and congruent areas are the target, there must be a space that has
 * congruent areas: lazy, for one that is eager.
 */
enum vmap_kva vmap_kind(const struct world *w)
{
	const u32 any = 1U << TARGET_VMAP | 1U << TARGET_VMAP_AREA | 1U << TARGET_VMAP_BLOCK |
			1U << TARGET_VMAP_ALIASES | 1U << TARGET_VMALLOC;

	if (spaces[w->program->target].nr)
		return spaces[w->program->target].kva[0];
	if (any & 1U << w->program->target || w->program->machine.vmap != VMAP_EAGER)
		return w->program->machine.vmap;
	return VMAP_LAZY;
}

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
	*size = (nr_spaces(w) - 1) * stride(w) + space_size(w);
	/* The last page of all addresses is left out: what ends behind it would end at 0. */
	*start = w->program->machine.place == PLACE_TOP ? -*size - PAGE_SIZE : MACHINE_KVA_START;
}

u64 vmap_walk_points(const struct program *p)
{
	const struct program_machine *pm = &p->machine;
	const bool nodes = spaces[p->target].nr || pm->vmap == VMAP_ZONE || pm->vmap == VMAP_POOL;

	/* Two walks in an operation, a lock for each step; no more areas than operations. */
	return nodes ? 16ULL * max(pm->cpus, pm->pools) * p->nr_ops : 0;
}

/* Pages that a CPU fetches at once: no request fits one alone, so 1 says that none does. */
static unsigned int zone_pages(const struct program_machine *pm)
{
	return pm->zone == 1 ? VMAP_ZONES_OFF : pm->zone;
}

int vmap_boot(struct world *w)
{
	const struct program_machine *pm = &w->program->machine;
	struct vmap_config vc = {
		.kva = vmap_kind(w),
		.size = space_size(w),
		.block_pages = pm->blocks == BLOCKS_COMPUTED ? 0 : pm->block,
		.lazy_max_pages = pm->lazy,
		.zone_pages = zone_pages(pm),
		.nodes = pm->pools,
		.notice = world_notice,
		.arg = w,
	};
	struct machine_stats st;
	u64 size;
	int err;

	vmap_place(w, &vc.start, &size);
	w->nr_spaces = 0;
	w->noted_ticket = 0;
	memset(w->space, 0, sizeof(w->space));
	err = vmap_create(w->machine, &vc, &w->space[0]);
	for (u32 k = 1; k < nr_spaces(w) && !err; k++) {
		vc.kva = spaces[w->program->target].kva[k];
		vc.start += stride(w);
		err = vmap_create(w->machine, &vc, &w->space[k]);
	}
	machine_stats(w->machine, &st);
	MM_CHECK(!err || st.failed, SPURIOUS,
		 "boot failed with error %d, and no request had failed", err);
	w->nr_spaces = nr_spaces(w);
	return err;
}

void vmap_take_down(struct world *w)
{
	for (u32 k = 0; k < WORLD_VMAP; k++)
		vmap_destroy(w->space[k]);
	w->nr_spaces = 0;
}

/**
 * struct held - what the live objects are to a space, beside vmap blocks
 * @areas, @pages: areas in use and pages in them, where each object has an area
 * @small, @small_pages: of these, what vmap blocks serve where there are any
 */
struct held {
	u64 areas, pages;
	u64 small, small_pages;
};

/*
 * Each space holds the same objects. One with vmap blocks serves small mappings from these, which
 * are areas too; the eager one has an area for each.
 */
static void check_held(const struct world *w, u32 k, const struct held *h, s32 record, u64 ticket)
{
	struct vmap_space *vs = space_of(w, k);
	const bool blocks = vmap_kva(vs) != VMAP_EAGER;
	const u64 areas = h->areas - (blocks ? h->small : 0);
	const u64 pages = h->pages - (blocks ? h->small_pages : 0);
	struct vmap_stats st;

	vmap_stats(vs, &st);
	st.areas -= st.blocks;
	st.busy_pages -= st.blocks * vmap_block_pages(vs);
	MM_CHECK((st.areas == areas && st.busy_pages == pages) || quiescence_lost(record, ticket),
		 DIFFERENTIAL, "%llu objects of %llu pages%s, and the %s space has %llu of %llu",
		 areas, pages, blocks ? " not in blocks" : "", vmap_kva_name(vmap_kva(vs)),
		 st.areas, st.busy_pages);
}

static void check_all_held(struct world *w, s32 record)
{
	const u64 ticket = task_ticket();
	struct held h = {0};

	/* Counts are read under locks: where one is taken, another task may begin and change them.
	 */
	for (u32 i = 0; i < nr_live_objects(w); i++) {
		const struct object *o = live_object(w, i);

		h.areas++;
		h.pages += o->size >> PAGE_SHIFT;
		if (o->type == OBJECT_RAM && o->size >> PAGE_SHIFT <= VMAP_MAX_ALLOC) {
			h.small++;
			h.small_pages += o->size >> PAGE_SHIFT;
		}
	}
	for_each_space (k, w)
		check_held(w, k, &h, record, ticket);
}

void vmap_check(struct world *w, bool quiet, s32 record)
{
	for_each_space (k, w)
		vmap_verify(space_of(w, k), quiet);
	if (quiet && w->nr_spaces > 1)
		check_all_held(w, record);
}

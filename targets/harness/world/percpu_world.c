/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * percpu_world.c - the per-CPU allocators of a world; see percpu_world.h.
 */
#include "percpu_world.h"

#include "exec/run.h"

#include <stdlib.h>

#include "oracle/congruent.h"
#include "oracle/kva_model.h"
#include "oracle/layout_oracle.h"
#include "sched/keep.h"
#include "sched/sched.h"
#include "vmap_world.h"

/* What each target runs on. */
static const char *const kinds[NR_TARGETS][WORLD_PERCPU] = {
	[TARGET_PERCPU_BITMAP] = {"bitmap"},
	[TARGET_PERCPU_AREAMAP] = {"areamap"},
	[TARGET_PERCPU_PAIR] = {"bitmap", "areamap"},
	[TARGET_FIRST_CHUNK] = {"bitmap"},
	[TARGET_VMAP] = {"bitmap"},
	[TARGET_VM_AREAS] = {"bitmap"},
	[TARGET_BOOT] = {"bitmap"},
};

static const struct program_machine *machine_of(const struct world *w)
{
	return &w->program->machine;
}

/* As much static data as any program has, made once. */
static const u8 *static_data(struct world *w)
{
	const u32 max = 1U << 20;

	if (!machine_of(w)->stat)
		return NULL;
	if (!w->static_data) {
		w->static_data = keep_alloc(max);
		if (!w->static_data)
			abort();
		for (u32 i = 0; i < max; i++)
			w->static_data[i] = percpu_static_byte(i);
	}
	return w->static_data;
}

/*
 * Must a machine without a failing request come up? Page by page it must, wherever that is the
 * last resort: repair.c leaves memory and addresses for that. A block of boot memory a group needs
 * frames in a row, and groups within reach of each other; kernel memory needs one group. For the
 * first chunk of a second allocator nothing is left.
 */
static bool must_boot(const struct world *w, u32 k)
{
	const struct program_machine *pm = machine_of(w);
	bool first = pm->stat || pm->reserved || pm->dyn;

	if (!first)
		return !pm->km || pm->first != PERCPU_FIRST_PAGE;
	return !k && !pm->km && pm->first != PERCPU_FIRST_EMBED;
}

static void print_layout(const struct percpu_instance *v, FILE *f)
{
	v->be->print_layout(v->ctx, f);
	if (v->base)
		fprintf(f, "percpu: first chunk: %s, at %#llx\n",
			unit_choices[UNIT_PERCPU_ALLOC][v->first], v->base);
}

static int boot_one(struct world *w, u32 k, struct percpu_params *pp)
{
	struct percpu_instance *v = &w->percpu[k];
	const u8 target = w->program->target;
	struct machine_stats st;
	int err = w->boot.bm ? boot_world_provider(&w->boot, pp) : 0;

	v->be = percpu_backend_by_name(w->on, kinds[target][k]);
	v->ctx = backend_memory(&w->percpu_memory[k], v->be->ctx_size);
	v->on = space_of(w, 0);
	if (!err)
		err = v->be->create(v, w->machine, pp);
	machine_stats(w->machine, &st);
	MM_CHECK(!err || st.failed || !must_boot(w, k), SPURIOUS,
		 "boot failed with error %d, and no request had failed", err);
	if (err)
		return err;
	w->nr_percpu++;
	if (unlikely(w->trace))
		print_layout(v, w->trace);
	/* Verified at once: what the layout's tables say of CPUs is used as an index. */
	if (target == TARGET_FIRST_CHUNK || target == TARGET_BOOT) {
		layout_oracle_check(w, k);
		v->be->verify(v->ctx, true);
	}
	percpu_check_static(w, k);
	return 0;
}

int percpu_boot(struct world *w)
{
	const struct program_machine *pm = machine_of(w);
	struct percpu_params pp = {
		.km = pm->km,
		.first = pm->first,
		.unit_size = pm->unit << PAGE_SHIFT,
		.static_size = pm->stat,
		.reserved_size = pm->reserved,
		.dyn_size = pm->dyn,
		.atom_size = pm->atom << PAGE_SHIFT,
		.static_data = static_data(w),
		.empty_low = pm->low,
		.empty_high = pm->high,
		.notice = world_notice,
		.arg = w,
	};

	w->nr_percpu = 0;
	/* Chunks are congruent areas. */
	if (!space_of(w, 0)->be->get_vm_areas)
		return 0;
	for (u32 k = 0; k < WORLD_PERCPU && kinds[w->program->target][k]; k++) {
		int err = boot_one(w, k, &pp);

		if (err)
			return err;
	}
	return 0;
}

void percpu_print_stats(struct world *w, FILE *f)
{
	for_each_percpu(k, w)
	{
		const struct percpu_instance *v = percpu_of(w, k);

		if (v->be->print_stats && v->be->print_stats(v->ctx, f))
			fputs("no memory for the statistics of chunks\n", f);
	}
}

void percpu_take_down(struct world *w)
{
	for_each_percpu(k, w)
	{
		percpu_check_static(w, k);
		percpu_of(w, k)->be->destroy(percpu_of(w, k)->ctx);
	}
	w->nr_percpu = 0;
}

void percpu_free_world(struct world *w)
{
	free(w->static_data);
	for (u32 k = 0; k < WORLD_PERCPU; k++)
		free(w->percpu_memory[k].p);
}

static void verify_pair(struct world *w, s32 record)
{
	const struct percpu_instance *v = percpu_of(w, 0), *u = percpu_of(w, 1);
	const u64 ticket = task_ticket();
	struct percpu_account a, b;

	/* Counts are read under locks: where one is taken, another task may begin and change them.
	 */
	v->be->account(v->ctx, &a);
	u->be->account(u->ctx, &b);
	MM_CHECK((a.allocs == b.allocs && a.alloc_bytes == b.alloc_bytes) ||
			 quiescence_lost(record, ticket),
		 DIFFERENTIAL, "%s holds %llu objects of %llu bytes, %s %llu of %llu", v->be->name,
		 a.allocs, a.alloc_bytes, u->be->name, b.allocs, b.alloc_bytes);
}

void percpu_verify(struct world *w, bool quiet, s32 record)
{
	for_each_percpu(k, w) if (percpu_of(w, k)->be->verify) percpu_of(w, k)->be->verify(
		percpu_of(w, k)->ctx, quiet);
	if (quiet && w->nr_percpu == 2)
		verify_pair(w, record);
}

/* Free page frames in a row, the first at a multiple of their number, in one piece of memory. */
static bool frames_in_a_row(const struct world *w, u64 nr)
{
	const struct topology *t = machine_topology(w->machine);

	for (u32 r = 0; r < t->nr_ranges; r++) {
		u64 end = t->range[r].start + t->range[r].nr, row = 0;

		for (u64 pfn = ALIGN(t->range[r].start, nr); pfn < end; pfn++) {
			row = pfn_to_page(w->machine, pfn)->count ? 0 : row + 1;
			if (row == nr)
				return true;
			if ((pfn + 1) % nr == 0)
				row = 0;
		}
	}
	return false;
}

bool percpu_new_chunk_fits(struct world *w, u32 k)
{
	const struct percpu_layout *l = &percpu_of(w, k)->layout;
	u64 offset[TOPOLOGY_MAX_NODES], size[TOPOLOGY_MAX_NODES];
	struct congruent c = {
		.nr = l->nr_groups, .offset = offset, .size = size, .align = l->atom_size};
	u64 pages = 0;

	for (u32 i = 0; i < l->nr_groups; i++) {
		offset[i] = l->group[i].base_offset;
		size[i] = (u64)l->group[i].nr_units * l->unit_size;
		pages += size[i] >> PAGE_SHIFT;
	}
	if (machine_of(w)->km)
		return frames_in_a_row(w, 1ULL << fls64(pages - 1));
	/* Table pages: one for each 512 pages, and one a level for each group, twice where it ends.
	 */
	if (nr_free_pages(w->machine) < pages + pages / 512 + 6 * (u64)l->nr_groups)
		return false;
	/* Chunks of many groups may be more than there is room to note: then nothing is judged. */
	if (!kva_snapshot(w, percpu_of(w, k)->on, false))
		return false;
	kva_snapshot_drop_purgeable(w);
	return congruent_highest(w, &c);
}

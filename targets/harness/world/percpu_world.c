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
#include "percpu/layout.h"
#include "sched/sched.h"
#include "vmap_world.h"

/* What each target runs on. */
static const struct {
	u32 nr;
	enum pcpu_allocator allocator[WORLD_PCPU];
} allocators[NR_TARGETS] = {
	[TARGET_PERCPU_BITMAP] = {1, {PCPU_BITMAP}},
	[TARGET_PERCPU_AREAMAP] = {1, {PCPU_AREAMAP}},
	[TARGET_PERCPU_PAIR] = {2, {PCPU_BITMAP, PCPU_AREAMAP}},
	[TARGET_FIRST_CHUNK] = {1, {PCPU_BITMAP}},
	[TARGET_VMAP] = {1, {PCPU_BITMAP}},
	[TARGET_VM_AREAS] = {1, {PCPU_BITMAP}},
	[TARGET_BOOT] = {1, {PCPU_BITMAP}},
};

bool percpu_has_hints(const struct world *w, u32 k)
{
	return allocators[w->program->target].allocator[k] == PCPU_BITMAP;
}

static const struct program_machine *machine_of(const struct world *w)
{
	return &w->program->machine;
}

/* The allocator calls it in the task that freed, and does nothing after it. */
static void note_bad_free(void *arg, enum pcpu_bad_free why, u64 addr)
{
	struct world *w = arg;

	w->bad_free = (struct bad_free){.why = why, .addr = addr, .ticket = task_ticket()};
}

/* As much static data as any program has, made once. */
static const u8 *static_data(struct world *w)
{
	const u32 max = 1U << 20;

	if (!machine_of(w)->stat)
		return NULL;
	if (!w->static_data) {
		w->static_data = malloc(max);
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
		return !pm->km || pm->first != PCPU_FC_PAGE;
	return !k && !pm->km && pm->first != PCPU_FC_EMBED;
}

static void print_layout(struct world *w, u32 k)
{
	FILE *f = w->trace;

	pcpu_print_alloc_info(pcpu_alloc_info(w->pcpu[k]), f);
	if (pcpu_base_addr(w->pcpu[k]))
		fprintf(f, "percpu: first chunk: %s, at %#llx\n",
			pcpu_fc_name(pcpu_fc_kind(w->pcpu[k])), pcpu_base_addr(w->pcpu[k]));
}

int percpu_boot(struct world *w)
{
	const struct program_machine *pm = machine_of(w);
	struct pcpu_config cfg = {
		.backing = pm->km ? PCPU_KM : PCPU_VM,
		.fc = pm->first,
		.unit_size = pm->unit << PAGE_SHIFT,
		.static_size = pm->stat,
		.reserved_size = pm->reserved,
		.dyn_size = pm->dyn,
		.atom_size = pm->atom << PAGE_SHIFT,
		.static_data = static_data(w),
		.empty_low = pm->low,
		.empty_high = pm->high,
		.bad_free = note_bad_free,
		.notice = world_notice,
		.arg = w,
	};
	const u8 target = w->program->target;
	struct machine_stats st;
	int err;

	w->bad_free = (struct bad_free){0};
	w->nr_pcpu = 0;
	if (vmap_kind(w) == VMAP_EAGER)
		return 0;
	for (u32 k = 0; k < allocators[target].nr; k++) {
		cfg.allocator = allocators[target].allocator[k];
		err = w->boot.bm ? boot_world_provider(&w->boot, &cfg) : 0;
		if (!err)
			err = pcpu_create(w->machine, w->vmap, &cfg, &w->pcpu[k]);
		machine_stats(w->machine, &st);
		MM_CHECK(!err || st.failed || !must_boot(w, k), SPURIOUS,
			 "boot failed with error %d, and no request had failed", err);
		if (err)
			return err;
		w->nr_pcpu++;
		if (unlikely(w->trace))
			print_layout(w, k);
		/* Verified at once: what the layout's tables say of CPUs is used as an index. */
		if (target == TARGET_FIRST_CHUNK || target == TARGET_BOOT) {
			layout_oracle_check(w, k);
			pcpu_verify(w->pcpu[k], true);
		}
		percpu_check_static(w, k);
	}
	return 0;
}

void percpu_print_stats(struct world *w, FILE *f)
{
	for_each_pcpu (k, w)
		if (pcpu_print_stats(w->pcpu[k], f))
			fputs("no memory for the statistics of chunks\n", f);
}

void percpu_take_down(struct world *w)
{
	for_each_pcpu (k, w) {
		percpu_check_static(w, k);
		pcpu_destroy(w->pcpu[k]);
	}
	w->nr_pcpu = 0;
}

void percpu_free_world(struct world *w)
{
	free(w->static_data);
}

static void verify_pair(struct world *w, s32 record)
{
	const u64 ticket = task_ticket();
	struct pcpu_stats a, b;

	/* Counts are read under locks: where one is taken, another task may begin and change them.
	 */
	pcpu_stats(w->pcpu[0], &a);
	pcpu_stats(w->pcpu[1], &b);
	MM_CHECK((a.allocs == b.allocs && a.alloc_bytes == b.alloc_bytes) ||
			 quiescence_lost(record, ticket),
		 DIFFERENTIAL,
		 "the bitmap holds %llu objects of %llu bytes, the area map %llu of %llu", a.allocs,
		 a.alloc_bytes, b.allocs, b.alloc_bytes);
}

void percpu_verify(struct world *w, bool quiet, s32 record)
{
	for_each_pcpu (k, w)
		pcpu_verify(w->pcpu[k], quiet);
	if (quiet && w->nr_pcpu == 2)
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
	const struct pcpu_alloc_info *ai = pcpu_alloc_info(w->pcpu[k]);
	u64 offset[TOPOLOGY_MAX_NODES], size[TOPOLOGY_MAX_NODES];
	struct congruent c = {
		.nr = ai->nr_groups, .offset = offset, .size = size, .align = ai->atom_size};
	u64 pages = 0;

	for (u32 i = 0; i < ai->nr_groups; i++) {
		offset[i] = ai->group[i].base_offset;
		size[i] = (u64)ai->group[i].nr_units * ai->unit_size;
		pages += size[i] >> PAGE_SHIFT;
	}
	if (machine_of(w)->km)
		return frames_in_a_row(w, 1ULL << fls64(pages - 1));
	/* Table pages: one for each 512 pages, and one a level for each group, twice where it ends.
	 */
	if (nr_free_pages(w->machine) < pages + pages / 512 + 6 * (u64)ai->nr_groups)
		return false;
	/* Chunks of many groups may be more than what is noted: then nobody is judged. */
	if (!kva_snapshot(w, w->vmap, false))
		return false;
	kva_snapshot_drop_purgeable(w);
	return congruent_highest(w, &c);
}

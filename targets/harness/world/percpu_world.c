/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * percpu_world.c - the per-CPU allocators of a world; see percpu_world.h.
 */
#include "percpu_world.h"

#include <stdlib.h>

#include "sched/announce.h"
#include "sched/keep.h"
#include "sched/sched.h"
#include "vmap_world.h"

static const struct program_machine *machine_of(const struct world *w)
{
	return &w->program->machine;
}

/* As much static data as any program has, made once. */
static const u8 *static_data(const struct world *w, struct percpu_state *s)
{
	const u32 max = 1U << 20;

	if (!machine_of(w)->stat)
		return NULL;
	if (!s->static_data) {
		s->static_data = keep_alloc(max);
		if (!s->static_data)
			abort();
		for (u32 i = 0; i < max; i++)
			s->static_data[i] = percpu_static_byte(i);
	}
	return s->static_data;
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

	/* It makes one that the program has not asked for, and that memory is not meant for. */
	if (w->percpu_kind[k]->caps.min_dyn)
		return false;
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

static int boot_one(struct world *w, u32 k, const struct percpu_backend *be,
		    struct percpu_params *pp)
{
	struct percpu_instance *v = &w->percpu[k];
	struct machine_stats st;
	int err = w->boot.bm ? boot_world_provider(&w->boot, pp) : 0;

	v->be = be;
	v->ctx = backend_memory(&w->percpu_memory[k], v->be->ctx_size);
	v->on = w->nr_vmap ? space_of(w, w->kind.on->beside ? k : 0) : NULL;
	if (!err)
		err = v->be->create(v, w->machine, pp);
	machine_stats(w->machine, &st);
	MM_CHECK(!err || st.failed || !must_boot(w, k), SPURIOUS,
		 "boot failed with error %d, and no request had failed", err);
	if (err)
		return err;
	w->nr_percpu++;
	if (unlikely(w->trace)) {
		void *seen = announce_unseen_begin();

		print_layout(v, w->trace);
		announce_unseen_end(seen);
	}
	return 0;
}

int percpu_boot(struct world *w, struct percpu_state *s)
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
		.static_data = static_data(w, s),
		.empty_low = pm->low,
		.empty_high = pm->high,
		.notice = world_notice,
		.arg = w,
	};

	w->nr_percpu = 0;
	/* Chunks are congruent areas. */
	if (w->nr_vmap && !space_of(w, 0)->be->get_vm_areas)
		return 0;
	for (u32 k = 0; k < w->nr_percpu_kinds; k++) {
		int err = boot_one(w, k, w->percpu_kind[k], &pp);

		if (err)
			return err;
	}
	return 0;
}

void percpu_print_stats(struct world *w, FILE *f)
{
	for_each_percpu (k, w) {
		const struct percpu_instance *v = percpu_of(w, k);

		if (v->be->print_stats && v->be->print_stats(v->ctx, f))
			fputs("no memory for the statistics of chunks\n", f);
	}
}

void percpu_take_down(struct world *w)
{
	for_each_percpu (k, w)
		percpu_of(w, k)->be->destroy(percpu_of(w, k)->ctx);
	w->nr_percpu = 0;
}

void percpu_free_world(struct world *w, struct percpu_state *s)
{
	free(s->static_data);
	for (u32 k = 0; k < WORLD_PERCPU; k++)
		free(w->percpu_memory[k].p);
}

void percpu_verify(struct world *w, bool quiet, s32 record)
{
	for_each_percpu (k, w)
		if (percpu_of(w, k)->be->verify)
			percpu_of(w, k)->be->verify(percpu_of(w, k)->ctx, quiet);
}

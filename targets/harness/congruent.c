/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * congruent.c - where do ranges at given distances fit? A naive search; see congruent.h.
 *
 * A highest base is one that cannot be raised by one alignment, because some range of the request
 * would then enter one that is not free, or leave the space: so it is rounded down from where
 * a range of the request ends where such a one begins. All of these are tried.
 */
#include "congruent.h"

#include <stdlib.h>

static void note_range(struct world *w, u64 start, u64 end, bool lazy)
{
	if (w->nr_ranges == w->max_ranges) {
		u32 room = w->max_ranges ? 2 * w->max_ranges : 64;

		w->range = realloc(w->range, room * sizeof(*w->range));
		if (!w->range)
			abort();
		w->max_ranges = room;
	}
	w->range[w->nr_ranges++] = (struct kva_range){.start = start, .end = end, .lazy = lazy};
}

static void note_busy(u64 start, u64 end, void *arg)
{
	note_range(arg, start, end, false);
}

static void note_lazy(u64 start, u64 end, void *arg)
{
	note_range(arg, start, end, true);
}

static int by_address(const void *a, const void *b)
{
	const struct kva_range *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

/* All that is not free, in order of address. */
void congruent_note(struct world *w)
{
	w->nr_ranges = 0;
	for_each_vmap_area(w->vmap, note_busy, w);
	for_each_lazy_area(w->vmap, note_lazy, w);
	if (w->nr_ranges)
		qsort(w->range, w->nr_ranges, sizeof(*w->range), by_address);
}

/* What remains of them after a purge. */
void congruent_forget_lazy(struct world *w)
{
	u32 nr = 0;

	for (u32 i = 0; i < w->nr_ranges; i++)
		if (!w->range[i].lazy)
			w->range[nr++] = w->range[i];
	w->nr_ranges = nr;
}

static bool is_free(const struct world *w, u64 start, u64 end)
{
	const struct machine_config *mc = machine_config(w->machine);
	u32 lo = 0, hi = w->nr_ranges;

	if (start < mc->kva_start || end > mc->kva_start + mc->kva_size)
		return false;
	/* The first range that ends above @start. */
	while (lo < hi) {
		u32 mid = (lo + hi) / 2;

		if (w->range[mid].end <= start)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo == w->nr_ranges || w->range[lo].start >= end;
}

static bool all_free(const struct world *w, const struct congruent *r, u64 base)
{
	for (u32 i = 0; i < r->nr; i++)
		if (!is_free(w, base + r->offset[i], base + r->offset[i] + r->size[i]))
			return false;
	return true;
}

/* The highest base at which all is free; 0: none (no address of the KVA is as low as that). */
u64 congruent_highest(const struct world *w, const struct congruent *r)
{
	const struct machine_config *mc = machine_config(w->machine);
	u64 best = 0;

	for (u32 n = w->nr_ranges + 1; n--;) {
		u64 limit = n == w->nr_ranges ? mc->kva_start + mc->kva_size : w->range[n].start;

		for (u32 i = 0; i < r->nr; i++) {
			u64 base = ALIGN_DOWN(limit - r->offset[i] - r->size[i], r->align);

			if (base > best && all_free(w, r, base))
				best = base;
		}
	}
	return best;
}

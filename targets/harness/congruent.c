/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * congruent.c - where do ranges at given distances fit? A naive search; see congruent.h.
 *
 * A highest base is one that cannot be raised by one alignment, because some range of the request
 * would then enter one that is not free, or leave the space: so it is rounded down from where
 * a range of the request ends where such a one begins. All of these are tried, downward.
 */
#include "congruent.h"

/*
 * By hand, where qsort() would do: what harness code hands from task to task is hidden from
 * ThreadSanitizer, but not what the C library does for it.
 */
static void note_range(struct world *w, u64 start, u64 end, bool lazy)
{
	u32 at;

	/* One more than there is room for says that there are too many. */
	if (w->nr_ranges >= w->max_ranges) {
		w->nr_ranges = w->max_ranges + 1;
		return;
	}
	for (at = w->nr_ranges++; at && w->range[at - 1].start > start; at--)
		w->range[at] = w->range[at - 1];
	w->range[at] = (struct kva_range){.start = start, .end = end, .lazy = lazy};
}

static void note_busy(u64 start, u64 end, void *arg)
{
	note_range(arg, start, end, false);
}

static void note_lazy(u64 start, u64 end, void *arg)
{
	note_range(arg, start, end, true);
}

bool congruent_note(struct world *w)
{
	w->nr_ranges = 0;
	for_each_vmap_area(w->vmap, note_busy, w);
	for_each_lazy_area(w->vmap, note_lazy, w);
	return w->nr_ranges <= w->max_ranges;
}

void congruent_forget_lazy(struct world *w)
{
	u32 nr = 0;

	for (u32 i = 0; i < w->nr_ranges; i++)
		if (!w->range[i].lazy)
			w->range[nr++] = w->range[i];
	w->nr_ranges = nr;
}

/* Is the range inside of the space, [from, to), and free? */
static bool is_free(const struct world *w, u64 from, u64 to, u64 start, u64 size)
{
	u32 lo = 0, hi = w->nr_ranges;

	if (start < from || start + size > to)
		return false;
	/* The first range that ends above @start. */
	while (lo < hi) {
		u32 mid = (lo + hi) / 2;

		if (w->range[mid].end <= start)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo == w->nr_ranges || w->range[lo].start >= start + size;
}

u64 congruent_highest(const struct world *w, const struct congruent *r)
{
	const struct machine_config *mc = machine_config(w->machine);
	u64 from = mc->kva_start, to = from + mc->kva_size, best = 0, lowest_end = ~0ULL;

	for (u32 i = 0; i < r->nr; i++)
		lowest_end = min(lowest_end, r->offset[i] + r->size[i]);
	for (u32 n = w->nr_ranges + 1; n--;) {
		u64 limit = n == w->nr_ranges ? to : w->range[n].start;

		if (limit - lowest_end <= best)
			break;
		/* Nothing free in front of it: whatever is below it, is below the range before it.
		 */
		if (limit == (n ? w->range[n - 1].end : from))
			continue;
		for (u32 i = 0; i < r->nr; i++) {
			u64 base = ALIGN_DOWN(limit - r->offset[i] - r->size[i], r->align);
			u32 checked = 0;

			/* That one first: mostly it is the one that does not fit. */
			while (base > best && checked < r->nr) {
				u32 at = (i + checked) % r->nr;

				if (!is_free(w, from, to, base + r->offset[at], r->size[at]))
					break;
				checked++;
			}
			if (checked == r->nr)
				best = base;
		}
	}
	return best;
}

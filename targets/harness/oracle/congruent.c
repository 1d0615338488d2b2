/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * congruent.c - where do ranges at given distances fit? A naive search; see congruent.h.
 *
 * A highest base is one that cannot be raised by one alignment, because some range of the request
 * would then enter one that is not free, or leave the space: so it is rounded down from where
 * a range of the request ends where such a one begins. All of these are tried, downward.
 */
#include "congruent.h"

u64 congruent_highest(const struct kva_snapshot *s, const struct congruent *r)
{
	u64 from = s->space->start, to = s->space->end, best = r->lowest ? r->lowest - 1 : 0,
	    lowest_end = ~0ULL;

	for (u32 i = 0; i < r->nr; i++)
		lowest_end = min(lowest_end, r->offset[i] + r->size[i]);
	for (u32 n = s->nr + 1; n--;) {
		u64 limit = n == s->nr ? to : s->range[n].start;

		if (limit - lowest_end <= best)
			break;
		/* Nothing free in front of it: whatever is below it, is below the range before it.
		 */
		if (limit == (n ? s->range[n - 1].end : from))
			continue;
		for (u32 i = 0; i < r->nr; i++) {
			u64 base = ALIGN_DOWN(limit - r->offset[i] - r->size[i], r->align);
			u32 checked = 0;

			/* That one first: mostly it is the one that does not fit. */
			while (base > best && checked < r->nr) {
				u32 at = (i + checked) % r->nr;

				if (!kva_snapshot_is_free(s, base + r->offset[at], r->size[at]))
					break;
				checked++;
			}
			if (checked == r->nr)
				best = base;
		}
	}
	return best >= max(r->lowest, 1ULL) ? best : 0;
}

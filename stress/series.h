/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * series.h - a number at regular moments of a run of any length, in bounded memory.
 *
 * When the series is full, every other value is dropped, and from then on only every other moment
 * is recorded.
 */
#ifndef MM_STRESS_SERIES_H
#define MM_STRESS_SERIES_H

#include "sched/types.h"

#define SERIES_MAX 1024
#define SERIES_PARTS 4

/**
 * struct series - a series
 * @nr:    values
 * @every: moments from one value to the next; 0 counts as 1
 * @seen:  moments
 */
struct series {
	u32 nr;
	u32 every;
	u64 seen;
	u64 value[SERIES_MAX];
};

static inline void series_add(struct series *s, u64 x)
{
	s->every = max(s->every, 1U);
	if (s->seen++ % s->every)
		return;
	if (s->nr == SERIES_MAX) {
		for (u32 i = 0; i < SERIES_MAX / 2; i++)
			s->value[i] = s->value[2 * i];
		s->nr = SERIES_MAX / 2;
		s->every *= 2;
	}
	s->value[s->nr++] = x;
}

/** series_part() - the largest value in a quarter of the run; @part: 0 to 3 */
static inline u64 series_part(const struct series *s, u32 part)
{
	u64 most = 0;

	for (u32 i = s->nr * part / SERIES_PARTS; i < s->nr * (part + 1) / SERIES_PARTS; i++)
		most = max(most, s->value[i]);
	return most;
}

#endif

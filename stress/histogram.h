/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * histogram.h - durations, log-linear: eight steps between a power of two and the next, so that a
 * percentile is known to an eighth.
 */
#ifndef MM_STRESS_HISTOGRAM_H
#define MM_STRESS_HISTOGRAM_H

#include "sched/types.h"

#define HISTOGRAM_STEP_BITS 3
#define HISTOGRAM_STEPS (1u << HISTOGRAM_STEP_BITS)
#define HISTOGRAM_BUCKETS (40u * HISTOGRAM_STEPS)

/**
 * struct histogram - durations
 * @nr:     how many
 * @most:   the longest
 * @bucket: how many of each length
 */
struct histogram {
	u64 nr;
	u64 most;
	u64 bucket[HISTOGRAM_BUCKETS];
};

/** histogram_bucket() - the bucket of a duration */
static inline u32 histogram_bucket(u64 x)
{
	u32 bits = (u32)fls64(x);

	if (bits <= HISTOGRAM_STEP_BITS)
		return (u32)x;
	bits -= HISTOGRAM_STEP_BITS;
	return min((bits << HISTOGRAM_STEP_BITS) + (u32)(x >> (bits - 1) & (HISTOGRAM_STEPS - 1)),
		   HISTOGRAM_BUCKETS - 1);
}

/** histogram_least() - the shortest duration of a bucket */
static inline u64 histogram_least(u32 bucket)
{
	const u32 bits = bucket >> HISTOGRAM_STEP_BITS;
	const u64 step = bucket & (HISTOGRAM_STEPS - 1);

	return bits ? (HISTOGRAM_STEPS + step) << (bits - 1) : step;
}

static inline void histogram_add(struct histogram *h, u64 x)
{
	h->nr++;
	h->most = max(h->most, x);
	h->bucket[histogram_bucket(x)]++;
}

static inline void histogram_merge(struct histogram *to, const struct histogram *from)
{
	to->nr += from->nr;
	to->most = max(to->most, from->most);
	for (u32 i = 0; i < HISTOGRAM_BUCKETS; i++)
		to->bucket[i] += from->bucket[i];
}

/** histogram_at() - the duration that @per_10000 of 10,000 do not exceed; 0 of an empty one */
static inline u64 histogram_at(const struct histogram *h, u32 per_10000)
{
	u64 before = (h->nr * per_10000 + 9999) / 10000;

	for (u32 i = 0; i < HISTOGRAM_BUCKETS && h->nr; i++) {
		if (before <= h->bucket[i])
			return min(histogram_least(i + 1), h->most);
		before -= h->bucket[i];
	}
	return h->most;
}

#endif

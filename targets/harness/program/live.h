/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * live.h - which objects are alive at a record, while a program is walked from its first record
 * to its last.
 *
 * Objects of one type are kept in the order in which they were made. The byte form names an
 * object by its distance from the freshest one: what is freshest is also what people
 * free next, so small edits of a program leave most names meaning what they meant.
 */
#ifndef MM_HARNESS_LIVE_H
#define MM_HARNESS_LIVE_H

#include <stdlib.h>
#include <string.h>

#include "program.h"

#define LIVE_FIXED 256

/**
 * struct live - objects alive, by type
 * @nr:    how many of each type
 * @rec:   records that made them, oldest first
 * @heap:  memory of @rec where a program is too long for @fixed
 * @fixed: memory of @rec where it is not
 */
struct live {
	u32 nr[NR_OBJECT_TYPES];
	u16 *rec[NR_OBJECT_TYPES];
	u16 *heap;
	u16 fixed[NR_OBJECT_TYPES - 1][LIVE_FIXED];
};

/** live_init() - nothing is alive; for a program of at most @records. 0 or -ENOMEM */
static inline int live_init(struct live *l, u32 records)
{
	unsigned int t;

	l->heap = NULL;
	if (records > LIVE_FIXED) {
		l->heap = malloc(records * sizeof(u16) * (NR_OBJECT_TYPES - 1));
		if (!l->heap)
			return -ENOMEM;
	}
	l->nr[OBJECT_NONE] = 0;
	l->rec[OBJECT_NONE] = NULL;
	for (t = 1; t < NR_OBJECT_TYPES; t++) {
		l->nr[t] = 0;
		l->rec[t] = l->heap ? l->heap + (size_t)(t - 1) * records : l->fixed[t - 1];
	}
	return 0;
}

static inline void live_fini(struct live *l)
{
	free(l->heap);
}

/** live_make() - record @r made an object of type @t */
static inline void live_make(struct live *l, unsigned int t, u32 r)
{
	l->rec[t][l->nr[t]++] = (u16)r;
}

/** live_at() - record of the object at distance @k from the freshest; @k is less than nr[t] */
static inline u32 live_at(const struct live *l, unsigned int t, u32 k)
{
	return l->rec[t][l->nr[t] - 1 - k];
}

/** live_find() - distance of the object that record @r made, or -1 if it is not alive */
static inline s32 live_find(const struct live *l, unsigned int t, u32 r)
{
	u32 lo = 0, hi = l->nr[t];

	/* Oldest first is ascending order of records. */
	while (lo < hi) {
		u32 mid = (lo + hi) / 2;

		if (l->rec[t][mid] < r)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < l->nr[t] && l->rec[t][lo] == r ? (s32)(l->nr[t] - 1 - lo) : -1;
}

/** live_consume() - the object at distance @k is gone */
static inline void live_consume(struct live *l, unsigned int t, u32 k)
{
	u32 at = --l->nr[t] - k;

	if (k)
		memmove(&l->rec[t][at], &l->rec[t][at + 1], k * sizeof(u16));
}

#endif

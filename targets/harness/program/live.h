/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * live.h - the objects that are alive at a record, for walks through a program from its first
 * record to its last.
 *
 * The objects of one type are kept in the order in which they were made. The byte form names an
 * object by its distance from the freshest: people mostly free fresh objects, and so most names
 * keep their meaning after a small edit. In memory an object is the number of the record that made
 * it.
 */
#ifndef MM_HARNESS_LIVE_H
#define MM_HARNESS_LIVE_H

#include <stdlib.h>
#include <string.h>

#include "program.h"

#define LIVE_FIXED 256

/**
 * struct live - live objects, by type
 * @nr:    how many of each type
 * @rec:   records that made them, oldest first
 * @heap:  memory of @rec for a program that is too long for @fixed, or NULL
 * @fixed: memory of @rec for other programs
 */
struct live {
	u32 nr[NR_OBJECT_TYPES];
	u16 *rec[NR_OBJECT_TYPES];
	u16 *heap;
	u16 fixed[NR_OBJECT_TYPES - 1][LIVE_FIXED];
};

/** live_init() - no object is alive yet; @records: length of the program. Return: 0 or -ENOMEM */
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

/** live_at() - record of the object at distance @k from the freshest; @k < @l->nr[@t] */
static inline u32 live_at(const struct live *l, unsigned int t, u32 k)
{
	return l->rec[t][l->nr[t] - 1 - k];
}

/** live_find() - distance of the object that record @r made; -1: it is not alive */
static inline s32 live_find(const struct live *l, unsigned int t, u32 r)
{
	u32 lo = 0, hi = l->nr[t];

	/* @rec ascends: binary search. */
	while (lo < hi) {
		u32 mid = (lo + hi) / 2;

		if (l->rec[t][mid] < r)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < l->nr[t] && l->rec[t][lo] == r ? (s32)(l->nr[t] - 1 - lo) : -1;
}

/** live_consume() - the object at distance @k is consumed */
static inline void live_consume(struct live *l, unsigned int t, u32 k)
{
	u32 at = --l->nr[t] - k;

	if (k)
		memmove(&l->rec[t][at], &l->rec[t][at + 1], k * sizeof(u16));
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hash.h - 128-bit hashes of events, and of sets of events.
 *
 * An event's hash is made of the hashes of the events that it depends on. The hash of a set is the
 * sum of its members, so that their order does not matter.
 */
#ifndef MM_EXPLORE_HASH_H
#define MM_EXPLORE_HASH_H

#include "sched/types.h"

struct hash128 {
	u64 a, b;
};

static inline struct hash128 hash_add(struct hash128 x, struct hash128 y)
{
	return (struct hash128){x.a + y.a, x.b + y.b};
}

static inline bool hash_equal(struct hash128 x, struct hash128 y)
{
	return x.a == y.a && x.b == y.b;
}

/* The finaliser of splitmix64. */
static inline u64 hash_finish(u64 x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

/* Of @x, @y and a number; the three places are distinguished. */
static inline struct hash128 hash_mix(struct hash128 x, struct hash128 y, u64 n)
{
	n *= 0x9e3779b97f4a7c15ULL;
	return (struct hash128){
		hash_finish(x.a * 0xd6e8feb86659fd93ULL + (y.a ^ y.a >> 29) + n),
		hash_finish(x.b * 0xa0761d6478bd642fULL + (y.b ^ y.b >> 31) * 3 + ~n),
	};
}

#endif

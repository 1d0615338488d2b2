/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * random.h - splitmix64 (Steele, Lea and Flood, OOPSLA 2014): the same numbers in every run.
 *
 * A generator is its 64 bits of state, which the caller keeps: no two runs share one. Any state,
 * zero too, is a seed, and neighbouring seeds give unrelated numbers.
 */
#ifndef MM_SCHED_RANDOM_H
#define MM_SCHED_RANDOM_H

#include "types.h"

/** random_mix() - a bijection; every bit of the result depends on every bit of @x */
static inline u64 random_mix(u64 x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

/** random_next() - draw a number */
static inline u64 random_next(u64 *state)
{
	return random_mix(*state += 0x9e3779b97f4a7c15ULL);
}

/** random_below() - draw a number below @n */
static inline u32 random_below(u64 *state, u32 n)
{
	return (u32)((random_next(state) >> 32) * n >> 32);
}

/** random_below_u64() - draw a number below @n from all 64 bits: other numbers than random_below()
 */
static inline u64 random_below_u64(u64 *state, u64 n)
{
	return (u64)((unsigned __int128)random_next(state) * n >> 64);
}

#endif

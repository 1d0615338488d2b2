/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * task_set.h - the fibers engine: sets of tasks, a bit a task by its number.
 *
 * A run has 111 spawned tasks at most, and a set is 128 bits. The first 47 tasks are numbers 1 to
 * 47, workers and callbacks 48 to 63, and the rest 64 to 127 (schedule.h). The fast path of a point
 * looks at 64 bits: a run with a task above number 63, or in virtual time, takes the slow path. A
 * set is part of each lock: a spinlock or mutex has 48 bytes, a reader-writer lock 64.
 *
 * A set is a plain integer: | joins sets, & intersects them, & ~ takes a task out. Code that
 * depends on the width stands here. A conversion to u64 drops the tasks from number 64 on without a
 * warning, so each one is a cast, at a place where there are no such tasks or they are handled
 * apart.
 */
#ifndef MM_SCHED_TASK_SET_H
#define MM_SCHED_TASK_SET_H

#include "types.h"

/* SCHED_MAX_TASKS bits. Locks hold sets, and are where a u64 can be, so this is aligned as one. */
typedef unsigned __int128 task_set __attribute__((aligned(8)));

/* The set of task number @n alone. */
#define TASK_BIT(n) ((task_set)1 << (n))

/* The tasks from number 64 on. */
static inline u64 task_set_high(task_set set)
{
	return (u64)(set >> 64);
}

/* Lowest number in a set that is not empty. */
static inline unsigned int task_set_first(task_set set)
{
	u64 low = (u64)set;

	return (unsigned int)(low ? __builtin_ctzll(low)
				  : 64 + __builtin_ctzll(task_set_high(set)));
}

/* The set without its lowest number; empty for the empty set. */
static inline task_set task_set_rest(task_set set)
{
	return set & (set - 1);
}

static inline unsigned int task_set_count(task_set set)
{
	return (unsigned int)(__builtin_popcountll((u64)set) +
			      __builtin_popcountll(task_set_high(set)));
}

/* The @n-th number in a set that has more than @n, from 0. */
static inline unsigned int task_set_nth(task_set set, unsigned int n)
{
	unsigned int low = (unsigned int)__builtin_popcountll((u64)set);
	bool high = n >= low;
	u64 half = high ? task_set_high(set) : (u64)set;

	for (n -= high ? low : 0; n; n--)
		half &= half - 1;
	return (unsigned int)__builtin_ctzll(half) + (high ? 64 : 0);
}

/* Those in a set with higher numbers than the one task in @bit. */
static inline task_set task_set_above(task_set set, task_set bit)
{
	return set & ~(bit | (bit - 1));
}

/* Iterate over the numbers in a set, lowest first; the set is used up. */
#define for_each_task(n, set)                                                                      \
	for (; (set) && ((n) = task_set_first(set), 1); (set) = task_set_rest(set))

#endif

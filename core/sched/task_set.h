/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * task_set.h - the fibers engine: sets of tasks, a bit a task by its number.
 *
 * A set is a plain integer: sets are joined by |, met by &, and a task is taken out by & ~. What
 * depends on how wide the integer is stands here. A set must not end up in a u64: nothing
 * warns of tasks that are lost that way.
 */
#ifndef MM_SCHED_TASK_SET_H
#define MM_SCHED_TASK_SET_H

#include "types.h"

typedef u64 task_set;

/* The set of task number @n alone. */
#define TASK_BIT(n) ((task_set)1 << (n))

/* Lowest number in a set that is not empty. */
static inline unsigned int task_set_first(task_set set)
{
	return (unsigned int)__builtin_ctzll(set);
}

/* The set without its lowest number; empty for the empty set. */
static inline task_set task_set_rest(task_set set)
{
	return set & (set - 1);
}

static inline unsigned int task_set_count(task_set set)
{
	return (unsigned int)__builtin_popcountll(set);
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * quiet.h - quiet points: all threads of a world wait for each other between two operations.
 *
 * The last thread to arrive checks the world on behalf of all, and decides whether the world goes
 * on. All that a thread did before the point comes before all that another does after it.
 */
#ifndef MM_STRESS_QUIET_H
#define MM_STRESS_QUIET_H

#include <pthread.h>

#include "sched/types.h"

/**
 * struct quiet - a meeting place
 * @lock, @cond: protect all but @wanted
 * @threads: that meet
 * @waiting: that have arrived
 * @round:   meetings so far
 * @wanted:  a thread has arrived, or the run is to end: the others come too; atomic
 * @over:    the last meeting said that the world ends
 */
struct quiet {
	pthread_mutex_t lock;
	pthread_cond_t cond;
	u32 threads, waiting;
	u64 round;
	bool wanted;
	bool over;
};

void quiet_init(struct quiet *q);
void quiet_fini(struct quiet *q);

/** quiet_begin() - @threads will meet; none has arrived */
void quiet_begin(struct quiet *q, u32 threads);

/** quiet_want() - call all threads to the next meeting. Any thread */
static inline void quiet_want(struct quiet *q)
{
	__atomic_store_n(&q->wanted, true, __ATOMIC_RELAXED);
}

/** quiet_wanted() - should the caller come? */
static inline bool quiet_wanted(const struct quiet *q)
{
	return __atomic_load_n(&q->wanted, __ATOMIC_RELAXED);
}

/**
 * quiet_meet() - arrive, and wait for the others
 * @check: the last thread to arrive calls it. Return: the world ends
 *
 * Return: the world ends.
 */
bool quiet_meet(struct quiet *q, bool (*check)(void *arg), void *arg);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clock.h - the host's clock, for those who measure runs or limit their time.
 *
 * Nothing within a run may look at it: a run is a function of its program and schedule.
 */
#ifndef MM_SCHED_CLOCK_H
#define MM_SCHED_CLOCK_H

#include <time.h>

/** clock_seconds() - CLOCK_MONOTONIC in seconds */
static inline double clock_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/** clock_cpu_seconds() - seconds that this thread has had a CPU: others may slow it, not stop it */
static inline double clock_cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#endif

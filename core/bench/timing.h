/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * timing.h - the time of an operation.
 *
 * A benchmark runs several rounds of many operations, and its figure is the fastest round: the
 * cost without interference, which a change to the code moves. The clock counts the thread's own
 * CPU time, so a busy host does not stretch it.
 */
#ifndef MM_BENCH_TIMING_H
#define MM_BENCH_TIMING_H

#include "../sched/clock.h"

#define BENCH_ROUNDS 7

/**
 * struct bench_timing - the rounds so far; zero-initialised
 * @rounds: how many have ended
 * @start:  when the current round began
 * @least:  nanoseconds for each operation in the fastest round
 */
struct bench_timing {
	unsigned int rounds;
	double start, least;
};

/** bench_begin() - begin a round */
static inline void bench_begin(struct bench_timing *t)
{
	t->start = clock_cpu_seconds();
}

/** bench_round() - record a round with @ns nanoseconds for each operation */
static inline void bench_round(struct bench_timing *t, double ns)
{
	if (!t->rounds++ || ns < t->least)
		t->least = ns;
}

/** bench_end() - end a round of @ops operations */
static inline void bench_end(struct bench_timing *t, unsigned int ops)
{
	bench_round(t, (clock_cpu_seconds() - t->start) * 1e9 / ops);
}

/** bench_least() - nanoseconds of @op(@arg) in the fastest round; a round calls it @ops times */
static inline double bench_least(void (*op)(void *arg), void *arg, unsigned int ops)
{
	struct bench_timing t = {0};

	while (t.rounds < BENCH_ROUNDS) {
		bench_begin(&t);
		for (unsigned int i = 0; i < ops; i++)
			op(arg);
		bench_end(&t, ops);
	}
	return t.least;
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * timing.h - how benchmarks of every floor take the time of an operation.
 *
 * The work is done in several rounds of many operations each, and the figure is the least of the
 * rounds: what the work costs where nothing else interferes, which is what a change to the
 * code moves. Time is the thread's own: a host that is busy with others does not stretch it.
 */
#ifndef MM_BENCH_TIMING_H
#define MM_BENCH_TIMING_H

#include "../sched/clock.h"

#define BENCH_ROUNDS 7

/**
 * struct bench_timing - rounds so far; zero-initialised
 * @rounds: ended
 * @start:  when the round under way began
 * @least:  nanoseconds an operation in the fastest round
 */
struct bench_timing {
	unsigned int rounds;
	double start, least;
};

/** bench_begin() - a round begins */
static inline void bench_begin(struct bench_timing *t)
{
	t->start = clock_cpu_seconds();
}

/** bench_round() - a round has taken @ns nanoseconds an operation */
static inline void bench_round(struct bench_timing *t, double ns)
{
	if (!t->rounds++ || ns < t->least)
		t->least = ns;
}

/** bench_end() - a round of @ops operations has ended */
static inline void bench_end(struct bench_timing *t, unsigned int ops)
{
	bench_round(t, (clock_cpu_seconds() - t->start) * 1e9 / ops);
}

/** bench_least() - nanoseconds of @op(@arg), done @ops times a round */
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench.h - what the engine itself costs.
 */
#ifndef MM_SCHED_BENCH_H
#define MM_SCHED_BENCH_H

/**
 * sched_bench() - steps and schedules per second of the fibers engine
 * @emit: told of each figure: what was run, what was measured, its value and unit
 *
 * Takes some seconds. Context: outside of a run, no other engine in use by this thread.
 */
void sched_bench(void (*emit)(const char *bench_case, const char *metric, double value,
			      const char *unit));

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench.h - what the engine itself costs.
 */
#ifndef MM_SCHED_BENCH_H
#define MM_SCHED_BENCH_H

#include "bench_out.h"

/**
 * sched_bench() - steps and schedules per second of the fibers engine
 * @out: receives the figures
 *
 * Takes some seconds; has bars of all rates. Context: outside of a run, no other engine in use by
 * this thread.
 */
void sched_bench(struct bench_out *out);

#endif

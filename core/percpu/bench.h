/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench.h - what the per-CPU allocator costs.
 */
#ifndef MM_PERCPU_BENCH_H
#define MM_PERCPU_BENCH_H

#include "../sched/bench_out.h"

/**
 * percpu_bench() - measure the per-CPU allocator, with either allocator inside of its chunks
 * @out: receives the figures
 */
void percpu_bench(struct bench_out *out);

#endif

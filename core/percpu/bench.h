/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench.h - what the per-CPU allocator costs.
 */
#ifndef MM_PERCPU_BENCH_H
#define MM_PERCPU_BENCH_H

/**
 * percpu_bench() - measure the per-CPU allocator on a machine of its own, outside of a run
 * @emit: receives each figure: case, what was measured, its value and unit
 */
void percpu_bench(void (*emit)(const char *bench_case, const char *metric, double value,
			       const char *unit));

#endif

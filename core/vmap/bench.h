/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench.h - what the vmap layer costs.
 */
#ifndef MM_VMAP_BENCH_H
#define MM_VMAP_BENCH_H

/**
 * vmap_bench() - measure the vmap layer on a machine of its own, outside of a run
 * @emit: receives each figure: case, what was measured, its value and unit
 */
void vmap_bench(void (*emit)(const char *bench_case, const char *metric, double value,
			     const char *unit));

#endif

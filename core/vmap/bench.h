/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench.h - what the vmap layer costs.
 */
#ifndef MM_VMAP_BENCH_H
#define MM_VMAP_BENCH_H

#include "../sched/bench_out.h"

/**
 * vmap_bench() - measure the vmap layer on a machine of its own, outside of a run
 * @out: receives the figures
 */
void vmap_bench(struct bench_out *out);

#endif

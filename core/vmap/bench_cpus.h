/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_cpus.h - what small mappings cost when several CPUs make them at once.
 */
#ifndef MM_VMAP_BENCH_CPUS_H
#define MM_VMAP_BENCH_CPUS_H

#include "../sched/bench_out.h"

/**
 * vmap_bench_cpus() - map 4 pages, touch, unmap on 1, 2, 4, 8 CPUs, in virtual time; and how many
 *                     flushes and interprocessor interrupts an unmap costs
 * @out: receives the figures
 */
void vmap_bench_cpus(struct bench_out *out);

#endif

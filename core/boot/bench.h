/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench.h - what boot memory costs.
 */
#ifndef MM_BOOT_BENCH_H
#define MM_BOOT_BENCH_H

#include "../sched/bench_out.h"

/**
 * boot_bench() - measure both allocators on a bare machine, outside of a run
 * @out: receives the figures
 */
void boot_bench(struct bench_out *out);

#endif

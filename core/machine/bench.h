/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench.h - what the machine's services cost.
 */
#ifndef MM_MACHINE_BENCH_H
#define MM_MACHINE_BENCH_H

#include "../sched/bench_out.h"

/**
 * machine_bench() - measure the machine by itself, outside of a run
 * @out: receives the figures
 */
void machine_bench(struct bench_out *out);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_live.h - one object replaced among more and more of them, with both allocators.
 */
#ifndef MM_PERCPU_BENCH_LIVE_H
#define MM_PERCPU_BENCH_LIVE_H

#include "../sched/bench_out.h"

/** percpu_bench_live() - cost of an operation against the number of objects; takes minutes */
void percpu_bench_live(struct bench_out *out);

#endif

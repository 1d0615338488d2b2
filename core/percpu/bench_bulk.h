/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_bulk.h - many objects of one size, allocated and freed, with both allocators.
 */
#ifndef MM_PERCPU_BENCH_BULK_H
#define MM_PERCPU_BENCH_BULK_H

#include "../sched/bench_out.h"

/** percpu_bench_bulk() - time and metadata for each of 2^20 objects; takes minutes */
void percpu_bench_bulk(struct bench_out *out);

#endif

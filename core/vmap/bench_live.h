/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_live.h - what an area costs among more and more of them.
 */
#ifndef MM_VMAP_BENCH_LIVE_H
#define MM_VMAP_BENCH_LIVE_H

#include "../sched/bench_out.h"

/**
 * vmap_bench_live() - one of 10 to 10^6 areas freed, and another allocated; list and tree
 * @out: receives the figures
 */
void vmap_bench_live(struct bench_out *out);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_module.h - the cases of Linux's test_vmalloc that concern addresses.
 */
#ifndef MM_VMAP_BENCH_MODULE_H
#define MM_VMAP_BENCH_MODULE_H

#include "../sched/bench_out.h"

/**
 * vmap_bench_module() - the loops of that module, on each kind of space
 * @out: receives the figures
 */
void vmap_bench_module(struct bench_out *out);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_zone.h - what zones and pools save on many CPUs.
 */
#ifndef MM_VMAP_BENCH_ZONE_H
#define MM_VMAP_BENCH_ZONE_H

#include "../sched/bench_out.h"

/**
 * vmap_bench_zone() - vmalloc() and vfree() on 1 to 64 CPUs, in virtual time, with each kind of
 *                     space
 * @out: receives the figures
 */
void vmap_bench_zone(struct bench_out *out);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ticks.h - a clock that may be read twice in each operation.
 *
 * The counter of the processor, where there is one, costs a third of clock_gettime(). The length
 * of a tick follows from the two clocks at the beginning and at the end of a run.
 */
#ifndef MM_STRESS_TICKS_H
#define MM_STRESS_TICKS_H

#include "sched/clock.h"
#include "sched/types.h"

static inline u64 ticks(void)
{
#ifdef __x86_64__
	return __builtin_ia32_rdtsc();
#else
	return (u64)(clock_seconds() * 1e9);
#endif
}

#endif

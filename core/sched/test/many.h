/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * many.h - what the tests of runs with many tasks share: how tasks come to have high numbers.
 */
#ifndef MM_SCHED_TEST_MANY_H
#define MM_SCHED_TEST_MANY_H

#include "run.h"

/* Tasks with numbers up to SCHED_TASK_LAST. */
#define NR_LOW (SCHED_TASK_LAST - SCHED_TASK_FIRST + 1)

static inline void nothing(void *arg)
{
}

/* From here on the calling init spawns tasks above number 63. */
static inline void use_low_numbers(void)
{
	for (unsigned int i = 0; i < NR_LOW; i++)
		task_join(spawn("low", 0, nothing, NULL));
}

#endif

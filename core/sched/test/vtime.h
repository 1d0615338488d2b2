/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vtime.h - what the tests of virtual time share: what things cost there, and when tasks ended.
 *
 * Work is added by hand and points are free, unless a test says otherwise, so that each sum can be
 * written down.
 */
#ifndef MM_SCHED_TEST_VTIME_H
#define MM_SCHED_TEST_VTIME_H

#include "../vtime.h"
#include "run.h"

#define WORK 1000
#define HANDOVER 80

static struct sched_vtime vtime;
static u64 ended[SCHED_MAX_CPUS];

static inline int vtime_setup(void **state)
{
	vtime = (struct sched_vtime){.handover = HANDOVER,
				     .flush = 100,
				     .ipi_wait = 1000,
				     .ipi = 200,
				     .ipi_handler = 500};
	params.vtime = &vtime;
	params.nr_cpus = 4;
	memset(ended, 0, sizeof(ended));
	return 0;
}

#define VTIME_TEST(f) cmocka_unit_test_setup(f, vtime_setup)

static inline void ends(void)
{
	ended[task_cpu(current)] = sched_vtime_now();
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * checks.h - what tests of every floor share: how a run must have ended, and what the bodies
 * within it do.
 */
#ifndef MM_SCHED_TEST_CHECKS_H
#define MM_SCHED_TEST_CHECKS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../kernel.h"
#include "../sched.h"

/* The run must have ended without a finding. */
static inline void assert_clean(const struct sched_result *r)
{
	if (r->report.oracle != ORACLE_NONE)
		fail_msg("%s: %s", oracle_id(r->report.oracle), r->report.text);
}

/* The run must have ended in that finding, with these words in its text. */
static inline void assert_finding(const struct sched_result *r, enum oracle oracle,
				  const char *words)
{
	if (r->report.oracle != oracle || !strstr(r->report.text, words))
		fail_msg("expected %s: \"%s\", found %s: \"%s\"", oracle_id(oracle), words,
			 oracle_id(r->report.oracle), r->report.text);
}

/* In a body, where cmocka's asserts must not jump out of the run. */
#define CHECK(cond)                                                                                \
	do {                                                                                       \
		if (!(cond))                                                                       \
			mm_report(ORACLE_CRASH, "%s:%d: %s", __FILE__, __LINE__, #cond);           \
	} while (0)

/* In a body: @op(@arg) @nr times as numbered operations, each of them in an interrupt if @irq. */
static inline void do_ops(s32 nr, bool irq, void (*op)(void *arg), void *arg)
{
	for (s32 i = 0; i < nr; i++) {
		if (irq)
			irq_enter();
		task_set_op(i);
		op(arg);
		task_set_op(-1);
		if (irq)
			irq_exit();
		sched_turn();
	}
}

#endif

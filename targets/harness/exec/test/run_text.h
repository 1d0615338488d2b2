/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run_text.h - what tests of the executor share: one executor, and runs of programs from their
 * text.
 */
#ifndef MM_HARNESS_TEST_RUN_TEXT_H
#define MM_HARNESS_TEST_RUN_TEXT_H

#include "program/test/check.h"
#include "exec/exec.h"

/* executor_setup() - of a group of tests: their state is an executor */
static inline int executor_setup(void **state)
{
	*state = executor_create();
	return *state ? 0 : -1;
}

static inline int executor_teardown(void **state)
{
	executor_destroy(*state);
	return 0;
}

/* run() - a program without a finding, or whose boot did not fail, is carried out to its end */
static inline void run(struct executor *x, const char *text, struct exec_result *r)
{
	struct program p;
	int found;

	program_init(&p, TARGET_VMAP);
	from_text(&p, text);
	found = exec_program(x, &p, NULL, r);
	assert_int_equal(found, r->sched.report.oracle != ORACLE_NONE);
	assert_true(r->sched.report.oracle != ORACLE_NONE || r->ops + r->skipped == p.nr_ops);
	program_fini(&p);
}

/* assert_sound() - nothing was found */
static inline void assert_sound(const struct exec_result *r, const char *text)
{
	const struct report *found = &r->sched.report;

	if (found->oracle != ORACLE_NONE)
		fail_msg("%s, %s, in\n%s", oracle_id(found->oracle), found->text, text);
}

#endif

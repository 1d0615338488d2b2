/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * minimize_fixture.h - parts of fake runners, for the tests of the minimiser.
 *
 * A fake runner fails a program by a rule of the test. So the test knows the shortest program that
 * fails, and the minimiser must find that one.
 */
#ifndef MM_TOOL_TEST_MINIMIZE_FIXTURE_H
#define MM_TOOL_TEST_MINIMIZE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tool/minimize.h"
#include "sched/sched.h"
#include "program/text.h"

#define STEPS_PER_OP 10

static __maybe_unused void parse(struct program *p, const char *text)
{
	struct text_error err;

	program_init(p, TARGET_VMAP);
	if (text_parse(p, text, strlen(text), &err))
		fail_msg("%u:%u: %s", err.line, err.column, err.text);
}

/* The result of a run without a finding. */
static __maybe_unused void fill_result(const struct program *p, struct schedule *taken,
				       struct exec_result *r)
{
	*r = (struct exec_result){0};
	r->sched.steps = STEPS_PER_OP * p->nr_ops;
	r->sched.digest = 0x1234;
	r->sched.report.op = -1;
	if (taken)
		*taken = p->schedule;
}

static __maybe_unused int set_result(struct exec_result *r, bool fails)
{
	if (fails)
		r->sched.report.oracle = ORACLE_OVERLAP;
	return fails;
}

static __maybe_unused u32 count(const struct program *p, enum op_id op)
{
	u32 n = 0;

	for (u32 i = 0; i < p->nr_ops; i++)
		n += p->op[i].op == op;
	return n;
}

static __maybe_unused bool has_arg(const struct program *p, enum op_id op, u32 least)
{
	for (u32 i = 0; i < p->nr_ops; i++)
		if (p->op[i].op == op && p->op[i].arg[0] >= least)
			return true;
	return false;
}

static __maybe_unused int minimize_by(runner_fn *fn, void *arg, struct program *p)
{
	struct minimize_options o = {.runner = {fn, arg}};
	struct minimize_stats st;

	return minimize(p, &o, &st);
}

/* Set @p to the shortest part of @text that fails by @fn. */
static __maybe_unused void minimize_text(struct program *p, runner_fn *fn, const char *text)
{
	parse(p, text);
	assert_int_equal(minimize_by(fn, NULL, p), 0);
}

/* Is there a change to task @task at @step? */
static __maybe_unused bool has_change(const struct program *p, u32 step, unsigned int task)
{
	if (p->schedule.kind != SCHEDULE_SPARSE)
		return false;
	for (u32 i = 0; i < p->schedule.nr; i++)
		if (p->schedule.changes[i].step == step && p->schedule.changes[i].task == task)
			return true;
	return false;
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * minimize.c - shorten a program that fails.
 *
 * Delta debugging (Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input",
 * 2002) over the operations, with passes over tasks, schedule and numbers, in rounds until a
 * round changes nothing.
 *
 * Schedules need care. A sparse list names steps, and the removal of an operation moves all later
 * steps. So the shorter program mostly passes under the list of the longer one, though it can fail.
 * When it passes, the minimiser first moves the list along, and then looks for a schedule anew, by
 * several strategies in turn. With few operations they hit often, and more so as the program
 * shrinks. A hit becomes a list again.
 *
 * A run that a sanitizer ends has no digest and no number of steps. Its list is known up to its
 * end, and counts if it fails again. The steps are those of the sequential run, if that one passes.
 *
 * Of the results that fail the simplest wins: sequential before turns, turns before a list; a
 * default before the least value, that before a power of two, that before a threshold.
 */
#include "minimize.h"

#include <stdlib.h>
#include <string.h>

#include "minimizer.h"
#include "sched/clock.h"
#include "sched/random.h"
#include "seek.h"

/* A round costs time, and from the second on it rarely finds more than a few numbers. */
#define MAX_ROUNDS 20

/* The steps of a program of which no run has an end. */
#define UNKNOWN_STEPS 100

u32 minimizer_random(struct minimizer *m, u32 n)
{
	return random_below(&m->random, n);
}

static bool time_is_up(struct minimizer *m)
{
	const struct minimize_options *o = m->o;

	if (m->over || m->err)
		return true;
	if (o->stop && *o->stop)
		m->over = true;
	if (!(m->st->runs & 15) && o->deadline && clock_seconds() > o->deadline)
		m->over = true;
	return m->over;
}

bool minimizer_begin(struct minimizer *m)
{
	if (time_is_up(m))
		return false;
	m->err = program_copy(&m->cand, &m->best);
	return !m->err;
}

/* Run @cand once. Return: whether it fails by the oracle; @r and, if not NULL, @taken are set. */
static bool fails(struct minimizer *m, struct schedule *taken, struct exec_result *r)
{
	int ret;

	m->st->runs++;
	if (m->o->progress && !(m->st->runs & 63))
		m->o->progress(&m->best, m->st);
	ret = runner_run(&m->o->runner, &m->cand, taken, r);
	if (ret < 0)
		m->err = ret;
	return ret > 0 && r->sched.report.oracle == m->oracle;
}

/* The steps of the sequential run of @best, for a program that dies: @cand is overwritten. */
static u64 count_steps(struct minimizer *m)
{
	struct exec_result r = {0};

	m->err = program_copy(&m->cand, &m->best);
	if (m->err)
		return 0;
	m->cand.schedule.kind = SCHEDULE_SPARSE;
	m->cand.schedule.nr = 0;
	fails(m, NULL, &r);
	return r.sched.steps ? r.sched.steps : UNKNOWN_STEPS;
}

/*
 * Make @cand the best. The list of its run leaves out changes without effect. But a run that ended
 * its process has no digest, and perhaps no whole list: then the schedule stays.
 */
static void accept(struct minimizer *m, const struct exec_result *r, bool use_taken)
{
	struct program best = m->best;

	if (use_taken)
		memcpy(&m->cand.schedule, &m->taken,
		       offsetof(struct schedule, changes) +
			       m->taken.nr * sizeof(m->taken.changes[0]));
	m->best = m->cand;
	m->cand = best;
	m->steps = r->sched.steps ? r->sched.steps : count_steps(m);
	m->st->kept++;
}

static bool whole_list(const struct minimizer *m, const struct exec_result *r)
{
	return m->cand.schedule.kind == SCHEDULE_SPARSE && r->sched.digest &&
	       !r->sched.taken_overflow && m->taken.nr <= m->cand.schedule.nr;
}

/* Move the changes from the @from-th on @by steps forward in time. */
static void move_list(struct minimizer *m, u32 from, u32 by)
{
	const struct schedule *s = &m->best.schedule;

	m->cand.schedule.kind = SCHEDULE_SPARSE;
	m->cand.schedule.nr = s->nr;
	for (u32 i = 0; i < s->nr; i++) {
		struct change c = s->changes[i];

		if (i >= from)
			c.step = c.step > by ? c.step - by : 1;
		/* Still ascending. */
		if (i && c.step < m->cand.schedule.changes[i - 1].step)
			c.step = m->cand.schedule.changes[i - 1].step;
		m->cand.schedule.changes[i] = c;
	}
}

static bool try_moved(struct minimizer *m, u64 steps_now, struct exec_result *r)
{
	u32 by = m->steps > steps_now ? m->steps - steps_now : 0;
	u32 nr = m->best.schedule.nr;

	for (u32 from = 0; by && from < nr && from < 8 && !time_is_up(m); from++) {
		move_list(m, from, by);
		if (fails(m, NULL, r))
			return true;
	}
	return false;
}

/*
 * Run @cand under the @n-th schedule to try, and give it the list of the run, of at most @most
 * changes. Return: whether it fails by that list.
 */
static bool try_list(struct minimizer *m, u32 n, u64 steps, u32 most, struct exec_result *r)
{
	u32 length = (u32)max((u64)1, min(steps, (u64)PROGRAM_MAX_STEP));

	seek_schedule(&m->cand, n, length, n + 1, &m->cand.schedule);
	if (!fails(m, &m->taken, r) || r->sched.taken_overflow || m->taken.nr > most)
		return false;
	m->cand.schedule = m->taken;
	return fails(m, NULL, r);
}

/* Look for a schedule of @cand anew. */
static bool try_anew(struct minimizer *m, u64 steps, struct exec_result *r)
{
	u32 tries = 4096 / (m->cand.nr_ops + 1);

	tries = max(4u, min(tries, 64u)) * m->effort;
	for (u32 i = 0; i < tries && !time_is_up(m); i++)
		if (try_list(m, i, steps, SCHEDULE_MAX - 1, r))
			return true;
	return false;
}

bool minimizer_try_list(struct minimizer *m, u32 n)
{
	struct exec_result r;

	if (time_is_up(m) || !try_list(m, n, m->steps, m->best.schedule.nr - 1, &r))
		return false;
	accept(m, &r, false);
	return true;
}

/* Requests that went before the one that fails by plan move its number as well. */
static bool try_fail_moved(struct minimizer *m, struct exec_result *r)
{
	u32 *const at[] = {&m->cand.fail.at0, &m->cand.fail.at1, &m->cand.fail.at2,
			   &m->cand.fail.at3};

	for (u32 i = 0; i < ARRAY_SIZE(at); i++) {
		u32 was = *at[i];

		for (u32 by = 1; by < was && by <= 32 && !time_is_up(m); by++) {
			*at[i] = was - by;
			if (fails(m, NULL, r))
				return true;
		}
		*at[i] = was;
	}
	return false;
}

bool minimizer_try(struct minimizer *m, bool search)
{
	const struct schedule *s = &m->best.schedule;
	struct exec_result r;
	u64 steps;

	program_repair(&m->cand);
	if (program_equal(&m->cand, &m->best) || time_is_up(m))
		return false;
	if (fails(m, &m->taken, &r)) {
		accept(m, &r, whole_list(m, &r));
		return true;
	}
	if (!search)
		return false;
	steps = r.sched.steps;
	if (!try_fail_moved(m, &r)) {
		/* @best fails sequentially: its schedule has no part in the failure. */
		if (s->kind != SCHEDULE_SPARSE || !s->nr)
			return false;
		if (!try_moved(m, steps, &r) && !try_anew(m, steps, &r))
			return false;
	}
	accept(m, &r, false);
	return true;
}

static bool one_round(struct minimizer *m)
{
	bool simpler = false;

	m->st->round++;
	simpler |= minimize_drop_tasks(m);
	simpler |= minimize_ops(m);
	simpler |= minimize_tasks(m);
	simpler |= minimize_schedule(m);
	simpler |= minimize_values(m);
	return simpler;
}

static void do_rounds(struct minimizer *m)
{
	for (unsigned int i = 0; i < MAX_ROUNDS && one_round(m); i++)
		;
}

/* Such a round takes long, and only fewer operations or tasks are worth another. */
static void do_long_rounds(struct minimizer *m)
{
	u32 ops, tasks;

	do {
		ops = m->best.nr_ops;
		tasks = m->best.nr_tasks;
		one_round(m);
	} while (m->best.nr_ops < ops || m->best.nr_tasks < tasks);
}

/*
 * With a low limit of the machine three operations may do what takes a hundred with its default.
 * The price is a field in the text, so keep it only if it removes operations.
 */
static void try_small(struct minimizer *m)
{
	struct program plain;
	u64 steps = m->steps;

	if (m->best.nr_ops <= 3 || m->err)
		return;
	program_init(&plain, m->best.target);
	m->err = program_copy(&plain, &m->best);
	m->small = true;
	do_rounds(m);
	m->small = false;
	do_rounds(m);
	if (!m->err && m->best.nr_ops >= plain.nr_ops) {
		m->err = program_copy(&m->best, &plain);
		m->steps = steps;
	}
	program_fini(&plain);
}

/* Bring the schedule into the form that the passes expect: a sparse list, empty if that fails too.
 */
static int prepare(struct minimizer *m)
{
	struct exec_result r;
	int err = explore_pin(&m->best, &m->o->runner, &r);

	m->st->runs += 2;
	if (err && err != -EILSEQ)
		return err;
	if (m->oracle == ORACLE_NONE)
		m->oracle = r.sched.report.oracle;
	else if (r.sched.report.oracle != m->oracle)
		return -ENOENT;
	m->steps = r.sched.steps ? r.sched.steps : count_steps(m);
	if (!minimizer_begin(m))
		return m->err;
	m->cand.schedule.kind = SCHEDULE_SPARSE;
	m->cand.schedule.nr = 0;
	minimizer_try(m, false);
	return m->err;
}

static bool same_finding(const struct exec_result *a, const struct exec_result *b)
{
	const struct sched_result *x = &a->sched, *y = &b->sched;

	return x->report.oracle == y->report.oracle && x->digest == y->digest &&
	       x->report.op == y->report.op && x->report.step == y->report.step;
}

/* Run @cand three times, each in a fresh state. Return: 0 if it fails in the same way each time. */
static int check(struct minimizer *m, struct exec_result *first)
{
	for (unsigned int i = 0; i < 3; i++) {
		struct exec_result r;

		if (m->o->renew)
			m->o->renew(m->o->renew_arg);
		if (!fails(m, NULL, &r))
			return m->err ? m->err : -EILSEQ;
		if (!i)
			*first = r;
		else if (!same_finding(first, &r))
			return -EILSEQ;
	}
	return 0;
}

static int finish(struct minimizer *m)
{
	struct exec_result r = {0};
	int err = program_copy(&m->cand, &m->best);

	if (err)
		return err;
	program_sort(&m->cand);
	err = check(m, &r);
	if (err == -EILSEQ) {
		/* Sorting should preserve the meaning. If the program passes, keep it unsorted. */
		err = program_copy(&m->cand, &m->best);
		if (!err)
			err = check(m, &r);
	}
	m->cand.expect = m->oracle;
	m->cand.digest = r.sched.digest;
	m->cand.shows = 0;
	return err;
}

int minimize(struct program *p, const struct minimize_options *o, struct minimize_stats *st)
{
	struct minimizer *m = calloc(1, sizeof(*m));
	int err;

	*st = (struct minimize_stats){0};
	if (!m)
		return -ENOMEM;
	m->o = o;
	m->st = st;
	m->oracle = o->oracle;
	m->effort = 1;
	program_init(&m->best, p->target);
	program_init(&m->cand, p->target);
	err = program_copy(&m->best, p);
	if (!err)
		err = prepare(m);
	if (!err) {
		do_rounds(m);
		try_small(m);
		/* A long schedule is worth more effort. */
		if (m->best.schedule.nr > 1 && m->best.nr_ops <= 64) {
			m->effort = 32;
			do_long_rounds(m);
		}
		minimize_turns(m);
		err = m->err ? m->err : finish(m);
		if (!err || err == -EILSEQ) {
			int copied = program_copy(p, &m->cand);

			err = copied ? copied : err;
		}
	}
	program_fini(&m->best);
	program_fini(&m->cand);
	free(m);
	return err;
}

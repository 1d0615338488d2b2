/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exhaustive.c - every schedule of a program, in a child; see exhaustive.h.
 */
#include "exhaustive.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program/text.h"
#include "sched/clock.h"
#include "tool/isolate.h"

/* Between two looks at the clock. */
#define RUNS_AT_ONCE 64

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	stop = 1;
}

/* The program without its schedule and what it says of a run: what a state belongs to. */
static u64 tag_of(const struct program *p)
{
	u64 h = 0xcbf29ce484222325ULL;
	struct program q;
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	program_init(&q, p->target);
	if (f && !program_copy(&q, p)) {
		q.schedule.kind = SCHEDULE_SPARSE;
		q.schedule.nr = 0;
		q.expect = ORACLE_NONE;
		q.digest = 0;
		q.shows = 0;
		text_print(&q, f);
	}
	if (f)
		fclose(f);
	for (size_t i = 0; i < size; i++)
		h = (h ^ (u8)text[i]) * 0x100000001b3ULL;
	free(text);
	program_fini(&q);
	return h;
}

static struct explorer *create(const struct exhaustive *x)
{
	struct explorer_params params = x->params;

	params.bounds.preemptions = x->round;
	return explorer_create(&params);
}

/* The round that a state is of is found by trying. */
static int load(struct exhaustive *x, struct explorer **e, u64 tag)
{
	FILE *f = fopen(x->state, "r");
	int err = -ESTALE;

	if (!f) {
		*e = create(x);
		return *e ? 0 : -ENOMEM;
	}
	while (err == -ESTALE) {
		*e = create(x);
		rewind(f);
		err = *e ? explorer_load(*e, f, tag) : -ENOMEM;
		if (!err)
			break;
		explorer_destroy(*e);
		*e = NULL;
		if (err != -ESTALE || x->round == x->params.bounds.preemptions)
			break;
		x->round = x->round < 2 ? x->round + 1 : x->params.bounds.preemptions;
	}
	fclose(f);
	return err;
}

/* To a file beside it first: a state is complete, or the old one. */
static int save(const struct exhaustive *x, const struct explorer *e, u64 tag)
{
	char path[4096];
	FILE *f;
	int err;

	if (snprintf(path, sizeof(path), "%s.new", x->state) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	f = fopen(path, "w");
	if (!f)
		return -errno;
	err = explorer_save(e, f, tag);
	if (fclose(f) && !err)
		err = -errno;
	if (!err && rename(path, x->state))
		err = -errno;
	return err;
}

static void note(struct exhaustive *x, struct explorer *e, u64 earlier)
{
	x->stats = *explorer_stats(e);
	x->done = explorer_done(e);
	x->all_runs = earlier + x->stats.runs;
	if (x->progress)
		x->progress(x);
}

static bool limited(struct exhaustive *x)
{
	x->out_of_runs = x->runs && x->all_runs >= x->runs;
	x->out_of_time = x->deadline && clock_seconds() >= x->deadline;
	x->interrupted = stop;
	return x->out_of_runs || x->out_of_time || x->interrupted;
}

static u64 runs_left(const struct exhaustive *x)
{
	return x->runs ? min(x->runs - x->all_runs, (u64)RUNS_AT_ONCE) : RUNS_AT_ONCE;
}

/* One round. Return: whether there is nothing left to do in it. */
static bool round_of(struct exhaustive *x, struct executor *ex, struct explorer *e)
{
	const struct exec_options o = {.taken = &x->taken, .strategy = explorer_strategy(e)};
	u64 earlier = x->all_runs;

	for (;;) {
		note(x, e, earlier);
		/* The search ends first, so that a limit which it just met cuts nothing. */
		for (u64 i = 0; i < runs_left(x); i++) {
			if (!explorer_next(e)) {
				note(x, e, earlier);
				return true;
			}
			isolate_beat();
			x->found = exec_program(ex, x->program, &o, &x->result);
			explorer_ended(e, &x->result.sched);
			if (x->found) {
				note(x, e, earlier);
				return false;
			}
		}
		note(x, e, earlier);
		if (limited(x))
			return false;
	}
}

static void search(void *arg)
{
	struct exhaustive *x = arg;
	struct executor *ex = executor_create();
	u64 tag = tag_of(x->program);
	struct explorer *e = NULL;

	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	x->err = !ex ? -ENOMEM : x->state ? load(x, &e, tag) : 0;
	while (!x->err) {
		bool over;

		if (!e)
			e = create(x);
		if (!e) {
			x->err = -ENOMEM;
			break;
		}
		over = round_of(x, ex, e);
		if (x->state)
			x->err = save(x, e, tag);
		if (!over || x->round == x->params.bounds.preemptions)
			break;
		explorer_destroy(e);
		e = NULL;
		x->round = x->round < 2 ? x->round + 1 : x->params.bounds.preemptions;
	}
	explorer_destroy(e);
	executor_destroy(ex);
}

int exhaustive_search(struct exhaustive *x, const struct program *p)
{
	const struct isolate_options options = {.seconds = ISOLATE_SECONDS, .brief = true};
	double start = clock_seconds();
	struct isolate_death death;
	int ret = 0;

	x->program = p;
	if (x->in_process) {
		search(x);
	} else {
		/* The child stops at a signal to both, and says so. */
		void (*old)(int) = signal(SIGINT, on_signal);

		ret = isolate_call(&options, search, x, NULL, &death);
		signal(SIGINT, old);
	}
	x->seconds = clock_seconds() - start;
	if (ret == 1) {
		x->found = true;
		x->result = (struct exec_result){0};
		x->result.sched.report.oracle = death.oracle;
		x->result.sched.report.op = -1;
		snprintf(x->result.sched.report.text, MM_REPORT_TEXT, "%s", death.text);
		x->all_runs++;
		ret = 0;
	}
	return ret ? ret : x->err;
}

bool exhaustive_complete(const struct exhaustive *x)
{
	return x->stats.exhausted && !x->found && !exhaustive_cut(x);
}

u64 exhaustive_digest(const struct exhaustive *x)
{
	return x->stats.digest.a ^ x->stats.digest.b;
}

const char *exhaustive_cut(const struct exhaustive *x)
{
	return x->interrupted	? "a signal"
	       : x->out_of_runs ? "the limit of runs"
	       : x->out_of_time ? "the limit of time"
	       : x->stats.full	? "the limit of memory"
	       : x->stats.deep	? "a run with more switches than a list can hold"
				: NULL;
}

const char *exhaustive_flavour(void)
{
	return MM_FLAVOUR;
}

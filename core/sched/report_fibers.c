/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report_fibers.c - a finding in a run: it becomes the result, and the run is given up.
 *
 * A report is written where the task stands, on its own stack; then control leaves it for good.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

static struct report *fill(struct sched *s, enum oracle o, const struct task *t, s32 op, u64 step)
{
	struct report *r = &s->result->report;

	/* Oracles must not check the printing. */
	s->reported = true;
	r->oracle = o;
	snprintf(r->task, sizeof(r->task), "%s", t->name);
	r->op = op;
	r->step = step;
	return r;
}

void report_race(struct sched *s)
{
	const struct race *race = &s->race_seen;
	struct report *r = fill(s, ORACLE_RACE, &s->task[race->by], race->op, race->step);

	tsan_describe(s, r->text, sizeof(r->text));
}

void mm_report(enum oracle o, const char *fmt, ...)
{
	struct task *t = current;
	char text[MM_REPORT_TEXT];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!t) {
		fprintf(stderr, "mmstorm: %s: %s\n", oracle_id(o), text);
		abort();
	}
	/* A race came first, and may well be the cause. */
	if (t->sched->race) {
		report_race(t->sched);
	} else {
		const struct sched_params *p = t->sched->params;
		struct report *r = fill(t->sched, o, t, t->op, t->sched->step);
		end_process_fn *end;

		memcpy(r->text, text, sizeof(text));
		end = p->on_report ? p->on_report(p->report_arg, r, t->sched->digest) : NULL;
		if (end)
			end();
	}
	run_abandon(t->sched, t);
}

void report_limit(struct sched *s)
{
	task_set run = runnable(s);
	char names[200] = "";
	size_t used = 0;
	unsigned int i;

	if (s->race) {
		report_race(s);
		run_abandon(s, current);
	}
	for_each_task (i, run)
		if (used < sizeof(names))
			used += (size_t)snprintf(names + used, sizeof(names) - used, " %s",
						 s->task[i].name);
	mm_report(ORACLE_LIVELOCK, "more than %llu scheduling points; runnable:%s", s->max_points,
		  names);
}

/* "a, b" for the tasks that read. */
static void name_readers(const struct sched *s, const rwlock_t *lock, char *text, size_t size)
{
	task_set readers = lock->readers;
	size_t used = 0;
	unsigned int i;

	text[0] = '\0';
	for_each_task (i, readers)
		if (used < size)
			used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "",
						 s->task[i].name);
}

static size_t describe_wait(const struct sched *s, const struct task *t, char *text, size_t size)
{
	const struct lock_word *w = t->on;
	char names[120];
	int n = 0;

	switch ((enum wait_kind)t->wait) {
	case WAIT_NONE:
		n = snprintf(text, size, "%s %s", t->name,
			     s->ready & t->bit ? "is kept off its CPU" : "waits for nothing");
		break;
	case WAIT_SPIN:
	case WAIT_MUTEX:
		n = snprintf(text, size, "%s waits for %s '%s' of %s", t->name,
			     t->wait == WAIT_SPIN ? "lock" : "mutex", w->name,
			     w->owner ? w->owner->name : "no task");
		break;
	case WAIT_READ:
		n = snprintf(text, size, "%s waits to read '%s', which %s writes", t->name, w->name,
			     w->owner ? w->owner->name : "no task");
		break;
	case WAIT_WRITE:
		name_readers(s, t->on, names, sizeof(names));
		n = snprintf(text, size, "%s waits to write '%s', which %s %s", t->name, w->name,
			     w->owner ? w->owner->name : names, w->owner ? "writes" : "read");
		break;
	case WAIT_COMPLETION:
		n = snprintf(text, size, "%s waits for a completion", t->name);
		break;
	case WAIT_JOIN:
		n = snprintf(text, size, "%s waits for the end of %s", t->name,
			     ((const struct task *)t->on)->name);
		break;
	case WAIT_GRACE:
		n = snprintf(text, size, "%s waits for a grace period", t->name);
		break;
	case WAIT_BARRIER:
		n = snprintf(text, size, "%s waits for RCU callbacks", t->name);
		break;
	case WAIT_WORK:
		n = snprintf(text, size, "%s waits for a work item", t->name);
		break;
	}
	return n > 0 ? (size_t)n : 0;
}

void report_stuck(struct sched *s, struct task *t)
{
	char text[MM_REPORT_TEXT];
	task_set live = s->live;
	size_t used = 0;
	unsigned int i;

	/* Any task can report it: the last one does. */
	for_each_task (i, live) {
		if (used >= sizeof(text))
			break;
		if (used)
			used += (size_t)snprintf(text + used, sizeof(text) - used, "; ");
		if (used < sizeof(text))
			used += describe_wait(s, &s->task[i], text + used, sizeof(text) - used);
	}
	current = t;
	mm_report(ORACLE_DEADLOCK, "%s", text);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run_result.c - run a program, once or many times, and compare the result with what it expects.
 *
 * One child does all runs. If a run kills it, another child continues; the results so far are in
 * shared memory.
 */
#include "run_result.h"

#include <stdlib.h>
#include <string.h>

#include "tool/isolate.h"

/**
 * struct runs - the runs of one program
 * @done:   runs that have ended, in any way
 * @same:   of these, runs that ended like the first
 * @first:  result of the first run
 * @odd:    result of the first run that differs, if @same < @done
 * @odd_at: its number, from 1
 */
struct runs {
	const struct program *p;
	const struct run_options *o;
	u64 done, same, odd_at;
	struct exec_result first, odd;
};

static bool same_end(const struct exec_result *a, const struct exec_result *b)
{
	const struct sched_result *x = &a->sched, *y = &b->sched;

	return x->report.oracle == y->report.oracle && x->report.op == y->report.op &&
	       x->report.step == y->report.step && x->digest == y->digest &&
	       !strcmp(x->report.task, y->report.task);
}

static void count_run(struct runs *runs, const struct exec_result *r)
{
	if (!runs->done)
		runs->first = *r;
	if (same_end(&runs->first, r)) {
		runs->same++;
	} else if (!runs->odd_at) {
		runs->odd = *r;
		runs->odd_at = runs->done + 1;
	}
	runs->done++;
}

static void print_events(const struct exec_result *r, FILE *f)
{
	const char *heading = "Events:\n";

	for (unsigned int e = 0; e < NR_RUN_EVENTS; e++) {
		if (!r->events[e])
			continue;
		fprintf(f, "%s  %-20s: %12llu\n", heading, run_event_name((enum run_event)e),
			r->events[e]);
		heading = "";
	}
}

static void run_all(void *arg)
{
	struct runs *runs = arg;
	struct executor *x = executor_create();
	struct exec_options o = {.schedule = runs->o->schedule, .mmu = runs->o->mmu};
	struct exec_result r;

	if (!x) {
		fprintf(stderr, "mmstorm: out of memory\n");
		abort();
	}
	while (runs->done < runs->o->times) {
		o.trace = runs->done ? NULL : runs->o->trace;
		isolate_beat();
		exec_program(x, runs->p, &o, &r);
		count_run(runs, &r);
	}
	/* Statistics take locks and memory, which changes a run: so they need another one. */
	if (runs->o->stats && runs->first.sched.report.oracle == ORACLE_NONE) {
		o.trace = NULL;
		o.stats = runs->o->stats;
		exec_program(x, runs->p, &o, &r);
		print_events(&runs->first, runs->o->stats);
		fflush(runs->o->stats);
	}
	executor_destroy(x);
}

static int run_in_children(struct runs *runs)
{
	struct isolate_options options = {.seconds = ISOLATE_SECONDS};
	struct isolate_death death;
	struct exec_result r = {.sched.report.op = -1};

	while (runs->done < runs->o->times) {
		FILE *log = runs->done ? NULL : runs->o->log;
		int err = isolate_call(&options, run_all, runs, log, &death);

		if (err < 0)
			return err;
		if (err) {
			r.sched.report.oracle = death.oracle;
			memcpy(r.sched.report.text, death.text, sizeof(death.text));
			count_run(runs, &r);
		}
		/* One full report is enough. */
		options.brief = true;
	}
	return 0;
}

/* A bug that a sanitizer reports at once is a crash without it, at best. */
static bool satisfies(enum oracle expect, enum oracle found)
{
	if (expect == found)
		return true;
	return (expect == ORACLE_SANITIZER && found == ORACLE_CRASH) ||
	       (expect == ORACLE_CRASH && found == ORACLE_SANITIZER);
}

void run_result_classify(const struct program *p, const struct run_options *o,
			 struct run_result *res)
{
	u64 digest = res->result.sched.digest;
	struct report *r = &res->report;

	res->outcome = r->oracle == ORACLE_NONE ? OUTCOME_OK : OUTCOME_FINDING;
	res->missing = 0;
	if (r->oracle == ORACLE_DIGEST || o->ignore || o->schedule)
		return;
	if (p->expect != ORACLE_NONE) {
		if (satisfies(p->expect, r->oracle))
			res->outcome = OUTCOME_EXPECTED;
		else if (r->oracle == ORACLE_NONE && !isolate_finds(p->expect))
			res->outcome = OUTCOME_UNFIT;
		else
			res->outcome = OUTCOME_FINDING;
	}
	/* A run that died has no digest, and with another result the digest need not match. */
	if (p->digest && digest && p->digest != digest &&
	    (res->outcome == OUTCOME_OK || res->outcome == OUTCOME_EXPECTED)) {
		res->outcome = OUTCOME_FINDING;
		r->oracle = ORACLE_DIGEST;
		snprintf(r->text, sizeof(r->text), "found digest 0x%016llx, expected 0x%016llx",
			 digest, p->digest);
	}
	if (res->outcome == OUTCOME_OK || res->outcome == OUTCOME_EXPECTED)
		res->missing = p->shows & ~run_event_set(res->result.events);
	if (res->missing)
		res->outcome = OUTCOME_FINDING;
}

int run_program(const struct program *p, const struct run_options *o, struct run_result *res)
{
	struct runs *runs = isolate_memory(sizeof(*runs));
	int err = 0;

	if (!runs)
		return -ENOMEM;
	runs->p = p;
	runs->o = o;
	if (o->in_process)
		run_all(runs);
	else
		err = run_in_children(runs);
	if (!err) {
		*res = (struct run_result){
			.result = runs->first,
			.report = runs->first.sched.report,
			.same = runs->same,
		};
		if (runs->odd_at) {
			const struct sched_result *a = &runs->first.sched, *b = &runs->odd.sched;

			res->report = b->report;
			res->report.oracle = ORACLE_DIGEST;
			snprintf(res->report.text, sizeof(res->report.text),
				 "run %llu ended with %s at step %llu, digest 0x%016llx; the first "
				 "with %s at step %llu, digest 0x%016llx",
				 runs->odd_at, oracle_id(b->report.oracle), b->report.step,
				 b->digest, oracle_id(a->report.oracle), a->report.step, a->digest);
		}
		run_result_classify(p, o, res);
	}
	isolate_memory_free(runs, sizeof(*runs));
	return err;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge.h - does this program fail, and by which oracle?
 *
 * The minimiser and the explorer ask a judge and nothing else, so they work on runs in the
 * same process, on runs in a child that may crash, and in tests on a function that pretends.
 */
#ifndef MM_HARNESS_JUDGE_H
#define MM_HARNESS_JUDGE_H

#include "exec/exec.h"

/**
 * judge_fn - run a program once
 * @arg:   the judge's own
 * @p:     well formed
 * @taken: if not NULL, receives the run as a sparse schedule
 * @r:     filled in
 *
 * Return: 0 if there was no finding, 1 if there was, in @r->sched.report; or a negative error
 * number if the program could not be run at all.
 */
typedef int judge_fn(void *arg, const struct program *p, struct schedule *taken,
		     struct exec_result *r);

struct judge {
	judge_fn *run;
	void *arg;
};

/** judge_here() - a judge that runs programs in this process; @arg is a struct executor */
int judge_here(void *arg, const struct program *p, struct schedule *taken, struct exec_result *r);

/**
 * struct judge_shows - a judge that takes programs which show something for such that fail
 * @judge:  runs them
 * @events: bit enum run_event: all of these must happen, and no oracle may fire
 */
struct judge_shows {
	struct judge judge;
	u32 events;
};

/**
 * judge_shows() - judge_fn of @arg, a struct judge_shows
 *
 * Return: 1 at a finding as well, with its oracle in @r; a run that only shows has ORACLE_NONE.
 */
int judge_shows(void *arg, const struct program *p, struct schedule *taken, struct exec_result *r);

static inline int judge_run(const struct judge *j, const struct program *p, struct schedule *taken,
			    struct exec_result *r)
{
	return j->run(j->arg, p, taken, r);
}

#endif

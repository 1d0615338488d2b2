/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * runner.h - run a program once: does it fail, and by which oracle?
 *
 * The explorer, the minimiser and fail_each() run programs through a runner only. So they work
 * on runs in this process, on runs in a child that may crash, and, in tests, on functions that
 * run nothing at all.
 */
#ifndef MM_HARNESS_RUNNER_H
#define MM_HARNESS_RUNNER_H

#include "exec/exec.h"

/**
 * runner_fn - run a program once
 * @arg:   private data of the runner
 * @p:     well formed
 * @taken: if not NULL, receives the run as a sparse schedule
 * @r:     filled in
 *
 * Return: 1 at a finding, which is in @r->sched.report; 0 if there is none; a negative error
 * number if the program could not be run.
 */
typedef int runner_fn(void *arg, const struct program *p, struct schedule *taken,
		      struct exec_result *r);

struct runner {
	runner_fn *run;
	void *arg;
};

/** run_in_process() - runner_fn that runs in this process; @arg is a struct executor */
int run_in_process(void *arg, const struct program *p, struct schedule *taken,
		   struct exec_result *r);

/**
 * struct event_runner - a runner that reports a run in which events happened as a failure
 * @runner: runs the program
 * @events: bit enum run_event: all of these must happen, and no oracle may fire
 */
struct event_runner {
	struct runner runner;
	u32 events;
};

/**
 * event_runner_run() - runner_fn of @arg, a struct event_runner
 *
 * Return: 1 if all events happened, with ORACLE_NONE in @r, and at a finding, with its oracle.
 */
int event_runner_run(void *arg, const struct program *p, struct schedule *taken,
		     struct exec_result *r);

static inline int runner_run(const struct runner *runner, const struct program *p,
			     struct schedule *taken, struct exec_result *r)
{
	return runner->run(runner->arg, p, taken, r);
}

#endif

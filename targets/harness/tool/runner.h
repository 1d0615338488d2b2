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

/**
 * struct seen_runner - a runner that reports what was seen elsewhere as a failure, and nothing else
 * @runner:   runs the program
 * @oracle:   the oracle that must fire
 * @function: if not NULL, of ORACLE_RACE: the functions of the two accesses, in either order
 * @others:   findings that were passed over, by oracle
 */
struct seen_runner {
	struct runner runner;
	enum oracle oracle;
	const char *function[2];
	u64 others[NR_ORACLES];
};

/** seen_runner_run() - runner_fn of @arg, a struct seen_runner. Return: 1 if it was seen again */
int seen_runner_run(void *arg, const struct program *p, struct schedule *taken,
		    struct exec_result *r);

/**
 * race_in() - is a race between two functions?
 * @r: a report of ORACLE_RACE
 * @a, @b: names of the functions, in either order; where a function is inlined, its own name
 */
bool race_in(const struct report *r, const char *a, const char *b);

static inline int runner_run(const struct runner *runner, const struct program *p,
			     struct schedule *taken, struct exec_result *r)
{
	return runner->run(runner->arg, p, taken, r);
}

#endif

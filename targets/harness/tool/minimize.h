/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * minimize.h - make a program that fails shorter, and keep what it fails by.
 */
#ifndef MM_HARNESS_MINIMIZE_H
#define MM_HARNESS_MINIMIZE_H

#include <signal.h>

#include "runner.h"

/**
 * struct minimize_stats - how it goes
 * @runs:  programs run
 * @kept:  of these, programs that were simpler and failed
 * @round: from 1
 */
struct minimize_stats {
	u64 runs, kept;
	unsigned int round;
};

/**
 * struct minimize_options - how to do it
 * @runner:    runs programs
 * @oracle:   what must stay; ORACLE_NONE: whatever the first run finds
 * @deadline: on CLOCK_MONOTONIC in seconds; 0: none. What was reached until then is the result
 * @stop:     if not NULL, ends it in the same way once it is set
 * @renew:    if not NULL, called before each run of the final check with @runner.arg: the
 *            run is to find nothing that an earlier run left behind
 * @progress: if not NULL, called now and then
 */
struct minimize_options {
	struct runner runner;
	enum oracle oracle;
	double deadline;
	volatile sig_atomic_t *stop;
	void (*renew)(void *runner_arg);
	void (*progress)(const struct program *best, const struct minimize_stats *st);
};

/**
 * minimize() - make it shorter
 * @p:  well formed; afterwards the result, with `expect` and `digest` lines, sorted, and
 *      checked to fail three times in the same way
 * @o:  how
 * @st: filled in
 *
 * The same program, runner and oracle give the same result, unless the deadline came first.
 *
 * Return: 0; -ENOENT if @p does not fail by @o->oracle, and then it is as it was; -EILSEQ if the
 * result fails, but not three times in the same way; another negative error number.
 */
int minimize(struct program *p, const struct minimize_options *o, struct minimize_stats *st);

#endif

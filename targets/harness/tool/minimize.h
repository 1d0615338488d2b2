/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * minimize.h - shorten a program that fails, so that it still fails by the same oracle.
 */
#ifndef MM_HARNESS_MINIMIZE_H
#define MM_HARNESS_MINIMIZE_H

#include <signal.h>

#include "runner.h"

/**
 * struct minimize_stats - progress
 * @runs:  programs that were run
 * @kept:  of these, programs that were simpler and failed
 * @round: the current round, from 1
 */
struct minimize_stats {
	u64 runs, kept;
	unsigned int round;
};

/**
 * struct minimize_options - parameters
 * @runner:    runs programs
 * @oracle:   the oracle that must fire; ORACLE_NONE: the one that fires in the first run
 * @deadline: CLOCK_MONOTONIC, in seconds; 0: none. The result is the best program until then
 * @stop:     if not NULL, ends the minimisation like the deadline, once it is set
 * @renew:    if not NULL, called with @renew_arg before each run of the final check, to remove the
 *            traces of earlier runs
 * @progress: if not NULL, called now and then
 */
struct minimize_options {
	struct runner runner;
	enum oracle oracle;
	double deadline;
	volatile sig_atomic_t *stop;
	void (*renew)(void *renew_arg);
	void *renew_arg;
	void (*progress)(const struct program *best, const struct minimize_stats *st);
};

/**
 * minimize() - shorten a program
 * @p:  well formed; receives the result, with `expect` and `digest` lines, sorted, and checked to
 *      fail three times in the same way
 * @o:  parameters
 * @st: filled in
 *
 * The same program, runner and oracle give the same result, unless the deadline comes first.
 *
 * Return: 0; -ENOENT if @p does not fail by @o->oracle, and is unchanged; -EILSEQ if the result
 * fails, but not three times in the same way; or another negative error number.
 */
int minimize(struct program *p, const struct minimize_options *o, struct minimize_stats *st);

#endif

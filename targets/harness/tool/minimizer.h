/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * minimizer.h - what the passes of the minimiser share; see minimize.c.
 *
 * A pass changes @cand, a copy of @best, and has it tried: a candidate that fails by the
 * same oracle becomes the best. Every pass makes programs that are simpler by a measure of its own,
 * and none makes a program longer, so the passes come to an end.
 */
#ifndef MM_HARNESS_MINIMIZER_H
#define MM_HARNESS_MINIMIZER_H

#include "explore.h"
#include "minimize.h"

/**
 * struct minimizer - a minimisation
 * @o:      options
 * @st:     statistics
 * @oracle: what must stay
 * @best:   fails by @oracle
 * @steps:  of the run of @best
 * @cand:   the candidate
 * @taken:  room for the list of a run
 * @random: state of the random generator
 * @small:  limits of the machine are to be low, and need not be defaults
 * @effort: how many times the usual number of schedules is tried
 * @err:    a negative error number once there was one: everything then ends
 * @over:   no time is left
 */
struct minimizer {
	const struct minimize_options *o;
	struct minimize_stats *st;
	enum oracle oracle;
	struct program best, cand;
	u64 steps;
	struct schedule taken;
	u64 random;
	bool small;
	u32 effort;
	int err;
	bool over;
};

/** minimizer_begin() - @cand becomes a copy of @best. False: it is over */
bool minimizer_begin(struct minimizer *m);

/**
 * minimizer_try() - is the candidate a failing program?
 * @search: operations went, so steps moved: if it does not fail under its schedule, look for
 *          another under which it does
 *
 * Return: true if it is, and it is @best now.
 */
bool minimizer_try(struct minimizer *m, bool search);

/** minimizer_random() - a number below @n, the same in each minimisation */
u32 minimizer_random(struct minimizer *m, u32 n);

/* The passes. Return: whether anything became simpler. */
bool minimize_ops(struct minimizer *m);
bool minimize_tasks(struct minimizer *m);
bool minimize_schedule(struct minimizer *m);
bool minimize_values(struct minimizer *m);

/** minimize_turns() - last: say it in turns of whole operations, if that can be said */
bool minimize_turns(struct minimizer *m);

#endif

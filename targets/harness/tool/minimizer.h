/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * minimizer.h - shared parts of the minimiser's passes; see minimize.c.
 *
 * A pass changes @cand, a copy of @best, and tries it: a candidate that fails by the same oracle
 * becomes the new @best. Each pass makes programs simpler by its own measure, and none makes a
 * program longer, so the passes terminate.
 */
#ifndef MM_HARNESS_MINIMIZER_H
#define MM_HARNESS_MINIMIZER_H

#include "explore.h"
#include "minimize.h"

/**
 * struct minimizer - a minimisation
 * @o:      options
 * @st:     statistics
 * @oracle: the oracle that must fire
 * @best:   the simplest program so far that fails by @oracle
 * @steps:  steps of the run of @best
 * @cand:   the candidate
 * @taken:  buffer for the list of a run
 * @random: state of the random generator
 * @small:  prefer low limits of the machine to default ones
 * @effort: factor of the usual number of schedules to try
 * @err:    the first negative error number, which ends everything
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

/** minimizer_begin() - copy @best to @cand. Return: false if the minimisation is over */
bool minimizer_begin(struct minimizer *m);

/**
 * minimizer_try() - run the candidate, and keep it if it fails
 * @search: the steps of the program have moved: if it passes under its schedule, look for another
 *          schedule under which it fails
 *
 * Return: true if the candidate fails; it is @best then.
 */
bool minimizer_try(struct minimizer *m, bool search);

/**
 * minimizer_try_list() - run the candidate, a copy of @best, under another schedule
 * @n: which of those of seek_schedule()
 *
 * Return: true if it fails by a list with fewer changes than that of @best, which is not empty; it
 * is @best then.
 */
bool minimizer_try_list(struct minimizer *m, u32 n);

/** minimizer_random() - a random number below @n; the sequence is the same in each minimisation */
u32 minimizer_random(struct minimizer *m, u32 n);

/* The passes. Return: whether the program became simpler. */
bool minimize_drop_tasks(struct minimizer *m);
bool minimize_ops(struct minimizer *m);
bool minimize_tasks(struct minimizer *m);
bool minimize_schedule(struct minimizer *m);
bool minimize_values(struct minimizer *m);

/** minimize_turns() - the last pass: try turns of whole operations as schedule */
bool minimize_turns(struct minimizer *m);

#endif

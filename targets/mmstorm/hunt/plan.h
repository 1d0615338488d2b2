/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan.h - which runs a hunt consists of.
 */
#ifndef MM_MMSTORM_HUNT_PLAN_H
#define MM_MMSTORM_HUNT_PLAN_H

#include "hunt.h"
#include "ways.h"

/**
 * struct plan - bugs, ways, and the runs of all of them
 * @bug, @nr_bugs: the bugs, in the order of the bank
 * @way, @nr_ways: the columns, in the order of ways[]
 * @seeds:         runs of each way on each bug
 * @limit:         seconds of a run
 * @job, @nr_jobs: the runs whose programs are built, controls first
 * @missing, @nr_missing: programs that are not
 */
struct plan {
	const struct bug **bug;
	size_t nr_bugs;
	const struct way *way[WAYS_MAX];
	size_t nr_ways;
	u64 seeds, limit;
	struct hunt_job *job;
	size_t nr_jobs;
	struct way_program *missing;
	size_t nr_missing;
};

/**
 * plan_make() - choose bugs and ways
 * @bank: outlives the plan
 *
 * Return: 0, or EXIT_BAD after a message; plan_free() in any case.
 */
int plan_make(struct plan *p, const struct hunt_options *o, const struct bank *bank);

/** plan_jobs() - list the runs and the missing programs, anew. Return: as plan_make() */
int plan_jobs(struct plan *p);

void plan_free(struct plan *p);

#endif

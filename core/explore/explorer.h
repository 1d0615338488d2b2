/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explorer.h - search all schedules of a program, within bounds.
 *
 * The explorer is a strategy (sched/strategy.h) that makes other choices in each run, until there
 * are none left. The caller runs whatever it likes under it, the same each time:
 *
 *	while (explorer_next(e)) {
 *		sched_run(s, &params, init, arg, &result);  // params.strategy =
 *explorer_strategy(e) explorer_ended(e, &result);
 *	}
 *
 * Two schedules that order the same pairs of conflicting operations in the same way make the same
 * *trace*. One schedule of each trace suffices: see order.h for what is in conflict, and
 * explorer.c for how the others are left out.
 *
 * Bounds. A preemption is a switch away from a task that could go on, to another task. An interrupt
 * is a switch to an interrupt source at a point where another task could run. A migration is a move
 * of a task to another CPU. A choice where the running task waits, yields or ends costs nothing.
 */
#ifndef MM_EXPLORE_EXPLORER_H
#define MM_EXPLORE_EXPLORER_H

#include <stdio.h>

#include "hash.h"
#include "sched/sched.h"

/* No bound. A bound is less than that by two at least. */
#define EXPLORE_ALL 255
#define EXPLORE_MAX 250

/* Changes with each change of what a trace or a digest is. */
#define EXPLORE_VERSION 1

/**
 * struct explore_bounds - how far schedules may depart from the default rule
 * @preemptions, @migrations, @interrupts: at most so many in a run; EXPLORE_ALL: any number
 */
struct explore_bounds {
	u8 preemptions, migrations, interrupts;
};

#define EXPLORE_DEFAULT_BOUNDS                                                                     \
	{                                                                                          \
		.preemptions = 2, .migrations = 0, .interrupts = 2                                 \
	}

/**
 * struct explorer_params - a search
 * @bounds: the bounds
 * @memory: most bytes that the tables may take; 0: 1 GiB
 * @shard, @nr_shards: search only the part number @shard, from 0, of @nr_shards; 0 of 0: all
 * @reduce: by partial-order reduction (reduce.c), in place of a table of states. Without migrations
 *          and shards
 * @naive:  try each schedule of each state, however often it is reached: for tests
 */
struct explorer_params {
	struct explore_bounds bounds;
	size_t memory;
	u32 shard, nr_shards;
	bool reduce;
	bool naive;
};

/**
 * struct explore_stats - how far the search is
 * @runs:      runs so far
 * @traces:    distinct traces among those that ended, a finding included
 * @redundant: runs that were given up, or ended in a trace that was known
 * @blocked:   runs in which all tasks waited in cpu_relax() loops
 * @foreign:   runs that belong to other shards
 * @deepest:   most places with a choice in a run
 * @memory:    bytes of the tables
 * @digest:    of the set of traces: equal in each search that found the same traces
 * @full:      there was no memory for some state or trace: the search is incomplete
 * @deep:      a run had more choices than a schedule can hold: the search is incomplete
 * @exhausted: no schedule is left
 */
struct explore_stats {
	u64 runs, traces, redundant, blocked, foreign, deepest;
	size_t memory;
	struct hash128 digest;
	bool full, deep, exhausted;
};

struct explorer;

/** explorer_create() - begin a search; NULL without memory */
struct explorer *explorer_create(const struct explorer_params *p);

/** explorer_destroy() - end it; NULL is allowed */
void explorer_destroy(struct explorer *e);

/** explorer_strategy() - the strategy for struct sched_params of each run */
const struct sched_strategy *explorer_strategy(struct explorer *e);

/**
 * explorer_next() - prepare the next run
 *
 * Return: false if no schedule is left.
 */
bool explorer_next(struct explorer *e);

/**
 * explorer_ended() - take note of the run that explorer_next() prepared
 * @r: its result
 *
 * Return: whether it ended, in a trace that was not known. A finding is a trace as well.
 */
bool explorer_ended(struct explorer *e, const struct sched_result *r);

/** explorer_stats() - see struct explore_stats */
const struct explore_stats *explorer_stats(struct explorer *e);

/**
 * explorer_done() - an estimate of the part of the search that is over, from 0 to 1
 *
 * Each choice counts as if all its branches were equally long. An early figure can be off by
 * orders of magnitude.
 */
double explorer_done(const struct explorer *e);

/**
 * explorer_save() - write the state between two runs, to go on later
 * @tag: a number that explorer_load() must be given again: what was searched
 *
 * Return: 0 or a negative error number.
 */
int explorer_save(const struct explorer *e, FILE *f, u64 tag);

/**
 * explorer_load() - go on with a search
 * @e: fresh, with the same parameters
 *
 * Return: 0; -EINVAL if the file is no state of this version; -ESTALE if it is of another search;
 * -EIO if it is cut short; -ENOMEM.
 */
int explorer_load(struct explorer *e, FILE *f, u64 tag);

#endif

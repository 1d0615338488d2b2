/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * internal.h - the state of a search: the current path, and what has been seen.
 */
#ifndef MM_EXPLORE_INTERNAL_H
#define MM_EXPLORE_INTERNAL_H

#include "explorer.h"
#include "keys.h"
#include "order.h"
#include "sched/strategy.h"

#define NO_MOVE 0xff

/**
 * struct budget - what the path has used up
 */
struct budget {
	u8 preemptions, migrations, interrupts;
};

/**
 * struct option - one of the choices at a place
 * @task: runs next
 * @cpu:  it is moved there first; NO_MOVE: it is not
 * @used: of the budget, with this choice
 */
struct option {
	u8 task, cpu;
	struct budget used;
};

/**
 * struct place - a step of the path at which the default rule is not followed blindly
 * @step:  number of the step in the run
 * @first: its first option in explorer.option
 * @nr:    number of options; with one there is nothing to search
 * @at:    the option that is taken
 */
struct place {
	u64 step;
	u32 first, nr, at;
};

/**
 * struct explorer - a search
 * @strategy: how the engine sees it; first, so that a run finds its explorer
 * @p:        parameters
 * @place, @nr_places, @max_places: the current path: a stack
 * @option, @max_options: options of all places, in their order
 * @depth:    places that the current run has passed
 * @used:     budget that the current run has used
 * @order:    what the current run has done
 * @cut:      the current run was given up
 * @foreign:  it belongs to another shard
 * @idle:     all its tasks waited in loops: from there on the default rule decides
 * @branches: places with a choice that the current run has passed
 * @shard_hash: of the first choices of the run
 * @seen:     states from which all schedules have been tried, or will be
 * @traces:   hashes of the runs that ended
 */
struct explorer {
	struct sched_strategy strategy;
	struct explorer_params p;
	struct place *place;
	u32 nr_places, max_places;
	struct option *option;
	u32 max_options;
	u32 depth;
	struct budget used;
	struct order order;
	bool begun, cut, foreign, idle;
	u32 branches;
	u64 shard_hash;
	struct keys seen, traces;
	struct explore_stats stats;
};

#endif

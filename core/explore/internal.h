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
 *
 * With reduction, as sets of tasks:
 *
 * @run:   those of all options
 * @todo:  those to be tried
 * @done:  those that were tried
 * @sleep: those that need not be tried
 * @free:  the running task could not go on: no choice is a preemption
 */
struct place {
	u64 step;
	u32 first, nr, at;
	bool free;
	task_set run, todo, done, sleep;
};

struct reduction;

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
 * @sched:    the engine of the current run
 * @bounded:  there are bounds: choices cost something
 * @reduction: the events of the current run, or NULL
 * @sleep:    tasks that need not run next: what they would do was tried before
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
	bool begun, cut, foreign, idle, bounded;
	struct sched *sched;
	struct reduction *reduction;
	task_set sleep;
	u32 branches;
	u64 shard_hash;
	struct keys seen, traces;
	struct explore_stats stats;
};

/**
 * struct choice - the arguments of a choice
 * @goes_on: the task that goes on by itself, or NULL if the running task waits, yields or has ended
 */
struct choice {
	struct task *t, *dflt;
	task_set run;
	struct task *goes_on;
	enum switch_reason why;
};

/**
 * list_options() - the options of a step, that of the default rule first if it is one
 * @o: receives them; there is room for all that there can be
 *
 * Return: how many; 0 if all tasks wait in cpu_relax() loops.
 */
u32 list_options(const struct explorer *e, struct sched *s, const struct choice *c,
		 struct option *o);

/* reduce.c */
struct reduction *reduction_create(void);
void reduction_destroy(struct reduction *r);
void reduction_begin(struct reduction *r);
void reduction_spawned(struct reduction *r, unsigned int parent, unsigned int child);

/**
 * reduction_access() - @t does something to @x, which may be NULL; @how is of enum access
 *
 * Notes tasks to be tried at the places before operations in conflict.
 */
void reduction_access(struct explorer *e, const struct task *t, struct order_object *x,
		      unsigned int how);

/*
 * A finding ended the run, a deadlock for one. The operations that tasks were about to do could
 * have come before others as well.
 */
void reduction_stopped(struct explorer *e);

/* Sleeping tasks whose next operation may be in conflict with this one do not sleep any longer. */
void reduction_wake(struct explorer *e, const struct task *t, const volatile void *object,
		    bool write);

#endif

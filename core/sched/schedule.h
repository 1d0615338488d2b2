/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * schedule.h - a schedule: which task runs next, wherever there is a choice.
 *
 * A *point* is a place in a task where another task may be let in: every synchronisation
 * operation is one. A *step* is a point at which more than one task is runnable. Only steps are
 * counted, from 1, so a schedule speaks of choices alone.
 *
 * Where a schedule says nothing, the *default rule* decides: the running task goes on; if it
 * cannot, the runnable task with the lowest number runs; after a yield, the next runnable task in
 * cyclic order; after an interrupt, the task that the interrupt came over, and the source itself
 * if that task cannot go on. A run under the default rule alone is the sequential run.
 *
 * A *strategy* makes the choices that differ from the default rule: from a list, by chance, by
 * priorities. The choices of every strategy can be recorded as a sparse list of changes, and that
 * list replays the run.
 */
#ifndef MM_SCHED_SCHEDULE_H
#define MM_SCHED_SCHEDULE_H

#include "types.h"

#define SCHED_MAX_TASKS 128

/*
 * Numbers of tasks. They are the same in every run of a program, whatever order the tasks were
 * first needed in.
 *
 * task_spawn() numbers tasks and interrupt sources in order: from SCHED_TASK_FIRST to
 * SCHED_TASK_LAST, and then from SCHED_MORE_FIRST to SCHED_MORE_LAST. There are two ranges because
 * runs of many tasks came later, and stored schedules keep their meaning.
 */
#define SCHED_TASK_INIT 0
#define SCHED_TASK_FIRST 1
#define SCHED_TASK_LAST 47
#define SCHED_WORKER_FIRST 48 /* deferred work: the lowest idle worker takes an item */
#define SCHED_WORKER_LAST 62
#define SCHED_TASK_RCU 63 /* RCU callbacks */
#define SCHED_MORE_FIRST 64
#define SCHED_MORE_LAST (SCHED_MAX_TASKS - 1)

/* Tasks that a run can spawn. */
#define SCHED_MAX_SPAWNED                                                                          \
	(SCHED_TASK_LAST - SCHED_TASK_FIRST + 1 + SCHED_MORE_LAST - SCHED_MORE_FIRST + 1)

/** sched_task_number() - the number of the @k-th task that a run spawns, from 0 */
static inline unsigned int sched_task_number(unsigned int k)
{
	const unsigned int low = SCHED_TASK_LAST - SCHED_TASK_FIRST + 1;

	return k < low ? SCHED_TASK_FIRST + k : SCHED_MORE_FIRST + (k - low);
}

/* The fields of struct schedule that a strategy takes. */
enum {
	SCHEDULE_TAKES_SEED = 1 << 0,
	SCHEDULE_TAKES_ODDS = 1 << 1,
	SCHEDULE_TAKES_DEPTH = 1 << 2,
	SCHEDULE_TAKES_LENGTH = 1 << 3,
	SCHEDULE_TAKES_CHANGES = 1 << 4, /* @changes as a list by step */
	SCHEDULE_TAKES_TURNS = 1 << 5,	 /* @changes as a list of turns */
	SCHEDULE_TAKES_LIST = SCHEDULE_TAKES_CHANGES | SCHEDULE_TAKES_TURNS
};

/*
 * The strategies, one entry each, in the order in which they are listed. A new strategy is a file
 * in strategy/ and an entry here (README.md).
 *
 * X(enumerator, number, symbol, name, what it takes, help)
 *
 * @number is what programs in byte form store and never changes; a new entry takes the next one.
 * @symbol names the struct sched_strategy (strategy.h): pct stands for strategy_pct.
 */
#define SCHED_STRATEGIES(X)                                                                        \
	X(SEQUENTIAL, 6, sequential, "sequential", 0, "the default rule alone")                    \
	X(SPARSE, 0, sparse, "sparse", SCHEDULE_TAKES_CHANGES,                                     \
	  "a list: at step 12 run b: `schedule @12 b`; empty: sequential")                         \
	X(TURNS, 1, turns, "turns", SCHEDULE_TAKES_TURNS,                                          \
	  "each task named runs one operation, or more: `schedule turns a b*3 a`")                 \
	X(ROUND_ROBIN, 2, round_robin, "round-robin", 0, "the next runnable task at each step")    \
	X(RANDOM, 3, random, "random", SCHEDULE_TAKES_SEED | SCHEDULE_TAKES_ODDS,                  \
	  "a random task at one step in `odds`; takes `seed`")                                     \
	X(PCT, 4, pct, "pct", SCHEDULE_TAKES_SEED | SCHEDULE_TAKES_DEPTH | SCHEDULE_TAKES_LENGTH,  \
	  "random priorities, demoted `depth` - 1 times in `length` steps; `seed`")                \
	X(CHANGES, 5, changes, "changes",                                                          \
	  SCHEDULE_TAKES_SEED | SCHEDULE_TAKES_DEPTH | SCHEDULE_TAKES_LENGTH,                      \
	  "up to `depth` switches and moves to other CPUs at random steps of `length`; `seed`")

enum schedule_kind {
#define X(enumerator, number, symbol, name, takes, help) SCHEDULE_##enumerator = (number),
	SCHED_STRATEGIES(X)
#undef X
#define X(...) +1
		NR_SCHEDULE_KINDS = 0 SCHED_STRATEGIES(X)
#undef X
};

/**
 * struct schedule_info - what is known of a strategy without running it
 * @name:  its name, in the text form of programs and in options
 * @takes: SCHEDULE_TAKES_*
 * @help:  one line
 */
struct schedule_info {
	const char *name;
	u32 takes;
	const char *help;
};

/* By enum schedule_kind. */
extern const struct schedule_info schedule_info[NR_SCHEDULE_KINDS];

/* Kinds in the order of SCHED_STRATEGIES(). */
extern const u8 schedule_listing[NR_SCHEDULE_KINDS];

/** schedule_kind_by_name() - the kind of that name, or NR_SCHEDULE_KINDS */
enum schedule_kind schedule_kind_by_name(const char *name);

/* The tasks besides those spawned that schedule_nth_task() knows. */
#define SCHEDULE_OTHER_TASKS 2

/**
 * schedule_nth_task() - the tasks that a change can name, in order
 * @nr_tasks: tasks that the run spawns
 * @n:        below @nr_tasks: one of these; @nr_tasks: the first worker; then the callback task
 */
u8 schedule_nth_task(u32 nr_tasks, u32 n);

/**
 * schedule_any_task() - draw a task that a change can name
 * @nr_tasks: tasks that the run spawns
 * @random:   state of the generator (random.h)
 *
 * Return: the number of one of those tasks or, once in @nr_tasks + 1 times, of the first worker or
 * of the callback task.
 */
u8 schedule_any_task(u32 nr_tasks, u64 *random);

enum change_kind {
	CHANGE_SWITCH,	/* run @task: for an interrupt source, this is the interrupt */
	CHANGE_MIGRATE, /* move @task to CPU @cpu, if it is preemptible; no switch */
	NR_CHANGE_KINDS
};

/**
 * struct change - one departure from the default rule
 * @step: the step at which it applies, from 1; ascending within a list
 * @kind: enum change_kind
 * @task: number of the task
 * @cpu:  for CHANGE_MIGRATE, the CPU to move to
 *
 * A change that cannot be carried out at its step is skipped: the task is not runnable or not
 * preemptible, or the CPU does not exist.
 */
struct change {
	u32 step;
	u8 kind;
	u8 task;
	u16 cpu;
};

#define SCHEDULE_MAX 4096

/**
 * struct schedule - a strategy and its parameters
 * @kind:    enum schedule_kind
 * @odds:    random: a random task runs at one step in @odds, from 1, and wherever the running
 *           task cannot go on
 * @depth:   from 1. pct: depth of the bug looked for; at most 64 demotions are made. changes: how
 *           many changes at most; at most 64 are drawn
 * @length:  pct, changes: estimated steps of the run, from 1
 * @seed:    of the random generator (random.h)
 * @nr:      entries in @changes
 * @changes: sparse: the changes, by step; turns: @task runs @step operations after its first
 */
struct schedule {
	u8 kind;
	u32 odds;
	u32 depth;
	u32 length;
	u64 seed;
	u32 nr;
	struct change changes[SCHEDULE_MAX];
};

#endif

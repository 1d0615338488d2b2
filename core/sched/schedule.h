/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * schedule.h - a schedule: which task runs next, wherever there is a choice.
 *
 * A *point* is a place in a task where another task may be let in: every
 * synchronisation operation is one. A *step* is a point at which more than one
 * task is runnable; only steps are counted, from 1, so a schedule speaks of
 * choices and of nothing else.
 *
 * Where a schedule says nothing the *default rule* decides: the running task goes
 * on; if it cannot, the runnable task with the lowest number runs; after a yield,
 * the next runnable task in cyclic order; after an interrupt, the task that the
 * source was let in over, and the source itself if that task cannot go on. A run
 * under the default rule alone is the sequential run.
 *
 * Whatever chose (a list, a random walk, PCT), the choices that differ from the
 * default rule are what a run can be written down as: a sparse list of changes.
 * That list, given back, is the same run.
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

/* Tasks that a run can spawn, and the number of the k-th one, from 0. */
#define SCHED_MAX_SPAWNED                                                                          \
	(SCHED_TASK_LAST - SCHED_TASK_FIRST + 1 + SCHED_MORE_LAST - SCHED_MORE_FIRST + 1)
#define SCHED_TASK_NUMBER(k)                                                                       \
	((k) <= SCHED_TASK_LAST - SCHED_TASK_FIRST                                                 \
		 ? SCHED_TASK_FIRST + (k)                                                          \
		 : SCHED_MORE_FIRST + (k) - (SCHED_TASK_LAST - SCHED_TASK_FIRST + 1))

enum schedule_kind {
	SCHEDULE_SPARSE,      /* a list of changes; the empty list is the sequential run */
	SCHEDULE_TURNS,	      /* a list of tasks: each runs so many operations (sched_turn()) */
	SCHEDULE_ROUND_ROBIN, /* the next runnable task, at each step */
	SCHEDULE_RANDOM,      /* a random task, with probability 1/odds (see @odds) */
	SCHEDULE_PCT,	      /* random priorities, depth - 1 random points of demotion */
	NR_SCHEDULE_KINDS
};

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
 * A change that cannot be carried out at its step (the task is not runnable or
 * not preemptible, the CPU does not exist) is passed over.
 */
struct change {
	u32 step;
	u8 kind;
	u8 task;
	u16 cpu;
};

#define SCHEDULE_MAX 4096

/**
 * struct schedule - how a run is scheduled
 * @kind:    enum schedule_kind
 * @odds:    SCHEDULE_RANDOM: a random task runs at one step in @odds, from 1, and wherever
 *           the running task cannot go on
 * @depth:   SCHEDULE_PCT: depth of the bug looked for, from 1; at most 64 demotions are made
 * @length:  SCHEDULE_PCT: estimated steps of the run, from 1
 * @seed:    of the random generator (splitmix64), for RANDOM and PCT
 * @nr:      entries in @changes
 * @changes: SCHEDULE_SPARSE: the changes, by step; SCHEDULE_TURNS: @task runs one operation and
 *           @step more
 */
struct schedule {
	u8 kind;
	u16 odds;
	u16 depth;
	u32 length;
	u64 seed;
	u32 nr;
	struct change changes[SCHEDULE_MAX];
};

#endif

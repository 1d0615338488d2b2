/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explore.h - search for a schedule under which a program fails, or shows an event.
 *
 * Runs differ only in the seed of their schedule, so a number identifies a run, and an exploration
 * can resume at any run. The state is one flat structure: in memory shared with a child, it
 * survives a run that ends the process. An event_runner looks for events.
 */
#ifndef MM_HARNESS_EXPLORE_H
#define MM_HARNESS_EXPLORE_H

#include "runner.h"

/*
 * A strategy of the explorer alone: a few changes at random steps of the sequential run, which
 * switch to a task or move one to a CPU. No other strategy moves a task within an operation.
 */
#define EXPLORE_CHANGES NR_SCHEDULE_KINDS

/* With more changes the run is a random walk, which SCHEDULE_RANDOM provides. */
#define EXPLORE_MAX_CHANGES 64

#define EXPLORE_DIGESTS (1u << 20)

/**
 * struct explore - an exploration
 * @kind:     enum schedule_kind: SPARSE (the sequential run), ROUND_ROBIN, RANDOM or PCT; or
 *            EXPLORE_CHANGES
 * @odds:     SCHEDULE_RANDOM: a task switch at one step in @odds
 * @depth:    SCHEDULE_PCT: see there; EXPLORE_CHANGES: most changes of a run
 * @length:   SCHEDULE_PCT, EXPLORE_CHANGES: steps of a run; 0: counted in a first, sequential run
 * @seed:     seed of run 1; run n has @seed + n - 1
 * @runs:     most runs; a strategy without chance needs one only
 * @deadline: CLOCK_MONOTONIC, in seconds; 0: none
 * @progress: if not NULL, called now and then
 * @tasks, @cpus: of the program, set by the first run; for EXPLORE_CHANGES
 * @begun:    runs that have begun
 * @ended:    runs that have ended; less than @begun if a run ended the process
 * @result:   result of the run that failed
 * @distinct: number of distinct digests
 * @many:     there were too many digests to count them all
 * @digest:   hash table of the digests seen; 0 is an empty entry
 */
struct explore {
	u8 kind;
	u16 odds, depth;
	u32 length;
	u64 seed;
	u64 runs;
	double deadline;
	void (*progress)(const struct explore *e);
	u32 tasks, cpus;
	u64 begun, ended;
	struct exec_result result;
	u64 distinct;
	bool many;
	u64 digest[EXPLORE_DIGESTS];
};

/**
 * explore() - run until a finding, or until no run or no time is left
 * @e: with its parameters set and the rest zero; or as an earlier call left it
 * @p: the program; its own schedule is ignored
 * @runner: runs the program
 *
 * Return: 1 at a finding, by run @e->begun, in @e->result; 0 if there was none; or a negative error
 * number.
 */
int explore(struct explore *e, const struct program *p, const struct runner *runner);

/**
 * explore_died() - count a run that ended the process; the next explore() continues after it
 * @e:      as the process left it, with a run begun and not ended
 * @oracle: the oracle that the death counts as
 * @text:   the text of its report
 */
void explore_died(struct explore *e, enum oracle oracle, const char *text);

/** explore_schedule() - the schedule of run @run, from 1, of an exploration that has begun */
void explore_schedule(const struct explore *e, u64 run, struct schedule *s);

/**
 * explore_any_task() - a random task of a program, and now and then one that the engine adds
 * @nr_tasks: number of the program's tasks
 * @random:   state of the generator (sched/random.h)
 */
u8 explore_any_task(u32 nr_tasks, u64 *random);

/** explore_left() - are there runs and time left? */
bool explore_left(const struct explore *e);

/**
 * explore_pin() - give a failing program the sparse list of its run as schedule
 * @p: fails under its schedule; receives the list, and `expect` and `digest` lines. Its `shows`
 *     line described another run, and is removed
 * @runner: runs the program
 * @r: receives the run
 *
 * Return: 0; -ENOENT if @p does not fail; -EILSEQ if the list does not reproduce the finding (the
 * run was too long, or died within a step): @p then keeps its schedule, which fails too; or another
 * negative error number.
 */
int explore_pin(struct program *p, const struct runner *runner, struct exec_result *r);

#endif

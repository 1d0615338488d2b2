/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explore.h - hunt for a schedule under which a program fails, or shows something
 * (event_runner_run()).
 *
 * Each run differs from the one before in the seed of its schedule alone, so a run is named by
 * its number and an exploration can be taken up again at any run. The state is one flat
 * structure: in memory that a child shares, it outlives a run that ends the process.
 */
#ifndef MM_HARNESS_EXPLORE_H
#define MM_HARNESS_EXPLORE_H

#include "runner.h"

/*
 * Beside the kinds of schedules: a few changes at random steps of the sequential run, switches to
 * tasks and moves to CPUs alike. No other strategy moves a task in the middle of an operation.
 */
#define EXPLORE_CHANGES NR_SCHEDULE_KINDS

/* More of them are a random walk, for which there is SCHEDULE_RANDOM. */
#define EXPLORE_MAX_CHANGES 64

#define EXPLORE_DIGESTS (1u << 20)

/**
 * struct explore - an exploration
 * @kind:     enum schedule_kind: SPARSE stands for the sequential run, ROUND_ROBIN, RANDOM or PCT;
 *            or EXPLORE_CHANGES
 * @odds:     SCHEDULE_RANDOM
 * @depth:    SCHEDULE_PCT; EXPLORE_CHANGES: so many changes, or less
 * @length:   of both; 0: taken from a first, sequential run
 * @seed:     of run 1; run n has @seed + n - 1
 * @runs:     how many at most; where no chance is involved, one is enough
 * @deadline: on CLOCK_MONOTONIC in seconds; 0: none
 * @progress: if not NULL, called now and then
 * @tasks, @cpus: of the program, once there was a run; for EXPLORE_CHANGES
 * @begun:    runs begun
 * @ended:    runs that came to an end; less than @begun if one ended the process
 * @result:   of the run that failed
 * @distinct: distinct digests
 * @many:     there were too many to count them all
 * @digest:   those seen, a hash table; 0 is an empty place
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
 * explore() - run until there is a finding, or no run or no time is left
 * @e: with its parameters set and the rest zero; or as an earlier call left it
 * @p: the program; its own schedule does not count
 * @runner: runs the program
 *
 * Return: 1 at a finding: run @e->begun, in @e->result; 0 if there was none; a negative error
 * number.
 */
int explore(struct explore *e, const struct program *p, const struct runner *runner);

/**
 * explore_died() - a run ended the process: it is counted, and the next call goes on behind it
 * @e:      as the process left it, with a run begun and not ended
 * @oracle: what that is called
 * @text:   and said
 */
void explore_died(struct explore *e, enum oracle oracle, const char *text);

/** explore_schedule() - the schedule of a run, by its number from 1, behind explore() */
void explore_schedule(const struct explore *e, u64 run, struct schedule *s);

/**
 * explore_any_task() - a task of a program, or now and then one of those that the engine adds
 * @nr_tasks: of the program
 * @random:   state of the generator (sched/random.h)
 */
u8 explore_any_task(u32 nr_tasks, u64 *random);

/** explore_left() - is there anything left to do? */
bool explore_left(const struct explore *e);

/**
 * explore_pin() - write a failing run down as a sparse list
 * @p: fails under its schedule; afterwards it has the list, and `expect` and `digest` lines. What
 * it said that it shows was said of another run, and goes
 * @runner: runs the program
 * @r: receives the run
 *
 * Return: 0; -ENOENT if @p does not fail; -EILSEQ if the list does not give the same
 * finding (the run was too long, or died in the middle of a step): @p then keeps its schedule,
 * which fails again as well; or another negative error number.
 */
int explore_pin(struct program *p, const struct runner *runner, struct exec_result *r);

#endif

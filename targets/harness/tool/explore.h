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

#define EXPLORE_DIGESTS (1u << 20)

/**
 * struct explore - an exploration
 * @kind:     enum schedule_kind: a strategy that takes no list
 * @odds, @depth: as in struct schedule
 * @length:   as in struct schedule; 0: counted in a first, sequential run, if the strategy takes it
 * @seed:     seed of run 1; run n has @seed + n - 1
 * @runs:     most runs; a strategy without chance needs one only
 * @deadline: CLOCK_MONOTONIC, in seconds; 0: none
 * @progress: if not NULL, called now and then
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
 * explore_turns() - draw a random order of the operations that keeps the order within each task
 * @p:      has SCHEDULE_MAX operations at most
 * @random: state of the generator (random.h)
 * @s:      becomes that order, as turns
 */
void explore_turns(const struct program *p, u64 *random, struct schedule *s);

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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * seek.h - search for a schedule, and a part of a program, that shows what was seen elsewhere.
 *
 * A stress run on real threads reports a finding, and knows the operations before it but not the
 * schedule. seek() looks for a run on the fibers engine that shows the same: the runner decides
 * what "the same" is (seen_runner_run()).
 *
 * Such a program is long, and most of it has no part in the finding. A schedule hits a short
 * program far sooner. So the search goes through *parts*: the whole program, and the last 1, 2, 4,
 * ... operations of all tasks and of each pair of tasks, with the operations that make the objects
 * that these use; then as many operations from elsewhere in the tasks. Each part is run under
 * strategies in turn. Then the next round begins, with twice as many runs for each part.
 */
#ifndef MM_HARNESS_SEEK_H
#define MM_HARNESS_SEEK_H

#include "runner.h"

/**
 * struct seek - a search
 * @runner:   reports what is searched for as a failure, and nothing else
 * @strategy: if not NULL, the one strategy to run; its seed is ignored
 * @seed:     of the random choices
 * @runs:     most runs; 0: no limit
 * @deadline: CLOCK_MONOTONIC, in seconds; 0: none
 * @progress: if not NULL, called now and then
 * @begun:    runs so far
 * @round:    the current round, from 0
 * @part:     the current part of the round, from 0
 * @at:       runs of the current part so far
 * @length:   steps of its sequential run
 * @result:   result of the run that was found
 */
struct seek {
	struct runner runner;
	const struct schedule *strategy;
	u64 seed;
	u64 runs;
	double deadline;
	void (*progress)(const struct seek *s, const struct program *part);
	u64 begun;
	u32 round, part, at;
	u32 length;
	struct exec_result result;
};

/**
 * seek_schedule() - a schedule to try: the strategies in turn, each with other numbers in turn
 * @p:      the program
 * @n:      which one
 * @length: steps of its run, about
 * @seed:   of the random choices
 * @s:      filled in
 */
void seek_schedule(const struct program *p, u32 n, u32 length, u64 seed, struct schedule *s);

/**
 * seek() - search until the runner reports a failure, or no run or no time is left
 * @s:     with its parameters set and the rest zero; or as an earlier call left it, to go on
 * @p:     well formed. Its own schedule is tried first
 * @found: initialised; receives the part that failed, with its schedule
 *
 * The same arguments give the same result, unless the deadline comes first.
 *
 * Return: 1 if found, 0 if not, or a negative error number.
 */
int seek(struct seek *s, const struct program *p, struct program *found);

#endif

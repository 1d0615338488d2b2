/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run_result.h - run a program, perhaps many times, and say if that is as it should be.
 */
#ifndef MM_MMSTORM_RUN_RESULT_H
#define MM_MMSTORM_RUN_RESULT_H

#include "exec/exec.h"

enum outcome {
	OUTCOME_OK,	  /* no finding, and none was expected */
	OUTCOME_EXPECTED, /* the finding that the program's `expect` line names */
	OUTCOME_FINDING,  /* another, or none although one was expected; or it shows not all it says
			   */
	OUTCOME_UNFIT,	  /* this build cannot find what is expected */
};

/**
 * struct run_options - how to run
 * @times:     how often, from 1
 * @schedule:  if not NULL, used in place of the program's; then `expect` and `shows` do not count
 * @ignore:    `expect`, `digest` and `shows` do not count
 * @in_process:      in this process: a crash ends it
 * @trace:     if not NULL, the history of the first run is written there
 * @stats:     if not NULL, the per-CPU allocators' statistics at the end of one more run, which is
 *             not judged, and the events of the first one are written there, if that had no finding
 * @log:       if not NULL, what sanitizers write during the first run
 */
struct run_options {
	u64 times;
	const struct schedule *schedule;
	bool ignore;
	bool in_process;
	FILE *trace;
	FILE *stats;
	FILE *log;
};

/**
 * struct run_result - how it went
 * @outcome: enum outcome
 * @report:  the finding, ORACLE_NONE if there was none; for OUTCOME_FINDING, why it is one
 * @result:  of the first run
 * @missing: bit enum run_event: what the program says it shows, and did not happen
 * @same:    runs with the same oracle, task, operation, step and digest as the first, it
 *           included
 */
struct run_result {
	enum outcome outcome;
	struct report report;
	struct exec_result result;
	u32 missing;
	u64 same;
};

/**
 * run_program() - run and judge
 *
 * Return: 0 with @res filled in, or a negative error number.
 */
int run_program(const struct program *p, const struct run_options *o, struct run_result *res);

/**
 * run_result_classify() - a first result against what the program says of itself
 * @v: @result, @same and @report are set; @outcome, @report and @missing are filled in
 */
void run_result_classify(const struct program *p, const struct run_options *o,
			 struct run_result *res);

#endif

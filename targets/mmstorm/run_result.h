/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run_result.h - run a program, once or many times, and compare the result with what it expects.
 */
#ifndef MM_MMSTORM_RUN_RESULT_H
#define MM_MMSTORM_RUN_RESULT_H

#include "exec/exec.h"

enum outcome {
	OUTCOME_OK,	  /* no finding, and none was expected */
	OUTCOME_EXPECTED, /* the finding that the program's `expect` line names */
	OUTCOME_FINDING,  /* another finding, none although one was expected, or missing events */
	OUTCOME_UNFIT,	  /* the expected oracle cannot fire in this build */
};

/**
 * struct run_options - how to run
 * @times:      number of runs, from 1
 * @schedule:   if not NULL, replaces the program's; then `expect`, `digest` and `shows` are ignored
 * @mmu:        the machine's
 * @ignore:     ignore `expect`, `digest` and `shows`
 * @in_process: run in this process: a crash ends it
 * @trace:      if not NULL, receives the history of the first run
 * @stats:      if not NULL, and the first run had no finding, receives the events of that run, and
 *              the per-CPU allocators' statistics at the end of one more run, which is not checked
 * @log:        if not NULL, receives the output of sanitizers during the first run
 */
struct run_options {
	u64 times;
	const struct schedule *schedule;
	enum machine_mmu mmu;
	bool ignore;
	bool in_process;
	FILE *trace;
	FILE *stats;
	FILE *log;
};

/**
 * struct run_result - the result of all runs
 * @outcome: enum outcome
 * @report:  the finding, or ORACLE_NONE; for OUTCOME_FINDING, the reason for it
 * @result:  result of the first run
 * @missing: bit enum run_event: events of the `shows` line that did not happen
 * @same:    runs with the same oracle, task, operation, step and digest as the first, including it
 */
struct run_result {
	enum outcome outcome;
	struct report report;
	struct exec_result result;
	u32 missing;
	u64 same;
};

/**
 * run_program() - run a program and classify the result
 *
 * Return: 0 with @res filled in, or a negative error number.
 */
int run_program(const struct program *p, const struct run_options *o, struct run_result *res);

/**
 * run_result_classify() - compare a result with the `expect`, `digest` and `shows` lines
 * @v: @result, @same and @report are set; @outcome, @report and @missing are filled in
 */
void run_result_classify(const struct program *p, const struct run_options *o,
			 struct run_result *res);

#endif

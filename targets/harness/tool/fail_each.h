/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fail_each.h - run a program once for each of its requests for memory, with that request failing.
 *
 * An allocator's error paths hardly ever run. So each request for metadata, a page frame or a table
 * page fails once while all others succeed, and after each run everything must be consistent and
 * freed. A failure changes the number of later requests, so the runs go on until one ends before
 * the request that was to fail.
 */
#ifndef MM_HARNESS_FAIL_EACH_H
#define MM_HARNESS_FAIL_EACH_H

#include "runner.h"
#include "machine/fail.h"

/* The number of the last request that a plan can name (program.h). */
#define FAIL_EACH_MAX 65535

/**
 * struct fail_each - the runs of one program
 * @progress: if not NULL, called before each run
 * @failing:  number of the request that fails in the current or last run; 0: none
 * @failed:   requests that have failed, one a run
 * @requests: requests of the run in which none fails
 * @no_boot:  the machine did not boot even when no request failed
 * @cut:      there are more than FAIL_EACH_MAX requests: the rest was not tried
 * @result:   result of the last run
 */
struct fail_each {
	void (*progress)(const struct fail_each *f);
	u32 failing;
	u32 failed;
	u64 requests;
	bool no_boot;
	bool cut;
	struct exec_result result;
};

/**
 * fail_each() - run until each request has failed once, or until a finding
 * @f: with @progress set and the rest zero
 * @p: well formed; receives the failure plan of the last run
 * @runner: runs the program
 *
 * No request fails in the first run.
 *
 * Return: 1 at a finding, in @f->result, with @p as it was run; 0 if there was none; a negative
 * error number.
 */
int fail_each(struct fail_each *f, struct program *p, const struct runner *runner);

#endif

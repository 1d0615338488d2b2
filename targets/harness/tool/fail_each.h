/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fail_each.h - run a program again and again, each time with another of its requests failing.
 *
 * What an allocator does when memory runs out in the middle of its work is code that hardly
 * ever runs. So: each request for metadata, a page frame or a table page that a program makes
 * fails once, every other one succeeds, and after each run all must be consistent and given
 * back. A failed request changes what comes after it, more requests or fewer: it goes on
 * until a run ends before the request that was to fail.
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
 * @failing:  the request that fails in the run under way, or did in the last; 0: none
 * @failed:   requests that have failed, one a run
 * @requests: made by the run in which none fails
 * @no_boot:  the machine did not come up even where no request failed
 * @cut:      there are more than FAIL_EACH_MAX requests: the others were not tried
 * @result:   of the last run
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
 * fail_each() - run until each request has failed once, or a run has a finding
 * @f: with @progress set and the rest zero
 * @p: well formed; its failure plan gives way to that of the last run
 * @runner: runs the program
 *
 * The first run is one without a failure. Return: 1 at a finding, in @f->result, with @p as it
 * was run; 0 if there was none; a negative error number.
 */
int fail_each(struct fail_each *f, struct program *p, const struct runner *runner);

#endif

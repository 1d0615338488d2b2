/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * child.c - see child.h.
 *
 * ThreadSanitizer prints its report before it calls the hook below. AddressSanitizer ends the
 * process by itself, after its report; so does a signal.
 */
#define _GNU_SOURCE
#include "child.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sched/sched.h"

#ifdef MM_TSAN
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/tsan_interface.h>
#endif

static struct shared *child_shared;

static __noreturn void end_with(const struct report *r)
{
	/* The first task to get here writes the finding down and ends the process. */
	while (!shared_report(child_shared, r))
		pause();
	_exit(1);
}

#ifdef MM_TSAN
/* From <sanitizer/tsan_interface.h> of LLVM's sources: not installed. */
int __tsan_get_report_data(void *report, const char **description, int *count, int *stack_count,
			   int *mop_count, int *loc_count, int *mutex_count, int *thread_count,
			   int *unique_tid_count, void **sleep_trace, unsigned long trace_size);
int __tsan_get_report_mop(void *report, unsigned long idx, int *tid, void **addr, int *size,
			  int *write, int *atomic, void **trace, unsigned long trace_size);
void __tsan_on_report(void *report);

/* The functions of the two accesses. */
static void name_pair(void *report, int mops, struct shared *s)
{
	for (int i = 0; i < mops && i < 2; i++) {
		int tid, size, write, atomic;
		void *addr, *trace[1] = {NULL};

		__tsan_get_report_mop(report, (unsigned long)i, &tid, &addr, &size, &write, &atomic,
				      trace, 1);
		if (trace[0])
			__sanitizer_symbolize_pc(trace[0], "%f", s->pair[i], sizeof(s->pair[i]));
	}
}

void __tsan_on_report(void *report)
{
	struct report r = {.oracle = ORACLE_RACE, .op = -1};
	int count, stacks, mops = 0, locs, mutexes, threads, tids;
	const char *what = "data-race";
	void *sleep[1];

	if (!child_shared)
		return;
	__tsan_get_report_data(report, &what, &count, &stacks, &mops, &locs, &mutexes, &threads,
			       &tids, sleep, 1);
	if (strcmp(what, "data-race") != 0)
		r.oracle = ORACLE_SANITIZER;
	/* The caller holds ThreadSanitizer's lock: one report at a time. */
	name_pair(report, mops, child_shared);
	snprintf(r.text, sizeof(r.text), "%s: %s, and %s", what, child_shared->pair[0],
		 child_shared->pair[1]);
	end_with(&r);
}
#endif

void child_begin(struct shared *s)
{
	child_shared = s;
	sched_on_report(end_with);
	/* The parent passes them on. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
}

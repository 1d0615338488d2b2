/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * race.c - the filter of races of the run; see race.h.
 */
#include "race.h"

#include <stddef.h>
#include <string.h>

#ifdef MM_TSAN
#include <sanitizer/tsan_interface.h>
#endif

race_filter_fn *sched_race_filter;

void sched_set_race_filter(race_filter_fn *fn)
{
	sched_race_filter = fn;
}

#ifdef MM_TSAN
bool race_is_harmless(void *report)
{
	int count, stacks, mops = 0, locs, mutexes, threads, tids;
	struct race_access access[2];
	const char *what;
	void *sleep[1];

	if (!sched_race_filter)
		return false;
	__tsan_get_report_data(report, &what, &count, &stacks, &mops, &locs, &mutexes, &threads,
			       &tids, sleep, 1);
	if (mops < 2 || strcmp(what, "data-race"))
		return false;
	for (int i = 0; i < 2; i++) {
		void *addr, *trace[1] = {NULL};
		int tid, write, atomic;

		__tsan_get_report_mop(report, (unsigned long)i, &tid, &addr, &access[i].size,
				      &write, &atomic, trace, 1);
		access[i].addr = addr;
		access[i].pc = trace[0];
		access[i].write = write;
		access[i].atomic = atomic;
	}
	return sched_race_filter(access);
}
#endif

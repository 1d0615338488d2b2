/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tsan.c - ThreadSanitizer's reports become findings; nothing in other builds.
 *
 * TSan calls __tsan_on_report() while it holds its own locks, so the run cannot be
 * left there: the report is noted and the run ends at its next scheduling point.
 */
#include "engine.h"

#ifdef MM_TSAN
#include <stdio.h>

#include <sanitizer/common_interface_defs.h>
#include <sanitizer/tsan_interface.h>

#include "tsan_options.h"

void tsan_begin(struct sched *s)
{
	(void)*(volatile const char *)mm_tsan_options;
	announce_release(&s->task[SCHED_TASK_INIT]);
}

/*
 * A lock stays taken in TSan's eyes if its holder is given up; the next run would have it taken
 * twice. What an unfinished task did comes before the end of the run.
 */
void tsan_abandon(struct sched *s)
{
	u64 used = s->used;
	unsigned int i;

	for_each_bit(i, used)
	{
		struct task *t = &s->task[i];

		if (!t->entered)
			continue;
		__tsan_switch_to_fiber(t->fiber.tsan, __tsan_switch_to_fiber_no_sync);
		while (t->nr_held)
			announce_unlock(t->held[--t->nr_held].word);
		__tsan_switch_to_fiber(s->main.tsan, 0);
	}
}

void __tsan_on_report(void *report);

void __tsan_on_report(void *report)
{
	struct task *t = current;
	const char *description = "data race";
	int count, stacks, mops = 0, locs, mutexes, threads, tids;
	size_t used = 0;
	void *sleep[1];
	struct sched *s;

	if (!t || t->sched->reported || t->sched->race)
		return;
	s = t->sched;
	s->race = true;
	s->limit = 0;
	s->race_text[0] = '\0';
	__tsan_get_report_data(report, &description, &count, &stacks, &mops, &locs, &mutexes,
			       &threads, &tids, sleep, 1);
	for (int i = 0; i < mops && used < sizeof(s->race_text); i++) {
		int tid, size, write, atomic;
		void *addr, *trace[1] = {NULL};
		char where[80] = "?";

		__tsan_get_report_mop(report, (unsigned long)i, &tid, &addr, &size, &write, &atomic,
				      trace, 1);
		if (trace[0])
			__sanitizer_symbolize_pc(trace[0], "%f %s:%l", where, sizeof(where));
		used += (size_t)snprintf(s->race_text + used, sizeof(s->race_text) - used,
					 "%s%s%s of %d bytes in %s", i ? ", " : "",
					 atomic ? "atomic " : "", write ? "write" : "read", size,
					 where);
	}
}

#else

void tsan_begin(struct sched *s)
{
}

void tsan_abandon(struct sched *s)
{
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tsan.c - ThreadSanitizer's reports become findings; nothing in other builds.
 *
 * TSan calls us while it holds its own locks, so the run cannot end there: the report is recorded,
 * and the run ends at its next scheduling point. TSan's own output is suppressed, since a hunt
 * produces thousands of reports: MMSTORM_TSAN=verbose in the environment restores it, and
 * `mmstorm run -v` sets that.
 *
 * Whether TSan sees a race may depend on what the process ran before, and a run must not:
 * - TSan remembers four accesses for each eight bytes. A fifth evicts one of them, and the
 *   *position in the trace* of its thread says which. So each task of a run gets a new thread,
 *   whose trace is empty; and what the simulation does in some runs only, such as a table that
 *   grows, happens on a thread that TSan ignores (announce_unseen_begin()). The bug
 *   percpu-extend-size of the bank tests this: with threads that are kept, one replay in five of
 *   its race is missed.
 * - Memory that is kept from run to run would have the accesses of earlier runs to evict first.
 *   It is announced as fresh: page frames by core/machine, stacks by fiber.c. Metadata is fresh
 *   from malloc().
 * - A reported address is marked as read-only and not looked at again.
 * - TSan tells threads apart by 255 identities, each good for some 16,000 releases, and hands used
 *   ones on in turn. Between a thread and the one that takes its identity over no race is seen. A
 *   run has fewer tasks than there are identities.
 * For the last two, TSan is made to start afresh after a report, and now and then.
 *
 * A race wins: if TSan has reported and another oracle fires before the next point, the race is the
 * finding.
 *
 * Two more conditions hid races without a sign until test/race.c found them. Subjects are built
 * without vectorisation, since clang instruments no access wider than 16 bytes
 * (sanitizers/roles.cmake). And reports come through TSan's hook for that purpose, a weak C++
 * symbol of its run-time library: with a library that lacks it the test sched_tsan_race fails.
 */
#include "engine.h"
#include "race.h"

#ifdef MM_TSAN
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sanitizer/common_interface_defs.h>
#include <sanitizer/tsan_interface.h>

#include "tsan_options.h"

/* By these TSan learns that accesses of the running thread are to be ignored. */
void AnnotateIgnoreReadsBegin(const char *file, int line);
void AnnotateIgnoreWritesBegin(const char *file, int line);

void *announce_unseen_thread;

/*
 * A point makes three releases at most, so does a task of its own, and a run some dozens: far below
 * 255 times 16,000 in all.
 */
#define FRESH_POINTS (1U << 19)
#define RUN_POINTS 16

static bool verbose;

/* One for the process: engines come and go. */
static void make_unseen_thread(void)
{
	void *thread = __tsan_get_current_fiber();

	if (announce_unseen_thread)
		return;
	announce_unseen_thread = __tsan_create_fiber(0);
	__tsan_switch_to_fiber(announce_unseen_thread, __tsan_switch_to_fiber_no_sync);
	AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
	AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
	__tsan_switch_to_fiber(thread, __tsan_switch_to_fiber_no_sync);
}

void tsan_create(void)
{
	const char *e = getenv("MMSTORM_TSAN");

	verbose = e && !strcmp(e, "verbose");
	/* Named, so that it is linked. */
	(void)*(volatile const char *)mm_tsan_options;
	make_unseen_thread();
}

void tsan_begin(struct sched *s)
{
	s->announced += RUN_POINTS;
	if (s->race_seen.reported || s->announced > FRESH_POINTS) {
		__tsan_flush_memory();
		s->announced = 0;
	}
	s->race_seen.reported = false;
	sched_set_race_filter(NULL);
}

/*
 * For TSan a lock stays taken if its holder is abandoned; the next run would take it twice. The
 * accesses of an unfinished task happen before the end of the run.
 */
void tsan_abandon(struct sched *s)
{
	task_set used = s->used;
	unsigned int i;

	for_each_task (i, used) {
		struct task *t = &s->task[i];

		if (!t->entered)
			continue;
		__tsan_switch_to_fiber(t->fiber.tsan, __tsan_switch_to_fiber_no_sync);
		while (t->nr_held) {
			const struct held_lock *h = &t->held[--t->nr_held];

			if (h->read)
				announce_read_unlock(h->word);
			else
				announce_unlock(h->word);
		}
		announce_release(&s->run_order);
		__tsan_switch_to_fiber(s->main.tsan, __tsan_switch_to_fiber_no_sync);
	}
}

/* TSan's threads are named by task number (fiber.c). */
static unsigned int task_of(void *report, int threads, int tid)
{
	for (int i = 0; i < threads; i++) {
		int id, running, parent;
		const char *name = NULL;
		unsigned int n = 0;
		uint64_t os_id;
		void *trace[1];

		if (__tsan_get_report_thread(report, (unsigned long)i, &id, &os_id, &running, &name,
					     &parent, trace, 1) &&
		    id == tid && name && *name) {
			for (; *name >= '0' && *name <= '9'; name++)
				n = 10 * n + (unsigned int)(*name - '0');
			return *name ? SCHED_MAX_TASKS : n;
		}
	}
	return SCHED_MAX_TASKS;
}

static void note(struct sched *s, void *report)
{
	struct race *race = &s->race_seen;
	int count, stacks, mops = 0, locs, mutexes, threads = 0, tids;
	void *sleep[1];

	s->race = true;
	s->limit = 0;
	race->by = current->number;
	race->op = current->op;
	race->step = s->step;
	race->what = "data-race";
	race->nr = 0;
	__tsan_get_report_data(report, &race->what, &count, &stacks, &mops, &locs, &mutexes,
			       &threads, &tids, sleep, 1);
	for (int i = 0; i < mops && i < 2; i++) {
		__typeof__(&race->access[0]) a = &race->access[race->nr++];
		void *addr, *trace[1] = {NULL};
		int tid = -1;

		__tsan_get_report_mop(report, (unsigned long)i, &tid, &addr, &a->size, &a->write,
				      &a->atomic, trace, 1);
		a->pc = trace[0];
		a->task = task_of(report, threads, tid);
	}
}

void tsan_describe(const struct sched *s, char *text, size_t size)
{
	const struct race *race = &s->race_seen;
	size_t used = (size_t)snprintf(text, size, "%s", race->what);

	for (unsigned int i = 0; i < race->nr && used < size; i++) {
		__typeof__(&race->access[0]) a = &race->access[i];
		char where[160] = "?";
		const char *file;

		if (a->pc)
			__sanitizer_symbolize_pc(a->pc, "%f %s:%l", where, sizeof(where));
		file = strrchr(where, '/');
		used += (size_t)snprintf(text + used, size - used,
					 "%s%s%s of %d bytes by %s in %.*s %s",
					 i ? ", after " : ": ", a->atomic ? "atomic " : "",
					 a->write ? "write" : "read", a->size,
					 a->task < SCHED_MAX_TASKS ? s->task[a->task].name : "?",
					 (int)strcspn(where, " "), where, file ? file + 1 : "");
	}
}

/* A report came outside of any run. */
static bool reported_outside;

/*
 * TSan's hook for those who want a report for themselves: true means that it is not to be
 * printed. A C++ function by its linkage name.
 */
bool tsan_on_report(void *report,
		    bool suppressed) __asm__("_ZN6__tsan8OnReportEPKNS_10ReportDescEb");

bool tsan_on_report(void *report, bool suppressed)
{
	struct task *t = current;

	if (suppressed || !t) {
		reported_outside |= !suppressed;
		return suppressed;
	}
	/* That address is not looked at again, whatever becomes of the report. */
	t->sched->race_seen.reported = true;
	if (race_is_harmless(report))
		return true;
	if (!t->sched->reported && !t->sched->race)
		note(t->sched, report);
	return !verbose;
}

/*
 * TSan's hook at the end of the process: may a report change its exit status? A race in a run is a
 * finding, and the caller of sched_run() has decided how to go on.
 */
bool tsan_on_finalize(bool failed) __asm__("_ZN6__tsan10OnFinalizeEb");

bool tsan_on_finalize(bool failed)
{
	return failed && reported_outside;
}

#else

void tsan_create(void)
{
}

void tsan_begin(struct sched *s)
{
}

void tsan_abandon(struct sched *s)
{
}

void tsan_describe(const struct sched *s, char *text, size_t size)
{
}

#endif

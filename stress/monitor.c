/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * monitor.c - see monitor.h.
 *
 * It is no task of a run: it looks at counters that are atomic, and never waits for a thread.
 */
#define _GNU_SOURCE
#include "monitor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "program/op.h"
#include "sched/clock.h"
#include "sched/sched.h"
#include "summary.h"

#define POLL_US 50000

/* Operations a second with which a run goes on. */
#define OTHERS_PER_SECOND 4000u

/**
 * struct monitor - the watchdog's memory
 * @thread:  the thread that polls
 * @lock:    protects the fields after it
 * @at_work: threads of a world are at work
 * @end:     the thread is to end
 * @seen:    of each thread, its operations when it last made progress
 * @since:   when that was
 * @others:  and the operations of all threads then
 * @done:    operations of all threads
 * @moved:   when that number last changed
 * @next:    time of the next line
 * @last:    operations, and time, of the last line
 */
static struct monitor {
	pthread_t thread;
	pthread_mutex_t lock;
	bool at_work, end;
	u64 seen[STRESS_MAX_THREADS];
	double since[STRESS_MAX_THREADS];
	u64 others[STRESS_MAX_THREADS];
	u64 done;
	double moved;
	double next, last_time;
	u64 last_done;
} monitor = {.lock = PTHREAD_MUTEX_INITIALIZER};

static u64 begun(const struct shared_thread *t)
{
	return __atomic_load_n(&t->begun, __ATOMIC_ACQUIRE);
}

static bool is_busy(const struct shared_thread *t)
{
	return begun(t) != __atomic_load_n(&t->ended, __ATOMIC_ACQUIRE);
}

static const char *busy_with(const struct shared_thread *t)
{
	const struct ring_entry *e = &t->ring[(begun(t) - 1) % RING_ENTRIES];

	if (!t->operates)
		return "its work";
	return op_table[e->op].name;
}

static __noreturn void report_hang(struct stress *st, u32 stuck, double now)
{
	struct report r = {.oracle = ORACLE_DEADLOCK, .op = -1};
	const struct shared_thread *t = &st->shared->thread[stuck];

	fprintf(stderr, "mmstorm stress: threads, and the locks that they hold:\n");
	for (u32 i = 0; i < st->nr_threads; i++) {
		const struct shared_thread *s = &st->shared->thread[i];

		fprintf(stderr, "  %-10s %s%s, %llu operations, the last %.0f s ago\n", s->name,
			is_busy(s) ? "in " : "between operations", is_busy(s) ? busy_with(s) : "",
			begun(s), now - monitor.since[i]);
	}
	sched_print_locks(st->sched, stderr);
	snprintf(r.task, sizeof(r.task), "%s", t->name);
	snprintf(r.text, sizeof(r.text), "%s has been in %s for %.0f s", t->name, busy_with(t),
		 now - monitor.since[stuck]);
	/* A thread that is writing a finding down ends the process. */
	while (!shared_report(st->shared, &r))
		pause();
	_exit(1);
}

/*
 * Without progress for too long. On a host that is so busy that the whole run hardly goes on, a
 * thread may wait for a lock as long; so either others have gone on meanwhile, or none has.
 */
static bool is_stuck(const struct stress *st, u32 i, u64 done, double now)
{
	const u64 others = done - monitor.others[i];

	return now - monitor.since[i] >= (double)st->o->watchdog &&
	       (now - monitor.moved >= (double)st->o->watchdog ||
		others >= st->o->watchdog * OTHERS_PER_SECOND);
}

static void watch(struct stress *st, double now)
{
	const u64 done = shared_done(st->shared);

	if (done != monitor.done) {
		monitor.done = done;
		monitor.moved = now;
	}
	for (u32 i = 0; i < st->nr_threads; i++) {
		const struct shared_thread *t = &st->shared->thread[i];

		if (begun(t) != monitor.seen[i] || !is_busy(t)) {
			monitor.seen[i] = begun(t);
			monitor.since[i] = now;
			monitor.others[i] = done;
		}
	}
	for (u32 i = 0; i < st->nr_threads; i++)
		if (is_stuck(st, i, done, now))
			report_hang(st, i, now);
}

static void print_line(struct stress *st, double now)
{
	const u64 done = shared_done(st->shared);
	const double rate = (double)(done - monitor.last_done) / (now - monitor.last_time);

	summary_print_second(st, now - st->begin, rate, monitor.at_work);
	monitor.last_done = done;
	monitor.last_time = now;
}

static void *monitor_main(void *arg)
{
	struct stress *st = arg;

	for (bool end = false; !end; usleep(POLL_US)) {
		double now = clock_seconds();

		pthread_mutex_lock(&monitor.lock);
		end = monitor.end;
		if (monitor.at_work) {
			watch(st, now);
			if (stress_stopped(st))
				quiet_want(&st->quiet);
		}
		if (now >= monitor.next) {
			monitor.next += 1;
			series_add(&st->memory, summary_memory());
			print_line(st, now);
		}
		pthread_mutex_unlock(&monitor.lock);
	}
	return NULL;
}

void monitor_begin(struct stress *st)
{
	monitor.last_time = st->begin;
	monitor.next = st->begin + 1;
	if (pthread_create(&monitor.thread, NULL, monitor_main, st))
		abort();
}

void monitor_end(struct stress *st)
{
	pthread_mutex_lock(&monitor.lock);
	monitor.end = true;
	pthread_mutex_unlock(&monitor.lock);
	pthread_join(monitor.thread, NULL);
}

void monitor_watch(struct stress *st, bool at_work)
{
	const double now = clock_seconds();

	pthread_mutex_lock(&monitor.lock);
	monitor.at_work = at_work;
	monitor.moved = now;
	for (u32 i = 0; i < st->nr_threads; i++) {
		monitor.seen[i] = 0;
		monitor.since[i] = now;
		monitor.others[i] = shared_done(st->shared);
	}
	pthread_mutex_unlock(&monitor.lock);
}

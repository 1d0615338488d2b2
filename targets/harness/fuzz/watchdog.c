/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watchdog.c - a limit of processor time for a run of a fuzz target.
 *
 * A thread looks once a second. A timer's signal would not do: ThreadSanitizer delays signals to
 * the next call of the C library, which a loop may never make. It delivers SIGILL at once.
 */
#include "watchdog.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "tool/finding.h"

/* The program that runs. The thread that takes it, by an exchange, ends the run. */
static _Atomic(const struct program *) running;
static atomic_ulong nr_runs;
static pthread_t runner;

static time_t processor_seconds(clockid_t clock)
{
	struct timespec t = {0};

	clock_gettime(clock, &t);
	return t.tv_sec;
}

static void end_run(const struct program *p)
{
	if (!atomic_compare_exchange_strong(&running, &p, NULL))
		return;
	finding_watch(NULL);
	fprintf(stderr, "mmstorm: livelock: more than %u s of processor time without an end\n",
		WATCHDOG_SECONDS);
	finding_print(p, ORACLE_LIVELOCK, 0);
	pthread_kill(runner, SIGILL);
}

static void *watch(void *arg)
{
	unsigned long last = 0;
	clockid_t clock;
	time_t since = 0;

	if (pthread_getcpuclockid(runner, &clock))
		return NULL;
	for (;;) {
		const struct program *p;
		unsigned long run;

		sleep(1);
		run = atomic_load(&nr_runs);
		p = atomic_load(&running);
		if (run != last || !p)
			since = processor_seconds(clock);
		else if (processor_seconds(clock) - since > WATCHDOG_SECONDS)
			end_run(p);
		last = run;
	}
}

static void start_watching(void)
{
	pthread_t thread;

	runner = pthread_self();
	if (pthread_create(&thread, NULL, watch, NULL))
		perror("mmstorm: no limit of processor time");
}

void watchdog_begin_run(const struct program *p)
{
	static bool started;

	if (!started)
		start_watching();
	started = true;
	atomic_fetch_add_explicit(&nr_runs, 1, memory_order_relaxed);
	atomic_store(&running, p);
}

void watchdog_end_run(void)
{
	/* The watchdog took the program, and is about to end the process. */
	while (!atomic_exchange(&running, NULL))
		pause();
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run.h - what the engine's unit tests share: an engine, runs, and a log of what happened.
 */
#ifndef MM_SCHED_TEST_RUN_H
#define MM_SCHED_TEST_RUN_H

#include "checks.h"

/* The log of a run: a character an event. */
static char log_text[4096];
static size_t log_len;

static inline void log_event(char c)
{
	if (log_len < sizeof(log_text) - 1)
		log_text[log_len++] = c;
	log_text[log_len] = '\0';
}

static struct sched *engine;
static struct sched_result result;
static struct sched_params params = {.nr_cpus = 4};

static inline int setup_engine(void **state)
{
	engine = sched_create();
	return engine ? 0 : -1;
}

static inline int teardown_engine(void **state)
{
	sched_destroy(engine);
	return 0;
}

/* Run @init under @schedule, which may be NULL; the result is in @result. */
static inline int run(void (*init)(void *arg), const struct schedule *schedule)
{
	int found;

	log_len = 0;
	log_text[0] = '\0';
	params.schedule = schedule;
	memset(&result, 0xff, sizeof(result));
	found = sched_run(engine, &params, init, NULL, &result);
	assert_int_equal(found, result.report.oracle != ORACLE_NONE);
	assert_null(current);
	return found;
}

static inline void expect_clean(void (*init)(void *arg), const struct schedule *schedule)
{
	run(init, schedule);
	assert_clean(&result);
}

/* The run must end with @o, and the report must say @words. */
static inline void expect_report(void (*init)(void *arg), const struct schedule *schedule,
				 enum oracle o, const char *words)
{
	run(init, schedule);
	assert_finding(&result, o, words);
}

/* A random walk for odd seeds, PCT for even ones. */
static inline const struct schedule *random_or_pct(u64 seed)
{
	static struct schedule schedule;

	memset(&schedule, 0, offsetof(struct schedule, changes));
	schedule.kind = seed % 2 ? SCHEDULE_RANDOM : SCHEDULE_PCT;
	schedule.odds = 3;
	schedule.depth = 4;
	schedule.length = 60;
	schedule.seed = seed;
	return &schedule;
}

static inline struct task *spawn(const char *name, unsigned int cpu, void (*fn)(void *arg),
				 void *arg)
{
	struct task_params p = {.name = name, .cpu = cpu, .fn = fn, .arg = arg};

	return task_spawn(&p);
}

static inline struct task *spawn_irq(const char *name, unsigned int cpu, void (*fn)(void *arg),
				     void *arg)
{
	struct task_params p = {.name = name, .cpu = cpu, .irq = true, .fn = fn, .arg = arg};

	return task_spawn(&p);
}

#endif

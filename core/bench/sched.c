/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sched.c - steps, schedules and runs per second of the fibers engine.
 *
 *   steps      two tasks that pass scheduling points and do nothing else. They switch at each
 *              step (round robin), at every second one (random walk over two tasks) or never
 *              (sequential). In virtual time two equal CPUs take turns
 *   schedules  three tasks. Four times each takes a lock, reads and writes four words, releases
 *              the lock and adds to an atomic. All lock rules are checked, and each run has
 *              another seed
 *   runs       runs without a task: the price of every execution
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

#include "../sched/clock.h"
#include "../sched/kernel.h"
#include "../sched/sched.h"
#include "../sched/vtime.h"

#define POINTS 1000000
#define TASKS 3
#define ROUNDS 4
#define WORDS 4

/**
 * struct bench - the program of a case
 * @body:   the body of each task
 * @tasks:  number of tasks
 * @vtime:  prices in virtual time, or NULL
 * @lock, @word, @sum: the shared state of lock_body()
 */
struct bench {
	void (*body)(void *arg);
	unsigned int tasks;
	const struct sched_vtime *vtime;
	spinlock_t lock;
	long word[WORDS];
	atomic_t sum;
};

static void points_body(void *arg)
{
	for (int i = 0; i < POINTS; i++)
		sched_point();
}

static void lock_body(void *arg)
{
	struct bench *b = arg;

	for (int i = 0; i < ROUNDS; i++) {
		spin_lock(&b->lock);
		for (int k = 0; k < WORDS; k++)
			b->word[k]++;
		spin_unlock(&b->lock);
		atomic_add(1, &b->sum);
	}
}

static void bench_init(void *arg)
{
	struct bench *b = arg;
	struct task *t[TASKS];

	spin_lock_init(&b->lock, "bench");
	for (unsigned int i = 0; i < b->tasks; i++) {
		struct task_params p = {.name = "bench", .cpu = i, .fn = b->body, .arg = b};

		t[i] = task_spawn(&p);
	}
	for (unsigned int i = 0; i < b->tasks; i++)
		task_join(t[i]);
}

/* Runs for about a second. Return: steps per second, or runs per second without @steps. */
static double rate(struct sched *s, struct bench *b, struct schedule *schedule, bool steps,
		   bool quick)
{
	struct sched_params p = {.nr_cpus = TASKS,
				 .max_points = UINT64_MAX,
				 .schedule = schedule,
				 .vtime = b->vtime};
	double begin = clock_seconds(), now;
	struct sched_result r;
	u64 n = 0;

	do {
		for (unsigned int i = 0; i < (steps ? 1 : 1000); i++) {
			schedule->seed++;
			if (sched_run(s, &p, bench_init, b, &r)) {
				fprintf(stderr, "mmstorm: sched_bench: %s\n", r.report.text);
				abort();
			}
			n += steps ? r.steps : 1;
		}
		now = clock_seconds();
	} while (now - begin < (quick ? 1.0 / BENCH_QUICK : 1.0));
	return (double)n / (now - begin);
}

static const struct bench_plot rates_plot = {
	.title = "The engine: rates",
	.x = "case",
	.y = "1/s",
	.log = true,
};

void sched_bench(struct bench_out *out)
{
	struct schedule *schedule = calloc(1, sizeof(*schedule));
	struct bench bare = {.body = points_body, .tasks = 2};
	static const struct sched_vtime costs = SCHED_VTIME_DEFAULTS;
	struct bench clocks = {.body = points_body, .tasks = 2, .vtime = &costs};
	struct bench locks = {.body = lock_body, .tasks = TASKS};
	struct bench empty = {.tasks = 0};
	struct {
		const char *name;
		struct bench *b;
		u8 kind;
		const char *metric;
	} cases[] = {
		{"sched-sequential", &bare, SCHEDULE_SPARSE, "steps"},
		{"sched-round-robin", &bare, SCHEDULE_ROUND_ROBIN, "steps"},
		{"sched-random", &bare, SCHEDULE_RANDOM, "steps"},
		{"sched-vtime", &clocks, SCHEDULE_SPARSE, "steps"},
		{"sched-lock-random", &locks, SCHEDULE_RANDOM, "schedules"},
		{"sched-lock-pct", &locks, SCHEDULE_PCT, "schedules"},
		{"sched-empty", &empty, SCHEDULE_PCT, "runs"},
	};
	struct sched *s = sched_create();

	if (!s || !schedule) {
		fprintf(stderr, "mmstorm: sched_bench: no memory\n");
		abort();
	}
	schedule->odds = 1;
	schedule->depth = 3;
	schedule->length = 48;
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		double value;

		bench_progress(out, cases[i].name);
		schedule->kind = cases[i].kind;
		value = rate(s, cases[i].b, schedule, cases[i].b->body == points_body, out->quick);
		bench_value_bar(out, &rates_plot, cases[i].name, cases[i].metric, cases[i].name,
				value, "1/s");
	}
	sched_destroy(s);
	free(schedule);
}

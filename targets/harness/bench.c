/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench.c - executions per second of the harness.
 *
 * Every case runs a set of programs over and over for a fixed time and counts. The programs are
 * random operations as a fuzzer would make them, refused and skipped ones included; how many
 * were refused is printed beside, since a refusal is cheaper than a service.
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "exec.h"
#include "sched/clock.h"
#include "sched/random.h"

#define PROGRAMS 64
#define SECONDS 1.0

void bench_program(struct program *p, unsigned int target, unsigned int ops, unsigned int tasks,
		   unsigned int seed)
{
	u32 max = ops * 4;
	size_t size = BYTES_HEADER + (size_t)max * BYTES_RECORD;
	u8 *data = calloc(1, size);
	struct program empty;
	u64 state = seed;

	if (!data)
		abort();
	program_init(&empty, target);
	empty.nr_tasks = tasks;
	for (u32 t = 0; t < tasks; t++)
		empty.task[t].cpu = t % empty.machine.cpus;
	bytes_encode(&empty, data, size);
	program_fini(&empty);
	/* Records without an object to work on are left out: more than enough are drawn. */
	for (size_t i = BYTES_HEADER; i < size; i += sizeof(u64)) {
		u64 x = random_next(&state);

		memcpy(data + i, &x, sizeof(x));
	}
	if (bytes_decode(p, data, size, NULL) || p->nr_ops < ops)
		abort();
	p->nr_ops = ops;
	free(data);
}

struct rate {
	double seconds;
	u64 runs, ops, failed, skipped, steps, findings;
};

static void measure(struct executor *x, struct program *set, unsigned int n, bool reschedule,
		    struct rate *r)
{
	double start = clock_seconds();

	*r = (struct rate){0};
	do {
		for (unsigned int i = 0; i < n; i++) {
			struct exec_result res;

			if (reschedule)
				set[i].schedule.seed++;
			r->findings += exec_program(x, &set[i], NULL, &res);
			r->ops += res.ops;
			r->failed += res.failed;
			r->skipped += res.skipped;
			r->steps += res.sched.steps;
			r->runs++;
		}
		r->seconds = clock_seconds() - start;
	} while (r->seconds < SECONDS);
}

static void one_case(struct executor *x, const char *name, unsigned int target, unsigned int ops,
		     unsigned int tasks,
		     void (*emit)(const char *, const char *, double, const char *))
{
	struct program *set = calloc(PROGRAMS, sizeof(*set));
	struct rate r;

	if (!set)
		abort();
	for (unsigned int i = 0; i < PROGRAMS; i++) {
		program_init(&set[i], target);
		bench_program(&set[i], target, ops, tasks, i + 1);
		if (tasks > 1) {
			set[i].schedule.kind = SCHEDULE_RANDOM;
			set[i].schedule.odds = 8;
			set[i].schedule.seed = i;
		}
	}
	measure(x, set, PROGRAMS, tasks > 1, &r);
	emit(name, "executions", r.runs / r.seconds, "1/s");
	emit(name, "operations", (double)r.ops / r.runs, "1/execution");
	emit(name, "refused", (double)r.failed / r.runs, "1/execution");
	if (tasks > 1)
		emit(name, "steps", (double)r.steps / r.runs, "1/execution");
	emit(name, "findings", r.findings, "1");
	for (unsigned int i = 0; i < PROGRAMS; i++)
		program_fini(&set[i]);
	free(set);
}

void harness_bench(void (*emit)(const char *bench_case, const char *metric, double value,
				const char *unit))
{
	struct executor *x = executor_create();
	struct program empty;
	struct rate r;

	if (!x)
		abort();
	program_init(&empty, TARGET_PERCPU);
	measure(x, &empty, 1, false, &r);
	emit("boot and teardown with all allocators", "time", r.seconds / r.runs * 1e6, "us");
	program_fini(&empty);
	one_case(x, "percpu, 64 operations, sequential", TARGET_PERCPU, 64, 1, emit);
	one_case(x, "vmap, 64 operations, sequential", TARGET_VMAP, 64, 1, emit);
	one_case(x, "percpu, 24 operations, 3 tasks, random schedules", TARGET_PERCPU, 24, 3, emit);
	one_case(x, "vmap, 24 operations, 3 tasks, random schedules", TARGET_VMAP, 24, 3, emit);
	executor_destroy(x);
}

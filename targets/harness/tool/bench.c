/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench.c - executions per second of the harness.
 *
 * Every case runs a set of programs over and over for a fixed time and counts. The programs are
 * random operations as a fuzzer would make them, refused and skipped ones included. The number of
 * refused operations is a figure of its own, since a refusal is cheaper than an allocation.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program/bytes.h"
#include "exec/exec.h"
#include "sched/clock.h"
#include "sched/random.h"
#include "world/implementation.h"

#define PROGRAMS 64
#define SECONDS 1.0
#define QUICK_SECONDS 0.02

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
	/* A first chunk with all regions, for the targets that allocate objects in them. */
	empty.machine.stat = 1000;
	empty.machine.reserved = 8 << 10;
	empty.machine.dyn = 12 << 10;
	empty.nr_tasks = tasks;
	for (u32 t = 0; t < tasks; t++)
		empty.task[t].cpu = t % empty.machine.cpus;
	bytes_encode(&empty, data, size);
	program_fini(&empty);
	/* Decoding drops records that find no object, so draw more than are needed. */
	for (size_t i = BYTES_HEADER; i < size; i += sizeof(u64)) {
		u64 x = random_next(&state);

		memcpy(data + i, &x, sizeof(x));
	}
	if (bytes_decode(p, data, size, NULL) || p->nr_ops < ops)
		abort();
	p->nr_ops = ops;
	free(data);
}

static const struct bench_plot rates_plot = {
	.title = "Whole programs, every oracle on",
	.x = "programs",
	.y = "executions/s",
};

static double seconds(const struct bench_out *out)
{
	return out->quick ? QUICK_SECONDS : SECONDS;
}

struct rate {
	double seconds;
	u64 runs, ops, failed, skipped, steps, findings;
};

static void measure(struct executor *x, const struct implementation *on, struct program *set,
		    unsigned int n, double seconds, bool reschedule, struct rate *r)
{
	const struct exec_options options = {.on = on};
	double start = clock_seconds();

	*r = (struct rate){0};
	do {
		for (unsigned int i = 0; i < n; i++) {
			struct exec_result res;

			if (reschedule)
				set[i].schedule.seed++;
			r->findings += exec_program(x, &set[i], &options, &res);
			r->ops += res.ops;
			r->failed += res.failed;
			r->skipped += res.skipped;
			r->steps += res.sched.steps;
			r->runs++;
		}
		r->seconds = clock_seconds() - start;
	} while (r->seconds < seconds);
}

static void one_case(struct executor *x, const struct implementation *on, const char *name,
		     unsigned int target, unsigned int ops, unsigned int tasks,
		     struct bench_out *out)
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
	bench_progress(out, name);
	measure(x, on, set, PROGRAMS, seconds(out), tasks > 1, &r);
	bench_value(out, name, "executions", r.runs / r.seconds, "1/s");
	if (on == implementations[0])
		bench_bar(out, &rates_plot,
			  tasks > 1 ? "3 tasks, 24 operations" : "1 task, 64 operations",
			  target_table[target].name, r.runs / r.seconds);
	bench_value(out, name, "operations", (double)r.ops / r.runs, "1/execution");
	bench_value(out, name, "refused", (double)r.failed / r.runs, "1/execution");
	if (tasks > 1)
		bench_value(out, name, "steps", (double)r.steps / r.runs, "1/execution");
	bench_value(out, name, "findings", r.findings, "1");
	for (unsigned int i = 0; i < PROGRAMS; i++)
		program_fini(&set[i]);
	free(set);
}

struct bench_case {
	const char *name;
	unsigned int target;
};

static const struct bench_case sequential[] = {
	{"percpu_bitmap, 64 operations, sequential", TARGET_PERCPU_BITMAP},
	{"percpu_areamap, 64 operations, sequential", TARGET_PERCPU_AREAMAP},
	{"percpu_pair, 64 operations, sequential", TARGET_PERCPU_PAIR},
	{"first_chunk, 64 operations, sequential", TARGET_FIRST_CHUNK},
	{"vmap, 64 operations, sequential", TARGET_VMAP},
	{"vm_areas, 64 operations, sequential", TARGET_VM_AREAS},
	{"vmap_area, 64 operations, sequential", TARGET_VMAP_AREA},
	{"vmap_block, 64 operations, sequential", TARGET_VMAP_BLOCK},
	{"vmap_aliases, 64 operations, sequential", TARGET_VMAP_ALIASES},
	{"vmap_pair, 64 operations, sequential", TARGET_VMAP_PAIR},
	{"vmalloc, 64 operations, sequential", TARGET_VMALLOC},
	{"bootmem, 64 operations", TARGET_BOOTMEM},
	{"rootmem, 64 operations", TARGET_ROOTMEM},
	{"bootmem_pair, 64 operations", TARGET_BOOTMEM_PAIR},
	{"boot, 64 operations, sequential", TARGET_BOOT},
	{"vmap_zone, 64 operations, sequential", TARGET_VMAP_ZONE},
	{"vmap_pool, 64 operations, sequential", TARGET_VMAP_POOL},
	{"vmap_trio, 64 operations, sequential", TARGET_VMAP_TRIO},
};

static const struct bench_case concurrent[] = {
	{"percpu_bitmap, 24 operations, 3 tasks, random schedules", TARGET_PERCPU_BITMAP},
	{"percpu_areamap, 24 operations, 3 tasks, random schedules", TARGET_PERCPU_AREAMAP},
	{"vmap, 24 operations, 3 tasks, random schedules", TARGET_VMAP},
	{"vm_areas, 24 operations, 3 tasks, random schedules", TARGET_VM_AREAS},
	{"vmap_area, 24 operations, 3 tasks, random schedules", TARGET_VMAP_AREA},
	{"vmap_block, 24 operations, 3 tasks, random schedules", TARGET_VMAP_BLOCK},
	{"vmap_aliases, 24 operations, 3 tasks, random schedules", TARGET_VMAP_ALIASES},
	{"vmap_pair, 24 operations, 3 tasks, random schedules", TARGET_VMAP_PAIR},
	{"vmalloc, 24 operations, 3 tasks, random schedules", TARGET_VMALLOC},
	{"boot, 24 operations, 3 tasks, random schedules", TARGET_BOOT},
};

/* The empty program. */
static const struct bench_case boots[] = {
	{"boot and teardown with all allocators", TARGET_PERCPU_BITMAP},
	{"the same through boot memory, every page frame judged", TARGET_BOOT},
};

/*
 * The same programs on another implementation: its boot, and its allocators. The programs of
 * vmalloc have operations that it may not offer.
 */
static void bench_other(struct executor *x, const struct implementation *on, struct bench_out *out)
{
	static const unsigned int target[] = {TARGET_PERCPU_BITMAP, TARGET_VMAP};
	struct program empty;
	struct rate r;
	char name[96];

	program_init(&empty, TARGET_PERCPU_BITMAP);
	measure(x, on, &empty, 1, seconds(out), false, &r);
	snprintf(name, sizeof(name), "%s: boot and teardown", on->name);
	bench_value(out, name, "time", r.seconds / r.runs * 1e6, "us");
	program_fini(&empty);
	for (u32 i = 0; i < ARRAY_SIZE(target); i++) {
		snprintf(name, sizeof(name), "%s: %s, 64 operations, sequential", on->name,
			 target_table[target[i]].name);
		one_case(x, on, name, target[i], 64, 1, out);
	}
}

void harness_bench(struct bench_out *out)
{
	struct executor *x = executor_create();
	struct program empty;
	struct rate r;

	if (!x)
		abort();
	for (u32 i = 0; i < ARRAY_SIZE(boots); i++) {
		program_init(&empty, boots[i].target);
		measure(x, implementations[0], &empty, 1, seconds(out), false, &r);
		bench_value(out, boots[i].name, "time", r.seconds / r.runs * 1e6, "us");
		program_fini(&empty);
	}
	for (u32 i = 0; i < ARRAY_SIZE(sequential); i++)
		one_case(x, implementations[0], sequential[i].name, sequential[i].target, 64, 1,
			 out);
	for (u32 i = 1; implementations[i]; i++)
		if (!implementations[i]->beside)
			bench_other(x, implementations[i], out);
	for (u32 i = 0; i < ARRAY_SIZE(concurrent); i++)
		one_case(x, implementations[0], concurrent[i].name, concurrent[i].target, 24, 3,
			 out);
	executor_destroy(x);
}

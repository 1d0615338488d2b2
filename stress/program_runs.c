/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * program_runs.c - see program_runs.h.
 *
 * A small program is drawn by the mutator from a seed. The seed is in shared memory, so the parent
 * can draw it again. Each thread has an executor and machines of its own: whatever they share
 * nevertheless is a defect.
 */
#include "program_runs.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "exec/exec.h"
#include "monitor.h"
#include "mutate/mutator.h"
#include "program/bytes.h"
#include "sched/clock.h"
#include "sched/random.h"
#include "summary.h"
#include "ticks.h"
#include "tool/input.h"
#include "world/implementation.h"
#include "world/machine_world.h"

/* Bytes of a small program, and edits of it. */
#define SMALL_BYTES 1024
#define SMALL_EDITS 6

int program_runs_open(struct program *p, const struct stress_options *o)
{
	char err[INPUT_ERROR], why[REFUSAL_MAX];

	if (input_program(p, o->workload, INPUT_ANY_TARGET, err)) {
		fprintf(stderr, "%s\n", err);
		return EXIT_BAD;
	}
	if (o->mix || o->kva || o->live || o->cpus)
		return command_error("found --mix, --kva, --live or --cpus, expected none of them "
				     "with a program: its machine and operations are given");
	if (o->on)
		program_set_on(p, o->on);
	if (implementation_refuses(NULL, p, why))
		return command_error("%s: %s", o->workload, why);
	if (machine_world_refuses(p, o->mmu, why))
		return command_error("--mmu: %s: %s", o->workload, why);
	return -1;
}

void program_runs_draw(struct program *p, u64 seed)
{
	static const u8 targets[] = {TARGET_BOOT, TARGET_FIRST_CHUNK, TARGET_BOOTMEM,
				     TARGET_ROOTMEM, TARGET_BOOTMEM_PAIR};
	u8 data[SMALL_BYTES];
	const char *why;
	size_t size;

	program_reset(p, targets[random_below(&seed, ARRAY_SIZE(targets))]);
	size = bytes_encode(p, data, sizeof(data));
	for (u32 i = 0; i < SMALL_EDITS; i++)
		size = program_mutate(data, size, sizeof(data), (u32)random_next(&seed), NULL);
	if (bytes_decode(p, data, size, &why))
		program_reset(p, TARGET_BOOT);
	p->machine.cpus = min(p->machine.cpus, 8U);
	p->machine.pages = min(p->machine.pages, 4096U);
	program_repair(p);
}

/**
 * struct runner - a thread that runs programs
 * @st:    the run
 * @x:     its executor
 * @given: the program, or NULL
 * @seen:  what it shows to others
 * @rng:   draws small programs
 * @failed: requests that were refused
 */
struct runner {
	struct stress *st;
	struct executor *x;
	const struct program *given;
	struct shared_thread *seen;
	u64 rng;
	u64 failed;
};

static void run_one(struct runner *r, struct program *p)
{
	const struct stress_options *o = r->st->o;
	const struct exec_options options = {.mmu = o->mmu};
	char why[REFUSAL_MAX];
	struct exec_result result;

	if (!r->given) {
		do {
			__atomic_store_n(&r->seen->seed, random_next(&r->rng), __ATOMIC_RELEASE);
			program_runs_draw(p, r->seen->seed);
			program_set_on(p, r->st->on->name);
		} while (implementation_refuses(r->st->on, p, why));
		/* The host MMU has room for less than a gap between two nodes can be. */
		if (o->mmu == MMU_HOST)
			p->machine.gap = min(p->machine.gap, 1U << 16);
		p->fail.every = (u32)o->fail_rate;
	}
	exec_program(r->x, r->given ? r->given : p, &options, &result);
	r->failed += result.failed;
	/* Operations count, and so does the boot. */
	__atomic_store_n(&r->seen->ended, r->seen->ended + result.ops + 1, __ATOMIC_RELEASE);
}

static void *runner_main(void *arg)
{
	struct runner *r = arg;
	struct program p;

	program_init(&p, TARGET_BOOT);
	while (!stress_stopped(r->st)) {
		__atomic_store_n(&r->seen->begun, r->seen->ended + 1, __ATOMIC_RELEASE);
		run_one(r, &p);
		__atomic_store_n(&r->seen->begun, r->seen->ended, __ATOMIC_RELEASE);
		__atomic_add_fetch(&r->st->sums.worlds, 1, __ATOMIC_RELAXED);
	}
	program_fini(&p);
	mutator_free();
	return NULL;
}

int program_runs(struct stress *st, const struct program *p)
{
	struct runner runner[STRESS_MAX_THREADS] = {0};
	pthread_t thread[STRESS_MAX_THREADS];

	st->nr_threads = p ? 1 : (u32)st->o->threads;
	st->shared->nr_threads = st->nr_threads;
	st->begin = clock_seconds();
	st->begin_ticks = ticks();
	for (u32 i = 0; i < st->nr_threads; i++) {
		struct shared_thread *seen = &st->shared->thread[i];

		snprintf(seen->name, sizeof(seen->name), "runner%u", i);
		seen->operates = false;
		runner[i] =
			(struct runner){.st = st, .given = p, .seen = seen, .rng = st->o->seed + i};
		/* Not on several threads at a time. */
		runner[i].x = executor_create();
		if (!runner[i].x)
			return command_error("out of memory");
	}
	monitor_begin(st);
	monitor_watch(st, true);
	for (u32 i = 0; i < st->nr_threads; i++)
		if (pthread_create(&thread[i], NULL, runner_main, &runner[i]))
			abort();
	for (u32 i = 0; i < st->nr_threads; i++)
		pthread_join(thread[i], NULL);
	monitor_watch(st, false);
	monitor_end(st);
	for (u32 i = 0; i < st->nr_threads; i++) {
		st->sums.failed += runner[i].failed;
		st->shared->done += runner[i].seen->ended;
		runner[i].seen->ended = runner[i].seen->begun = 0;
		executor_destroy(runner[i].x);
	}
	summary_print(st);
	return EXIT_CLEAN;
}

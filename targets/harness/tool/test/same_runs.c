// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * same_runs.c - print what runs do, a line a run, so that two builds can be compared with diff.
 *
 * A change that promises to change no behaviour is checked by running this tool before and after
 * it (ci/same-runs.sh does). A line holds numbers and identifiers only, never the words of a
 * message, so prose may change. The sections:
 *
 *   corpus      each program of the corpus on each target that has all of its operations
 *   random      random bytes on each target
 *   strategies  the sparse list that each strategy takes, for programs with fixed seeds
 *   mutator     what mutation and crossover make, for fixed seeds
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program/bytes.h"
#include "exec/exec.h"
#include "tool/explore.h"
#include "tool/input.h"
#include "mutate/mutator.h"
#include "program/test/random.h"

/* How much of each section: --quick, and else. */
static const struct amounts {
	u32 random, programs, seeds;
} quick = {50, 10, 50}, full = {5000, 200, 2000};

static u64 hash_add(u64 hash, u64 x)
{
	return random_mix(hash ^ x) + x;
}

static u64 hash_bytes(const u8 *data, size_t size)
{
	u64 hash = size;

	for (size_t i = 0; i < size; i++)
		hash = hash_add(hash, data[i]);
	return hash;
}

/* The digits of a text: labels may be renamed, numbers may not change. */
static u64 hash_digits(const char *text)
{
	u64 hash = 0;

	for (; *text; text++)
		if (isdigit((unsigned char)*text))
			hash = hash_add(hash, (u8)*text);
	return hash;
}

static u64 hash_list(const struct schedule *s)
{
	u64 hash = s->nr;

	for (u32 i = 0; i < s->nr; i++) {
		const struct change *c = &s->changes[i];

		hash = hash_add(hash, (u64)c->step << 32 | c->kind << 24 | c->task << 16 | c->cpu);
	}
	return hash;
}

/* Run a program and print how it went: its finding, its path, and the state at its end. */
static void print_run(struct executor *x, const struct program *p)
{
	static struct schedule taken;
	struct exec_options o = {.taken = &taken};
	struct exec_result r;
	u64 events = 0;
	char *stats = NULL;
	size_t size;

	o.stats = open_memstream(&stats, &size);
	if (!o.stats)
		abort();
	exec_program(x, p, &o, &r);
	fclose(o.stats);
	for (u32 i = 0; i < NR_RUN_EVENTS; i++)
		events = hash_add(events, r.events[i]);
	printf(" %s op=%d digest=%llx points=%llu steps=%llu ops=%llu,%llu,%llu req=%llu,%llu "
	       "boot=%d events=%llx stats=%llx taken=%llx\n",
	       oracle_id(r.sched.report.oracle), r.sched.report.op, r.sched.digest, r.sched.points,
	       r.sched.steps, r.ops, r.skipped, r.failed, r.requests, r.injected, r.boot_error,
	       events, hash_digits(stats), hash_list(&taken));
	free(stats);
}

static void print_corpus(struct executor *x, const char *folder)
{
	struct input_list list = {0};
	static char err[INPUT_ERROR];
	struct program p;

	if (input_expand(&list, folder, stderr))
		exit(2);
	program_init(&p, 0);
	for (size_t i = 0; i < list.nr; i++)
		for (int target = 0; target < NR_TARGETS; target++) {
			/* Damaged texts are seeds of the parser alone. */
			if (input_program(&p, list.path[i], target, err))
				continue;
			printf("corpus %s %s", target_table[target].name,
			       list.path[i] + strlen(folder));
			print_run(x, &p);
		}
	program_fini(&p);
	input_list_free(&list);
}

static void draw_program(struct program *p, u32 target, u64 seed)
{
	static u8 data[BYTES_HEADER + 48 * BYTES_RECORD];
	u64 random = seed * NR_TARGETS + target;
	size_t size = random_bytes(data, sizeof(data), &random);

	data[5] = (u8)target;
	if (bytes_decode(p, data, size, NULL))
		abort();
}

static void print_random(struct executor *x, u32 n)
{
	struct program p;

	program_init(&p, 0);
	for (u32 target = 0; target < NR_TARGETS; target++)
		for (u32 seed = 1; seed <= n; seed++) {
			draw_program(&p, target, seed);
			printf("random %s %u", target_table[target].name, seed);
			print_run(x, &p);
		}
	program_fini(&p);
}

static void print_strategies(struct executor *x, u32 n)
{
	static const u8 kinds[] = {SCHEDULE_SPARSE, SCHEDULE_TURNS, SCHEDULE_ROUND_ROBIN,
				   SCHEDULE_RANDOM, SCHEDULE_PCT,   SCHEDULE_CHANGES};
	static struct explore e;
	struct program p;

	program_init(&p, 0);
	for (u32 k = 0; k < ARRAY_SIZE(kinds); k++)
		for (u32 seed = 1; seed <= n; seed++) {
			u32 target = seed % NR_TARGETS;

			draw_program(&p, target, seed);
			e = (struct explore){.kind = kinds[k],
					     .odds = 1 + seed % 9,
					     .depth = 1 + seed % 5,
					     .length = 50 + seed,
					     .seed = seed};
			explore_schedule(&e, 1, &p.schedule);
			if (kinds[k] == SCHEDULE_TURNS) {
				p.schedule.nr = 8;
				for (u32 i = 0; i < 8; i++)
					p.schedule.changes[i] = (struct change){
						.step = seed % 3,
						.task = SCHED_TASK_FIRST + (seed + i) % p.nr_tasks,
					};
			}
			printf("strategy %u %s %u", k, target_table[target].name, seed);
			print_run(x, &p);
		}
	program_fini(&p);
}

static void print_mutations(u32 n)
{
	static u8 a[64 << 10], b[64 << 10], out[64 << 10];
	struct program p;

	program_init(&p, 0);
	for (u32 seed = 1; seed <= n; seed++) {
		u32 target = seed % NR_TARGETS;
		size_t size_a, size_b, size;

		draw_program(&p, target, seed);
		size_a = bytes_encode(&p, a, sizeof(a));
		draw_program(&p, target, seed + n);
		size_b = bytes_encode(&p, b, sizeof(b));
		size = program_crossover(a, size_a, b, size_b, out, sizeof(out), seed);
		size_a = program_mutate(a, size_a, sizeof(a), seed, NULL);
		printf("mutator %u %llx %llx\n", seed, hash_bytes(a, size_a),
		       hash_bytes(out, size));
	}
	program_fini(&p);
}

int main(int argc, char **argv)
{
	const struct amounts *amounts = &full;
	struct executor *x = executor_create();

	if (argc > 1 && !strcmp(argv[1], "--quick")) {
		amounts = &quick;
		argv++, argc--;
	}
	if (argc != 2 || argv[1][0] == '-' || !x) {
		fprintf(stderr, "usage: same_runs [--quick] CORPUS\n");
		return 2;
	}
	print_corpus(x, argv[1]);
	print_random(x, amounts->random);
	print_strategies(x, amounts->programs);
	print_mutations(amounts->seeds);
	executor_destroy(x);
	return 0;
}

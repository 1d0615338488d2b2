/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_explore.c - the explorer against fake runners.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tool/explore.h"
#include "sched/clock.h"
#include "sched/sched.h"

/**
 * struct fake - state of a runner that fails runs by their seed
 * @bad:     seeds of runs that fail; 0: none
 * @shows:   if not 0, the events of these runs, which then pass
 * @runs:    number of runs
 * @kinds:   bit k: there was a schedule of kind k
 * @length:  length of the last PCT schedule
 * @digests: number of distinct digests of runs
 * @overflow: the lists of runs are incomplete
 * @forgets: the lists of runs do not fail
 */
struct fake {
	u64 bad[3];
	u32 shows;
	u64 runs;
	u32 kinds;
	u32 length;
	u64 digests;
	bool overflow, forgets;
};

static int fake_run(void *arg, const struct program *p, struct schedule *taken,
		    struct exec_result *r)
{
	struct fake *f = arg;
	const struct schedule *s = &p->schedule;
	bool fails = s->kind == SCHEDULE_SPARSE && s->nr == 1 && s->changes[0].step == 5;

	f->runs++;
	f->kinds |= 1u << s->kind;
	*r = (struct exec_result){0};
	r->sched.steps = 77;
	r->sched.digest = f->digests ? 1 + s->seed % f->digests : 42;
	r->sched.report.op = -1;
	if (s->kind == SCHEDULE_PCT)
		f->length = s->length;
	for (unsigned int i = 0; i < 3; i++)
		fails |= s->kind != SCHEDULE_SPARSE && f->bad[i] && s->seed == f->bad[i];
	for (unsigned int i = 0; fails && i < NR_RUN_EVENTS; i++)
		r->events[i] = f->shows >> i & 1;
	fails &= !f->shows;
	if (fails)
		r->sched.report.oracle = ORACLE_OVERLAP;
	if (taken) {
		taken->kind = SCHEDULE_SPARSE;
		taken->nr = 1;
		taken->changes[0] =
			(struct change){.step = f->forgets ? 6 : 5, .task = SCHED_TASK_FIRST};
		r->sched.taken_overflow = f->overflow;
	}
	return fails;
}

static struct explore *create_explore(u8 kind, u64 runs)
{
	struct explore *e = calloc(1, sizeof(*e));

	assert_non_null(e);
	e->kind = kind;
	e->runs = runs;
	e->odds = 8;
	e->depth = 3;
	e->seed = 100;
	return e;
}

static void test_continues_after_finding(void **state)
{
	struct fake f = {.bad = {105, 117}};
	struct explore *e = create_explore(SCHEDULE_RANDOM, 50);
	struct runner runner = {fake_run, &f};
	struct program p;

	program_init(&p, TARGET_VMAP);
	assert_int_equal(explore(e, &p, &runner), 1);
	assert_int_equal(e->begun, 6);
	assert_int_equal(e->result.sched.report.oracle, ORACLE_OVERLAP);
	assert_int_equal(explore(e, &p, &runner), 1);
	assert_int_equal(e->begun, 18);
	assert_int_equal(explore(e, &p, &runner), 0);
	assert_int_equal(e->begun, 50);
	assert_int_equal(e->ended, 50);
	assert_int_equal(f.runs, 50);
	assert_false(explore_left(e));
	program_fini(&p);
	free(e);
}

#define A_AND_B (1u << EVENT_PREFETCH | 1u << EVENT_LAZY_TWICE)

/* A run with all of the wanted events counts as a failure, and so does a real failure. */
static void test_shows(void **state)
{
	static const struct {
		u32 happens, wanted;
		int found;
	} cases[] = {
		{A_AND_B, A_AND_B, 1},
		{A_AND_B, 1u << EVENT_LAZY_TWICE, 1},
		{1u << EVENT_LAZY_TWICE, A_AND_B, 0},
		{1u << EVENT_PREFETCH, 1u << EVENT_LAZY_TWICE, 0},
		{0, A_AND_B, 1},
	};

	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fake f = {.bad = {105}, .shows = cases[i].happens};
		struct event_runner s = {{fake_run, &f}, cases[i].wanted};
		struct runner runner = {event_runner_run, &s};
		struct explore *e = create_explore(SCHEDULE_RANDOM, 50);
		struct exec_result r;
		struct program p;

		program_init(&p, TARGET_VMAP);
		assert_int_equal(explore(e, &p, &runner), cases[i].found);
		assert_int_equal(e->begun, cases[i].found ? 6 : 50);
		explore_schedule(e, e->begun, &p.schedule);
		p.shows = 1;
		assert_int_equal(explore_pin(&p, &runner, &r), cases[i].found ? 0 : -ENOENT);
		assert_int_equal(p.expect, f.shows ? ORACLE_NONE : ORACLE_OVERLAP);
		if (cases[i].found) {
			assert_int_equal(p.schedule.kind, SCHEDULE_SPARSE);
			assert_int_equal(p.shows, 0);
		}
		program_fini(&p);
		free(e);
	}
}

/* A strategy that takes a length has it counted in a sequential run; one without chance runs once.
 */
static void test_runs(void **state)
{
	static const struct {
		u8 kind;
		u64 runs;
		u32 kinds;
	} cases[] = {
		{SCHEDULE_CHANGES, 301, 1u << SCHEDULE_SPARSE | 1u << SCHEDULE_CHANGES},
		{SCHEDULE_PCT, 301, 1u << SCHEDULE_SPARSE | 1u << SCHEDULE_PCT},
		{SCHEDULE_RANDOM, 300, 1u << SCHEDULE_RANDOM},
		{SCHEDULE_SEQUENTIAL, 1, 1u << SCHEDULE_SEQUENTIAL},
		{SCHEDULE_SPARSE, 1, 1u << SCHEDULE_SPARSE},
		{SCHEDULE_ROUND_ROBIN, 1, 1u << SCHEDULE_ROUND_ROBIN},
	};

	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fake f = {0};
		struct explore *e = create_explore(cases[i].kind, 300);
		struct runner runner = {fake_run, &f};
		struct program p;

		program_init(&p, TARGET_VMAP);
		assert_int_equal(explore(e, &p, &runner), 0);
		assert_int_equal(f.runs, cases[i].runs);
		assert_int_equal(f.kinds, cases[i].kinds);
		assert_int_equal(e->length, f.runs > e->begun ? 77 : 0);
		if (cases[i].kind == SCHEDULE_PCT)
			assert_int_equal(f.length, 77);
		program_fini(&p);
		free(e);
	}
}

/* Runs with that many digests, counted as far as there is room. */
static void test_counts_distinct(void **state)
{
	static const struct {
		u64 digests, runs;
		bool many;
	} cases[] = {{13, 1000, false}, {UINT64_MAX, EXPLORE_DIGESTS, true}};

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct fake f = {.digests = cases[i].digests};
		struct explore *e = create_explore(SCHEDULE_RANDOM, cases[i].runs);
		struct runner runner = {fake_run, &f};
		struct program p;

		program_init(&p, TARGET_VMAP);
		assert_int_equal(explore(e, &p, &runner), 0);
		assert_int_equal(e->many, cases[i].many);
		if (e->many)
			assert_true(e->distinct < EXPLORE_DIGESTS);
		else
			assert_int_equal(e->distinct, cases[i].digests);
		program_fini(&p);
		free(e);
	}
}

static void test_deadline(void **state)
{
	struct fake f = {0};
	struct explore *e = create_explore(SCHEDULE_RANDOM, 1000);
	struct runner runner = {fake_run, &f};
	struct program p;

	program_init(&p, TARGET_VMAP);
	e->deadline = clock_seconds() - 1;
	assert_int_equal(explore(e, &p, &runner), 0);
	assert_int_equal(f.runs, 0);
	program_fini(&p);
	free(e);
}

static void test_death_is_counted(void **state)
{
	struct fake f = {.bad = {105}};
	struct explore *e = create_explore(SCHEDULE_RANDOM, 50);
	struct runner runner = {fake_run, &f};
	struct program p;

	program_init(&p, TARGET_VMAP);
	e->begun = 3;
	e->ended = 2;
	explore_died(e, ORACLE_CRASH, "killed");
	assert_int_equal(e->result.sched.report.oracle, ORACLE_CRASH);
	assert_string_equal(e->result.sched.report.text, "killed");
	/* The exploration continues after the run that died. */
	assert_int_equal(explore(e, &p, &runner), 1);
	assert_int_equal(f.runs, 3);
	assert_int_equal(e->begun, 6);
	program_fini(&p);
	free(e);
}

static void random_program(struct program *p, u64 seed)
{
	program_init(p, TARGET_VMAP);
	p->schedule.kind = SCHEDULE_RANDOM;
	p->schedule.odds = 8;
	p->schedule.seed = seed;
}

static void test_pin(void **state)
{
	struct fake f = {.bad = {7}};
	struct runner runner = {fake_run, &f};
	struct exec_result r;
	struct program p;

	random_program(&p, 7);
	assert_int_equal(explore_pin(&p, &runner, &r), 0);
	assert_int_equal(p.schedule.kind, SCHEDULE_SPARSE);
	assert_int_equal(p.schedule.nr, 1);
	assert_int_equal(p.expect, ORACLE_OVERLAP);
	assert_int_equal(p.digest, 42);
	program_fini(&p);
}

/* explore_pin() refuses a list that is incomplete or does not reproduce the run. */
static void test_pin_keeps_failing_schedule(void **state)
{
	for (unsigned int i = 0; i < 2; i++) {
		struct fake f = {.bad = {7}, .overflow = !i, .forgets = i};
		struct runner runner = {fake_run, &f};
		struct exec_result r;
		struct program p;

		random_program(&p, 7);
		assert_int_equal(explore_pin(&p, &runner, &r), -EILSEQ);
		assert_int_equal(p.schedule.kind, SCHEDULE_RANDOM);
		assert_int_equal(p.schedule.seed, 7);
		assert_int_equal(p.expect, ORACLE_OVERLAP);
		program_fini(&p);
	}
}

static void test_pin_needs_a_failure(void **state)
{
	struct fake f = {0};
	struct runner runner = {fake_run, &f};
	struct exec_result r;
	struct program p;

	program_init(&p, TARGET_VMAP);
	assert_int_equal(explore_pin(&p, &runner, &r), -ENOENT);
	assert_int_equal(p.expect, ORACLE_NONE);
	program_fini(&p);
}

static int fake_broken(void *arg, const struct program *p, struct schedule *taken,
		       struct exec_result *r)
{
	return -ENOSPC;
}

static void test_errors_come_through(void **state)
{
	static const u8 kinds[] = {SCHEDULE_RANDOM, SCHEDULE_PCT};
	struct runner runner = {fake_broken, NULL};
	struct exec_result r;
	struct program p;

	program_init(&p, TARGET_VMAP);
	assert_int_equal(explore_pin(&p, &runner, &r), -ENOSPC);
	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct explore *e = create_explore(kinds[i], 10);

		assert_int_equal(explore(e, &p, &runner), -ENOSPC);
		free(e);
	}
	program_fini(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_continues_after_finding),
		cmocka_unit_test(test_shows),
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_counts_distinct),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_death_is_counted),
		cmocka_unit_test(test_pin),
		cmocka_unit_test(test_pin_keeps_failing_schedule),
		cmocka_unit_test(test_pin_needs_a_failure),
		cmocka_unit_test(test_errors_come_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

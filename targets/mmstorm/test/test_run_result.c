/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_run_result.c - the outcome of a run for a program's `expect`, `digest` and `shows` lines.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "run_result.h"

/**
 * struct fixture - a program, its run, and the wanted outcome
 * @expect, @shows, @digest: lines of the program
 * @oracle, @happened, @path: oracle, events and digest of the run
 * @outcome, @reported, @missing: wanted members of struct run_result
 */
struct fixture {
	enum oracle expect;
	u32 shows;
	u64 digest;
	enum oracle oracle;
	u32 happened;
	u64 path;
	enum outcome outcome;
	enum oracle reported;
	u32 missing;
};

#define A (1u << EVENT_PREFETCH)
#define B (1u << EVENT_FREED_FAR_IN_FLUSH)

static void classify(const struct fixture *t, const struct run_options *o, struct run_result *res)
{
	struct program p;

	program_init(&p, TARGET_VMAP);
	p.expect = t->expect;
	p.shows = t->shows;
	p.digest = t->digest;
	*res = (struct run_result){.missing = ~0u};
	res->result.sched.digest = t->path;
	res->result.sched.report.oracle = res->report.oracle = t->oracle;
	for (unsigned int e = 0; e < NR_RUN_EVENTS; e++)
		res->result.events[e] = t->happened >> e & 1;
	run_result_classify(&p, o, res);
	program_fini(&p);
}

static void test_outcomes(void **state)
{
	static const enum oracle none = ORACLE_NONE, found = ORACLE_OVERLAP;
	const struct fixture fixture[] = {
		{none, 0, 0, none, 0, 5, OUTCOME_OK, none, 0},
		{none, 0, 0, none, A, 5, OUTCOME_OK, none, 0},
		{none, 0, 0, found, 0, 5, OUTCOME_FINDING, found, 0},
		{found, 0, 5, found, 0, 5, OUTCOME_EXPECTED, found, 0},
		{found, 0, 0, none, 0, 5, OUTCOME_FINDING, none, 0},
		{none, 0, 6, none, 0, 5, OUTCOME_FINDING, ORACLE_DIGEST, 0},
		/* More events happen than `shows` names; or some of them do not. */
		{none, A, 0, none, A | B, 5, OUTCOME_OK, none, 0},
		{none, A | B, 0, none, B, 5, OUTCOME_FINDING, none, A},
		{none, A | B, 0, none, 0, 5, OUTCOME_FINDING, none, A | B},
		/* Events up to the expected finding. */
		{found, A, 0, found, A, 5, OUTCOME_EXPECTED, found, 0},
		{found, A, 0, found, B, 5, OUTCOME_FINDING, found, A},
		/* A finding or a digest is reported before missing events. */
		{none, A, 0, found, 0, 5, OUTCOME_FINDING, found, 0},
		{none, A, 6, none, 0, 5, OUTCOME_FINDING, ORACLE_DIGEST, 0},
	};

	for (size_t i = 0; i < sizeof(fixture) / sizeof(fixture[0]); i++) {
		const struct run_options o = {.times = 1};
		struct run_result res;

		classify(&fixture[i], &o, &res);
		if (res.outcome != fixture[i].outcome || res.report.oracle != fixture[i].reported ||
		    res.missing != fixture[i].missing)
			fail_msg("case %zu: outcome %d, oracle %s, missing 0x%x", i, res.outcome,
				 oracle_id(res.report.oracle), res.missing);
	}
}

static void test_passed_over(void **state)
{
	static const struct schedule other = {.kind = SCHEDULE_ROUND_ROBIN};
	const struct fixture fixture = {.shows = A};
	const struct run_options o[] = {
		{.times = 1, .ignore = true},
		{.times = 1, .schedule = &other},
	};

	for (size_t i = 0; i < sizeof(o) / sizeof(o[0]); i++) {
		struct run_result res;

		classify(&fixture, &o[i], &res);
		assert_int_equal(res.outcome, OUTCOME_OK);
		assert_int_equal(res.missing, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_survival.c - known values of the estimate of Kaplan and Meier.
 *
 * The two groups are a textbook's example, weeks of remission (Freireich and others, 1963).
 */
#include <math.h>

#include "../survival.h"
#include "../../sched/test/checks.h"

#define NR 21

static void assert_near(double a, double b)
{
	if (fabs(a - b) > 0.00051)
		fail_msg("found %g, expected %g", a, b);
}

static void assert_median(struct bench_life *life, unsigned int nr, double time, bool above)
{
	struct bench_median m = bench_median(life, nr);

	assert_near(m.time, time);
	assert_int_equal(m.above, above);
}

/* Out of order; at 6 and at 10 weeks, events and a censored run at the same time. */
static void test_censored(void **state __maybe_unused)
{
	struct bench_life life[NR] = {
		{35, true},  {34, true}, {32, true},  {32, true}, {25, true},  {23, false},
		{22, false}, {20, true}, {19, true},  {17, true}, {16, false}, {13, false},
		{11, true},  {10, true}, {10, false}, {9, true},  {7, false},  {6, true},
		{6, false},  {6, false}, {6, false},
	};

	assert_near(bench_survival(life, NR, 5.9), 1);
	assert_near(bench_survival(life, NR, 6), 0.857);
	assert_near(bench_survival(life, NR, 7), 0.807);
	assert_near(bench_survival(life, NR, 9), 0.807);
	assert_near(bench_survival(life, NR, 10), 0.753);
	assert_near(bench_survival(life, NR, 13), 0.690);
	assert_near(bench_survival(life, NR, 16), 0.627);
	assert_near(bench_survival(life, NR, 22), 0.538);
	assert_near(bench_survival(life, NR, 23), 0.448);
	assert_near(bench_survival(life, NR, 100), 0.448);
	assert_median(life, NR, 23, false);
}

static void test_none_censored(void **state __maybe_unused)
{
	static const double weeks[NR] = {1, 1, 2,  2,  3,  4,  4,  5,  5,  8, 8,
					 8, 8, 11, 11, 12, 12, 15, 17, 22, 23};
	struct bench_life life[NR];

	for (unsigned int i = 0; i < NR; i++)
		life[i] = (struct bench_life){weeks[i], false};
	assert_near(bench_survival(life, NR, 1), 19.0 / 21);
	assert_near(bench_survival(life, NR, 8), 8.0 / 21);
	assert_near(bench_survival(life, NR, 23), 0);
	assert_median(life, NR, 8, false);
}

static void test_all_censored(void **state __maybe_unused)
{
	struct bench_life life[] = {{60, true}, {10, true}, {60, true}};

	assert_near(bench_survival(life, 3, 60), 1);
	assert_median(life, 3, 60, true);
	assert_median(life, 1, 10, true);
}

/* Exactly half of an even number: the median is the time of the event that makes it half. */
static void test_half(void **state __maybe_unused)
{
	struct bench_life life[] = {{10, true}, {3, false}, {10, true}, {2, false}};
	struct bench_life seven[] = {{1, false}, {2, false}, {3, false}, {9, true},
				     {9, true},	 {9, true},  {9, true}};

	assert_near(bench_survival(life, 4, 3), 0.5);
	assert_median(life, 4, 3, false);
	assert_median(seven, 7, 9, true);
}

/* Runs that ended early leave fewer at risk: one event among the last two is half. */
static void test_different_limits(void **state __maybe_unused)
{
	struct bench_life life[] = {{1, true}, {1, true}, {1, true}, {5, false}, {60, true}};

	assert_near(bench_survival(life, 5, 5), 0.5);
	assert_median(life, 5, 5, false);
}

static void test_one(void **state __maybe_unused)
{
	struct bench_life life[] = {{4, false}};

	assert_near(bench_survival(life, 1, 3), 1);
	assert_near(bench_survival(life, 1, 4), 0);
	assert_median(life, 1, 4, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_censored),	 cmocka_unit_test(test_none_censored),
		cmocka_unit_test(test_all_censored),	 cmocka_unit_test(test_half),
		cmocka_unit_test(test_different_limits), cmocka_unit_test(test_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_fit.c - the straight line of known points.
 */
#include <math.h>

#include "../fit.h"
#include "../../sched/test/checks.h"

#define NR 4

static bool near(double a, double b)
{
	return fabs(a - b) < 1e-9;
}

static void test_line(void **state __maybe_unused)
{
	static const double x[NR] = {1, 2, 5, 10}, y[NR] = {7, 5, -1, -11};
	struct bench_fit fit = bench_fit(x, y, NR);

	assert_true(near(fit.a, 9) && near(fit.b, -2));
	assert_true(near(fit.residual, 0) && near(fit.explained, 1));
}

/* Two points lie above y = 3x and two below, by the same distances. */
static void test_scattered(void **state __maybe_unused)
{
	static const double x[NR] = {-2, -1, 1, 2}, y[NR] = {-4, -5, 1, 8};
	struct bench_fit fit = bench_fit(x, y, NR);

	assert_true(near(fit.a, 0) && near(fit.b, 3));
	assert_true(near(fit.residual, 2));
	assert_true(near(fit.explained, 1 - 16.0 / 106));
}

static void test_level(void **state __maybe_unused)
{
	static const double x[NR] = {0, 1, 2, 3}, y[NR] = {4, 4, 4, 4};
	struct bench_fit fit = bench_fit(x, y, NR);

	assert_true(near(fit.a, 4) && near(fit.b, 0));
	assert_true(near(fit.residual, 0) && near(fit.explained, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_scattered),
		cmocka_unit_test(test_level),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

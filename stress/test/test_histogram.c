/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_histogram.c - the numbers of a summary: percentiles, and a series in bounded memory.
 */
#include <string.h>

#include "histogram.h"
#include "program/test/check.h"
#include "series.h"

/* Each duration lies in its bucket, and buckets are at most an eighth long. */
static void buckets_hold_their_durations(void **state)
{
	for (u64 x = 0; x < 1ULL << 36; x = x * 17 / 16 + 1) {
		const u32 b = histogram_bucket(x);

		assert_true(histogram_least(b) <= x && x < histogram_least(b + 1));
		assert_true(histogram_least(b + 1) - histogram_least(b) <= max(x / 8, (u64)1));
	}
	assert_int_equal(histogram_bucket(UINT64_MAX), HISTOGRAM_BUCKETS - 1);
}

static void percentiles_are_known_to_an_eighth(void **state)
{
	static struct histogram a, b;

	assert_int_equal(histogram_at(&a, 5000), 0);
	for (u64 x = 1; x <= 10000; x++)
		histogram_add(x % 2 ? &a : &b, x);
	histogram_merge(&a, &b);
	assert_int_equal(a.nr, 10000);
	assert_int_equal(a.most, 10000);
	for (u32 p = 100; p < 10000; p += 100)
		assert_in_range(histogram_at(&a, p), p, p + p / 8 + 1);
	assert_int_equal(histogram_at(&a, 10000), 10000);
}

static void series_keep_their_shape(void **state)
{
	static struct series s;

	for (u64 i = 1; i <= 100000; i++)
		series_add(&s, i);
	assert_in_range(s.nr, SERIES_MAX / 2, SERIES_MAX);
	for (u32 part = 0; part < SERIES_PARTS; part++)
		assert_in_range(series_part(&s, part), 25000 * (part + 1) - 500,
				25000 * (part + 1));
	memset(&s, 0, sizeof(s));
	assert_int_equal(series_part(&s, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buckets_hold_their_durations),
		cmocka_unit_test(percentiles_are_known_to_an_eighth),
		cmocka_unit_test(series_keep_their_shape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

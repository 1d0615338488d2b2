/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_bits.c - operations on runs of bits, against loops over single bits.
 */
#include "run.h"
#include "../hints.h"

#define BITS (4 * WORD_BITS)

/* The longest run of zeroes in [@start, @end), the last one of several; 0: none. */
static u32 naive_longest(const u64 *map, u32 end, u32 start, u32 *run)
{
	u32 best = 0, first = start;

	for (u32 i = start; i < end; i++) {
		if (map_bit(map, i)) {
			first = i + 1;
		} else if (i + 1 - first >= best) {
			best = i + 1 - first;
			*run = first;
		}
	}
	return best;
}

static void check_runs(const u64 *map, u32 end, u32 start, u64 r)
{
	u32 nr = 1 + r % (r & 1 ? 8 : BITS), align = 1 << (r >> 32) % 9, run = start;
	u32 i, was = 0, found = 0;

	for (i = start; i < end; i++) {
		if (map_bit(map, i))
			run = i + 1;
		else if (ALIGN(run, align) + nr <= i + 1)
			break;
	}
	assert_int_equal(find_zero_run(map, end, start, nr, align),
			 i < end ? ALIGN(run, align) : end);
	nr = naive_longest(map, end, start, &was);
	assert_int_equal(longest_zero_run(map, end, start, &found), nr);
	assert_int_equal(found, was);
}

static void test_bitops(void **state)
{
	u64 seed = 7;

	for (u32 n = 0; n < 20000; n++) {
		u64 map[BITS / WORD_BITS], was[BITS / WORD_BITS];
		u32 start = random_next(&seed) % (BITS + 1), end = random_next(&seed) % (BITS + 1);
		u32 i, nr;

		/* From nearly empty to nearly full. */
		for (i = 0; i < BITS / WORD_BITS; i++) {
			map[i] = random_next(&seed);
			for (u32 k = n % 7; k; k--)
				map[i] = n & 64 ? map[i] | random_next(&seed)
						: map[i] & random_next(&seed);
		}
		for (i = start; i < end && !map_bit(map, i); i++)
			;
		assert_int_equal(find_next_bit(map, end, start), start < end ? i : end);
		for (i = start; i < end && map_bit(map, i); i++)
			;
		assert_int_equal(find_next_zero_bit(map, end, start), start < end ? i : end);
		if (start <= end) {
			for (i = end; i > start && !map_bit(map, i - 1); i--)
				;
			assert_int_equal(find_zero_start(map, start, end), i);
			check_runs(map, end, start, random_next(&seed));
		}

		nr = start < end ? end - start : 0;
		memcpy(was, map, sizeof(map));
		set_range(map, start, nr);
		for (i = 0; i < BITS; i++)
			assert_int_equal(map_bit(map, i),
					 map_bit(was, i) || (i >= start && i < start + nr));
		clear_range(map, start, nr);
		for (i = 0; i < BITS; i++)
			assert_int_equal(map_bit(map, i),
					 map_bit(was, i) && !(i >= start && i < start + nr));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bitops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

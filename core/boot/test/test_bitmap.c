/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_bitmap.c - bitmaps that start and end anywhere, against an array of bytes.
 */
#include "run.h"
#include "../../sched/random.h"

#define MAX_PAGES 300

/* The model: @free[i] is the bit of frame @start + i. */
struct naive {
	u64 start, end;
	u8 free[MAX_PAGES];
};

static void fill(struct naive *n, u64 start, u64 end, u8 to)
{
	for (u64 pfn = start; pfn < end; pfn++)
		n->free[pfn - n->start] = to;
}

static u64 find(const struct naive *n, u64 start, u64 end, u64 nr, u64 align)
{
	for (u64 pfn = start; pfn < end; pfn++) {
		u64 run = 0;

		while (run < nr && pfn + run < end && n->free[pfn + run - n->start])
			run++;
		if (run == nr && IS_ALIGNED(pfn, align))
			return pfn;
	}
	return end;
}

static u64 next(const struct naive *n, u64 start, u64 end, u8 is)
{
	while (start < end && n->free[start - n->start] != is)
		start++;
	return min(start, end);
}

static u64 free_end(const struct naive *n, u64 start, u64 end)
{
	while (start < end && !n->free[end - 1 - n->start])
		end--;
	return max(start, end);
}

static void compare(struct fixture *f, const struct boot_bitmap *map, const struct naive *n)
{
	u64 words = bitmap_words(n->start, n->end);

	CHECK(IS_ALIGNED(map->base, WORD_BITS) && map->base <= n->start);
	CHECK(bitmap_bytes(map) == words * sizeof(u64));
	for (u64 i = 0; i < words * WORD_BITS; i++) {
		u64 pfn = map->base + i;
		bool outside = pfn < n->start || pfn >= n->end;

		CHECK(bitmap_test(map, pfn) == (!outside && n->free[pfn - n->start]));
	}
}

static void random_bits(struct fixture *f)
{
	static const u64 starts[] = {
		0, 1, 31, 62, 63, 64, 65, 100, 127, 128, 1023, 4095, (1ULL << 40) - 65};
	u64 seed = f->seed;
	struct naive n = {.start = starts[f->seed % ARRAY_SIZE(starts)]};
	struct boot_bitmap map = {0};

	CHECK(!bitmap_bytes(&map));
	n.end = n.start + 1 + random_next(&seed) % (MAX_PAGES - 1);
	CHECK(!bitmap_init(f->m, &map, n.start, n.end));
	compare(f, &map, &n);
	bitmap_mark_free(&map, n.start, n.end);
	fill(&n, n.start, n.end, 1);
	compare(f, &map, &n);
	for (unsigned int i = 0; i < 200; i++) {
		u64 start = n.start + random_next(&seed) % (n.end - n.start + 1);
		u64 end = start + random_next(&seed) % (n.end - start + 1);
		u64 nr = 1 + random_next(&seed) % (random_next(&seed) % 2 ? 3 : 100);
		u64 align = 1ULL << random_next(&seed) % 9;

		if (random_next(&seed) % 3)
			end = min(end, start + 5);
		if (random_next(&seed) % 2) {
			bitmap_mark_free(&map, start, end);
			fill(&n, start, end, 1);
		} else {
			bitmap_mark_used(&map, start, end);
			fill(&n, start, end, 0);
		}
		compare(f, &map, &n);
		start = n.start + random_next(&seed) % (n.end - n.start);
		end = start + random_next(&seed) % (n.end - start + 1);
		CHECK(bitmap_next_free(&map, start, end) == next(&n, start, end, 1));
		CHECK(bitmap_next_used(&map, start, end) == next(&n, start, end, 0));
		CHECK(bitmap_find_free_end(&map, start, end) == free_end(&n, start, end));
		CHECK(bitmap_find_run(&map, start, end, nr, align) ==
		      find(&n, start, end, nr, align));
	}
	bitmap_destroy(f->m, &map);
	CHECK(!map.word);
	bitmap_destroy(f->m, &map);
}

static void test_random(void **state)
{
	struct fixture *f = *state;

	for (f->seed = 0; f->seed < 400; f->seed++)
		expect_clean(f, random_bits);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

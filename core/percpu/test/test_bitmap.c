/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_bitmap.c - the allocator inside of a unit, without pages: bit operations against loops, and
 * searches, hints and counts against a naive search, over patterns that break hints.
 */
#include "run.h"
#include "../hints.h"

#define BITS (4 * WORD_BITS)

static bool map_bit(const u64 *map, u32 i)
{
	return map[i / WORD_BITS] >> (i % WORD_BITS) & 1;
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

#define LIVE 4096

struct area {
	u32 off;
	u32 bits;
};

/* The first aligned run of @bits in populated pages; PCPU_NO_FIT: none. */
static u32 naive_fit(const struct pcpu_chunk *chunk, u32 bits, u32 align, bool populated)
{
	u32 run = 0;

	for (u32 i = 0; i < chunk->pc->map_bits; i++) {
		if (map_bit(chunk->alloc_map, i) ||
		    (populated && !map_bit(chunk->populated, i / PCPU_BLOCK_BITS)))
			run = i + 1;
		else if (ALIGN(run, align) + bits <= i + 1)
			return ALIGN(run, align);
	}
	return PCPU_NO_FIT;
}

/* Allocate, and judge the result by the naive search. */
static bool area_alloc(struct fixture *f, struct pcpu_chunk *chunk, struct area *a, u32 bits,
		       u32 align, bool populated)
{
	u32 first = naive_fit(chunk, bits, align, populated);

	a->bits = bits;
	a->off = pcpu_bitmap_alloc(chunk, bits, align, populated);
	if (a->off == PCPU_NO_FIT) {
		/* It may refuse only what has little room to spare; see bitmap.c, B3. */
		CHECK(naive_fit(chunk, bits + align + PCPU_BLOCK_BITS, align, populated) ==
			      PCPU_NO_FIT ||
		      populated);
		return false;
	}
	CHECK(first != PCPU_NO_FIT && a->off >= first && IS_ALIGNED(a->off, align));
	if (populated)
		for (u32 p = a->off / PCPU_BLOCK_BITS; p <= (a->off + bits - 1) / PCPU_BLOCK_BITS;
		     p++)
			CHECK(map_bit(chunk->populated, p));
	if (!populated && align == 1 && bits == 1)
		CHECK(a->off == first);
	chunk->nr_allocs++;
	f->pc->nr_allocs++;
	f->pc->alloc_bits += bits;
	pcpu_chunk_relocate(chunk);
	return true;
}

static void area_free(struct fixture *f, struct pcpu_chunk *chunk, struct area *a)
{
	CHECK(pcpu_bitmap_free(chunk, a->off) == a->bits);
	CHECK(!pcpu_bitmap_free(chunk, a->off));
	chunk->nr_allocs--;
	f->pc->nr_allocs--;
	f->pc->alloc_bits -= a->bits;
	pcpu_chunk_relocate(chunk);
	a->bits = 0;
}

static struct pcpu_chunk *new_chunk(struct fixture *f)
{
	struct pcpu_chunk *chunk = pcpu_chunk_create(f->pc, GFP_KERNEL);

	CHECK(chunk);
	pcpu_chunk_link(chunk);
	return chunk;
}

static u32 random_bits(struct fixture *f, u32 kind)
{
	u64 r = random_next(&f->seed);

	switch (kind) {
	case 0: /* small, many of one size */
		return 1 + (r % 4) * (r >> 8) % 3;
	case 1: /* small and middle */
		return 1 + r % (r >> 32 & 3 ? 16 : 400);
	case 2: /* around a block */
		return PCPU_BLOCK_BITS - 20 + r % 40;
	default: /* anything */
		return 1 + r % (r >> 32 & 1 ? f->pc->map_bits / 2 : 700);
	}
}

/* Fill up and drain in turn, at random places. */
static void random_areas(struct fixture *f)
{
	static struct area a[LIVE];

	for (u32 kind = 0; kind < 4; kind++) {
		struct pcpu_chunk *chunk = new_chunk(f);
		bool fill = true;
		u32 nr = 0;

		for (u32 n = 0; n < 3000; n++) {
			u64 r = random_next(&f->seed);

			if (!nr || (nr < LIVE && (r & 7) < (fill ? 6 : 2))) {
				u32 align = r >> 16 & 3 ? 1 : 1 << (r >> 24) % 11;

				if (area_alloc(f, chunk, &a[nr], random_bits(f, kind), align,
					       false))
					nr++;
				else
					fill = false;
			} else {
				u32 i = (r >> 32) % nr;

				area_free(f, chunk, &a[i]);
				a[i] = a[--nr];
				fill = fill || !nr;
			}
			pcpu_verify(f->pc, true);
		}
		while (nr--) {
			area_free(f, chunk, &a[nr]);
			pcpu_verify(f->pc, true);
		}
		CHECK(chunk->free_bits == f->pc->map_bits &&
		      chunk->hints.contig == f->pc->map_bits);
	}
}

static void test_random(void **state)
{
	static const u32 pages[] = {1, 2, 3, 8, 17};
	struct fixture *f = *state;

	for (u32 i = 0; i < ARRAY_SIZE(pages); i++) {
		f->pcpu.unit_size = pages[i] * PAGE_SIZE;
		expect_clean(f, random_areas);
	}
}

/* Areas at given places: what first fit alone does not reach. */
static void placed_areas(struct fixture *f)
{
	struct pcpu_chunk *chunk = new_chunk(f);
	static struct area a[LIVE];
	u32 nr = 0;

	for (u32 n = 0; n < 6000; n++) {
		u64 r = random_next(&f->seed);

		if (!nr || (nr < 300 && (r & 7) < 4)) {
			u32 off = (r >> 8) % f->pc->map_bits;
			u32 bits = 1 + (r >> 32) % (r >> 50 & 7 ? 60 : 1500);

			a[nr] = (struct area){off, bits};
			if (pcpu_bitmap_alloc_at(chunk, off, bits)) {
				chunk->nr_allocs++;
				f->pc->nr_allocs++;
				f->pc->alloc_bits += bits;
				pcpu_chunk_relocate(chunk);
				nr++;
			}
		} else {
			u32 i = (r >> 32) % nr;

			area_free(f, chunk, &a[i]);
			a[i] = a[--nr];
		}
		pcpu_verify(f->pc, true);
	}
	while (nr--)
		area_free(f, chunk, &a[nr]);
}

static void test_placed(void **state)
{
	struct fixture *f = *state;

	expect_clean(f, placed_areas);
	f->pcpu.unit_size = 9 * PAGE_SIZE;
	expect_clean(f, placed_areas);
}

/* Only some pages are populated. */
static void populated_areas(struct fixture *f)
{
	struct pcpu_chunk *chunk = new_chunk(f);
	static struct area a[LIVE];
	u32 nr = 0;

	for (u32 i = 0; i < f->pc->unit_pages; i++) {
		if (random_next(&f->seed) & 1) {
			CHECK(!chunk->pc->backing->populate(chunk, i, i + 1, GFP_KERNEL));
			pcpu_chunk_populated(chunk, i, i + 1);
		}
	}
	for (u32 n = 0; n < 3000; n++) {
		u64 r = random_next(&f->seed);

		if (!nr || (nr < LIVE && (r & 7) < 5)) {
			u32 bits = random_bits(f, r >> 16 & 3);

			if (area_alloc(f, chunk, &a[nr], bits, 1 << (r >> 24 & 3), r >> 32 & 7))
				nr++;
			else if (bits == 1 && r >> 32 & 7)
				CHECK(naive_fit(chunk, 8, 8, true) == PCPU_NO_FIT);
		} else {
			u32 i = (r >> 32) % nr;

			area_free(f, chunk, &a[i]);
			a[i] = a[--nr];
		}
		pcpu_verify(f->pc, true);
	}
	while (nr--)
		area_free(f, chunk, &a[nr]);
}

static void test_populated(void **state)
{
	struct fixture *f = *state;

	f->pcpu.unit_size = 12 * PAGE_SIZE;
	expect_clean(f, populated_areas);
}

/* Of two runs of one size, the better aligned one is remembered; and the scan run skips. */
static void hints(struct fixture *f)
{
	struct pcpu_hints h = {0};

	h.first_free = 1024;
	pcpu_hints_add(&h, 6, 16);
	CHECK(h.first_free == 6 && h.contig == 10 && h.contig_start == 6 && !h.scan);
	pcpu_hints_add(&h, 20, 30);
	CHECK(h.contig_start == 20 && !h.scan);
	pcpu_hints_add(&h, 33, 43);
	CHECK(h.contig_start == 20 && h.scan == 10 && h.scan_start == 33);
	/* Better aligned, behind the scan run of the same length. */
	pcpu_hints_add(&h, 64, 74);
	CHECK(h.contig_start == 64 && !h.scan);
	pcpu_hints_add(&h, 100, 200);
	CHECK(h.contig == 100 && h.scan == 10 && h.scan_start == 64);
	CHECK(pcpu_hints_skip(&h, 11) == 74 && pcpu_hints_skip(&h, 10) == 6);
	/* Next to the contig run: one with it. */
	pcpu_hints_add(&h, 90, 100);
	CHECK(h.contig == 110 && h.contig_start == 90 && h.scan == 10);
	/* Next to both. */
	pcpu_hints_add(&h, 74, 90);
	CHECK(h.contig == 136 && h.contig_start == 64 && !h.scan);
	/* In front, but not in front of everything: it could hide what lies between. */
	pcpu_hints_add(&h, 50, 55);
	CHECK(!h.scan);
	pcpu_hints_add(&h, 1, 3);
	CHECK(h.scan == 2 && h.scan_start == 1);
	CHECK(pcpu_hints_promote(&h) == 3 && h.contig == 2 && h.contig_start == 1);
	(void)f;
}

static void test_hints(void **state)
{
	expect_clean(*state, hints);
}

/*
 * Many holes that are too small in front: the second search does not step over them again.
 */
static void skipped_holes(struct fixture *f)
{
	struct pcpu_chunk *chunk = new_chunk(f);
	struct area a[300], b;
	u64 scanned;
	u32 i;

	for (i = 0; i < 300; i++)
		CHECK(area_alloc(f, chunk, &a[i], 3, 1, false));
	for (i = 0; i < 300; i += 2)
		area_free(f, chunk, &a[i]);
	scanned = f->pc->scanned;
	CHECK(area_alloc(f, chunk, &b, 4, 1, false) && b.off == 900);
	CHECK(f->pc->scanned - scanned > 800);
	area_free(f, chunk, &b);
	scanned = f->pc->scanned;
	CHECK(area_alloc(f, chunk, &b, 4, 1, false) && b.off == 900);
	CHECK(f->pc->scanned - scanned < 20);
	pcpu_verify(f->pc, true);
	area_free(f, chunk, &b);
	for (i = 1; i < 300; i += 2)
		area_free(f, chunk, &a[i]);
}

static void test_skipped_holes(void **state)
{
	expect_clean(*state, skipped_holes);
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bitops),
		T(test_random),
		T(test_placed),
		T(test_populated),
		T(test_hints),
		T(test_skipped_holes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

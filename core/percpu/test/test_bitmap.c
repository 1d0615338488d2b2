/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_bitmap.c - the bitmap without pages: searches, hints and counts against a naive search, over
 * patterns that break hints.
 */
#include "run.h"
#include "../hints.h"

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

/* The bound on the cost of a search, in blocks and words; see bitmap.c. */
static void check_cost(struct fixture *f, u64 scanned, u32 bits, bool populated, bool served)
{
	u64 pages = f->pc->unit_pages, words = 0;

	if (served)
		words = (PCPU_BLOCK_BITS + bits) / WORD_BITS + 2;
	else if (!populated)
		pages = 0;
	CHECK(f->pc->scanned - scanned <= (populated ? 2 * pages : pages) + words);
}

static void relocate(struct fixture *f, struct pcpu_chunk *chunk)
{
	unsigned long flags;

	spin_lock_irqsave(&f->pc->lock, flags);
	pcpu_chunk_relocate(chunk);
	spin_unlock_irqrestore(&f->pc->lock, flags);
}

/* Populate each page of a chunk with a probability of @odds of 4. */
static void populate_some(struct fixture *f, struct pcpu_chunk *chunk, u64 odds)
{
	unsigned long flags;

	mutex_lock(&f->pc->alloc_mutex);
	for (u32 i = 0; i < f->pc->unit_pages; i++) {
		if (random_next(&f->seed) % 4 >= odds)
			continue;
		CHECK(!f->pc->backing->populate(chunk, i, i + 1, GFP_KERNEL));
		spin_lock_irqsave(&f->pc->lock, flags);
		pcpu_chunk_populated(chunk, i, i + 1);
		spin_unlock_irqrestore(&f->pc->lock, flags);
	}
	mutex_unlock(&f->pc->alloc_mutex);
}

/* Allocate, and compare with the naive search. */
static bool area_alloc(struct fixture *f, struct pcpu_chunk *chunk, struct area *a, u32 bits,
		       u32 align, bool populated)
{
	u32 first = naive_fit(chunk, bits, align, populated);
	u64 scanned = f->pc->scanned;

	a->bits = bits;
	a->off = pcpu_bitmap_alloc(chunk, bits, align, populated);
	check_cost(f, scanned, bits, populated, a->off != PCPU_NO_FIT);
	if (a->off == PCPU_NO_FIT) {
		/* B3: a refused request has less than a block to spare. */
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
	relocate(f, chunk);
	return true;
}

static void area_free(struct fixture *f, struct pcpu_chunk *chunk, struct area *a)
{
	CHECK(pcpu_bitmap_free(chunk, a->off) == a->bits);
	CHECK(!pcpu_bitmap_free(chunk, a->off));
	chunk->nr_allocs--;
	f->pc->nr_allocs--;
	f->pc->alloc_bits -= a->bits;
	relocate(f, chunk);
	a->bits = 0;
}

static struct pcpu_chunk *new_chunk(struct fixture *f)
{
	struct pcpu_chunk *chunk = pcpu_chunk_create(f->pc, GFP_KERNEL);
	unsigned long flags;

	CHECK(chunk);
	spin_lock_irqsave(&f->pc->lock, flags);
	pcpu_chunk_link(chunk);
	spin_unlock_irqrestore(&f->pc->lock, flags);
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

/* Areas at random places, which first fit alone does not reach. */
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
				relocate(f, chunk);
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

	populate_some(f, chunk, 2);
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

#define SIDE_LIVE 20000

/* Every size with every alignment, in chunks of few and many blocks that are nearly full. */
static void all_shapes(struct fixture *f)
{
	static const u32 sizes[] = {1,	 2,   3,   5,	16,  31,   32,	 33,   63,   64,   65,	100,
				    127, 128, 129, 255, 256, 1000, 1023, 1024, 1025, 2048, 2500};
	struct pcpu_chunk *chunk = new_chunk(f);
	struct area *a = calloc(SIDE_LIVE, sizeof(*a));
	u32 nr = 0, step = f->pc->unit_pages > 16 ? 64 : 1;

	CHECK(a);
	populate_some(f, chunk, 3);
	/* Fill the chunk with small areas. */
	while (nr < SIDE_LIVE && area_alloc(f, chunk, &a[nr], 1 + random_next(&f->seed) % 40,
					    1 << random_next(&f->seed) % 3, false))
		nr++;
	for (u32 n = 0; n < 600; n++) {
		u64 r = random_next(&f->seed);

		/* Free neighbours, for holes of several sizes. */
		for (u32 i = 0, from = (r >> 8) % nr; i <= (r & 7) && from < nr; i++) {
			area_free(f, chunk, &a[from]);
			a[from] = a[--nr];
		}
		for (u32 i = 0; i < 3 && nr < SIDE_LIVE; i++) {
			r = random_next(&f->seed);
			if (area_alloc(f, chunk, &a[nr], sizes[(r >> 8) % ARRAY_SIZE(sizes)],
				       1 << (r >> 16) % 11, r >> 32 & 1))
				nr++;
		}
		if (n % step == 0)
			pcpu_verify(f->pc, true);
		if (!nr)
			break;
	}
	while (nr--)
		area_free(f, chunk, &a[nr]);
	pcpu_verify(f->pc, true);
	CHECK(chunk->hints.contig == f->pc->map_bits);
	free(a);
}

static void test_shapes(void **state)
{
	static const u32 pages[] = {1, 8, PCPU_MAX_UNIT_PAGES};
	struct fixture *f = *state;

	for (u32 i = 0; i < ARRAY_SIZE(pages); i++) {
		f->pcpu.unit_size = pages[i] * PAGE_SIZE;
		expect_clean(f, all_shapes);
	}
}

/* Of two runs of one size, the better aligned is the contig run; the scan run skips. */
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
	/* A better aligned run after the scan run of the same length (H4). */
	pcpu_hints_add(&h, 64, 74);
	CHECK(h.contig_start == 64 && !h.scan);
	pcpu_hints_add(&h, 100, 200);
	CHECK(h.contig == 100 && h.scan == 10 && h.scan_start == 64);
	CHECK(pcpu_hints_skip(&h, 11) == 74 && pcpu_hints_skip(&h, 10) == 6);
	/* A run that touches the contig run merges with it (H3). */
	pcpu_hints_add(&h, 90, 100);
	CHECK(h.contig == 110 && h.contig_start == 90 && h.scan == 10);
	/* A run that touches both merges with both. */
	pcpu_hints_add(&h, 74, 90);
	CHECK(h.contig == 136 && h.contig_start == 64 && !h.scan);
	/* A run in front, and not the first: a longer run may lie before it (H5). */
	pcpu_hints_add(&h, 50, 55);
	CHECK(!h.scan);
	pcpu_hints_add(&h, 1, 3);
	CHECK(h.scan == 2 && h.scan_start == 1);
	CHECK(pcpu_hints_promote(&h) == 3 && h.contig == 2 && h.contig_start == 1);
	(void)f;
}

/* The rest of the contig run is the longest run while it is longer than rest (H6). */
static void hints_taken(struct fixture *f)
{
	struct pcpu_hints h = {.first_free = 1024};

	pcpu_hints_add(&h, 10, 20);
	pcpu_hints_add(&h, 100, 200);
	CHECK(h.rest == 10 && h.scan == 10);
	/* Cut from the start: an aligned request leaves a hole, shorter than the scan run. */
	CHECK(!pcpu_hints_take(&h, 104, 120, true));
	CHECK(h.contig_start == 120 && h.contig == 80 && h.scan_start == 10 && h.rest == 10);
	/* A longer hole is the new scan run. */
	CHECK(!pcpu_hints_take(&h, 140, 150, true));
	CHECK(h.contig_start == 150 && h.contig == 50 && h.scan_start == 120 && h.scan == 20 &&
	      h.rest == 20);
	/* Cut from the end, and into the scan run. */
	CHECK(!pcpu_hints_take(&h, 195, 200, true) && h.contig == 45 && h.scan == 20);
	CHECK(!pcpu_hints_take(&h, 130, 132, true) && h.contig == 45 && !h.scan && h.rest == 20);
	/* Too short, cut into halves, or other runs are unknown: read again. */
	CHECK(pcpu_hints_take(&h, 150, 175, true) && h.contig == 45);
	CHECK(pcpu_hints_take(&h, 170, 175, true) && h.contig == 45);
	CHECK(pcpu_hints_take(&h, 150, 151, false) && h.contig == 45);
	CHECK(!pcpu_hints_take(&h, 0, 150, false) && h.contig == 45);
	CHECK(pcpu_hints_promote(&h) == 10 && !h.contig && !h.rest);
	(void)f;
}

static void test_hints(void **state)
{
	expect_clean(*state, hints_taken);
	expect_clean(*state, hints);
}

/* A second search does not step over many small holes again. */
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
	CHECK(f->pc->scanned - scanned > 900 / WORD_BITS);
	area_free(f, chunk, &b);
	scanned = f->pc->scanned;
	CHECK(area_alloc(f, chunk, &b, 4, 1, false) && b.off == 900);
	CHECK(f->pc->scanned - scanned < 4);
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
		T(test_random), T(test_placed), T(test_populated),
		T(test_shapes), T(test_hints),	T(test_skipped_holes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

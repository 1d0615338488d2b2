/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_handover.c - the hand-over: every free page once, in the largest blocks, none of which
 * crosses into another node; and pages that are freed later.
 */
#include "run.h"

#define MOST_BLOCKS 64

/* The blocks, in the order of the hand-over. */
struct blocks {
	unsigned int nr;
	u64 pages;
	struct {
		u64 pfn;
		unsigned int order;
	} at[MOST_BLOCKS];
};

static void record_block(void *arg, u64 pfn, unsigned int order)
{
	struct blocks *b = arg;

	CHECK(b->nr < MOST_BLOCKS);
	b->at[b->nr].pfn = pfn;
	b->at[b->nr++].order = order;
	b->pages += 1ULL << order;
}

static bool is_block(const struct blocks *b, unsigned int i, u64 pfn, unsigned int order)
{
	return i < b->nr && b->at[i].pfn == pfn && b->at[i].order == order;
}

/* Frame 0 is aligned to any order; BOOT_MAX_ORDER limits the block. */
static void largest(struct fixture *f)
{
	struct blocks b = {0};

	one_node(f, 0, 3000);
	CHECK(boot_hand_over(f->bm, record_block, &b) == 3000);
	CHECK(b.pages == 3000 && b.nr == 8);
	CHECK(is_block(&b, 0, 0, 10) && is_block(&b, 1, 1024, 10));
	CHECK(is_block(&b, 2, 2048, 9) && is_block(&b, 3, 2560, 8) && is_block(&b, 4, 2816, 7));
	CHECK(is_block(&b, 5, 2944, 5) && is_block(&b, 6, 2976, 4));
	CHECK(is_block(&b, 7, 2992, 3));
}

/* Both ends are odd. */
static void unaligned(struct fixture *f)
{
	struct blocks b = {0};

	one_node(f, 63, 67);
	CHECK(boot_hand_over(f->bm, record_block, &b) == 67);
	CHECK(b.nr == 3);
	CHECK(is_block(&b, 0, 63, 0) && is_block(&b, 1, 64, 6) && is_block(&b, 2, 128, 1));
}

static void around_reserved(struct fixture *f)
{
	struct blocks b = {0};

	one_node(f, 1024, 1024);
	CHECK(!boot_reserve(f->bm, PAGES(1024 + 511), PAGES(2), BOOT_EXCLUSIVE));
	CHECK(boot_hand_over(f->bm, record_block, &b) == 1022);
	CHECK(b.nr == 18 && b.pages == 1022);
	CHECK(is_block(&b, 0, 1024, 8) && is_block(&b, 8, 1024 + 510, 0));
	CHECK(is_block(&b, 9, 1024 + 513, 0) && is_block(&b, 17, 1024 + 768, 8));
	CHECK(bstats(f).handed_over == 1022 && bstats(f).reserved == 2 && !bstats(f).free);
	CHECK(!boot_page_free(f->bm, 1024));
}

/* Nodes touch at 96, inside of an aligned block of 128 pages. */
static void of_one_node(struct fixture *f)
{
	struct blocks b = {0};

	add_pages(f, 0, 0, 96);
	add_pages(f, 1, 96, 32);
	add_pages(f, 2, 128, 128);
	CHECK(!boot_setup(f->bm));
	CHECK(boot_hand_over(f->bm, record_block, &b) == 256);
	CHECK(b.nr == 4);
	CHECK(is_block(&b, 0, 0, 6) && is_block(&b, 1, 64, 5) && is_block(&b, 2, 96, 5));
	CHECK(is_block(&b, 3, 128, 7));
}

static void nothing_free(struct fixture *f)
{
	struct blocks b = {0};

	one_node(f, 5, 100);
	CHECK(!boot_reserve(f->bm, PAGES(5), PAGES(100), BOOT_EXCLUSIVE));
	CHECK(!boot_hand_over(f->bm, record_block, &b));
	CHECK(!b.nr && !f->refusals);
}

/* Pages that are freed later are handed over, too, each node's apart. */
static void free_late(struct fixture *f)
{
	struct blocks b = {0};

	interleaved(f);
	CHECK(!boot_reserve(f->bm, PAGES(32), PAGES(64), BOOT_EXCLUSIVE));
	CHECK(boot_alloc(f->bm, 100, 1, PAGES(200), 0) == PAGES(200));
	CHECK(boot_hand_over(f->bm, record_block, &b) == 256 - 64 - 1);
	b.nr = 0;
	/* A part of page 95 stays reserved, and so the page does. */
	CHECK(!boot_free(f->bm, PAGES(32), PAGES(64) - 1));
	CHECK(b.nr == 1 + 5 && is_block(&b, 0, 32, 5) && is_block(&b, 1, 64, 4));
	CHECK(!boot_free(f->bm, PAGES(95), PAGE_SIZE));
	CHECK(b.nr == 7 && is_block(&b, 6, 95, 0));
	CHECK(!boot_free(f->bm, PAGES(200) + 1, PAGE_SIZE - 1));
	CHECK(b.nr == 7);
	CHECK(!boot_free(f->bm, PAGES(200), PAGE_SIZE));
	CHECK(b.nr == 8 && is_block(&b, 7, 200, 0) && b.pages == 256);
	CHECK(bstats(f).handed_over == 256 && !bstats(f).reserved);
}

BOTH(largest)
BOTH(unaligned)
BOTH(around_reserved)
BOTH(of_one_node)
BOTH(nothing_free)
BOTH(free_late)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_largest),     T(test_unaligned),	   T(test_around_reserved),
		T(test_of_one_node), T(test_nothing_free), T(test_free_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

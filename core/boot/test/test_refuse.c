/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_refuse.c - refusals: each reason, in each call that can give it; nothing changes.
 */
#include "run.h"

static void fail_on_block(void *arg, u64 pfn, unsigned int order)
{
	mm_report(ORACLE_CRASH, "no block must be handed over");
}

static void early(struct fixture *f)
{
	CHECK(boot_setup(f->bm) == -EINVAL);
	CHECK_REFUSED(f, 1, BOOT_NO_MEMORY);
	add_pages(f, 0, 0, 10);
	CHECK(boot_reserve(f->bm, 0, 1, BOOT_SHARED) == -EINVAL);
	CHECK_REFUSED(f, 2, BOOT_EARLY);
	CHECK(f->start == 0 && f->end == 1);
	CHECK(boot_free(f->bm, 0, PAGE_SIZE) == -EINVAL);
	CHECK_REFUSED(f, 3, BOOT_EARLY);
	CHECK(boot_alloc(f->bm, 1, 1, 0, 0) == BOOT_NONE);
	CHECK_REFUSED(f, 4, BOOT_EARLY);
	CHECK(boot_alloc_node(f->bm, 0, 1, 1, 0, 0) == BOOT_NONE);
	CHECK_REFUSED(f, 5, BOOT_EARLY);
	CHECK(boot_alloc_cross(f->bm, 1, 1, 0, 0) == BOOT_NONE);
	CHECK_REFUSED(f, 6, BOOT_EARLY);
	CHECK(!boot_hand_over(f->bm, fail_on_block, NULL));
	CHECK_REFUSED(f, 7, BOOT_EARLY);
	CHECK(!boot_setup(f->bm));
	CHECK(bstats(f).free == 10);
}

static void late(struct fixture *f)
{
	one_node(f, 0, 10);
	CHECK(boot_register_node(f->bm, 0, PAGES(20), PAGES(30)) == -EINVAL);
	CHECK_REFUSED(f, 1, BOOT_LATE);
	CHECK(boot_setup(f->bm) == -EINVAL);
	CHECK_REFUSED(f, 2, BOOT_LATE);
}

static void over(struct fixture *f)
{
	one_node(f, 0, 10);
	CHECK(!boot_reserve(f->bm, 0, 1, BOOT_EXCLUSIVE));
	CHECK(boot_hand_over(f->bm, ignore_block, NULL) == 9);
	CHECK(boot_register_node(f->bm, 0, PAGES(20), PAGES(30)) == -EINVAL);
	CHECK_REFUSED(f, 1, BOOT_OVER);
	CHECK(boot_setup(f->bm) == -EINVAL);
	CHECK_REFUSED(f, 2, BOOT_OVER);
	CHECK(boot_reserve(f->bm, PAGES(1), 1, BOOT_EXCLUSIVE) == -EINVAL);
	CHECK_REFUSED(f, 3, BOOT_OVER);
	CHECK(boot_alloc(f->bm, 1, 1, 0, 0) == BOOT_NONE);
	CHECK_REFUSED(f, 4, BOOT_OVER);
	CHECK(boot_alloc_node(f->bm, 0, 1, 1, 0, 0) == BOOT_NONE);
	CHECK_REFUSED(f, 5, BOOT_OVER);
	CHECK(boot_alloc_cross(f->bm, 1, 1, 0, 0) == BOOT_NONE);
	CHECK_REFUSED(f, 6, BOOT_OVER);
	CHECK(!boot_hand_over(f->bm, fail_on_block, NULL));
	CHECK_REFUSED(f, 7, BOOT_OVER);
	/* A handed-over page cannot be freed. */
	CHECK(boot_free(f->bm, PAGES(3), PAGE_SIZE) == -EINVAL);
	CHECK_REFUSED(f, 8, BOOT_FREE_TWICE);
	CHECK(!boot_free(f->bm, 0, PAGE_SIZE));
	CHECK(boot_free(f->bm, 0, PAGE_SIZE) == -EINVAL);
	CHECK_REFUSED(f, 9, BOOT_FREE_TWICE);
}

static void registrations(struct fixture *f)
{
	CHECK(boot_register_node(f->bm, NR_NODES, 0, PAGES(1)) == -EINVAL);
	CHECK_REFUSED(f, 1, BOOT_BAD_NODE);
	CHECK(boot_register_node(f->bm, 0, PAGES(2), PAGES(1)) == -EINVAL);
	CHECK_REFUSED(f, 2, BOOT_BACKWARDS);
	CHECK(f->start == PAGES(2) && f->end == PAGES(1));
	CHECK(boot_register_node(f->bm, 0, 0, BOOT_MAX_ADDRESS + 1) == -EINVAL);
	CHECK_REFUSED(f, 3, BOOT_BACKWARDS);
	CHECK(boot_register_node(f->bm, 0, PAGES(1), PAGES(1)) == -EINVAL);
	CHECK_REFUSED(f, 4, BOOT_EMPTY);
	CHECK(boot_register_node(f->bm, 0, PAGES(1) + 1, PAGES(3) - 1) == -EINVAL);
	CHECK_REFUSED(f, 5, BOOT_EMPTY);
	add_pages(f, 0, 100, 100);
	/* Overlap from below, from above, inside, around, and of equal ranges. */
	CHECK(boot_register_node(f->bm, 1, PAGES(50), PAGES(101)) == -EEXIST);
	CHECK(boot_register_node(f->bm, 0, PAGES(199), PAGES(300)) == -EEXIST);
	CHECK(boot_register_node(f->bm, 1, PAGES(150), PAGES(151)) == -EEXIST);
	CHECK(boot_register_node(f->bm, 1, PAGES(50), PAGES(300)) == -EEXIST);
	CHECK(boot_register_node(f->bm, 0, PAGES(100), PAGES(200)) == -EEXIST);
	CHECK_REFUSED(f, 10, BOOT_OVERLAP);
	/* Ranges may touch. */
	CHECK(!boot_register_node(f->bm, 1, PAGES(50), PAGES(100)));
	CHECK(boot_register_node(f->bm, 0, PAGES(10), PAGES(20)) == -EINVAL);
	CHECK_REFUSED(f, 11, BOOT_ORDER);
	add_pages(f, 2, 10, 10);
	add_pages(f, 0, 1000, 1);
	CHECK(f->bm->nr_ranges == 4 && bstats(f).pages == 161);
	CHECK(f->refusals == 11);
}

/* Ranges that share one byte of a partial page: of one, of the other, of both. */
static void overlap_bytes(struct fixture *f)
{
	CHECK(!boot_register_node(f->bm, 0, PAGES(100) - 10, PAGES(200) + 10));
	CHECK(bstats(f).pages == 100);
	CHECK(boot_register_node(f->bm, 1, PAGES(50), PAGES(100) - 9) == -EEXIST);
	CHECK_REFUSED(f, 1, BOOT_OVERLAP);
	CHECK(f->start == PAGES(50) && f->end == PAGES(100) - 9);
	CHECK(boot_register_node(f->bm, 1, PAGES(200) + 9, PAGES(300)) == -EEXIST);
	CHECK(boot_register_node(f->bm, 0, PAGES(200) + 9, PAGES(300)) == -EEXIST);
	CHECK(boot_register_node(f->bm, 1, PAGES(50), PAGES(100) + 1) == -EEXIST);
	CHECK(boot_register_node(f->bm, 1, PAGES(200) - 1, PAGES(300)) == -EEXIST);
	CHECK_REFUSED(f, 5, BOOT_OVERLAP);
	/* A merged range ends with the last byte of its last part. */
	CHECK(!boot_register_node(f->bm, 2, PAGES(400), PAGES(410)));
	CHECK(!boot_register_node(f->bm, 2, PAGES(410), PAGES(420) + 1));
	CHECK(boot_register_node(f->bm, 2, PAGES(420), PAGES(430)) == -EEXIST);
	CHECK_REFUSED(f, 6, BOOT_OVERLAP);
	CHECK(!boot_register_node(f->bm, 2, PAGES(420) + 1, PAGES(430)));
	CHECK(f->bm->nr_ranges == 3);
	/* Ranges that meet inside of a page are allowed; the page belongs to no node. */
	CHECK(!boot_register_node(f->bm, 1, PAGES(50), PAGES(100) - 10));
	CHECK(!boot_register_node(f->bm, 1, PAGES(200) + 10, PAGES(300)));
	CHECK(f->refusals == 6 && bstats(f).pages == 100 + 49 + 99 + 20 + 9);
	CHECK(!boot_setup(f->bm));
	CHECK(boot_page_node(f->bm, 98) == 1 && boot_page_node(f->bm, 100) == 0);
	CHECK(boot_page_node(f->bm, 99) == NUMA_NO_NODE && !boot_page_free(f->bm, 99));
	CHECK(boot_page_node(f->bm, 200) == NUMA_NO_NODE && !boot_page_free(f->bm, 200));
	CHECK(boot_page_node(f->bm, 420) == NUMA_NO_NODE && !boot_page_free(f->bm, 420));
	CHECK(boot_reserve(f->bm, PAGES(200) + 20, 1, BOOT_EXCLUSIVE) == -EINVAL);
	CHECK_REFUSED(f, 7, BOOT_OUTSIDE);
}

static void outside(struct fixture *f)
{
	add_pages(f, 0, 10, 10);
	add_pages(f, 1, 30, 10);
	CHECK(!boot_setup(f->bm));
	CHECK(boot_reserve(f->bm, PAGES(5), 1, BOOT_EXCLUSIVE) == -EINVAL);
	CHECK_REFUSED(f, 1, BOOT_OUTSIDE);
	CHECK(f->start == PAGES(5) && f->end == PAGES(6));
	CHECK(boot_reserve(f->bm, PAGES(15), PAGES(20), BOOT_SHARED) == -EINVAL);
	CHECK_REFUSED(f, 2, BOOT_OUTSIDE);
	CHECK(f->start == PAGES(20));
	CHECK(boot_reserve(f->bm, PAGES(39), PAGE_SIZE + 1, BOOT_EXCLUSIVE) == -EINVAL);
	CHECK_REFUSED(f, 3, BOOT_OUTSIDE);
	CHECK(f->start == PAGES(40));
	CHECK(boot_free(f->bm, PAGES(5), PAGES(10)) == -EINVAL);
	CHECK_REFUSED(f, 4, BOOT_OUTSIDE);
	CHECK(boot_free(f->bm, PAGES(1000), PAGES(10)) == -EINVAL);
	CHECK_REFUSED(f, 5, BOOT_OUTSIDE);
	CHECK(boot_reserve(f->bm, PAGES(10), 0, BOOT_EXCLUSIVE) == -EINVAL);
	CHECK_REFUSED(f, 6, BOOT_EMPTY);
	CHECK(boot_free(f->bm, PAGES(10), 0) == -EINVAL);
	CHECK_REFUSED(f, 7, BOOT_EMPTY);
	CHECK(boot_reserve(f->bm, PAGES(10), ~0ULL, BOOT_EXCLUSIVE) == -EINVAL);
	CHECK_REFUSED(f, 8, BOOT_BACKWARDS);
	CHECK(boot_free(f->bm, BOOT_MAX_ADDRESS, 1) == -EINVAL);
	CHECK_REFUSED(f, 9, BOOT_BACKWARDS);
	/* A free without a whole page; then frees that begin or end outside. */
	CHECK(boot_free(f->bm, PAGES(5) + 1, PAGE_SIZE) == -EINVAL);
	CHECK_REFUSED(f, 10, BOOT_OUTSIDE);
	CHECK(f->start == PAGES(5) && f->end == PAGES(6));
	CHECK(boot_free(f->bm, PAGES(25) + 7, 1) == -EINVAL);
	CHECK_REFUSED(f, 11, BOOT_OUTSIDE);
	CHECK(f->start == PAGES(25));
	CHECK(!boot_reserve(f->bm, PAGES(10), PAGES(10), BOOT_EXCLUSIVE));
	CHECK(boot_free(f->bm, PAGES(10) - 1, PAGES(10) + 1) == -EINVAL);
	CHECK(f->start == PAGES(9));
	CHECK(boot_free(f->bm, PAGES(10), PAGES(10) + 1) == -EINVAL);
	CHECK(f->start == PAGES(20));
	CHECK_REFUSED(f, 13, BOOT_OUTSIDE);
	CHECK(bstats(f).free == 10);
}

/* A free of a part of a free page is a double free. */
static void twice_in_part(struct fixture *f)
{
	interleaved(f);
	CHECK(!boot_reserve(f->bm, PAGES(60), PAGES(10), BOOT_EXCLUSIVE));
	/* Inside of a page; across its end; all except its first and last byte. */
	CHECK(boot_free(f->bm, PAGES(70) + 100, 8) == -EINVAL);
	CHECK_REFUSED(f, 1, BOOT_FREE_TWICE);
	CHECK(f->start == PAGES(70) && f->end == PAGES(71));
	CHECK(boot_free(f->bm, PAGES(71) - 1, 2) == -EINVAL);
	CHECK(boot_free(f->bm, PAGES(72) + 1, PAGE_SIZE - 2) == -EINVAL);
	CHECK_REFUSED(f, 3, BOOT_FREE_TWICE);
	/* A free that touches a free page before or after pages in use frees none of them. */
	CHECK(boot_free(f->bm, PAGES(60) - 1, PAGES(10) + 1) == -EINVAL);
	CHECK(f->start == PAGES(59));
	CHECK(boot_free(f->bm, PAGES(60), PAGES(10) + 1) == -EINVAL);
	CHECK(f->start == PAGES(70));
	CHECK_REFUSED(f, 5, BOOT_FREE_TWICE);
	CHECK(bstats(f).reserved == 10);
	/* A partly freed page stays in use, however often. */
	CHECK(!boot_free(f->bm, PAGES(60) + 1, PAGE_SIZE));
	CHECK(!boot_free(f->bm, PAGES(60) + 1, PAGE_SIZE));
	CHECK(bstats(f).reserved == 10);
	/* The same with a page that an object used in part. */
	CHECK(!boot_free(f->bm, PAGES(60), PAGES(10)));
	CHECK(boot_alloc(f->bm, 100, 1, 0, 0) == 0);
	CHECK(!boot_free(f->bm, 0, 100));
	CHECK(!boot_free(f->bm, 0, PAGE_SIZE));
	CHECK(boot_free(f->bm, 0, 100) == -EINVAL);
	CHECK_REFUSED(f, 6, BOOT_FREE_TWICE);
	/* Reservations of parts of one page. */
	CHECK(!boot_reserve(f->bm, PAGES(5) + 100, 8, BOOT_EXCLUSIVE));
	CHECK(boot_reserve(f->bm, PAGES(5) + 200, 8, BOOT_EXCLUSIVE) == -EBUSY);
	CHECK_REFUSED(f, 7, BOOT_RESERVE_TWICE);
	CHECK(boot_reserve(f->bm, PAGES(4) + 4095, 2, BOOT_EXCLUSIVE) == -EBUSY);
	CHECK_REFUSED(f, 8, BOOT_RESERVE_TWICE);
	CHECK(bstats(f).reserved == 1);
}

/* A handed-over page counts as free. */
static void twice_late(struct fixture *f)
{
	one_node(f, 0, 10);
	CHECK(!boot_reserve(f->bm, 0, PAGES(2), BOOT_EXCLUSIVE));
	CHECK(boot_hand_over(f->bm, ignore_block, NULL) == 8);
	CHECK(boot_free(f->bm, PAGES(2) + 1, 1) == -EINVAL);
	CHECK(boot_free(f->bm, PAGES(1), PAGE_SIZE + 1) == -EINVAL);
	CHECK_REFUSED(f, 2, BOOT_FREE_TWICE);
	CHECK(!boot_free(f->bm, PAGES(1), PAGE_SIZE));
	CHECK(boot_free(f->bm, PAGES(1) + 8, 8) == -EINVAL);
	CHECK_REFUSED(f, 3, BOOT_FREE_TWICE);
	CHECK(bstats(f).handed_over == 9);
}

static void twice(struct fixture *f)
{
	interleaved(f);
	CHECK(!boot_reserve(f->bm, PAGES(70), PAGES(2), BOOT_EXCLUSIVE));
	CHECK(boot_reserve(f->bm, PAGES(60), PAGES(20), BOOT_EXCLUSIVE) == -EBUSY);
	CHECK_REFUSED(f, 1, BOOT_RESERVE_TWICE);
	CHECK(f->start == PAGES(70) && f->end == PAGES(71));
	CHECK(boot_free(f->bm, PAGES(71), PAGES(2)) == -EINVAL);
	CHECK_REFUSED(f, 2, BOOT_FREE_TWICE);
	CHECK(f->start == PAGES(72));
	CHECK(bstats(f).reserved == 2);
	/* An allocated page counts as reserved. */
	CHECK(boot_alloc(f->bm, 10, 1, 0, 0) == 0);
	CHECK(boot_reserve(f->bm, 100, 1, BOOT_EXCLUSIVE) == -EBUSY);
	CHECK_REFUSED(f, 3, BOOT_RESERVE_TWICE);
}

static void arguments(struct fixture *f)
{
	one_node(f, 0, 10);
	CHECK(boot_alloc(f->bm, 0, 1, 0, 0) == BOOT_NONE);
	CHECK_REFUSED(f, 1, BOOT_BAD_ARGUMENT);
	CHECK(boot_alloc_node(f->bm, 0, 1, 0, 0, 0) == BOOT_NONE);
	CHECK_REFUSED(f, 2, BOOT_BAD_ARGUMENT);
	CHECK(boot_alloc_cross(f->bm, 1, 3, 0, 0) == BOOT_NONE);
	CHECK_REFUSED(f, 3, BOOT_BAD_ARGUMENT);
	CHECK(boot_alloc_node(f->bm, NR_NODES, 1, 1, 0, 0) == BOOT_NONE);
	CHECK_REFUSED(f, 4, BOOT_BAD_NODE);
	CHECK(boot_alloc_node(f->bm, ~0U, 1, 1, 0, 0) == BOOT_NONE);
	CHECK_REFUSED(f, 5, BOOT_BAD_NODE);
}

/* Without a callback, a refusal is a finding. */
static void finding(struct fixture *f)
{
	one_node(f, 0, 10);
	boot_free(f->bm, PAGES(3), PAGE_SIZE);
}

static void test_finding(void **state)
{
	struct fixture *f = *state;

	f->record = false;
	for (f->kind = 0; f->kind < NR_BOOT_KINDS; f->kind++)
		expect_finding(f, finding, ORACLE_RANGE, "(free-twice): [0x3000, 0x4000)");
}

BOTH(early)
BOTH(late)
BOTH(over)
BOTH(registrations)
BOTH(overlap_bytes)
BOTH(outside)
BOTH(twice)
BOTH(twice_in_part)
BOTH(twice_late)
BOTH(arguments)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_early),	       T(test_late),	   T(test_over),
		T(test_registrations), T(test_outside),	   T(test_twice),
		T(test_arguments),     T(test_finding),	   T(test_overlap_bytes),
		T(test_twice_in_part), T(test_twice_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

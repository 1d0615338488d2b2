/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_boot.c - each function of boot.h, by example.
 */
#include "run.h"

static void names(void **state)
{
	assert_string_equal(boot_kind_name(BOOT_BOOTMEM), "bootmem");
	assert_string_equal(boot_kind_name(BOOT_ROOTMEM), "rootmem");
	assert_string_equal(boot_error_name(BOOT_FREE_TWICE), "free-twice");
	for (int i = 0; i < NR_BOOT_ERRORS; i++) {
		assert_non_null(boot_error_name(i));
		assert_non_null(boot_error_text(i));
		for (int k = 0; k < i; k++)
			assert_string_not_equal(boot_error_name(i), boot_error_name(k));
	}
}

static void create_bad(void **state)
{
	struct fixture *f = *state;
	struct boot_config cfg = {.kind = NR_BOOT_KINDS, .nr_nodes = 1};
	struct boot_mem *bm = NULL;

	assert_int_equal(boot_create(f->m, &cfg, &bm), -EINVAL);
	cfg.kind = BOOT_ROOTMEM;
	cfg.nr_nodes = 0;
	assert_int_equal(boot_create(f->m, &cfg, &bm), -EINVAL);
	cfg.nr_nodes = TOPOLOGY_MAX_NODES + 1;
	assert_int_equal(boot_create(f->m, &cfg, &bm), -EINVAL);
	assert_null(bm);
	boot_destroy(NULL);
}

/* All registered pages are free, and no page between them; partial pages are left out. */
static void registered(struct fixture *f)
{
	CHECK(boot_config(f->bm)->kind == f->kind);
	CHECK(!boot_register_node(f->bm, 1, PAGES(64) + 1, PAGES(70) - 1));
	add_pages(f, 3, 100, 1);
	add_pages(f, 0, 10, 20);
	CHECK(boot_page_node(f->bm, 10) == 0 && !boot_page_free(f->bm, 10));
	CHECK(bstats(f).pages == 25 && !bstats(f).free);
	CHECK(!boot_setup(f->bm));
	CHECK(bstats(f).pages == 25 && bstats(f).free == 25 && !bstats(f).reserved);
	for (u64 pfn = 0; pfn < 200; pfn++) {
		int nid = pfn >= 10 && pfn < 30	  ? 0
			  : pfn >= 65 && pfn < 69 ? 1
			  : pfn == 100		  ? 3
						  : NUMA_NO_NODE;

		CHECK(boot_page_node(f->bm, pfn) == nid);
		CHECK(boot_page_free(f->bm, pfn) == (nid != NUMA_NO_NODE));
	}
}

static void topology(struct fixture *f)
{
	struct topology t;

	topology_init(&t, 4, 4, 400);
	CHECK(!boot_register_topology(f->bm, &t));
	CHECK(bstats(f).pages == 400 && boot_page_node(f->bm, 399) == 3);
	CHECK(boot_register_topology(f->bm, &t) == -EEXIST);
	CHECK_REFUSED(f, 1, BOOT_OVERLAP);
}

/* The statistics give the same size of the bitmaps before and after set-up. */
static void metadata(struct fixture *f)
{
	struct machine_stats st;
	u64 bytes;

	add_pages(f, 0, 1, 1000);
	add_pages(f, 1, 1001, 24);
	bytes = bstats(f).bitmap_bytes;
	machine_stats(f->m, &st);
	CHECK(bstats(f).metadata_bytes == st.meta_bytes);
	CHECK(!boot_setup(f->bm));
	CHECK(bstats(f).bitmap_bytes == bytes && bytes == (f->kind == BOOT_ROOTMEM ? 17 : 18) * 8);
	machine_stats(f->m, &st);
	CHECK(bstats(f).metadata_bytes == st.meta_bytes);
}

/* Reservations grow to whole pages, frees shrink. */
static void rounding(struct fixture *f)
{
	one_node(f, 0, 100);
	CHECK(!boot_reserve(f->bm, PAGES(10) + 4095, 2, BOOT_EXCLUSIVE));
	CHECK(!boot_page_free(f->bm, 10) && !boot_page_free(f->bm, 11));
	CHECK(bstats(f).reserved == 2);
	CHECK(!boot_free(f->bm, PAGES(10) + 1, 2 * PAGE_SIZE - 2));
	CHECK(bstats(f).reserved == 2);
	CHECK(!boot_free(f->bm, PAGES(10) + 1, 2 * PAGE_SIZE - 1));
	CHECK(boot_page_free(f->bm, 11) && bstats(f).reserved == 1);
	CHECK(!boot_free(f->bm, PAGES(10), PAGE_SIZE));
	CHECK(!bstats(f).reserved && !f->refusals);
}

static void shared(struct fixture *f)
{
	interleaved(f);
	CHECK(!boot_reserve(f->bm, PAGES(60), PAGES(3), BOOT_EXCLUSIVE));
	CHECK(!boot_reserve(f->bm, PAGES(66), PAGES(2), BOOT_EXCLUSIVE));
	CHECK(!boot_reserve(f->bm, PAGES(50), PAGES(100), BOOT_SHARED));
	CHECK(bstats(f).reserved == 100 && !f->refusals);
}

/* The address is aligned, whatever page a node begins at. */
static void alignment(struct fixture *f)
{
	static const u64 starts[] = {0, 1, 2, 63, 64, 65, 127, 513, 1023, 1 << 20};
	struct boot_mem *bm;

	for (size_t i = 0; i < ARRAY_SIZE(starts); i++) {
		CHECK(!boot_create(f->m, boot_config(f->bm), &bm));
		CHECK(!boot_register_node(bm, 0, PAGES(starts[i]), PAGES(starts[i] + 5000)));
		CHECK(!boot_setup(bm));
		for (u64 align = 1; align <= PAGES(2048); align *= 2) {
			u64 addr = boot_alloc(bm, 3 * PAGE_SIZE, align, 0, 0);

			CHECK(addr != BOOT_NONE && IS_ALIGNED(addr, align));
			boot_verify(bm);
		}
		CHECK(boot_alloc(bm, 1, 1ULL << 63, 0, 0) == BOOT_NONE);
		boot_destroy(bm);
	}
}

static void packing(struct fixture *f)
{
	one_node(f, 7, 100);
	CHECK(boot_alloc(f->bm, 100, 64, 0, 0) == PAGES(7));
	CHECK(boot_alloc(f->bm, 100, 64, 0, 0) == PAGES(7) + 128);
	CHECK(boot_alloc(f->bm, 1, 1, 0, 0) == PAGES(7) + 228);
	CHECK(bstats(f).reserved == 1);
	/* A request that does not fit continues into the next page. */
	CHECK(boot_alloc(f->bm, PAGE_SIZE, 8, 0, 0) == PAGES(7) + 232);
	CHECK(bstats(f).reserved == 2);
	/* Alignment makes a request begin a page. */
	CHECK(boot_alloc(f->bm, 8, PAGE_SIZE, 0, 0) == PAGES(9));
	/* A page that is used up is not continued, */
	CHECK(boot_alloc(f->bm, PAGE_SIZE - 8, 8, 0, 0) == PAGES(9) + 8);
	CHECK(boot_alloc(f->bm, 8, 8, 0, 0) == PAGES(10));
	/* nor one whose next page is reserved. */
	CHECK(!boot_reserve(f->bm, PAGES(11), 1, BOOT_EXCLUSIVE));
	CHECK(boot_alloc(f->bm, PAGE_SIZE, 8, 0, 0) == PAGES(12));
	CHECK(bstats(f).reserved == 6);
}

/* After a free or a shared reservation of the page, no small request continues in it. */
static void packing_ends(struct fixture *f)
{
	u64 addr;

	one_node(f, 7, 100);
	CHECK(boot_alloc(f->bm, 100, 64, 0, 0) == PAGES(7));
	CHECK(!boot_free(f->bm, PAGES(7), PAGE_SIZE));
	CHECK(!boot_reserve(f->bm, PAGES(7), PAGE_SIZE, BOOT_EXCLUSIVE));
	addr = boot_alloc(f->bm, 100, 64, 0, 0);
	CHECK(addr == PAGES(8));
	CHECK(!boot_reserve(f->bm, PAGES(8), PAGE_SIZE, BOOT_SHARED));
	CHECK(boot_alloc(f->bm, 100, 64, 0, 0) == PAGES(9));
}

static void goal_limit(struct fixture *f)
{
	one_node(f, 3, 97);
	CHECK(boot_alloc(f->bm, 10, 1, PAGES(50), 0) == PAGES(50));
	/* The page used in part is below the goal; the next one is not. */
	CHECK(boot_alloc(f->bm, 10, 1, PAGES(60) - 1, 0) == PAGES(60));
	CHECK(boot_alloc(f->bm, 10, 1, PAGES(60) - 1, 0) == PAGES(60) + 10);
	/* The memory ends at or below the limit. */
	CHECK(boot_alloc(f->bm, 10, 1, 0, PAGES(3) + 9) == BOOT_NONE);
	CHECK(boot_alloc(f->bm, 10, 1, 0, PAGES(3) + 10) == PAGES(3));
	CHECK(boot_alloc(f->bm, 10, 1, 0, PAGES(3) + 19) == BOOT_NONE);
	CHECK(boot_alloc(f->bm, 10, 1, 0, PAGES(3) + 20) == PAGES(3) + 10);
	CHECK(boot_alloc(f->bm, PAGES(2), 1, PAGES(90), PAGES(6) - 1) == PAGES(3) + 20);
	CHECK(boot_alloc(f->bm, 2, 1, 0, 1) == BOOT_NONE);
	/* A goal that cannot be met is ignored. */
	CHECK(boot_alloc(f->bm, 10, 1, ~0ULL, 0) != BOOT_NONE);
	CHECK(boot_alloc(f->bm, ~0ULL, 1, 0, 0) == BOOT_NONE);
	CHECK(!f->refusals);
}

/* Freed pages are found again, even below the hint. */
static void full(struct fixture *f)
{
	one_node(f, 61, 200);
	for (u64 n = 0; n < 200; n++)
		CHECK(boot_alloc(f->bm, PAGE_SIZE, PAGE_SIZE, 0, 0) == PAGES(61 + n));
	CHECK(boot_alloc(f->bm, 1, 1, 0, 0) == BOOT_NONE);
	CHECK(!boot_free(f->bm, PAGES(64), PAGES(2)));
	CHECK(!boot_free(f->bm, PAGES(200), PAGES(3)));
	CHECK(boot_alloc(f->bm, PAGES(3), 1, 0, 0) == PAGES(200));
	CHECK(boot_alloc(f->bm, PAGES(3), 1, 0, 0) == BOOT_NONE);
	CHECK(boot_alloc(f->bm, PAGES(2), 1, 0, 0) == PAGES(64));
	CHECK(!bstats(f).free);
}

/* The next search begins at pages that were freed below the hint, */
static void freed_first(struct fixture *f)
{
	one_node(f, 5, 100);
	CHECK(boot_alloc(f->bm, PAGES(10), 1, 0, 0) == PAGES(5));
	CHECK(!boot_free(f->bm, PAGES(8), PAGE_SIZE));
	CHECK(boot_alloc(f->bm, PAGES(2), 1, 0, 0) == PAGES(15));
	CHECK(!boot_free(f->bm, PAGES(7), PAGE_SIZE));
	CHECK(boot_alloc(f->bm, PAGES(2), 1, 0, 0) == PAGES(7));
}

/* and a run may contain the hint. */
static void around_hint(struct fixture *f)
{
	one_node(f, 5, 100);
	CHECK(boot_alloc(f->bm, PAGE_SIZE, 1, PAGES(50), 0) == PAGES(50));
	CHECK(!boot_free(f->bm, PAGES(50), PAGE_SIZE));
	CHECK(boot_alloc(f->bm, PAGES(100), 1, 0, 0) == PAGES(5));
}

/* With rootmem, memory of the node or none; with bootmem, that of another node. */
static void of_node(struct fixture *f)
{
	const bool root = f->kind == BOOT_ROOTMEM;
	unsigned int n;

	interleaved(f);
	CHECK(boot_alloc_node(f->bm, 1, PAGES(60), 1, 0, 0) == PAGES(64));
	CHECK(boot_alloc_node(f->bm, 1, PAGES(60), 1, 0, 0) == PAGES(192));
	CHECK(boot_alloc_node(f->bm, 0, PAGES(60), 1, PAGES(70), 0) == PAGES(128));
	CHECK(boot_alloc_node(f->bm, 1, PAGES(60), 1, 0, 0) == (root ? BOOT_NONE : 0));
	for (n = 0; boot_alloc_node(f->bm, 1, PAGE_SIZE, 1, 0, 0) != BOOT_NONE; n++)
		;
	CHECK(n == (root ? 8 : 16));
	/* A node without memory. */
	CHECK(boot_alloc_node(f->bm, 2, 1, 1, 0, 0) == BOOT_NONE);
	CHECK(!f->refusals);
}

/* For bootmem the goal weighs more than the node. */
static void goal_or_node(struct fixture *f)
{
	u64 addr;

	interleaved(f);
	CHECK(!boot_reserve(f->bm, PAGES(128), PAGES(64), BOOT_EXCLUSIVE));
	addr = boot_alloc_node(f->bm, 0, PAGE_SIZE, 1, PAGES(100), 0);
	CHECK(addr == (f->kind == BOOT_ROOTMEM ? 0 : PAGES(100)));
}

/* There are four runs of 64 pages, and a run of 65 only across nodes. */
static void cross(struct fixture *f)
{
	const bool root = f->kind == BOOT_ROOTMEM;
	u64 addr;

	interleaved(f);
	CHECK(boot_alloc(f->bm, PAGES(65), 1, 0, 0) == BOOT_NONE);
	addr = boot_alloc_cross(f->bm, PAGES(65) - 10, 1, 0, 0);
	CHECK(addr == (root ? 0 : BOOT_NONE));
	if (!root)
		return;
	CHECK(bstats(f).reserved == 65);
	/* A request continues from the page used in part into two more nodes. */
	CHECK(boot_alloc_cross(f->bm, PAGES(140), 2, 0, 0) == PAGES(65) - 10);
	CHECK(boot_alloc_cross(f->bm, PAGES(51) + 11, 1, 0, 0) == BOOT_NONE);
	CHECK(boot_alloc_cross(f->bm, PAGES(51) + 10, 1, 0, 0) == PAGES(205) - 10);
	CHECK(!bstats(f).free);
}

/* A request for one node does not continue in another node's page. */
static void packing_nodes(struct fixture *f)
{
	u64 any;

	interleaved(f);
	CHECK(boot_alloc_node(f->bm, 0, 10, 1, 0, 0) == 0);
	CHECK(boot_alloc_node(f->bm, 1, 10, 1, 0, 0) == PAGES(64));
	CHECK(boot_alloc_node(f->bm, 0, 10, 1, 0, 0) == 10);
	CHECK(boot_alloc_node(f->bm, 1, 10, 1, 0, 0) == PAGES(64) + 10);
	any = boot_alloc(f->bm, 10, 1, 0, 0);
	CHECK(any == (f->kind == BOOT_ROOTMEM ? PAGES(1) : 20));
}

/* The page used in part is the last of its node: no request continues into the next node. */
static void packing_border(struct fixture *f)
{
	interleaved(f);
	CHECK(!boot_reserve(f->bm, 0, PAGES(63), BOOT_EXCLUSIVE));
	CHECK(boot_alloc_node(f->bm, 0, 10, 1, 0, 0) == PAGES(63));
	CHECK(boot_alloc_node(f->bm, 0, PAGE_SIZE, 1, 0, 0) == PAGES(128));
}

/* Two ranges of a node that touch are merged. */
static void merged(struct fixture *f)
{
	add_pages(f, 0, 10, 10);
	add_pages(f, 0, 20, 10);
	add_pages(f, 1, 30, 10);
	CHECK(f->bm->nr_ranges == 2);
	CHECK(!boot_setup(f->bm));
	CHECK(boot_alloc(f->bm, PAGES(20), 1, 0, 0) == PAGES(10));
}

static void no_setup(struct fixture *f)
{
	add_pages(f, 0, 10, 10);
}

BOTH(registered)
BOTH(topology)
BOTH(metadata)
BOTH(rounding)
BOTH(shared)
BOTH(alignment)
BOTH(packing)
BOTH(packing_ends)
BOTH(goal_limit)
BOTH(full)
BOTH(freed_first)
BOTH(around_hint)
BOTH(of_node)
BOTH(goal_or_node)
BOTH(cross)
BOTH(packing_nodes)
BOTH(packing_border)
BOTH(merged)
BOTH(no_setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(names),
		T(create_bad),
		T(test_registered),
		T(test_topology),
		T(test_metadata),
		T(test_rounding),
		T(test_shared),
		T(test_alignment),
		T(test_packing),
		T(test_full),
		T(test_packing_ends),
		T(test_goal_limit),
		T(test_of_node),
		T(test_freed_first),
		T(test_around_hint),
		T(test_goal_or_node),
		T(test_cross),
		T(test_merged),
		T(test_packing_border),
		T(test_packing_nodes),
		T(test_no_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_contig.c - runs of page frames, by example. test_model.c has the random test.
 */
#include "run.h"

static void put_run(struct fixture *f, struct page *page, u64 nr)
{
	put_contig_pages(f->m, page, nr);
}

static void test_order(void **state)
{
	struct fixture *f = *state;
	struct page *a = alloc_one(f, 0), *b, *c, *d;
	unsigned int i;

	b = alloc_run(f, 0, 5, 8, GFP_KERNEL);
	assert_int_equal(b->pfn, 8);
	for (i = 0; i < 5; i++) {
		assert_int_equal(b[i].pfn, 8 + i);
		assert_int_equal(b[i].count, 1);
		assert_int_equal(b[i].nid, 0);
		assert_string_equal(b[i].owner, "run");
		assert_ptr_equal(pfn_to_page(f->m, 8 + i), &b[i]);
	}
	assert_int_equal(stats(f->m).pages, 2);
	assert_int_equal(stats(f->m).pages_used, 6);
	assert_int_equal(stats(f->m).pages_peak, 6);
	/* Skipped frames serve the next requests, the lowest first. */
	assert_int_equal(alloc_run(f, 0, 4, 1, GFP_KERNEL)->pfn, 1);
	assert_int_equal(alloc_one(f, 0)->pfn, 5);
	assert_int_equal(alloc_one(f, 0)->pfn, 6);
	assert_int_equal(alloc_one(f, 0)->pfn, 7);
	assert_int_equal(alloc_one(f, 0)->pfn, 13);
	/* A run may begin with freed frames and end with fresh ones. */
	put_page(f->m, b + 4);
	put_page(f->m, pfn_to_page(f->m, 13));
	c = alloc_run(f, 0, 10, 2, GFP_KERNEL);
	assert_int_equal(c->pfn, 12);
	/* The frames of a run are freed one by one, in any order; then the run is free again. */
	for (i = 0; i < 4; i++)
		put_page(f->m, &b[(i * 3 + 2) % 4]);
	d = alloc_run(f, 0, 3, 1, GFP_KERNEL);
	assert_int_equal(d->pfn, 8);
	assert_null(alloc_run(f, 0, 2048, 1, GFP_KERNEL));
	assert_null(alloc_run(f, 0, UINT64_MAX, 1, GFP_KERNEL));
	assert_null(alloc_run(f, 0, 1, 1ULL << 63, GFP_KERNEL));
	put_page(f->m, a);
	assert_int_equal(alloc_run(f, 0, 1, 1ULL << 63, GFP_KERNEL)->pfn, 0);
}

/* Memory in use with holes: a run that fits in no hole fails, and one that fits is found. */
static void test_fragments(void **state)
{
	struct fixture *f = *state;
	struct page *all = alloc_run(f, 0, 2048, 2048, GFP_KERNEL);
	unsigned int i;

	assert_int_equal(nr_free_pages(f->m), 0);
	assert_null(alloc_run(f, 0, 1, 1, GFP_KERNEL));
	for (i = 0; i < 2048; i += 2)
		put_page(f->m, all + i);
	assert_null(alloc_run(f, 0, 2, 1, GFP_KERNEL));
	put_page(f->m, all + 1001);
	put_page(f->m, all + 1301);
	assert_null(alloc_run(f, 0, 3, 16, GFP_KERNEL));
	assert_null(alloc_run(f, 0, 4, 1, GFP_KERNEL));
	assert_int_equal(alloc_run(f, 0, 3, 4, GFP_KERNEL)->pfn, 1000);
	assert_int_equal(alloc_run(f, 0, 2, 1, GFP_KERNEL)->pfn, 1300);
	assert_null(alloc_run(f, 0, 2, 1, GFP_KERNEL));
	put_page(f->m, all + 2047);
	assert_int_equal(alloc_run(f, 0, 2, 1, GFP_KERNEL)->pfn, 2046);
	for (i = 0; i < 1024 - 5; i++)
		assert_non_null(alloc_one(f, 0));
	assert_int_equal(nr_free_pages(f->m), 1);
	assert_int_equal(alloc_run(f, 0, 1, 2, GFP_KERNEL)->pfn % 2, 0);
	assert_null(alloc_one(f, 0));
}

/* node 0: 3-99 and 200-299, node 1: 100-199 and 300-399, node 2: 1000-1009; 2 is near 1. */
static void test_nodes(void **state)
{
	static const struct node_range range[] = {
		{3, 97, 0}, {100, 100, 1}, {200, 100, 0}, {300, 100, 1}, {1000, 10, 2},
	};
	struct fixture *f = *state;

	boot_ranges(f, range, ARRAY_SIZE(range), 3);
	f->cfg.topology.distance[2][1] = 15;
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	assert_int_equal(alloc_run(f, 1, 60, 4, GFP_KERNEL)->pfn, 100);
	/* A run extends into no other node and no other range. */
	assert_int_equal(alloc_run(f, 1, 60, 4, GFP_KERNEL)->pfn, 300);
	assert_int_equal(alloc_run(f, 1, 40, 4, GFP_KERNEL)->pfn, 160);
	assert_null(alloc_run(f, 1, 60, 4, GFP_KERNEL | __GFP_THISNODE));
	assert_int_equal(alloc_one(f, 2)->pfn, 1000);
	assert_null(alloc_run(f, 2, 10, 1, GFP_KERNEL | __GFP_THISNODE));
	assert_int_equal(alloc_run(f, 2, 10, 1, GFP_KERNEL)->nid, 1);
	/* Nodes 0 and 2 are equally far from node 1: the lower number comes first. */
	assert_int_equal(alloc_run(f, 1, 60, 4, GFP_KERNEL)->pfn, 4);
	assert_int_equal(alloc_run(f, NUMA_NO_NODE, 16, 16, GFP_KERNEL)->pfn, 64);
	assert_int_equal(alloc_run(f, -7, 16, 16, GFP_KERNEL)->pfn, 80);
	assert_int_equal(alloc_run(f, 2, 9, 1, GFP_KERNEL)->pfn, 1001);
	assert_null(alloc_page_node(f->m, 2, __GFP_THISNODE, "one"));
	assert_non_null(alloc_page_node(f->m, 2, 0, "one"));
}

static void test_contents(void **state)
{
	struct fixture *f = *state;
	struct page *page = alloc_run(f, 0, 3, 1, GFP_KERNEL);
	unsigned int i;

	mem_set(f->m, page_to_virt(f->m, page), 0x77, 3 * PAGE_SIZE);
	put_run(f, page, 3);
	page = alloc_run(f, 0, 4, 1, GFP_KERNEL | __GFP_ZERO);
	for (i = 0; i < 4 * PAGE_SIZE; i += 8)
		assert_int_equal(*(u64 *)mem_address(f->m, page_to_virt(f->m, page) + i, 8), 0);
	get_page(f->m, page + 2);
	put_run(f, page, 4);
	assert_int_equal(nr_free_pages(f->m), 2047);
	put_page(f->m, page + 2);
	machine_check_leaks(f->m);
}

static void test_fail_plan(void **state)
{
	struct fixture *f = *state;
	unsigned int n;

	/* A run is one request, of class FAIL_PAGE. */
	f->cfg.fail.classes = FAIL_PAGE;
	for (n = 1; n <= 3; n++) {
		f->cfg.fail.at[0] = n;
		assert_int_equal(machine_boot(f->m, &f->cfg), 0);
		assert_int_equal(!alloc_run(f, 0, 7, 1, GFP_KERNEL), n == 1);
		assert_int_equal(!alloc_one(f, 0), n == 2);
		assert_int_equal(!alloc_run(f, 0, 9, 16, GFP_ATOMIC), n == 3);
		assert_int_equal(stats(f->m).failed, 1);
		assert_int_equal(stats(f->m).pages, 3);
		assert_int_equal(stats(f->m).pages_used, n == 1 ? 10 : n == 2 ? 16 : 8);
	}
	f->cfg.fail.classes = FAIL_ALL & ~FAIL_PAGE;
	f->cfg.fail.at[0] = 1;
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	assert_non_null(alloc_run(f, 0, 7, 1, GFP_KERNEL));
}

static void leak(void *arg)
{
	struct fixture *f = arg;
	struct page *page = alloc_run(f, 0, 4, 4, GFP_KERNEL);

	put_page(f->m, page);
	put_page(f->m, page + 3);
	machine_check_leaks(f->m);
}

static void double_free(void *arg)
{
	struct fixture *f = arg;
	struct page *page = alloc_run(f, 0, 4, 4, GFP_KERNEL);

	put_run(f, page, 4);
	put_page(f->m, page + 2);
}

/* The report of a skipped frame names no owner, not even that of an earlier run. */
static void skipped(void *arg)
{
	struct fixture *f = arg;

	put_run(f, alloc_run(f, 0, 4, 1, GFP_KERNEL), 4);
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	alloc_run(f, 0, 1, 8, GFP_KERNEL);
	alloc_run(f, 0, 1, 8, GFP_KERNEL);
	put_page(f->m, pfn_to_page(f->m, 3));
}

static void beyond(void *arg)
{
	struct fixture *f = arg;

	put_page(f->m, alloc_run(f, 0, 4, 8, GFP_KERNEL) + 4);
}

static void put_too_many(void *arg)
{
	struct fixture *f = arg;

	put_contig_pages(f->m, alloc_run(f, 0, 4, 4, GFP_KERNEL), 1 << 20);
}

static void no_frames(void *arg)
{
	alloc_run(arg, 0, 0, 1, GFP_KERNEL);
}

static void odd_align(void *arg)
{
	alloc_run(arg, 0, 1, 3, GFP_KERNEL);
}

static void sleeps(void *arg)
{
	preempt_disable();
	alloc_run(arg, 0, 1, 1, GFP_KERNEL);
}

#ifndef MM_ASAN
static void write_after_free(void *arg)
{
	struct fixture *f = arg;
	struct page *page = alloc_run(f, 0, 4, 4, GFP_KERNEL);
	u8 *byte = mem_address(f->m, page_to_virt(f->m, page + 2) + 9, 1);

	put_run(f, page, 4);
	*byte ^= 1;
	page = alloc_run(f, 0, 4, 4, GFP_KERNEL);
	mem_set(f->m, page_to_virt(f->m, page), 0, 4 * PAGE_SIZE);
}
#endif

static void test_findings(void **state)
{
	static const struct finding findings[] = {
		{leak, ORACLE_LEAK_PAGE,
		 "2 page frames were not freed; the first: frame 1 with 1 references, allocated by "
		 "run"},
		{double_free, ORACLE_PAGE_FREE, "frame 2, which is free: allocated last by run"},
		{skipped, ORACLE_PAGE_FREE, "frame 3, which was never allocated"},
		{beyond, ORACLE_PAGE_FREE, "frame 4, which was never allocated"},
		{put_too_many, ORACLE_PAGE_FREE,
		 "put_contig_pages() of 1048576 frames from frame 0 on"},
		{no_frames, ORACLE_RANGE, "run asks for 0 page frames"},
		{odd_align, ORACLE_RANGE, "aligned to 3"},
		{sleeps, ORACLE_LOCK_SLEEP, ""},
#ifndef MM_ASAN
		{write_after_free, ORACLE_PAGE_WRITE,
		 "page frame 2 was written to after it was freed: byte 9"},
#endif
	};
	struct fixture *f = *state;

	expect_findings(f, findings, ARRAY_SIZE(findings));
}

/* A bare machine writes only the zeroes that are asked for. */
static void test_bare(void **state)
{
	struct fixture *f = *state;
	struct page *page;
	u8 *byte;

	f->cfg.bare = true;
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	page = alloc_run(f, 0, 4, 4, GFP_KERNEL);
	byte = mem_address(f->m, page_to_virt(f->m, page + 2) + 9, 1);
	*byte = 77;
	put_run(f, page, 4);
	page = alloc_run(f, 0, 4, 4, GFP_KERNEL);
	byte = mem_address(f->m, page_to_virt(f->m, page + 2) + 9, 1);
	assert_int_equal(*byte, 77);
	put_run(f, page, 4);
	page = alloc_run(f, 0, 4, 4, GFP_KERNEL | __GFP_ZERO);
	byte = mem_address(f->m, page_to_virt(f->m, page + 2) + 9, 1);
	assert_int_equal(*byte, 0);
	put_run(f, page, 4);
	machine_check_leaks(f->m);
}

/* Runs of one length are cached whole; other requests can have their frames. */
static void test_bare_runs(void **state)
{
	struct fixture *f = *state;
	struct page *low, *high, *all;

	f->cfg.bare = true;
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	low = alloc_run(f, 0, 4, 4, GFP_KERNEL);
	high = alloc_run(f, 0, 4, 4, GFP_KERNEL);
	put_run(f, low, 4);
	put_run(f, high, 4);
	assert_int_equal(nr_free_pages(f->m), 2040);
	assert_ptr_equal(alloc_run(f, 0, 4, 4, GFP_KERNEL), high);
	/* The first cached run is not aligned enough, or has another length. */
	assert_int_equal(low->pfn, 0);
	put_run(f, high, 4);
	assert_int_equal(alloc_run(f, 0, 4, 8, GFP_KERNEL)->pfn, 8);
	assert_int_equal(alloc_run(f, 0, 2, 1, GFP_KERNEL)->pfn, 12);
	put_run(f, low + 8, 4);
	put_run(f, low + 12, 2);
	all = alloc_run(f, 0, 2048, 1, GFP_KERNEL);
	assert_non_null(all);
	put_run(f, all, 2048);
	assert_int_equal(nr_free_pages(f->m), 0);
	put_page(f->m, alloc_one(f, 0));
	assert_int_equal(nr_free_pages(f->m), 2048);
	put_run(f, alloc_run(f, 0, 4, 4, GFP_KERNEL), 4);
	machine_check_leaks(f->m);
	assert_int_equal(nr_free_pages(f->m), 2048);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_order),	   T(test_fragments), T(test_nodes), T(test_contents),
		T(test_fail_plan), T(test_findings),  T(test_bare),  T(test_bare_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

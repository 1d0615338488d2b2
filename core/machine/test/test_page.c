/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_page.c - page frames: order of allocation, nodes, contents; each of their findings.
 */
#include "../sanitize.h"
#include "run.h"

static struct page *get(struct fixture *f, int nid, gfp_t gfp)
{
	return alloc_page_node(f->m, nid, gfp, "test");
}

static void test_order(void **state)
{
	struct fixture *f = *state;
	struct page *a = get(f, 0, GFP_KERNEL), *b = get(f, 0, GFP_KERNEL);

	assert_int_equal(a->pfn, 0);
	assert_int_equal(b->pfn, 1);
	assert_string_equal(b->owner, "test");
	assert_int_equal(stats(f->m).pages_used, 2);
	get_page(f->m, a);
	put_page(f->m, a);
	assert_int_equal(a->count, 1);
	a->private = 5;
	put_page(f->m, a);
	put_page(f->m, b);
	assert_int_equal(nr_free_pages(f->m), 2048);
	/* The frame that was freed last comes first; never-used ones come after all freed ones. */
	assert_ptr_equal(get(f, 0, GFP_KERNEL), b);
	assert_ptr_equal(get(f, 0, GFP_KERNEL), a);
	assert_int_equal(a->private, 0);
	assert_int_equal(get(f, 0, GFP_KERNEL)->pfn, 2);
	assert_int_equal(stats(f->m).pages, 5);
	assert_int_equal(stats(f->m).pages_peak, 3);
	/* The next boot starts with frame 0 again. */
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	assert_int_equal(stats(f->m).pages_used, 0);
	assert_int_equal(get(f, 0, GFP_KERNEL)->pfn, 0);
}

/* node 0: 0-99 and 200-299, node 1: 100-199 and 300-399, node 2: 1000-1009; 2 is near 1. */
static void interleave(struct fixture *f)
{
	static const struct node_range range[] = {
		{0, 100, 0}, {100, 100, 1}, {200, 100, 0}, {300, 100, 1}, {1000, 10, 2},
	};

	boot_ranges(f, range, ARRAY_SIZE(range), 3);
	f->cfg.topology.distance[2][1] = 15;
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
}

static void test_nodes(void **state)
{
	struct fixture *f = *state;
	struct page *page;
	int i;

	interleave(f);
	assert_int_equal(nr_free_pages(f->m), 410);
	assert_null(pfn_to_page(f->m, 400));
	assert_null(pfn_to_page(f->m, 999));
	assert_null(pfn_to_page(f->m, 1010));
	assert_null(pfn_to_page(f->m, UINT64_MAX));
	assert_int_equal(pfn_to_page(f->m, 299)->nid, 0);
	assert_int_equal(pfn_to_page(f->m, 300)->nid, 1);
	assert_int_equal(pfn_to_page(f->m, 1009)->nid, 2);
	assert_int_equal(pfn_to_page(f->m, 1009)->pfn, 1009);
	for (i = 0; i < 200; i++) {
		page = get(f, 1, GFP_ATOMIC);
		assert_int_equal(page->nid, 1);
		assert_int_equal(page->pfn, (i < 100 ? 100 : 200) + i);
		assert_ptr_equal(pfn_to_page(f->m, page->pfn), page);
	}
	/* Node 1 is full; 0 and 2 are equally far: the lower number comes first. */
	page = get(f, 1, GFP_KERNEL);
	assert_int_equal(page->nid, 0);
	put_page(f->m, pfn_to_page(f->m, 150));
	/* Node 2 is nearer to 1 than to 0. */
	for (i = 0; i < 10; i++)
		assert_int_equal(get(f, 2, GFP_KERNEL)->nid, 2);
	assert_int_equal(get(f, 2, GFP_KERNEL)->pfn, 150);
	assert_int_equal(get(f, 2, GFP_KERNEL)->nid, 0);
	assert_int_equal(get(f, NUMA_NO_NODE, GFP_KERNEL)->nid, 0);
	for (i = 3; i < 200; i++)
		assert_non_null(get(f, i % 3, GFP_KERNEL));
	assert_int_equal(nr_free_pages(f->m), 0);
	for (i = -1; i < 3; i++)
		assert_null(get(f, i, GFP_KERNEL));
	put_page(f->m, pfn_to_page(f->m, 1000));
	assert_int_equal(get(f, 0, GFP_KERNEL)->pfn, 1000);
}

static void test_contents(void **state)
{
	struct fixture *f = *state;
	struct page *a = get(f, 0, GFP_KERNEL);
	u64 *word = page_address(f->m, a);
	u64 garbage[4];
	unsigned int i;

#ifndef MM_MSAN
	memcpy(garbage, word, sizeof(garbage));
	assert_int_not_equal(garbage[0], 0);
#else
	memset(garbage, 0, sizeof(garbage));
#endif
	memset(word, 0x33, PAGE_SIZE);
	assert_ptr_equal(page_address(f->m, a), word);
	assert_int_equal(word[7], 0x3333333333333333);
	put_page(f->m, a);
	a = get(f, 0, GFP_KERNEL | __GFP_ZERO);
	word = page_address(f->m, a);
	for (i = 0; i < PAGE_SIZE / 8; i++)
		assert_int_equal(word[i], 0);
	put_page(f->m, a);
	/* The last request decides whether a frame is zeroed, even if its bytes were never reached.
	 */
	a = get(f, 0, GFP_KERNEL | __GFP_ZERO);
	put_page(f->m, a);
	a = get(f, 0, GFP_KERNEL);
#ifndef MM_MSAN
	assert_memory_equal(page_address(f->m, a), garbage, sizeof(garbage));
#endif
	put_page(f->m, a);
	machine_check_leaks(f->m);
	/* The same garbage after an abandoned run. */
	memset(page_address(f->m, get(f, 0, GFP_KERNEL)), 0, PAGE_SIZE);
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	a = get(f, 0, GFP_KERNEL);
#ifndef MM_MSAN
	assert_memory_equal(page_address(f->m, a), garbage, sizeof(garbage));
#endif
	put_page(f->m, a);
	machine_check_leaks(f->m);
}

static void double_free(void *arg)
{
	struct fixture *f = arg;
	struct page *page = get(f, 0, GFP_KERNEL);

	put_page(f->m, page);
	put_page(f->m, page);
}

static void never_allocated(void *arg)
{
	struct fixture *f = arg;

	put_page(f->m, pfn_to_page(f->m, 77));
}

static void free_beyond(void *arg)
{
	struct fixture *f = arg;

	put_page(f->m, pfn_to_page(f->m, 2047) + 1);
}

static void get_free(void *arg)
{
	struct fixture *f = arg;
	struct page *page = get(f, 0, GFP_KERNEL);

	put_page(f->m, page);
	get_page(f->m, page);
}

static void leak(void *arg)
{
	struct fixture *f = arg;

	get(f, 0, GFP_KERNEL);
	get_page(f->m, get(f, 0, GFP_KERNEL));
	put_page(f->m, pfn_to_page(f->m, 0));
	machine_check_leaks(f->m);
}

static void address_of_free(void *arg)
{
	struct fixture *f = arg;
	struct page *page = get(f, 0, GFP_KERNEL);

	put_page(f->m, page);
	page_address(f->m, page);
}

#ifndef MM_ASAN
static void write_after_free(struct fixture *f)
{
	struct page *page = get(f, 0, GFP_KERNEL);
	u8 *byte = page_address(f->m, page);

	put_page(f->m, page);
	byte[0xabc] ^= 1;
}

static void write_seen_at_end(void *arg)
{
	struct fixture *f = arg;

	write_after_free(f);
	machine_check_leaks(f->m);
}

static void write_seen_by_next_owner(void *arg)
{
	struct fixture *f = arg;

	write_after_free(f);
	page_address(f->m, alloc_page_node(f->m, 0, GFP_KERNEL, "next owner"));
}

static void write_under_next_owner(void *arg)
{
	struct fixture *f = arg;
	struct page *page = get(f, 0, GFP_KERNEL);
	u8 *byte = page_address(f->m, page);

	put_page(f->m, page);
	page = alloc_page_node(f->m, 0, GFP_KERNEL, "next owner");
	byte[0xabc] ^= 1;
	put_page(f->m, page);
	machine_check_leaks(f->m);
}
#endif

static void test_findings(void **state)
{
	static const struct finding findings[] = {
		{double_free, ORACLE_PAGE_FREE, "frame 0, which is free: allocated last by test"},
		{never_allocated, ORACLE_PAGE_FREE, "frame 77, which was never allocated"},
		{free_beyond, ORACLE_PAGE_FREE, "no page frame of the machine"},
		{get_free, ORACLE_PAGE_FREE, "get_page() of page frame 0"},
		{leak, ORACLE_LEAK_PAGE, "1 page frames were not freed; the first: frame 1 with 2"},
		{address_of_free, ORACLE_FAULT, "frame 0, which is free"},
#ifndef MM_ASAN
		{write_seen_at_end, ORACLE_PAGE_WRITE, "byte 2748"},
		{write_seen_by_next_owner, ORACLE_PAGE_WRITE, "its user was test"},
#endif
	};
	struct fixture *f = *state;

	expect_findings(f, findings, ARRAY_SIZE(findings));
#ifndef MM_ASAN
	/* On the host MMU the next owner has its bytes from the start. */
	if (!on_host_mmu())
		expect_finding(f, write_under_next_owner, ORACLE_PAGE_WRITE, "its user was test");
#endif
	/* A write after free in an abandoned run is no finding of the next run. */
	page_address(f->m, get(f, 0, GFP_KERNEL));
	put_page(f->m, pfn_to_page(f->m, 0));
	machine_check_leaks(f->m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_order),
		T(test_nodes),
		T(test_contents),
		T(test_findings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

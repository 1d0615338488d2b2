/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_boot.c - boot memory and its hand-over, by example; each of its findings.
 */
#include "../sanitize.h"
#include "run.h"

#define NODES 3

static void boot(struct fixture *f)
{
	f->cfg.boot_memory = true;
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
}

/* node 0: 3-99 and 200-299, node 1: 100-199 and 300-399, node 2: 1000-1009 */
static void boot_nodes(struct fixture *f)
{
	static const struct node_range range[] = {
		{3, 97, 0}, {100, 100, 1}, {200, 100, 0}, {300, 100, 1}, {1000, 10, 2},
	};

	f->cfg.boot_memory = true;
	boot_ranges(f, range, ARRAY_SIZE(range), NODES);
}

/* Hand over frames [@pfn, @end), in the largest aligned blocks. */
static void hand_over(struct fixture *f, u64 pfn, u64 end)
{
	while (pfn < end) {
		unsigned int order = 0;

		while (order < 10 && pfn % (2ULL << order) == 0 && pfn + (2ULL << order) <= end)
			order++;
		hand_over_pages(f->m, pfn, order);
		pfn += 1ULL << order;
	}
}

static void test_before(void **state)
{
	struct fixture *f = *state;
	struct page *page, *mapped[1];
	u8 *byte;

	boot(f);
	assert_int_equal(nr_free_pages(f->m), 0);
	assert_int_equal(stats(f->m).boot_pages, 2048);
	assert_int_equal(stats(f->m).pages_used, 0);
	assert_null(alloc_one(f, 0));
	assert_null(alloc_run(f, 0, 1, 1, GFP_KERNEL));
	assert_null(alloc_run(f, 0, 16, 16, GFP_KERNEL));
	/* Each frame is in use, has an owner, and is reachable. */
	assert_int_equal(page_owner(f->m, 77), PAGE_OWNER_BOOT);
	assert_int_equal(page_owner(f->m, 2048), PAGE_OWNER_NONE);
	mem_set(f->m, test_direct + 5 * PAGE_SIZE + 100, 0x44, 3 * PAGE_SIZE);
	byte = mem_address(f->m, test_direct + 7 * PAGE_SIZE, 1);
	assert_int_equal(*byte, 0x44);
	page = virt_to_page(f->m, test_direct + 6 * PAGE_SIZE);
	assert_int_equal(page->pfn, 6);
	assert_int_equal(page->count, 1);
	assert_string_equal(page->owner, "boot memory");
	page = pfn_to_page(f->m, 2047);
	assert_int_equal(page->count, 1);
	get_page(f->m, page);
	assert_int_equal(page->count, 2);
	put_page(f->m, page);
	assert_int_equal(page->count, 1);
	/* A neighbour that was never looked up. */
	get_page(f->m, page - 1);
	put_page(f->m, page - 1);
	/* Table pages come from the page allocator, too. */
	mapped[0] = page;
	assert_int_equal(vmap_pages_range(f->m, KVA, mapped, 1, GFP_KERNEL), -ENOMEM);
	machine_check_leaks(f->m);
	assert_int_equal(stats(f->m).boot_pages, 2048);
	/* The next machine, without boot memory, has no trace of it. */
	f->cfg.boot_memory = false;
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	assert_int_equal(stats(f->m).boot_pages, 0);
	assert_int_equal(nr_free_pages(f->m), 2048);
	assert_int_equal(pfn_to_page(f->m, 6)->count, 0);
	assert_int_equal(page_owner(f->m, 6), PAGE_OWNER_FREE);
	assert_int_equal(alloc_run(f, 0, 2048, 1, GFP_KERNEL)->pfn, 0);
	boot(f);
	assert_int_equal(page_owner(f->m, 6), PAGE_OWNER_BOOT);
	assert_null(alloc_one(f, 0));
}

static void test_order(void **state)
{
	struct fixture *f = *state;
	struct page *page, *table[1];
	unsigned int i;

	boot(f);
	hand_over(f, 70, 100);
	hand_over(f, 1024, 2048);
	assert_int_equal(nr_free_pages(f->m), 1054);
	assert_int_equal(stats(f->m).boot_pages, 994);
	for (i = 0; i < 30; i++)
		assert_int_equal(alloc_one(f, 0)->pfn, 70 + i);
	page = alloc_one(f, 0);
	assert_int_equal(page->pfn, 1024);
	assert_int_equal(page_owner(f->m, 1024), PAGE_OWNER_USER);
	assert_int_equal(page_owner(f->m, 1025), PAGE_OWNER_FREE);
	assert_int_equal(page_owner(f->m, 100), PAGE_OWNER_BOOT);
	/* A later block is handed out first, its lowest frame before the others. */
	hand_over_pages(f->m, 4, 2);
	for (i = 4; i < 8; i++)
		assert_int_equal(alloc_one(f, 0)->pfn, i);
	put_page(f->m, page);
	assert_int_equal(alloc_one(f, 0)->pfn, 1024);
	assert_int_equal(alloc_one(f, 0)->pfn, 1025);
	/* A run contains no boot memory, and the frames that it skips are not lost. */
	hand_over(f, 8, 12);
	hand_over(f, 13, 18);
	assert_int_equal(alloc_run(f, 0, 5, 1, GFP_KERNEL)->pfn, 13);
	assert_int_equal(alloc_run(f, 0, 2, 2, GFP_KERNEL)->pfn, 8);
	assert_int_equal(alloc_run(f, 0, 64, 64, GFP_KERNEL)->pfn, 1088);
	assert_int_equal(alloc_one(f, 0)->pfn, 1026);
	assert_null(alloc_run(f, 0, 1024, 1024, GFP_KERNEL));
	/* A table page may use a handed-over frame, and boot memory may be mapped. */
	table[0] = pfn_to_page(f->m, 200) + 1;
	assert_int_equal(vmap_pages_range(f->m, KVA, table, 1, GFP_KERNEL), 0);
	mem_set(f->m, KVA, 0x33, PAGE_SIZE);
	assert_int_equal(*(u8 *)mem_address(f->m, page_to_virt(f->m, table[0]) + 9, 1), 0x33);
	vunmap_range(f->m, KVA, 1);
	flush_tlb_kernel_range(f->m, 0, UINT64_MAX);
}

/* A run that starts beyond the used part skips boot memory and free frames. */
static void test_gap(void **state)
{
	struct fixture *f = *state;
	unsigned int i;

	boot(f);
	hand_over(f, 62, 67);
	hand_over(f, 120, 130);
	hand_over(f, 500, 600);
	assert_int_equal(alloc_run(f, 0, 64, 4, GFP_KERNEL)->pfn, 500);
	for (i = 0; i < 5; i++)
		assert_int_equal(alloc_one(f, 0)->pfn, 62 + i);
	hand_over(f, 61, 62);
	assert_int_equal(alloc_run(f, 0, 10, 1, GFP_KERNEL)->pfn, 120);
	assert_int_equal(alloc_one(f, 0)->pfn, 61);
	assert_int_equal(alloc_one(f, 0)->pfn, 564);
	assert_int_equal(nr_free_pages(f->m), 35);
	/* The rest. */
	hand_over(f, 0, 61);
	hand_over(f, 67, 120);
	hand_over(f, 130, 500);
	hand_over(f, 600, 2048);
	assert_int_equal(stats(f->m).boot_pages, 0);
	assert_int_equal(nr_free_pages(f->m) + stats(f->m).pages_used, 2048);
	for (i = stats(f->m).pages_used; i < 2048; i++)
		assert_non_null(alloc_one(f, 0));
	assert_null(alloc_one(f, 0));
}

static void test_nodes(void **state)
{
	struct fixture *f = *state;
	unsigned int i;

	boot_nodes(f);
	assert_int_equal(stats(f->m).boot_pages, 407);
	hand_over(f, 300, 302);
	/* Node 0 falls back to node 1 until it has frames of its own. */
	assert_int_equal(alloc_one(f, 0)->pfn, 300);
	assert_null(alloc_page_node(f->m, 0, __GFP_THISNODE, "one"));
	hand_over(f, 200, 300);
	hand_over(f, 3, 100);
	hand_over(f, 100, 104);
	for (i = 3; i < 100; i++)
		assert_int_equal(alloc_one(f, 0)->pfn, i);
	for (i = 200; i < 300; i++)
		assert_int_equal(alloc_one(f, 0)->pfn, i);
	for (i = 100; i < 104; i++)
		assert_int_equal(alloc_one(f, 0)->pfn, i);
	assert_int_equal(alloc_one(f, 0)->pfn, 301);
	assert_null(alloc_one(f, 2));
	hand_over(f, 1000, 1010);
	assert_int_equal(alloc_run(f, 1, 10, 8, GFP_KERNEL)->nid, 2);
	assert_int_equal(nr_free_pages(f->m), 0);
}

/* Boot memory keeps its bytes until the hand-over; then they are poison. */
static void test_contents(void **state)
{
	struct fixture *f = *state;
	struct page *page;
	unsigned int i;

	boot(f);
	mem_set(f->m, test_direct, 0x77, 4 * PAGE_SIZE);
	hand_over(f, 0, 2);
	page = alloc_page_node(f->m, 0, GFP_KERNEL | __GFP_ZERO, "one");
	assert_int_equal(page->pfn, 0);
	for (i = 0; i < PAGE_SIZE; i += 8)
		assert_int_equal(*(u64 *)mem_address(f->m, page_to_virt(f->m, page) + i, 8), 0);
	assert_int_equal(*(u8 *)mem_address(f->m, test_direct + 2 * PAGE_SIZE, 1), 0x77);
	put_page(f->m, page);
	machine_check_leaks(f->m);
	assert_int_equal(stats(f->m).boot_pages, 2046);
	/* A request for zeroes has no effect on the next run. */
	put_page(f->m, alloc_page_node(f->m, 0, GFP_KERNEL | __GFP_ZERO, "one"));
	boot(f);
#ifndef MM_MSAN
	assert_int_not_equal(*(u64 *)mem_address(f->m, test_direct, 8), 0);
#endif
}

static void twice(void *arg)
{
	struct fixture *f = arg;

	hand_over_pages(f->m, 64, 6);
	hand_over_pages(f->m, 0, 6);
	hand_over_pages(f->m, 0, 8);
}

static void twice_last(void *arg)
{
	struct fixture *f = arg;

	hand_over_pages(f->m, 1023, 0);
	hand_over_pages(f->m, 0, 10);
}

static void allocated(void *arg)
{
	struct fixture *f = arg;

	hand_over_pages(f->m, 8, 3);
	put_page(f->m, alloc_one(f, 0));
	alloc_run(f, 0, 4, 1, GFP_KERNEL);
	hand_over_pages(f->m, 9, 0);
}

static void foreign(void *arg)
{
	struct fixture *f = arg;

	hand_over_pages(f->m, 2048, 0);
}

static void beyond(void *arg)
{
	struct fixture *f = arg;

	hand_over_pages(f->m, 0, 12);
}

static void other_range(void *arg)
{
	struct fixture *f = arg;

	boot_nodes(f);
	hand_over_pages(f->m, 96, 3);
}

static void odd(void *arg)
{
	struct fixture *f = arg;

	hand_over_pages(f->m, 4, 3);
}

static void huge(void *arg)
{
	struct fixture *f = arg;

	hand_over_pages(f->m, 0, 64);
}

static void no_boot_memory(void *arg)
{
	struct fixture *f = arg;

	f->cfg.boot_memory = false;
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	f->cfg.boot_memory = true;
	hand_over_pages(f->m, 64, 6);
}

static void referenced(void *arg)
{
	struct fixture *f = arg;

	get_page(f->m, pfn_to_page(f->m, 99));
	hand_over_pages(f->m, 64, 6);
}

static void put_boot(void *arg)
{
	struct fixture *f = arg;

	put_page(f->m, pfn_to_page(f->m, 9));
}

static void put_boot_unseen(void *arg)
{
	struct fixture *f = arg;

	put_page(f->m, pfn_to_page(f->m, 9) + 1);
}

static void put_handed(void *arg)
{
	struct fixture *f = arg;
	struct page *page = pfn_to_page(f->m, 9);

	hand_over_pages(f->m, 8, 3);
	put_page(f->m, page);
}

static void put_handed_unseen(void *arg)
{
	struct fixture *f = arg;

	hand_over_pages(f->m, 8, 3);
	put_page(f->m, pfn_to_page(f->m, 9));
}

/* put_handed_unseen() of a frame below the used part of its range. */
static void put_below_used(void *arg)
{
	struct fixture *f = arg;

	hand_over_pages(f->m, 64, 6);
	alloc_one(f, 0);
	hand_over_pages(f->m, 8, 3);
	put_page(f->m, pfn_to_page(f->m, 9));
}

static void access_handed(void *arg)
{
	struct fixture *f = arg;

	mem_set(f->m, test_direct + 9 * PAGE_SIZE, 1, 8);
	hand_over_pages(f->m, 8, 3);
	mem_set(f->m, test_direct + 9 * PAGE_SIZE, 1, 8);
}

static void leak(void *arg)
{
	struct fixture *f = arg;

	pfn_to_page(f->m, 7);
	hand_over_pages(f->m, 64, 6);
	hand_over_pages(f->m, 0, 0);
	alloc_run(f, 0, 3, 1, GFP_KERNEL);
	machine_check_leaks(f->m);
}

#ifndef MM_ASAN
static void write_after(void *arg)
{
	struct fixture *f = arg;
	u8 *byte = mem_address(f->m, test_direct + 9 * PAGE_SIZE + 5, 1);

	hand_over_pages(f->m, 8, 3);
	*byte ^= 1;
	machine_check_leaks(f->m);
}
#endif

static void test_findings(void **state)
{
	static const struct finding findings[] = {
		{twice, ORACLE_PAGE_FREE, "hand-over of page frame 0, which is free already"},
		{twice_last, ORACLE_PAGE_FREE,
		 "hand-over of page frame 1023, which is free already"},
		{allocated, ORACLE_PAGE_FREE,
		 "hand-over of page frame 9, which is in use: allocated by run"},
		{foreign, ORACLE_PAGE_FREE,
		 "hand-over of page frame 2048, which the machine does not have"},
		{beyond, ORACLE_PAGE_FREE, "order 12 from page frame 0 on, beyond frame 2047"},
		{odd, ORACLE_PAGE_FREE, "order 3 from page frame 4 on, which is not aligned"},
		{huge, ORACLE_PAGE_FREE, "order 64 from page frame 0 on"},
		{no_boot_memory, ORACLE_PAGE_FREE,
		 "hand-over of page frame 64, which is free already"},
		{referenced, ORACLE_PAGE_FREE,
		 "hand-over of page frame 99, which has 2 references"},
		{put_boot, ORACLE_PAGE_FREE, "put_page() of page frame 9, which is boot memory"},
		{put_boot_unseen, ORACLE_PAGE_FREE,
		 "put_page() of page frame 10, which is boot memory"},
		{put_handed, ORACLE_PAGE_FREE,
		 "page frame 9, which is free: boot memory handed over"},
		{put_handed_unseen, ORACLE_PAGE_FREE, "page frame 9, which was never allocated"},
		{put_below_used, ORACLE_PAGE_FREE, "page frame 9, which was never allocated"},
		{access_handed, ORACLE_FAULT,
		 "access to page frame 9, which is free: boot memory handed over"},
		{leak, ORACLE_LEAK_PAGE,
		 "3 page frames were not freed; the first: frame 64 with 1 references"},
#ifndef MM_ASAN
		{write_after, ORACLE_PAGE_WRITE,
		 "page frame 9 was written to after it was freed: byte 5"},
#endif
	};
	struct fixture *f = *state;

	boot(f);
	expect_findings(f, findings, ARRAY_SIZE(findings));
	expect_finding(f, other_range, ORACLE_PAGE_FREE,
		       "order 3 from page frame 96 on, beyond frame 99");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_before), T(test_order),	  T(test_gap),
		T(test_nodes),	T(test_contents), T(test_findings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

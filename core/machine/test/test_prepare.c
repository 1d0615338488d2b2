/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_prepare.c - preparing the page table apart from setting its entries, and each finding.
 */
#include "../internal.h"
#include "run.h"

#define PAGES 64

static u64 at(u64 page)
{
	return KVA + page * PAGE_SIZE;
}

static void get_pages(struct fixture *f, struct page **pages, unsigned int nr)
{
	while (nr--)
		assert_non_null(*pages++ = alloc_one(f, 0));
}

/* The tables come first, and may fail; to set entries then takes no request. */
static void test_prepare(void **state)
{
	struct fixture *f = *state;
	struct page *pages[PAGES];
	u64 requests;

	get_pages(f, pages, PAGES);
	/* Over the border of two table pages. The fourth request for a table page fails. */
	f->m->cfg.fail = (struct fail_plan){.at = {PAGES + 4}, .classes = FAIL_TABLE};
	f->m->fail_armed = true;
	assert_int_equal(vmap_prepare_range(f->m, at(500), PAGES, GFP_KERNEL), -ENOMEM);
	assert_int_equal(stats(f->m).failed, 1);
	assert_null(vmalloc_to_page(f->m, at(500)));
	assert_int_equal(vmap_prepare_range(f->m, at(500), PAGES, GFP_KERNEL), 0);
	assert_null(vmalloc_to_page(f->m, at(500)));
	requests = f->m->requests;
	/* One by one, in any order, and several at once. */
	vmap_set_pages(f->m, at(511), pages + 11, 1);
	assert_ptr_equal(vmalloc_to_page(f->m, at(511)), pages[11]);
	assert_null(vmalloc_to_page(f->m, at(512)));
	vmap_set_pages(f->m, at(512), pages + 12, PAGES - 12);
	vmap_set_pages(f->m, at(500), pages, 11);
	for (unsigned int i = 0; i < PAGES; i++) {
		assert_ptr_equal(vmalloc_to_page(f->m, at(500 + i)), pages[i]);
		mem_set(f->m, at(500 + i), (int)i, 1);
		assert_int_equal(*(u8 *)page_address(f->m, pages[i]), i);
	}
	assert_int_equal(vunmap_range(f->m, at(500), PAGES), PAGES);
	flush_tlb_kernel_range(f->m, at(500), at(600));
	/* As kernel code does in its own loops. */
	vmap_set_entry(f->m, at(511), pages[0]);
	assert_ptr_equal(vmalloc_to_page(f->m, at(511)), pages[0]);
	assert_null(vmalloc_to_page(f->m, at(510)));
	vmap_clear_entry(f->m, at(510));
	vmap_clear_entry(f->m, at(511));
	assert_null(vmalloc_to_page(f->m, at(511)));
	assert_int_equal(stats(f->m).stale, 1);
	flush_tlb_kernel_range(f->m, at(511), at(512));
	/* The tables stay. */
	vmap_set_pages(f->m, at(500), pages, PAGES);
	assert_int_equal(f->m->requests, requests);
	machine_verify(f->m);
	/* On a bare machine too. */
	f->cfg.bare = true;
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	get_pages(f, pages, PAGES);
	assert_int_equal(vmap_prepare_range(f->m, at(500), PAGES, GFP_KERNEL), 0);
	vmap_set_pages(f->m, at(500), pages, PAGES);
	assert_ptr_equal(vmalloc_to_page(f->m, at(520)), pages[20]);
	mem_set(f->m, at(500), 1, PAGES * PAGE_SIZE);
	assert_int_equal(vunmap_range(f->m, at(500), PAGES), PAGES);
}

static void set_one(struct fixture *f, u64 page)
{
	struct page *p = alloc_page_node(f->m, 0, GFP_KERNEL, "test");

	vmap_set_pages(f->m, at(page), &p, 1);
}

static void set_prepared(struct fixture *f, u64 page)
{
	vmap_prepare_range(f->m, at(page), 1, GFP_KERNEL);
	set_one(f, page);
}

static void set_unprepared(void *arg)
{
	struct fixture *f = arg;

	vmap_prepare_range(f->m, at(500), 12, GFP_KERNEL);
	set_one(f, 511);
	set_one(f, 512);
}

static void set_old_table(void *arg)
{
	struct fixture *f = arg;

	vmap_prepare_range(f->m, at(0), 1, GFP_KERNEL);
	machine_boot(f->m, &f->cfg);
	set_one(f, 0);
}

static void set_over_mapping(void *arg)
{
	struct fixture *f = arg;
	struct page *pages[2];

	get_pages(f, pages, 2);
	vmap_pages_range(f->m, at(4), pages, 1, GFP_KERNEL);
	vmap_set_pages(f->m, at(3), pages, 2);
}

static void set_over_stale(void *arg)
{
	struct fixture *f = arg;

	set_prepared(f, 3);
	vunmap_range(f->m, at(3), 1);
	set_one(f, 3);
}

static void set_outside(void *arg)
{
	set_one(arg, 4096);
}

static void prepare_outside(void *arg)
{
	vmap_prepare_range(((struct fixture *)arg)->m, at(4090), 7, GFP_KERNEL);
}

static void test_findings(void **state)
{
	static const struct finding findings[] = {
		{set_unprepared, ORACLE_RANGE, "00200000, for which no table was prepared"},
		{set_old_table, ORACLE_RANGE, "for which no table was prepared"},
		{set_over_mapping, ORACLE_PTE_BUSY, "2 pages at"},
		{set_over_mapping, ORACLE_PTE_BUSY, "where page 1 is mapped"},
		{set_over_stale, ORACLE_STALE, "00003000 is mapped again"},
		{set_outside, ORACLE_RANGE, "setting of 1 pages"},
		{prepare_outside, ORACLE_RANGE, "preparing of 7 pages"},
	};

	expect_findings(*state, findings, ARRAY_SIZE(findings));
}

int main(void)
{
	const struct CMUnitTest tests[] = {T(test_prepare), T(test_findings)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

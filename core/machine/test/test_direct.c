/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_direct.c - access through the direct map, and each of its findings.
 */
#include "run.h"

#define DIRECT(pfn) (test_direct + (u64)(pfn)*PAGE_SIZE)

/* Frames 10-19 of node 1 and 20-29 of node 0 touch; frames 0-4 lie below a hole. */
static void boot(struct fixture *f)
{
	static const struct node_range range[] = {{0, 5, 0}, {10, 10, 1}, {20, 10, 0}};

	boot_ranges(f, range, ARRAY_SIZE(range), 2);
}

static void test_addresses(void **state)
{
	struct fixture *f = *state;
	struct page *page;
	u64 pfn;

	boot(f);
	for (pfn = 0; pfn < 40; pfn++) {
		page = virt_to_page(f->m, DIRECT(pfn));
		assert_ptr_equal(page, pfn_to_page(f->m, pfn));
		assert_ptr_equal(page, virt_to_page(f->m, DIRECT(pfn) + PAGE_SIZE - 1));
		assert_int_equal(!page, pfn >= 30 || (pfn >= 5 && pfn < 10));
		if (!page)
			continue;
		assert_int_equal(page->pfn, pfn);
		assert_int_equal(page_to_phys(page), pfn * PAGE_SIZE);
		assert_int_equal(page_to_virt(f->m, page), DIRECT(pfn));
	}
	assert_null(virt_to_page(f->m, test_direct - 1));
	assert_null(virt_to_page(f->m, KVA));
	assert_null(virt_to_page(f->m, 0));
	assert_null(virt_to_page(f->m, UINT64_MAX));
}

static void test_access(void **state)
{
	struct fixture *f = *state;
	struct page *page = alloc_page_node(f->m, 0, GFP_KERNEL, "test");
	u64 addr = page_to_virt(f->m, page);
	u8 *byte = page_address(f->m, page);

	assert_ptr_equal(mem_address(f->m, addr, PAGE_SIZE), byte);
	assert_ptr_equal(mem_address(f->m, addr + 4000, 96), byte + 4000);
	mem_set(f->m, addr + 5, 0x5a, 3);
	mem_copy_in(f->m, addr + 8, "kernel", 6);
	assert_memory_equal(byte + 5, "\x5a\x5a\x5akernel", 9);
	/* The same bytes through a mapping, and after it is removed. */
	assert_int_equal(vmap_pages_range(f->m, KVA, &page, 1, GFP_KERNEL), 0);
	assert_ptr_equal(mem_address(f->m, KVA + 9, 1), mapped(f, KVA, byte) + 9);
	mem_copy_in(f->m, KVA + 11, "NEL", 3);
	vunmap_range(f->m, KVA, 1);
	assert_memory_equal(mem_address(f->m, addr + 8, 6), "kerNEL", 6);
	flush_tlb_kernel_range(f->m, KVA, KVA + PAGE_SIZE);
	mem_set(f->m, addr, 0, 0);
	mem_set(f->m, 0, 0, 0);
	mem_copy_in(f->m, 0, NULL, 0);
	put_page(f->m, page);
	machine_check_leaks(f->m);
}

/* Write and copy over many frames, from inside the first to inside the last. */
static void span(struct fixture *f, u64 addr, u64 len)
{
	static u8 src[20 * PAGE_SIZE];
	u64 i;

	mem_set(f->m, addr, 0x11, len);
	mem_set(f->m, addr + 100, 0x22, len - 200);
	for (i = 0; i < len; i++)
		assert_int_equal(*(u8 *)mem_address(f->m, addr + i, 1),
				 i < 100 || i >= len - 100 ? 0x11 : 0x22);
	for (i = 0; i < len; i++)
		src[i] = i * 7 + i / 256;
	mem_copy_in(f->m, addr + 33, src, len - 66);
	for (i = 0; i < len; i++)
		assert_int_equal(*(u8 *)mem_address(f->m, addr + i, 1),
				 i < 33 || i >= len - 33 ? 0x11 : src[i - 33]);
}

static void test_spans(void **state)
{
	struct fixture *f = *state;
	struct page *pages[20];
	unsigned int i;

	boot(f);
	for (i = 0; i < 10; i++)
		pages[i] = alloc_page_node(f->m, 1, GFP_KERNEL | __GFP_THISNODE, "test");
	pages[10] = alloc_contig_pages(f->m, 0, 10, 2, GFP_KERNEL, "test");
	for (i = 11; i < 20; i++)
		pages[i] = pages[i - 1] + 1;
	assert_int_equal(pages[19]->pfn, 29);
	span(f, DIRECT(20), 10 * PAGE_SIZE);
	span(f, DIRECT(12) + 77, PAGE_SIZE * 3);
	/* Frames of two ranges. */
	span(f, DIRECT(10), 20 * PAGE_SIZE);
	span(f, DIRECT(19) + PAGE_SIZE - 120, 240);
	assert_int_equal(vmap_pages_range(f->m, KVA, pages, 20, GFP_KERNEL | __GFP_ZERO), 0);
	span(f, KVA + 50, 20 * PAGE_SIZE - 100);
	vunmap_range(f->m, KVA, 20);
	flush_tlb_kernel_range(f->m, KVA, KVA + 20 * PAGE_SIZE);
	for (i = 0; i < 20; i++)
		put_page(f->m, pages[i]);
	machine_check_leaks(f->m);
}

/* The KVA may end where the direct map begins: one access spans both. */
static void test_border(void **state)
{
	struct fixture *f = *state;
	struct page *page;
	u8 *byte;

	model_only();
	f->cfg.kva_start = test_direct - f->cfg.kva_size;
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	page = alloc_contig_pages(f->m, 0, 8, 1, GFP_KERNEL | __GFP_ZERO, "test");
	byte = page_address(f->m, page + 5);
	page += 5;
	assert_int_equal(vmap_pages_range(f->m, test_direct - PAGE_SIZE, &page, 1, 0), 0);
	page -= 5;
	mem_set(f->m, test_direct - 10, 0x44, 30);
	assert_int_equal(byte[PAGE_SIZE - 10], 0x44);
	assert_int_equal(byte[PAGE_SIZE - 1], 0x44);
	assert_int_equal(*(u8 *)page_address(f->m, page), 0x44);
	assert_int_equal(*(u8 *)page_address(f->m, page + 6), 0);
}

static void test_overlap(void **state)
{
	const u64 refused[] = {DIRECT(0), DIRECT(2047), DIRECT(0) - PAGE_SIZE,
			       DIRECT(0) - (16 << 20) + PAGE_SIZE};
	const u64 allowed[] = {DIRECT(2048), DIRECT(0) - (16 << 20), KVA};
	struct fixture *f = *state;
	unsigned int i;

	model_only();
	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		f->cfg.kva_start = refused[i];
		assert_int_equal(machine_boot(f->m, &f->cfg), -EINVAL);
	}
	for (i = 0; i < ARRAY_SIZE(allowed); i++) {
		f->cfg.kva_start = allowed[i];
		assert_int_equal(machine_boot(f->m, &f->cfg), 0);
		assert_null(virt_to_page(f->m, allowed[i]));
	}
	/* Frames so high that the direct map would reach the KVA, or overflow. */
	f->cfg.topology.range[0].start = (KVA - DIRECT(0)) / PAGE_SIZE - 2048;
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	f->cfg.topology.range[0].start++;
	assert_int_equal(machine_boot(f->m, &f->cfg), -EINVAL);
	f->cfg.kva_start = PAGE_SIZE;
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	f->cfg.topology.range[0].start = -DIRECT(0) / PAGE_SIZE - 2048;
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	assert_ptr_equal(virt_to_page(f->m, UINT64_MAX), alloc_page_node(f->m, 0, 0, "") + 2047);
	f->cfg.topology.range[0].start++;
	assert_int_equal(machine_boot(f->m, &f->cfg), -EINVAL);
	f->cfg.topology.range[0].start = 0;
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
}

static void freed(void *arg)
{
	struct fixture *f = arg;
	struct page *page = alloc_contig_pages(f->m, 0, 3, 1, GFP_KERNEL, "test");

	put_page(f->m, page + 1);
	mem_address(f->m, page_to_virt(f->m, page + 2), 1);
	mem_address(f->m, page_to_virt(f->m, page + 1), 1);
}

static void freed_touched(void *arg)
{
	struct fixture *f = arg;
	struct page *page = alloc_contig_pages(f->m, 0, 3, 1, GFP_KERNEL, "test");

	mem_set(f->m, page_to_virt(f->m, page), 0, 3 * PAGE_SIZE);
	put_page(f->m, page + 1);
	mem_set(f->m, page_to_virt(f->m, page), 0, 3 * PAGE_SIZE);
}

static void copy_to_free(void *arg)
{
	struct fixture *f = arg;
	struct page *page = alloc_page_node(f->m, 0, GFP_KERNEL, "test");

	mem_copy_in(f->m, page_to_virt(f->m, page) + PAGE_SIZE - 2, "four", 4);
}

/* In the host's memory, frame 10 follows frame 4. */
static void gap(void *arg)
{
	struct fixture *f = arg;
	unsigned int i;

	boot(f);
	for (i = 0; i < 25; i++)
		alloc_page_node(f->m, 0, GFP_KERNEL, "test");
	mem_set(f->m, DIRECT(2), 0, 3 * PAGE_SIZE);
	mem_set(f->m, DIRECT(2), 0, 3 * PAGE_SIZE + 1);
}

static void hole(void *arg)
{
	struct fixture *f = arg;

	mem_address(f->m, DIRECT(2048), 1);
}

static void below_all(void *arg)
{
	struct fixture *f = arg;

	mem_set(f->m, test_direct - 1, 0, 1);
}

static void last_frame(void *arg)
{
	struct fixture *f = arg;
	struct page *page = alloc_contig_pages(f->m, 0, 2048, 1, GFP_KERNEL, "test");

	mem_set(f->m, page_to_virt(f->m, page + 2047), 0, PAGE_SIZE + 1);
}

static void crosses(void *arg)
{
	struct fixture *f = arg;
	struct page *page = alloc_contig_pages(f->m, 0, 2, 1, GFP_KERNEL, "test");

	mem_address(f->m, page_to_virt(f->m, page) + PAGE_SIZE - 1, 2);
}

static void test_findings(void **state)
{
	static const struct finding findings[] = {
		{freed, ORACLE_FAULT,
		 "access to page frame 1, which is free: allocated last by test"},
		{freed_touched, ORACLE_FAULT, "access to page frame 1, which is free"},
		{copy_to_free, ORACLE_FAULT, "access to page frame 1, which was never allocated"},
		{hole, ORACLE_FAULT, "000800000, where nothing is mapped"},
		{below_all, ORACLE_FAULT, "fffffff, where"},
		{last_frame, ORACLE_FAULT, "000800000"},
		{gap, ORACLE_FAULT, "000005000, where nothing is mapped"},
	};
	struct fixture *f = *state;

	expect_findings(f, findings, ARRAY_SIZE(findings));
	expect_finding(f, crosses, ORACLE_FAULT, "00000fff crosses a page");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_addresses), T(test_access),  T(test_spans),
		T(test_border),	   T(test_overlap), T(test_findings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

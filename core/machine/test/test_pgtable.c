/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_pgtable.c - page table and TLBs, by example and against a naive model; each finding.
 */
#include "../../sched/vtime.h"
#include "run.h"

#define PAGES 64

static u64 at(u64 page)
{
	return KVA + page * PAGE_SIZE;
}

static void get_pages(struct fixture *f, struct page **pages, unsigned int nr)
{
	while (nr--)
		assert_non_null(*pages++ = alloc_page_node(f->m, 0, GFP_KERNEL, "test"));
}

static void put_pages(struct fixture *f, struct page **pages, unsigned int nr)
{
	while (nr--)
		put_page(f->m, *pages++);
}

static void test_map(void **state)
{
	struct fixture *f = *state;
	struct page *pages[PAGES];
	u64 addr = 0;
	u8 *byte;
	int i;

	get_pages(f, pages, PAGES);
	/* A mapping over the border of two table pages. */
	assert_int_equal(vmap_pages_range(f->m, at(500), pages, PAGES, GFP_KERNEL), 0);
	assert_int_equal(stats(f->m).tables, 4);
	assert_int_equal(stats(f->m).pages_used, PAGES + 4);
	assert_null(vmalloc_to_page(f->m, at(499)));
	assert_null(vmalloc_to_page(f->m, at(500 + PAGES)));
	for (i = 0; i < PAGES; i++)
		assert_ptr_equal(vmalloc_to_page(f->m, at(500 + i)), pages[i]);
	mem_set(f->m, at(500) + 100, 0x5a, PAGES * PAGE_SIZE - 200);
	for (i = 0; i < PAGES; i++) {
		byte = page_address(f->m, pages[i]);
		assert_int_equal(byte[200], 0x5a);
		assert_ptr_equal(mem_address(f->m, at(500 + i) + 7, 1),
				 mapped(f, at(500 + i), byte) + 7);
	}
	assert_int_equal(((u8 *)page_address(f->m, pages[0]))[100], 0x5a);
	assert_int_equal(((u8 *)page_address(f->m, pages[PAGES - 1]))[PAGE_SIZE - 101], 0x5a);
	/* Mapping fails at the entry in use; the pages before it stay mapped. */
	assert_int_equal(vmap_pages_range(f->m, at(498), pages, 4, GFP_KERNEL), -EBUSY);
	assert_ptr_equal(vmalloc_to_page(f->m, at(499)), pages[1]);
	assert_int_equal(vunmap_range(f->m, at(0), 1024), PAGES + 2);
	assert_int_equal(vunmap_range(f->m, at(0), 4096), 0);
	assert_int_equal(stats(f->m).stale, PAGES + 2);
	assert_null(vmalloc_to_page(f->m, at(500)));
	assert_true(tlb_stale_in_range(f->m, at(0), at(499), &addr));
	assert_int_equal(addr, at(498));
	assert_false(tlb_stale_in_range(f->m, at(0), at(498), &addr));
	flush_tlb_kernel_range(f->m, at(499), at(4000));
	assert_int_equal(stats(f->m).stale, 1);
	flush_tlb_kernel_range(f->m, 0, UINT64_MAX);
	assert_int_equal(stats(f->m).stale, 0);
	assert_int_equal(stats(f->m).flushes, 2);
	assert_int_equal(stats(f->m).ipis, 2);
	put_pages(f, pages, PAGES);
	machine_check_leaks(f->m);
	/* Table pages stay in use until the run ends. */
	assert_int_equal(stats(f->m).pages_used, 4);
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	assert_int_equal(stats(f->m).pages_used, 0);
	get_pages(f, pages, 1);
	assert_int_equal(vmap_pages_range(f->m, at(0), pages, 1, GFP_KERNEL), 0);
	assert_int_equal(stats(f->m).tables, 3);
}

/* The tables that a walk has visited. */
struct tables {
	u64 of_level[3];
	u64 addr[8], pfn[8];
	u32 nr;
};

static void record_table(const struct page *page, unsigned int level, u64 addr, void *arg)
{
	struct tables *t = arg;

	assert_in_range(level, 0, 2);
	assert_in_range(t->nr, 0, 7);
	assert_string_equal(page->owner, "page table");
	for (u32 i = 0; i < t->nr; i++)
		assert_true(t->pfn[i] != page->pfn);
	assert_true(IS_ALIGNED(addr, PAGE_SIZE << (level + 1) * 9));
	t->of_level[level]++;
	t->addr[t->nr] = addr;
	t->pfn[t->nr++] = page->pfn;
}

/* A walk visits each table of this run once, and no other. */
static void test_tables(void **state)
{
	struct fixture *f = *state;
	struct tables t = {0};
	struct page *pages[4];

	get_pages(f, pages, 4);
	for_each_table(f->m, record_table, &t);
	assert_int_equal(t.nr, 0);
	assert_int_equal(vmap_pages_range(f->m, at(510), pages, 4, GFP_KERNEL), 0);
	for_each_table(f->m, record_table, &t);
	assert_int_equal(t.nr, stats(f->m).tables);
	assert_true(t.of_level[2] == 1 && t.of_level[1] == 1 && t.of_level[0] == 2);
	assert_true(t.addr[2] <= at(510) && at(512) == t.addr[3]);
	/* It skips the cached tables of an earlier run. */
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	t = (struct tables){0};
	for_each_table(f->m, record_table, &t);
	assert_int_equal(t.nr, 0);
}

/* Mappings at both ends of the 48 bits that are translated, and of 64. */
static void test_corners(void **state)
{
	static const u64 start[] = {PAGE_SIZE, 1ULL << 47, -(4096ULL * PAGE_SIZE + PAGE_SIZE),
				    (1ULL << 48) - 4096 * PAGE_SIZE};
	struct fixture *f = *state;
	struct page *pages[2];
	unsigned int i;

	model_only();
	for (i = 0; i < ARRAY_SIZE(start); i++) {
		u64 last = start[i] + f->cfg.kva_size - PAGE_SIZE;

		f->cfg.kva_start = start[i];
		assert_int_equal(machine_boot(f->m, &f->cfg), 0);
		get_pages(f, pages, 2);
		assert_int_equal(vmap_pages_range(f->m, start[i], pages, 1, 0), 0);
		assert_int_equal(vmap_pages_range(f->m, last, pages + 1, 1, 0), 0);
		mem_set(f->m, start[i], 1, PAGE_SIZE);
		mem_set(f->m, last, 2, PAGE_SIZE);
		assert_int_equal(*(u8 *)mem_address(f->m, start[i], 1), 1);
		assert_int_equal(*(u8 *)mem_address(f->m, last + PAGE_SIZE - 1, 1), 2);
		assert_null(vmalloc_to_page(f->m, last + PAGE_SIZE));
		assert_null(vmalloc_to_page(f->m, start[i] - PAGE_SIZE));
		assert_int_equal(vunmap_range(f->m, start[i], f->cfg.kva_size / PAGE_SIZE), 2);
		flush_tlb_kernel_range(f->m, start[i], last + PAGE_SIZE);
		assert_int_equal(stats(f->m).stale, 0);
		put_pages(f, pages, 2);
		machine_check_leaks(f->m);
	}
}

/* Thousands of changes; an array records what is mapped, stale or free at each address. */
static void test_random(void **state)
{
	enum { NOTHING, MAPPED, STALE };
	static u8 model[4096];
	struct fixture *f = *state;
	struct page *pages[PAGES];
	u64 seed = 7, addr;
	int i, k, stale = 0;

	memset(model, 0, sizeof(model));
	get_pages(f, pages, PAGES);
	for (i = 0; i < 20000; i++) {
		u64 r = random_next(&seed);
		unsigned int first = (r >> 8) % 4096, nr = 1 + (r >> 32) % (r & 1 ? 3 : PAGES);
		unsigned int count = 0;

		nr = min(nr, 4096 - first);
		switch (r >> 60 & 3) {
		case 0:
		case 1:
			for (k = 0; k < (int)nr && model[first + k] == NOTHING; k++)
				;
			nr = k;
			if (!nr)
				break;
			assert_int_equal(vmap_pages_range(f->m, at(first), pages, nr, 0), 0);
			memset(model + first, MAPPED, nr);
			break;
		case 2:
			for (k = 0; k < (int)nr; k++) {
				if (model[first + k] != MAPPED)
					continue;
				model[first + k] = STALE;
				count++;
			}
			assert_int_equal(vunmap_range(f->m, at(first), nr), count);
			stale += count;
			break;
		default:
			if (r & 2)
				nr = 4096 - first;
			for (k = 0; k < (int)nr; k++) {
				if (model[first + k] != STALE)
					continue;
				model[first + k] = NOTHING;
				count++;
			}
			assert_int_equal(tlb_stale_in_range(f->m, at(first), at(first + nr), &addr),
					 count > 0);
			flush_tlb_kernel_range(f->m, at(first), at(first + nr));
			assert_false(tlb_stale_in_range(f->m, at(first), at(first + nr), &addr));
			stale -= count;
		}
		assert_int_equal(stats(f->m).stale, stale);
		assert_int_equal(vmalloc_to_page(f->m, at(first)) != NULL, model[first] == MAPPED);
	}
	for (i = 0; i < 4096; i++) {
		assert_int_equal(vmalloc_to_page(f->m, at(i)) != NULL, model[i] == MAPPED);
		assert_int_equal(tlb_stale_in_range(f->m, at(i), at(i + 1), &addr),
				 model[i] == STALE);
	}
	/* The run is abandoned here: the next one has no mapping. */
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	get_pages(f, pages, PAGES);
	for (i = 0; i < 4096; i += PAGES)
		assert_int_equal(vmap_pages_range(f->m, at(i), pages, PAGES, 0), 0);
}

/* A bare machine maps as any other does, and has no stale translations. */
static void test_bare(void **state)
{
	struct fixture *f = *state;
	struct page *pages[PAGES];
	u64 addr;
	int i;

	f->cfg.bare = true;
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	get_pages(f, pages, PAGES);
	/* A mapping over the border of two table pages. */
	assert_int_equal(vmap_pages_range(f->m, at(500), pages, PAGES, GFP_KERNEL), 0);
	assert_int_equal(stats(f->m).tables, 4);
	assert_int_equal(stats(f->m).pages_used, PAGES + 4);
	for (i = 0; i < PAGES; i++)
		assert_ptr_equal(vmalloc_to_page(f->m, at(500 + i)), pages[i]);
	assert_null(vmalloc_to_page(f->m, at(499)));
	assert_null(vmalloc_to_page(f->m, at(500 + PAGES)));
	mem_set(f->m, at(511), 0x5a, 2 * PAGE_SIZE);
	assert_int_equal(*(u8 *)page_address(f->m, pages[12]), 0x5a);
	/* Mapping fails at the entry in use; the pages before it stay mapped. */
	assert_int_equal(vmap_pages_range(f->m, at(498), pages, 4, GFP_KERNEL), -EBUSY);
	assert_ptr_equal(vmalloc_to_page(f->m, at(499)), pages[1]);
	assert_int_equal(vunmap_range(f->m, at(0), 1024), PAGES + 2);
	assert_int_equal(vunmap_range(f->m, at(0), 4096), 0);
	assert_null(vmalloc_to_page(f->m, at(500)));
	assert_int_equal(stats(f->m).stale, 0);
	assert_false(tlb_stale_in_range(f->m, 0, UINT64_MAX, &addr));
	/* No flush is needed before the next mapping; a flush is counted all the same. */
	assert_int_equal(vmap_pages_range(f->m, at(500), pages + 1, PAGES - 1, GFP_KERNEL), 0);
	assert_ptr_equal(vmalloc_to_page(f->m, at(500)), pages[1]);
	assert_int_equal(stats(f->m).tables, 4);
	flush_tlb_kernel_range(f->m, at(0), at(4000));
	assert_int_equal(stats(f->m).flushes, 1);
	assert_int_equal(stats(f->m).ipis, 1);
	assert_ptr_equal(vmalloc_to_page(f->m, at(500)), pages[1]);
	assert_int_equal(vunmap_range(f->m, at(500), PAGES), PAGES - 1);
	/* A mapping may lead to a free frame. */
	put_pages(f, pages, PAGES);
	assert_int_equal(vmap_pages_range(f->m, at(0), pages, 1, GFP_KERNEL), 0);
	assert_int_equal(vunmap_range(f->m, at(0), 1), 1);
	machine_check_leaks(f->m);

	/* A mapping that is left is gone after the next boot, which is not bare. */
	get_pages(f, pages, 1);
	assert_int_equal(vmap_pages_range(f->m, at(500), pages, 1, GFP_KERNEL), 0);
	f->cfg.bare = false;
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	assert_null(vmalloc_to_page(f->m, at(500)));
	get_pages(f, pages, PAGES);
	assert_int_equal(vmap_pages_range(f->m, at(500), pages, PAGES, GFP_KERNEL), 0);
	assert_int_equal(vunmap_range(f->m, at(500), PAGES), PAGES);
	assert_int_equal(stats(f->m).stale, PAGES);
}

static void map_one(struct fixture *f, u64 page)
{
	struct page *p = alloc_page_node(f->m, 0, GFP_KERNEL, "test");

	vmap_pages_range(f->m, at(page), &p, 1, GFP_KERNEL);
}

static void map_over_stale(void *arg)
{
	struct fixture *f = arg;

	map_one(f, 3);
	vunmap_range(f->m, at(3), 1);
	map_one(f, 3);
}

static void map_outside(void *arg)
{
	map_one(arg, 4096);
}

static void unmap_outside(void *arg)
{
	vunmap_range(((struct fixture *)arg)->m, at(4090), 7);
}

static void map_free_frame(void *arg)
{
	struct fixture *f = arg;
	struct page *p = pfn_to_page(f->m, 5);

	vmap_pages_range(f->m, at(0), &p, 1, GFP_KERNEL);
}

static void access_unmapped(void *arg)
{
	struct fixture *f = arg;

	map_one(f, 3);
	mem_address(f->m, at(4), 1);
}

static void access_stale(void *arg)
{
	struct fixture *f = arg;

	map_one(f, 3);
	vunmap_range(f->m, at(3), 1);
	mem_address(f->m, at(3), 1);
}

static void access_outside(void *arg)
{
	mem_address(((struct fixture *)arg)->m, at(0) - PAGE_SIZE, 1);
}

static void access_crossing(void *arg)
{
	struct fixture *f = arg;

	map_one(f, 3);
	mem_address(f->m, at(3) + PAGE_SIZE - 7, 8);
}

static void access_freed(void *arg)
{
	struct fixture *f = arg;

	map_one(f, 3);
	mem_set(f->m, at(3), 1, 1);
	put_page(f->m, vmalloc_to_page(f->m, at(3)));
	mem_set(f->m, at(3), 1, 1);
}

static void leave_mapped(void *arg)
{
	struct fixture *f = arg;
	struct page *p;

	map_one(f, 3);
	p = vmalloc_to_page(f->m, at(3));
	put_page(f->m, p);
	machine_check_leaks(f->m);
}

static void leave_mapped_bare(void *arg)
{
	struct fixture *f = arg;

	f->cfg.bare = true;
	machine_boot(f->m, &f->cfg);
	f->cfg.bare = false;
	leave_mapped(f);
}

static void leave_stale(void *arg)
{
	struct fixture *f = arg;

	map_one(f, 3);
	put_page(f->m, vmalloc_to_page(f->m, at(3)));
	vunmap_range(f->m, at(3), 1);
	machine_check_leaks(f->m);
}

static void tickets(void *arg)
{
	struct fixture *f = arg;
	u64 addr = 0;

	task_set_op(1);
	map_one(f, 3);
	vunmap_range(f->m, at(3), 1);
	MM_CHECK(!tlb_stale_before(f->m, oldest_ticket(), &addr), ALIAS,
		 "the operation has not ended");
	task_set_op(-1);
	task_set_op(2);
	MM_CHECK(tlb_stale_before(f->m, oldest_ticket(), &addr), ALIAS, "the operation has ended");
	MM_CHECK(addr == at(3), ALIAS, "wrong address 0x%llx", addr);
	flush_tlb_kernel_range(f->m, at(0), at(8));
	MM_CHECK(!tlb_stale_before(f->m, oldest_ticket(), &addr), ALIAS,
		 "the translation was flushed");
	task_set_op(-1);
}

static void flush_twice(void *arg)
{
	struct fixture *f = arg;

	flush_tlb_kernel_range(f->m, at(0), at(1));
	flush_tlb_kernel_range(f->m, at(0), at(4000));
}

/* In virtual time, the cost of a flush grows with the number of other online CPUs. */
static void test_flush_costs(void **state)
{
	static const struct sched_vtime vtime = {.flush = 1000, .ipi_wait = 100, .ipi = 10};
	struct sched_params p = {.nr_cpus = 4, .vtime = &vtime};
	struct fixture *f = *state;

	for (unsigned int cpus = 1; cpus <= 4; cpus++) {
		topology_init(&f->cfg.topology, cpus, 1, 2048);
		assert_int_equal(machine_boot(f->m, &f->cfg), 0);
		sched_run(f->s, &p, flush_twice, f, &f->result);
		assert_clean(&f->result);
		assert_int_equal(f->result.vtime,
				 2 * (1000 + (cpus > 1 ? 100 + 10 * (cpus - 1) : 0)));
	}
}

static void test_findings(void **state)
{
	static const struct finding findings[] = {
		{map_over_stale, ORACLE_STALE, "00003000 is mapped again"},
		{map_outside, ORACLE_RANGE, "mapping of 1 pages"},
		{unmap_outside, ORACLE_RANGE, "unmapping of 7 pages"},
		{map_free_frame, ORACLE_FAULT, "no page frame in use"},
		{access_unmapped, ORACLE_FAULT, "00004000, where nothing is mapped"},
		{access_stale, ORACLE_FAULT, "nothing is mapped: unmapped in operation ticket"},
		{access_outside, ORACLE_FAULT, "outside of the KVA"},
		{access_crossing, ORACLE_FAULT, "crosses a page"},
		{access_freed, ORACLE_FAULT, "frame 0, which is free"},
		{leave_mapped, ORACLE_LEAK_AREA, "1 pages are still mapped"},
		{leave_mapped_bare, ORACLE_LEAK_AREA, "1 pages are still mapped"},
		{leave_stale, ORACLE_LEAK_AREA, "1 translations were never flushed"},
	};
	struct fixture *f = *state;

	expect_findings(f, findings, ARRAY_SIZE(findings));
	expect_finding(f, tickets, ORACLE_NONE, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_map),	     T(test_tables), T(test_corners),  T(test_random),
		T(test_flush_costs), T(test_bare),   T(test_findings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

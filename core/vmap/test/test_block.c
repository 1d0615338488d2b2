/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_block.c - vm_map_ram() and its blocks with one task: the order in which pages are handed
 * out, when they are reused, how often they are flushed.
 */
#include "../block.h"
#include "run.h"

static u64 map(struct fixture *f, unsigned int count)
{
	u64 addr = vm_map_ram(f->vs, f->page, count, GFP_KERNEL);

	CHECK(addr);
	return addr;
}

/* Every page of a mapping leads to the frame that was mapped there. */
static void check_mapping(struct fixture *f, u64 addr, unsigned int count, unsigned int from)
{
	CHECK(IS_ALIGNED(addr, PAGE_SIZE));
	for (unsigned int i = 0; i < count; i++)
		CHECK(vmalloc_to_page(f->m, addr + i * PAGE_SIZE) == f->page[from + i]);
}

#define MAX_LIVE 40

struct mapping {
	u64 addr;
	unsigned int count, from;
};

static void random_ops(struct fixture *f)
{
	struct mapping live[MAX_LIVE];
	unsigned int nr = 0, i;
	u64 stale;

	for (int op = 0; op < 400; op++) {
		u64 r = random_next(&f->seed);

		if (r % 100 < 55 && nr < MAX_LIVE) {
			struct mapping *l = &live[nr];

			l->count = 1 + (r >> 8) % (r >> 40 & 1 ? 100 : 8);
			l->from = (r >> 20) % (NR_PAGES - l->count);
			l->addr = vm_map_ram(f->vs, f->page + l->from, l->count, GFP_KERNEL);
			CHECK(l->addr);
			nr++;
		} else if (r % 100 < 98 && nr) {
			i = (r >> 8) % nr;
			check_mapping(f, live[i].addr, live[i].count, live[i].from);
			vm_unmap_ram(f->vs, live[i].addr, live[i].count);
			CHECK(!vmalloc_to_page(f->m, live[i].addr));
			live[i] = live[--nr];
		} else {
			vm_unmap_aliases(f->vs);
			CHECK(!tlb_stale_in_range(f->m, f->vs->start, f->vs->end, &stale));
		}
		for (i = 0; i < nr; i++)
			check_mapping(f, live[i].addr, live[i].count, live[i].from);
		vmap_verify(f->vs, true);
	}
	while (nr--)
		vm_unmap_ram(f->vs, live[nr].addr, live[nr].count);
}

static void test_random(void **state)
{
	struct fixture *f = *state;

	for (u64 seed = 0; seed < 60; seed++) {
		f->seed = seed;
		f->vmap.block_pages = seed % 3 ? 128 : 256;
		f->vmap.lazy_max_pages = seed % 2 ? 1 : 300;
		expect_clean_on_each_lazy(f, random_ops);
	}
}

/*
 * A block hands out its pages in ascending order. A request that does not fit goes to the next
 * block; the oldest block with room serves.
 */
static void fill_order(struct fixture *f)
{
	u64 a = map(f, 64), b = map(f, 3), c, d, e;

	CHECK(IS_ALIGNED(a, 128 * PAGE_SIZE));
	CHECK(b == a + 64 * PAGE_SIZE);
	c = map(f, 64);
	CHECK(c == a + 128 * PAGE_SIZE);
	CHECK(vstats(f).blocks == 2);
	d = map(f, 1);
	CHECK(d == b + 4 * PAGE_SIZE);
	e = map(f, 65);
	CHECK(vstats(f).blocks == 2 && vstats(f).areas == 3);
	check_mapping(f, e, 65, 0);
	/* An unmapped page is not handed out again. */
	vm_unmap_ram(f->vs, d, 1);
	d = map(f, 1);
	CHECK(d == b + 5 * PAGE_SIZE);
	vm_unmap_ram(f->vs, a, 64);
	vm_unmap_ram(f->vs, b, 3);
	vm_unmap_ram(f->vs, c, 64);
	vm_unmap_ram(f->vs, d, 1);
	vm_unmap_ram(f->vs, e, 65);
}

static void test_fill_order(void **state)
{
	expect_clean_on_each_lazy(*state, fill_order);
}

/* A block whose pages were all handed out and all unmapped becomes a lazy area. */
static void all_dirty(struct fixture *f)
{
	u64 a[4];

	for (int i = 0; i < 4; i++)
		a[i] = map(f, 32);
	CHECK(vstats(f).blocks == 1);
	for (int i = 0; i < 4; i++) {
		CHECK(vstats(f).lazy_pages == 0);
		vm_unmap_ram(f->vs, a[3 - i], 32);
	}
	CHECK(vstats(f).blocks == 0 && vstats(f).lazy_pages == 128);
	CHECK(!addr_to_vb(f->vs, a[0]));
}

static void test_all_dirty(void **state)
{
	expect_clean_on_each_lazy(*state, all_dirty);
}

/* Full blocks are on no free list, and their dirty pages are flushed all the same; once. */
static void aliases(struct fixture *f)
{
	u64 a = map(f, 64), b = map(f, 64), c = map(f, 8), d = map(f, 100), stale, flushes;

	vm_unmap_ram(f->vs, a, 64);
	CHECK(tlb_stale_in_range(f->m, a, a + 64 * PAGE_SIZE, &stale) && stale == a);
	flushes = mstats(f).flushes;
	vm_unmap_aliases(f->vs);
	CHECK(mstats(f).flushes == flushes + 1);
	CHECK(mstats(f).stale == 0);
	vm_unmap_aliases(f->vs);
	CHECK(mstats(f).flushes == flushes + 1);

	/* A full block, a block with room, and a lazy area: one flush. */
	vm_unmap_ram(f->vs, b, 64);
	b = map(f, 8);
	vm_unmap_ram(f->vs, c, 8);
	vm_unmap_ram(f->vs, d, 100);
	vm_unmap_aliases(f->vs);
	CHECK(mstats(f).flushes == flushes + 2);
	CHECK(mstats(f).stale == 0);
	vm_unmap_ram(f->vs, b, 8);
	CHECK(mstats(f).stale == 8);
}

static void test_aliases(void **state)
{
	expect_clean_on_each_lazy(*state, aliases);
}

/* A fragmented block is purged by vm_unmap_aliases(), and when room is short. */
static void fragmented(struct fixture *f)
{
	u64 a = map(f, 8), b;

	vm_unmap_ram(f->vs, a, 8);
	CHECK(vstats(f).blocks == 1);
	purge_vmap_area_lazy(f->vs);
	CHECK(vstats(f).blocks == 1);
	vm_unmap_aliases(f->vs);
	CHECK(vstats(f).blocks == 0 && vstats(f).lazy_pages == 0);

	a = map(f, 8);
	b = map(f, 8);
	vm_unmap_ram(f->vs, a, 8);
	vm_unmap_aliases(f->vs);
	CHECK(vstats(f).blocks == 1);
	vm_unmap_ram(f->vs, b, 8);

	/* When room is short, fragmented blocks are purged too. */
	CHECK(vstats(f).blocks == 1);
	CHECK(vstats(f).busy_pages == 128);
	a = (u64)alloc_vmap_area(f->vs, f->vmap.size, PAGE_SIZE, 0, ~0ULL, GFP_KERNEL);
	CHECK(!IS_ERR((void *)a));
	CHECK(vstats(f).blocks == 0);
	CHECK(vm_map_ram(f->vs, f->page, 1, GFP_KERNEL) == 0);
	CHECK(vm_map_ram(f->vs, f->page, 100, GFP_KERNEL) == 0);
	free_unmap_vmap_area(f->vs, (struct vmap_area *)a);
}

static void test_fragmented(void **state)
{
	expect_clean_on_each_lazy(*state, fragmented);
}

/*
 * The load of the 2015 report: a mapping of 16 pages, mappings of 8 pages that leave 8 pages of the
 * block, unmap all, repeat. When new blocks went to the head of the list, each round left one over.
 */
static void exhaustion(struct fixture *f)
{
	u64 a[40];
	int i, nr = (256 - 16) / 8 - 1;

	for (int round = 0; round < 200; round++) {
		a[0] = map(f, 16);
		for (i = 1; i <= nr; i++)
			a[i] = map(f, 8);
		vm_unmap_ram(f->vs, a[0], 16);
		for (i = 1; i <= nr; i++)
			vm_unmap_ram(f->vs, a[i], 8);
		vmap_verify(f->vs, true);
		CHECK(vstats(f).blocks <= 7);
	}
}

static void test_exhaustion(void **state)
{
	struct fixture *f = *state;

	f->vmap.block_pages = 256;
	f->vmap.lazy_max_pages = 1 << 20;
	expect_clean_on_each_lazy(f, exhaustion);
}

static void unmap_no_page(struct fixture *f)
{
	vm_unmap_ram(f->vs, map(f, 2) + 8, 2);
}

static void unmap_outside(struct fixture *f)
{
	vm_unmap_ram(f->vs, f->vs->end, 1);
}

static void unmap_no_block(struct fixture *f)
{
	vm_unmap_ram(f->vs, map(f, 1) + 128 * PAGE_SIZE, 1);
}

static void unmap_beyond_block(struct fixture *f)
{
	vm_unmap_ram(f->vs, map(f, 1) + 127 * PAGE_SIZE, 2);
}

static void unmap_twice(struct fixture *f)
{
	u64 a = map(f, 1);

	vm_unmap_ram(f->vs, a, 1);
	vm_unmap_ram(f->vs, a, 1);
}

static void unmap_too_much(struct fixture *f)
{
	vm_unmap_ram(f->vs, map(f, 4), 8);
}

static void unmap_none(struct fixture *f)
{
	vm_unmap_ram(f->vs, map(f, 4), 0);
}

static void unmap_large_inside(struct fixture *f)
{
	vm_unmap_ram(f->vs, map(f, 100) + PAGE_SIZE, 99);
}

static void unmap_large_count(struct fixture *f)
{
	vm_unmap_ram(f->vs, map(f, 100), 99);
}

/* The area of the block begins at this address, and has this length. */
static void unmap_whole_block(struct fixture *f)
{
	vm_unmap_ram(f->vs, map(f, 1), 128);
}

static void map_none(struct fixture *f)
{
	CHECK(!vm_map_ram(f->vs, f->page, 0, GFP_KERNEL));
	CHECK(vstats(f).areas == 0);
}

static void test_map_none(void **state)
{
	expect_clean_on_each(*state, map_none);
}

static void test_unmap_checks(void **state)
{
	expect_finding(*state, unmap_no_page, ORACLE_ALIGNMENT,
		       "is not a multiple of the page size");
	expect_finding(*state, unmap_outside, ORACLE_RANGE, "outside of the space");
	expect_finding(*state, unmap_no_block, ORACLE_RANGE, "in no vmap block");
	expect_finding(*state, unmap_beyond_block, ORACLE_RANGE, "beyond their vmap block");
	expect_finding(*state, unmap_twice, ORACLE_COUNT, "not all of the 1 pages");
	expect_finding(*state, unmap_too_much, ORACLE_COUNT, "not all of the 8 pages");
	expect_finding(*state, unmap_none, ORACLE_COUNT, "no pages");
	expect_finding(*state, unmap_large_inside, ORACLE_RANGE, "no area begins");
	expect_finding(*state, unmap_large_count, ORACLE_COUNT, "the area has 100");
	expect_finding(*state, unmap_whole_block, ORACLE_COUNT, "which lie in a vmap block");
}

static void mapped_by_others(struct fixture *f)
{
	CHECK(!vmap_pages_range(f->m, f->vs->start, f->page, 1, GFP_KERNEL));
	vm_map_ram(f->vs, f->page, 1, GFP_KERNEL);
}

static void test_pte_busy(void **state)
{
	expect_finding(*state, mapped_by_others, ORACLE_PTE_BUSY, "just taken");
}

static void map_leak(struct fixture *f)
{
	map(f, 1);
}

static void test_leak(void **state)
{
	expect_finding(*state, map_leak, ORACLE_LEAK_AREA, "1 of them vmap blocks");
}

/* Computed sizes: a block is a power of two for any number of CPUs. */
static void defaults(struct fixture *f)
{
	CHECK(is_power_of_2(f->vs->block_pages) && f->vs->block_pages >= 2 * VMAP_MAX_ALLOC &&
	      f->vs->block_pages <= 1024);
	CHECK(1U << (f->vs->block_shift - PAGE_SHIFT) == f->vs->block_pages);
	CHECK(f->vs->lazy_max_pages == 8192UL * (unsigned int)fls64(f->cfg.topology.nr_cpu_ids));
	vm_unmap_ram(f->vs, map(f, 64), 64);
}

static void test_defaults(void **state)
{
	struct fixture *f = *state;

	f->vmap.block_pages = 0;
	f->vmap.lazy_max_pages = 0;
	for (unsigned int cpus = 1; cpus < 12; cpus++) {
		topology_init(&f->cfg.topology, cpus, 1, 2048);
		for (u64 pages = 4096; pages <= 1 << 18; pages *= 4) {
			f->cfg.kva_size = f->vmap.size = pages * PAGE_SIZE;
			expect_clean_on_each_lazy(f, defaults);
		}
	}
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_random),	    T(test_fill_order),	  T(test_all_dirty), T(test_aliases),
		T(test_fragmented), T(test_exhaustion),	  T(test_pte_busy),  T(test_leak),
		T(test_map_none),   T(test_unmap_checks), T(test_defaults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

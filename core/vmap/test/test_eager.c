/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_eager.c - the properties of an eager space: a flush at each unmap, addresses that are free
 * at once, an area for each mapping, and operations with nothing to do.
 *
 * test_area.c shows that it hands out the right addresses.
 */
#include "run.h"

static void flush_at_once(struct fixture *f)
{
	u64 flushes = mstats(f).flushes, stale, addr;
	struct vmap_area *va;

	for (u64 i = 1; i <= 20; i++) {
		va = alloc_pages_any(f, i);
		CHECK(!IS_ERR(va) && va->va_start == KVA);
		CHECK(!vmap_pages_range(f->m, KVA, f->page, i, GFP_KERNEL));
		free_unmap_vmap_area(f->vs, va);
		CHECK(mstats(f).flushes == flushes + i);
		CHECK(!tlb_stale_in_range(f->m, KVA, f->vs->end, &stale));
	}
	addr = vm_map_ram(f->vs, f->page, 3, GFP_KERNEL);
	CHECK(addr == KVA && vmalloc_to_page(f->m, addr + 2 * PAGE_SIZE) == f->page[2]);
	CHECK(vstats(f).areas == 1 && vstats(f).busy_pages == 3 && !vstats(f).blocks);
	vm_unmap_ram(f->vs, addr, 3);
	CHECK(mstats(f).flushes == flushes + 21 && !mstats(f).stale);
	CHECK(vstats(f).areas == 0);
}

static void test_flush_at_once(void **state)
{
	expect_clean(*state, flush_at_once);
}

static void nothing_to_do(struct fixture *f)
{
	const u64 offset = 0, size = PAGE_SIZE;
	u64 addr = vm_map_ram(f->vs, f->page, 100, GFP_KERNEL), flushes = mstats(f).flushes;
	struct vmap_area *va;

	vm_unmap_aliases(f->vs);
	purge_vmap_area_lazy(f->vs);
	CHECK(mstats(f).flushes == flushes);
	CHECK(pcpu_get_vm_areas(f->vs, &offset, &size, 1, PAGE_SIZE, GFP_KERNEL, &va) ==
	      -EOPNOTSUPP);
	CHECK(vstats(f).purges == 0 && vstats(f).lazy_pages == 0);
	CHECK(vstats(f).areas == 1 && vstats(f).largest_free == f->vmap.size - 100 * PAGE_SIZE);
	vm_unmap_ram(f->vs, addr, 100);
	CHECK(vstats(f).largest_free == f->vmap.size);
}

static void test_nothing_to_do(void **state)
{
	expect_clean(*state, nothing_to_do);
}

/* A mapping of one page is checked as large ones are in a lazy space. */
static void unmap_nothing(struct fixture *f)
{
	vm_unmap_ram(f->vs, KVA + PAGE_SIZE, 1);
}

static void unmap_inside(struct fixture *f)
{
	vm_unmap_ram(f->vs, vm_map_ram(f->vs, f->page, 2, GFP_KERNEL) + PAGE_SIZE, 1);
}

static void unmap_half(struct fixture *f)
{
	vm_unmap_ram(f->vs, vm_map_ram(f->vs, f->page, 2, GFP_KERNEL), 1);
}

static void unmap_twice(struct fixture *f)
{
	u64 addr = vm_map_ram(f->vs, f->page, 2, GFP_KERNEL);

	vm_unmap_ram(f->vs, addr, 2);
	vm_unmap_ram(f->vs, addr, 2);
}

static void test_wrong_unmap(void **state)
{
	expect_finding(*state, unmap_nothing, ORACLE_RANGE, "no area begins at");
	expect_finding(*state, unmap_inside, ORACLE_RANGE, "no area begins at");
	expect_finding(*state, unmap_half, ORACLE_COUNT, "the area has 2");
	expect_finding(*state, unmap_twice, ORACLE_RANGE, "no area begins at");
}

static int setup(void **state)
{
	return setup_kind(state, VMAP_EAGER);
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_flush_at_once),
		T(test_nothing_to_do),
		T(test_wrong_unmap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

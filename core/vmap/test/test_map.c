/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_map.c - the caller's frames in an area: mapped all or none, and flushed when the addresses
 * stay with their owner.
 */
#include "vmalloc.h"

/* The pages of the area lead to the test's frames from @first on; its guard page is not mapped. */
static void check_mapped(struct fixture *f, u64 addr, unsigned int nr, unsigned int first)
{
	for (unsigned int i = 0; i < nr; i++)
		CHECK(vmalloc_to_page(f->m, addr + i * PAGE_SIZE) == f->page[first + i]);
	CHECK(!vmalloc_to_page(f->m, addr + nr * PAGE_SIZE));
}

static void map_area(struct fixture *f)
{
	struct vm_struct *vm = get_area(f, 5, VM_MAP), *next = get_area(f, 1, VM_MAP);

	CHECK(map_vm_area(f->vs, vm, f->page + 3, GFP_KERNEL) == 0);
	check_mapped(f, vm->addr, 5, 3);
	CHECK(!vm->pages && !vm->nr_pages);
	write_bytes(f, vm->addr, 5 * PAGE_SIZE);
	check_frames(f, vm->addr, 5 * PAGE_SIZE);

	/* A page in the middle is mapped already: nothing changes. */
	unmap_kernel_range(f->vs, vm->addr, 2 * PAGE_SIZE);
	unmap_kernel_range(f->vs, vm->addr + 3 * PAGE_SIZE, 3 * PAGE_SIZE);
	CHECK(map_vm_area(f->vs, vm, f->page + 3, GFP_KERNEL) == -EBUSY);
	for (unsigned int i = 0; i < 6; i++)
		CHECK(vmalloc_to_page(f->m, vm->addr + i * PAGE_SIZE) ==
		      (i == 2 ? f->page[5] : NULL));

	/* It was flushed, so it can be mapped again at once. */
	unmap_kernel_range(f->vs, vm->addr, vm->size);
	CHECK(!is_stale(f, vm->addr, vm->size));
	CHECK(map_vm_area(f->vs, vm, f->page, GFP_ATOMIC) == 0);
	check_mapped(f, vm->addr, 5, 0);
	remove_area(f, next);
	remove_area(f, vm);
	CHECK(is_stale(f, KVA, 5 * PAGE_SIZE) == (f->vmap.kva != VMAP_EAGER));
}

static void test_map_area(void **state)
{
	expect_clean_on_each(*state, map_area);
}

/* An area across the end of a table page; the next table page cannot be allocated. */
#define TABLE_PAGES 512

static void no_table(struct fixture *f)
{
	struct vm_struct *gap = get_area(f, TABLE_PAGES - 9, VM_MAP), *vm;
	u64 flushes;

	/* One table is there. */
	CHECK(gap->addr == KVA);
	CHECK(vmap_pages_range(f->m, KVA, f->page, 1, GFP_KERNEL) == 0);
	vm = get_area(f, 20, VM_MAP);
	CHECK(vm->addr == KVA + (TABLE_PAGES - 8) * PAGE_SIZE);
	flushes = mstats(f).flushes;
	CHECK(map_vm_area(f->vs, vm, f->page, GFP_KERNEL) == -ENOMEM);
	CHECK(mstats(f).flushes == flushes + 1);
	for (unsigned int i = 0; i < 21; i++)
		CHECK(!vmalloc_to_page(f->m, vm->addr + i * PAGE_SIZE));
	CHECK(!is_stale(f, vm->addr, vm->size));

	/* The next try succeeds, and meets no stale translation. */
	CHECK(map_vm_area(f->vs, vm, f->page + 7, GFP_KERNEL) == 0);
	check_mapped(f, vm->addr, 20, 7);
	remove_area(f, vm);
	remove_area(f, gap);
}

/* The requests of a run are: the frames of the test, the space, and those of the body. */
static void test_no_table(void **state)
{
	struct fixture *f = *state;
	bool reached = false;

	f->cfg.fail.classes = FAIL_TABLE;
	for (u32 n = NR_PAGES; n < NR_PAGES + 40 && !reached; n++) {
		f->cfg.fail.at[0] = n;
		run(f, no_table);
		/* With any other number the body finds tables where it expects none, or the
		 * reverse. */
		reached = f->result.report.oracle == ORACLE_NONE;
	}
	assert_true(reached);
}

static void vmap_vunmap(struct fixture *f)
{
	u64 a = vmap(f->vs, f->page, 3, 0, "a"), b = vmap(f->vs, f->page + 1, 1, VM_USERMAP, "b");
	const struct vm_struct *vm;

	CHECK(a == KVA && b == KVA + 4 * PAGE_SIZE);
	check_mapped(f, a, 3, 0);
	check_mapped(f, b, 1, 1);
	vm = find_vm_area(f->vs, a);
	CHECK(vm->flags == VM_MAP && vm->nr_pages == 3 && !vm->pages && vm->size == 4 * PAGE_SIZE);
	vm = find_vm_area(f->vs, b);
	CHECK(vm->flags == (VM_MAP | VM_USERMAP) && vm->nr_pages == 1);

	/* Two addresses of one frame. */
	mem_set(f->m, b, 0x5a, PAGE_SIZE);
	CHECK(*(u8 *)mem_address(f->m, a + PAGE_SIZE + 77, 1) == 0x5a);

	CHECK(f->page[0]->count == 1);
	vunmap(f->vs, a);
	CHECK(f->page[0]->count == 1);
	CHECK(!vmalloc_to_page(f->m, a) && !find_vm_area(f->vs, a));
	CHECK(is_stale(f, a, 3 * PAGE_SIZE) == (f->vmap.kva != VMAP_EAGER));
	vm_unmap_aliases(f->vs);
	CHECK(!is_stale(f, a, 3 * PAGE_SIZE));
	check_mapped(f, b, 1, 1);
	vunmap(f->vs, b);
	vunmap(f->vs, 0);

	CHECK(!vmap(f->vs, f->page, 0, 0, "none"));
	CHECK(!vmap(f->vs, f->page, 2049, 0, "more frames than there are"));
	CHECK(!vmap(f->vs, f->page, UINT64_MAX, 0, "size wraps"));
	CHECK(vstats(f).areas == 0);
}

static void test_vmap(void **state)
{
	expect_clean_on_each(*state, vmap_vunmap);
}

static void vmap_no_room(struct fixture *f)
{
	CHECK(!vmap(f->vs, f->page, 128, 0, "the guard page does not fit"));
	CHECK(vmap(f->vs, f->page, 127, 0, "all of it") == KVA);
	vunmap(f->vs, KVA);
	/* It purges to make room. */
	CHECK(vmap(f->vs, f->page, 127, 0, "again") == KVA);
	vunmap(f->vs, KVA);
}

static void test_vmap_no_room(void **state)
{
	struct fixture *f = *state;

	f->vmap.size = 128 * PAGE_SIZE;
	expect_clean_on_each(f, vmap_no_room);
}

static void unmap_odd_address(struct fixture *f)
{
	unmap_kernel_range(f->vs, get_area(f, 2, VM_MAP)->addr + 8, PAGE_SIZE);
}

static void unmap_odd_size(struct fixture *f)
{
	unmap_kernel_range(f->vs, get_area(f, 2, VM_MAP)->addr, PAGE_SIZE + 8);
}

static void unmap_two_areas(struct fixture *f)
{
	struct vm_struct *vm = get_area(f, 2, VM_MAP);

	get_area(f, 1, VM_MAP);
	unmap_kernel_range(f->vs, vm->addr + PAGE_SIZE, 2 * PAGE_SIZE);
	unmap_kernel_range(f->vs, vm->addr + PAGE_SIZE, 3 * PAGE_SIZE);
}

static void unmap_before(struct fixture *f)
{
	unmap_kernel_range(f->vs, get_area(f, 2, VM_MAP)->addr - PAGE_SIZE, PAGE_SIZE);
}

static void unmap_no_owner(struct fixture *f)
{
	unmap_kernel_range(f->vs, vmap_area_start(alloc_pages_any(f, 2)), PAGE_SIZE);
}

static void unmap_wraps(struct fixture *f)
{
	unmap_kernel_range(f->vs, get_area(f, 2, VM_MAP)->addr, -PAGE_SIZE);
}

static void vunmap_twice(struct fixture *f)
{
	u64 addr = vmap(f->vs, f->page, 1, 0, "a");

	vunmap(f->vs, addr);
	vunmap(f->vs, addr);
}

static void vunmap_inside(struct fixture *f)
{
	vunmap(f->vs, vmap(f->vs, f->page, 2, 0, "a") + PAGE_SIZE);
}

static void vunmap_vmalloc(struct fixture *f)
{
	vunmap(f->vs, vmalloc(f->vs, 1, "a"));
}

static void vunmap_atomic(struct fixture *f)
{
	u64 addr = vmap(f->vs, f->page, 1, 0, "a");

	preempt_disable();
	vunmap(f->vs, addr);
}

static void vunmap_addresses_only(struct fixture *f)
{
	vunmap(f->vs, get_area(f, 1, VM_MAP)->addr);
}

/* Another user has mapped a page at the addresses that vmap() gets. */
static void vmap_over_mapping(struct fixture *f)
{
	CHECK(vmap_pages_range(f->m, KVA, f->page, 1, GFP_KERNEL) == 0);
	vmap(f->vs, f->page, 1, 0, "a");
}

static void test_findings(void **state)
{
	static const char range[] = "unmap_kernel_range(): [0xffffc9000000";

	model_only();
	expect_finding(*state, unmap_odd_address, ORACLE_RANGE, "unmap_kernel_range(): 0xffffc9");
	expect_finding(*state, unmap_odd_size, ORACLE_RANGE, "0x1008 bytes at 0xffffc9");
	expect_finding(*state, unmap_two_areas, ORACLE_RANGE,
		       "[0xffffc90000001000, + 0x3000) does");
	expect_finding(*state, unmap_before, ORACLE_RANGE, "[0xffffc8ff");
	expect_finding(*state, unmap_no_owner, ORACLE_RANGE, range);
	expect_finding(*state, unmap_wraps, ORACLE_RANGE, range);
	expect_finding(*state, vunmap_twice, ORACLE_RANGE,
		       "vunmap(): no area of vmap() begins at 0x");
	expect_finding(*state, vunmap_inside, ORACLE_RANGE, "begins at 0xffffc90000001000");
	expect_finding(*state, vunmap_vmalloc, ORACLE_RANGE, "vunmap()");
	expect_finding(*state, vunmap_addresses_only, ORACLE_RANGE, "vunmap()");
	expect_finding(*state, vunmap_atomic, ORACLE_LOCK_SLEEP, "");
	expect_finding(*state, vmap_over_mapping, ORACLE_PTE_BUSY,
		       "of 1 pages at 0xffffc90000000000, just taken for a, some are mapped");
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_map_area),     T(test_no_table), T(test_vmap),
		T(test_vmap_no_room), T(test_findings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

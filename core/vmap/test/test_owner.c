/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_owner.c - areas with an owner: their addresses, lookups, refusals.
 */
#include "vmalloc.h"

static void fields(struct fixture *f)
{
	struct vm_struct *vm = get_vm_area(f->vs, PAGE_SIZE + 1, VM_MAP | VM_USERMAP, 0, UINT64_MAX,
					   GFP_KERNEL, "someone");

	CHECK(!IS_ERR(vm));
	CHECK(vm->addr == KVA && vm->size == 3 * PAGE_SIZE);
	CHECK(get_vm_area_size(vm) == 2 * PAGE_SIZE);
	CHECK(vm->flags == (VM_MAP | VM_USERMAP));
	CHECK(!vm->pages && !vm->nr_pages);
	CHECK(!strcmp(vm->caller, "someone"));
	CHECK(vmap_area_start(vm->va) == vm->addr);
	CHECK(vmap_area_end(vm->va) == vm->addr + vm->size);
	CHECK(!vmalloc_to_page(f->m, vm->addr));
	CHECK(vstats(f).busy_pages == 3);
	remove_area(f, vm);
	CHECK(vstats(f).busy_pages == 0);
	CHECK(vstats(f).lazy_pages == (frees_lazily(f) ? 3 : 0));
}

static void test_fields(void **state)
{
	expect_clean_on_each(*state, fields);
}

/* An area is found by each of its bytes, and by no other. */
static void found(struct fixture *f)
{
	struct vmap_area *none = alloc_pages_any(f, 1);
	struct vm_struct *a = get_area(f, 1, VM_MAP), *b = get_area(f, 2, VM_MAP);
	u64 addr = a->addr;

	CHECK(b->addr == a->addr + 2 * PAGE_SIZE);
	CHECK(!find_vm_area(f->vs, 0) && !find_vm_area(f->vs, KVA - 1));
	CHECK(find_vmap_area(f->vs, KVA) == none && !find_vm_area(f->vs, KVA));
	CHECK(!find_vm_area(f->vs, a->addr - 1));
	CHECK(find_vm_area(f->vs, a->addr) == a);
	CHECK(find_vm_area(f->vs, a->addr + PAGE_SIZE - 1) == a);
	CHECK(find_vm_area(f->vs, b->addr - 1) == a);
	CHECK(find_vm_area(f->vs, b->addr) == b);
	CHECK(find_vm_area(f->vs, b->addr + 3 * PAGE_SIZE - 1) == b);
	CHECK(!find_vm_area(f->vs, b->addr + 3 * PAGE_SIZE));
	CHECK(!find_vm_area(f->vs, UINT64_MAX));

	/* Removed by its first address alone, if it has an owner, and once. */
	CHECK(!remove_vm_area(f->vs, KVA));
	CHECK(!remove_vm_area(f->vs, a->addr + PAGE_SIZE));
	CHECK(!remove_vm_area(f->vs, a->addr + 1));
	CHECK(!remove_vm_area(f->vs, b->addr + 3 * PAGE_SIZE));
	CHECK(vstats(f).areas == 3);
	remove_area(f, a);
	CHECK(!find_vm_area(f->vs, addr) && !remove_vm_area(f->vs, addr));
	CHECK(find_vm_area(f->vs, b->addr) == b);
	remove_area(f, b);

	/* No area ends above the highest address. */
	free_unmap_vmap_area(f->vs, none);
	a = get_vm_area(f->vs, PAGE_SIZE, VM_MAP, KVA, KVA + 2 * PAGE_SIZE, GFP_KERNEL, "test");
	CHECK(find_vm_area(f->vs, KVA) == a && !find_vm_area(f->vs, UINT64_MAX));
	remove_area(f, a);

	/* The next area at these addresses does not inherit the owner. */
	none = alloc_vmap_area(f->vs, 4 * PAGE_SIZE, PAGE_SIZE, KVA, KVA + 4 * PAGE_SIZE,
			       GFP_KERNEL);
	CHECK(find_vmap_area(f->vs, addr) == none && !find_vm_area(f->vs, addr));
	free_unmap_vmap_area(f->vs, none);
}

static void test_found(void **state)
{
	expect_clean_on_each(*state, found);
}

/* An area that is being made has no owner yet: it is not found and cannot be removed. */
static void half_made(struct fixture *f)
{
	struct vm_struct *vm =
		make_vm_area(f->vs, PAGE_SIZE, VM_MAP, 0, UINT64_MAX, 0, GFP_KERNEL, "test");

	CHECK(!IS_ERR(vm));
	CHECK(!find_vm_area(f->vs, vm->addr) && !remove_vm_area(f->vs, vm->addr));
	publish_vm_area(f->vs, vm);
	CHECK(find_vm_area(f->vs, vm->addr) == vm);
	CHECK(detach_vm_area(f->vs, vm->addr) == vm);
	CHECK(!find_vm_area(f->vs, vm->addr) && !detach_vm_area(f->vs, vm->addr));
	CHECK(vstats(f).areas == 1);
	discard_vm_area(f->vs, vm);
	CHECK(vstats(f).areas == 0);
}

static void test_half_made(void **state)
{
	expect_clean_on_each(*state, half_made);
}

static long refusal(struct fixture *f, u64 size, u64 start, u64 end)
{
	struct vm_struct *vm = get_vm_area(f->vs, size, VM_MAP, start, end, GFP_KERNEL, "test");

	if (!IS_ERR(vm)) {
		remove_area(f, vm);
		purge_vmap_area_lazy(f->vs);
		return 0;
	}
	return PTR_ERR(vm);
}

static void ranges(struct fixture *f)
{
	const u64 page = PAGE_SIZE, end = f->vs->end;
	struct vm_struct *vm = get_vm_area(f->vs, 2 * page, VM_MAP, KVA + 7 * page, KVA + 10 * page,
					   GFP_KERNEL, "test");

	CHECK(!IS_ERR(vm) && vm->addr == KVA + 7 * page);
	CHECK(refusal(f, 1, KVA + 7 * page, KVA + 11 * page) == -EBUSY);
	CHECK(refusal(f, 1, KVA + 7 * page, KVA + 12 * page) == 0);
	remove_area(f, vm);
	purge_vmap_area_lazy(f->vs);

	CHECK(refusal(f, 0, 0, UINT64_MAX) == -EINVAL);
	CHECK(refusal(f, page, KVA, KVA) == -EINVAL);
	CHECK(refusal(f, page, KVA + page, KVA) == -EINVAL);
	CHECK(refusal(f, UINT64_MAX, 0, UINT64_MAX) == -EINVAL);
	CHECK(refusal(f, -page, 0, UINT64_MAX) == -EINVAL);
	CHECK(refusal(f, -2 * page + 1, 0, UINT64_MAX) == -EINVAL);
	CHECK(refusal(f, -2 * page, 0, UINT64_MAX) == -EBUSY);
	/* The guard page counts: one page of the space cannot be used. */
	CHECK(refusal(f, end - KVA, 0, UINT64_MAX) == -EBUSY);
	CHECK(refusal(f, end - KVA - page + 1, 0, UINT64_MAX) == -EBUSY);
	CHECK(refusal(f, end - KVA - page, 0, UINT64_MAX) == 0);
	CHECK(refusal(f, page, end - page, UINT64_MAX) == -EBUSY);
	CHECK(refusal(f, page, end - 2 * page, UINT64_MAX) == 0);
	CHECK(refusal(f, page, KVA, KVA + page) == -EBUSY);
	CHECK(refusal(f, page, end, UINT64_MAX) == -EBUSY);
	CHECK(refusal(f, page, 0, KVA) == -EBUSY);
}

static void test_ranges(void **state)
{
	expect_clean_on_each(*state, ranges);
}

/* From the heap, since the request names a range. */
static struct vm_struct *get_lowest(struct fixture *f, u64 size, u64 flags)
{
	return get_vm_area(f->vs, size, flags, 0, f->vs->end - PAGE_SIZE, GFP_KERNEL, "test");
}

static void ioremap(struct fixture *f)
{
	static const struct {
		u64 size, align;
	} want[] = {
		{1, PAGE_SIZE},
		{PAGE_SIZE, PAGE_SIZE},
		{PAGE_SIZE + 1, 2 * PAGE_SIZE},
		{3 * PAGE_SIZE, 4 * PAGE_SIZE},
		{4 * PAGE_SIZE, 4 * PAGE_SIZE},
		{5 * PAGE_SIZE, 8 * PAGE_SIZE},
		{511 * PAGE_SIZE, IOREMAP_MAX_ALIGN},
		{512 * PAGE_SIZE, IOREMAP_MAX_ALIGN},
		{700 * PAGE_SIZE, IOREMAP_MAX_ALIGN},
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(want); i++) {
		/* The first page is in use, so the lowest address shows the alignment. */
		struct vm_struct *first = get_lowest(f, PAGE_SIZE, VM_MAP), *last;
		u64 at = KVA + max(want[i].align, 2 * PAGE_SIZE);
		struct vm_struct *vm = get_lowest(f, want[i].size, VM_IOREMAP);

		CHECK(IS_ALIGNED(KVA, IOREMAP_MAX_ALIGN));
		CHECK(!IS_ERR(vm) && vm->addr == at);
		remove_area(f, vm);
		empty_into_heap(f);
		/* Areas for other uses are not aligned. */
		last = get_lowest(f, want[i].size, VM_MAP);
		CHECK(!IS_ERR(last) && last->addr == KVA + 2 * PAGE_SIZE);
		remove_area(f, last);
		remove_area(f, first);
		empty_into_heap(f);
	}
}

static void test_ioremap(void **state)
{
	expect_clean_on_each(*state, ioremap);
}

/* With interrupts off and GFP_ATOMIC. */
static void atomic(struct fixture *f)
{
	struct vm_struct *vm;
	unsigned long flags;

	local_irq_save(flags);
	vm = get_vm_area(f->vs, PAGE_SIZE, VM_MAP, 0, UINT64_MAX, GFP_ATOMIC, "test");
	CHECK(!IS_ERR(vm) && find_vm_area(f->vs, vm->addr) == vm);
	remove_area(f, vm);
	local_irq_restore(flags);
}

static void test_atomic(void **state)
{
	expect_clean_on_each(*state, atomic);
}

static void sleeps(struct fixture *f)
{
	preempt_disable();
	get_area(f, 1, VM_MAP);
}

static void leaks(struct fixture *f)
{
	get_area(f, 3, VM_MAP);
}

/* With its guard page: neither the address nor the count is wrong. */
static void unmap_owned(struct fixture *f)
{
	vm_unmap_ram(f->vs, get_area(f, 100, VM_MAP)->addr, 101);
}

static void test_findings(void **state)
{
	struct fixture *f = *state;

	for (unsigned int kva = 0; kva < NR_VMAP_KVAS; kva++) {
		f->vmap.kva = (enum vmap_kva)kva;
		expect_finding(f, unmap_owned, ORACLE_RANGE, "belongs to the vmalloc interface");
		expect_finding(f, sleeps, ORACLE_LOCK_SLEEP, "");
		expect_finding(f, leaks, ORACLE_LEAK_AREA, "1 areas of 4 pages are still in use");
	}
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_fields),	 T(test_found),	 T(test_half_made), T(test_ranges),
		T(test_ioremap), T(test_atomic), T(test_findings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_poison.c - on the host MMU objects are reached by pointers, and under AddressSanitizer the
 * bytes beside them, and those of freed ones, are forbidden.
 */
#include "run.h"

#ifdef MM_ASAN
#include <sanitizer/asan_interface.h>
#endif

/* Is the byte at @addr forbidden? Only AddressSanitizer on the host MMU knows such bytes. */
static bool forbidden(u64 addr)
{
#ifdef MM_ASAN
	return on_host_mmu() && __asan_address_is_poisoned((void *)addr);
#else
	return false;
#endif
}

static bool knows_forbidden(void)
{
#ifdef MM_ASAN
	return on_host_mmu();
#else
	return false;
#endif
}

/* Every CPU's copy: @size bytes are allowed, or all are forbidden. */
static void expect_copies(struct fixture *f, pcpu_addr_t p, u32 size, bool live)
{
	unsigned int cpu;

	for_each_possible_cpu (cpu, &f->cfg.topology) {
		u64 addr = per_cpu_ptr(f->pc, p, cpu);

		for (u32 i = 0; i < size; i++)
			CHECK(forbidden(addr + i) == (!live && knows_forbidden()));
	}
}

static void live_and_freed(struct fixture *f)
{
	pcpu_addr_t beside = alloc_percpu_gfp(f->pc, 64, 64, GFP_KERNEL);
	pcpu_addr_t p = alloc_percpu_gfp(f->pc, 200, 64, GFP_KERNEL);

	CHECK(beside && p);
	expect_copies(f, p, 200, true);
	/* The bytes that follow are free. */
	expect_copies(f, p + 200, 24, false);
	if (on_host_mmu()) {
		u8 *byte = (u8 *)per_cpu_ptr(f->pc, p, 1);

		CHECK(!byte[0] && !byte[199]);
		byte[199] = 0x5a;
		CHECK(*(u8 *)mem_address(f->m, per_cpu_ptr(f->pc, p, 1) + 199, 1) == 0x5a);
	}
	free_percpu(f->pc, p);
	expect_copies(f, p, 200, false);
	expect_copies(f, beside, 64, true);
	CHECK(alloc_percpu_gfp(f->pc, 100, 64, GFP_KERNEL) == p);
	expect_copies(f, p, 100, true);
	expect_copies(f, p + 104, 80, false);
	free_percpu(f->pc, p);
	free_percpu(f->pc, beside);
}

static void test_vm(void **state)
{
	expect_clean(*state, live_and_freed);
}

static void test_km(void **state)
{
	struct fixture *f = *state;

	topology_init(&f->cfg.topology, 3, 1, 2048);
	f->pcpu.backing = PCPU_KM;
	expect_clean(f, live_and_freed);
}

static void test_first(void **state)
{
	struct fixture *f = *state;

	f->pcpu.static_size = 1000;
	f->pcpu.dyn_size = 2 * PAGE_SIZE;
	f->pcpu.atom_size = PAGE_SIZE;
	expect_clean(f, live_and_freed);
}

/* The pages of a chunk are allowed to their next owner. */
static void reuse(struct fixture *f)
{
	pcpu_addr_t p = alloc_percpu_gfp(f->pc, f->pc->unit_size, 8, GFP_KERNEL);
	struct page *page;

	CHECK(p);
	free_percpu(f->pc, p);
	flush_work(&f->pc->balance_work);
	page = alloc_page_node(f->m, 0, GFP_KERNEL, "next owner");
	memset(page_address(f->m, page), 1, PAGE_SIZE);
	put_page(f->m, page);
}

static void test_reuse(void **state)
{
	expect_clean(*state, reuse);
	test_km(state);
	expect_clean(*state, reuse);
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {T(test_vm), T(test_km), T(test_first), T(test_reuse)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

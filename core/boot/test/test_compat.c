/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_compat.c - the classic calls of bootmem, on a machine whose page frames are all in use.
 */
#include "run.h"
#include "../compat.h"
#include "../../machine/page.h"
#include "../../machine/pgtable.h"

#define DIRECT(phys) (test_direct + (phys))
#define LOW_PAGES (BOOT_LOW_LIMIT >> PAGE_SHIFT)
#define DMA_PAGES (BOOT_DMA_GOAL >> PAGE_SHIFT)

/* Node 0: 16 pages on both sides of the goal. Node 1: 16 pages on both sides of the limit. */
static void memory(struct fixture *f)
{
	struct topology *t = &f->cfg.topology;

	topology_init(t, 2, 2, 2);
	t->range[0] = (struct node_range){.start = DMA_PAGES - 8, .nr = 16, .nid = 0};
	t->range[1] = (struct node_range){.start = LOW_PAGES - 8, .nr = 16, .nid = 1};
}

static struct page *frames[32];

static void begin(struct fixture *f)
{
	CHECK(!boot_register_topology(f->bm, machine_topology(f->m)));
	CHECK(!boot_setup(f->bm));
	for (size_t i = 0; i < ARRAY_SIZE(frames); i++)
		CHECK((frames[i] = alloc_page_node(f->m, 0, GFP_KERNEL, "boot")));
}

static void end(struct fixture *f)
{
	for (size_t i = 0; i < ARRAY_SIZE(frames); i++)
		put_page(f->m, frames[i]);
}

/* A fresh frame holds garbage, so zeroes come from the call. */
static bool zeroed(struct fixture *f, u64 addr, u64 size)
{
	for (u64 i = 0; i < size; i++)
		if (*(const u8 *)mem_address(f->m, addr + i, 1))
			return false;
	return true;
}

static void calls(struct fixture *f)
{
	u64 addr;

	begin(f);
	addr = alloc_bootmem(f->bm, 100);
	CHECK(addr == DIRECT(BOOT_DMA_GOAL) && zeroed(f, addr, 100));
	CHECK(!zeroed(f, addr + 100, 100));
	addr = alloc_bootmem(f->bm, PAGE_SIZE);
	CHECK(addr == DIRECT(BOOT_DMA_GOAL) + 128 && zeroed(f, addr, PAGE_SIZE));
	addr = alloc_bootmem_pages(f->bm, 1);
	CHECK(addr == DIRECT(BOOT_DMA_GOAL) + PAGES(2));
	addr = alloc_bootmem_node(f->bm, 1, 10);
	CHECK(addr == DIRECT(BOOT_LOW_LIMIT) - PAGES(8) && zeroed(f, addr, 10));
	addr = alloc_bootmem_pages_node(f->bm, 1, 10);
	CHECK(addr == DIRECT(BOOT_LOW_LIMIT) - PAGES(7));
	addr = alloc_bootmem_low_pages_node(f->bm, 1, PAGES(6));
	CHECK(addr == DIRECT(BOOT_LOW_LIMIT) - PAGES(6));
	CHECK(zeroed(f, addr, PAGES(6)));
	/* The low memory of node 1 is used up. */
	addr = alloc_bootmem_low_pages_node(f->bm, 1, 1);
	CHECK(f->kind == BOOT_ROOTMEM ? !addr : addr && addr < DIRECT(BOOT_LOW_LIMIT) - PAGES(8));
	addr = alloc_bootmem_low_pages(f->bm, 1);
	CHECK(addr && addr < DIRECT(BOOT_LOW_LIMIT) - PAGES(8));
	addr = alloc_bootmem_low(f->bm, 1);
	CHECK(addr && addr < DIRECT(BOOT_LOW_LIMIT) - PAGES(8) && IS_ALIGNED(addr, 64));
	CHECK(!alloc_bootmem(f->bm, PAGES(20)));
	CHECK(!f->refusals);
	end(f);
}

static void reserve_free(struct fixture *f)
{
	u64 addr = BOOT_DMA_GOAL;

	begin(f);
	CHECK(!reserve_bootmem(f->bm, addr, 1, BOOTMEM_EXCLUSIVE));
	CHECK(!reserve_bootmem(f->bm, addr, PAGES(2), BOOTMEM_DEFAULT));
	CHECK(!f->refusals);
	CHECK(reserve_bootmem(f->bm, addr, 1, BOOTMEM_EXCLUSIVE) == -EBUSY);
	CHECK_REFUSED(f, 1, BOOT_RESERVE_TWICE);
	CHECK(!free_bootmem(f->bm, addr, PAGES(2)));
	CHECK(free_bootmem(f->bm, addr, PAGES(2)) == -EINVAL);
	CHECK_REFUSED(f, 2, BOOT_FREE_TWICE);
	end(f);
}

static void test_calls(void **state)
{
	memory(*state);
	expect_both(state, calls);
}

static void test_reserve_free(void **state)
{
	memory(*state);
	expect_both(state, reserve_free);
}

int main(void)
{
	const struct CMUnitTest tests[] = {T(test_calls), T(test_reserve_free)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

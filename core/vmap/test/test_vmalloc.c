/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_vmalloc.c - vmalloc() and its sisters, vfree() in any context, and mapping to users.
 */
#include "vmalloc.h"

static void sizes(struct fixture *f)
{
	static const u64 size[] = {1,	     PAGE_SIZE - 1, PAGE_SIZE, PAGE_SIZE + 1, 7 * PAGE_SIZE,
				   600 << 12};
	u64 used = mstats(f).pages_used;

	for (unsigned int i = 0; i < ARRAY_SIZE(size); i++) {
		u64 addr = vmalloc(f->vs, size[i], "test"),
		    pages = DIV_ROUND_UP(size[i], PAGE_SIZE);
		const struct vm_struct *vm = find_vm_area(f->vs, addr);

		CHECK(addr && vm->addr == addr && vm->nr_pages == pages);
		CHECK(vm->size == (pages + 1) * PAGE_SIZE && vm->flags == VM_ALLOC);
		for (u64 p = 0; p < pages; p++) {
			CHECK(vmalloc_to_page(f->m, addr + p * PAGE_SIZE) == vm->pages[p]);
			CHECK(vm->pages[p]->count == 1);
		}
		CHECK(!vmalloc_to_page(f->m, addr + pages * PAGE_SIZE));
		write_bytes(f, addr, size[i]);
		check_frames(f, addr, size[i]);
		vfree(f->vs, addr);
		CHECK(!find_vm_area(f->vs, addr) && !vmalloc_to_page(f->m, addr));
		CHECK(vstats(f).areas == 0);
	}
	/* Only table pages stay. */
	CHECK(mstats(f).pages_used <= used + 6);
	vfree(f->vs, 0);
}

static void test_sizes(void **state)
{
	expect_clean_on_each(*state, sizes);
}

/* vfree() frees the frames before the translations are flushed. */
static void lazily(struct fixture *f)
{
	u64 used, addr = vmalloc(f->vs, 3 * PAGE_SIZE, "test");

	used = mstats(f).pages_used;
	vfree(f->vs, addr);
	CHECK(mstats(f).pages_used == used - 3);
	CHECK(is_stale(f, addr, 3 * PAGE_SIZE) == (f->vmap.kva != VMAP_EAGER));
	vm_unmap_aliases(f->vs);
	CHECK(!is_stale(f, addr, 3 * PAGE_SIZE));
}

static void test_lazily(void **state)
{
	expect_clean_on_each(*state, lazily);
}

static void refused(struct fixture *f)
{
	u64 used = mstats(f).pages_used, free = nr_free_pages(f->m);
	u64 meta = mstats(f).meta_bytes, kmallocs = mstats(f).kmallocs;

	/* A request that cannot be served asks the machine for nothing. */
	CHECK(!vmalloc(f->vs, 0, "nothing"));
	CHECK(!vmalloc(f->vs, UINT64_MAX, "rounding wraps"));
	CHECK(!vmalloc(f->vs, -2 * PAGE_SIZE, "more than addresses"));
	CHECK(!vmalloc(f->vs, (2048 + 1) * PAGE_SIZE, "more frames than there are"));
	CHECK(mstats(f).kmallocs == kmallocs);
	CHECK(!vmalloc(f->vs, (free + 1) * PAGE_SIZE, "more frames than are free"));
	CHECK(mstats(f).pages_used == used && mstats(f).meta_bytes - meta <= 256);
	CHECK(vstats(f).areas == 0);
}

static void test_refused(void **state)
{
	expect_clean_on_each(*state, refused);
}

static void no_room(struct fixture *f)
{
	u64 used = mstats(f).pages_used;

	CHECK(!vmalloc(f->vs, 128 * PAGE_SIZE, "the guard page does not fit"));
	CHECK(mstats(f).pages_used == used);
	CHECK(vmalloc(f->vs, 127 * PAGE_SIZE, "all of it") == KVA);
	vfree(f->vs, KVA);
	if (f->vmap.kva != VMAP_EAGER) {
		CHECK(!__vmalloc(f->vs, PAGE_SIZE, NUMA_NO_NODE, GFP_ATOMIC, 0, "may not purge"));
		settle(f);
	}
	CHECK(__vmalloc(f->vs, 127 * PAGE_SIZE, NUMA_NO_NODE, GFP_ATOMIC, 0, "purged") == KVA);
	vfree(f->vs, KVA);
}

static void test_no_room(void **state)
{
	struct fixture *f = *state;

	f->vmap.size = 128 * PAGE_SIZE;
	expect_clean_on_each(f, no_room);
}

static void zeroed(struct fixture *f)
{
	u64 addr = vmalloc(f->vs, 100 * PAGE_SIZE, "dirty"), user;

	mem_set(f->m, addr, 0xa5, 100 * PAGE_SIZE);
	vfree(f->vs, addr);
	addr = vzalloc(f->vs, 100 * PAGE_SIZE, "clean");
	user = vmalloc_user(f->vs, 100 * PAGE_SIZE, "clean");
	CHECK(find_vm_area(f->vs, addr)->flags == VM_ALLOC);
	CHECK(find_vm_area(f->vs, user)->flags == (VM_ALLOC | VM_USERMAP));
	for (u64 i = 0; i < 100 * PAGE_SIZE; i += 8) {
		CHECK(*(u64 *)mem_address(f->m, addr + i, 8) == 0);
		CHECK(*(u64 *)mem_address(f->m, user + i, 8) == 0);
	}
	vfree(f->vs, addr);
	vfree(f->vs, user);
}

static void test_zeroed(void **state)
{
	expect_clean_on_each(*state, zeroed);
}

static void nodes(struct fixture *f)
{
	u64 addr = vmalloc_node(f->vs, 3 * PAGE_SIZE, 1, "test");
	const struct vm_struct *vm = find_vm_area(f->vs, addr);
	u64 rest;

	CHECK(addr);
	for (unsigned int i = 0; i < 3; i++)
		CHECK(vm->pages[i]->nid == 1);

	/* If the node has no more frames, the other node serves, unless that is forbidden. */
	CHECK(!__vmalloc(f->vs, 1022 * PAGE_SIZE, 1, GFP_KERNEL | __GFP_THISNODE, 0, "only"));
	rest = vmalloc_node(f->vs, 1022 * PAGE_SIZE, 1, "test");
	vm = find_vm_area(f->vs, rest);
	CHECK(rest && vm->pages[0]->nid == 1 && vm->pages[1021]->nid == 0);
	vfree(f->vs, rest);
	vfree(f->vs, addr);
	/* The node of the caller, which is on CPU 0. */
	addr = vmalloc(f->vs, 1, "test");
	CHECK(find_vm_area(f->vs, addr)->pages[0]->nid == 0);
	vfree(f->vs, addr);
}

static void test_nodes(void **state)
{
	struct fixture *f = *state;

	topology_init(&f->cfg.topology, 4, 2, 2048);
	expect_clean_on_each(f, nodes);
}

/* vfree() in atomic context: the owner goes at once, the rest later, and all of it once. */
static void atomic(struct fixture *f)
{
	u64 addr[3], used;
	unsigned long flags;

	for (unsigned int i = 0; i < 3; i++)
		addr[i] = vmalloc(f->vs, (i + 1) * PAGE_SIZE, "test");
	used = mstats(f).pages_used;
	local_irq_save(flags);
	vfree(f->vs, addr[0]);
	vfree(f->vs, addr[1]);
	CHECK(!find_vm_area(f->vs, addr[0]) && find_vm_area(f->vs, addr[2]));
	CHECK(mstats(f).pages_used == used && vstats(f).areas == 3);
	local_irq_restore(flags);
	preempt_disable();
	vfree(f->vs, addr[2]);
	preempt_enable();
	flush_work(&f->vs->vfree_work);
	CHECK(mstats(f).pages_used == used - 6 && vstats(f).areas == 0);

	/* The same with memory that was allocated in atomic context. */
	local_irq_save(flags);
	addr[0] = __vmalloc(f->vs, 5 * PAGE_SIZE, NUMA_NO_NODE, GFP_ATOMIC | __GFP_ZERO, 0, "irq");
	CHECK(addr[0]);
	vfree(f->vs, addr[0]);
	local_irq_restore(flags);
}

static void test_atomic(void **state)
{
	expect_clean_on_each(*state, atomic);
}

/* vmap_destroy() completes what the work item has not done, and the item does nothing later. */
static void destroyed(struct fixture *f)
{
	struct vmap_config cfg = f->vmap;
	struct vmap_space *vs;
	u64 used = 0;

	cfg.start += 64 * PAGE_SIZE;
	cfg.size = 64 * PAGE_SIZE;
	CHECK(!vmap_create(f->m, &cfg, &vs));
	for (unsigned int i = 0; i < 2; i++) {
		u64 addr = vmalloc(vs, 3 * PAGE_SIZE, "test");

		/* Table pages of the first run stay. */
		if (!i)
			used = mstats(f).pages_used - 3;
		preempt_disable();
		vfree(vs, addr);
		preempt_enable();
	}
	vmap_destroy(vs);
	CHECK(mstats(f).pages_used == used);
	cond_resched();
}

static void test_destroyed(void **state)
{
	struct fixture *f = *state;

	expect_clean_on_each(f, destroyed);
	f->schedule.kind = SCHEDULE_RANDOM;
	f->schedule.odds = 2;
	for (f->schedule.seed = 0; f->schedule.seed < 300; f->schedule.seed++)
		expect_clean_on_each(f, destroyed);
}

static void twice_deferred(struct fixture *f)
{
	u64 addr = vmalloc(f->vs, 1, "test");

	preempt_disable();
	vfree(f->vs, addr);
	vfree(f->vs, addr);
}

static void twice(struct fixture *f)
{
	u64 addr = vmalloc(f->vs, 1, "test");

	vfree(f->vs, addr);
	vfree(f->vs, addr);
}

static void inside(struct fixture *f)
{
	vfree(f->vs, vmalloc(f->vs, 2 * PAGE_SIZE, "test") + PAGE_SIZE);
}

static void of_vmap(struct fixture *f)
{
	vfree(f->vs, vmap(f->vs, f->page, 1, 0, "test"));
}

static void addresses_only(struct fixture *f)
{
	vfree(f->vs, get_area(f, 1, VM_ALLOC)->addr);
}

static void no_area(struct fixture *f)
{
	vfree(f->vs, 1);
}

static void over_the_end(struct fixture *f)
{
	u64 addr = vmalloc(f->vs, PAGE_SIZE, "test");

	CHECK(vmalloc(f->vs, PAGE_SIZE, "neighbour"));
	mem_set(f->m, addr, 0, PAGE_SIZE + 1);
}

static void after_vfree(struct fixture *f)
{
	u64 addr = vmalloc(f->vs, 1, "test");

	vfree(f->vs, addr);
	mem_address(f->m, addr, 1);
}

static void leaks(struct fixture *f)
{
	CHECK(vmalloc(f->vs, 5 * PAGE_SIZE, "test"));
}

static void sleeps(struct fixture *f)
{
	preempt_disable();
	vmalloc(f->vs, 1, "test");
}

static void test_findings(void **state)
{
	static const char words[] = "vfree(): no memory of vmalloc() begins at 0x";

	model_only();
	expect_finding(*state, twice, ORACLE_RANGE, words);
	expect_finding(*state, twice_deferred, ORACLE_RANGE, words);
	expect_finding(*state, inside, ORACLE_RANGE, "begins at 0xffffc90000001000");
	expect_finding(*state, of_vmap, ORACLE_RANGE, words);
	expect_finding(*state, addresses_only, ORACLE_RANGE, words);
	expect_finding(*state, no_area, ORACLE_RANGE, "begins at 0x1");
	expect_finding(*state, over_the_end, ORACLE_FAULT, "0xffffc90000001000");
	expect_finding(*state, after_vfree, ORACLE_FAULT, "nothing is mapped: unmapped in");
	expect_finding(*state, leaks, ORACLE_LEAK_AREA, "1 areas of 6 pages");
	expect_finding(*state, sleeps, ORACLE_LOCK_SLEEP, "");
}

#define USER_PAGES 6

static struct page *user_page[USER_PAGES];

static int remap(struct fixture *f, unsigned long nr, u64 addr, u64 pgoff)
{
	struct user_range user = {.nr = nr, .page = user_page};
	int err;

	memset(user_page, 0, sizeof(user_page));
	err = remap_vmalloc_range(f->vs, &user, addr, pgoff);
	for (unsigned int i = 0; i < USER_PAGES; i++)
		CHECK(err || i >= nr
			      ? !user_page[i]
			      : user_page[i] ==
					vmalloc_to_page(f->m, addr + (pgoff + i) * PAGE_SIZE));
	for (unsigned int i = 0; i < nr && !err; i++) {
		CHECK(user_page[i]->count == 2);
		put_page(f->m, user_page[i]);
	}
	return err;
}

static void user(struct fixture *f)
{
	/* The page before the area is mapped: an offset that wraps would reach it. */
	struct vmap_area *before = alloc_pages_any(f, 2);
	u64 addr = vmalloc_user(f->vs, 4 * PAGE_SIZE, "user"), other, mapped;

	CHECK(addr == vmap_area_end(before));
	CHECK(!vmap_pages_range(f->m, vmap_area_start(before), f->page, 2, GFP_KERNEL));
	CHECK(remap(f, 4, addr, 0) == 0);
	CHECK(remap(f, 1, addr, 3) == 0);
	CHECK(remap(f, 2, addr, 1) == 0);
	/* Each bound alone. */
	CHECK(remap(f, 5, addr, 0) == -EINVAL);
	CHECK(remap(f, 1, addr, 4) == -EINVAL);
	CHECK(remap(f, 2, addr, 3) == -EINVAL);
	CHECK(remap(f, 1, addr, UINT64_MAX) == -EINVAL);
	CHECK(remap(f, 4, addr, -2) == -EINVAL);
	CHECK(remap(f, 1, addr, 1ULL << 52) == -EINVAL);
	CHECK(remap(f, 1, addr + 1, 0) == -EINVAL);
	CHECK(remap(f, 1, addr + PAGE_SIZE, 0) == -EINVAL);
	CHECK(remap(f, 1, addr + 5 * PAGE_SIZE, 0) == -EINVAL);
	CHECK(remap(f, 1, 0, 0) == -EINVAL);
	/* The bounds are those of the area, even if a page after it is mapped. */
	CHECK(!vmap_pages_range(f->m, addr + 4 * PAGE_SIZE, f->page, 1, GFP_KERNEL));
	CHECK(remap(f, 5, addr, 0) == -EINVAL);

	other = vmalloc(f->vs, PAGE_SIZE, "not for users");
	CHECK(remap(f, 1, other, 0) == -EINVAL);
	mapped = vmap(f->vs, f->page, 2, VM_USERMAP, "for users");
	CHECK(remap(f, 2, mapped, 0) == 0);
	CHECK(remap(f, 3, mapped, 0) == -EINVAL);

	/* A hole: nothing is mapped. */
	unmap_kernel_range(f->vs, addr + 2 * PAGE_SIZE, PAGE_SIZE);
	CHECK(remap(f, 4, addr, 0) == -EINVAL);
	CHECK(remap(f, 2, addr, 0) == 0);
	vunmap(f->vs, mapped);
	vfree(f->vs, other);
	vfree(f->vs, addr);
	free_unmap_vmap_area(f->vs, before);
}

static void test_user(void **state)
{
	expect_clean_on_each(*state, user);
}

/* Frames that a user has mapped stay in use after vfree(). */
static void user_stays(struct fixture *f)
{
	u64 addr = vmalloc_user(f->vs, PAGE_SIZE, "user");
	struct user_range user = {.nr = 1, .page = user_page};

	user_page[0] = NULL;
	CHECK(remap_vmalloc_range(f->vs, &user, addr, 0) == 0);
	vfree(f->vs, addr);
	CHECK(user_page[0]->count == 1);
	put_page(f->m, user_page[0]);
}

static void test_user_stays(void **state)
{
	expect_clean_on_each(*state, user_stays);
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_sizes),	  T(test_lazily), T(test_refused),    T(test_no_room),
		T(test_zeroed),	  T(test_nodes),  T(test_atomic),     T(test_destroyed),
		T(test_findings), T(test_user),	  T(test_user_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

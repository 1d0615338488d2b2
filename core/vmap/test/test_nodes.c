/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_nodes.c - nodes: an area is busy and lazy in the node of its address (V7), and is found by
 * each address in it. On a space of zones, whose slices can have any length.
 */
#include "run.h"

/* The busy area of a node that contains an address, or NULL. */
static struct vmap_area *busy_in(struct vmap_node *n, u64 addr)
{
	struct vmap_area *va;
	unsigned long flags;

	spin_lock_irqsave(&n->busy.lock, flags);
	va = busy_find(&n->busy, addr);
	spin_unlock_irqrestore(&n->busy.lock, flags);
	return va;
}

/* V7, whichever CPUs allocate and free. */
static void node_of_address(struct fixture *f)
{
	struct vmap_space *vs = f->vs;
	struct vmap_area *va[20];
	u64 lazy = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(va); i++) {
		struct vmap_node *n;

		task_migrate(i / 3 % 4);
		va[i] = alloc_pages_any(f, 9);
		n = addr_to_node(vs, va[i]->va_start);
		for (unsigned int k = 0; k < vs->nr_nodes; k++)
			CHECK((busy_in(&vs->node[k], va[i]->va_start) == va[i]) ==
			      (&vs->node[k] == n));
		CHECK(n - vs->node == (long)(va[i]->va_start / (ZONE * PAGE_SIZE) % 4));
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(va); i++) {
		struct vmap_node *n = addr_to_node(vs, va[i]->va_start);

		task_migrate(i % 4);
		free_unmap_vmap_area(vs, va[i]);
		lazy += 9;
		CHECK(n->purge_list == va[i] && vstats(f).lazy_pages == lazy);
		vmap_verify(vs, true);
	}
}

static void test_node_of_address(void **state)
{
	expect_clean(*state, node_of_address);
}

/* An area that spans slices of all nodes. */
static void large_area(struct fixture *f)
{
	struct vmap_area *low = alloc_pages_any(f, 1), *va, *held;
	unsigned long flags;

	va = alloc_pages_any(f, 6 * ZONE);
	CHECK(page_of(f, va) == ZONE);
	for (u64 addr = va->va_start; addr < va->va_end; addr += PAGE_SIZE) {
		CHECK(find_vmap_area(f->vs, addr) == va);
		held = hold_vmap_area_from(f->vs, addr, &flags);
		CHECK(held == va);
		release_vmap_area(f->vs, held, flags);
	}
	CHECK(!find_vmap_area(f->vs, va->va_start - 1) && !find_vmap_area(f->vs, va->va_end));
	held = hold_vmap_area_from(f->vs, low->va_end, &flags);
	CHECK(held == va);
	release_vmap_area(f->vs, held, flags);
	CHECK(!hold_vmap_area_from(f->vs, va->va_end, &flags));
	free_unmap_vmap_area(f->vs, va);
	free_unmap_vmap_area(f->vs, low);
}

static void test_large_area(void **state)
{
	expect_clean(*state, large_area);
}

/* Two areas of a node, and between them one of another node. */
static struct vmap_area *around[3];

static void hold_lowest(void *arg)
{
	struct fixture *f = arg;
	unsigned long flags;
	struct vmap_area *va = hold_vmap_area_from(f->vs, KVA - 1, &flags);

	CHECK(va == around[0] || va == around[1]);
	release_vmap_area(f->vs, va, flags);
}

static void free_lowest(void *arg)
{
	struct fixture *f = arg;

	free_unmap_vmap_area(f->vs, around[0]);
}

static void lowest_goes(struct fixture *f)
{
	static const u64 slice[] = {0, 1, 4};
	struct task_params a = {.name = "a", .fn = hold_lowest, .arg = f};
	struct task_params b = {.name = "b", .fn = free_lowest, .arg = f};
	struct task *ta, *tb;

	for (unsigned int i = 0; i < ARRAY_SIZE(slice); i++) {
		u64 at = KVA + slice[i] * ZONE * PAGE_SIZE;

		around[i] = alloc_vmap_area(f->vs, PAGE_SIZE, PAGE_SIZE, at, at + PAGE_SIZE,
					    GFP_KERNEL);
		CHECK(!IS_ERR(around[i]));
	}
	CHECK(addr_to_node(f->vs, KVA) == addr_to_node(f->vs, around[2]->va_start));
	ta = task_spawn(&a);
	tb = task_spawn(&b);
	task_join(ta);
	task_join(tb);
	free_all(f);
}

/*
 * The lowest area is freed at each step of a search for it. The next area of its node is not the
 * next of all.
 */
static void test_lowest_goes(void **state)
{
	struct fixture *f = *state;
	u64 steps;

	expect_clean(f, lowest_goes);
	steps = f->result.steps;
	f->schedule.nr = 1;
	for (u32 step = 1; step <= steps; step++) {
		f->schedule.changes[0] = (struct change){
			.step = step, .kind = CHANGE_SWITCH, .task = SCHED_TASK_FIRST + 1};
		expect_clean(f, lowest_goes);
	}
}

static int setup(void **state)
{
	return setup_kind(state, VMAP_ZONE);
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup, fixture_teardown)
	const struct CMUnitTest tests[] = {T(test_node_of_address), T(test_large_area),
					   T(test_lowest_goes)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_events.c - each enum vmap_event occurs, and does no harm.
 *
 * Events that take two tasks are searched for systematically: task "a" runs alone, with one change
 * of the schedule at each of its steps in turn: "b" runs, or "a" is migrated. All of these runs
 * must be clean, and the event must occur in some of them. No seed, no luck.
 */
#include "run.h"

/* The counts of a run. */
static u64 events[NR_VMAP_EVENTS];

static void note_events(struct fixture *f)
{
	for (unsigned int e = 0; e < NR_VMAP_EVENTS; e++)
		events[e] = vmap_events(f->vs, (enum vmap_event)e);
}

/* The bodies of the two tasks. */
static struct {
	void (*a)(struct fixture *f);
	void (*b)(struct fixture *f);
	bool b_is_irq;
} pair;

static void call_a(void *arg)
{
	pair.a(arg);
}

static void call_b(void *arg)
{
	if (pair.b_is_irq)
		irq_enter();
	pair.b(arg);
	if (pair.b_is_irq)
		irq_exit();
}

static void run_pair(struct fixture *f)
{
	struct task_params a = {.name = "a", .fn = call_a, .arg = f};
	struct task_params b = {.name = "b", .fn = call_b, .arg = f, .irq = pair.b_is_irq};
	struct task *ta = task_spawn(&a), *tb = task_spawn(&b);

	task_join(ta);
	task_join(tb);
	settle(f);
	vmap_verify(f->vs, true);
	note_events(f);
	free_all(f);
	purge_vmap_area_lazy(f->vs);
	empty_into_heap(f);
	CHECK(vstats(f).largest_free == f->vmap.size);
}

/* Number of runs with one change in which the event occurred. */
static unsigned int each_change(struct fixture *f, enum change_kind kind, enum vmap_event event)
{
	unsigned int met = 0;
	u64 steps;

	f->schedule = (struct schedule){.kind = SCHEDULE_SPARSE};
	expect_clean(f, run_pair);
	assert_int_equal(events[event], 0);
	steps = f->result.steps;
	f->schedule.nr = 1;
	for (u32 step = 1; step <= steps; step++) {
		f->schedule.changes[0] =
			(struct change){.step = step,
					.kind = (u8)kind,
					.task = SCHED_TASK_FIRST + (kind == CHANGE_SWITCH),
					.cpu = 1};
		expect_clean(f, run_pair);
		met += events[event] > 0;
	}
	return met;
}

static void alloc_one(struct fixture *f)
{
	CHECK(!IS_ERR(alloc_vmap_area(f->vs, PAGE_SIZE, PAGE_SIZE, f->vs->start, f->vs->end,
				      in_atomic() ? GFP_ATOMIC : GFP_KERNEL)));
}

static void alloc_and_purge(struct fixture *f)
{
	free_unmap_vmap_area(f->vs, alloc_pages_any(f, 1));
	purge_vmap_area_lazy(f->vs);
}

/* At the second request the CPU's cache, or its pool, is not empty. */
static void alloc_again(struct fixture *f)
{
	if (f->vmap.kva == VMAP_POOL)
		alloc_and_purge(f);
	else
		alloc_one(f);
	alloc_one(f);
}

/* Use the fetched range up to two pages: the next request fetches, and these are left. */
static void fetch_again(struct fixture *f)
{
	for (unsigned int i = 0; i < ZONE - 2; i++)
		alloc_pages_any(f, 1);
	alloc_pages_any(f, 4);
}

static void purge(struct fixture *f)
{
	purge_vmap_area_lazy(f->vs);
}

/* Both tasks find the cache empty, and fetch one after the other. */
static void test_prefetch_extra(void **state)
{
	pair.a = pair.b = alloc_one;
	assert_true(each_change(*state, CHANGE_SWITCH, VMAP_PREFETCH_EXTRA) > 0);
	/* Also with ranges of four pages, which leave too few for another request. */
	((struct fixture *)*state)->vmap.zone_pages = 4;
	assert_true(each_change(*state, CHANGE_SWITCH, VMAP_PREFETCH_EXTRA) > 0);
}

/* A request during the other task's prefetch is served by the heap; in an interrupt too. */
static void test_prefetch_lost(void **state)
{
	pair.a = pair.b = alloc_one;
	assert_true(each_change(*state, CHANGE_SWITCH, VMAP_PREFETCH_LOST) > 0);
	pair.b_is_irq = true;
	assert_true(each_change(*state, CHANGE_SWITCH, VMAP_PREFETCH_LOST) > 0);
}

/* A migration between reading the CPU id and the lock; with caches and with pools. */
static void test_cpu_left(void **state)
{
	struct fixture *f = *state;

	pair.a = alloc_again;
	pair.b = alloc_one;
	assert_true(each_change(f, CHANGE_MIGRATE, VMAP_CPU_LEFT) > 0);
	f->vmap.kva = VMAP_POOL;
	assert_true(each_change(f, CHANGE_MIGRATE, VMAP_CPU_LEFT) > 0);
	/* With one node all CPUs ask the same pools. */
	f->vmap.nodes = 1;
	assert_int_equal(each_change(f, CHANGE_MIGRATE, VMAP_CPU_LEFT), 0);
}

/* A purge during a prefetch takes the rest of the range before. */
static void test_emptied_in_fill(void **state)
{
	pair.a = fetch_again;
	pair.b = purge;
	assert_true(each_change(*state, CHANGE_SWITCH, VMAP_EMPTIED_IN_FILL) > 0);
}

/* A purge begins while another one has taken the lists and not yet ended. */
static void test_lazy_twice(void **state)
{
	struct fixture *f = *state;

	pair.a = pair.b = alloc_and_purge;
	for (unsigned int kva = 0; kva < NR_VMAP_KVAS; kva++) {
		f->vmap.kva = (enum vmap_kva)kva;
		if (frees_lazily(f))
			assert_true(each_change(f, CHANGE_SWITCH, VMAP_LAZY_TWICE) > 0);
	}
}

/* Purges one after the other are no event. */
static void one_by_one(struct fixture *f)
{
	for (int i = 0; i < 5; i++)
		alloc_and_purge(f);
	note_events(f);
}

static void test_one_by_one(void **state)
{
	struct fixture *f = *state;

	for (unsigned int kva = 0; kva < NR_VMAP_KVAS; kva++) {
		f->vmap.kva = (enum vmap_kva)kva;
		expect_clean(f, one_by_one);
		assert_int_equal(events[VMAP_LAZY_TWICE], 0);
		assert_int_equal(events[VMAP_CPU_LEFT], 0);
		assert_int_equal(events[VMAP_PREFETCH], kva == VMAP_ZONE ? 5 : 0);
		assert_int_equal(events[VMAP_PREFETCH_EXTRA], 0);
		assert_int_equal(events[VMAP_PREFETCH_LOST], 0);
		assert_int_equal(events[VMAP_EMPTIED_IN_FILL], 0);
		assert_int_equal(events[VMAP_POOL_HIT], kva == VMAP_POOL ? 4 : 0);
		assert_int_equal(events[VMAP_POOL_DECAY], 0);
	}
}

/* Four areas of a size are in a pool: the next purge takes one of them. */
static void decay(struct fixture *f)
{
	struct vmap_area *va[4], *other;

	for (int i = 0; i < 4; i++)
		va[i] = alloc_pages_any(f, 2);
	other = alloc_pages_any(f, 7);
	for (int i = 0; i < 4; i++)
		free_unmap_vmap_area(f->vs, va[i]);
	purge_vmap_area_lazy(f->vs);
	CHECK(vstats(f).cached_pages == 8 && !vmap_events(f->vs, VMAP_POOL_DECAY));
	free_unmap_vmap_area(f->vs, other);
	purge_vmap_area_lazy(f->vs);
	note_events(f);
	CHECK(vstats(f).cached_pages == 6 + 7);
}

static void test_pool_decay(void **state)
{
	struct fixture *f = *state;

	f->vmap.kva = VMAP_POOL;
	f->vmap.nodes = 1;
	expect_clean(f, decay);
	assert_int_equal(events[VMAP_POOL_DECAY], 1);
	assert_int_equal(events[VMAP_POOL_HIT], 0);
}

static void test_names(void **state __maybe_unused)
{
	for (unsigned int e = 0; e < NR_VMAP_EVENTS; e++) {
		const char *name = vmap_event_name((enum vmap_event)e);

		assert_true(name && *name);
		for (unsigned int other = 0; other < e; other++)
			assert_string_not_equal(name, vmap_event_name((enum vmap_event)other));
	}
}

static int setup(void **state)
{
	memset(&pair, 0, sizeof(pair));
	return setup_kind(state, VMAP_ZONE);
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_prefetch_extra),	 T(test_prefetch_lost), T(test_cpu_left),
		T(test_emptied_in_fill), T(test_lazy_twice),	T(test_one_by_one),
		T(test_pool_decay),	 T(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_zone.c - the properties of a space of zones: CPUs prefetch ranges, cache them, and lose them
 * to a purge.
 *
 * test_area.c shows that it hands out free ranges alone; test_events.c is about several tasks.
 */
#include "run.h"

static u64 fetched(struct fixture *f)
{
	return vmap_events(f->vs, VMAP_PREFETCH);
}

static struct vmap_area *alloc(struct fixture *f, u64 pages, u64 align, gfp_t gfp)
{
	return alloc_vmap_area(f->vs, pages * PAGE_SIZE, align * PAGE_SIZE, f->vs->start,
			       f->vs->end, gfp);
}

/* A space on a machine of @cpus CPUs, outside of a run: a run can have fewer. */
static void expect_sizes(struct fixture *f, unsigned int cpus, unsigned int given, u64 zone,
			 u64 slice)
{
	struct vmap_space *vs;

	topology_init(&f->cfg.topology, cpus, 1, 2048);
	f->vmap.zone_pages = given;
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	assert_int_equal(vmap_create(f->m, &f->vmap, &vs), 0);
	assert_int_equal(vs->zone_size, zone * PAGE_SIZE);
	assert_int_equal(vs->nr_nodes, cpus);
	if (cpus > 1)
		assert_int_equal(vs->node_size, slice * PAGE_SIZE);
	vmap_destroy(vs);
}

static void test_sizes(void **state)
{
	struct fixture *f = *state;

	expect_sizes(f, 1, 0, 0, 0);
	expect_sizes(f, 1, 50, 0, 0);
	expect_sizes(f, 2, 0, 200, 200);
	expect_sizes(f, 3, 0, 200, 200);
	expect_sizes(f, 4, 0, 300, 300);
	expect_sizes(f, 511, 0, 900, 900);
	expect_sizes(f, 512, 0, 1000, 1000);
	expect_sizes(f, 1024, 0, 1024, 1024);
	expect_sizes(f, 4, 1, 1, 1);
	expect_sizes(f, 4, 5000, 5000, 5000);
	expect_sizes(f, 4, VMAP_ZONES_OFF, 0, 300);
}

/* Does a request of so many pages fetch a range? */
static bool fetches(struct fixture *f, u64 pages, u64 align, u64 from, u64 to)
{
	u64 before = fetched(f);
	struct vmap_area *va;

	empty_into_heap(f);
	va = alloc_vmap_area(f->vs, pages * PAGE_SIZE, align * PAGE_SIZE, from, to, GFP_KERNEL);
	CHECK(!IS_ERR(va));
	CHECK(vstats(f).cached_pages == (fetched(f) > before ? ZONE - pages : 0));
	free_unmap_vmap_area(f->vs, va);
	return fetched(f) > before;
}

static void to_the_heap(struct fixture *f)
{
	const u64 start = f->vs->start, end = f->vs->end;

	CHECK(fetches(f, 1, 1, start, end));
	CHECK(fetches(f, 1, 1, 0, UINT64_MAX));
	/* The request names a range. */
	CHECK(!fetches(f, 1, 1, start + PAGE_SIZE, end));
	CHECK(!fetches(f, 1, 1, start, end - PAGE_SIZE));
	/* Three such requests fit, or fewer, with the worst case of their alignment. */
	CHECK(fetches(f, ZONE / 3, 1, start, end));
	CHECK(!fetches(f, ZONE / 3 + 1, 1, start, end));
	CHECK(fetches(f, ZONE / 3 - 7, 8, start, end));
	CHECK(!fetches(f, ZONE / 3 - 6, 8, start, end));
	CHECK(!fetches(f, 1, 16, start, end));
	CHECK(!fetches(f, ZONE, 1, start, end));
	/* The sum of alignment and size wraps. */
	CHECK(alloc(f, 1, 1ULL << 51, GFP_KERNEL) == ERR_PTR(-EBUSY));
	CHECK(!vstats(f).cached_pages);
}

static void test_to_the_heap(void **state)
{
	expect_clean(*state, to_the_heap);
}

static void no_fetching(struct fixture *f)
{
	for (u64 i = 0; i < 20; i++)
		CHECK(page_of(f, alloc_pages_any(f, 1)) == i);
	CHECK(!fetched(f) && !vstats(f).cached_pages);
	free_all(f);
}

static void test_no_fetching(void **state)
{
	struct fixture *f = *state;

	f->vmap.zone_pages = VMAP_ZONES_OFF;
	expect_clean(f, no_fetching);
	f->vmap.zone_pages = ZONE;
	topology_init(&f->cfg.topology, 1, 1, 2048);
	expect_clean(f, no_fetching);
}

/* Ranges that CPUs fetch one after the other lie side by side; each CPU cuts from its own. */
static void side_by_side(struct fixture *f)
{
	CHECK(page_of(f, alloc_pages_any(f, 1)) == 0);
	task_migrate(1);
	CHECK(page_of(f, alloc_pages_any(f, 2)) == ZONE);
	task_migrate(0);
	CHECK(page_of(f, alloc_pages_any(f, 5)) == 1);
	task_migrate(3);
	CHECK(page_of(f, alloc_pages_any(f, 1)) == 2 * ZONE);
	task_migrate(1);
	CHECK(page_of(f, alloc_pages_any(f, 1)) == ZONE + 2);
	CHECK(fetched(f) == 3 && vstats(f).cached_pages == 3 * ZONE - 10);
	/* The heap begins after them. */
	CHECK(page_of(f, alloc_pages_any(f, ZONE)) == 3 * ZONE);
	/* The next range of a CPU is merged with its first if they touch. */
	task_migrate(2);
	for (u64 i = 0; i < 2 * ZONE / 10; i++)
		CHECK(page_of(f, alloc_pages_any(f, 10)) == 4 * ZONE + 10 * i);
	CHECK(fetched(f) == 5);
	vmap_verify(f->vs, true);
	free_all(f);
}

static void test_side_by_side(void **state)
{
	expect_clean(*state, side_by_side);
}

/* A cache with four pages in one piece is not refilled, even if the request does not fit. */
static void refill(struct fixture *f)
{
	CHECK(page_of(f, alloc_pages_any(f, 10)) == 0);
	CHECK(page_of(f, alloc_pages_any(f, 10)) == 10);
	CHECK(page_of(f, alloc_pages_any(f, 6)) == 20);
	CHECK(page_of(f, alloc_pages_any(f, 5)) == ZONE);
	CHECK(fetched(f) == 1 && vstats(f).cached_pages == 4);
	CHECK(page_of(f, alloc_pages_any(f, 1)) == 26);
	/* One with three is. */
	CHECK(page_of(f, alloc_pages_any(f, 4)) == ZONE + 5);
	CHECK(fetched(f) == 2 && vstats(f).cached_pages == 3 + ZONE - 4);
	CHECK(page_of(f, alloc_pages_any(f, 3)) == 27);
	vmap_verify(f->vs, true);
	free_all(f);
}

static void test_refill(void **state)
{
	expect_clean(*state, refill);
}

/* An aligned request cuts the middle out of a cached range. */
static void cut_in_two(struct fixture *f)
{
	const u64 first = f->vs->start / PAGE_SIZE % 8;

	CHECK(!first);
	CHECK(page_of(f, alloc_pages_any(f, 1)) == 0);
	CHECK(page_of(f, alloc(f, 3, 8, GFP_KERNEL)) == 8);
	CHECK(fetched(f) == 1 && vstats(f).cached_pages == ZONE - 4);
	vmap_verify(f->vs, true);
	CHECK(page_of(f, alloc_pages_any(f, 7)) == 1);
	CHECK(page_of(f, alloc_pages_any(f, 1)) == 11);
	vmap_verify(f->vs, true);
	free_all(f);
}

static void test_cut_in_two(void **state)
{
	expect_clean(*state, cut_in_two);
}

/* A purge empties the caches of all CPUs into the heap, and does not flush for that. */
static void purge_empties(struct fixture *f)
{
	struct vmap_area *va[4];
	u64 flushes = mstats(f).flushes;

	for (unsigned int cpu = 0; cpu < 4; cpu++) {
		task_migrate(cpu);
		va[cpu] = alloc_pages_any(f, 2);
	}
	CHECK(vstats(f).cached_pages == 4 * (ZONE - 2));
	purge_vmap_area_lazy(f->vs);
	CHECK(!vstats(f).cached_pages && mstats(f).flushes == flushes);
	vmap_verify(f->vs, true);

	for (unsigned int cpu = 0; cpu < 4; cpu++) {
		task_migrate(cpu);
		free_unmap_vmap_area(f->vs, va[cpu]);
		va[cpu] = alloc_pages_any(f, 2);
	}
	CHECK(vstats(f).cached_pages && vstats(f).lazy_pages == 8);
	for (unsigned int cpu = 0; cpu < 4; cpu++)
		free_unmap_vmap_area(f->vs, va[cpu]);
	purge_vmap_area_lazy(f->vs);
	CHECK(mstats(f).flushes == flushes + 1);
	CHECK(!vstats(f).cached_pages && vstats(f).largest_free == f->vmap.size);
}

static void test_purge_empties(void **state)
{
	expect_clean(*state, purge_empties);
}

/* Possible CPUs 0, 3 and 5: three nodes, and a cache for each, by CPU id. */
static void sparse_cpus(struct fixture *f)
{
	static const unsigned int cpus[] = {0, 3, 5};

	CHECK(f->vs->nr_nodes == 3 && f->vs->nr_cpus == 6);
	for (int round = 0; round < 2; round++) {
		for (unsigned int i = 0; i < ARRAY_SIZE(cpus); i++) {
			task_migrate(cpus[i]);
			CHECK(page_of(f, alloc_pages_any(f, 4)) == i * ZONE);
			CHECK(page_of(f, alloc_pages_any(f, 4)) == i * ZONE + 4);
		}
		CHECK(vstats(f).cached_pages == 3 * (ZONE - 8));
		vmap_verify(f->vs, true);
		free_all(f);
		purge_vmap_area_lazy(f->vs);
		CHECK(!vstats(f).cached_pages && vstats(f).largest_free == f->vmap.size);
	}
}

static void test_sparse_cpus(void **state)
{
	struct fixture *f = *state;

	topology_init(&f->cfg.topology, 6, 1, 2048);
	f->cfg.topology.possible[0] = f->cfg.topology.online[0] = 1 << 0 | 1 << 3 | 1 << 5;
	expect_clean(f, sparse_cpus);
}

/*
 * Two CPUs cache the whole space. A third one gets addresses after a purge; a request that may not
 * sleep leaves the purge to a work item.
 */
static void full_heap(struct fixture *f)
{
	u64 purges;

	CHECK(page_of(f, alloc_pages_any(f, 1)) == 0);
	task_migrate(1);
	CHECK(page_of(f, alloc_pages_any(f, 1)) == ZONE);
	CHECK(vstats(f).cached_pages == 2 * ZONE - 2 && !vstats(f).largest_free);
	task_migrate(2);
	CHECK(alloc(f, 1, 1, GFP_ATOMIC) == ERR_PTR(-EBUSY));
	settle(f);
	CHECK(page_of(f, alloc(f, 1, 1, GFP_ATOMIC)) == 1);
	CHECK(!vstats(f).cached_pages);

	/* Requests for all that is free are served. */
	empty_into_heap(f);
	task_migrate(0);
	CHECK(page_of(f, alloc_pages_any(f, 1)) == 2);
	free_all(f);
	empty_into_heap(f);
	CHECK(page_of(f, alloc_pages_any(f, 1)) == 0);
	task_migrate(1);
	CHECK(page_of(f, alloc_pages_any(f, 1)) == ZONE);
	task_migrate(2);
	purges = vstats(f).purges;
	CHECK(page_of(f, alloc_pages_any(f, 1)) == 1);
	CHECK(page_of(f, alloc_pages_any(f, ZONE - 1)) == ZONE + 1);
	CHECK(page_of(f, alloc_pages_any(f, ZONE - 2)) == 2);
	CHECK(vstats(f).purges == purges && !vstats(f).free_pages);
	CHECK(alloc_pages_any(f, 1) == ERR_PTR(-EBUSY));
	free_all(f);
}

static void test_full_heap(void **state)
{
	struct fixture *f = *state;

	f->vmap.size = 2 * ZONE * PAGE_SIZE;
	expect_clean(f, full_heap);
}

/* Requests to the machine so far. */
static u64 requests(struct fixture *f)
{
	struct machine_stats st = mstats(f);

	return st.kmallocs + st.pages + st.tables;
}

static struct {
	u64 before;
	u64 align;
	bool served, cached;
} failure;

static void fail_in_request(struct fixture *f)
{
	struct vmap_area *va;

	failure.before = requests(f);
	va = alloc(f, 2, failure.align, GFP_KERNEL);
	failure.served = !IS_ERR(va);
	failure.cached = vstats(f).cached_pages;
	CHECK(failure.served || va == ERR_PTR(-ENOMEM));
	vmap_verify(f->vs, true);
	if (failure.served) {
		CHECK(page_of(f, va) == 0);
		free_unmap_vmap_area(f->vs, va);
	}
	/* The failure has changed nothing: the next request fetches. */
	va = alloc_pages_any(f, 1);
	CHECK(!IS_ERR(va) && vstats(f).cached_pages);
	free_unmap_vmap_area(f->vs, va);
}

/* Without memory for a prefetch, the heap serves. */
static void test_failure(void **state)
{
	struct fixture *f = *state;

	for (failure.align = 1; failure.align <= 8; failure.align *= 8) {
		u32 own = failure.align > 1 ? 2 : 1;

		f->cfg.fail.at[0] = 0;
		expect_clean(f, fail_in_request);
		assert_true(failure.served && failure.cached);
		for (u32 n = 1; n <= own + 1; n++) {
			f->cfg.fail.at[0] = (u32)failure.before + n;
			expect_clean(f, fail_in_request);
			assert_int_equal(failure.served, n > own);
			assert_false(failure.cached);
		}
	}
}

/* No range of the heap is long enough for a prefetch, and yet all of it can be allocated. */
static void cannot_fetch(struct fixture *f)
{
	for (u64 i = 0; i < ZONE - 1; i++)
		CHECK(page_of(f, alloc_pages_any(f, 1)) == i);
	CHECK(!fetched(f) && alloc_pages_any(f, 1) == ERR_PTR(-EBUSY));
	free_all(f);
}

static void test_cannot_fetch(void **state)
{
	struct fixture *f = *state;

	f->vmap.size = (ZONE - 1) * PAGE_SIZE;
	expect_clean(f, cannot_fetch);
}

static int setup(void **state)
{
	return setup_kind(state, VMAP_ZONE);
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_sizes),	   T(test_to_the_heap), T(test_no_fetching),   T(test_side_by_side),
		T(test_refill),	   T(test_cut_in_two),	T(test_purge_empties), T(test_sparse_cpus),
		T(test_full_heap), T(test_failure),	T(test_cannot_fetch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

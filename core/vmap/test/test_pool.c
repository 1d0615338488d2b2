/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_pool.c - the properties of a space of pools: a purge caches freed areas by size, in the node
 * for which they were allocated, and pools decay. test_pool_helpers.c has the helpers of a purge.
 *
 * test_area.c shows that it hands out free ranges alone; test_events.c and test_concurrent.c are
 * about several tasks.
 */
#include "pool.h"

static u64 hits(struct fixture *f)
{
	return vmap_events(f->vs, VMAP_POOL_HIT);
}

static struct vmap_area *alloc_aligned(struct fixture *f, u64 pages, u64 align)
{
	return alloc_vmap_area(f->vs, pages * PAGE_SIZE, align * PAGE_SIZE, f->vs->start,
			       f->vs->end, GFP_KERNEL);
}

/* Allocate @nr areas of @pages pages, free them in that order, and purge. */
static void into_pool(struct fixture *f, unsigned int nr, u64 pages)
{
	struct vmap_area *va[64];

	CHECK(nr <= ARRAY_SIZE(va));
	for (unsigned int i = 0; i < nr; i++)
		va[i] = alloc_pages_any(f, pages);
	for (unsigned int i = 0; i < nr; i++)
		free_unmap_vmap_area(f->vs, va[i]);
	purge_vmap_area_lazy(f->vs);
}

/* A space on a machine of @cpus CPUs, outside of a run: a run can have fewer. */
static void expect_nodes(struct fixture *f, unsigned int cpus, unsigned int given,
			 unsigned int nodes)
{
	struct vmap_space *vs;

	topology_init(&f->cfg.topology, cpus, 1, 2048);
	f->vmap.nodes = given;
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	assert_int_equal(vmap_create(f->m, &f->vmap, &vs), 0);
	assert_int_equal(vs->nr_nodes, nodes);
	assert_int_equal(vs->node_size, 16 * PAGE_SIZE);
	vmap_destroy(vs);
}

static void test_nodes(void **state)
{
	struct fixture *f = *state;

	expect_nodes(f, 1, 0, 1);
	expect_nodes(f, 2, 0, 2);
	expect_nodes(f, 127, 0, 127);
	expect_nodes(f, 128, 0, 128);
	expect_nodes(f, 129, 0, 128);
	expect_nodes(f, 1024, 0, 128);
	expect_nodes(f, 4, 1, 1);
	expect_nodes(f, 1, 128, 128);
}

/* A pool serves requests of its size that name no range. */
static void exact_size(struct fixture *f)
{
	const u64 end = f->vs->end;
	struct vmap_area *va;

	into_pool(f, 1, 5);
	CHECK(vstats(f).cached_pages == 5 && cached(f).nr == 1 && cached(f).page[4]);
	CHECK(page_of(f, alloc_pages_any(f, 4)) == 5);
	CHECK(page_of(f, alloc_pages_any(f, 6)) == 9);
	CHECK(page_of(f, alloc_vmap_area(f->vs, 5 * PAGE_SIZE, PAGE_SIZE, KVA, end - PAGE_SIZE,
					 GFP_KERNEL)) == 15);
	CHECK(page_of(f, alloc_vmap_area(f->vs, 5 * PAGE_SIZE, PAGE_SIZE, KVA + PAGE_SIZE, end,
					 GFP_KERNEL)) == 20);
	CHECK(!hits(f) && vstats(f).cached_pages == 5);
	va = alloc_vmap_area(f->vs, 5 * PAGE_SIZE, PAGE_SIZE, 0, UINT64_MAX, GFP_ATOMIC);
	CHECK(page_of(f, va) == 0 && va_pages(va) == 5);
	CHECK(hits(f) == 1 && !vstats(f).cached_pages);
	CHECK(page_of(f, alloc_pages_any(f, 5)) == 25 && hits(f) == 1);
	free_all(f);
}

/* The largest area that is pooled, and one of a page more. */
static void largest(struct fixture *f)
{
	into_pool(f, 1, 257);
	CHECK(!vstats(f).cached_pages && vstats(f).largest_free == f->vmap.size);
	into_pool(f, 1, 256);
	CHECK(vstats(f).cached_pages == 256);
	CHECK(page_of(f, alloc_pages_any(f, 257)) == 256 && !hits(f));
	CHECK(page_of(f, alloc_pages_any(f, 256)) == 0 && hits(f) == 1);
	free_all(f);
}

/* The aligned area is the eighth in the pool, and then the ninth. */
static void eighth(struct fixture *f)
{
	into_pool(f, 8, 1);
	CHECK(cached(f).nr == 8);
	CHECK(page_of(f, alloc_aligned(f, 1, 64)) == 0 && hits(f) == 1);
	/* Without alignment the latest one serves. */
	CHECK(page_of(f, alloc_pages_any(f, 1)) == 7 && hits(f) == 2);
	free_all(f);
	empty_into_heap(f);
	into_pool(f, 9, 1);
	CHECK(page_of(f, alloc_aligned(f, 1, 64)) == 64 && hits(f) == 2);
	CHECK(page_of(f, alloc_pages_any(f, 1)) == 8 && hits(f) == 3);
	CHECK(page_of(f, alloc_aligned(f, 1, 64)) == 0 && hits(f) == 4);
	free_all(f);
}

static void one_node(struct fixture *f, void (*body)(struct fixture *f))
{
	f->vmap.nodes = 1;
	expect_clean(f, body);
}

static void test_exact_size(void **state)
{
	one_node(*state, exact_size);
}

static void test_largest(void **state)
{
	one_node(*state, largest);
}

static void test_eighth(void **state)
{
	one_node(*state, eighth);
}

/*
 * CPUs 0 and 2 ask the pools of one node, 1 and 3 those of the other. An area goes back to the node
 * of the CPU for which it was allocated, whichever CPU frees it and wherever it lies.
 */
static void two_nodes(struct fixture *f)
{
	struct vmap_area *va[4];
	u64 page[4];

	for (unsigned int i = 0; i < 4; i++) {
		task_migrate(i);
		va[i] = alloc_pages_any(f, 16);
		page[i] = page_of(f, va[i]);
	}
	CHECK(addr_to_node(f->vs, va[0]->va_start) != addr_to_node(f->vs, va[1]->va_start));
	for (unsigned int i = 0; i < 4; i++) {
		task_migrate((i + 1) % 4);
		free_unmap_vmap_area(f->vs, va[i]);
	}
	purge_vmap_area_lazy(f->vs);
	CHECK(vstats(f).cached_pages == 64 && cached(f).of_node[0] == 2 &&
	      cached(f).of_node[1] == 2);
	task_migrate(0);
	CHECK(page_of(f, alloc_pages_any(f, 16)) == page[2]);
	task_migrate(2);
	CHECK(page_of(f, alloc_pages_any(f, 16)) == page[0] && hits(f) == 2);
	CHECK(page_of(f, alloc_pages_any(f, 16)) == 64 && hits(f) == 2);
	task_migrate(3);
	CHECK(page_of(f, alloc_pages_any(f, 16)) == page[3]);
	task_migrate(1);
	CHECK(page_of(f, alloc_pages_any(f, 16)) == page[1] && hits(f) == 4);
	CHECK(!vstats(f).cached_pages);
	free_all(f);
	purge_vmap_area_lazy(f->vs);
	CHECK(cached(f).nr == 5);
}

static void test_two_nodes(void **state)
{
	struct fixture *f = *state;

	f->vmap.nodes = 2;
	expect_clean(f, two_nodes);
}

/* The ids of the possible CPUs have gaps: the CPUs are dealt out to the nodes all the same. */
static void gaps(struct fixture *f)
{
	struct vmap_area *va[4];

	for (unsigned int i = 0; i < 4; i++) {
		task_migrate(4 * i);
		va[i] = alloc_pages_any(f, 16);
	}
	for (unsigned int i = 0; i < 4; i++)
		free_unmap_vmap_area(f->vs, va[i]);
	purge_vmap_area_lazy(f->vs);
	for (unsigned int i = 0; i < 4; i++)
		CHECK(cached(f).of_node[i] == 1);
}

static void test_gaps(void **state)
{
	struct fixture *f = *state;

	topology_init(&f->cfg.topology, 13, 1, 4096);
	f->cfg.topology.possible[0] = f->cfg.topology.online[0] = 0x1111;
	expect_clean(f, gaps);
}

/* Congruent areas go back to the top of the space, and to no pool. */
static void congruent(struct fixture *f)
{
	const u64 offset = 0, size = 8 * PAGE_SIZE;
	struct vmap_area *va;
	u64 top = 0;

	for (unsigned int i = 0; i < 3; i++) {
		CHECK(!pcpu_get_vm_areas(f->vs, &offset, &size, 1, PAGE_SIZE, GFP_KERNEL, &va));
		CHECK(!top || va->va_start == top);
		top = va->va_start;
		CHECK(va->va_end == f->vs->end);
		pcpu_free_vm_areas(f->vs, &va, 1);
		purge_vmap_area_lazy(f->vs);
		CHECK(!vstats(f).cached_pages);
	}
}

static void test_congruent(void **state)
{
	expect_clean(*state, congruent);
}

/* A purge that frees anything moves the oldest quarter of each pool to the heap. */
static void quarter(struct fixture *f)
{
	struct cached k;

	into_pool(f, 9, 1);
	purge_vmap_area_lazy(f->vs);
	CHECK(cached(f).nr == 9 && !vmap_events(f->vs, VMAP_POOL_DECAY));
	free_unmap_vmap_area(f->vs, alloc_vmap_area(f->vs, 3 * PAGE_SIZE, PAGE_SIZE,
						    KVA + 100 * PAGE_SIZE, f->vs->end, GFP_KERNEL));
	purge_vmap_area_lazy(f->vs);
	k = cached(f);
	CHECK(k.nr == 8 && vmap_events(f->vs, VMAP_POOL_DECAY) == 2);
	CHECK(!k.page[0] && !k.page[1] && k.page[2] && k.page[8] && k.page[102]);
	/* An area that has decayed is in the heap, and merged there. */
	CHECK(page_of(f, alloc_pages_any(f, 2)) == 0 && !hits(f));
	/* Of 7 areas of one page 1 goes, of 1 area of three pages none; new ones do not count. */
	free_all(f);
	purge_vmap_area_lazy(f->vs);
	k = cached(f);
	CHECK(k.nr == 8 && vmap_events(f->vs, VMAP_POOL_DECAY) == 3);
	CHECK(!k.page[2] && k.page[3] && k.page[0] && k.page[102]);
	/* Three areas of a size stay until room is short. */
	for (int i = 0; i < 20; i++) {
		free_unmap_vmap_area(f->vs, alloc_pages_any(f, 300));
		purge_vmap_area_lazy(f->vs);
	}
	CHECK(cached(f).nr == 3 + 1 + 1);
}

static void test_quarter(void **state)
{
	one_node(*state, quarter);
}

/* The pools of every node decay, including those that get no area. */
static void quarter_of_each(struct fixture *f)
{
	into_pool(f, 64, 4);
	CHECK(cached(f).nr == 64);
	free_unmap_vmap_area(f->vs, alloc_pages_any(f, 300));
	purge_vmap_area_lazy(f->vs);
	CHECK(cached(f).nr == 48 && vmap_events(f->vs, VMAP_POOL_DECAY) == 16);
}

static void test_quarter_of_each(void **state)
{
	struct fixture *f = *state;

	f->vmap.nodes = 4;
	expect_clean(f, quarter_of_each);
}

/* The whole space is in pools of single pages: a request of two pages empties them. */
static void no_room(struct fixture *f)
{
	const u64 pages = f->vmap.size / PAGE_SIZE;
	u64 flushes;

	into_pool(f, (unsigned int)pages, 1);
	CHECK(vstats(f).cached_pages == pages && !vstats(f).largest_free);
	flushes = mstats(f).flushes;
	CHECK(alloc_vmap_area(f->vs, 2 * PAGE_SIZE, PAGE_SIZE, KVA, f->vs->end, GFP_ATOMIC) ==
	      ERR_PTR(-EBUSY));
	settle(f);
	CHECK(!vstats(f).cached_pages && vstats(f).largest_free == f->vmap.size);
	into_pool(f, (unsigned int)pages, 1);
	flushes++;
	CHECK(page_of(f, alloc_pages_any(f, pages)) == 0);
	CHECK(!vstats(f).cached_pages && mstats(f).flushes == flushes);
	free_all(f);
	/* The pools of other nodes are emptied too. */
	purge_vmap_area_lazy(f->vs);
	empty_into_heap(f);
	into_pool(f, (unsigned int)pages, 1);
	for (u64 i = 0; i < pages; i++)
		CHECK(!IS_ERR(alloc_pages_any(f, 1)));
	CHECK(alloc_pages_any(f, 1) == ERR_PTR(-EBUSY));
	free_all(f);
}

static void test_no_room(void **state)
{
	static const unsigned int nodes[] = {1, 2, 128};
	struct fixture *f = *state;

	f->vmap.size = 64 * PAGE_SIZE;
	for (unsigned int i = 0; i < ARRAY_SIZE(nodes); i++) {
		f->vmap.nodes = nodes[i];
		expect_clean(f, no_room);
	}
}

/* One flush is for the areas of all nodes. */
static void one_flush(struct fixture *f)
{
	u64 flushes = mstats(f).flushes;

	into_pool(f, 64, 16);
	CHECK(mstats(f).flushes == flushes + 1 && vstats(f).purges == 1);
	CHECK(cached(f).nr == 64);
}

static void test_one_flush(void **state)
{
	struct fixture *f = *state;

	f->vmap.nodes = 128;
	f->vmap.lazy_max_pages = 64 * 16;
	expect_clean(f, one_flush);
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, pool_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_nodes),		 T(test_exact_size), T(test_largest),	T(test_eighth),
		T(test_two_nodes),	 T(test_gaps),	     T(test_congruent), T(test_quarter),
		T(test_quarter_of_each), T(test_no_room),    T(test_one_flush),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

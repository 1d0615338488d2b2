/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_contig.c - runs of page frames: by example, and against a naive model.
 */
#include "run.h"

static struct page *run(struct fixture *f, int nid, u64 nr, u64 align, gfp_t gfp)
{
	return alloc_contig_pages(f->m, nid, nr, align, gfp, "run");
}

static struct page *one(struct fixture *f, int nid)
{
	return alloc_page_node(f->m, nid, GFP_KERNEL, "one");
}

static void put_run(struct fixture *f, struct page *page, u64 nr)
{
	put_contig_pages(f->m, page, nr);
}

static void boot(struct fixture *f, const struct node_range *range, unsigned int nr,
		 unsigned int nodes)
{
	struct topology *t = &f->cfg.topology;
	unsigned int i;

	topology_init(t, nodes, nodes, 64);
	t->nr_ranges = nr;
	for (i = 0; i < nr; i++)
		t->range[i] = range[i];
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
}

static void test_order(void **state)
{
	struct fixture *f = *state;
	struct page *a = one(f, 0), *b, *c, *d;
	unsigned int i;

	b = run(f, 0, 5, 8, GFP_KERNEL);
	assert_int_equal(b->pfn, 8);
	for (i = 0; i < 5; i++) {
		assert_int_equal(b[i].pfn, 8 + i);
		assert_int_equal(b[i].count, 1);
		assert_int_equal(b[i].nid, 0);
		assert_string_equal(b[i].owner, "run");
		assert_ptr_equal(pfn_to_page(f->m, 8 + i), &b[i]);
	}
	assert_int_equal(stats(f->m).pages, 2);
	assert_int_equal(stats(f->m).pages_used, 6);
	assert_int_equal(stats(f->m).pages_peak, 6);
	/* Frames that were passed over serve the next requests, the lowest first. */
	assert_int_equal(run(f, 0, 4, 1, GFP_KERNEL)->pfn, 1);
	assert_int_equal(one(f, 0)->pfn, 5);
	assert_int_equal(one(f, 0)->pfn, 6);
	assert_int_equal(one(f, 0)->pfn, 7);
	assert_int_equal(one(f, 0)->pfn, 13);
	/* A run may begin with freed frames and end with fresh ones. */
	put_page(f->m, b + 4);
	put_page(f->m, pfn_to_page(f->m, 13));
	c = run(f, 0, 10, 2, GFP_KERNEL);
	assert_int_equal(c->pfn, 12);
	/* Each frame goes back alone, in any order; the whole is whole again. */
	for (i = 0; i < 4; i++)
		put_page(f->m, &b[(i * 3 + 2) % 4]);
	d = run(f, 0, 3, 1, GFP_KERNEL);
	assert_int_equal(d->pfn, 8);
	assert_null(run(f, 0, 2048, 1, GFP_KERNEL));
	assert_null(run(f, 0, UINT64_MAX, 1, GFP_KERNEL));
	assert_null(run(f, 0, 1, 1ULL << 63, GFP_KERNEL));
	put_page(f->m, a);
	assert_int_equal(run(f, 0, 1, 1ULL << 63, GFP_KERNEL)->pfn, 0);
}

/* All in use, then holes: what fits in none is refused, what fits is found where it is. */
static void test_fragments(void **state)
{
	struct fixture *f = *state;
	struct page *all = run(f, 0, 2048, 2048, GFP_KERNEL);
	unsigned int i;

	assert_int_equal(nr_free_pages(f->m), 0);
	assert_null(run(f, 0, 1, 1, GFP_KERNEL));
	for (i = 0; i < 2048; i += 2)
		put_page(f->m, all + i);
	assert_null(run(f, 0, 2, 1, GFP_KERNEL));
	put_page(f->m, all + 1001);
	put_page(f->m, all + 1301);
	assert_null(run(f, 0, 3, 16, GFP_KERNEL));
	assert_null(run(f, 0, 4, 1, GFP_KERNEL));
	assert_int_equal(run(f, 0, 3, 4, GFP_KERNEL)->pfn, 1000);
	assert_int_equal(run(f, 0, 2, 1, GFP_KERNEL)->pfn, 1300);
	assert_null(run(f, 0, 2, 1, GFP_KERNEL));
	put_page(f->m, all + 2047);
	assert_int_equal(run(f, 0, 2, 1, GFP_KERNEL)->pfn, 2046);
	for (i = 0; i < 1024 - 5; i++)
		assert_non_null(one(f, 0));
	assert_int_equal(nr_free_pages(f->m), 1);
	assert_int_equal(run(f, 0, 1, 2, GFP_KERNEL)->pfn % 2, 0);
	assert_null(one(f, 0));
}

/* node 0: 3-99 and 200-299, node 1: 100-199 and 300-399, node 2: 1000-1009; 2 is near 1. */
static void test_nodes(void **state)
{
	static const struct node_range range[] = {
		{3, 97, 0}, {100, 100, 1}, {200, 100, 0}, {300, 100, 1}, {1000, 10, 2},
	};
	struct fixture *f = *state;

	boot(f, range, ARRAY_SIZE(range), 3);
	f->cfg.topology.distance[2][1] = 15;
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	assert_int_equal(run(f, 1, 60, 4, GFP_KERNEL)->pfn, 100);
	/* Frames of other nodes, and of another range, do not make a run longer. */
	assert_int_equal(run(f, 1, 60, 4, GFP_KERNEL)->pfn, 300);
	assert_int_equal(run(f, 1, 40, 4, GFP_KERNEL)->pfn, 160);
	assert_null(run(f, 1, 60, 4, GFP_KERNEL | __GFP_THISNODE));
	assert_int_equal(one(f, 2)->pfn, 1000);
	assert_null(run(f, 2, 10, 1, GFP_KERNEL | __GFP_THISNODE));
	assert_int_equal(run(f, 2, 10, 1, GFP_KERNEL)->nid, 1);
	/* 0 and 2 are as far from 1: the lower number first. */
	assert_int_equal(run(f, 1, 60, 4, GFP_KERNEL)->pfn, 4);
	assert_int_equal(run(f, NUMA_NO_NODE, 16, 16, GFP_KERNEL)->pfn, 64);
	assert_int_equal(run(f, -7, 16, 16, GFP_KERNEL)->pfn, 80);
	assert_int_equal(run(f, 2, 9, 1, GFP_KERNEL)->pfn, 1001);
	assert_null(alloc_page_node(f->m, 2, __GFP_THISNODE, "one"));
	assert_non_null(alloc_page_node(f->m, 2, 0, "one"));
}

static void test_contents(void **state)
{
	struct fixture *f = *state;
	struct page *page = run(f, 0, 3, 1, GFP_KERNEL);
	unsigned int i;

	mem_set(f->m, page_to_virt(page), 0x77, 3 * PAGE_SIZE);
	put_run(f, page, 3);
	page = run(f, 0, 4, 1, GFP_KERNEL | __GFP_ZERO);
	for (i = 0; i < 4 * PAGE_SIZE; i += 8)
		assert_int_equal(*(u64 *)mem_address(f->m, page_to_virt(page) + i, 8), 0);
	get_page(f->m, page + 2);
	put_run(f, page, 4);
	assert_int_equal(nr_free_pages(f->m), 2047);
	put_page(f->m, page + 2);
	machine_check_leaks(f->m);
}

static void test_fail_plan(void **state)
{
	struct fixture *f = *state;
	unsigned int n;

	/* A run is one request, that of a page. */
	f->cfg.fail.classes = FAIL_PAGE;
	for (n = 1; n <= 3; n++) {
		f->cfg.fail.at[0] = n;
		assert_int_equal(machine_boot(f->m, &f->cfg), 0);
		assert_int_equal(!run(f, 0, 7, 1, GFP_KERNEL), n == 1);
		assert_int_equal(!one(f, 0), n == 2);
		assert_int_equal(!run(f, 0, 9, 16, GFP_ATOMIC), n == 3);
		assert_int_equal(stats(f->m).failed, 1);
		assert_int_equal(stats(f->m).pages, 3);
		assert_int_equal(stats(f->m).pages_used, n == 1 ? 10 : n == 2 ? 16 : 8);
	}
	f->cfg.fail.classes = FAIL_ALL & ~FAIL_PAGE;
	f->cfg.fail.at[0] = 1;
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	assert_non_null(run(f, 0, 7, 1, GFP_KERNEL));
}

struct model {
	const struct topology *t;
	u8 used[1024]; /* by frame number */
	unsigned int nr_used;
};

static int model_run(const struct model *md, int nid, u64 nr, u64 align)
{
	unsigned int k;

	for (k = 0; k < md->t->nr_ranges; k++) {
		const struct node_range *r = &md->t->range[k];
		u64 at, i;

		if ((int)r->nid != nid)
			continue;
		for (at = r->start; at + nr <= r->start + r->nr; at++) {
			for (i = 0; i < nr && !md->used[at + i]; i++)
				;
			if (i == nr && at % align == 0)
				return at;
		}
	}
	return -1;
}

static u64 below(u64 *seed, u64 n)
{
	return random_next(seed) % n;
}

static void model_use(struct model *md, const struct page *page)
{
	assert_int_equal(page->count, 1);
	assert_false(md->used[page->pfn]);
	md->used[page->pfn] = 1;
	md->nr_used++;
}

static void model_alloc(struct fixture *f, struct model *md, u64 *seed)
{
	u64 nr = 1 + below(seed, below(seed, 8) ? 12 : 80);
	u64 align = 1ULL << below(seed, below(seed, 3) ? 3 : 7);
	bool only = below(seed, 4) == 0;
	int nid = below(seed, 3), want = model_run(md, nid, nr, align), k;
	struct page *page;

	for (k = 0; k < 3 && want < 0 && !only; k++)
		want = model_run(md, k, nr, align);
	page = run(f, nid, nr, align, only ? __GFP_THISNODE : GFP_KERNEL);
	if (want < 0) {
		assert_null(page);
		return;
	}
	assert_non_null(page);
	assert_int_equal(page->pfn, want);
	for (; nr--; page++, want++) {
		assert_int_equal(page->pfn, want);
		model_use(md, page);
	}
}

static void model_free(struct fixture *f, struct model *md, u64 *seed, u64 most)
{
	u64 at = below(seed, ARRAY_SIZE(md->used)), nr = 1 + below(seed, most);

	for (; nr-- && at < ARRAY_SIZE(md->used); at++) {
		if (!md->used[at])
			continue;
		put_page(f->m, pfn_to_page(f->m, at));
		md->used[at] = 0;
		md->nr_used--;
	}
}

/* Runs and single frames, taken and freed at random: each run is the one that the model names. */
static void test_random(void **state)
{
	static const struct node_range range[] = {
		{5, 95, 1}, {100, 60, 0}, {160, 90, 1}, {256, 200, 0}, {460, 3, 1}, {500, 400, 2},
	};
	struct fixture *f = *state;
	struct model md = {.t = &f->cfg.topology};
	u64 seed = 5, frames, i;

	boot(f, range, ARRAY_SIZE(range), 3);
	frames = nr_free_pages(f->m);
	for (i = 0; i < 60000; i++) {
		struct page *page;

		/* Now mostly full, now mostly empty. */
		switch (below(&seed, i / 500 % 2 ? 3 : 6)) {
		case 0:
			model_free(f, &md, &seed, below(&seed, 4) ? 4 : 60);
			break;
		case 1:
			page = alloc_page_node(f->m, below(&seed, 3), GFP_KERNEL, "one");
			assert_int_equal(!page, md.nr_used == frames);
			if (page)
				model_use(&md, page);
			break;
		default:
			model_alloc(f, &md, &seed);
		}
		assert_int_equal(stats(f->m).pages_used, md.nr_used);
		if (i % 7777 == 7776) {
			memset(md.used, 0, sizeof(md.used));
			md.nr_used = 0;
			assert_int_equal(machine_boot(f->m, &f->cfg), 0);
		}
	}
	while (md.nr_used)
		model_free(f, &md, &seed, 1024);
	machine_check_leaks(f->m);
}

static void leak(void *arg)
{
	struct fixture *f = arg;
	struct page *page = run(f, 0, 4, 4, GFP_KERNEL);

	put_page(f->m, page);
	put_page(f->m, page + 3);
	machine_check_leaks(f->m);
}

static void double_free(void *arg)
{
	struct fixture *f = arg;
	struct page *page = run(f, 0, 4, 4, GFP_KERNEL);

	put_run(f, page, 4);
	put_page(f->m, page + 2);
}

/* A frame that was passed over has no owner to be named, not even that of an earlier run. */
static void passed_over(void *arg)
{
	struct fixture *f = arg;

	put_run(f, run(f, 0, 4, 1, GFP_KERNEL), 4);
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	run(f, 0, 1, 8, GFP_KERNEL);
	run(f, 0, 1, 8, GFP_KERNEL);
	put_page(f->m, pfn_to_page(f->m, 3));
}

static void beyond(void *arg)
{
	struct fixture *f = arg;

	put_page(f->m, run(f, 0, 4, 8, GFP_KERNEL) + 4);
}

static void put_too_many(void *arg)
{
	struct fixture *f = arg;

	put_contig_pages(f->m, run(f, 0, 4, 4, GFP_KERNEL), 1 << 20);
}

static void no_frames(void *arg)
{
	run(arg, 0, 0, 1, GFP_KERNEL);
}

static void odd_align(void *arg)
{
	run(arg, 0, 1, 3, GFP_KERNEL);
}

static void sleeps(void *arg)
{
	preempt_disable();
	run(arg, 0, 1, 1, GFP_KERNEL);
}

#ifndef MM_ASAN
static void write_after_free(void *arg)
{
	struct fixture *f = arg;
	struct page *page = run(f, 0, 4, 4, GFP_KERNEL);
	u8 *byte = mem_address(f->m, page_to_virt(page + 2) + 9, 1);

	put_run(f, page, 4);
	*byte ^= 1;
	page = run(f, 0, 4, 4, GFP_KERNEL);
	mem_set(f->m, page_to_virt(page), 0, 4 * PAGE_SIZE);
}
#endif

static void test_findings(void **state)
{
	struct fixture *f = *state;

	expect_finding(f, leak, ORACLE_LEAK_PAGE,
		       "2 page frames were not freed; the first: frame 1 with 1 references, "
		       "allocated by run");
	expect_finding(f, double_free, ORACLE_PAGE_FREE,
		       "frame 2, which is free: allocated last by run");
	expect_finding(f, passed_over, ORACLE_PAGE_FREE, "frame 3, which was never allocated");
	expect_finding(f, beyond, ORACLE_PAGE_FREE, "frame 4, which was never allocated");
	expect_finding(f, put_too_many, ORACLE_PAGE_FREE,
		       "put_contig_pages() of 1048576 frames from frame 0 on");
	expect_finding(f, no_frames, ORACLE_RANGE, "run asks for 0 page frames");
	expect_finding(f, odd_align, ORACLE_RANGE, "aligned to 3");
	expect_finding(f, sleeps, ORACLE_LOCK_SLEEP, "");
#ifndef MM_ASAN
	expect_finding(f, write_after_free, ORACLE_PAGE_WRITE,
		       "page frame 2 was written to after it was freed: byte 9");
#endif
}

/* Nothing is written but what is asked for, and frames come and go as on any machine. */
static void test_bare(void **state)
{
	struct fixture *f = *state;
	struct page *page;
	u8 *byte;

	f->cfg.bare = true;
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	page = run(f, 0, 4, 4, GFP_KERNEL);
	byte = mem_address(f->m, page_to_virt(page + 2) + 9, 1);
	*byte = 77;
	put_run(f, page, 4);
	page = run(f, 0, 4, 4, GFP_KERNEL);
	byte = mem_address(f->m, page_to_virt(page + 2) + 9, 1);
	assert_int_equal(*byte, 77);
	put_run(f, page, 4);
	page = run(f, 0, 4, 4, GFP_KERNEL | __GFP_ZERO);
	byte = mem_address(f->m, page_to_virt(page + 2) + 9, 1);
	assert_int_equal(*byte, 0);
	put_run(f, page, 4);
	machine_check_leaks(f->m);
}

/* Runs of one length are kept whole for the next, and nobody else goes without for it. */
static void test_bare_runs(void **state)
{
	struct fixture *f = *state;
	struct page *low, *high, *all;

	f->cfg.bare = true;
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	low = run(f, 0, 4, 4, GFP_KERNEL);
	high = run(f, 0, 4, 4, GFP_KERNEL);
	put_run(f, low, 4);
	put_run(f, high, 4);
	assert_int_equal(nr_free_pages(f->m), 2040);
	assert_ptr_equal(run(f, 0, 4, 4, GFP_KERNEL), high);
	/* The first of the kept ones is not aligned to that, or not of that length. */
	assert_int_equal(low->pfn, 0);
	put_run(f, high, 4);
	assert_int_equal(run(f, 0, 4, 8, GFP_KERNEL)->pfn, 8);
	assert_int_equal(run(f, 0, 2, 1, GFP_KERNEL)->pfn, 12);
	put_run(f, low + 8, 4);
	put_run(f, low + 12, 2);
	all = run(f, 0, 2048, 1, GFP_KERNEL);
	assert_non_null(all);
	put_run(f, all, 2048);
	assert_int_equal(nr_free_pages(f->m), 0);
	put_page(f->m, one(f, 0));
	assert_int_equal(nr_free_pages(f->m), 2048);
	put_run(f, run(f, 0, 4, 4, GFP_KERNEL), 4);
	machine_check_leaks(f->m);
	assert_int_equal(nr_free_pages(f->m), 2048);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_order, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_fragments, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_nodes, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_contents, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_fail_plan, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_random, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_findings, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_bare, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_bare_runs, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_boot_world.c - whole boots over either kind of boot memory, each request made to fail; and
 * the judge of page frames, on books that are wrong.
 */
#include "world/boot_world.h"

#include "machine/page.h"
#include "sched/test/checks.h"
#include "world/ours.h"

#define PAGES(n) ((u32)((n)*PAGE_SIZE))

struct fixture {
	struct machine *m;
	struct sched *s;
	struct machine_config cfg;
	struct schedule schedule;
	struct sched_result result;
	void (*body)(struct fixture *f);

	enum boot_kind kind;
	struct vmap_params vmap_params;
	struct percpu_params percpu_params;
	struct boot_world bw;
	struct vmap_instance vmap;
	struct percpu_instance percpu;
	u64 vmap_memory[8], percpu_memory[16];
	bool has_vmap, has_percpu;
	u32 first; /* that is expected */
	int err;
	u64 requests, failed;
	u64 reserved; /* pages that are never freed */
};

#include "machine/test/fixture.h"

/* Page 0, and an image at 1 MiB - 5 pages, begun and ended within a page. */
static const struct taken taken[] = {
	{0, 1},
	{PAGE_SIZE * 251 + 100, PAGE_SIZE * 10},
	{PAGE_SIZE * 255, PAGE_SIZE},
};

static inline void fixture_init(struct fixture *f)
{
	assert_true(ours_vmap[0]->ctx_size <= sizeof(f->vmap_memory) &&
		    ours_percpu[0]->ctx_size <= sizeof(f->percpu_memory));
	topology_init(&f->cfg.topology, 4, 2, 2048);
	f->cfg.boot_memory = true;
	f->vmap_params = (struct vmap_params){.start = f->cfg.kva_start,
					      .size = f->cfg.kva_size,
					      .block_pages = 128,
					      .lazy_pages = 64};
	f->percpu_params = (struct percpu_params){.unit_size = PAGES(8),
						  .static_size = PAGES(1) + 5,
						  .dyn_size = 1000,
						  .atom_size = PAGES(1),
						  .empty_low = 2,
						  .empty_high = 4};
	f->vmap = (struct vmap_instance){.be = ours_vmap[0], .ctx = f->vmap_memory};
	f->percpu = (struct percpu_instance){
		.be = ours_percpu[0], .ctx = f->percpu_memory, .on = &f->vmap};
	f->reserved = 12;
	f->first = PERCPU_FIRST_EMBED;
}

static int up(struct fixture *f)
{
	int err = boot_world_start(&f->bw, f->m, f->kind, taken, ARRAY_SIZE(taken));

	f->has_vmap = f->has_percpu = false;
	if (!err) {
		f->has_vmap = true;
		err = f->vmap.be->create(&f->vmap, f->m, &f->vmap_params);
	}
	if (!err)
		err = boot_world_provider(&f->bw, &f->percpu_params);
	if (!err)
		err = f->percpu.be->create(&f->percpu, f->m, &f->percpu_params);
	f->has_percpu = !err;
	if (!err)
		boot_world_hand_over(&f->bw);
	return err;
}

static void down(struct fixture *f)
{
	if (f->has_percpu)
		f->percpu.be->destroy(f->percpu.ctx);
	if (f->has_vmap)
		f->vmap.be->destroy(f->vmap.ctx);
	boot_world_end(&f->bw);
}

/* More than the first chunk has room for: every allocator is at work. */
static void use(struct fixture *f)
{
	u64 obj[40];
	struct page *page = alloc_contig_pages(f->m, 1, 33, 1, GFP_KERNEL, "test");

	for (u32 i = 0; i < ARRAY_SIZE(obj); i++)
		obj[i] = f->percpu.be->alloc(f->percpu.ctx, 1000, 8, GFP_KERNEL);
	for (u32 i = 0; i < ARRAY_SIZE(obj); i++)
		f->percpu.be->free(f->percpu.ctx, obj[i]);
	boot_world_verify(&f->bw);
	if (page)
		put_contig_pages(f->m, page, 33);
}

static inline void run_body(void *arg)
{
	struct fixture *f = arg;

	CHECK(!machine_boot(f->m, &f->cfg));
	f->err = up(f);
	if (!f->err) {
		/* A request that failed may be one that the embedding needed. */
		CHECK(f->percpu.first == f->first || mstats(f).failed);
		f->body(f);
		boot_world_verify(&f->bw);
	}
	down(f);
	f->requests = mstats(f).kmallocs + mstats(f).pages + mstats(f).tables;
	f->failed = mstats(f).failed;
	machine_check_leaks(f->m);
	/* Pages handed over early apart, a boot that failed leaves all to boot memory. */
	if (!f->err)
		CHECK(mstats(f).boot_pages == f->reserved);
}

/* Clean, whichever request fails. */
static void expect_boot(struct fixture *f, void (*body)(struct fixture *f))
{
	for (f->kind = 0; f->kind < NR_BOOT_KINDS; f->kind++) {
		f->cfg.fail.at[0] = 0;
		expect_clean(f, body);
		assert_int_equal(f->err, 0);
		do {
			f->cfg.fail.at[0]++;
			expect_clean(f, body);
			assert_true(!f->failed || f->failed == 1);
		} while (f->failed);
	}
	f->cfg.fail.at[0] = 0;
}

static void test_embed(void **state)
{
	struct fixture *f = *state;

	f->percpu_params.first = PERCPU_FIRST_EMBED;
	expect_boot(f, use);
	f->percpu_params.first = PERCPU_FIRST_AUTO;
	expect_boot(f, use);
}

static void test_page(void **state)
{
	struct fixture *f = *state;

	f->first = PERCPU_FIRST_PAGE;
	f->percpu_params.first = PERCPU_FIRST_PAGE;
	expect_boot(f, use);
	/* Too sparse: the nodes' memory is further apart than the space for mappings is long. */
	f->percpu_params.first = PERCPU_FIRST_AUTO;
	f->cfg.topology.range[1].start = 1 << 20;
	expect_boot(f, use);
}

/* Interleaved nodes, and neighbours of one node: blocks end where the machine's ranges do. */
static void test_ranges(void **state)
{
	static const struct node_range range[] = {
		{0, 301, 0}, {301, 200, 0}, {501, 300, 1}, {1024, 77, 0}, {1101, 700, 1},
	};
	struct fixture *f = *state;

	memcpy(f->cfg.topology.range, range, sizeof(range));
	f->cfg.topology.nr_ranges = ARRAY_SIZE(range);
	expect_boot(f, use);
}

/* A node with a page of its own: its CPUs' block lies in another one. */
static void test_crowded(void **state)
{
	struct fixture *f = *state;

	f->cfg.topology.range[0].nr = 2048;
	f->cfg.topology.range[1] = (struct node_range){.start = 2048, .nr = 1, .nid = 1};
	expect_boot(f, use);
}

static void handed_behind(struct fixture *f)
{
	hand_over_pages(f->m, 253, 0);
}

static void miscounted(struct fixture *f)
{
	f->bw.early++;
}

/* Before the hand-over: the page allocator gets what boot memory can still allocate. */
static void handed_early(struct fixture *f)
{
	const struct boot_config cfg = {.kind = BOOT_ROOTMEM, .nr_nodes = 2};
	struct boot_world bw = {.m = f->m};

	down(f);
	CHECK(!machine_boot(f->m, &f->cfg));
	CHECK(!boot_create(f->m, &cfg, &bw.bm));
	CHECK(!boot_register_topology(bw.bm, &f->cfg.topology) && !boot_setup(bw.bm));
	boot_world_verify(&bw);
	hand_over_pages(f->m, 1500, 0);
	boot_world_verify(&bw);
}

/* A part of the first chunk, which its allocator has forgotten. */
static void kept(struct fixture *f)
{
	f->bw.reserved -= 3;
}

static void test_judge(void **state)
{
	struct fixture *f = *state;

	expect_finding(f, handed_behind, ORACLE_COUNT,
		       "boot memory has 26 pages free or reserved, and the machine 25");
	expect_finding(f, miscounted, ORACLE_COUNT,
		       "boot memory has 26 pages free or reserved, and the machine 27");
	expect_finding(f, handed_early, ORACLE_COUNT,
		       "boot memory has 2048 pages free or reserved, and the machine 2047");
	expect_finding(f, kept, ORACLE_LEAK_PAGE, "3 pages of boot memory were not given back");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_embed, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_page, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_ranges, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_crowded, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_judge, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

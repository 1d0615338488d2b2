/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_percpu.c - the interface of the allocator, with one task: against a byte map, at its limits,
 * and with each request to the machine failing in turn.
 */
#include "run.h"

#define MODEL_CHUNKS 2048

/* For each chunk, the bytes of its unit that are in live objects. */
struct model {
	u8 *taken[MODEL_CHUNKS];
};

static void model_take(struct fixture *f, struct model *md, const struct object *o, bool take)
{
	u32 chunk, off;

	CHECK(!pcpu_place(f->pc, o->addr, &chunk, &off));
	CHECK(chunk < MODEL_CHUNKS && off + o->size <= f->pcpu.unit_size);
	if (!md->taken[chunk])
		md->taken[chunk] = calloc(1, f->pcpu.unit_size);
	for (u32 i = 0; i < o->size; i++) {
		CHECK(md->taken[chunk][off + i] != take);
		md->taken[chunk][off + i] = take;
	}
}

#define LIVE 96

static void random_ops(struct fixture *f, u32 max_size)
{
	static const u32 aligns[] = {1, 4, 4, 4, 8, 8, 16, 64, 256, 4096};
	static struct model md;
	struct object o[LIVE] = {0};
	u64 chunks;
	u32 i;

	for (u32 n = 0; n < 1500; n++) {
		u64 r = random_next(&f->seed);

		i = r % LIVE;
		r >>= 8;
		if (o[i].addr) {
			model_take(f, &md, &o[i], false);
			object_free(f, &o[i]);
		} else {
			u32 align = aligns[r % ARRAY_SIZE(aligns)];
			u32 size = 1 + (r >> 8) % (r >> 32 & 7 ? 96 : max_size);
			gfp_t gfp = r >> 40 & 3 ? GFP_KERNEL : GFP_ATOMIC;

			chunks = f->pc->next_number;
			if (object_make(f, &o[i], size, align, gfp))
				model_take(f, &md, &o[i], true);
			else
				CHECK(gfp == GFP_ATOMIC);
			if (f->pc->next_number > chunks && gfp == GFP_KERNEL)
				CHECK(!pcpu_fits(f->pc, chunks, size, align, PAGE_SIZE + align));
		}
		pcpu_verify(f->pc, true);
		cond_resched();
	}
	for (i = 0; i < LIVE; i++)
		if (o[i].addr)
			object_free(f, &o[i]);
	for (i = 0; i < MODEL_CHUNKS; i++)
		free(md.taken[i]);
	memset(&md, 0, sizeof(md));
	CHECK(!pstats(f).allocs && !pstats(f).alloc_bytes);
}

static void small_objects(struct fixture *f)
{
	random_ops(f, 256);
}

static void all_sizes(struct fixture *f)
{
	random_ops(f, f->pcpu.unit_size);
}

static void test_model(void **state)
{
	static const u32 pages[] = {1, 2, 4, 9, 65};
	struct fixture *f = *state;

	topology_init(&f->cfg.topology, 3, 2, 16384);
	f->cfg.kva_size = f->vmap.size = 256 << 20;
	for (u32 i = 0; i < ARRAY_SIZE(pages); i++) {
		f->pcpu.unit_size = pages[i] * PAGE_SIZE;
		f->pcpu.static_size = f->pcpu.dyn_size = 0;
		expect_clean(f, small_objects);
		expect_clean(f, all_sizes);
		f->pcpu.static_size = 1001;
		f->pcpu.dyn_size = f->pcpu.unit_size - 1500;
		expect_clean(f, all_sizes);
	}
}

/* CPUs that are not possible have no unit. */
static void sparse(struct fixture *f)
{
	struct object o;

	CHECK(object_make(f, &o, 8, 8, GFP_KERNEL));
	CHECK(per_cpu_ptr(f->pc, o.addr, 1) == o.addr);
	CHECK(per_cpu_ptr(f->pc, o.addr, 4) == o.addr + f->pcpu.unit_size);
	CHECK(vmalloc_to_page(f->m, per_cpu_ptr(f->pc, o.addr, 1)));
	CHECK(vmalloc_to_page(f->m, per_cpu_ptr(f->pc, o.addr, 4)));
	object_free(f, &o);
	random_ops(f, 512);
}

static void test_sparse_cpus(void **state)
{
	struct fixture *f = *state;

	topology_init(&f->cfg.topology, 5, 2, 2048);
	f->cfg.topology.possible[0] = f->cfg.topology.online[0] = 0x12;
	expect_clean(f, sparse);
}

/* Each CPU's pages come from its node. */
static void nodes(struct fixture *f)
{
	struct object o;
	unsigned int cpu;

	CHECK(object_make(f, &o, 8, 8, GFP_KERNEL));
	for_each_possible_cpu (cpu, &f->cfg.topology)
		CHECK(vmalloc_to_page(f->m, per_cpu_ptr(f->pc, o.addr, cpu))->nid ==
		      cpu_to_node(&f->cfg.topology, cpu));
	object_free(f, &o);
}

static void test_nodes(void **state)
{
	expect_clean(*state, nodes);
}

static void arguments(struct fixture *f)
{
	u32 unit = f->pcpu.unit_size, chunk, off;
	pcpu_addr_t p;

	CHECK(!alloc_percpu_gfp(f->pc, 0, 4, GFP_KERNEL));
	CHECK(!alloc_percpu_gfp(f->pc, unit + 1, 4, GFP_KERNEL));
	CHECK(!alloc_percpu_gfp(f->pc, ~0u, 4, GFP_KERNEL));
	CHECK(!alloc_percpu_gfp(f->pc, 4, 0, GFP_KERNEL));
	CHECK(!alloc_percpu_gfp(f->pc, 4, 12, GFP_KERNEL));
	CHECK(!alloc_percpu_gfp(f->pc, 4, 2 * PAGE_SIZE, GFP_KERNEL));
	CHECK(pstats(f).chunks == 0);
	free_percpu(f->pc, 0);
	CHECK(pcpu_place(f->pc, 0, &chunk, &off) == -ENOENT);

	p = alloc_percpu_gfp(f->pc, unit, PAGE_SIZE, GFP_KERNEL);
	CHECK(p && !pcpu_place(f->pc, p, &chunk, &off) && !chunk && !off);
	CHECK(!pcpu_place(f->pc, p + 8, &chunk, &off) && off == 8);
	CHECK(pcpu_place(f->pc, per_cpu_ptr(f->pc, p, 2), &chunk, &off) == -ENOENT);
	free_percpu(f->pc, p);
}

static void test_arguments(void **state)
{
	static const struct pcpu_config bad[] = {
		{.unit_size = 0},
		{.unit_size = PAGE_SIZE + 4},
		{.unit_size = 513 * PAGE_SIZE},
		{.unit_size = PAGE_SIZE, .static_size = 512 * PAGE_SIZE, .dyn_size = 1},
		{.unit_size = PAGE_SIZE, .allocator = NR_PCPU_ALLOCATORS},
		{.unit_size = PAGE_SIZE, .backing = NR_PCPU_BACKINGS},
		{.unit_size = PAGE_SIZE, .fc = NR_PCPU_FC},
		{.unit_size = PAGE_SIZE, .static_size = ~0u, .dyn_size = ~0u},
	};
	struct fixture *f = *state;
	struct pcpu *pc;

	expect_clean(f, arguments);
	pcpu_destroy(NULL);
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(pcpu_create(f->m, NULL, &bad[i], &pc), -EINVAL);
}

/* First fit, from the chunk with the least room. */
static void placement(struct fixture *f)
{
	u32 unit = f->pcpu.unit_size, chunk, off;
	pcpu_addr_t a, b, c, d;

	a = alloc_percpu_gfp(f->pc, 16, 4, GFP_KERNEL);
	b = alloc_percpu_gfp(f->pc, 16, 4, GFP_KERNEL);
	c = alloc_percpu_gfp(f->pc, 16, 4, GFP_KERNEL);
	CHECK(b == a + 16 && c == b + 16);
	free_percpu(f->pc, b);
	d = alloc_percpu_gfp(f->pc, 20, 4, GFP_KERNEL);
	CHECK(d == c + 16);
	b = alloc_percpu_gfp(f->pc, 12, 4, GFP_KERNEL);
	CHECK(b == a + 16);
	free_percpu(f->pc, d);
	free_percpu(f->pc, c);

	d = alloc_percpu_gfp(f->pc, unit - 64, 4, GFP_KERNEL);
	CHECK(!pcpu_place(f->pc, d, &chunk, &off) && chunk == 0 && off == 28);
	c = alloc_percpu_gfp(f->pc, unit / 2, 4, GFP_KERNEL);
	CHECK(!pcpu_place(f->pc, c, &chunk, &off) && chunk == 1 && off == 0);
	free_percpu(f->pc, b);
	b = alloc_percpu_gfp(f->pc, 32, 4, GFP_KERNEL);
	CHECK(!pcpu_place(f->pc, b, &chunk, &off) && chunk == 0 && off == unit - 36);
	free_percpu(f->pc, a);
	free_percpu(f->pc, b);
	free_percpu(f->pc, c);
	free_percpu(f->pc, d);
	flush_work(&f->pc->balance_work);
	CHECK(pstats(f).chunks == 1);
}

static void test_placement(void **state)
{
	expect_clean(*state, placement);
}

static void first_chunk(struct fixture *f)
{
	u32 chunk, off, last = 0;
	struct object o[64];
	struct pcpu_stats st = pstats(f);

	/*
	 * Bytes 1004 to 11196 are served: of the pages, only the second is served whole, and the
	 * fourth is not there.
	 */
	CHECK(st.chunks == 1 && st.populated == 3 && st.empty_populated == 1);
	for (u32 i = 0; i < 50; i++) {
		CHECK(object_make(f, &o[i], 40, 4, GFP_ATOMIC));
		CHECK(!pcpu_place(f->pc, o[i].addr, &chunk, &off) && !chunk && off >= 1004);
		CHECK(off + 40 <= 11196);
		last = max(last, off + 40);
	}
	CHECK(last == 3004);
	CHECK(pcpu_alloc_at(f->pc, 0, 0, 4) == 0);
	CHECK(pcpu_alloc_at(f->pc, 0, 1000, 4) == 0);
	CHECK(pcpu_alloc_at(f->pc, 0, 4 * PAGE_SIZE - 4, 4) == 0);
	for (u32 i = 0; i < 50; i++)
		object_free(f, &o[i]);
	flush_work(&f->pc->balance_work);
	CHECK(pstats(f).chunks == 1 && pstats(f).populated == 3);
}

static void test_first_chunk(void **state)
{
	struct fixture *f = *state;

	f->pcpu.static_size = 1001;
	f->pcpu.dyn_size = 2000 + 2 * PAGE_SIZE;
	f->pcpu.empty_high = 1;
	expect_clean(f, first_chunk);
}

/* A refused atomic request starts background work; after that, the request is served. */
static void atomic(struct fixture *f)
{
	struct pcpu_stats st;
	struct object o, p;

	CHECK(!object_make(f, &o, 8, 8, GFP_ATOMIC));
	flush_work(&f->pc->balance_work);
	st = pstats(f);
	CHECK(st.chunks == 1 && st.populated == 3 && st.empty_populated == 3);
	CHECK(object_make(f, &o, 2 * PAGE_SIZE + 4, 8, GFP_ATOMIC));
	CHECK(pstats(f).empty_populated == 0);
	CHECK(!object_make(f, &p, PAGE_SIZE, 8, GFP_ATOMIC));
	flush_work(&f->pc->balance_work);
	CHECK(pstats(f).empty_populated == 3);
	CHECK(object_make(f, &p, PAGE_SIZE, 8, GFP_ATOMIC));
	object_free(f, &p);
	object_free(f, &o);
}

static void test_atomic(void **state)
{
	expect_clean(*state, atomic);
}

/* Pages above empty_high go back, with one flush a chunk; so do empty chunks but one. */
static void reclaim(struct fixture *f)
{
	u32 unit = f->pcpu.unit_size;
	struct object o[4], keep[4];
	u64 flushes;

	for (u32 i = 0; i < 4; i++) {
		CHECK(object_make(f, &keep[i], PAGE_SIZE / 2 + 4, 4, GFP_KERNEL));
		CHECK(object_make(f, &o[i], unit - PAGE_SIZE, PAGE_SIZE, GFP_KERNEL));
	}
	flush_work(&f->pc->balance_work);
	CHECK(pstats(f).chunks == 5);
	flushes = mstats(f).flushes;
	for (u32 i = 0; i < 4; i++)
		object_free(f, &o[i]);
	flush_work(&f->pc->balance_work);
	CHECK(mstats(f).flushes > flushes && pstats(f).empty_populated <= 3 + 3);
	pcpu_verify(f->pc, true);
	for (u32 i = 0; i < 4; i++)
		object_free(f, &keep[i]);
	flush_work(&f->pc->balance_work);
	CHECK(pstats(f).chunks == 1);
}

static void test_reclaim(void **state)
{
	expect_clean(*state, reclaim);
}

static void alloc_at(struct fixture *f)
{
	u32 unit = f->pcpu.unit_size, chunk, off;
	pcpu_addr_t p, q;

	CHECK(!pcpu_alloc_at(f->pc, 1, 0, 4));
	p = pcpu_alloc_at(f->pc, 0, PAGE_SIZE - 8, 16);
	CHECK(p && !pcpu_place(f->pc, p, &chunk, &off) && !chunk && off == PAGE_SIZE - 8);
	CHECK(!pcpu_alloc_at(f->pc, 0, PAGE_SIZE + 4, 16));
	CHECK(!pcpu_alloc_at(f->pc, 0, PAGE_SIZE - 16, 12));
	CHECK(!pcpu_alloc_at(f->pc, 0, 2, 4));
	CHECK(!pcpu_alloc_at(f->pc, 0, 0, 0));
	CHECK(!pcpu_alloc_at(f->pc, 0, unit, 4) && !pcpu_alloc_at(f->pc, 0, unit - 4, 8));
	CHECK(!pcpu_alloc_at(f->pc, 0, 4, ~0u));
	q = pcpu_alloc_at(f->pc, 0, unit - 4, 1);
	CHECK(q);
	pcpu_verify(f->pc, true);
	free_percpu(f->pc, p);
	free_percpu(f->pc, q);
	p = pcpu_alloc_at(f->pc, 1, 0, unit);
	CHECK(p);
	q = pcpu_alloc_at(f->pc, 2, 0, unit);
	CHECK(q);
	free_percpu(f->pc, p);
	flush_work(&f->pc->balance_work);
	CHECK(pstats(f).chunks == 2);
	free_percpu(f->pc, q);
}

static void test_alloc_at(void **state)
{
	expect_clean(*state, alloc_at);
}

static void free_elsewhere(struct fixture *f)
{
	free_percpu(f->pc, f->cfg.kva_start + (8 << 20));
}

static void free_twice(struct fixture *f)
{
	pcpu_addr_t p = alloc_percpu_gfp(f->pc, 8, 8, GFP_KERNEL);

	free_percpu(f->pc, p);
	free_percpu(f->pc, p);
}

static void free_middle(struct fixture *f)
{
	free_percpu(f->pc, alloc_percpu_gfp(f->pc, 8, 8, GFP_KERNEL) + 4);
}

static void free_other_cpu(struct fixture *f)
{
	free_percpu(f->pc, per_cpu_ptr(f->pc, alloc_percpu_gfp(f->pc, 8, 8, GFP_KERNEL), 1));
}

static void free_hidden(struct fixture *f)
{
	free_percpu(f->pc, pcpu_chunk_first(f->pc)->base);
}

static void test_bad_frees(void **state)
{
	struct fixture *f = *state;

	expect_finding(f, free_elsewhere, ORACLE_RANGE, "lies in no chunk");
	expect_finding(f, free_twice, ORACLE_RANGE, "twice: no object is there");
	expect_finding(f, free_middle, ORACLE_RANGE, "middle: it lies inside");
	expect_finding(f, free_other_cpu, ORACLE_RANGE, "no-chunk");
	f->pcpu.static_size = 64;
	f->pcpu.dyn_size = PAGE_SIZE;
	expect_finding(f, free_hidden, ORACLE_RANGE, "outside");
}

static void leak(struct fixture *f)
{
	alloc_percpu_gfp(f->pc, 8, 8, GFP_KERNEL);
}

static void test_leak(void **state)
{
	expect_finding(*state, leak, ORACLE_LEAK_AREA, "1 objects of 8 bytes");
}

/* All kinds of requests to the machine, in one program. */
static void eventful(struct fixture *f)
{
	u32 unit = f->pcpu.unit_size;
	struct object o[8] = {0};
	static const struct {
		u32 pages;
		gfp_t gfp;
	} ask[8] = {{0, GFP_KERNEL}, {1, GFP_ATOMIC}, {2, GFP_KERNEL}, {3, GFP_KERNEL},
		    {4, GFP_KERNEL}, {1, GFP_ATOMIC}, {4, GFP_KERNEL}, {0, GFP_ATOMIC}};

	for (u32 i = 0; i < 8; i++) {
		u32 size = max((u32)8, min(unit, ask[i].pages * (u32)PAGE_SIZE));

		object_make(f, &o[i], size, 8, ask[i].gfp);
		pcpu_verify(f->pc, true);
		if (i & 1)
			flush_work(&f->pc->balance_work);
	}
	for (u32 i = 0; i < 8; i++)
		if (o[i].addr)
			object_free(f, &o[i]);
	flush_work(&f->pc->balance_work);
	pcpu_verify(f->pc, true);
	free_percpu(f->pc, pcpu_alloc_at(f->pc, f->pc->next_number, 4000, 200));
	pcpu_verify(f->pc, true);
}

static void fail_each(struct fixture *f)
{
	u64 n;

	expect_clean(f, eventful);
	n = f->requests;
	assert_true(n > 50);
	for (u64 i = 1; i <= n + 1; i++) {
		f->cfg.fail.at[0] = i;
		expect_clean(f, eventful);
	}
	for (u64 i = 2; i <= n; i++) {
		f->cfg.fail.at[0] = 0;
		f->cfg.fail.every = i;
		expect_clean(f, eventful);
	}
	memset(&f->cfg.fail.at, 0, sizeof(f->cfg.fail.at));
	f->cfg.fail.every = 0;
}

static void test_fail_each(void **state)
{
	struct fixture *f = *state;

	f->cfg.kva_size = f->vmap.size = 96 * PAGE_SIZE;
	fail_each(f);
	f->pcpu.static_size = 500;
	f->pcpu.dyn_size = 3 * PAGE_SIZE;
	fail_each(f);
}

/* Frames and addresses run out without injected failures. */
static void exhaust(struct fixture *f)
{
	struct object o[64];
	u32 n = 0;

	while (n < 64 && object_make(f, &o[n], f->pcpu.unit_size, 4, GFP_KERNEL))
		n++;
	CHECK(n > 0 && n < 64);
	pcpu_verify(f->pc, true);
	object_free(f, &o[0]);
	CHECK(object_make(f, &o[0], f->pcpu.unit_size, 4, GFP_KERNEL));
	while (n--)
		object_free(f, &o[n]);
}

static void test_exhaust(void **state)
{
	struct fixture *f = *state;

	topology_init(&f->cfg.topology, 3, 2, 100);
	f->pcpu.empty_low = f->pcpu.empty_high = 0;
	expect_clean(f, exhaust);
	topology_init(&f->cfg.topology, 3, 2, 2048);
	f->vmap.size = 100 * PAGE_SIZE;
	expect_clean(f, exhaust);
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_model),	   T(test_sparse_cpus), T(test_nodes),	T(test_arguments),
		T(test_placement), T(test_first_chunk), T(test_atomic), T(test_reclaim),
		T(test_alloc_at),  T(test_bad_frees),	T(test_leak),	T(test_fail_each),
		T(test_exhaust),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

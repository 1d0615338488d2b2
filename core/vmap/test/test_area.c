/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_area.c - areas against a naive model that searches an array of pages one by one.
 *
 * The model knows the lowest address, and one thing more about the search of a heap: the search
 * counts free ranges that are long enough and wrongly aligned, and after MISSES of them asks for
 * ranges of size + align - page (free.c). The eager space does not count, and its freed areas are
 * free at once.
 *
 * Zones and pools cache free ranges beside the heap. The test asks the space for its cached ranges,
 * which must be free; the rest of the free pages is the heap. A request that goes to the heap gets
 * the lowest address there, as in a lazy space; any other request may get any free range.
 */
#include "model.h"

#define MISSES 8

/* How many pages from @at on are free. */
static unsigned int model_run(const struct model *mo, unsigned int at)
{
	unsigned int n = 0;

	while (at + n < PAGES && mo->page[at + n] == FREE)
		n++;
	return n;
}

/* First page of the range that must be handed out; PAGES: there is none. All in pages. */
static unsigned int model_search(const struct fixture *f, const struct model *mo, unsigned int size,
				 u64 align, unsigned int from, unsigned int to)
{
	unsigned int at, len, misses = 0, first;
	u64 length = size;

	for (at = 0; at < PAGES; at += len ? len : 1) {
		len = model_run(mo, at);
		if (len < length || at + len <= from)
			continue;
		if (at >= to)
			break;
		for (first = max(at, from); first + size <= min(at + len, to); first++)
			if (IS_ALIGNED(KVA / PAGE_SIZE + first, align))
				return first;
		if (f->vmap.kva != VMAP_EAGER && ++misses == MISSES)
			length += align - 1;
	}
	return PAGES;
}

/* Is the heap the only one to serve this request? In pages. */
static bool heap_only(const struct fixture *f, unsigned int size, u64 align, bool anywhere)
{
	switch (f->vmap.kva) {
	case VMAP_ZONE:
		return !anywhere || f->vmap.zone_pages / (size + align - 1) < 3;
	case VMAP_POOL:
		return !anywhere || size > VMAP_POOL_MAX_PAGES;
	default:
		return true;
	}
}

static void model_alloc(struct fixture *f, struct model *mo)
{
	unsigned int size = 1 + random_next(&f->seed) % (random_next(&f->seed) % 8 ? 8 : 64);
	u64 align = 1ULL << (random_next(&f->seed) % 4 ? 0 : random_next(&f->seed) % 7);
	unsigned int from = 0, to = PAGES, want;
	struct vmap_area *va;
	bool lowest, sound;

	if (random_next(&f->seed) % 4 == 0) {
		from = random_next(&f->seed) % PAGES;
		to = from + (random_next(&f->seed) % 2 ? size : random_next(&f->seed) % PAGES);
		to = min(to, (unsigned int)PAGES);
	}
	sound = from < to && size <= to - from;
	lowest = heap_only(f, size, align, !from && to == PAGES);
	want = PAGES;
	if (sound)
		want = model_search(f, model_heap(f, mo), size, align, from, to);
	va = alloc_vmap_area(f->vs, size * PAGE_SIZE, align * PAGE_SIZE, KVA + from * PAGE_SIZE,
			     KVA + to * PAGE_SIZE, GFP_KERNEL);
	/* A purge puts everything into the heap. A request served from a cache needs no purge. */
	if (want == PAGES && sound && (lowest || IS_ERR(va) || !vstats(f).lazy_pages)) {
		model_purge(mo);
		want = model_search(f, mo, size, align, from, to);
		CHECK((want == PAGES) == IS_ERR(va));
	}
	if (IS_ERR(va)) {
		CHECK(want == PAGES && va == ERR_PTR(-EBUSY));
		return;
	}
	CHECK(!lowest || vmap_area_start(va) == KVA + want * PAGE_SIZE);
	CHECK(IS_ALIGNED(vmap_area_start(va), align * PAGE_SIZE));
	CHECK(vmap_area_start(va) >= f->vs->start && vmap_area_end(va) <= f->vs->end);
	CHECK(vmap_area_end(va) == vmap_area_start(va) + size * PAGE_SIZE);
	for (u64 a = va->va_start; a < va->va_end; a += PAGE_SIZE)
		CHECK(mo->page[(a - KVA) / PAGE_SIZE] == FREE);
	model_set(mo, va->va_start, va->va_end, BUSY);
	mo->area[mo->nr_areas++] = va;
}

static void model_free(struct fixture *f, struct model *mo)
{
	unsigned int i;
	struct vmap_area *va;

	if (!mo->nr_areas)
		return;
	i = random_next(&f->seed) % mo->nr_areas;
	va = mo->area[i];
	mo->area[i] = mo->area[--mo->nr_areas];
	model_set(mo, va->va_start, va->va_end, frees_lazily(f) ? LAZY : FREE);
	free_unmap_vmap_area(f->vs, va);
	if (model_count(mo, LAZY) > f->vmap.lazy_max_pages)
		model_purge(mo);
}

/* The areas and pages that a walk has met. */
struct met {
	const struct model *mo;
	u64 areas, last;
	bool page[PAGES];
};

static void meet(u64 start, u64 end, void *arg)
{
	struct met *met = arg;

	CHECK(end > start);
	for (u64 p = (start - KVA) / PAGE_SIZE; p < (end - KVA) / PAGE_SIZE; p++) {
		CHECK(met->mo->page[p] == BUSY && !met->page[p]);
		met->page[p] = true;
	}
	met->areas++;
}

static void meet_in_order(u64 start, u64 end, void *arg)
{
	struct met *met = arg;

	CHECK(start >= met->last);
	met->last = end;
	meet(start, end, met);
}

static void model_walk(struct fixture *f, const struct model *mo)
{
	struct met met = {.mo = mo}, judge = {.mo = mo};

	for_each_vmap_area(f->vs, meet_in_order, &met);
	for_each_busy_area(f->vs, meet, &judge);
	CHECK(met.areas == mo->nr_areas && judge.areas == mo->nr_areas);
	for (unsigned int p = 0; p < PAGES; p++)
		CHECK((mo->page[p] == BUSY) == met.page[p] && met.page[p] == judge.page[p]);
}

static void model_check(struct fixture *f, const struct model *mo)
{
	const struct model *heap = model_heap(f, mo);
	struct vmap_stats st = vstats(f);
	unsigned int p, len, largest = 0;

	vmap_verify(f->vs, true);
	for (p = 0; p < PAGES; p += len ? len : 1) {
		len = model_run(heap, p);
		largest = max(largest, len);
	}
	CHECK(st.areas == mo->nr_areas);
	CHECK(st.busy_pages == model_count(mo, BUSY));
	CHECK(st.lazy_pages == model_count(mo, LAZY));
	CHECK(st.free_pages == model_count(mo, FREE));
	CHECK(st.cached_pages == model_count(mo, FREE) - model_count(heap, FREE));
	CHECK(st.largest_free == largest * PAGE_SIZE);
	model_walk(f, mo);
	for (p = 0; p < PAGES; p += 7) {
		const struct vmap_area *va = find_vmap_area(f->vs, KVA + p * PAGE_SIZE + 123);

		CHECK((va != NULL) == (mo->page[p] == BUSY));
	}
}

static void random_ops(struct fixture *f)
{
	static struct model mo;

	model_init(&mo, KVA, PAGES);
	for (int i = 0; i < 600; i++) {
		/* Fill and drain in turn, so that the space gets full and empty. */
		if (random_next(&f->seed) % 100 < (i / 100 % 2 ? 35 : 65))
			model_alloc(f, &mo);
		else
			model_free(f, &mo);
		if (random_next(&f->seed) % 50 == 0) {
			purge_vmap_area_lazy(f->vs);
			model_purge(&mo);
		}
		if (random_next(&f->seed) % 16 == 0)
			task_migrate(random_next(&f->seed) % 4);
		model_check(f, &mo);
	}
	while (mo.nr_areas)
		model_free(f, &mo);
}

static void test_model(void **state)
{
	static const unsigned int nodes[] = {0, 1, 2, 9};
	struct fixture *f = *state;

	f->vmap.size = PAGES * PAGE_SIZE;
	f->vmap.lazy_max_pages = 64;
	f->vmap.zone_pages = 40;
	for (u64 seed = 0; seed < 40; seed++) {
		f->vmap.nodes = nodes[seed % ARRAY_SIZE(nodes)];
		for (unsigned int kva = 0; kva < NR_VMAP_KVAS; kva++) {
			f->seed = seed;
			f->vmap.kva = (enum vmap_kva)kva;
			expect_clean(f, random_ops);
		}
	}
}

static void bad_arguments(struct fixture *f)
{
	u64 s = f->vs->start, e = f->vs->end;
	struct vmap_area *einval = ERR_PTR(-EINVAL), *ebusy = ERR_PTR(-EBUSY);

	CHECK(alloc_vmap_area(f->vs, 0, PAGE_SIZE, s, e, GFP_KERNEL) == einval);
	CHECK(alloc_vmap_area(f->vs, 100, PAGE_SIZE, s, e, GFP_KERNEL) == einval);
	CHECK(alloc_vmap_area(f->vs, PAGE_SIZE, 0, s, e, GFP_KERNEL) == einval);
	CHECK(alloc_vmap_area(f->vs, PAGE_SIZE, 3 * PAGE_SIZE, s, e, GFP_KERNEL) == einval);
	CHECK(alloc_vmap_area(f->vs, PAGE_SIZE, 64, s, e, GFP_KERNEL) == einval);
	CHECK(alloc_vmap_area(f->vs, PAGE_SIZE, PAGE_SIZE, e, s, GFP_KERNEL) == ebusy);
	CHECK(alloc_vmap_area(f->vs, PAGE_SIZE, PAGE_SIZE, 0, s, GFP_KERNEL) == ebusy);
	CHECK(alloc_vmap_area(f->vs, PAGE_SIZE, PAGE_SIZE, s + 1, s + 2, GFP_KERNEL) == ebusy);
	CHECK(alloc_vmap_area(f->vs, e - s + PAGE_SIZE, PAGE_SIZE, s, e, GFP_KERNEL) == ebusy);
	CHECK(alloc_vmap_area(f->vs, -PAGE_SIZE, PAGE_SIZE, 0, ~0ULL, GFP_KERNEL) == ebusy);
	/* No multiple of these alignments lies in the space. */
	CHECK(alloc_vmap_area(f->vs, PAGE_SIZE, 1ULL << 63, 0, ~0ULL, GFP_KERNEL) == ebusy);
	CHECK(alloc_vmap_area(f->vs, PAGE_SIZE, 1ULL << 47, 0, ~0ULL, GFP_KERNEL) == ebusy);
	CHECK(!find_vmap_area(f->vs, 0) && !find_vmap_area(f->vs, ~0ULL));
}

static void test_bad_arguments(void **state)
{
	struct fixture *f = *state;
	struct vmap_space *vs;
	struct vmap_config c = f->vmap;

	expect_clean_on_each(f, bad_arguments);
	assert_string_equal(vmap_kva_name(VMAP_LAZY), "lazy");
	assert_string_equal(vmap_kva_name(VMAP_EAGER), "eager");
	assert_string_equal(vmap_kva_name(VMAP_ZONE), "zone");
	assert_string_equal(vmap_kva_name(VMAP_POOL), "pool");

	c.kva = NR_VMAP_KVAS;
	assert_int_equal(vmap_create(f->m, &c, &vs), -EINVAL);
	c = f->vmap;
	c.start = 0;
	assert_int_equal(vmap_create(f->m, &c, &vs), -EINVAL);
	c = f->vmap, c.start++;
	assert_int_equal(vmap_create(f->m, &c, &vs), -EINVAL);
	c = f->vmap, c.size = 0;
	assert_int_equal(vmap_create(f->m, &c, &vs), -EINVAL);
	c = f->vmap, c.size--;
	assert_int_equal(vmap_create(f->m, &c, &vs), -EINVAL);
	c = f->vmap, c.size = -c.start;
	assert_int_equal(vmap_create(f->m, &c, &vs), -EINVAL);
	c = f->vmap, c.block_pages = 64;
	assert_int_equal(vmap_create(f->m, &c, &vs), -EINVAL);
	c = f->vmap, c.block_pages = 192;
	assert_int_equal(vmap_create(f->m, &c, &vs), -EINVAL);
	c = f->vmap, c.kva = VMAP_POOL, c.nodes = VMAP_MAX_NODES + 1;
	assert_int_equal(vmap_create(f->m, &c, &vs), -EINVAL);
	vmap_destroy(NULL);
}

/* The space ends one page below 2^64: sums beyond it wrap. */
static void top_of_memory(struct fixture *f)
{
	const struct vmap_area *ebusy = ERR_PTR(-EBUSY);
	u64 last = f->vs->end - PAGE_SIZE;
	struct vmap_area *a, *b;

	a = alloc_vmap_area(f->vs, 4 * PAGE_SIZE, 4 * PAGE_SIZE, 0, ~0ULL, GFP_KERNEL);
	CHECK(!IS_ERR(a) && a->va_start == f->vs->start);
	CHECK(alloc_vmap_area(f->vs, 2 * PAGE_SIZE, 8 * PAGE_SIZE, f->vs->start + PAGE_SIZE, ~0ULL,
			      GFP_KERNEL) == ERR_PTR(-EBUSY));
	b = alloc_pages_any(f, 3);
	CHECK(!IS_ERR(b) && b->va_end == f->vs->end);
	CHECK(find_vmap_area(f->vs, f->vs->end - 1) == b);
	CHECK(!find_vmap_area(f->vs, ~0ULL));
	CHECK(alloc_pages_any(f, 1) == ERR_PTR(-EBUSY));
	free_unmap_vmap_area(f->vs, a);
	free_unmap_vmap_area(f->vs, b);

	/* The last page, and requests that would reach beyond it. */
	a = alloc_vmap_area(f->vs, PAGE_SIZE, PAGE_SIZE, last, ~0ULL, GFP_KERNEL);
	CHECK(!IS_ERR(a) && a->va_start == last && a->va_end == f->vs->end);
	CHECK(alloc_vmap_area(f->vs, PAGE_SIZE, PAGE_SIZE, last, ~0ULL, GFP_KERNEL) == ebusy);
	CHECK(alloc_vmap_area(f->vs, 2 * PAGE_SIZE, PAGE_SIZE, last, ~0ULL, GFP_KERNEL) == ebusy);
	CHECK(alloc_vmap_area(f->vs, PAGE_SIZE, PAGE_SIZE, last + 1, ~0ULL, GFP_KERNEL) == ebusy);
	CHECK(alloc_vmap_area(f->vs, 4 * PAGE_SIZE, 1ULL << 63, 0, ~0ULL, GFP_KERNEL) == ebusy);
	b = alloc_vmap_area(f->vs, 6 * PAGE_SIZE, PAGE_SIZE, 0, last, GFP_KERNEL);
	CHECK(!IS_ERR(b) && b->va_end == last);
	vmap_verify(f->vs, true);
	free_unmap_vmap_area(f->vs, a);
	a = alloc_vmap_area(f->vs, PAGE_SIZE, PAGE_SIZE, last, f->vs->end, GFP_KERNEL);
	CHECK(!IS_ERR(a) && a->va_start == last);
	free_unmap_vmap_area(f->vs, b);
	free_unmap_vmap_area(f->vs, a);
}

static void test_top_of_memory(void **state)
{
	struct fixture *f = *state;

	f->cfg.kva_start = f->vmap.start = -8 * PAGE_SIZE;
	f->cfg.kva_size = f->vmap.size = 7 * PAGE_SIZE;
	expect_clean_on_each(f, top_of_memory);
}

/* A free range exactly as long as the request is found, however its surroundings are aligned. */
static void exact_fit(struct fixture *f)
{
	u64 at = KVA + 64 * PAGE_SIZE;
	struct vmap_area *va;

	va = alloc_vmap_area(f->vs, 64 * PAGE_SIZE, 64 * PAGE_SIZE, at, at + 64 * PAGE_SIZE,
			     GFP_KERNEL);
	CHECK(!IS_ERR(va) && va->va_start == at);
	free_unmap_vmap_area(f->vs, va);

	/* The same with no other range free. */
	purge_vmap_area_lazy(f->vs);
	for (u64 a = KVA; a < f->vs->end; a += 64 * PAGE_SIZE)
		if (a != at)
			CHECK(!IS_ERR(alloc_vmap_area(f->vs, 64 * PAGE_SIZE, PAGE_SIZE, a,
						      a + 64 * PAGE_SIZE, GFP_KERNEL)));
	va = alloc_vmap_area(f->vs, 64 * PAGE_SIZE, 64 * PAGE_SIZE, KVA, f->vs->end, GFP_KERNEL);
	CHECK(!IS_ERR(va) && va->va_start == at);
	CHECK(alloc_pages_any(f, 1) == ERR_PTR(-EBUSY));
	while (first_vmap_area(f->vs))
		free_unmap_vmap_area(f->vs, first_vmap_area(f->vs));
}

static void test_exact_fit(void **state)
{
	expect_clean_on_each(*state, exact_fit);
}

/* Everything is lazily freed: the next request purges and searches anew from the bottom. */
static void purge_and_retry(struct fixture *f)
{
	u64 pages = f->vmap.size / PAGE_SIZE, purges;
	struct vmap_area *va = alloc_pages_any(f, pages);

	CHECK(!IS_ERR(va));
	free_unmap_vmap_area(f->vs, va);
	CHECK(vstats(f).lazy_pages == pages);
	CHECK(alloc_vmap_area(f->vs, PAGE_SIZE, PAGE_SIZE, KVA, f->vs->end, GFP_ATOMIC) ==
	      ERR_PTR(-EBUSY));
	settle(f);
	CHECK(vstats(f).lazy_pages == 0);

	va = alloc_pages_any(f, pages);
	free_unmap_vmap_area(f->vs, va);
	purges = vstats(f).purges;
	va = alloc_pages_any(f, 1);
	CHECK(!IS_ERR(va) && va->va_start == KVA);
	CHECK(vstats(f).purges == purges + 1);
	free_unmap_vmap_area(f->vs, va);
}

static void test_purge_and_retry(void **state)
{
	struct fixture *f = *state;

	f->vmap.lazy_max_pages = 1 << 20;
	expect_clean_on_each_lazy(f, purge_and_retry);
}

/* Many unmaps, one flush, and none below the threshold. */
static void one_flush(struct fixture *f)
{
	u64 flushes = mstats(f).flushes;
	struct vmap_area *va[33];
	u64 stale;

	for (int i = 0; i < 33; i++) {
		va[i] = alloc_pages_any(f, 8);
		CHECK(!vmap_pages_range(f->m, va[i]->va_start, f->page, 8, GFP_KERNEL));
	}
	for (int i = 0; i < 33; i++) {
		CHECK(mstats(f).flushes == flushes);
		free_unmap_vmap_area(f->vs, va[i]);
	}
	CHECK(mstats(f).flushes == flushes + 1);
	CHECK(vstats(f).lazy_pages == 0 && vstats(f).purges == 1);
	CHECK(!tlb_stale_in_range(f->m, f->vs->start, f->vs->end, &stale));
	purge_vmap_area_lazy(f->vs);
	CHECK(mstats(f).flushes == flushes + 1);
}

static void test_one_flush(void **state)
{
	expect_clean_on_each_lazy(*state, one_flush);
}

/* An RCU reader may free. A purge waits for readers, so it is left to a work item. */
static void free_as_reader(struct fixture *f)
{
	struct vmap_area *va = alloc_pages_any(f, 1 + f->vmap.lazy_max_pages);

	rcu_read_lock();
	free_unmap_vmap_area(f->vs, va);
	CHECK(vstats(f).purges == 0);
	rcu_read_unlock();
	settle(f);
	CHECK(vstats(f).purges == 1 && vstats(f).lazy_pages == 0);
}

static void test_free_as_reader(void **state)
{
	expect_clean_on_each_lazy(*state, free_as_reader);
}

static void count_area(u64 start, u64 end, void *arg)
{
	u64 *last = arg;

	CHECK(start >= *last && end > start);
	*last = end;
}

static void walk(struct fixture *f)
{
	struct vmap_area *va[10];
	u64 last = 0;

	for (int i = 0; i < 10; i++)
		va[i] = alloc_pages_any(f, 2);
	for (int i = 0; i < 10; i += 2)
		free_unmap_vmap_area(f->vs, va[i]);
	for_each_vmap_area(f->vs, count_area, &last);
	CHECK(last == va[9]->va_end);
	for (int i = 1; i < 10; i += 2)
		free_unmap_vmap_area(f->vs, va[i]);
}

static void test_walk(void **state)
{
	expect_clean_on_each(*state, walk);
}

static void leak(struct fixture *f)
{
	alloc_pages_any(f, 3);
}

static void test_leak(void **state)
{
	struct fixture *f = *state;

	for (unsigned int kva = 0; kva < NR_VMAP_KVAS; kva++) {
		f->vmap.kva = (enum vmap_kva)kva;
		expect_finding(f, leak, ORACLE_LEAK_AREA, "1 areas of 3 pages");
	}
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_model),
		T(test_bad_arguments),
		T(test_top_of_memory),
		T(test_exact_fit),
		T(test_purge_and_retry),
		T(test_one_flush),
		T(test_free_as_reader),
		T(test_walk),
		T(test_leak),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

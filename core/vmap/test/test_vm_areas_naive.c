/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_vm_areas_naive.c - congruent areas against a naive search, which tries each base from the
 * top of the space on a map of its pages. Cached ranges are not free for it until a purge has put
 * them back.
 */
#include "group.h"
#include "model.h"

static void extent(const struct group *g, u64 *first, u64 *last)
{
	*first = ~0ULL;
	*last = 0;
	for (unsigned int i = 0; i < g->nr; i++) {
		*first = min(*first, g->offset[i]);
		*last = max(*last, g->offset[i] + g->size[i]);
	}
}

/* Try every page of every area at each base from the top. False: there is none. */
static bool naive_base(const struct model *mo, unsigned int pages, const struct group *g, u64 *base)
{
	u64 first, last, space = mo->start + pages * PAGE_SIZE;
	bool fits;

	extent(g, &first, &last);
	for (*base = ALIGN_DOWN(space - last, g->align); *base + first >= mo->start;
	     *base -= g->align) {
		fits = true;
		for (unsigned int i = 0; i < g->nr && fits; i++) {
			u64 at = (*base + g->offset[i] - mo->start) / PAGE_SIZE;

			for (u64 p = 0; p < g->size[i] / PAGE_SIZE; p++)
				fits &= mo->page[at + p] == FREE;
		}
		if (fits)
			return true;
	}
	return false;
}

/* Areas and gaps in turn, gaps often of no page, in any order, at any distance from the base. */
static void random_group(u64 *seed, struct group *g)
{
	u64 at = random_next(seed) % 2 ? 0 : random_next(seed) % 300;

	g->nr = 1 + random_next(seed) % MAX_NR;
	g->align = PAGE_SIZE << (random_next(seed) % 2 ? 0 : random_next(seed) % 5);
	for (unsigned int i = 0; i < g->nr; i++) {
		unsigned int place = random_next(seed) % (i + 1);
		u64 size = 1 + random_next(seed) % 4;

		g->offset[i] = g->offset[place];
		g->size[i] = g->size[place];
		g->offset[place] = at * PAGE_SIZE;
		g->size[place] = size * PAGE_SIZE;
		at += size + (random_next(seed) % 3 ? random_next(seed) % 12 : 0);
	}
}

#define MAX_GROUPS 16

struct differential {
	struct model mo;
	unsigned int pages;
	struct group group[MAX_GROUPS];
	unsigned int nr_groups;
};

/* Counted over all runs, to show that each outcome occurs. */
static unsigned int found_at_once, found_after_purge, refused;

static void group_alloc(struct fixture *f, struct differential *d)
{
	struct group *g = &d->group[d->nr_groups];
	u64 base;

	if (d->nr_groups == MAX_GROUPS)
		return;
	random_group(&f->seed, g);
	if (naive_base(model_heap(f, &d->mo), d->pages, g, &base)) {
		found_at_once++;
	} else {
		u64 first, last;

		extent(g, &first, &last);
		if (last - first <= d->pages * PAGE_SIZE)
			model_purge(&d->mo);
		if (!naive_base(&d->mo, d->pages, g, &base)) {
			CHECK(get(f, g) == -EBUSY);
			refused++;
			return;
		}
		found_after_purge++;
	}
	CHECK(!get(f, g));
	CHECK(base_of(g) == base);
	for (unsigned int i = 0; i < g->nr; i++)
		model_set(&d->mo, g->va[i]->va_start, g->va[i]->va_end, BUSY);
	d->nr_groups++;
}

static void group_free(struct fixture *f, struct differential *d)
{
	struct group *g;

	if (!d->nr_groups)
		return;
	g = &d->group[random_next(&f->seed) % d->nr_groups];
	for (unsigned int i = 0; i < g->nr; i++)
		model_set(&d->mo, g->va[i]->va_start, g->va[i]->va_end, LAZY);
	put(f, g);
	*g = d->group[--d->nr_groups];
}

static void single_alloc(struct fixture *f, struct differential *d)
{
	u64 at = f->vs->start + random_next(&f->seed) % d->pages * PAGE_SIZE;
	u64 size = (1 + random_next(&f->seed) % 3) * PAGE_SIZE, end = at + size;
	struct vmap_area *va;

	/* Anywhere: perhaps from a cache. */
	if (random_next(&f->seed) % 2) {
		at = f->vs->start;
		end = f->vs->end;
	}

	/* Without the flag that lets it purge. */
	va = alloc_vmap_area(f->vs, size, PAGE_SIZE, at, end, GFP_ATOMIC);
	settle(f);
	if (IS_ERR(va)) {
		purge_vmap_area_lazy(f->vs);
		model_purge(&d->mo);
		return;
	}
	for (u64 p = (va->va_start - d->mo.start) / PAGE_SIZE, n = va_pages(va); n--; p++)
		CHECK(d->mo.page[p] == FREE);
	model_set(&d->mo, va->va_start, va->va_end, BUSY);
	d->mo.area[d->mo.nr_areas++] = va;
}

static void single_free(struct fixture *f, struct differential *d)
{
	struct vmap_area **va;

	if (!d->mo.nr_areas)
		return;
	va = &d->mo.area[random_next(&f->seed) % d->mo.nr_areas];
	model_set(&d->mo, (*va)->va_start, (*va)->va_end, LAZY);
	free_unmap_vmap_area(f->vs, *va);
	*va = d->mo.area[--d->mo.nr_areas];
}

static void count_lazy(u64 start, u64 end, void *arg)
{
	struct differential *d = arg;

	for (u64 p = (start - d->mo.start) / PAGE_SIZE; p < (end - d->mo.start) / PAGE_SIZE; p++)
		CHECK(d->mo.page[p] == LAZY);
}

static void check_model(struct fixture *f, struct differential *d)
{
	struct vmap_stats st = vstats(f);

	vmap_verify(f->vs, true);
	if (st.lazy_pages != model_count(&d->mo, LAZY)) {
		/* The lazy pages were above the threshold: one of the frees has purged. */
		CHECK(!st.lazy_pages && model_count(&d->mo, LAZY) > f->vmap.lazy_max_pages);
		model_purge(&d->mo);
	}
	CHECK(st.free_pages == model_count(&d->mo, FREE));
	for_each_lazy_area(f->vs, count_lazy, d);
}

static void random_ops(struct fixture *f)
{
	static struct differential d;

	d.nr_groups = 0;
	d.pages = f->vmap.size / PAGE_SIZE;
	model_init(&d.mo, f->vs->start, d.pages);
	for (int i = 0; i < 300; i++) {
		switch (random_next(&f->seed) % 8) {
		case 0 ... 2:
			group_alloc(f, &d);
			break;
		case 3:
			group_free(f, &d);
			break;
		case 4 ... 5:
			single_alloc(f, &d);
			break;
		default:
			single_free(f, &d);
		}
		check_model(f, &d);
	}
	while (d.nr_groups)
		group_free(f, &d);
	while (d.mo.nr_areas)
		single_free(f, &d);
}

static void test_naive(void **state)
{
	static const u64 sizes[] = {31, 64, 100, 400};
	struct fixture *f = *state;

	found_at_once = found_after_purge = refused = 0;
	f->vmap.zone_pages = 12;
	for (u64 run = 0; run < 400; run++) {
		f->vmap.size = sizes[run % ARRAY_SIZE(sizes)] * PAGE_SIZE;
		f->vmap.start = run / 4 % 2 ? KVA : -f->vmap.size - PAGE_SIZE;
		f->cfg.kva_start = f->vmap.start;
		f->cfg.kva_size = f->vmap.size;
		f->vmap.lazy_max_pages = run / 8 % 2 ? 20 : 1000;
		f->seed = run;
		expect_clean_on_each_lazy(f, random_ops);
	}
	assert_true(found_at_once > 1000 && found_after_purge > 100 && refused > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_naive, fixture_setup, fixture_teardown)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

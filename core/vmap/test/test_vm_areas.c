/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_vm_areas.c - congruent areas: known answers, refusals, purges, and the failure of each
 * request for metadata.
 */
#include "group.h"

/* All in pages. */
#define GROUP(al, ...)                                                                             \
	({                                                                                         \
		static const u64 pairs[][2] = {__VA_ARGS__};                                       \
		struct group made = {.nr = ARRAY_SIZE(pairs), .align = (al)*PAGE_SIZE};            \
                                                                                                   \
		for (unsigned int p = 0; p < made.nr; p++) {                                       \
			made.offset[p] = pairs[p][0] * PAGE_SIZE;                                  \
			made.size[p] = pairs[p][1] * PAGE_SIZE;                                    \
		}                                                                                  \
		made;                                                                              \
	})

/* The group must get its areas at @page from the start of the space. */
static void expect_at(struct fixture *f, struct group *g, u64 page)
{
	CHECK(!get(f, g));
	CHECK(base_of(g) == f->vs->start + page * PAGE_SIZE);
	put(f, g);
	empty_into_heap(f);
	vmap_verify(f->vs, true);
}

static struct vmap_area *busy(struct fixture *f, u64 page, u64 pages)
{
	u64 at = f->vs->start + page * PAGE_SIZE;
	struct vmap_area *va = alloc_vmap_area(f->vs, pages * PAGE_SIZE, PAGE_SIZE, at,
					       at + pages * PAGE_SIZE, GFP_KERNEL);

	CHECK(!IS_ERR(va));
	return va;
}

/* A space of 64 pages. */
static void known_answers(struct fixture *f)
{
	struct group one = GROUP(1, {0, 4}), pair = GROUP(1, {0, 4}, {20, 4});
	struct group reversed = GROUP(1, {40, 2}, {20, 4}, {0, 8});
	struct group touching = GROUP(1, {4, 4}, {0, 4}), whole = GROUP(1, {0, 64});
	struct group spread = GROUP(1, {63, 1}, {0, 1}), moved = GROUP(1, {200, 4}, {220, 4});
	struct group aligned = GROUP(16, {0, 4}, {20, 4}), odd = GROUP(16, {3, 2}, {9, 2});
	struct vmap_area *a, *b;

	/* In an empty space the highest area ends at the end of the space. */
	expect_at(f, &one, 60);
	expect_at(f, &pair, 40);
	expect_at(f, &reversed, 22);
	expect_at(f, &touching, 56);
	expect_at(f, &whole, 0);
	expect_at(f, &spread, 0);
	expect_at(f, &aligned, 32);
	expect_at(f, &odd, 48);
	/* Without an offset of 0 the base may lie below the space. */
	CHECK(!get(f, &moved));
	CHECK(vmap_area_end(moved.va[1]) == f->vs->end);
	put(f, &moved);

	/* The end moves the base: page 50 is in use, so one of the areas ends there. */
	empty_into_heap(f);
	a = busy(f, 50, 1);
	expect_at(f, &one, 60);
	expect_at(f, &pair, 40);
	expect_at(f, &reversed, 22);
	expect_at(f, &aligned, 32);
	/* The start moves it: the higher area would begin below the start of the upper free area.
	 */
	b = busy(f, 61, 3);
	expect_at(f, &one, 57);
	expect_at(f, &pair, 37);
	expect_at(f, &reversed, 19);
	free_unmap_vmap_area(f->vs, b);
	empty_into_heap(f);
	/* The same for lower areas, after the highest has fitted. */
	b = busy(f, 43, 2);
	expect_at(f, &pair, 39);
	expect_at(f, &reversed, 19);
	free_unmap_vmap_area(f->vs, b);
	b = busy(f, 33, 1);
	expect_at(f, &aligned, 16);
	free_unmap_vmap_area(f->vs, a);
	free_unmap_vmap_area(f->vs, b);
}

static void test_known_answers(void **state)
{
	struct fixture *f = *state;

	f->vmap.size = 64 * PAGE_SIZE;
	expect_clean_on_each_lazy(f, known_answers);
	/* The same near the top of all addresses, with the same alignment of the space. */
	f->cfg.kva_start = f->vmap.start = -80 * PAGE_SIZE;
	f->cfg.kva_size = f->vmap.size;
	expect_clean_on_each_lazy(f, known_answers);
}

/* The free ranges are exactly those that the group needs. */
static void exact_fit(struct fixture *f)
{
	struct group g = GROUP(1, {30, 5}, {0, 3}, {11, 2}), longer = GROUP(1, {30, 5}, {0, 4});
	struct group another = g;
	struct vmap_area *wall[] = {busy(f, 0, 7), busy(f, 10, 8), busy(f, 20, 17),
				    busy(f, 42, 22)};

	for (int i = 0; i < 3; i++) {
		CHECK(get(f, &longer) == -EBUSY);
		CHECK(!get(f, &g));
		CHECK(base_of(&g) == f->vs->start + 7 * PAGE_SIZE);
		CHECK(vstats(f).free_pages == 0);
		CHECK(get(f, &another) == -EBUSY && alloc_pages_any(f, 1) == ERR_PTR(-EBUSY));
		put(f, &g);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(wall); i++)
		free_unmap_vmap_area(f->vs, wall[i]);
}

static void test_exact_fit(void **state)
{
	struct fixture *f = *state;

	f->vmap.size = 64 * PAGE_SIZE;
	expect_clean_on_each_lazy(f, exact_fit);
}

static int ask(struct fixture *f, u64 offset0, u64 size0, u64 offset1, u64 size1, unsigned int nr,
	       u64 align, gfp_t gfp)
{
	const u64 offsets[] = {offset0, offset1}, sizes[] = {size0, size1};
	struct vmap_area *va[2];

	return pcpu_get_vm_areas(f->vs, offsets, sizes, nr, align, gfp, va);
}

static void bad_arguments(struct fixture *f)
{
	static const u64 zeros[VM_AREAS_MAX + 1];
	static struct vmap_area *none[VM_AREAS_MAX + 1];
	const u64 P = PAGE_SIZE, space = f->vmap.size, span = 8 * P;
	struct vmap_stats before = vstats(f), after;

	CHECK(ask(f, 0, P, span, P, 0, P, GFP_KERNEL) == -EINVAL);
	CHECK(pcpu_get_vm_areas(f->vs, zeros, zeros, VM_AREAS_MAX + 1, P, GFP_KERNEL, none) ==
	      -EINVAL);
	CHECK(ask(f, 0, P, span, P, 2, P, GFP_ATOMIC) == -EINVAL);
	CHECK(ask(f, 0, P, span, P, 2, 0, GFP_KERNEL) == -EINVAL);
	CHECK(ask(f, 0, P, span, P, 2, P / 2, GFP_KERNEL) == -EINVAL);
	CHECK(ask(f, 0, P, span, P, 2, 3 * P, GFP_KERNEL) == -EINVAL);
	CHECK(ask(f, 0, P, span, 0, 2, P, GFP_KERNEL) == -EINVAL);
	CHECK(ask(f, 0, P, span, P + 8, 2, P, GFP_KERNEL) == -EINVAL);
	CHECK(ask(f, 0, P, span + 8, P, 2, P, GFP_KERNEL) == -EINVAL);
	CHECK(ask(f, 0, P, -P, P, 2, P, GFP_KERNEL) == -EINVAL);
	CHECK(ask(f, 0, P, -P, 2 * P, 2, P, GFP_KERNEL) == -EINVAL);
	/* Overlaps: equal, one ends in the other, one inside of the other; in both orders. */
	CHECK(ask(f, span, P, span, P, 2, P, GFP_KERNEL) == -EINVAL);
	CHECK(ask(f, 0, 9 * P, span, 2 * P, 2, P, GFP_KERNEL) == -EINVAL);
	CHECK(ask(f, span, 2 * P, 0, 9 * P, 2, P, GFP_KERNEL) == -EINVAL);
	CHECK(ask(f, 0, 20 * P, span, P, 2, P, GFP_KERNEL) == -EINVAL);

	/* Longer than the space, by a page and by nearly all addresses; or up to 2^64. */
	CHECK(ask(f, 0, space + P, 0, 0, 1, P, GFP_KERNEL) == -EBUSY);
	CHECK(ask(f, 0, P, space, P, 2, P, GFP_KERNEL) == -EBUSY);
	CHECK(ask(f, space, P, 0, P, 2, P, GFP_KERNEL) == -EBUSY);
	CHECK(ask(f, 0, P, -2 * P, P, 2, P, GFP_KERNEL) == -EBUSY);
	CHECK(ask(f, -2 * P, P, 0, 0, 1, P, GFP_KERNEL) == -EBUSY);
	/* No multiple of the alignment fits, or the offsets alone reach beyond the space. */
	CHECK(ask(f, 0, P, span, P, 2, 1ULL << 63, GFP_KERNEL) == -EBUSY);
	CHECK(ask(f, f->vs->end, P, f->vs->end + span, P, 2, P, GFP_KERNEL) == -EBUSY);
	CHECK(ask(f, f->vs->end - P, P, f->vs->end, P, 2, P, GFP_KERNEL) == -EBUSY);

	after = vstats(f);
	CHECK(!memcmp(&before, &after, sizeof(before)));
	CHECK(mstats(f).failed == 0);
}

static void test_bad_arguments(void **state)
{
	struct fixture *f = *state;

	expect_clean_on_each_lazy(f, bad_arguments);
}

/* Offsets that are addresses: the base is 0, and may not be less. */
static void base_zero(struct fixture *f)
{
	u64 at = f->vs->end - 4 * PAGE_SIZE;
	struct group g = {.nr = 1, .offset = {at}, .size = {4 * PAGE_SIZE}, .align = PAGE_SIZE};
	struct group another = g;

	CHECK(!get(f, &g));
	CHECK(base_of(&g) == 0);
	CHECK(get(f, &another) == -EBUSY);
	put(f, &g);
	g.align = 1ULL << 63;
	CHECK(!get(f, &g));
	put(f, &g);
}

static void test_base_zero(void **state)
{
	struct fixture *f = *state;

	expect_clean_on_each_lazy(f, base_zero);
	f->cfg.kva_start = f->vmap.start = -65 * PAGE_SIZE;
	f->cfg.kva_size = f->vmap.size = 64 * PAGE_SIZE;
	expect_clean_on_each_lazy(f, base_zero);
}

/* Lazy areas are not handed out before a flush; a request that finds no room flushes. */
static void purge_and_retry(struct fixture *f)
{
	struct group half = GROUP(1, {0, 16}, {32, 16}), same = half, one = GROUP(1, {0, 1});
	u64 purges = vstats(f).purges, stale;
	struct vmap_area *va;

	CHECK(!get(f, &half));
	CHECK(base_of(&half) == f->vs->start + 16 * PAGE_SIZE);
	CHECK(!vmap_pages_range(f->m, half.va[1]->va_start, f->page, 16, GFP_KERNEL));
	put(f, &half);
	CHECK(vstats(f).lazy_pages == 32 && vstats(f).purges == purges);
	CHECK(tlb_stale_in_range(f->m, f->vs->start, f->vs->end, &stale));

	/* The highest place is lazy, so the group gets the only other one. */
	CHECK(!get(f, &same));
	CHECK(base_of(&same) == f->vs->start);
	CHECK(vstats(f).lazy_pages == 32 && vstats(f).purges == purges);

	/* No place is left: the request purges, and finds the first one. */
	CHECK(!get(f, &half));
	CHECK(base_of(&half) == f->vs->start + 16 * PAGE_SIZE);
	CHECK(vstats(f).lazy_pages == 0 && vstats(f).purges == purges + 1);
	CHECK(!tlb_stale_in_range(f->m, f->vs->start, f->vs->end, &stale));

	/* It purges once: if that makes no room, the request is refused. */
	put(f, &same);
	va = alloc_pages_any(f, 1);
	CHECK(!IS_ERR(va) && va->va_start == f->vs->start);
	purges = vstats(f).purges;
	CHECK(get(f, &same) == -EBUSY);
	CHECK(vstats(f).purges <= purges + 1 && vstats(f).lazy_pages == 0);
	CHECK(!get(f, &one));
	put(f, &one);
	put(f, &half);
	free_unmap_vmap_area(f->vs, va);
}

static void test_purge_and_retry(void **state)
{
	struct fixture *f = *state;

	f->vmap.size = 64 * PAGE_SIZE;
	f->vmap.lazy_max_pages = 1000;
	expect_clean_on_each_lazy(f, purge_and_retry);
}

/* A group is freed by one call: no purge comes before all of its areas are lazy. */
static void one_decision(struct fixture *f)
{
	struct group g = GROUP(1, {0, 16}, {32, 16}, {16, 16});
	u64 purges = vstats(f).purges;

	CHECK(!get(f, &g));
	put(f, &g);
	CHECK(vstats(f).purges == purges + 1 && vstats(f).lazy_pages == 0);
	CHECK(vstats(f).free_pages == f->vmap.size / PAGE_SIZE);
}

static void test_one_decision(void **state)
{
	struct fixture *f = *state;

	f->vmap.size = 64 * PAGE_SIZE;
	f->vmap.lazy_max_pages = 8;
	expect_clean_on_each_lazy(f, one_decision);
}

/* As many areas as a call may ask for, in descending order. */
static void many_areas(struct fixture *f)
{
	static u64 offsets[VM_AREAS_MAX], sizes[VM_AREAS_MAX];
	static struct vmap_area *va[VM_AREAS_MAX];

	for (unsigned int i = 0; i < VM_AREAS_MAX; i++) {
		offsets[i] = 3ULL * (VM_AREAS_MAX - 1 - i) * PAGE_SIZE;
		sizes[i] = PAGE_SIZE;
	}
	CHECK(!pcpu_get_vm_areas(f->vs, offsets, sizes, VM_AREAS_MAX, PAGE_SIZE, GFP_KERNEL, va));
	vmap_verify(f->vs, true);
	CHECK(vmap_area_end(va[0]) == f->vs->end && vstats(f).areas == VM_AREAS_MAX);
	pcpu_free_vm_areas(f->vs, va, VM_AREAS_MAX);
	vmap_verify(f->vs, true);
}

static void test_many_areas(void **state)
{
	expect_clean_on_each_lazy(*state, many_areas);
}

/* Each request for metadata fails once: nothing changes, and nothing leaks. */
static void with_failure(struct fixture *f)
{
	struct group first = GROUP(4, {30, 3}, {10, 2}, {0, 5}), second = GROUP(1, {0, 1}, {9, 1});
	struct vmap_stats before = vstats(f), after;
	int err = get(f, &first), err2;

	CHECK(!err || err == -ENOMEM);
	if (err) {
		after = vstats(f);
		CHECK(!memcmp(&before, &after, sizeof(before)));
	}
	before = vstats(f);
	err2 = get(f, &second);
	CHECK(!err2 || (err2 == -ENOMEM && !err));
	if (err2) {
		after = vstats(f);
		CHECK(!memcmp(&before, &after, sizeof(before)));
	} else {
		put(f, &second);
	}
	if (!err)
		put(f, &first);
}

static void test_failures(void **state)
{
	struct fixture *f = *state;
	u32 n;

	for (n = 1; n < 1000; n++) {
		f->cfg.fail.at[0] = n;
		expect_clean_on_each_lazy(f, with_failure);
		if (!mstats(f).failed)
			break;
	}
	/* After the frames of every test: five areas, and two spares of the first group. */
	assert_true(n < 1000 && n > NR_PAGES + 7);
}

static u64 requests_of(struct fixture *f, struct group *g)
{
	u64 before = mstats(f).kmallocs;

	CHECK(!get(f, g));
	vmap_verify(f->vs, true);
	return mstats(f).kmallocs - before;
}

/* Structures are allocated as needed: one an area, and a spare for each area cut in two. */
static void spares(struct fixture *f)
{
	struct group first = GROUP(1, {0, 2}, {20, 2}, {40, 2}), second = first;

	/* The highest area lies at the end of the space, the others inside of a free area. */
	CHECK(requests_of(f, &first) == 5);
	CHECK(requests_of(f, &second) == 3);
	put(f, &first);
	put(f, &second);
}

static void test_spares(void **state)
{
	expect_clean_on_each_lazy(*state, spares);
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_known_answers), T(test_exact_fit),	T(test_bad_arguments),
		T(test_base_zero),     T(test_purge_and_retry), T(test_one_decision),
		T(test_many_areas),    T(test_failures),	T(test_spares),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

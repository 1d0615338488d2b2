/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_info.c - the three numbers of get_vmalloc_info(), also while areas come and go, and the
 * notices of a full space.
 */
#include <stdio.h>

#include "../rculist.h"
#include "run.h"

static struct vmalloc_info info_of(struct fixture *f)
{
	struct vmalloc_info info;

	get_vmalloc_info(f->vs, &info);
	CHECK(info.total == f->vmap.size);
	return info;
}

static void numbers(struct fixture *f)
{
	u64 total = f->vmap.size, half = total / 2;
	struct vmap_area *va[4];

	CHECK(info_of(f).used == 0 && info_of(f).largest_chunk == total);
	va[0] = alloc_pages_any(f, 3);
	CHECK(info_of(f).used == 3 * PAGE_SIZE);
	CHECK(info_of(f).largest_chunk == total - 3 * PAGE_SIZE);
	va[1] = alloc_vmap_area(f->vs, PAGE_SIZE, PAGE_SIZE, KVA + half, f->vs->end, GFP_KERNEL);
	CHECK(info_of(f).largest_chunk == half - PAGE_SIZE ||
	      info_of(f).largest_chunk == half - 3 * PAGE_SIZE);
	va[2] = alloc_vmap_area(f->vs, PAGE_SIZE, PAGE_SIZE, f->vs->end - PAGE_SIZE, f->vs->end,
				GFP_KERNEL);
	CHECK(info_of(f).used == 5 * PAGE_SIZE);
	CHECK(info_of(f).largest_chunk == half - 2 * PAGE_SIZE);
	/* A lazy area is not in use. */
	free_unmap_vmap_area(f->vs, va[0]);
	CHECK(info_of(f).used == 2 * PAGE_SIZE && info_of(f).largest_chunk == half);
	va[3] = alloc_vmap_area(f->vs, half, PAGE_SIZE, KVA, KVA + half, GFP_KERNEL);
	CHECK(!IS_ERR(va[3]) && info_of(f).used == half + 2 * PAGE_SIZE);
	CHECK(info_of(f).largest_chunk == half - 2 * PAGE_SIZE);
	for (int i = 1; i < 4; i++)
		free_unmap_vmap_area(f->vs, va[i]);
}

static void test_numbers(void **state)
{
	expect_clean_on_each(*state, numbers);
}

/* Areas that stay, with room for others between them and at both ends. */
#define STAY 3
#define ROUNDS 4

static void come_and_go(void *arg)
{
	struct fixture *f = arg;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		struct vmap_area *a = alloc_pages_any(f, 2), *b = alloc_pages_any(f, 1);

		CHECK(!IS_ERR(a) && !IS_ERR(b));
		free_unmap_vmap_area(f->vs, a);
		free_unmap_vmap_area(f->vs, b);
	}
}

static void purge_often(void *arg)
{
	struct fixture *f = arg;

	for (unsigned int i = 0; i < ROUNDS; i++)
		purge_vmap_area_lazy(f->vs);
}

static void look(void *arg)
{
	struct fixture *f = arg;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		struct vmalloc_info info = info_of(f);

		CHECK(info.used >= STAY * PAGE_SIZE);
		CHECK(info.largest_chunk <= f->vmap.size - 6 * PAGE_SIZE);
	}
}

static void walk_beside(struct fixture *f)
{
	static void (*const fn[])(void *) = {come_and_go, look, purge_often, come_and_go};
	struct vmap_area *va[STAY];
	struct task *task[ARRAY_SIZE(fn)];
	unsigned int i;

	for (i = 0; i < STAY; i++)
		va[i] = alloc_vmap_area(f->vs, PAGE_SIZE, PAGE_SIZE, KVA + (3 * i + 2) * PAGE_SIZE,
					f->vs->end, GFP_KERNEL);
	for (i = 0; i < ARRAY_SIZE(fn); i++) {
		struct task_params p = {.name = "t", .cpu = i % 3, .fn = fn[i], .arg = f};

		task[i] = task_spawn(&p);
	}
	for (i = 0; i < ARRAY_SIZE(fn); i++)
		task_join(task[i]);
	CHECK(info_of(f).used == STAY * PAGE_SIZE);
	for (i = 0; i < STAY; i++)
		free_unmap_vmap_area(f->vs, va[i]);
}

#ifdef MM_ENGINE_THREADS
#define RUNS 50
#else
#define RUNS 2000
#endif

static void test_walk_beside(void **state)
{
	struct fixture *f = *state;

	f->vmap.lazy_max_pages = 4;
	f->schedule.kind = SCHEDULE_RANDOM;
	for (f->schedule.seed = 0; f->schedule.seed < RUNS; f->schedule.seed++) {
		f->schedule.odds = 1 + f->schedule.seed % 9;
		expect_clean_on_each(f, walk_beside);
	}
}

#ifndef MM_ENGINE_THREADS

/* The walk checks the areas that it meets; with several nodes it walks over the trees. */
static void out_of_order(struct fixture *f)
{
	struct vmap_area *a = alloc_pages_any(f, 1), *b = alloc_pages_any(f, 1);

	cds_list_del(&a->list);
	list_add_rcu(&a->list, &b->list);
	info_of(f);
}

static void bad_bounds(struct fixture *f)
{
	struct vmap_area *a = alloc_pages_any(f, 1), *b = alloc_pages_any(f, 1);

	CHECK(b->va_start == a->va_end);
	b->va_start -= PAGE_SIZE;
	info_of(f);
}

static void test_judges(void **state)
{
	struct fixture *f = *state;

	for (unsigned int kva = 0; kva < NR_VMAP_KVAS; kva++) {
		f->vmap.kva = (enum vmap_kva)kva;
		if (f->vmap.kva == VMAP_LAZY || f->vmap.kva == VMAP_EAGER)
			expect_finding(f, out_of_order, ORACLE_LIST,
				       "a walk of the areas in use met");
		expect_finding(f, bad_bounds, ORACLE_LIST, "a walk of the areas in use met");
	}
}

#endif

static struct {
	unsigned int nr;
	char last[128];
} told;

static void listen(void *arg, const char *text)
{
	CHECK(arg == &told && !in_atomic());
	told.nr++;
	snprintf(told.last, sizeof(told.last), "%s", text);
}

static void refusals(struct fixture *f)
{
	static const unsigned int told_after[] = {0, 1, 2, 2, 3, 3, 3, 3, 4, 4};
	struct vmap_area *va = alloc_pages_any(f, f->vmap.size / PAGE_SIZE);

	told.nr = 0;
	/* A request that is longer than its own range is not noticed. */
	CHECK(alloc_vmap_area(f->vs, 2 * PAGE_SIZE, PAGE_SIZE, KVA, KVA + PAGE_SIZE, GFP_KERNEL) ==
	      ERR_PTR(-EBUSY));
	for (unsigned int i = 1; i < ARRAY_SIZE(told_after); i++) {
		CHECK(alloc_pages_any(f, i) == ERR_PTR(-EBUSY));
		CHECK(told.nr == told_after[i]);
		if (i == 2)
			CHECK(!strcmp(told.last, "vmap allocation for size 8192 failed: "
						 "no such range is free"));
	}
	CHECK(!strcmp(told.last, "vmap allocation for size 32768 failed: no such range is free, "
				 "3 similar messages suppressed"));
	free_unmap_vmap_area(f->vs, va);
}

static void test_refusals(void **state)
{
	struct fixture *f = *state;

	f->vmap.notice = listen;
	f->vmap.arg = &told;
	expect_clean_on_each(f, refusals);
}

/* A refusal of congruent areas is noticed in the same words. */
static void refuse_group(struct fixture *f)
{
	const u64 offsets[] = {0, 4 * PAGE_SIZE}, sizes[] = {PAGE_SIZE, PAGE_SIZE};
	struct vmap_area *va = alloc_pages_any(f, f->vmap.size / PAGE_SIZE), *vas[2];

	told.nr = 0;
	CHECK(pcpu_get_vm_areas(f->vs, offsets, sizes, 2, PAGE_SIZE, GFP_KERNEL, vas) == -EBUSY);
	CHECK(told.nr == 1 && strstr(told.last, "for size 20480 failed"));
	free_unmap_vmap_area(f->vs, va);
}

static void test_refuse_group(void **state)
{
	struct fixture *f = *state;

	f->vmap.notice = listen;
	f->vmap.arg = &told;
	expect_clean_on_each_lazy(f, refuse_group);
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_numbers), T(test_walk_beside), T(test_refusals), T(test_refuse_group),
#ifndef MM_ENGINE_THREADS
		T(test_judges),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

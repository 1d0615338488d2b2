/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_meta.c - metadata memory, and each of its findings.
 */
#include "../sanitize.h"
#include "run.h"

static void contents(struct fixture *f)
{
	u8 *a, *b;
	int i;

	b = kzalloc(f->m, 333, GFP_KERNEL);
	for (i = 0; i < 333; i++)
		assert_int_equal(b[i], 0);
	memset(b, 7, 333);
	kfree(f->m, b);
	a = kcalloc(f->m, 3, 111, GFP_ATOMIC);
	assert_int_equal((uintptr_t)a % 16, 0);
	for (i = 0; i < 333; i++)
		assert_int_equal(a[i], 0);
	assert_int_equal(stats(f->m).meta_bytes, 333);
	kfree(f->m, a);
	kfree(f->m, NULL);
	assert_null(kcalloc(f->m, SIZE_MAX / 2, 3, GFP_KERNEL));
	assert_int_equal(stats(f->m).kmallocs, 2);
	assert_int_equal(stats(f->m).meta_bytes, 0);
	assert_int_equal(stats(f->m).meta_peak, 333);
	machine_check_leaks(f->m);
}

/* Zeroed even after earlier writes; larger than what a bare machine caches. */
static void large(struct fixture *f)
{
	const u32 nr = 1 << 17;

	for (int round = 0; round < 3; round++) {
		u64 *a = kcalloc(f->m, nr, sizeof(*a), GFP_KERNEL);

		assert_non_null(a);
		for (u32 i = 0; i < nr; i++) {
			assert_int_equal(a[i], 0);
			a[i] = ~0ULL;
		}
		assert_int_equal(stats(f->m).meta_bytes, nr * sizeof(*a));
		kfree(f->m, a);
	}
	assert_int_equal(stats(f->m).meta_bytes, 0);
}

static void test_contents(void **state)
{
	struct fixture *f = *state;

	contents(f);
	large(f);
	f->cfg.bare = true;
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	contents(f);
	large(f);
}

/* Each object begins a cache line, whether or not its size is cached. */
static void test_line_aligned(void **state)
{
	static const size_t sizes[] = {1, 24, 72, 1000, 4 * PAGE_SIZE};
	struct fixture *f = *state;

	f->cfg.bare = true;
	f->cfg.line_aligned = true;
	assert_int_equal(machine_boot(f->m, &f->cfg), 0);
	for (size_t i = 0; i < 2 * ARRAY_SIZE(sizes); i++) {
		const size_t size = sizes[i % ARRAY_SIZE(sizes)];
		u8 *a = kmalloc(f->m, size, GFP_KERNEL), *b = kmalloc(f->m, size, GFP_KERNEL);

		assert_int_equal((uintptr_t)a % 64, 0);
		assert_int_equal((uintptr_t)b % 64, 0);
		memset(a, 1, size);
		memset(b, 2, size);
		kfree(f->m, a);
		kfree(f->m, b);
	}
}

static void test_garbage(void **state)
{
	struct fixture *f = *state;
	u8 *a = kmalloc(f->m, 64, GFP_KERNEL);
	u8 *b = kmalloc(f->m, 64, GFP_KERNEL);

#ifndef MM_MSAN
	assert_memory_equal(a, b, 64);
	assert_int_not_equal(a[0], 0);
	assert_int_not_equal(a[63], 0);
#endif
	kfree(f->m, a);
	kfree(f->m, b);
}

#define LIVE 3000

/* Thousands of objects, freed in random order; a plain array is the model. */
static void test_random(void **state)
{
	struct fixture *f = *state;
	static struct {
		u8 *p;
		u32 size;
	} live[LIVE];
	u64 seed = 42, bytes = 0;
	int i;

	for (i = 0; i < 60000; i++) {
		u64 r = random_next(&seed);
		u32 k = r % LIVE;

		if (live[k].p) {
			assert_int_equal(live[k].p[0], (u8)k);
			assert_int_equal(live[k].p[live[k].size - 1], (u8)k);
			kfree(f->m, live[k].p);
			bytes -= live[k].size;
			live[k].p = NULL;
		} else if (i < 50000) {
			live[k].size = 1 + (r >> 32) % 200;
			live[k].p = kmalloc(f->m, live[k].size, GFP_KERNEL);
			assert_non_null(live[k].p);
			memset(live[k].p, k, live[k].size);
			bytes += live[k].size;
		}
		assert_int_equal(stats(f->m).meta_bytes, bytes);
	}
	for (i = 0; i < LIVE; i++) {
		kfree(f->m, live[i].p);
		live[i].p = NULL;
	}
	assert_int_equal(stats(f->m).meta_bytes, 0);
	machine_check_leaks(f->m);
}

/* The next boot frees the objects of an abandoned run; LeakSanitizer checks it. */
static void test_sweep(void **state)
{
	struct fixture *f = *state;
	int i, round;

	for (round = 0; round < 3; round++) {
		for (i = 0; i < 1000; i++)
			assert_non_null(kmalloc(f->m, 1 + i, GFP_KERNEL));
		assert_int_equal(machine_boot(f->m, &f->cfg), 0);
		assert_int_equal(stats(f->m).meta_bytes, 0);
		assert_int_equal(stats(f->m).kmallocs, 0);
		machine_check_leaks(f->m);
	}
}

static void double_free(void *arg)
{
	struct fixture *f = arg;
	void *p = kmalloc(f->m, 40, GFP_KERNEL);

	kfree(f->m, p);
	kfree(f->m, p);
}

static void foreign_free(void *arg)
{
	struct fixture *f = arg;
	void *p = kmalloc(f->m, 40, GFP_KERNEL);

	kfree(f->m, (char *)p + 16);
}

static void wild_free(void *arg)
{
	kfree(((struct fixture *)arg)->m, (void *)8);
}

static void leak(void *arg)
{
	struct fixture *f = arg;

	kfree(f->m, kmalloc(f->m, 40, GFP_KERNEL));
	task_set_op(3);
	kmalloc(f->m, 41, GFP_KERNEL);
	kmalloc(f->m, 42, GFP_KERNEL);
	machine_check_leaks(f->m);
}

static void sleep_in_atomic(void *arg)
{
	preempt_disable();
	kmalloc(((struct fixture *)arg)->m, 8, GFP_KERNEL);
}

static void test_findings(void **state)
{
	static const struct finding findings[] = {
		{double_free, ORACLE_METADATA_FREE, "no object in use"},
		{foreign_free, ORACLE_METADATA_FREE, "1 objects are in use"},
		{wild_free, ORACLE_METADATA_FREE, "no object in use"},
		{leak, ORACLE_LEAK_METADATA, "83 bytes in total"},
		{leak, ORACLE_LEAK_METADATA, "the oldest: 41 bytes, request 2"},
	};
	struct fixture *f = *state;

	expect_findings(f, findings, ARRAY_SIZE(findings));
	expect_finding(f, sleep_in_atomic, ORACLE_LOCK_SLEEP, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_contents), T(test_line_aligned), T(test_garbage),
		T(test_random),	  T(test_sweep),	T(test_findings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_vmap_load.c - the figures in virtual time are always the same, and show that zones and pools
 * scale.
 *
 * The prices are fixed and no clock of the host is read, so each number is the same on any host.
 * The bounds allow for other algorithms, and fail if all CPUs take one lock at each operation.
 */
#include "../vmap_load.h"
#include "../../sched/test/checks.h"

static const struct bench_loop one_page = {.name = "one page", .pages = {1}};

static struct sched *s;

static struct bench_load make_load(enum vmap_kva kva, unsigned int working)
{
	return (struct bench_load){
		.kva = kva,
		.loop = &one_page,
		.cpus = 64,
		.working = working,
		.purges = 4,
		.work = 100,
		.vtime = SCHED_VTIME_DEFAULTS,
		.lazy_max_pages = 16384,
	};
}

static struct bench_loaded run(enum vmap_kva kva, unsigned int working)
{
	struct bench_load load = make_load(kva, working);
	struct bench_loaded got;

	if (!bench_load_run(s, &load, &got))
		fail_msg("%s, %u CPUs: %s", vmap_kva_name(kva), working, got.error);
	return got;
}

static void test_same_again(void **state)
{
	for (enum vmap_kva kva = 0; kva < NR_VMAP_KVAS; kva++) {
		struct bench_loaded first = run(kva, 8), again = run(kva, 8);

		assert_true(first.ns > 0);
		assert_memory_equal(&again.ns, &first.ns, sizeof(first.ns));
		assert_memory_equal(&again.counts, &first.counts, sizeof(first.counts));
	}
}

/* One CPU never waits. 64 CPUs that do nothing else all wait for the heap of a lazy space. */
static void test_shape(void **state)
{
	struct bench_loaded one[NR_VMAP_KVAS], all[NR_VMAP_KVAS];
	double grows[NR_VMAP_KVAS];

	for (enum vmap_kva kva = 0; kva < NR_VMAP_KVAS; kva++) {
		one[kva] = run(kva, 1);
		all[kva] = run(kva, 64);
		grows[kva] = all[kva].ns / one[kva].ns;
		print_message("%s: 1 CPU %.0f ns, 64 CPUs %.0f ns\n", vmap_kva_name(kva),
			      one[kva].ns, all[kva].ns);
	}
	assert_true(all[VMAP_EAGER].ns > 10 * all[VMAP_LAZY].ns);
	assert_true(all[VMAP_LAZY].ns > 3 * all[VMAP_ZONE].ns);
	assert_true(all[VMAP_LAZY].ns > 3 * all[VMAP_POOL].ns);
	assert_true(grows[VMAP_LAZY] > 30);
	assert_true(grows[VMAP_ZONE] < 20);
	assert_true(grows[VMAP_POOL] < 20);
}

/* The designs were at work: purges, prefetches, hits of pools, interrupts. */
static void test_counts(void **state)
{
	struct bench_loaded zone = run(VMAP_ZONE, 32), pool = run(VMAP_POOL, 32);
	struct bench_loaded eager = run(VMAP_EAGER, 4);

	assert_true(zone.counts.purges > 0);
	assert_true(pool.counts.purges > 0);
	assert_true(zone.counts.event[VMAP_PREFETCH] > 0);
	/* A prefetched range serves more than a hundred requests. */
	assert_true(zone.counts.event[VMAP_PREFETCH] * 100 < zone.counts.ops);
	assert_true(pool.counts.event[VMAP_POOL_HIT] * 3 > pool.counts.ops);
	/* Each operation flushes, and each flush interrupts all other CPUs. */
	assert_true(eager.counts.ipis >= 63 * (eager.counts.ops - 2 * 4));
}

/* Steps through areas have a price, also those of a purge under the heap's lock. */
static void test_steps(void **state)
{
	struct bench_load load = make_load(VMAP_LAZY, 1);
	struct bench_loaded none, some;

	load.vtime = (struct sched_vtime){0};
	load.work = 0;
	assert_true(bench_load_run(s, &load, &none));
	assert_true(none.ns == 0);
	load.vtime.touch = 1;
	assert_true(bench_load_run(s, &load, &some));
	assert_true(some.ns >= 4);
}

static int set_up(void **state)
{
	s = sched_create();
	return s ? 0 : -1;
}

static int tear_down(void **state)
{
	sched_destroy(s);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_again),
		cmocka_unit_test(test_shape),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_steps),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

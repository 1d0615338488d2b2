/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_assert.c - the assertions of kernel.h about a caller's context fire where they should, hold
 * where they should, and pass no scheduling point.
 */
#include "assert_bodies.h"
#include "run.h"

static void (*body)(void *arg);

static void init(void *arg)
{
	asserted_init();
	task_join(spawn("asserts", 1, body, NULL));
}

static void test_hold(void **state)
{
	body = assertions_hold;
	expect_clean(init, NULL);
	/* Outside of a run there is nothing to break. */
	asserted_init();
	assertions_hold(NULL);
	lockdep_assert_spin_held(&asserted.spin);
	lockdep_assert_rwlock_held(&asserted.rw);
	lockdep_assert_in_rcu_read_lock();
	lockdep_assert_preemption_disabled();
	lockdep_assert_irqs_disabled();
}

static void test_fire(void **state)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(broken_assertions); i++) {
		body = broken_assertions[i].fn;
		expect_report(init, NULL, broken_assertions[i].oracle, broken_assertions[i].words);
	}
}

static void locks_once(void *arg)
{
	mutex_lock(&asserted.mutex);
	mutex_unlock(&asserted.mutex);
}

static void locks_once_and_asserts(void *arg)
{
	lockdep_assert_none_held();
	mutex_lock(&asserted.mutex);
	lockdep_assert_mutex_held(&asserted.mutex);
	mutex_unlock(&asserted.mutex);
}

static void test_no_points(void **state)
{
	u64 points;

	body = locks_once;
	expect_clean(init, NULL);
	points = result.points;
	body = locks_once_and_asserts;
	expect_clean(init, NULL);
	assert_int_equal(result.points, points);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hold),
		cmocka_unit_test(test_fire),
		cmocka_unit_test(test_no_points),
	};

	return cmocka_run_group_tests(tests, setup_engine, teardown_engine);
}

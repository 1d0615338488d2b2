/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_rcu.c - a grace period waits for the readers that began before it, and for no others.
 */
#include "run.h"

#define SEEDS 500

/* A value that is retired: no reader that saw it may find it dead. */

struct value {
	struct rcu_head rcu;
	bool dead;
};

static struct value values[4], *published;
static unsigned int deaths, overtaken;
static bool by_callback;

static void reads(void *arg)
{
	for (int i = 0; i < 2; i++) {
		struct value *v;

		rcu_read_lock();
		rcu_read_lock();
		v = rcu_dereference(published);
		sched_point();
		rcu_read_unlock();
		sched_point();
		assert_false(v->dead);
		assert_true(rcu_read_lock_held());
		rcu_read_unlock();
		assert_false(rcu_read_lock_held());
	}
}

/* A reader before and after: a grace period need not wait for later readers. */
static void reads_later(void *arg)
{
	for (int i = 0; i < 6; i++) {
		unsigned int before = deaths;

		rcu_read_lock();
		for (int k = 0; k < 3; k++)
			sched_point();
		overtaken += deaths != before;
		rcu_read_unlock();
	}
}

static void dies(struct rcu_head *head)
{
	struct value *v = container_of(head, struct value, rcu);

	assert_true(in_atomic());
	assert_true(in_interrupt());
	assert_false(v->dead);
	assert_ptr_not_equal(v, published);
	v->dead = true;
	deaths++;
	sched_point();
}

static void replaces(void *arg)
{
	for (int i = 1; i < 4; i++) {
		struct value *old = published;

		rcu_assign_pointer(published, &values[i]);
		if (by_callback) {
			call_rcu(&old->rcu, dies);
		} else {
			synchronize_rcu();
			old->dead = true;
			deaths++;
		}
	}
	if (by_callback) {
		rcu_barrier();
		assert_int_equal(deaths, 3);
	}
}

static void init_rcu(void *arg)
{
	memset(values, 0, sizeof(values));
	published = &values[0];
	deaths = 0;
	/* Two readers on the writer's CPU: to be preempted inside is no end of the section. */
	spawn("reads", 0, reads, NULL);
	spawn("reads", 0, reads, NULL);
	spawn("later", 1, reads_later, NULL);
	spawn("writes", 0, replaces, NULL);
}

static void test_grace_period(void **state)
{
	for (int i = 0; i < 2; i++) {
		by_callback = i;
		overtaken = 0;
		for (u64 seed = 0; seed < SEEDS; seed++) {
			expect_clean(init_rcu, random_or_pct(seed));
			assert_int_equal(deaths, 3);
		}
		/* It ends while a reader that began after it is inside. */
		assert_true(overtaken > 0);
	}
}

/* Without a grace period the same readers find it out. */
static void replaces_at_once(void *arg)
{
	struct value *old = published;

	rcu_assign_pointer(published, &values[1]);
	sched_point();
	old->dead = true;
}

static unsigned int found_dead;

static void reads_and_counts(void *arg)
{
	struct value *v;

	rcu_read_lock();
	v = rcu_dereference(published);
	sched_point();
	found_dead += v->dead;
	rcu_read_unlock();
}

static void init_no_grace(void *arg)
{
	memset(values, 0, sizeof(values));
	published = &values[0];
	spawn("reads", 0, reads_and_counts, NULL);
	spawn("writes", 0, replaces_at_once, NULL);
}

static void test_no_grace_period(void **state)
{
	found_dead = 0;
	for (u64 seed = 0; seed < SEEDS; seed++)
		expect_clean(init_no_grace, random_or_pct(seed));
	assert_true(found_dead > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grace_period),
		cmocka_unit_test(test_no_grace_period),
	};

	return cmocka_run_group_tests(tests, setup_engine, teardown_engine);
}

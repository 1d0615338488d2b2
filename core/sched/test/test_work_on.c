/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_work_on.c - work items for a CPU of the caller's choice.
 */
#include "run.h"

#define SEEDS 500

static struct schedule random_walk = {.kind = SCHEDULE_RANDOM, .odds = 3};
static struct work_struct item, others[15];
static struct completion go;
static unsigned int wanted_cpu;

static void on_wanted_cpu(struct work_struct *work)
{
	assert_int_equal(raw_smp_processor_id(), wanted_cpu);
	log_event((char)('0' + wanted_cpu));
	sched_point();
	if (!wanted_cpu) {
		wanted_cpu = 3;
		assert_true(schedule_work_on(3, work));
		/* Its place is taken: another CPU comes too late. */
		assert_false(schedule_work_on(1, work));
		assert_int_equal(raw_smp_processor_id(), 0);
	}
}

static void keeps_cpu(void *arg)
{
	for (int i = 0; i < 6; i++) {
		preempt_disable();
		for (int k = 0; k < 4; k++)
			sched_point();
		preempt_enable();
	}
}

/* One that has a task, one that has none, and another one while it runs. */
static void init_chosen(void *arg)
{
	INIT_WORK(&item, on_wanted_cpu);
	spawn("keeps", 1, keeps_cpu, NULL);
	task_migrate(2);
	for (unsigned int cpu = 4; cpu--;) {
		wanted_cpu = cpu;
		assert_true(schedule_work_on(cpu, &item));
		flush_work(&item);
	}
	log_event('.');
}

static void test_chosen(void **state)
{
	for (random_walk.seed = 0; random_walk.seed < SEEDS; random_walk.seed++) {
		expect_clean(init_chosen, &random_walk);
		assert_string_equal(log_text, "32103.");
	}
}

static void waits(struct work_struct *work)
{
	assert_int_equal(raw_smp_processor_id(), 2);
	wait_for_completion(&go);
}

/* All workers are busy elsewhere: one moves, and until it is there the item can be taken back. */
static void init_queued(void *arg)
{
	init_completion(&go);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		INIT_WORK(&others[i], waits);
		schedule_work_on(2, &others[i]);
	}
	INIT_WORK(&item, on_wanted_cpu);
	wanted_cpu = 1;
	schedule_work_on(1, &item);
	spawn("keeps", 1, keeps_cpu, NULL);
	complete_all(&go);
	for (int i = 0; i < 4; i++)
		cond_resched();
	if (cancel_work_sync(&item)) {
		log_event('-');
		wanted_cpu = 0;
		schedule_work_on(0, &item);
	}
}

static void test_queued(void **state)
{
	unsigned int taken_back = 0;

	for (random_walk.seed = 0; random_walk.seed < SEEDS; random_walk.seed++) {
		expect_clean(init_queued, &random_walk);
		taken_back += log_text[0] == '-';
		assert_string_equal(log_text, log_text[0] == '-' ? "-03" : "1");
	}
	assert_true(taken_back > 0 && taken_back < SEEDS);
}

static void init_no_cpu(void *arg)
{
	INIT_WORK(&item, on_wanted_cpu);
	schedule_work_on(4, &item);
}

static void test_no_cpu(void **state)
{
	expect_report(init_no_cpu, NULL, ORACLE_LOCK_CPU, "schedule_work_on() CPU 4, of 4");
}

static void logs_outside(struct work_struct *work)
{
	assert_null(current);
	log_event('o');
}

static void test_outside(void **state)
{
	log_len = 0;
	INIT_WORK(&item, logs_outside);
	assert_true(schedule_work_on(7, &item));
	assert_string_equal(log_text, "o");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chosen),
		cmocka_unit_test(test_queued),
		cmocka_unit_test(test_no_cpu),
		cmocka_unit_test(test_outside),
	};

	return cmocka_run_group_tests(tests, setup_engine, teardown_engine);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_vtime.c - virtual time: what work, flushes, waits and interrupts cost, to the nanosecond.
 */
#include "vtime.h"

static struct completion done;
static struct rcu_head rcu;
static struct work_struct work;
static bool flag;

static void flushes(void *arg)
{
	sched_vtime_flush(2);
	ends();
}

static void flushes_here(void *arg)
{
	sched_vtime_flush(0);
	ends();
}

static void works(void *arg)
{
	sched_point();
	sched_vtime_add(WORK);
	sched_point();
	ends();
}

static void init_flush(void *arg)
{
	spawn("flusher", 0, arg ? flushes_here : flushes, NULL);
	spawn("one", 1, works, NULL);
	spawn("two", 2, works, NULL);
}

/* The CPU of a task that comes later was idle, and lost nothing. */
static void init_flush_idle(void *arg)
{
	task_join(spawn("flusher", 0, flushes, NULL));
	spawn("later", 3, works, NULL);
}

static void init_flush_here(void *arg)
{
	init_flush(&flag);
}

static void test_flush(void **state)
{
	expect_clean(init_flush, NULL);
	assert_int_equal(ended[0], 100 + 1000 + 2 * 200);
	assert_int_equal(ended[1], 500 + WORK);
	assert_int_equal(ended[2], 500 + WORK);
	expect_clean(init_flush_here, NULL);
	assert_int_equal(ended[0], 100);
	assert_int_equal(ended[1], WORK);
	vtime.ipi_handler = 5000;
	expect_clean(init_flush_idle, NULL);
	assert_int_equal(ended[3], 1500 + WORK);
}

/* Two tasks of one CPU share its time; one that is made on an idle CPU starts no earlier. */
static void init_one_cpu(void *arg)
{
	spawn("a", 1, works, NULL);
	spawn("b", 1, works, NULL);
	sched_vtime_add(5 * WORK);
	spawn("later", 2, works, NULL);
}

static void test_cpu_is_shared(void **state)
{
	expect_clean(init_one_cpu, NULL);
	assert_int_equal(ended[1], 2 * WORK);
	assert_int_equal(ended[2], 6 * WORK);
}

/* Waits that end at the clock of the task that ends them, on a CPU that was idle. */
static void waits(void *arg)
{
	wait_for_completion(&done);
	ends();
}

/* The end of a task is seen from its last point on. */
static void frees(struct rcu_head *head)
{
	sched_vtime_add(WORK);
	sched_point();
}

static void waits_for_callbacks(void *arg)
{
	call_rcu(&rcu, frees);
	synchronize_rcu();
	ends();
	task_migrate(3);
	rcu_barrier();
	ends();
}

static void reads_long(void *arg)
{
	rcu_read_lock();
	sched_vtime_add(3 * WORK);
	rcu_read_unlock();
	complete_all(&done);
}

static void init_waits(void *arg)
{
	init_completion(&done);
	spawn("reader", 0, reads_long, NULL);
	spawn("waits", 1, waits, NULL);
	spawn("barrier", 2, waits_for_callbacks, NULL);
}

static void work_func(struct work_struct *w)
{
	sched_vtime_add(WORK);
	sched_point();
}

static void queues(void *arg)
{
	sched_vtime_add(WORK);
	schedule_work(&work);
	ends();
	task_migrate(2);
	flush_work(&work);
	ends();
	sched_vtime_add(WORK);
	task_migrate(3);
	ends();
}

static void init_work(void *arg)
{
	INIT_WORK(&work, work_func);
	task_join(spawn("queues", 1, queues, NULL));
	ends();
}

/* The queuer's clock comes to a CPU that was idle; one that is ahead is not set back. */
static void queues_elsewhere(void *arg)
{
	sched_vtime_add(WORK);
	schedule_work_on(2, &work);
	flush_work(&work);
	ends();
	schedule_work_on(3, &work);
	flush_work(&work);
	task_migrate(0);
	ends();
}

static void is_ahead(void *arg)
{
	sched_vtime_add(5 * WORK);
}

static void init_work_on(void *arg)
{
	INIT_WORK(&work, work_func);
	spawn("queues", 1, queues_elsewhere, NULL);
	spawn("ahead", 3, is_ahead, NULL);
}

static void test_other_waits(void **state)
{
	expect_clean(init_waits, NULL);
	assert_int_equal(ended[1], 3 * WORK);
	/* The callback is called before the task goes on, both at 3,000. */
	assert_int_equal(ended[2], 4 * WORK);
	assert_int_equal(ended[3], 4 * WORK);
	expect_clean(init_work, NULL);
	assert_int_equal(ended[1], WORK);
	assert_int_equal(ended[2], 2 * WORK);
	assert_int_equal(ended[3], 3 * WORK);
	assert_int_equal(ended[0], 3 * WORK);
	expect_clean(init_work_on, NULL);
	assert_int_equal(ended[1], 2 * WORK);
	assert_int_equal(ended[0], 6 * WORK);
}

/* A worker does not wait for a task of its CPU that is always busy, nor a callback. */
static void is_busy(void *arg)
{
	for (int i = 0; i < 10; i++) {
		sched_vtime_add(WORK);
		sched_point();
	}
	ends();
}

static void queues_at_busy(void *arg)
{
	sched_vtime_add(WORK / 2);
	schedule_work_on(2, &work);
	flush_work(&work);
	ends();
}

/* One that yields lets the task go on, which it waits for. */
static void waits_for_flag(struct work_struct *w)
{
	while (!flag)
		cpu_relax();
}

static void is_busy_then_sets(void *arg)
{
	is_busy(NULL);
	flag = true;
}

static void init_busy(void *arg)
{
	INIT_WORK(&work, work_func);
	spawn("busy", 2, is_busy, NULL);
	spawn("queues", 1, queues_at_busy, NULL);
}

static void calls_at_busy(void *arg)
{
	sched_vtime_add(WORK / 2);
	call_rcu(&rcu, frees);
	task_migrate(1);
	rcu_barrier();
	ends();
}

static void init_busy_callback(void *arg)
{
	spawn("calls", 2, calls_at_busy, NULL);
	spawn("busy", 2, is_busy, NULL);
}

static void init_busy_yields(void *arg)
{
	flag = false;
	INIT_WORK(&work, waits_for_flag);
	spawn("busy", 2, is_busy_then_sets, NULL);
	spawn("queues", 1, queues_at_busy, NULL);
}

static void test_deferred_first(void **state)
{
	expect_clean(init_busy, NULL);
	assert_int_equal(ended[1], 2 * WORK);
	assert_int_equal(ended[2], 11 * WORK);
	expect_clean(init_busy_callback, NULL);
	assert_int_equal(ended[1], WORK / 2 + WORK);
	params.max_points = 1000;
	expect_clean(init_busy_yields, NULL);
	params.max_points = 0;
	assert_int_equal(ended[1], 10 * WORK);
}

/* Without a reader a grace period waits for nothing. */
static void waits_for_nobody(void *arg)
{
	synchronize_rcu();
	ends();
}

static void reads_later(void *arg)
{
	sched_vtime_add(1);
	reads_long(NULL);
}

static void init_no_reader(void *arg)
{
	init_completion(&done);
	spawn("waits", 1, waits_for_nobody, NULL);
	spawn("reads", 2, reads_later, NULL);
}

static void test_no_reader(void **state)
{
	expect_clean(init_no_reader, NULL);
	assert_int_equal(ended[1], 0);
}

/* A device that interrupts every 400 ns, twice, for 50 ns; the second finds interrupts disabled. */
static void device(void *arg)
{
	for (int i = 0; i < 2; i++) {
		sched_vtime_add(400);
		irq_enter();
		log_event('i');
		sched_vtime_add(50);
		irq_exit();
	}
	CHECK(sched_vtime_now() == 1050);
}

static void interrupted(void *arg)
{
	unsigned long flags;

	for (int i = 0; i < 5; i++) {
		log_event('t');
		sched_vtime_add(100);
		sched_point();
	}
	local_irq_save(flags);
	for (int i = 0; i < 5; i++) {
		log_event('T');
		sched_vtime_add(90);
		sched_point();
	}
	local_irq_restore(flags);
	log_event('e');
	ends();
}

static void init_interrupts(void *arg)
{
	spawn_irq("device", 1, device, NULL);
	spawn("task", 1, interrupted, NULL);
}

static void test_interrupts(void **state)
{
	expect_clean(init_interrupts, NULL);
	assert_string_equal(log_text, "ttttitTTTTTie");
	assert_int_equal(ended[1], 5 * 100 + 50 + 5 * 90 + 50);
}

/* Tasks that only wait in a loop leave their CPU to others, though no time goes by. */
static void spins(void *arg)
{
	while (!flag)
		cpu_relax();
}

static void sets_flag(void *arg)
{
	flag = true;
}

static void init_spin(void *arg)
{
	spawn("spins", 1, spins, NULL);
	spawn("sets", 1, sets_flag, NULL);
}

static void test_yield(void **state)
{
	flag = false;
	params.max_points = 1000;
	expect_clean(init_spin, NULL);
	params.max_points = 0;
}

/* A run that is too long is found; the points themselves take time. */
static void for_ever(void *arg)
{
	for (;;)
		sched_point();
}

static void counts_points(void *arg)
{
	for (int i = 0; i < 10; i++)
		sched_point();
	ends();
}

static void init_points(void *arg)
{
	spawn("points", 0, counts_points, NULL);
}

static void init_for_ever(void *arg)
{
	spawn("task", 0, for_ever, NULL);
}

static void test_points(void **state)
{
	vtime.point = 7;
	expect_clean(init_points, NULL);
	assert_int_equal(ended[0], 70);
	params.max_points = 1000;
	expect_report(init_for_ever, NULL, ORACLE_LIVELOCK, "more than 1000 scheduling points");
	params.max_points = 0;
	assert_int_equal(result.vtime, 7000);
}

static void test_off(void **state)
{
	assert_int_equal(sched_vtime_now(), 0);
	sched_vtime_add(5);
	sched_vtime_flush(1);
	params.vtime = NULL;
	expect_clean(init_flush, NULL);
	assert_int_equal(ended[0] + ended[1] + ended[2], 0);
	assert_int_equal(result.vtime, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		VTIME_TEST(test_flush),	      VTIME_TEST(test_cpu_is_shared),
		VTIME_TEST(test_other_waits), VTIME_TEST(test_deferred_first),
		VTIME_TEST(test_no_reader),   VTIME_TEST(test_interrupts),
		VTIME_TEST(test_yield),	      VTIME_TEST(test_points),
		VTIME_TEST(test_off),
	};

	return cmocka_run_group_tests(tests, setup_engine, teardown_engine);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_deferred.c - callbacks, work items, completions.
 */
#include "run.h"

#define SEEDS 500

/* A run does not end before its callbacks and items have; they may queue others. */

static struct rcu_head chain[2];
static struct completion go;
static struct work_struct items[20];
static unsigned int runs[20], busy, most_busy;

static void chain_second(struct rcu_head *head)
{
	log_event('2');
	schedule_work(&items[0]);
}

static void chain_first(struct rcu_head *head)
{
	log_event('1');
	call_rcu(&chain[1], chain_second);
}

static void logs_item(struct work_struct *work)
{
	cond_resched();
	assert_false(in_atomic());
	log_event('w');
}

static void init_chain(void *arg)
{
	INIT_WORK(&items[0], logs_item);
	call_rcu(&chain[0], chain_first);
	log_event('0');
}

static void test_end_waits(void **state)
{
	expect_clean(init_chain, NULL);
	assert_string_equal(log_text, "012w");
}

/* More items than workers; each on the CPU that it was queued on. */

static void counts_item(struct work_struct *work)
{
	most_busy = max(most_busy, ++busy);
	assert_int_equal(raw_smp_processor_id(), 2);
	assert_int_equal(task_name(current)[0], 'w');
	wait_for_completion(&go);
	runs[work - items]++;
	busy--;
}

static void init_many(void *arg)
{
	memset(runs, 0, sizeof(runs));
	busy = most_busy = 0;
	init_completion(&go);
	task_migrate(2);
	for (int i = 0; i < 20; i++) {
		INIT_WORK(&items[i], counts_item);
		assert_true(schedule_work(&items[i]));
	}
	for (int i = 0; i < 20; i++)
		cond_resched();
	complete_all(&go);
	flush_work(&items[19]);
	assert_int_equal(runs[19], 1);
	assert_false(flush_work(&items[19]));
}

static void test_many_items(void **state)
{
	unsigned int most = 0;

	for (u64 seed = 0; seed < 50; seed++) {
		expect_clean(init_many, random_or_pct(seed));
		for (int i = 0; i < 20; i++)
			assert_int_equal(runs[i], 1);
		most = max(most, most_busy);
	}
	assert_int_equal(most, SCHED_WORKER_LAST - SCHED_WORKER_FIRST + 1);
}

/* One item queued by several, again and again: it runs after each, and never twice at once. */

static struct work_struct shared;
static unsigned int queued, seen, refused;

static void shared_item(struct work_struct *work)
{
	assert_int_equal(busy, 0);
	busy = 1;
	seen = queued;
	for (int i = 0; i < 3; i++)
		sched_point();
	busy = 0;
}

static void queues(void *arg)
{
	for (int i = 0; i < 4; i++) {
		queued++;
		refused += !schedule_work(&shared);
		sched_point();
	}
	flush_work(&shared);
	assert_int_equal(busy, 0);
}

static void init_shared(void *arg)
{
	INIT_WORK(&shared, shared_item);
	queued = seen = busy = 0;
	spawn("q", 0, queues, NULL);
	spawn("q", 1, queues, NULL);
	spawn("q", 1, queues, NULL);
}

static void test_never_twice_at_once(void **state)
{
	refused = 0;
	for (u64 seed = 0; seed < SEEDS; seed++) {
		expect_clean(init_shared, random_or_pct(seed));
		assert_int_equal(seen, 12);
	}
	assert_true(refused > 0);
}

/* An item that queues itself again, and one that frees itself. */

static void again_item(struct work_struct *work)
{
	log_event('a');
	if (log_len < 5)
		assert_true(schedule_work(work));
}

static void freed_item(struct work_struct *work)
{
	log_event('f');
	free(work);
}

static void init_again(void *arg)
{
	INIT_WORK(&shared, again_item);
	schedule_work(&shared);
	flush_work(&shared);
	assert_string_equal(log_text, "aaaaa");
	for (int i = 0; i < 3; i++) {
		struct work_struct *work = malloc(sizeof(*work));

		INIT_WORK(work, freed_item);
		schedule_work(work);
		cond_resched();
	}
}

static void test_again(void **state)
{
	for (u64 seed = 0; seed < 50; seed++) {
		expect_clean(init_again, random_or_pct(seed));
		assert_string_equal(log_text, "aaaaafff");
	}
}

/* Cancelled: not begun afterwards, and not under way; wherever it was. */

static void waits_item(struct work_struct *work)
{
	wait_for_completion(&go);
}

static void cancelled_item(struct work_struct *work)
{
	busy = 1;
	log_event('c');
	for (int i = 0; i < 3; i++)
		sched_point();
	busy = 0;
}

static void cancels(void *arg)
{
	size_t before;

	cancel_work_sync(&shared);
	assert_int_equal(busy, 0);
	before = log_len;
	for (int i = 0; i < 4; i++)
		sched_point();
	assert_int_equal(log_len, before);
	complete_all(&go);
}

static void init_cancel(void *arg)
{
	busy = 0;
	init_completion(&go);
	INIT_WORK(&shared, cancelled_item);
	/* With all workers busy the item stays in the queue. */
	for (long i = 0; i < (long)arg; i++) {
		INIT_WORK(&items[i], waits_item);
		schedule_work(&items[i]);
	}
	schedule_work(&shared);
	if (!arg) {
		cond_resched();
		schedule_work(&shared);
	}
	task_join(spawn("cancels", 1, cancels, NULL));
	/* It can be used again. */
	schedule_work(&shared);
	flush_work(&shared);
	log_event('.');
	assert_false(cancel_work_sync(&shared));
}

static void init_cancel_queued(void *arg)
{
	init_cancel((void *)15L);
}

static void test_cancel(void **state)
{
	unsigned int taken_back = 0;

	for (u64 seed = 0; seed < SEEDS; seed++) {
		expect_clean(init_cancel, random_or_pct(seed));
		taken_back += !strcmp(log_text, "c.");
		expect_clean(init_cancel_queued, random_or_pct(seed));
		assert_string_equal(log_text, "c.");
	}
	assert_true(taken_back > 0 && taken_back < SEEDS);
}

/* Taken back from a worker that has it, and waits for the CPU that it is to run on. */

static bool cancelled;

static void not_after_item(struct work_struct *work)
{
	assert_false(cancelled);
	assert_int_equal(raw_smp_processor_id(), 3);
	log_event('c');
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

static void init_cancel_waiting(void *arg)
{
	cancelled = false;
	init_completion(&go);
	INIT_WORK(&shared, not_after_item);
	for (long i = 0; i < 15; i++) {
		INIT_WORK(&items[i], waits_item);
		schedule_work(&items[i]);
	}
	task_migrate(3);
	schedule_work(&shared);
	task_migrate(0);
	spawn("keeps", 3, keeps_cpu, NULL);
	complete_all(&go);
	for (int i = 0; i < 6; i++)
		cond_resched();
	if (cancel_work_sync(&shared))
		log_event('-');
	cancelled = true;
}

static void test_cancel_waiting(void **state)
{
	unsigned int taken_back = 0;

	for (u64 seed = 0; seed < SEEDS; seed++) {
		expect_clean(init_cancel_waiting, random_or_pct(seed));
		assert_int_equal(log_len, 1);
		taken_back += log_text[0] == '-';
	}
	assert_true(taken_back > 0 && taken_back < SEEDS);
}

/* Operations of workers and callbacks count as under way. */

static u64 during;

static void ticket_item(struct work_struct *work)
{
	during = task_ticket();
	assert_int_equal(oldest_ticket(), during);
}

static void init_ticket(void *arg)
{
	u64 before;

	task_set_op(0);
	before = task_ticket();
	task_set_op(-1);
	INIT_WORK(&shared, ticket_item);
	schedule_work(&shared);
	flush_work(&shared);
	assert_int_equal(during, before + 1);
	assert_int_equal(oldest_ticket(), during + 1);
}

static void test_tickets(void **state)
{
	expect_clean(init_ticket, NULL);
}

static void leaves_lock(struct work_struct *work)
{
	preempt_disable();
}

static void reader_callback(struct rcu_head *head)
{
	rcu_read_lock();
}

static void init_bad_item(void *arg)
{
	INIT_WORK(&shared, leaves_lock);
	schedule_work(&shared);
}

static void init_bad_callback(void *arg)
{
	call_rcu(&chain[0], reader_callback);
}

static void test_unbalanced(void **state)
{
	expect_report(init_bad_item, NULL, ORACLE_LOCK_UNBALANCED, "work item ended");
	assert_string_equal(result.report.task, "w0");
	expect_report(init_bad_callback, NULL, ORACLE_LOCK_UNBALANCED, "RCU callback ended");
	assert_string_equal(result.report.task, "rcu");
}
int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_end_waits),
		cmocka_unit_test(test_many_items),
		cmocka_unit_test(test_never_twice_at_once),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_cancel_waiting),
		cmocka_unit_test(test_tickets),
		cmocka_unit_test(test_unbalanced),
	};

	return cmocka_run_group_tests(tests, setup_engine, teardown_engine);
}

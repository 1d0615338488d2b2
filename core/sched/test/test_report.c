/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_report.c - findings end a run and nothing else: deadlock, livelock, and an engine that
 * is as good as new after ten thousand of them.
 */
#include <stdio.h>

#include "child.h"
#include "run.h"

static struct completion never;
static struct mutex m;
static spinlock_t spin;

static void waits_for_ever(void *arg)
{
	wait_for_completion(&never);
}

static void keeps_mutex(void *arg)
{
	mutex_lock(&m);
	wait_for_completion(&never);
}

static void wants_mutex(void *arg)
{
	mutex_lock(&m);
}

static void takes_mutex(void *arg)
{
	mutex_lock(&m);
	mutex_unlock(&m);
}

static void never_ends(struct work_struct *work)
{
	wait_for_completion(&never);
}

static void init_deadlock(void *arg)
{
	static struct work_struct work;
	struct task *t;

	init_completion(&never);
	mutex_init(&m, "mutex m");
	t = spawn("keeper", 0, keeps_mutex, NULL);
	spawn("wanter", 1, wants_mutex, NULL);
	INIT_WORK(&work, never_ends);
	schedule_work(&work);
	task_join(t);
}

static void test_deadlock(void **state)
{
	expect_report(init_deadlock, NULL, ORACLE_DEADLOCK,
		      "init waits for the end of keeper; keeper waits for a completion; "
		      "wanter waits for mutex 'mutex m' of keeper; w0 waits for a completion");
}

static void waits_in_reader(void *arg)
{
	rcu_read_lock();
	while (1)
		cpu_relax();
}

static void init_livelock(void *arg)
{
	spawn("reader", 0, waits_in_reader, NULL);
	synchronize_rcu();
}

static void keeps_spinning(void *arg)
{
	preempt_disable();
	for (;;)
		sched_point();
}

static void init_spins(void *arg)
{
	spawn("spinner", 1, keeps_spinning, NULL);
}

static void test_livelock(void **state)
{
	params.max_points = 500;
	expect_report(init_spins, NULL, ORACLE_LIVELOCK,
		      "more than 500 scheduling points; runnable: spinner");
	assert_int_equal(result.points, 501);
	params.max_points = 0;
	expect_report(init_livelock, NULL, ORACLE_LIVELOCK, "more than 1000000 scheduling points");
}

/* Interrupts disabled by one that waits for the interrupt. */

static void waits_irqs_off(void *arg)
{
	unsigned long flags;

	spin_lock_irqsave(&spin, flags);
	while (!completion_done(&never))
		cpu_relax();
	spin_unlock_irqrestore(&spin, flags);
}

static void completes_in_irq(void *arg)
{
	irq_enter();
	complete_all(&never);
	irq_exit();
}

static void init_irq_wait(void *arg)
{
	init_completion(&never);
	spin_lock_init(&spin, "spin");
	spawn("waiter", 0, waits_irqs_off, NULL);
	spawn_irq("irq", 0, completes_in_irq, NULL);
}

static void test_irq_livelock(void **state)
{
	params.max_points = 500;
	expect_report(init_irq_wait, NULL, ORACLE_LIVELOCK, "runnable: waiter");
	params.max_points = 0;
}

/* All that a run can be in the middle of when it is given up. */

static unsigned int depth;
static const struct task *failing;

static __attribute__((noinline)) void deep(unsigned int n)
{
	volatile char buf[128];

	memset((void *)buf, (int)n, sizeof(buf));
	if (n)
		deep(n - 1);
	else if (current == failing)
		mm_report(ORACLE_HINT, "depth %u", depth);
	else
		sched_point();
	assert_int_equal(buf[5], (char)n);
}

static void fails(void *arg)
{
	task_set_op(42);
	spin_lock(&spin);
	failing = current;
	deep(depth);
}

static void in_the_middle(void *arg)
{
	unsigned long flags;

	mutex_lock(&m);
	rcu_read_lock();
	local_irq_save(flags);
	for (int i = 0; i < 5; i++)
		deep(3);
	local_irq_restore(flags);
	rcu_read_unlock();
	mutex_unlock(&m);
}

static void works(struct work_struct *work)
{
	wait_for_completion(&never);
}

static void calls(struct rcu_head *head)
{
	sched_point();
}

static void interrupts(void *arg)
{
	irq_enter();
	deep(2);
	irq_exit();
}

static void init_fails(void *arg)
{
	static struct work_struct work;
	static struct rcu_head head;

	failing = NULL;
	init_completion(&never);
	spin_lock_init(&spin, "spin");
	mutex_init(&m, "mutex m");
	INIT_WORK(&work, works);
	schedule_work(&work);
	call_rcu(&head, calls);
	spawn("fails", 0, fails, NULL);
	spawn("middle", 1, in_the_middle, NULL);
	spawn("wants", 2, takes_mutex, NULL);
	spawn_irq("irq", 0, interrupts, NULL);
	waits_for_ever(NULL);
}

static void unlocks_in_turn(void *arg)
{
	for (int i = 0; i < 3; i++) {
		spin_lock(&spin);
		deep(4);
		spin_unlock(&spin);
	}
}

static void init_clean(void *arg)
{
	spin_lock_init(&spin, "spin");
	for (unsigned int i = 0; i < 4; i++)
		spawn("t", i, unlocks_in_turn, NULL);
}

static void test_reuse(void **state)
{
	static struct schedule schedule = {.kind = SCHEDULE_RANDOM, .odds = 3};
	struct sched_result first[64], clean;
	char text[32];

	schedule.seed = 7;
	expect_clean(init_clean, &schedule);
	clean = result;
	for (unsigned int i = 0; i < 10000; i++) {
		schedule.seed = i % 64;
		depth = 1 + i % 64;
		snprintf(text, sizeof(text), "depth %u", depth);
		expect_report(init_fails, &schedule, ORACLE_HINT, text);
		assert_string_equal(result.report.task, "fails");
		assert_int_equal(result.report.op, 42);
		assert_true(result.report.step <= result.steps);
		if (i < 64)
			first[i] = result;
		assert_int_equal(result.digest, first[i % 64].digest);
	}
	failing = NULL;
	schedule.seed = 7;
	expect_clean(init_clean, &schedule);
	assert_int_equal(result.digest, clean.digest);
	assert_int_equal(result.report.op, -1);
	assert_string_equal(result.report.text, "");
}

static int report_outside(void *arg)
{
	mm_report(ORACLE_TREE, "node %d of %s", 5, "that tree");
}

/* Outside of a run a finding ends the process. */
static void test_outside(void **state)
{
	char text[128];

	assert_aborted(run_in_child(report_outside, NULL, text, sizeof(text)), text);
	assert_non_null(strstr(text, "mmstorm: invariant-tree: node 5 of that tree\n"));
}

static void test_oracles(void **state)
{
	for (unsigned int o = 0; o < NR_ORACLES; o++) {
		assert_int_equal(oracle_by_id(oracle_id((enum oracle)o)), o);
		assert_true(strlen(oracle_text((enum oracle)o)) > 5);
	}
	assert_int_equal(oracle_by_id("no-such"), NR_ORACLES);
}

/* Tasks that are never joined run to their end; up to 47 of them. */

static unsigned int ended;

static void ends(void *arg)
{
	cond_resched();
	ended++;
}

static void init_unjoined(void *arg)
{
	for (unsigned int i = SCHED_TASK_FIRST; i <= SCHED_TASK_LAST; i++)
		assert_int_equal(task_number(spawn("a name that is too long", i % 4, ends, NULL)),
				 i);
	assert_string_equal(task_name(current), "init");
	assert_int_equal(num_possible_cpus(), 4);
}

static void test_unjoined(void **state)
{
	ended = 0;
	expect_clean(init_unjoined, NULL);
	assert_int_equal(ended, SCHED_TASK_LAST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_deadlock),     cmocka_unit_test(test_livelock),
		cmocka_unit_test(test_irq_livelock), cmocka_unit_test(test_reuse),
		cmocka_unit_test(test_outside),	     cmocka_unit_test(test_oracles),
		cmocka_unit_test(test_unjoined),
	};

	return cmocka_run_group_tests(tests, setup_engine, teardown_engine);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_threads_rules.c - the threads engine reports each rule that is broken.
 *
 * A finding of this engine ends the process, so each rule is broken in a child.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "assert_bodies.h"

#define CPUS 2

static void run(void (*init)(void *arg))
{
	struct sched_params p = {.nr_cpus = CPUS};
	struct sched *s = sched_create();
	struct sched_result r;

	asserted_init();
	sched_run(s, &p, init, NULL, &r);
	sched_destroy(s);
}

static void expect_abort(void (*init)(void *arg), const char *what, unsigned int nr)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (!pid) {
		signal(SIGABRT, SIG_DFL);
		close(STDERR_FILENO);
		run(init);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT)
		fail_msg("%s %u was broken without a report: status 0x%x", what, nr, status);
}

static void one_task(void *arg)
{
}

static void too_many(void *arg)
{
	struct task_params p = {.name = "many", .fn = one_task};

	for (unsigned int k = 0; k <= SCHED_MAX_SPAWNED; k++)
		task_spawn(&p);
}

static void sleep_in_atomic(void *arg)
{
	preempt_disable();
	mutex_lock(&asserted.mutex);
}

static void sleep_in_reader(void *arg)
{
	rcu_read_lock();
	synchronize_rcu();
}

static void wrong_owner(void *arg)
{
	spin_unlock(&asserted.spin);
}

static void wrong_writer(void *arg)
{
	write_unlock_irqrestore(&asserted.rw, 0);
}

static void wrong_reader(void *arg)
{
	read_unlock_irqrestore(&asserted.rw, 0);
}

static void left_read_locked(void *arg)
{
	__read_lock_irqsave(&asserted.rw);
}

static void left_held(void *arg)
{
	mutex_lock(&asserted.mutex);
	sched_turn();
}

static void left_disabled(void *arg)
{
	unsigned long flags;

	local_irq_save(flags);
	sched_turn();
	local_irq_restore(flags);
}

static void left_reading(void *arg)
{
	rcu_read_lock();
}

static void cpu_while_preemptible(void *arg)
{
	smp_processor_id();
}

static void work_fn(struct work_struct *work)
{
}

static void work_on_no_cpu(void *arg)
{
	static struct work_struct work;

	INIT_WORK(&work, work_fn);
	schedule_work_on(CPUS, &work);
}

static void test_rules(void **state)
{
	static void (*const broken[])(void *arg) = {
		sleep_in_atomic,  sleep_in_reader, wrong_owner,		  wrong_writer,
		wrong_reader,	  left_held,	   left_disabled,	  left_reading,
		left_read_locked, work_on_no_cpu,  cpu_while_preemptible, too_many,
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(broken); i++)
		expect_abort(broken[i], "rule", i);
}

static void test_assertions(void **state)
{
	/* Children first: no other thread exists yet. */
	for (unsigned int i = 0; i < ARRAY_SIZE(broken_assertions); i++)
		expect_abort(broken_assertions[i].fn, "assertion", i);
	run(assertions_hold);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_assertions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_threads.c - the threads engine keeps the model of sched.h.
 *
 * Under ThreadSanitizer this file is instrumented, and judged: all of it must be free of races.
 * With the argument `race` it runs a program that frees without a grace period, which
 * ThreadSanitizer must report.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../kernel.h"
#include "../sched.h"
#include "../vtime.h"

#define TASKS 4
#define ROUNDS 2000
#define CPUS 2

struct node {
	struct rcu_head rcu;
	long value;
	long twice;
};

static struct world {
	spinlock_t spin;
	spinlock_t irq_spin;
	rwlock_t rw;
	struct mutex mutex;
	struct completion go;
	long by_spin, by_irq, by_mutex, by_write, by_write_too;
	long by_cpu[CPUS];
	atomic_long_t atomic;
	struct node *node;
	atomic_t freed;
	bool no_grace_period;
	struct work_struct work[3];
	long ran[3];
	atomic_t together;
} w;

static void run(void (*init)(void *arg), struct schedule *schedule)
{
	struct sched_params p = {.nr_cpus = CPUS, .schedule = schedule};
	struct sched *s = sched_create();
	struct sched_result r;

	assert_non_null(s);
	assert_int_equal(sched_run(s, &p, init, NULL, &r), 0);
	assert_int_equal(r.report.oracle, ORACLE_NONE);
	assert_null(current);
	sched_destroy(s);
}

static void world_init(void)
{
	memset(&w, 0, sizeof(w));
	spin_lock_init(&w.spin, "spin");
	spin_lock_init(&w.irq_spin, "irq_spin");
	rwlock_init(&w.rw, "rw");
	mutex_init(&w.mutex, "mutex");
	init_completion(&w.go);
}

static void spawn_and_join(void (*fn)(void *arg), bool join)
{
	struct task *task[TASKS];
	unsigned int i;

	for (i = 0; i < TASKS; i++) {
		struct task_params p = {.name = "counter", .cpu = i % CPUS, .fn = fn};

		task[i] = task_spawn(&p);
		assert_int_equal(task_number(task[i]), SCHED_TASK_FIRST + i);
	}
	for (i = 0; i < TASKS && join; i++)
		task_join(task[i]);
}

static void count(void *arg)
{
	unsigned long flags;
	unsigned int i;

	wait_for_completion(&w.go);
	assert_true(completion_done(&w.go));
	for (i = 0; i < ROUNDS; i++) {
		task_set_op(i);
		spin_lock(&w.spin);
		lockdep_assert_spin_held(&w.spin);
		w.by_spin++;
		spin_unlock(&w.spin);
		spin_lock_irqsave(&w.irq_spin, flags);
		w.by_irq++;
		spin_unlock_irqrestore(&w.irq_spin, flags);
		write_lock_irqsave(&w.rw, flags);
		w.by_write++;
		w.by_write_too++;
		write_unlock_irqrestore(&w.rw, flags);
		read_lock_irqsave(&w.rw, flags);
		assert_true(in_atomic());
		assert_int_equal(w.by_write, w.by_write_too);
		read_unlock_irqrestore(&w.rw, flags);
		mutex_lock(&w.mutex);
		lockdep_assert_mutex_held(&w.mutex);
		w.by_mutex++;
		mutex_unlock(&w.mutex);
		/* Order by the CPU alone. */
		(*this_cpu_ptr((get_cpu(), w.by_cpu)))++;
		put_cpu();
		atomic_long_add(1, &w.atomic);
		while (!spin_trylock(&w.spin))
			cpu_relax();
		w.by_spin++;
		spin_unlock(&w.spin);
		if (i % 16 == 0)
			task_migrate(i / 16 % CPUS);
		sched_turn();
		task_set_op(-1);
	}
}

static void count_init(void *arg)
{
	world_init();
	assert_non_null(current);
	assert_int_equal(task_number(current), SCHED_TASK_INIT);
	assert_int_equal(num_possible_cpus(), CPUS);
	spawn_and_join(count, false);
	complete_all(&w.go);
	/* The run joins those that init did not. */
}

static void test_counters(void **state)
{
	/* The host's time only. */
	sched_vtime_touch(&w.atomic, true);
	assert_int_equal(sched_vtime_now(), 0);
	run(count_init, NULL);
	assert_int_equal(w.by_spin, 2 * TASKS * ROUNDS);
	assert_int_equal(w.by_irq, TASKS * ROUNDS);
	assert_int_equal(w.by_mutex, TASKS * ROUNDS);
	assert_int_equal(w.by_write, TASKS * ROUNDS);
	assert_int_equal(w.by_cpu[0] + w.by_cpu[1], TASKS * ROUNDS);
	assert_int_equal(w.atomic.counter, TASKS * ROUNDS);
}

static void test_migrations(void **state)
{
	static struct schedule often = {.kind = SCHEDULE_RANDOM, .odds = 2, .seed = 3};

	run(count_init, &often);
	assert_int_equal(w.by_cpu[0] + w.by_cpu[1], TASKS * ROUNDS);
	assert_true(w.by_cpu[0] > 0 && w.by_cpu[1] > 0);
}

/* Each reads until all do. */
static void reads_together(void *arg)
{
	unsigned long flags;

	read_lock_irqsave(&w.rw, flags);
	atomic_inc(&w.together);
	while (atomic_read(&w.together) < CPUS)
		cpu_relax();
	read_unlock_irqrestore(&w.rw, flags);
}

static void together_init(void *arg)
{
	struct task_params p = {.name = "reader", .fn = reads_together};

	world_init();
	for (p.cpu = 0; p.cpu < CPUS; p.cpu++)
		task_spawn(&p);
}

static void test_readers(void **state)
{
	run(together_init, NULL);
	assert_int_equal(w.together.counter, CPUS);
}

static void node_free(struct rcu_head *head)
{
	struct node *node = container_of(head, struct node, rcu);

	/* Callbacks are the kernel's softirq. */
	assert_true(in_interrupt() && in_atomic());
	assert_int_equal(task_number(current), SCHED_TASK_RCU);
	atomic_inc(&w.freed);
	free(node);
}

/* After a grace period, or outside of a run. */
static void node_free_now(struct rcu_head *head)
{
	atomic_inc(&w.freed);
	free(container_of(head, struct node, rcu));
}

static void reader(void *arg)
{
	long i;

	for (i = 0; i < ROUNDS; i++) {
		struct node *node;

		rcu_read_lock();
		assert_true(rcu_read_lock_held());
		node = rcu_dereference(w.node);
		assert_int_equal(node->twice, 2 * node->value);
		rcu_read_unlock();
	}
}

static void update(long value)
{
	struct node *old = w.node, *node = malloc(sizeof(*node));

	node->value = value;
	node->twice = 2 * value;
	rcu_assign_pointer(w.node, node);
	if (!old)
		return;
	if (w.no_grace_period || value % 100 == 7) {
		if (!w.no_grace_period)
			synchronize_rcu();
		node_free_now(&old->rcu);
	} else {
		call_rcu(&old->rcu, node_free);
	}
}

static void writer(void *arg)
{
	long i;

	for (i = 1; i < ROUNDS; i++) {
		update(i);
		if (i % 500 == 0)
			rcu_barrier();
	}
}

static void rcu_init(void *arg)
{
	struct task_params read = {.name = "reader", .cpu = 1, .fn = reader};
	struct task_params write = {.name = "writer", .fn = writer};

	update(0);
	task_spawn(&read);
	task_spawn(&read);
	task_spawn(&write);
}

static void test_rcu(void **state)
{
	world_init();
	run(rcu_init, NULL);
	assert_int_equal(w.freed.counter, ROUNDS - 1);
	/* Outside of a run: at once. */
	call_rcu(&w.node->rcu, node_free_now);
	assert_int_equal(w.freed.counter, ROUNDS);
}

/* Each item adds to its own counter without a lock: it never runs twice at once. */
static void work_fn(struct work_struct *work)
{
	w.ran[work - w.work]++;
	might_sleep();
	assert_true(task_number(current) >= SCHED_WORKER_FIRST);
	if (work == &w.work[1] && w.ran[1] % 2)
		schedule_work(work);
	/* An item that waits for another needs a worker besides its own. */
	if (work == &w.work[2])
		flush_work(&w.work[0]);
}

static void work_task(void *arg)
{
	unsigned int i;

	for (i = 0; i < ROUNDS / 4; i++) {
		schedule_work(&w.work[i % 3]);
		if (i % 64 == 0)
			flush_work(&w.work[i % 3]);
		if (i % 128 == 0)
			cancel_work_sync(&w.work[1]);
	}
}

static void work_init(void *arg)
{
	unsigned int i;

	world_init();
	for (i = 0; i < 3; i++)
		INIT_WORK(&w.work[i], work_fn);
	spawn_and_join(work_task, true);
	for (i = 0; i < 3; i++) {
		long before;

		flush_work(&w.work[i]);
		before = w.ran[i];
		assert_true(before > 0);
		assert_false(flush_work(&w.work[i]));
		assert_true(schedule_work(&w.work[i]));
		flush_work(&w.work[i]);
		assert_true(w.ran[i] > before);
		assert_false(cancel_work_sync(&w.work[i]));
	}
	w.ran[0] = 0;
	schedule_work(&w.work[0]);
}

static void test_work(void **state)
{
	run(work_init, NULL);
	/* The item that was queued last ran before the end. */
	assert_int_equal(w.ran[0], 1);
}

/* It begins on the CPU named, its queuer's or another. */
static void work_on_fn(struct work_struct *work)
{
	long i = work - w.work;

	assert_int_equal(raw_smp_processor_id(), i % CPUS);
	w.ran[i]++;
}

static void work_on_task(void *arg)
{
	unsigned int i;

	for (i = 0; i < ROUNDS / 4; i++) {
		schedule_work_on(i % 3 % CPUS, &w.work[i % 3]);
		if (i % 64 == 0)
			flush_work(&w.work[i % 3]);
	}
}

static void work_on_init(void *arg)
{
	unsigned int i;

	world_init();
	for (i = 0; i < 3; i++)
		INIT_WORK(&w.work[i], work_on_fn);
	spawn_and_join(work_on_task, true);
	for (i = 0; i < 3; i++) {
		flush_work(&w.work[i]);
		assert_true(w.ran[i] > 0);
	}
}

static void outside_fn(struct work_struct *work)
{
	assert_null(current);
	w.ran[0] = -1;
}

static void test_work_on(void **state)
{
	run(work_on_init, NULL);
	INIT_WORK(&w.work[0], outside_fn);
	assert_true(schedule_work_on(CPUS, &w.work[0]));
	assert_int_equal(w.ran[0], -1);
}

static void ticket_init(void *arg)
{
	u64 first, second;

	assert_int_equal(task_ticket(), oldest_ticket());
	task_set_op(5);
	first = task_ticket();
	assert_int_equal(oldest_ticket(), first);
	task_set_op(6);
	second = task_ticket();
	assert_true(second > first);
	assert_int_equal(oldest_ticket(), second);
	task_set_op(-1);
	assert_true(oldest_ticket() > second);
}

static void test_tickets(void **state)
{
	assert_int_equal(task_ticket(), 0);
	run(ticket_init, NULL);
}

/* As many tasks as a run can have, all there at once; the last 64 have numbers of their own. */
static void passes(void *arg)
{
	wait_for_completion(&w.go);
	task_set_op(1);
	mutex_lock(&w.mutex);
	w.by_mutex++;
	mutex_unlock(&w.mutex);
	task_set_op(-1);
}

static void many_init(void *arg)
{
	struct task *first = NULL;

	for (unsigned int k = 0; k < SCHED_MAX_SPAWNED; k++) {
		struct task_params p = {.name = "many", .cpu = k % CPUS, .fn = passes};
		struct task *t = task_spawn(&p);

		assert_int_equal(task_number(t), sched_task_number(k));
		first = first ? first : t;
	}
	complete_all(&w.go);
	/* The others are joined at the end of the run. */
	task_join(first);
}

static void test_many(void **state)
{
	world_init();
	run(many_init, NULL);
	assert_int_equal(w.by_mutex, SCHED_MAX_SPAWNED);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tickets),	   cmocka_unit_test(test_counters),
		cmocka_unit_test(test_migrations), cmocka_unit_test(test_rcu),
		cmocka_unit_test(test_work),	   cmocka_unit_test(test_readers),
		cmocka_unit_test(test_work_on),	   cmocka_unit_test(test_many),
	};

	if (argc > 1 && !strcmp(argv[1], "race")) {
		world_init();
		w.no_grace_period = true;
		run(rcu_init, NULL);
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}

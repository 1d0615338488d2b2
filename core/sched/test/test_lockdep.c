/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_lockdep.c - each rule of locking fires, names what broke it, and lets the rest be.
 *
 * Longer than 500 lines: all rules are tested on the same few locks, each by bodies of some lines.
 */
#include "run.h"

static spinlock_t a, b, c, d;
static struct mutex m, n;
static struct completion never;

static void init_locks(void)
{
	spin_lock_init(&a, "lock a");
	spin_lock_init(&b, "lock b");
	spin_lock_init(&c, "lock c");
	spin_lock_init(&d, "lock b");
	mutex_init(&m, "mutex m");
	mutex_init(&n, "mutex n");
	init_completion(&never);
}

/* The body of one task, or of two one after the other, on two CPUs. */
static void (*first)(void *arg), (*second)(void *arg);

static void init_two(void *arg)
{
	struct task *t;

	init_locks();
	t = spawn("first", 0, first, NULL);
	task_join(t);
	if (second) {
		t = spawn("second", 1, second, NULL);
		task_join(t);
	}
}

static void breaks(void (*x)(void *arg), void (*y)(void *arg), enum oracle o, const char *words)
{
	first = x;
	second = y;
	expect_report(init_two, NULL, o, words);
	assert_string_equal(result.report.task, y ? "second" : "first");
}

static void passes(void (*x)(void *arg), void (*y)(void *arg))
{
	first = x;
	second = y;
	expect_clean(init_two, NULL);
}

/* One inside of the other. */
static void nest_spin(spinlock_t *outer, spinlock_t *inner)
{
	spin_lock(outer);
	spin_lock(inner);
	spin_unlock(inner);
	spin_unlock(outer);
}

static void nest_mutex(struct mutex *outer, struct mutex *inner)
{
	mutex_lock(outer);
	mutex_lock(inner);
	mutex_unlock(inner);
	mutex_unlock(outer);
}

static void a_then_b(void *arg)
{
	task_set_op(7);
	nest_spin(&a, &b);
	task_set_op(-1);
}

static void b_then_a(void *arg)
{
	task_set_op(9);
	nest_spin(&b, &a);
}

static void b_then_try_a(void *arg)
{
	spin_lock(&b);
	assert_true(spin_trylock(&a));
	spin_unlock(&a);
	spin_unlock(&b);
}

/* Released in the order of acquisition, which is fine. */
static void a_over_b(void *arg)
{
	spin_lock(&a);
	spin_lock(&b);
	spin_unlock(&a);
	spin_unlock(&b);
}

static void try_b_then_a(void *arg)
{
	assert_true(spin_trylock(&b));
	spin_lock(&a);
	spin_unlock(&a);
	spin_unlock(&b);
}

static void test_order(void **state)
{
	breaks(a_then_b, b_then_a, ORACLE_LOCK_ORDER,
	       "'lock a' is taken while holding 'lock b'; before, "
	       "'lock b' was taken while holding 'lock a' by task first in operation 7");
	assert_int_equal(result.report.op, 9);
	passes(a_then_b, a_over_b);
	/* A trylock does not wait, but other tasks wait for its lock. */
	passes(a_then_b, b_then_try_a);
	breaks(a_then_b, try_b_then_a, ORACLE_LOCK_ORDER, "'lock a' is taken while holding");
	/* Rules are learnt anew in each run. */
	passes(b_then_a, NULL);
}

static void b_then_c_by_try(void *arg)
{
	nest_spin(&b, &c);
}

static void c_then_a(void *arg)
{
	nest_spin(&c, &a);
}

static void a_b_and_b_c(void *arg)
{
	a_then_b(NULL);
	b_then_c_by_try(NULL);
}

static void test_order_of_three(void **state)
{
	breaks(a_b_and_b_c, c_then_a, ORACLE_LOCK_ORDER,
	       "'lock a' is taken while holding 'lock c'; before, 'lock b' was taken while holding "
	       "'lock a' by task first in operation 7, 'lock c' was taken while holding 'lock b'");
}

static void mutex_then_spin(void *arg)
{
	mutex_lock(&m);
	spin_lock(&a);
	spin_unlock(&a);
	mutex_unlock(&m);
}

static void mutexes(void *arg)
{
	nest_mutex(&m, &n);
}

static void mutexes_back(void *arg)
{
	nest_mutex(&n, &m);
}

static void test_mutex_order(void **state)
{
	passes(mutex_then_spin, mutexes);
	breaks(mutexes, mutexes_back, ORACLE_LOCK_ORDER, "'mutex m' is taken while holding");
}

static void same_class(void *arg)
{
	spin_lock(&b);
	spin_lock(&d);
}

static void same_class_nested(void *arg)
{
	spin_lock(&b);
	spin_lock_nested(&d, 1);
	spin_unlock(&d);
	spin_unlock(&b);
}

static void nested_back(void *arg)
{
	spin_lock_nested(&d, 1);
	spin_lock(&b);
}

static void same_lock(void *arg)
{
	spin_lock(&b);
	spin_lock(&b);
}

static void same_mutex(void *arg)
{
	mutex_lock(&m);
	mutex_lock(&m);
}

static void try_same_lock(void *arg)
{
	spin_lock(&b);
	assert_false(spin_trylock(&b));
	spin_unlock(&b);
	mutex_lock(&m);
	assert_false(mutex_trylock(&m));
	mutex_unlock(&m);
	assert_true(mutex_trylock(&m));
	mutex_unlock(&m);
}

static void test_same_class(void **state)
{
	breaks(same_class, NULL, ORACLE_LOCK_ORDER, "'lock b' is taken while another 'lock b'");
	passes(same_class_nested, same_class_nested);
	breaks(same_class_nested, nested_back, ORACLE_LOCK_ORDER, "while holding 'lock b/1'");
	breaks(same_lock, NULL, ORACLE_DEADLOCK, "taken by the task that holds it");
	breaks(same_mutex, NULL, ORACLE_DEADLOCK, "taken by the task that holds it");
	passes(try_same_lock, NULL);
}

static void keeps_mutex(void *arg)
{
	mutex_lock(&m);
	wait_for_completion(&never);
}

static void unlocks_m(void *arg)
{
	mutex_unlock(&m);
}

static void unlocks_a(void *arg)
{
	spin_unlock(&a);
}

static void asserts_a(void *arg)
{
	spin_lock(&a);
	lockdep_assert_spin_held(&a);
	spin_unlock(&a);
	lockdep_assert_spin_held(&a);
}

static void asserts_m(void *arg)
{
	lockdep_assert_mutex_held(&m);
}

static void never_initialised(void *arg)
{
	static spinlock_t zero;

	spin_lock(&zero);
}

static void init_foreign(void *arg)
{
	init_locks();
	spawn("first", 0, keeps_mutex, NULL);
	spawn("second", 1, second, NULL);
}

static void test_owner(void **state)
{
	second = unlocks_m;
	expect_report(init_foreign, NULL, ORACLE_LOCK_OWNER,
		      "'mutex m' is released by a task that "
		      "does not hold it (first)");
	second = asserts_m;
	expect_report(init_foreign, NULL, ORACLE_LOCK_OWNER, "its holder is first");
	breaks(unlocks_a, NULL, ORACLE_LOCK_OWNER, "(no task does)");
	breaks(asserts_a, NULL, ORACLE_LOCK_OWNER, "'lock a' must be held");
	breaks(never_initialised, NULL, ORACLE_LOCK_OWNER, "never initialised");
}

/* Interrupts: the class is known from one of the two sides, and the other comes later. */

static void takes_a(void *arg)
{
	spin_lock(&a);
	spin_unlock(&a);
}

static void takes_a_irqs_off(void *arg)
{
	unsigned long flags;

	spin_lock_irqsave(&a, flags);
	assert_true(irqs_disabled());
	spin_unlock_irqrestore(&a, flags);
	assert_false(irqs_disabled());
}

static void takes_a_then_enables(void *arg)
{
	unsigned long flags;

	local_irq_save(flags);
	spin_lock(&a);
	local_irq_restore(flags);
}

static void irq_takes_a(void *arg)
{
	irq_enter();
	spin_lock(&a);
	spin_unlock(&a);
	irq_exit();
}

static void irq_tries_a(void *arg)
{
	irq_enter();
	if (spin_trylock(&a))
		spin_unlock(&a);
	irq_exit();
}

static void (*irq_body)(void *arg);

static void init_irq_first(void *arg)
{
	struct task *t;

	init_locks();
	t = spawn_irq("irq", 0, irq_body, NULL);
	task_join(t);
	t = spawn("first", 1, first, NULL);
	task_join(t);
}

static void init_irq_last(void *arg)
{
	struct task *t;

	init_locks();
	t = spawn("first", 1, first, NULL);
	task_join(t);
	t = spawn_irq("irq", 0, irq_body, NULL);
	task_join(t);
}

static void test_irq(void **state)
{
	irq_body = irq_takes_a;
	first = takes_a;
	expect_report(init_irq_first, NULL, ORACLE_LOCK_IRQ, "'lock a' is taken in an interrupt");
	assert_string_equal(result.report.task, "first");
	expect_report(init_irq_last, NULL, ORACLE_LOCK_IRQ, "'lock a' is taken in an interrupt");
	assert_string_equal(result.report.task, "irq");
	first = takes_a_irqs_off;
	expect_clean(init_irq_first, NULL);
	expect_clean(init_irq_last, NULL);
	first = takes_a_then_enables;
	expect_report(init_irq_first, NULL, ORACLE_LOCK_IRQ, "'lock a'");
	irq_body = irq_tries_a;
	first = takes_a;
	expect_clean(init_irq_first, NULL);
}

static void sleeps_in_spinlock(void *arg)
{
	spin_lock(&a);
	mutex_lock(&m);
}

static void sleeps_in_preempt(void *arg)
{
	preempt_disable();
	cond_resched();
}

static void sleeps_irqs_off(void *arg)
{
	__local_irq_save();
	wait_for_completion(&never);
}

static void sleeps_in_rcu(void *arg)
{
	rcu_read_lock();
	synchronize_rcu();
}

static void sleeps_in_irq(void *arg)
{
	irq_enter();
	might_sleep();
}

static void migrates_pinned(void *arg)
{
	get_cpu();
	task_migrate(1);
}

static void init_source(void *arg)
{
	init_locks();
	spawn_irq("irq", 0, irq_body, NULL);
}

static void rcu_sleeps(struct rcu_head *head)
{
	mutex_lock(&m);
}

static void init_callback(void *arg)
{
	static struct rcu_head head;

	init_locks();
	call_rcu(&head, rcu_sleeps);
}

static void test_sleep(void **state)
{
	breaks(sleeps_in_spinlock, NULL, ORACLE_LOCK_SLEEP, "with a spinlock held");
	breaks(sleeps_in_preempt, NULL, ORACLE_LOCK_SLEEP, "with preemption disabled");
	breaks(sleeps_irqs_off, NULL, ORACLE_LOCK_SLEEP, "with interrupts disabled");
	breaks(sleeps_in_rcu, NULL, ORACLE_LOCK_SLEEP, "RCU read-side section");
	breaks(migrates_pinned, NULL, ORACLE_LOCK_SLEEP, "task_migrate()");
	irq_body = sleeps_in_irq;
	expect_report(init_source, NULL, ORACLE_LOCK_SLEEP, "in an interrupt");
	expect_report(init_callback, NULL, ORACLE_LOCK_SLEEP, "in an RCU callback");
	assert_string_equal(result.report.task, "rcu");
}

/* State that is left behind, at the end of an operation, a task, an interrupt, ... */

static void turn_with_lock(void *arg)
{
	spin_lock(&a);
	sched_turn();
}

static void turn_preempt(void *arg)
{
	preempt_disable();
	sched_turn();
}

static void turn_irqs(void *arg)
{
	unsigned long flags = __spin_lock_irqsave(&a);

	(void)flags;
	spin_unlock(&a);
	sched_turn();
}

static void turn_rcu(void *arg)
{
	rcu_read_lock();
	sched_turn();
}

static void turn_in_irq(void *arg)
{
	irq_enter();
	sched_turn();
}

static void irq_exit_with_lock(void *arg)
{
	irq_enter();
	spin_lock(&a);
	irq_exit();
}

static void ends_with_mutex(void *arg)
{
	mutex_lock(&m);
}

static void unbalanced_enable(void *arg)
{
	preempt_enable();
}

static void unbalanced_rcu(void *arg)
{
	rcu_read_unlock();
}

static void enables_in_irq(void *arg)
{
	irq_enter();
	local_irq_restore(0);
}

static void test_unbalanced(void **state)
{
	breaks(turn_with_lock, NULL, ORACLE_LOCK_UNBALANCED,
	       "operation ended and still holds 'lock a'");
	breaks(turn_preempt, NULL, ORACLE_LOCK_UNBALANCED, "with preemption disabled (depth 1)");
	breaks(turn_irqs, NULL, ORACLE_LOCK_UNBALANCED, "with interrupts disabled");
	breaks(turn_rcu, NULL, ORACLE_LOCK_UNBALANCED, "RCU read-side section (depth 1)");
	breaks(ends_with_mutex, NULL, ORACLE_LOCK_UNBALANCED,
	       "task ended and still holds 'mutex m'");
	breaks(unbalanced_enable, NULL, ORACLE_LOCK_UNBALANCED, "more often than disabled");
	breaks(unbalanced_rcu, NULL, ORACLE_LOCK_UNBALANCED, "without rcu_read_lock()");
	irq_body = turn_in_irq;
	expect_report(init_source, NULL, ORACLE_LOCK_UNBALANCED, "inside of an interrupt");
	irq_body = irq_exit_with_lock;
	expect_report(init_source, NULL, ORACLE_LOCK_UNBALANCED, "interrupt ended and still holds");
	irq_body = enables_in_irq;
	expect_report(init_source, NULL, ORACLE_LOCK_UNBALANCED, "enabled inside of an interrupt");
}

static void cpu_preemptible(void *arg)
{
	smp_processor_id();
}

static void cpu_pinned(void *arg)
{
	unsigned long flags;

	assert_int_equal(get_cpu(), raw_smp_processor_id());
	assert_int_equal(smp_processor_id(), 0);
	put_cpu();
	local_irq_save(flags);
	smp_processor_id();
	local_irq_restore(flags);
}

static void test_cpu_number(void **state)
{
	breaks(cpu_preemptible, NULL, ORACLE_LOCK_CPU, "smp_processor_id()");
	passes(cpu_pinned, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),	    cmocka_unit_test(test_order_of_three),
		cmocka_unit_test(test_mutex_order), cmocka_unit_test(test_same_class),
		cmocka_unit_test(test_owner),	    cmocka_unit_test(test_irq),
		cmocka_unit_test(test_sleep),	    cmocka_unit_test(test_unbalanced),
		cmocka_unit_test(test_cpu_number),
	};

	return cmocka_run_group_tests(tests, setup_engine, teardown_engine);
}

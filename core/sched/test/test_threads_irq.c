/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_threads_irq.c - interrupts of the threads engine, and the sections that keep them out.
 *
 * race_threads.c shows what ThreadSanitizer makes of these sections.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../kernel.h"
#include "../sched.h"

#define TASKS 4
#define ROUNDS 2000
#define CPUS 2

static struct world {
	spinlock_t lock;
	long by_cpu[CPUS];
	long by_lock;
	atomic_t inside;
	atomic_t interrupts;
} w;

static void run(void (*init)(void *arg))
{
	/* Tasks stay on their CPUs. */
	struct schedule stay = {.kind = SCHEDULE_RANDOM, .odds = 0};
	struct sched_params p = {.nr_cpus = CPUS, .schedule = &stay};
	struct sched *s = sched_create();
	struct sched_result r;

	assert_non_null(s);
	memset(&w, 0, sizeof(w));
	spin_lock_init(&w.lock, "lock");
	sched_run(s, &p, init, NULL, &r);
	sched_destroy(s);
}

static void spawn(void (*fn)(void *arg), unsigned int cpu, bool irq)
{
	struct task_params p = {.name = irq ? "irq" : "task", .cpu = cpu, .irq = irq, .fn = fn};

	task_spawn(&p);
}

static void add_under_lock(void)
{
	unsigned long flags;

	spin_lock_irqsave(&w.lock, flags);
	w.by_lock++;
	spin_unlock_irqrestore(&w.lock, flags);
}

static void counts_in_interrupts(void *arg)
{
	for (unsigned int i = 0; i < ROUNDS; i++) {
		irq_enter();
		assert_true(in_interrupt() && in_atomic() && irqs_disabled());
		w.by_cpu[smp_processor_id()]++;
		add_under_lock();
		assert_true(irqs_disabled());
		irq_exit();
		assert_false(in_interrupt() || in_atomic());
	}
}

static void counts_masked(void *arg)
{
	unsigned long flags;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		local_irq_save(flags);
		w.by_cpu[smp_processor_id()]++;
		local_irq_restore(flags);
		assert_false(irqs_disabled());
		add_under_lock();
	}
}

static void init_counters(void *arg)
{
	for (unsigned int i = 0; i < TASKS; i++)
		spawn(i < CPUS ? counts_in_interrupts : counts_masked, i % CPUS, i < CPUS);
}

static void test_counters(void **state)
{
	run(init_counters);
	assert_int_equal(w.by_cpu[0] + w.by_cpu[1], TASKS * ROUNDS);
	assert_int_equal(w.by_lock, TASKS * ROUNDS);
}

static void interrupts_once(void *arg)
{
	irq_enter();
	atomic_inc(&w.interrupts);
	irq_exit();
}

/* The section does not end before the interrupt. */
static void waits_preempt_off(void *arg)
{
	preempt_disable();
	while (!atomic_read(&w.interrupts))
		cpu_relax();
	preempt_enable();
}

static void init_lands_inside(void *arg)
{
	spawn(waits_preempt_off, 0, false);
	spawn(interrupts_once, 0, true);
}

static void test_lands_inside(void **state)
{
	run(init_lands_inside);
	assert_int_equal(w.interrupts.counter, 1);
}

static void finds_nobody_inside(void *arg)
{
	for (unsigned int i = 0; i < ROUNDS; i++) {
		irq_enter();
		assert_int_equal(atomic_read(&w.inside), 0);
		irq_exit();
	}
}

/* Preemption may end before the mask, and a mask within a mask ends nothing. */
static void is_inside(void *arg)
{
	unsigned long outer, inner;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		preempt_disable();
		local_irq_save(outer);
		atomic_inc(&w.inside);
		preempt_enable();
		local_irq_save(inner);
		local_irq_restore(inner);
		assert_true(irqs_disabled());
		atomic_dec(&w.inside);
		local_irq_restore(outer);
		assert_false(in_atomic());
	}
}

static void init_kept_out(void *arg)
{
	spawn(is_inside, 1, false);
	spawn(is_inside, 1, false);
	spawn(finds_nobody_inside, 1, true);
	spawn(finds_nobody_inside, 1, true);
}

static void test_kept_out(void **state)
{
	run(init_kept_out);
}

/* A lock that is not taken in interrupts may be taken with them enabled or disabled. */
static void takes_both_orders(void *arg)
{
	unsigned long flags;

	for (unsigned int i = 0; i < ROUNDS; i++) {
		spin_lock(&w.lock);
		local_irq_save(flags);
		w.by_lock++;
		local_irq_restore(flags);
		spin_unlock(&w.lock);
		add_under_lock();
	}
}

static void init_both_orders(void *arg)
{
	for (unsigned int cpu = 0; cpu < CPUS; cpu++) {
		spawn(takes_both_orders, cpu, false);
		spawn(takes_both_orders, cpu, false);
		spawn(finds_nobody_inside, cpu, true);
	}
}

static void test_both_orders(void **state)
{
	run(init_both_orders);
	assert_int_equal(w.by_lock, 2 * TASKS * ROUNDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counters),
		cmocka_unit_test(test_lands_inside),
		cmocka_unit_test(test_kept_out),
		cmocka_unit_test(test_both_orders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

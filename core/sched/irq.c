/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * irq.c - preemption, interrupts, and the CPU that a task is on.
 *
 * A task that has preemption or interrupts disabled is its CPU's pinner (S3): no other task of the
 * CPU runs. With interrupts disabled, no source interrupts the CPU either. Both are masks
 * (engine.h, S2): no strategy can choose a hidden task.
 *
 * An interrupt source is on no CPU between its interrupts. Otherwise it could not get ready to
 * interrupt a task that keeps its CPU. A source that takes locks there does so as a task without a
 * CPU.
 *
 * Order, as a CPU gives it, announced to ThreadSanitizer by two addresses a CPU:
 * - regions with preemption or interrupts disabled follow each other (@preempt_order);
 * - regions with interrupts disabled, and interrupts, follow each other (@irq_order);
 * - an interrupt follows the regions of either kind that ended before it on its CPU, and comes
 *   before those that begin after it. A region that it falls into is not ordered with
 *   it: what both touch is a race, unless interrupts are disabled around it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "engine.h"

static void pinner_begin(struct task *t)
{
	struct cpu *c;

	if (!on_cpu(t))
		return;
	c = task_cpu_of(t);
	announce_acquire(&c->preempt_order);
	c->pinner = t;
	cpu_changed(t->sched, c);
	watch_access(t->sched, t, &c->preempt_order, true);
}

static void pinner_end(struct task *t)
{
	struct cpu *c;

	if (!on_cpu(t))
		return;
	c = task_cpu_of(t);
	announce_release(&c->preempt_order);
	c->pinner = NULL;
	cpu_opened(t->sched, c);
	watch_access(t->sched, t, &c->preempt_order, ACCESS_WRITE_END);
}

void pin(struct task *t)
{
	if (preemptible(t))
		pinner_begin(t);
	t->preempt++;
}

void unpin(struct task *t)
{
	MM_CHECK(t->preempt, LOCK_UNBALANCED, "preemption enabled more often than disabled");
	t->preempt--;
	if (preemptible(t))
		pinner_end(t);
}

void irqs_disable(struct task *t)
{
	struct cpu *c = task_cpu_of(t);
	bool first = preemptible(t);

	t->irqs_off = true;
	if (!on_cpu(t))
		return;
	if (first) {
		announce_acquire(&c->preempt_order);
		c->pinner = t;
	}
	announce_acquire(&c->irq_order);
	cpu_changed(t->sched, c);
	watch_access(t->sched, t, &c->preempt_order, true);
}

void irqs_enable(struct task *t)
{
	struct cpu *c = task_cpu_of(t);

	MM_CHECK(t->irq != IRQ_IN, LOCK_UNBALANCED, "interrupts enabled inside of an interrupt");
	if (t->nr_held)
		lockdep_irqs_on(t);
	t->irqs_off = false;
	if (!on_cpu(t))
		return;
	announce_release(&c->irq_order);
	watch_access(t->sched, t, &c->preempt_order, ACCESS_WRITE_END);
	if (!preemptible(t)) {
		cpu_changed(t->sched, c);
		return;
	}
	announce_release(&c->preempt_order);
	c->pinner = NULL;
	cpu_opened(t->sched, c);
}

void preempt_disable(void)
{
	struct task *t = current;

	if (!t)
		return;
	if (preemptible(t))
		point_before(&task_cpu_of(t)->preempt_order, POINT_OBJECT);
	pin(t);
}

void preempt_enable(void)
{
	struct task *t = current;

	if (!t)
		return;
	unpin(t);
	if (preemptible(t))
		point_before(NULL, POINT_LOCAL);
}

/* Flags are 0 if interrupts were enabled. */
unsigned long __local_irq_save(void)
{
	struct task *t = current;

	if (!t)
		return 0;
	if (t->irqs_off)
		return 1;
	point_before(&task_cpu_of(t)->preempt_order, POINT_OBJECT);
	irqs_disable(t);
	return 0;
}

void local_irq_restore(unsigned long flags)
{
	struct task *t = current;

	if (!t || !flags == !t->irqs_off)
		return;
	if (flags) {
		irqs_disable(t);
	} else {
		irqs_enable(t);
		point_before(NULL, POINT_LOCAL);
	}
}

bool irqs_disabled(void)
{
	return current && current->irqs_off;
}

bool in_interrupt(void)
{
	struct task *t = current;

	/* Callbacks are the kernel's softirq, which counts. */
	return t && (t->irq == IRQ_IN || (t->number == SCHED_TASK_RCU && t->preempt));
}

bool in_atomic(void)
{
	return current && !preemptible(current);
}

void might_sleep(void)
{
	struct task *t = current;

	if (!t || likely(preemptible(t) && !t->rcu))
		return;
	mm_report(ORACLE_LOCK_SLEEP, "may sleep %s",
		  t->irq == IRQ_IN		? "in an interrupt"
		  : t->number == SCHED_TASK_RCU ? "in an RCU callback"
		  : t->nr_held && t->preempt	? "with a spinlock held"
		  : t->preempt			? "with preemption disabled"
		  : t->irqs_off			? "with interrupts disabled"
						: "in an RCU read-side section");
}

unsigned int raw_smp_processor_id(void)
{
	return current ? current->cpu : 0;
}

unsigned int smp_processor_id(void)
{
	struct task *t = current;

	if (!t)
		return 0;
	MM_CHECK(!preemptible(t), LOCK_CPU, "smp_processor_id() where the task can be moved");
	return t->cpu;
}

unsigned int get_cpu(void)
{
	preempt_disable();
	return raw_smp_processor_id();
}

void put_cpu(void)
{
	preempt_enable();
}

unsigned int num_possible_cpus(void)
{
	return current ? current->sched->nr_cpus : 1;
}

void irq_enter(void)
{
	struct task *t = current;
	struct sched *s = t->sched;
	struct cpu *c = task_cpu_of(t);

	if (!t->source || t->irq != IRQ_NONE) {
		fprintf(stderr, "mmstorm: irq_enter(): %s\n",
			t->source ? "in an interrupt already" : "not an interrupt source");
		abort();
	}
	check_balance(t, "interrupt began");
	t->irq = IRQ_GATE;
	c->gate |= t->bit;
	cpu_changed(s, c);
	if (s->hidden & t->bit)
		resched(s, t, NULL, SWITCH_BLOCKED);
	else
		point_before(&c->preempt_order, POINT_OBJECT);
	/* It runs, so it is not hidden (S1): the CPU can be interrupted. */
	c->gate &= ~t->bit;
	c->in_irq = t;
	t->irq = IRQ_IN;
	t->irqs_off = true;
	cpu_changed(s, c);
	watch_access(s, t, &c->preempt_order, true);
	announce_acquire(&c->irq_order);
	announce_acquire(&c->preempt_order);
}

void irq_exit(void)
{
	struct task *t = current, *from = t->from;
	struct sched *s = t->sched;
	struct cpu *c = task_cpu_of(t);

	if (t->irq != IRQ_IN) {
		fprintf(stderr, "mmstorm: irq_exit(): not in an interrupt\n");
		abort();
	}
	t->irqs_off = false;
	check_balance(t, "interrupt ended");
	announce_release(&c->irq_order);
	announce_release(&c->preempt_order);
	if (unlikely(s->vtime))
		t->ready_at = sched_vtime_now();
	t->irq = IRQ_NONE;
	t->from = NULL;
	c->in_irq = NULL;
	cpu_changed(s, c);
	watch_access(s, t, &c->preempt_order, ACCESS_WRITE_END);
	/* The interrupted task goes on; if it cannot, the source does. */
	if (!from || !(runnable(s) & from->bit))
		from = t;
	point(s, t, from, SWITCH_DONE);
}

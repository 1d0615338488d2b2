/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * threads_cpu.c - the threads engine: preemption, interrupts, CPU numbers, migration.
 *
 * A task holds its CPU's preemption lock while it is atomic, and the interrupt lock while its
 * interrupts are disabled (S10). It moves only while it holds neither (S11), so it unlocks the
 * locks that it locked. It holds no spinlock when it takes the preemption lock (S12), since a
 * spinlock makes it atomic first.
 *
 * A task that makes itself preemptible is moved to a random CPU once in a while, as a
 * scheduler would: code that remembers its CPU across such a point is wrong.
 */
#include <sched.h>

#include "random.h"
#include "threads_internal.h"

/* cond_resched() yields once in so many times. */
#define YIELD_EVERY 16u

static void atomic_begin(struct task *t)
{
	if (!t->preempt_count && !t->irqs_off)
		pthread_mutex_lock(&t->sched->cpu[t->cpu].preemption);
}

static void interrupts_lock(struct task *t)
{
	/* A signal handler may end the wait early. */
	while (sem_wait(&t->sched->cpu[t->cpu].interrupts))
		;
	t->irqs_off = true;
}

static void interrupts_unlock(struct task *t)
{
	t->irqs_off = false;
	sem_post(&t->sched->cpu[t->cpu].interrupts);
}

/* How often a task stays where it is, @odds - 1 times on average: drawn once for all of them. */
u64 draw_until_move(struct task *t)
{
	u64 odds = t->sched->odds;

	return odds ? random_next(&t->seed) % (2 * odds - 1) : UINT64_MAX;
}

/* A random possible CPU. Another one stands for the next that is, in cyclic order. */
static unsigned int draw_cpu(struct task *t)
{
	const struct sched *s = t->sched;
	unsigned int cpu = (unsigned int)(random_next(&t->seed) % s->nr_cpus);

	while (!(s->possible >> cpu & 1))
		cpu = (cpu + 1) % s->nr_cpus;
	return cpu;
}

static void atomic_end(struct task *t)
{
	if (t->preempt_count || t->irqs_off)
		return;
	pthread_mutex_unlock(&t->sched->cpu[t->cpu].preemption);
	if (unlikely(!t->until_move--)) {
		t->until_move = draw_until_move(t);
		if (!t->irq)
			__atomic_store_n(&t->cpu, draw_cpu(t), __ATOMIC_RELAXED);
		if (t->sched->yields)
			sched_yield();
	}
}

void preempt_disable(void)
{
	struct task *t = current;

	if (!t)
		return;
	atomic_begin(t);
	t->preempt_count++;
}

void preempt_enable(void)
{
	struct task *t = current;

	if (!t)
		return;
	MM_CHECK(t->preempt_count, LOCK_UNBALANCED, "preempt_enable() without preempt_disable()");
	t->preempt_count--;
	atomic_end(t);
}

unsigned long __local_irq_save(void)
{
	struct task *t = current;
	bool was = t && t->irqs_off;

	if (t && !was) {
		atomic_begin(t);
		interrupts_lock(t);
	}
	return was;
}

void local_irq_restore(unsigned long flags)
{
	struct task *t = current;

	if (!t || flags || !t->irqs_off)
		return;
	interrupts_unlock(t);
	atomic_end(t);
}

bool irqs_disabled(void)
{
	return current && current->irqs_off;
}

/* The RCU task runs callbacks only. */
bool in_interrupt(void)
{
	return current && (current->in_irq || current->number == SCHED_TASK_RCU);
}

bool in_atomic(void)
{
	return current && (current->preempt_count || current->irqs_off);
}

void might_sleep(void)
{
	MM_CHECK(!in_atomic(), LOCK_SLEEP, "may sleep with preemption or interrupts disabled");
	MM_CHECK(!rcu_read_lock_held(), LOCK_SLEEP, "may sleep in an RCU read-side section");
}

unsigned int raw_smp_processor_id(void)
{
	return current ? current->cpu : 0;
}

unsigned int smp_processor_id(void)
{
	MM_CHECK(!current || in_atomic(), LOCK_CPU, "CPU number used by a preemptible task");
	return raw_smp_processor_id();
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

void cpu_relax(void)
{
	sched_yield();
}

/* No task waits for this one, as with cpu_relax(): a system call each time is most of its cost. */
void cond_resched(void)
{
	struct task *t = current;

	might_sleep();
	if (t && t->until_yield--)
		return;
	if (t)
		t->until_yield = YIELD_EVERY - 1;
	sched_yield();
}

bool sched_moves_tasks(void)
{
	return current && current->sched->odds;
}

void task_migrate(unsigned int cpu)
{
	struct task *t = current;

	MM_CHECK(!in_atomic() && !t->irq && cpu < t->sched->nr_cpus, LOCK_CPU,
		 "task_migrate(%u) of a task that cannot be moved there", cpu);
	__atomic_store_n(&t->cpu, cpu, __ATOMIC_RELAXED);
}

void irq_enter(void)
{
	struct task *t = current;

	MM_CHECK(t->irq && !in_atomic(), LOCK_UNBALANCED,
		 "irq_enter() outside of an interrupt source, or in an interrupt");
	interrupts_lock(t);
	t->preempt_count++;
	t->in_irq = true;
}

void irq_exit(void)
{
	struct task *t = current;

	MM_CHECK(t->in_irq && t->preempt_count == 1 && t->irqs_off && !t->rcu_depth,
		 LOCK_UNBALANCED, "an interrupt ends with a lock held or interrupts enabled");
	t->in_irq = false;
	t->preempt_count = 0;
	interrupts_unlock(t);
}

void check_balance(const struct task *t)
{
	unsigned int irq = t->in_irq;

	MM_CHECK(t->preempt_count == irq, LOCK_UNBALANCED,
		 "an operation ends with preemption disabled or a spinlock held");
	MM_CHECK(t->irqs_off == irq, LOCK_UNBALANCED, "an operation ends with interrupts %s",
		 irq ? "enabled inside of an interrupt" : "disabled");
	MM_CHECK(!t->mutexes, LOCK_UNBALANCED, "an operation ends with %u mutexes held",
		 t->mutexes);
	MM_CHECK(!t->rcu_depth, LOCK_UNBALANCED, "an operation ends in an RCU read-side section");
}

void sched_turn(void)
{
	check_balance(current);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * task.c - what can be asked of a task: spawn, join, move, and operations.
 *
 * Tickets number operations in the order in which they begin. The tasks whose operations are in
 * flight are the bits of sched.inflight (S7), so the oldest is found among a few tasks.
 */
#include <stdio.h>
#include <stdlib.h>

#include "strategy.h"

struct task *task_spawn(const struct task_params *p)
{
	struct task *parent = current;
	struct sched *s = parent->sched;
	unsigned int n;
	struct task *t;

	if (s->nr_spawned == SCHED_MAX_SPAWNED || p->cpu >= s->nr_cpus) {
		if (p->cpu >= s->nr_cpus)
			fprintf(stderr, "mmstorm: task_spawn(): CPU out of range\n");
		else
			fprintf(stderr, "mmstorm: task_spawn(): more than %d tasks in a run\n",
				SCHED_MAX_SPAWNED);
		abort();
	}
	n = sched_task_number(s->nr_spawned);
	s->nr_spawned++;
	t = &s->task[n];
	/* Not strncpy(), which ThreadSanitizer would see. */
	for (unsigned int i = 0; i < sizeof(t->name) - 1; i++) {
		t->name[i] = p->name[i];
		if (!p->name[i])
			break;
	}
	task_start(s, n, p->cpu, p->irq, p->fn, p->arg);
	return t;
}

void task_join(struct task *t)
{
	struct task *self = current;

	might_sleep();
	while (t->state == TASK_LIVE) {
		t->joiners |= self->bit;
		task_wait(self->sched, self, WAIT_JOIN, t);
	}
	announce_acquire(&t->joiners);
	/* Also of the last task, after which init is alone: a trace has all joins. */
	if (unlikely(self->sched->strategy->access))
		strategy_access(self->sched, self, &t->joiners, false);
}

unsigned int task_number(const struct task *t)
{
	return t->number;
}

const char *task_name(const struct task *t)
{
	return t->name;
}

unsigned int task_cpu(const struct task *t)
{
	return t->cpu;
}

void task_move(struct sched *s, struct task *t, unsigned int cpu)
{
	struct cpu *old = &s->cpu[t->cpu], *new = &s->cpu[cpu];

	if (unlikely(s->vtime))
		t->ready_at = max(t->ready_at, old->clock);
	old->tasks &= ~t->bit;
	s->hidden &= ~t->bit;
	new->tasks |= t->bit;
	t->cpu = cpu;
	watch_access(s, t, &old->preempt_order, true);
	watch_access(s, t, &new->preempt_order, true);
	cpu_changed(s, new);
}

void task_migrate(unsigned int cpu)
{
	struct task *t = current;
	struct sched *s = t->sched;

	MM_CHECK(!in_atomic(), LOCK_SLEEP, "task_migrate() in atomic context");
	if (t->source || cpu >= s->nr_cpus) {
		fprintf(stderr, "mmstorm: task_migrate(): %s\n",
			t->source ? "of an interrupt source" : "CPU out of range");
		abort();
	}
	task_move(s, t, cpu);
	resched_if_hidden(s, t);
	point_before(NULL, POINT_LOCAL);
}

void op_begin(struct sched *s, struct task *t, s32 op)
{
	t->op = op;
	t->ticket = ++s->ticket;
	s->inflight |= t->bit;
}

void op_end(struct sched *s, struct task *t)
{
	s->inflight &= ~t->bit;
	t->ticket = 0;
}

void task_set_op(s32 op)
{
	struct task *t = current;

	if (!t)
		return;
	if (op >= 0)
		op_begin(t->sched, t, op);
	else
		op_end(t->sched, t);
}

/* Between operations: the number that the next one will have, as if it were part of that. */
u64 task_ticket(void)
{
	struct task *t = current;

	if (!t)
		return 0;
	return t->ticket ? t->ticket : t->sched->ticket + 1;
}

u64 oldest_ticket(void)
{
	struct task *t = current;
	task_set inflight;
	unsigned int i;
	u64 oldest;

	if (!t)
		return 0;
	inflight = t->sched->inflight;
	oldest = t->sched->ticket + 1;
	for_each_task (i, inflight)
		oldest = min(oldest, t->sched->task[i].ticket);
	return oldest;
}

void check_balance(struct task *t, const char *when)
{
	char name[64];

	if (likely(!t->nr_held && !t->rcu && !t->preempt && !t->irqs_off))
		return;
	if (t->irq == IRQ_IN && !t->nr_held && !t->rcu && !t->preempt)
		mm_report(ORACLE_LOCK_UNBALANCED, "%s inside of an interrupt", when);
	if (t->nr_held)
		mm_report(ORACLE_LOCK_UNBALANCED, "%s and still holds '%s' (locks held: %u)", when,
			  lockdep_name(t->sched, t->held[t->nr_held - 1].class, name), t->nr_held);
	if (t->rcu)
		mm_report(ORACLE_LOCK_UNBALANCED,
			  "%s inside of an RCU read-side section (depth %u)", when, t->rcu);
	if (t->irqs_off)
		mm_report(ORACLE_LOCK_UNBALANCED, "%s with interrupts disabled", when);
	mm_report(ORACLE_LOCK_UNBALANCED, "%s with preemption disabled (depth %u)", when,
		  t->preempt);
}

void sched_turn(void)
{
	struct task *t = current;
	struct sched *s = t->sched;

	check_balance(t, "operation ended");
	if (s->strategy->turned)
		s->strategy->turned(s, t);
	point_before(NULL, POINT_LOCAL);
}

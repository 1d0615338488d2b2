/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rcu.c - read-copy update, with grace periods that end as early as they may.
 *
 * A clock moves on with each request for a grace period. The outermost rcu_read_lock() of a reader
 * records the time; a request at time C waits until no reader is inside that entered at or before
 * C. This is the shortest grace period that the definition allows, so code that relies on a longer
 * one fails.
 *
 * Callbacks run in a task of their own, one after the other in the order of queueing (S9), each on
 * the CPU that it was queued on. They stand for the kernel's softirq: preemption is disabled,
 * in_interrupt() is true, and they must not sleep.
 *
 * Order announced to ThreadSanitizer: the end of each read-side section comes before the
 * callbacks that run and the waits that return after it; call_rcu() before the callback.
 */
#include "engine.h"

void rcu_begin(struct sched *s)
{
	s->callbacks = NULL;
	s->callbacks_tail = &s->callbacks;
}

static bool grace_period_over(const struct sched *s, u64 clock)
{
	task_set readers = s->readers;
	unsigned int i;

	for_each_task (i, readers)
		if (s->task[i].rcu_entered <= clock)
			return false;
	return true;
}

static void run_callback(struct sched *s, struct task *t, struct rcu_head *head)
{
	void (*func)(struct rcu_head * head) = head->func;

	if (t->cpu != head->cpu) {
		task_move(s, t, head->cpu);
		resched_if_hidden(s, t);
	}
	op_begin(s, t, -1);
	pin(t);
	announce_acquire(head);
	announce_acquire(&s->rcu_order);
	func(head);
	MM_CHECK(t->preempt == 1 && !t->irqs_off && !t->rcu && !t->nr_held, LOCK_UNBALANCED,
		 "an RCU callback ended with a lock or a mask held");
	unpin(t);
	op_end(s, t);
}

static void rcu_main(void *arg)
{
	struct sched *s = arg;
	struct task *t = &s->task[SCHED_TASK_RCU];

	while (s->callbacks && grace_period_over(s, s->callbacks->clock)) {
		struct rcu_head *head = s->callbacks;

		watch_access(s, t, &s->rcu_order, false);
		watch_access(s, t, &s->callbacks, true);
		s->callbacks = head->next;
		if (!s->callbacks)
			s->callbacks_tail = &s->callbacks;
		run_callback(s, t, head);
		s->called++;
		announce_release(&s->callbacks);
		wake(s, s->barrier_waiters);
		s->barrier_waiters = 0;
		watch_access(s, t, &s->callbacks, true);
		point_before(&s->callbacks, POINT_MANY);
	}
}

/* Start the callback task if a callback is due and the task does not run already. */
static void kick(struct sched *s)
{
	struct rcu_head *head = s->callbacks;

	if (head && s->task[SCHED_TASK_RCU].state != TASK_LIVE && grace_period_over(s, head->clock))
		task_start(s, SCHED_TASK_RCU, head->cpu, false, rcu_main, s);
}

void rcu_read_lock(void)
{
	struct task *t = current;

	if (!t)
		return;
	if (!t->rcu) {
		point_before(&t->sched->rcu_order, POINT_MANY);
		t->rcu_entered = t->sched->rcu_clock;
		t->sched->readers |= t->bit;
		watch_access(t->sched, t, &t->sched->rcu_order, false);
	}
	t->rcu++;
}

static void reader_left(struct sched *s)
{
	task_set waiters = s->grace_waiters;
	unsigned int i;

	for_each_task (i, waiters)
		if (grace_period_over(s, s->task[i].wait_clock)) {
			s->grace_waiters &= ~TASK_BIT(i);
			wake(s, TASK_BIT(i));
		}
	kick(s);
}

void rcu_read_unlock(void)
{
	struct task *t = current;
	struct sched *s;

	if (!t)
		return;
	MM_CHECK(t->rcu, LOCK_UNBALANCED, "rcu_read_unlock() without rcu_read_lock()");
	if (t->rcu > 1) {
		t->rcu--;
		return;
	}
	s = t->sched;
	point_before(&s->rcu_order, POINT_MANY);
	t->rcu = 0;
	s->readers &= ~t->bit;
	announce_release(&s->rcu_order);
	/* A reader that may end a grace period is in conflict with those that look at it. */
	watch_access(s, t, &s->rcu_order, s->grace_waiters || s->callbacks);
	if (s->grace_waiters || s->callbacks)
		reader_left(s);
}

bool rcu_read_lock_held(void)
{
	return !current || current->rcu;
}

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	struct task *t = current;
	struct sched *s;

	if (!t) {
		func(head);
		return;
	}
	s = t->sched;
	point_before(&s->rcu_order, POINT_MANY);
	watch_access(s, t, &s->rcu_order, true);
	watch_access(s, t, &s->callbacks, true);
	head->next = NULL;
	head->func = func;
	head->clock = s->rcu_clock++;
	head->cpu = t->cpu;
	announce_release(head);
	*s->callbacks_tail = head;
	s->callbacks_tail = &head->next;
	s->queued++;
	kick(s);
}

void synchronize_rcu(void)
{
	struct task *t = current;
	struct sched *s;

	if (!t)
		return;
	might_sleep();
	s = t->sched;
	point_before(&s->rcu_order, POINT_MANY);
	watch_access(s, t, &s->rcu_order, true);
	t->wait_clock = s->rcu_clock++;
	if (!grace_period_over(s, t->wait_clock)) {
		s->grace_waiters |= t->bit;
		task_wait(s, t, WAIT_GRACE, NULL);
	}
	announce_acquire(&s->rcu_order);
}

void rcu_barrier(void)
{
	struct task *t = current;
	struct sched *s;

	if (!t)
		return;
	might_sleep();
	s = t->sched;
	point_before(&s->callbacks, POINT_MANY);
	watch_access(s, t, &s->callbacks, false);
	t->wait_clock = s->queued;
	while (s->called < t->wait_clock) {
		s->barrier_waiters |= t->bit;
		task_wait(s, t, WAIT_BARRIER, NULL);
	}
	announce_acquire(&s->callbacks);
	watch_access(s, t, &s->callbacks, false);
}

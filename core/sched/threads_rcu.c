/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * threads_rcu.c - the threads engine: RCU by liburcu's memb flavour.
 *
 * Ordering: all that a reader did in a section that a grace period waited for comes before the
 * callback, or before the return of synchronize_rcu(). All before
 * call_rcu() comes before the callback; each callback before the return of the rcu_barrier()
 * that waited for it.
 *
 * ThreadSanitizer does not know that of liburcu 0.13, which synchronises by fences and assembly:
 * it is told here, and sanitizers/tsan.supp passes over reports from inside the library. One
 * address stands for all grace periods, so a reader that leaves *after* the grace period began
 * is ordered too: some races are missed, none is invented. Measured: a callback that is run
 * without a grace period is reported.
 *
 * Callbacks run in liburcu's thread, one at a time, as the task "rcu" of their run, atomic as
 * in softirq. Outside of a run a callback runs at once, after a grace period.
 */
#define URCU_NO_COMPAT_IDENTIFIERS
#define rcu_head urcu_rcu_head
#include <urcu/urcu-memb.h>
#undef rcu_head
/* Its publication macros have the kernel's names too; ours are C11 atomics. */
#undef rcu_dereference
#undef rcu_assign_pointer

#include "threads_internal.h"
#ifdef MM_TSAN
#include "tsan_suppressions.h"
#endif

_Static_assert(sizeof(struct urcu_rcu_head) <= sizeof(((struct rcu_head *)0)->urcu),
	       "struct rcu_head has no room for liburcu's");

/* Addresses for ThreadSanitizer alone. */
static char grace_period;
static char callbacks_done;

#ifdef MM_TSAN
/* Built in, so that no program needs an environment to be free of false reports. */
const char *__tsan_default_suppressions(void)
{
	return mm_tsan_suppressions;
}
#endif

void rcu_thread_begin(void)
{
	urcu_memb_register_thread();
}

void rcu_thread_end(void)
{
	urcu_memb_unregister_thread();
}

void rcu_read_lock(void)
{
	struct task *t = current;

	if (!t)
		return;
	t->rcu_depth++;
	urcu_memb_read_lock();
}

void rcu_read_unlock(void)
{
	struct task *t = current;

	if (!t)
		return;
	MM_CHECK(t->rcu_depth, LOCK_UNBALANCED, "rcu_read_unlock() without rcu_read_lock()");
	if (!--t->rcu_depth)
		tsan_release(&grace_period);
	urcu_memb_read_unlock();
}

bool rcu_read_lock_held(void)
{
	return current && current->rcu_depth;
}

/* In liburcu's thread, after a grace period. */
static void callback(struct urcu_rcu_head *urcu)
{
	struct rcu_head *head = container_of(urcu, struct rcu_head, urcu);
	struct sched *s = head->sched;

	tsan_acquire(&grace_period);
	tsan_acquire(head);
	current = &s->task[SCHED_TASK_RCU];
	__atomic_store_n(&current->cpu, head->cpu, __ATOMIC_RELAXED);
	preempt_disable();
	ticket_begin(current);
	head->func(head);
	ticket_end(current);
	preempt_enable();
	check_balance(current);
	current = NULL;
	tsan_release(&callbacks_done);
	__atomic_sub_fetch(&s->callbacks, 1, __ATOMIC_RELEASE);
}

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	if (!current) {
		synchronize_rcu();
		func(head);
		return;
	}
	head->func = func;
	head->sched = current->sched;
	head->cpu = raw_smp_processor_id();
	__atomic_add_fetch(&current->sched->callbacks, 1, __ATOMIC_RELAXED);
	tsan_release(head);
	urcu_memb_call_rcu((struct urcu_rcu_head *)head->urcu, callback);
}

void synchronize_rcu(void)
{
	might_sleep();
	urcu_memb_synchronize_rcu();
	tsan_acquire(&grace_period);
}

void rcu_barrier(void)
{
	might_sleep();
	urcu_memb_barrier();
	tsan_acquire(&callbacks_done);
}

/* No callback of the run is left, unless a callback queued another. */
void rcu_drain(struct sched *s)
{
	if (__atomic_load_n(&s->callbacks, __ATOMIC_ACQUIRE))
		urcu_memb_barrier();
	tsan_acquire(&callbacks_done);
}

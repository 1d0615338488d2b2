/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * assert_bodies.h - bodies of tasks that meet, and that break, each assertion of kernel.h about
 * their context. Tests of both engines run them.
 */
#ifndef MM_SCHED_TEST_ASSERT_BODIES_H
#define MM_SCHED_TEST_ASSERT_BODIES_H

#include "checks.h"

static struct {
	spinlock_t spin, other_spin;
	rwlock_t rw;
	struct mutex mutex;
} asserted;

static inline void asserted_init(void)
{
	spin_lock_init(&asserted.spin, "asserted spinlock");
	spin_lock_init(&asserted.other_spin, "other spinlock");
	rwlock_init(&asserted.rw, "asserted rwlock");
	mutex_init(&asserted.mutex, "asserted mutex");
}

/* Every assertion where it holds. */
static void assertions_hold(void *arg)
{
	unsigned long flags;

	lockdep_assert_none_held();
	mutex_lock(&asserted.mutex);
	lockdep_assert_mutex_held(&asserted.mutex);
	spin_lock(&asserted.spin);
	lockdep_assert_spin_held(&asserted.spin);
	lockdep_assert_mutex_held(&asserted.mutex);
	lockdep_assert_preemption_disabled();
	spin_unlock(&asserted.spin);
	mutex_unlock(&asserted.mutex);
	read_lock_irqsave(&asserted.rw, flags);
	lockdep_assert_rwlock_held(&asserted.rw);
	lockdep_assert_irqs_disabled();
	read_unlock_irqrestore(&asserted.rw, flags);
	write_lock_irqsave(&asserted.rw, flags);
	lockdep_assert_rwlock_held(&asserted.rw);
	lockdep_assert_rwlock_held_write(&asserted.rw);
	write_unlock_irqrestore(&asserted.rw, flags);
	local_irq_save(flags);
	lockdep_assert_irqs_disabled();
	lockdep_assert_preemption_disabled();
	local_irq_restore(flags);
	rcu_read_lock();
	rcu_read_lock();
	rcu_read_unlock();
	lockdep_assert_in_rcu_read_lock();
	rcu_read_unlock();
	lockdep_assert_none_held();
}

static void asserts_spin(void *arg)
{
	spin_lock(&asserted.spin);
	spin_unlock(&asserted.spin);
	lockdep_assert_spin_held(&asserted.spin);
}

static void asserts_other_spin(void *arg)
{
	spin_lock(&asserted.other_spin);
	lockdep_assert_spin_held(&asserted.spin);
}

static void asserts_mutex(void *arg)
{
	lockdep_assert_mutex_held(&asserted.mutex);
}

static void asserts_rwlock(void *arg)
{
	lockdep_assert_rwlock_held(&asserted.rw);
}

static void asserts_writer_as_reader(void *arg)
{
	__read_lock_irqsave(&asserted.rw);
	lockdep_assert_rwlock_held_write(&asserted.rw);
}

static void asserts_none_with_spin(void *arg)
{
	spin_lock(&asserted.spin);
	lockdep_assert_none_held();
}

static void asserts_none_with_mutex(void *arg)
{
	mutex_lock(&asserted.mutex);
	lockdep_assert_none_held();
}

static void asserts_none_as_reader(void *arg)
{
	__read_lock_irqsave(&asserted.rw);
	lockdep_assert_none_held();
}

static void asserts_rcu(void *arg)
{
	rcu_read_lock();
	rcu_read_unlock();
	lockdep_assert_in_rcu_read_lock();
}

static void asserts_preemption(void *arg)
{
	get_cpu();
	put_cpu();
	lockdep_assert_preemption_disabled();
}

static void asserts_irqs(void *arg)
{
	preempt_disable();
	lockdep_assert_irqs_disabled();
}

/* Bodies that break an assertion, the finding, and words of its text in the fibers engine. */
static const struct {
	void (*fn)(void *arg);
	enum oracle oracle;
	const char *words;
} broken_assertions[] = {
	{asserts_spin, ORACLE_LOCK_OWNER, "'asserted spinlock' must be held here by this task"},
	{asserts_other_spin, ORACLE_LOCK_OWNER, "its holder is no task"},
	{asserts_mutex, ORACLE_LOCK_OWNER, "'asserted mutex' must be held here"},
	{asserts_rwlock, ORACLE_LOCK_OWNER, "'asserted rwlock' must be held here"},
	{asserts_writer_as_reader, ORACLE_LOCK_OWNER, "must be held for writing here"},
	{asserts_none_with_spin, ORACLE_LOCK_OWNER, "this task holds 'asserted spinlock'"},
	{asserts_none_with_mutex, ORACLE_LOCK_OWNER, "this task holds 'asserted mutex'"},
	{asserts_none_as_reader, ORACLE_LOCK_OWNER, "this task holds 'asserted rwlock'"},
	{asserts_rcu, ORACLE_LOCK_OWNER, "RCU read-side section"},
	{asserts_preemption, ORACLE_LOCK_CPU, "preemption must be disabled here"},
	{asserts_irqs, ORACLE_LOCK_IRQ, "interrupts must be disabled here"},
};

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * threads_assert.c - the threads engine: assertions about a caller's context.
 *
 * kernel.h says what each assertion demands. A lock knows its owner, a task how many locks it
 * holds. A lock that is taken outside of a run has a stand-in as its owner.
 */
#include "threads_internal.h"

static void assert_owner(struct task *const *owner, const char *kind, const char *name)
{
	MM_CHECK(!current || is_owner(owner), LOCK_OWNER, "%s %s is not held", kind, name);
}

void lockdep_assert_spin_held(const spinlock_t *lock)
{
	assert_owner(&lock->owner, "spinlock", lock->name);
}

void lockdep_assert_mutex_held(const struct mutex *lock)
{
	assert_owner(&lock->owner, "mutex", lock->name);
}

void lockdep_assert_rwlock_held(const rwlock_t *lock)
{
	if (!self()->reads)
		assert_owner(&lock->owner, "rwlock", lock->name);
}

void lockdep_assert_rwlock_held_write(const rwlock_t *lock)
{
	assert_owner(&lock->owner, "rwlock", lock->name);
}

void lockdep_assert_none_held(void)
{
	const struct task *t = current;

	MM_CHECK(!t || !(t->spins + t->mutexes + t->reads), LOCK_OWNER,
		 "no lock may be held here; this task holds %u", t->spins + t->mutexes + t->reads);
}

void lockdep_assert_in_rcu_read_lock(void)
{
	MM_CHECK(!current || current->rcu_depth, LOCK_OWNER,
		 "this code must run in an RCU read-side section");
}

void lockdep_assert_preemption_disabled(void)
{
	MM_CHECK(!current || in_atomic(), LOCK_CPU, "preemption must be disabled here");
}

void lockdep_assert_irqs_disabled(void)
{
	MM_CHECK(!current || irqs_disabled(), LOCK_IRQ, "interrupts must be disabled here");
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lockdep_assert.c - the fibers engine: assertions about a caller's context.
 *
 * kernel.h says what each assertion demands. All of them read the engine's own state, which
 * ThreadSanitizer does not watch, and none passes a scheduling point. Outside of a run there is
 * one task and nothing to break, so all of them hold.
 */
#include "engine.h"

static void assert_owner(const struct lock_word *w, const char *how)
{
	MM_CHECK(!current || w->owner == current, LOCK_OWNER,
		 "'%s' must be held%s here by this task; its holder is %s", w->name, how,
		 w->owner ? task_name(w->owner) : "no task");
}

void(lockdep_assert_spin_held)(const spinlock_t *lock)
{
	assert_owner(&lock->word, "");
}

void(lockdep_assert_mutex_held)(const struct mutex *lock)
{
	assert_owner(&lock->word, "");
}

void lockdep_assert_rwlock_held(const rwlock_t *lock)
{
	if (!current || !(lock->readers & current->bit))
		assert_owner(&lock->word, "");
}

void(lockdep_assert_rwlock_held_write)(const rwlock_t *lock)
{
	assert_owner(&lock->word, " for writing");
}

void lockdep_assert_none_held(void)
{
	struct task *t = current;
	char name[64];

	if (!t || !t->nr_held)
		return;
	mm_report(ORACLE_LOCK_OWNER, "no lock may be held here; this task holds '%s'",
		  lockdep_name(t->sched, t->held[t->nr_held - 1].class, name));
}

void lockdep_assert_in_rcu_read_lock(void)
{
	MM_CHECK(!current || current->rcu, LOCK_OWNER,
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

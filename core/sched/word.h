/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * word.h - the fibers engine: take, wait for and release a lock's word.
 *
 * Spinlocks, mutexes and reader-writer locks are a struct lock_word and a few rules on top of it.
 * These functions pass scheduling points only where they wait.
 */
#ifndef MM_SCHED_WORD_H
#define MM_SCHED_WORD_H

#include "engine.h"

static inline void word_init(struct lock_word *w, const char *name)
{
	*w = (struct lock_word){.name = name};
}

/* Enter the lock into the task's list (S6); @read: other readers may hold it too. */
static inline void word_hold(struct task *t, const struct lock_word *w, u8 class, bool read)
{
	t->held[t->nr_held++] = (struct held_lock){.word = w, .class = class, .read = read};
	t->held_mask |= BIT_ULL(class);
}

static inline void word_taken(struct sched *s, struct task *t, struct lock_word *w, u8 class)
{
	w->owner = t;
	word_hold(t, w, class, false);
	if (unlikely(s->vtime))
		vtime_took(s, t, w);
	announce_lock(w);
	watch_access(s, t, w, true);
}

static inline void word_wait(struct sched *s, struct task *t, struct lock_word *w,
			     enum wait_kind kind)
{
	while (unlikely(w->owner)) {
		w->waiters |= t->bit;
		task_wait(s, t, kind, w);
	}
}

/* For a trylock. In virtual time a look at a lock that is taken fetches its line. */
static inline bool word_free(struct task *t, const struct lock_word *w)
{
	if (likely(!w->owner))
		return true;
	watch_access(t->sched, t, w, false);
	if (unlikely(t->sched->vtime))
		vtime_access(t->sched, t, w, false);
	return false;
}

static inline void word_wake(struct sched *s, struct lock_word *w)
{
	s->ready |= w->waiters;
	w->waiters = 0;
}

static inline void word_release(struct sched *s, struct task *t, struct lock_word *w)
{
	MM_CHECK(w->owner == t, LOCK_OWNER, "'%s' is released by a task that does not hold it (%s)",
		 w->name ? w->name : "lock without a name",
		 w->owner ? task_name(w->owner) : "no task does");
	lockdep_release(t, w);
	announce_unlock(w);
	if (unlikely(s->vtime))
		vtime_released(s, t, w);
	w->owner = NULL;
	word_wake(s, w);
	watch_access(s, t, w, ACCESS_WRITE_END);
}

/* Disable interrupts before a lock is taken. Return: flags, to restore after its release. */
static inline unsigned long irqs_save(struct task *t)
{
	unsigned long flags = t->irqs_off;

	if (!flags)
		irqs_disable(t);
	return flags;
}

static inline void irqs_restore(struct task *t, unsigned long flags)
{
	if (!flags && t->irqs_off)
		irqs_enable(t);
	else if (flags && !t->irqs_off)
		irqs_disable(t);
}

/* After a release, preemption first: if both are enabled, the hidden set changes once. */
static inline void unpin_irqs_restore(struct task *t, unsigned long flags)
{
	unpin(t);
	irqs_restore(t, flags);
}

#endif

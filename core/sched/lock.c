/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lock.c - spinlocks, mutexes, completions.
 *
 * A task that finds a lock taken is not ready until the lock is released. Then all waiters are
 * ready, and the schedule decides which of them gets it. A task that spins keeps its CPU, since
 * preemption is disabled before the lock is looked at; a task that sleeps leaves its CPU (S4).
 *
 * Each operation begins with its scheduling point: no other task runs between the point and the end
 * of the operation. The point of a release lets others see the lock taken.
 *
 * Order announced to ThreadSanitizer: a release of a lock comes before its next acquisition, and
 * complete_all() before the return of any wait.
 */
#include "word.h"

void spin_lock_init(spinlock_t *lock, const char *name)
{
	word_init(&lock->word, name);
}

static inline void take_spin(struct task *t, struct lock_word *w, unsigned int subclass)
{
	struct sched *s = t->sched;
	u8 class;

	pin(t);
	class = lockdep_acquire(s, t, w, subclass, false);
	word_wait(s, t, w, WAIT_SPIN);
	word_taken(s, t, w, class);
}

void spin_lock_nested(spinlock_t *lock, unsigned int subclass)
{
	struct task *t = current;

	if (unlikely(!t))
		return;
	point_before(&lock->word, POINT_LOCK);
	take_spin(t, &lock->word, subclass);
}

void spin_lock(spinlock_t *lock)
{
	spin_lock_nested(lock, 0);
}

bool spin_trylock(spinlock_t *lock)
{
	struct task *t = current;
	u8 class;

	if (unlikely(!t))
		return true;
	point_before(&lock->word, POINT_OBJECT);
	if (!word_free(t, &lock->word))
		return false;
	pin(t);
	class = lockdep_acquire(t->sched, t, &lock->word, 0, true);
	word_taken(t->sched, t, &lock->word, class);
	return true;
}

void spin_unlock(spinlock_t *lock)
{
	struct task *t = current;

	if (unlikely(!t))
		return;
	point_before(&lock->word, POINT_OBJECT);
	word_release(t->sched, t, &lock->word);
	unpin(t);
}

/* Out of line, as below: a caller outside of a run saves no registers for it. */
static __attribute__((noinline)) unsigned long lock_irqsave(struct task *t, struct lock_word *w)
{
	unsigned long flags;

	point_before(w, POINT_LOCK);
	flags = irqs_save(t);
	take_spin(t, w, 0);
	return flags;
}

unsigned long __spin_lock_irqsave(spinlock_t *lock)
{
	struct task *t = current;

	return likely(t) ? lock_irqsave(t, &lock->word) : 0;
}

static __attribute__((noinline)) void unlock_irqrestore(struct task *t, struct lock_word *w,
							unsigned long flags)
{
	point_before(w, POINT_OBJECT);
	word_release(t->sched, t, w);
	unpin_irqs_restore(t, flags);
}

void spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags)
{
	struct task *t = current;

	if (likely(t))
		unlock_irqrestore(t, &lock->word, flags);
}

void mutex_init(struct mutex *lock, const char *name)
{
	word_init(&lock->word, name);
}

void mutex_lock(struct mutex *lock)
{
	struct task *t = current;
	u8 class;

	if (unlikely(!t))
		return;
	might_sleep();
	point_before(&lock->word, POINT_LOCK);
	class = lockdep_acquire(t->sched, t, &lock->word, 0, false);
	word_wait(t->sched, t, &lock->word, WAIT_MUTEX);
	word_taken(t->sched, t, &lock->word, class);
}

bool mutex_trylock(struct mutex *lock)
{
	struct task *t = current;
	u8 class;

	if (unlikely(!t))
		return true;
	point_before(&lock->word, POINT_OBJECT);
	if (!word_free(t, &lock->word))
		return false;
	class = lockdep_acquire(t->sched, t, &lock->word, 0, true);
	word_taken(t->sched, t, &lock->word, class);
	return true;
}

void mutex_unlock(struct mutex *lock)
{
	struct task *t = current;

	if (unlikely(!t))
		return;
	point_before(&lock->word, POINT_OBJECT);
	word_release(t->sched, t, &lock->word);
}

void init_completion(struct completion *x)
{
	x->done = false;
	x->waiters = 0;
}

void complete_all(struct completion *x)
{
	struct task *t = current;

	point_before(x, POINT_OBJECT);
	announce_release(x);
	x->done = true;
	if (t) {
		wake(t->sched, x->waiters);
		watch_access(t->sched, t, x, true);
	}
	x->waiters = 0;
}

void wait_for_completion(struct completion *x)
{
	struct task *t = current;

	might_sleep();
	point_before(x, POINT_OBJECT);
	MM_CHECK(t || x->done, DEADLOCK, "wait_for_completion() outside of a run");
	while (!x->done) {
		x->waiters |= t->bit;
		task_wait(t->sched, t, WAIT_COMPLETION, x);
	}
	announce_acquire(x);
	if (t)
		watch_access(t->sched, t, x, false);
}

bool completion_done(const struct completion *x)
{
	point_before(x, POINT_OBJECT);
	if (current)
		watch_access(current->sched, current, x, false);
	if (!x->done)
		return false;
	announce_acquire(x);
	return true;
}

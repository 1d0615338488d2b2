/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rwlock.c - reader-writer spinlocks: any number of readers, or one writer.
 *
 * The writer is the owner of the lock's word, readers are a set of tasks beside it (S5, S6). A
 * reader waits for the writer alone, a writer for both. The task that leaves the lock free makes
 * all waiters ready, and the schedule decides; a writer that waits keeps no reader out.
 *
 * The rules of locking treat readers as writers: a rule that a writer breaks, a reader breaks as
 * soon as another task writes. So a task that reads twice breaks the order of its class, and a
 * class that an interrupt reads must not be held with interrupts on.
 *
 * Order announced to ThreadSanitizer: the end of a writer comes before all later holders, the end
 * of a reader before the next writer. Readers are not ordered with each other.
 */
#include "word.h"

void rwlock_init(rwlock_t *lock, const char *name)
{
	word_init(&lock->word, name);
	lock->readers = 0;
}

unsigned long __read_lock_irqsave(rwlock_t *lock)
{
	struct task *t = current;
	unsigned long flags;
	u8 class;

	if (unlikely(!t))
		return 0;
	point_before(lock, POINT_LOCK);
	flags = irqs_save(t);
	pin(t);
	class = lockdep_acquire(t->sched, t, &lock->word, 0, false);
	word_wait(t->sched, t, &lock->word, WAIT_READ);
	lock->readers |= t->bit;
	word_hold(t, &lock->word, class, true);
	if (unlikely(t->sched->vtime))
		vtime_took(t->sched, t, &lock->word);
	announce_read_lock(lock);
	watch_access(t->sched, t, lock, false);
	return flags;
}

void read_unlock_irqrestore(rwlock_t *lock, unsigned long flags)
{
	struct task *t = current;

	if (unlikely(!t))
		return;
	point_before(lock, POINT_OBJECT);
	MM_CHECK(lock->readers & t->bit, LOCK_OWNER,
		 "'%s' is released by a task that does not read it",
		 lock->word.name ? lock->word.name : "lock without a name");
	lockdep_release(t, &lock->word);
	announce_read_unlock(lock);
	if (unlikely(t->sched->vtime))
		vtime_released(t->sched, t, &lock->word);
	lock->readers &= ~t->bit;
	if (!lock->readers)
		word_wake(t->sched, &lock->word);
	watch_access(t->sched, t, lock, ACCESS_READ_END);
	unpin_irqs_restore(t, flags);
}

unsigned long __write_lock_irqsave(rwlock_t *lock)
{
	struct task *t = current;
	unsigned long flags;
	u8 class;

	if (unlikely(!t))
		return 0;
	point_before(lock, POINT_LOCK);
	flags = irqs_save(t);
	pin(t);
	MM_CHECK(!(lock->readers & t->bit), DEADLOCK,
		 "'%s' is taken to write by a task that reads it", lock->word.name);
	class = lockdep_acquire(t->sched, t, &lock->word, 0, false);
	while (unlikely(lock->word.owner || lock->readers)) {
		lock->word.waiters |= t->bit;
		task_wait(t->sched, t, WAIT_WRITE, lock);
	}
	word_taken(t->sched, t, &lock->word, class);
	return flags;
}

void write_unlock_irqrestore(rwlock_t *lock, unsigned long flags)
{
	struct task *t = current;

	if (unlikely(!t))
		return;
	point_before(lock, POINT_OBJECT);
	word_release(t->sched, t, &lock->word);
	unpin_irqs_restore(t, flags);
}

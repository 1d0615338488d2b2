/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * threads_lock.c - the threads engine: spinlocks, reader-writer locks, mutexes, completions.
 *
 * The rules of locks are the fibers engine's to check; here only the owner and sleeping in
 * atomic context are, which cost nothing to know. Outside of a run there is no
 * task; the lock is then owned by a stand-in.
 */
#include "threads_internal.h"

struct task no_task;

static void own(struct task **owner)
{
	__atomic_store_n(owner, self(), __ATOMIC_RELAXED);
}

static void disown(struct task **owner, const char *kind, const char *name)
{
	MM_CHECK(is_owner(owner), LOCK_OWNER, "%s %s is released by a task that does not hold it",
		 kind, name);
	__atomic_store_n(owner, NULL, __ATOMIC_RELAXED);
}

void spin_lock_init(spinlock_t *lock, const char *name)
{
	pthread_mutex_init(&lock->lock, NULL);
	lock->owner = NULL;
	lock->name = name;
}

void spin_lock(spinlock_t *lock)
{
	preempt_disable();
	pthread_mutex_lock(&lock->lock);
	own(&lock->owner);
	self()->spins++;
}

void spin_lock_nested(spinlock_t *lock, unsigned int subclass)
{
	spin_lock(lock);
}

bool spin_trylock(spinlock_t *lock)
{
	preempt_disable();
	if (pthread_mutex_trylock(&lock->lock)) {
		preempt_enable();
		return false;
	}
	own(&lock->owner);
	self()->spins++;
	return true;
}

void spin_unlock(spinlock_t *lock)
{
	disown(&lock->owner, "spinlock", lock->name);
	self()->spins--;
	pthread_mutex_unlock(&lock->lock);
	preempt_enable();
}

unsigned long __spin_lock_irqsave(spinlock_t *lock)
{
	unsigned long flags;

	local_irq_save(flags);
	spin_lock(lock);
	return flags;
}

void spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags)
{
	spin_unlock(lock);
	local_irq_restore(flags);
}

void rwlock_init(rwlock_t *lock, const char *name)
{
	/* By default readers do not wait for writers that wait. */
	pthread_rwlock_init(&lock->lock, NULL);
	lock->owner = NULL;
	lock->name = name;
}

unsigned long __read_lock_irqsave(rwlock_t *lock)
{
	unsigned long flags;

	local_irq_save(flags);
	preempt_disable();
	threads_must(pthread_rwlock_rdlock(&lock->lock), "a lock to read");
	self()->reads++;
	return flags;
}

void read_unlock_irqrestore(rwlock_t *lock, unsigned long flags)
{
	MM_CHECK(self()->reads, LOCK_OWNER, "rwlock %s is released by a task that does not read",
		 lock->name);
	self()->reads--;
	pthread_rwlock_unlock(&lock->lock);
	preempt_enable();
	local_irq_restore(flags);
}

unsigned long __write_lock_irqsave(rwlock_t *lock)
{
	unsigned long flags;

	local_irq_save(flags);
	preempt_disable();
	threads_must(pthread_rwlock_wrlock(&lock->lock), "a lock to write");
	own(&lock->owner);
	self()->spins++;
	return flags;
}

void write_unlock_irqrestore(rwlock_t *lock, unsigned long flags)
{
	disown(&lock->owner, "rwlock", lock->name);
	self()->spins--;
	pthread_rwlock_unlock(&lock->lock);
	preempt_enable();
	local_irq_restore(flags);
}

void mutex_init(struct mutex *lock, const char *name)
{
	pthread_mutex_init(&lock->lock, NULL);
	lock->owner = NULL;
	lock->name = name;
}

void mutex_lock(struct mutex *lock)
{
	might_sleep();
	pthread_mutex_lock(&lock->lock);
	own(&lock->owner);
	self()->mutexes++;
}

bool mutex_trylock(struct mutex *lock)
{
	if (pthread_mutex_trylock(&lock->lock))
		return false;
	own(&lock->owner);
	self()->mutexes++;
	return true;
}

void mutex_unlock(struct mutex *lock)
{
	disown(&lock->owner, "mutex", lock->name);
	self()->mutexes--;
	pthread_mutex_unlock(&lock->lock);
}

void init_completion(struct completion *x)
{
	pthread_mutex_init(&x->lock, NULL);
	pthread_cond_init(&x->cond, NULL);
	x->done = false;
}

void complete_all(struct completion *x)
{
	pthread_mutex_lock(&x->lock);
	x->done = true;
	pthread_cond_broadcast(&x->cond);
	pthread_mutex_unlock(&x->lock);
}

void wait_for_completion(struct completion *x)
{
	might_sleep();
	pthread_mutex_lock(&x->lock);
	while (!x->done)
		pthread_cond_wait(&x->cond, &x->lock);
	pthread_mutex_unlock(&x->lock);
}

bool completion_done(const struct completion *x)
{
	struct completion *mutable = (struct completion *)x;
	bool done;

	pthread_mutex_lock(&mutable->lock);
	done = x->done;
	pthread_mutex_unlock(&mutable->lock);
	return done;
}

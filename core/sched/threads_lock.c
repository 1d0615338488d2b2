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

/* Made before main(): locks are initialised outside of runs too. */
static pthread_mutexattr_t spinning;

__attribute__((constructor)) static void make_attribute(void)
{
	pthread_mutexattr_init(&spinning);
	pthread_mutexattr_settype(&spinning, PTHREAD_MUTEX_ADAPTIVE_NP);
}

void spinning_mutex_init(pthread_mutex_t *lock)
{
	pthread_mutex_init(lock, &spinning);
}

static void want(const char *name)
{
	__atomic_store_n(&self()->wants, name, __ATOMIC_RELAXED);
}

static void hold(const char *name)
{
	struct task *t = self();

	want(NULL);
	if (t->nr_held < TASK_HELD)
		__atomic_store_n(&t->held[t->nr_held], name, __ATOMIC_RELAXED);
	__atomic_store_n(&t->nr_held, t->nr_held + 1, __ATOMIC_RELAXED);
}

/* Mostly the last one. One that was not remembered leaves the others. */
static void unhold(const char *name)
{
	struct task *t = self();
	unsigned int i = min(t->nr_held, (unsigned int)TASK_HELD);

	while (i && t->held[i - 1] != name)
		i--;
	__atomic_store_n(&t->nr_held, t->nr_held - 1, __ATOMIC_RELAXED);
	for (; i && i < min(t->nr_held + 1, (unsigned int)TASK_HELD); i++)
		__atomic_store_n(&t->held[i - 1], t->held[i], __ATOMIC_RELAXED);
}

static void print_task(const struct task *t, FILE *f)
{
	const unsigned int nr = __atomic_load_n(&t->nr_held, __ATOMIC_RELAXED);
	const char *wants = __atomic_load_n(&t->wants, __ATOMIC_RELAXED);

	if (!nr && !wants)
		return;
	fprintf(f, "  %-10s holds", t->name);
	for (unsigned int i = 0; i < min(nr, (unsigned int)TASK_HELD); i++)
		fprintf(f, "%s %s", i ? "," : "", __atomic_load_n(&t->held[i], __ATOMIC_RELAXED));
	fprintf(f, "%s%s%s\n", nr ? "" : " nothing", wants ? ", waits for " : "",
		wants ? wants : "");
}

void sched_print_locks(const struct sched *s, FILE *f)
{
	for (unsigned int i = 0; i < SCHED_MAX_TASKS; i++)
		print_task(&s->task[i], f);
}

static void own(struct task **owner, const char *name)
{
	__atomic_store_n(owner, self(), __ATOMIC_RELAXED);
	hold(name);
}

static void disown(struct task **owner, const char *kind, const char *name)
{
	MM_CHECK(is_owner(owner), LOCK_OWNER, "%s %s is released by a task that does not hold it",
		 kind, name);
	__atomic_store_n(owner, NULL, __ATOMIC_RELAXED);
	unhold(name);
}

void spin_lock_init(spinlock_t *lock, const char *name)
{
	spinning_mutex_init(&lock->lock);
	lock->owner = NULL;
	lock->name = name;
}

void spin_lock(spinlock_t *lock)
{
	preempt_disable();
	want(lock->name);
	pthread_mutex_lock(&lock->lock);
	own(&lock->owner, lock->name);
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
	own(&lock->owner, lock->name);
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
	want(lock->name);
	threads_must(pthread_rwlock_rdlock(&lock->lock), "a lock to read");
	hold(lock->name);
	self()->reads++;
	return flags;
}

void read_unlock_irqrestore(rwlock_t *lock, unsigned long flags)
{
	MM_CHECK(self()->reads, LOCK_OWNER, "rwlock %s is released by a task that does not read",
		 lock->name);
	self()->reads--;
	unhold(lock->name);
	pthread_rwlock_unlock(&lock->lock);
	preempt_enable();
	local_irq_restore(flags);
}

unsigned long __write_lock_irqsave(rwlock_t *lock)
{
	unsigned long flags;

	local_irq_save(flags);
	preempt_disable();
	want(lock->name);
	threads_must(pthread_rwlock_wrlock(&lock->lock), "a lock to write");
	own(&lock->owner, lock->name);
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
	want(lock->name);
	pthread_mutex_lock(&lock->lock);
	own(&lock->owner, lock->name);
	self()->mutexes++;
}

bool mutex_trylock(struct mutex *lock)
{
	if (pthread_mutex_trylock(&lock->lock))
		return false;
	own(&lock->owner, lock->name);
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
	want("a completion");
	pthread_mutex_lock(&x->lock);
	while (!x->done)
		pthread_cond_wait(&x->cond, &x->lock);
	want(NULL);
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

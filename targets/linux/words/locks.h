/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * locks.h - spinlocks, mutexes, work items: the engine's own functions.
 *
 * A lock is as many bytes as the larger of the two engines' needs; bridge/check.c compares. A lock
 * without an initialiser at run time is entered into the section mm_inits: bridge/tree.c
 * initialises it, with its name as its class, at each boot.
 */
#ifndef MM_LINUX_LOCKS_H
#define MM_LINUX_LOCKS_H

#include "opaque.h"

typedef struct br_spinlock spinlock_t, raw_spinlock_t;

enum { MM_INIT_SPINLOCK, MM_INIT_MUTEX, MM_INIT_WORK };

#define MM_INIT(k, o, n, f)                                                                        \
	static const struct br_init mm_init_##o __used __attribute__((section("mm_inits"))) = {    \
		.kind = (k), .object = &(o), .name = (n), .func = (void (*)(void *))(f)}

void(spin_lock_init)(spinlock_t *lock, const char *name);
void spin_lock(spinlock_t *lock);
void spin_lock_nested(spinlock_t *lock, unsigned int subclass);
bool spin_trylock(spinlock_t *lock);
void spin_unlock(spinlock_t *lock);
unsigned long __spin_lock_irqsave(spinlock_t *lock);
void spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags);
void lockdep_assert_spin_held(const spinlock_t *lock);
void(mutex_init)(struct mutex *lock, const char *name);
void mutex_lock(struct mutex *lock);
bool mutex_trylock(struct mutex *lock);
void mutex_unlock(struct mutex *lock);
void lockdep_assert_mutex_held(const struct mutex *lock);

#define DEFINE_SPINLOCK(x)                                                                         \
	spinlock_t x;                                                                              \
	MM_INIT(MM_INIT_SPINLOCK, x, #x, NULL)
#define __SPIN_LOCK_UNLOCKED(x)                                                                    \
	{                                                                                          \
	}
#define spin_lock_init(lock) (spin_lock_init)(lock, #lock)
#define spin_lock_irqsave(lock, flags) ((flags) = __spin_lock_irqsave(lock))
#define spin_lock_irq(lock) ((void)__spin_lock_irqsave(lock))
#define spin_unlock_irq(lock) spin_unlock_irqrestore(lock, 0)
#define spin_lock_bh(lock) spin_lock(lock)
#define spin_unlock_bh(lock) spin_unlock(lock)
#define spin_lock_irqsave_nested(lock, flags, c) spin_lock_irqsave(lock, flags)
#define raw_spin_lock(lock) spin_lock(lock)
#define raw_spin_unlock(lock) spin_unlock(lock)
#define spin_is_locked(lock) true
#define cond_resched_lock(lock) mm_cond_resched_lock(lock)

#define DEFINE_MUTEX(x)                                                                            \
	struct mutex x;                                                                            \
	MM_INIT(MM_INIT_MUTEX, x, #x, NULL)
#define mutex_init(lock) (mutex_init)(lock, #lock)

static inline int mutex_lock_killable(struct mutex *lock)
{
	mutex_lock(lock);
	return 0;
}

#define lockdep_assert_held(lock)                                                                  \
	_Generic((lock), spinlock_t *                                                              \
		 : lockdep_assert_spin_held((void *)(lock)), struct mutex *                        \
		 : lockdep_assert_mutex_held((void *)(lock)))
#define lockdep_is_held(lock) 1
#define lock_is_held(map) 1
#define lockdep_set_class(lock, key) ((void)0)
#define might_lock(lock) ((void)0)
#define debug_check_no_locks_freed(p, n) ((void)0)
#define debug_check_no_obj_freed(p, n) ((void)0)

void(INIT_WORK)(struct work_struct *work, void (*func)(struct work_struct *work));
#define INIT_WORK(work, f) ((work)->func = (f), (INIT_WORK)(work, f))
bool schedule_work(struct work_struct *work);
bool schedule_work_on(unsigned int cpu, struct work_struct *work);
bool flush_work(struct work_struct *work);
#define DECLARE_WORK(x, f)                                                                         \
	struct work_struct x;                                                                      \
	MM_INIT(MM_INIT_WORK, x, #x, f)

void preempt_disable(void);
void preempt_enable(void);
bool in_interrupt(void);
bool in_atomic(void);
bool irqs_disabled(void);
void br_cond_resched(void);
#define cond_resched() br_cond_resched()
void cpu_relax(void);
void might_sleep(void);
#define in_nmi() false
#define in_task() (!in_interrupt())
#define need_resched() false
#define might_alloc(gfp) ((void)0)
#define might_sleep_if(cond)                                                                       \
	do {                                                                                       \
		if (cond)                                                                          \
			might_sleep();                                                             \
	} while (0)

static inline int mm_cond_resched_lock(spinlock_t *lock)
{
	spin_unlock(lock);
	cond_resched();
	spin_lock(lock);
	return 1;
}

#endif

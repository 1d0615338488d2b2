/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hw_lock.h - locks and loads of the hardware: they order OS threads, and no task.
 *
 * Hardware orders its own work without ordering the software that uses it. A pthread mutex inside
 * of a service would be seen by ThreadSanitizer, would order every caller of the machine, and would
 * so hide the races of the allocators. These primitives are plain atomics in code that is not
 * instrumented.
 *
 * The fibers engine switches tasks at scheduling points only, and a service has its single one at
 * its entry: there the locks are empty, and the loads and stores are plain.
 */
#ifndef MM_MACHINE_HW_LOCK_H
#define MM_MACHINE_HW_LOCK_H

#include "../sched/kernel.h"

#ifdef MM_ENGINE_THREADS
#include <sched.h>

/* Its address stands for the calling OS thread; defined in machine.c. */
extern _Thread_local char hw_thread;

/**
 * struct hw_lock - mutual exclusion of OS threads inside a service
 * @owner: &hw_thread of the holder, or NULL
 */
struct hw_lock {
	const char *owner;
};

static inline void hw_lock(struct hw_lock *l)
{
	const char *free = NULL;
	unsigned int spins = 0;

	while (!__atomic_compare_exchange_n(&l->owner, &free, &hw_thread, false, __ATOMIC_ACQUIRE,
					    __ATOMIC_RELAXED)) {
		while (__atomic_load_n(&l->owner, __ATOMIC_RELAXED))
			if (++spins % 64 == 0)
				sched_yield();
		free = NULL;
	}
}

static inline void hw_unlock(struct hw_lock *l)
{
	__atomic_store_n(&l->owner, NULL, __ATOMIC_RELEASE);
}

/* ORACLE_LOCK_OWNER unless the calling thread holds @l. */
#define hw_assert_held(l)                                                                          \
	MM_CHECK(__atomic_load_n(&(l)->owner, __ATOMIC_RELAXED) == &hw_thread, LOCK_OWNER,         \
		 "%s is not held in %s()", #l, __func__)

#define hw_add(p, v) __atomic_add_fetch((p), (v), __ATOMIC_RELAXED)
#define hw_load(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define hw_store(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)
#else
struct hw_lock {
};

#define hw_lock(l) ((void)(l))
#define hw_unlock(l) ((void)(l))
#define hw_assert_held(l) ((void)(l))
#define hw_add(p, v) (*(p) += (v))
#define hw_load(p) (*(p))
#define hw_store(p, v) ((void)(*(p) = (v)))
#endif

#endif

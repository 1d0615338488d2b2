/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * threads.h - the kernel words bound to POSIX threads and liburcu: types.
 *
 * For stress runs and benchmarks: tasks run at once, nothing is deterministic, and ThreadSanitizer
 * sees the C library's synchronisation without being told.
 *
 * A simulated CPU is two locks. A task holds its CPU's preemption lock while preemption or
 * interrupts are disabled, so these sections of one CPU exclude each other, as they do on a real
 * one, and tasks that are not atomic run whenever the host lets them. A task holds its CPU's
 * interrupt lock while interrupts are disabled, and an interrupt holds that lock alone. So an
 * interrupt lands inside a section that has only preemption disabled, and nothing orders the two:
 * data that both use without local_irq_save() are a race. On real hardware such an interrupt stops
 * the section for its time; here both run at once.
 *
 * Spinlocks are mutexes underneath, which spin for a moment and then sleep: with more threads than
 * host CPUs the owner of a lock is often not running.
 */
#ifndef MM_SCHED_THREADS_H
#define MM_SCHED_THREADS_H

#include <pthread.h>

#include "types.h"

struct task;
struct sched;

/* @owner: the task that holds it, or NULL; changed by the holder alone. */
typedef struct {
	pthread_mutex_t lock;
	struct task *owner;
	const char *name;
} spinlock_t;

/* @owner: its writer. */
typedef struct {
	pthread_rwlock_t lock;
	struct task *owner;
	const char *name;
} rwlock_t;

struct mutex {
	pthread_mutex_t lock;
	struct task *owner;
	const char *name;
};

struct completion {
	pthread_mutex_t lock;
	pthread_cond_t cond;
	bool done;
};

/**
 * struct rcu_head - a callback
 * @urcu:  liburcu's own head
 * @func:  the function to call
 * @sched: the run that it belongs to
 * @cpu:   CPU that it was queued on, and runs on
 */
struct rcu_head {
	void *urcu[2];
	void (*func)(struct rcu_head *head);
	struct sched *sched;
	unsigned int cpu;
};

/**
 * struct work_struct - deferred work
 * @func:    the function to call
 * @next:    next in the queue
 * @cpu:     CPU that it was queued on or for, and runs on
 * @pending: queued and not yet begun
 */
struct work_struct {
	void (*func)(struct work_struct *work);
	struct work_struct *next;
	unsigned int cpu;
	bool pending;
};

extern __thread struct task *current_task;
#define current current_task

/* Threads interleave by themselves. */
static inline void sched_point(void)
{
}

static inline void sched_point_read(const volatile void *p)
{
}

static inline void sched_point_write(const volatile void *p)
{
}

static inline void sched_point_cmpxchg(const volatile void *p, size_t size, unsigned long old)
{
}

static inline void sched_point_object(const volatile void *p, bool write)
{
}

static inline void sched_also(const volatile void *p, bool write)
{
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * threads_internal.h - declarations that the files of the threads engine share.
 *
 * Fields of a task belong to its own thread, except where said: those are read and
 * written with atomics. The engine is not instrumented by ThreadSanitizer: its atomics order
 * nothing in TSan's eyes, its pthread mutexes do.
 */
#ifndef MM_SCHED_THREADS_INTERNAL_H
#define MM_SCHED_THREADS_INTERNAL_H

#include <semaphore.h>

#include "kernel.h"
#include "sched.h"

#ifdef MM_TSAN
#include <sanitizer/tsan_interface.h>
#define tsan_acquire(p) __tsan_acquire(p)
#define tsan_release(p) __tsan_release(p)
#else
#define tsan_acquire(p) ((void)(p))
#define tsan_release(p) ((void)(p))
#endif

#define CACHE_LINE 64

/* Names of locks that a task remembers; it may hold more. */
#define TASK_HELD 12

/**
 * struct task - a thread of the run
 * @sched:   its run
 * @number:  as in sched.h
 * @name:    for reports
 * @thread:  the thread; not of the first task and of the RCU task
 * @fn, @arg: body
 * @cpu:     CPU that it is on; others may read it. Changes only while not atomic
 * @irq:     it is an interrupt source
 * @in_irq:  between irq_enter() and irq_exit()
 * @irqs_off: interrupts disabled
 * @preempt_count: depth of preempt_disable(), spinlocks and interrupts included
 * @spins:   spinlocks held, and reader-writer locks held to write
 * @mutexes: mutexes held
 * @reads:   reader-writer locks held to read
 * @rcu_depth: depth of RCU read-side sections
 * @held:    names of the locks that it holds, @nr_held of them; others may read it
 * @wants:   name of the lock that it waits for, or NULL; others may read it
 * @op:      operation that it is in, or -1
 * @ticket:  its ticket, or 0; others read it
 * @joined:  task_join() was called; atomic
 * @seed:    of its random generator
 * @until_move: times that preempt_enable() lets it stay, before it moves it
 * @until_yield: times that cond_resched() lets it go on, before it yields
 * @work:    worker: the item that it runs; protected by sched.pool_lock
 *
 * Invariants of the engine, checked where the counts change (threads_cpu.c):
 *
 * S10 A task holds its CPU's preemption lock exactly while preempt_count > 0 or irqs_off, and it is
 *     not in an interrupt. It holds its CPU's interrupt lock exactly while irqs_off.
 * S11 The CPU of a task changes only while the task holds neither of its locks.
 * S12 A task takes no CPU's preemption lock while it holds a spinlock, a reader-writer lock or an
 *     interrupt lock: no order of locks comes to a cycle through it.
 * S13 Only interrupts make a task wait for an interrupt lock, since it holds the preemption lock
 *     before. An interrupt that waits for a spinlock of the task that it keeps waiting would wait
 *     on a real CPU as well: the lock is taken in an interrupt and with interrupts on.
 */
struct task {
	struct sched *sched;
	unsigned int number;
	char name[16];
	pthread_t thread;
	void (*fn)(void *arg);
	void *arg;
	unsigned int cpu;
	bool irq;
	bool in_irq;
	bool irqs_off;
	unsigned int preempt_count;
	unsigned int spins;
	unsigned int mutexes;
	unsigned int reads;
	unsigned int rcu_depth;
	unsigned int nr_held;
	const char *held[TASK_HELD];
	const char *wants;
	s32 op;
	u64 ticket;
	bool joined;
	u64 seed;
	u64 until_move;
	u32 until_yield;
	struct work_struct *work;
} __attribute__((aligned(CACHE_LINE)));

/**
 * struct cpu - a simulated CPU
 * @preemption: the preemption lock
 * @interrupts: the interrupt lock. A semaphore: ThreadSanitizer looks for cycles in the order of
 *              mutexes, and would report one of this lock with a spinlock that is taken now before
 *              and now after it, which S13 makes harmless
 */
struct cpu {
	pthread_mutex_t preemption;
	sem_t interrupts;
} __attribute__((aligned(CACHE_LINE)));

/* Workers are started when work is queued and none is free for it, up to this many. */
#define MAX_WORKERS (SCHED_WORKER_LAST - SCHED_WORKER_FIRST + 1)

/**
 * struct sched - a run
 * @nr_cpus:     simulated CPUs
 * @possible:    CPUs that tasks are moved to, a bit each
 * @nr_spawned:  tasks spawned; atomic
 * @odds:        preempt_enable() moves the task once in so many times; 0: never
 * @yields:      and it yields the host's CPU then
 * @next_ticket: the next operation's; atomic
 * @callbacks:   RCU callbacks queued and not yet run; atomic
 * @pool_lock:   protects the fields after it, and the @pending and @next of queued items
 * @pool_owner:  the task that holds it
 * @pool_work:   signalled when work is queued, or @stop set
 * @pool_done:   broadcast when an item has been run, or taken off the queue
 * @queue, @queue_tail: items to be run, first in first out
 * @nr_queued:   items in it
 * @nr_workers:  started; they are task[SCHED_WORKER_FIRST] and on
 * @nr_idle:     of these, waiting
 * @stop:        workers are to end
 */
struct sched {
	unsigned int nr_cpus;
	u64 possible;
	unsigned int nr_spawned;
	u64 odds;
	bool yields;
	/* Written all the time: in lines of their own. */
	u64 next_ticket __attribute__((aligned(CACHE_LINE)));
	u64 callbacks __attribute__((aligned(CACHE_LINE)));
	struct cpu cpu[SCHED_MAX_CPUS];
	struct task task[SCHED_MAX_TASKS];

	pthread_mutex_t pool_lock;
	struct task *pool_owner;
	pthread_cond_t pool_work;
	pthread_cond_t pool_done;
	struct work_struct *queue;
	struct work_struct **queue_tail;
	unsigned int nr_queued;
	unsigned int nr_workers;
	unsigned int nr_idle;
	bool stop;
};

/* threads.c */
void task_begin(struct task *t);
void task_end(struct task *t);
void ticket_begin(struct task *t);
void ticket_end(struct task *t);
void threads_must(int err, const char *what);

/* threads_lock.c: a mutex whose waiters spin for a moment before they sleep. */
void spinning_mutex_init(pthread_mutex_t *lock);

/* threads_lock.c: owns the locks that are taken outside of a run. */
extern struct task no_task;

static inline struct task *self(void)
{
	return current ? current : &no_task;
}

static inline bool is_owner(struct task *const *owner)
{
	return __atomic_load_n(owner, __ATOMIC_RELAXED) == self();
}

/* threads_cpu.c */
u64 draw_until_move(struct task *t);
void check_balance(const struct task *t);

/* threads_rcu.c */
void rcu_thread_begin(void);
void rcu_thread_end(void);
void rcu_drain(struct sched *s);

/* threads_work.c */
void pool_begin(struct sched *s);
void pool_end(struct sched *s);
void pool_drain(struct sched *s);
bool pool_idle(struct sched *s);

#endif

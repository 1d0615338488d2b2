/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fibers.h - the types of the fibers engine, for kernel.h.
 *
 * Everything runs on one OS thread and a task is interrupted at scheduling points
 * only, so a lock is a few plain words: its holder, and the set of tasks that wait for it. The
 * engine is never instrumented for ThreadSanitizer, and announces the order that a real lock would
 * give (announce.h).
 */
#ifndef MM_SCHED_FIBERS_H
#define MM_SCHED_FIBERS_H

#include "task_set.h"
#include "types.h"

struct task;

/**
 * struct lock_word - the part that all locks share
 * @name:    name of its class; NULL: never initialised
 * @owner:   holder, or NULL
 * @waiters: tasks that wait for it; empty unless @owner is set, or they have just been woken
 * @released: virtual time of its last release (vtime.h)
 * @gen:     run that @class, @cpu and @released are of
 * @class:   its class in that run
 * @cpu:     CPU that took or released it last; NO_CPU: none. In virtual time only
 */
struct lock_word {
	const char *name;
	struct task *owner;
	task_set waiters;
	u64 released;
	u32 gen;
	u8 class;
	u8 cpu;
};

typedef struct {
	struct lock_word word;
} spinlock_t;

/**
 * rwlock_t - a reader-writer spinlock
 * @word:    its writer, and all tasks that wait; first, so that a wait for either finds it
 * @readers: tasks that read; 0 if there is a writer (S5)
 */
typedef struct {
	struct lock_word word;
	task_set readers;
} rwlock_t;

struct mutex {
	struct lock_word word;
};

/**
 * struct completion - an event that happens once
 * @done:    it has happened
 * @waiters: tasks that wait for it
 */
struct completion {
	bool done;
	task_set waiters;
};

/**
 * struct rcu_head - a callback to be run after a grace period
 * @next:  next in the queue
 * @func:  the callback
 * @clock: readers that entered at or before this time are waited for
 * @cpu:   CPU that it was queued on, and runs on
 */
struct rcu_head {
	struct rcu_head *next;
	void (*func)(struct rcu_head *head);
	u64 clock;
	u8 cpu;
};

/**
 * struct work_struct - a function to be run by a worker
 * @next:    next in the queue
 * @func:    the function; it may free the item
 * @pending: queued, and not begun
 * @cpu:     CPU that it was queued on or for, and runs on
 */
struct work_struct {
	struct work_struct *next;
	void (*func)(struct work_struct *work);
	bool pending;
	u8 cpu;
};

/* The calling task; NULL outside of a run. */
extern __thread struct task *current __attribute__((tls_model("initial-exec")));

/**
 * sched_point() - a scheduling point: another task may be let in here
 *
 * Nothing outside of a run. Not inlined: it would be instrumented with its caller.
 */
void sched_point(void);

/**
 * sched_point_read() - a scheduling point before a read
 * @p: the memory that is read: in virtual time its cache line is charged
 */
void sched_point_read(const volatile void *p);

/** sched_point_write() - the same before a write, or before an atomic read and write */
void sched_point_write(const volatile void *p);

/**
 * sched_point_cmpxchg() - the same before a compare-and-swap
 * @p:    the memory
 * @size: its bytes
 * @old:  the value expected: if @p holds another one, the operation is a read
 */
void sched_point_cmpxchg(const volatile void *p, size_t size, unsigned long old);

/**
 * sched_point_object() - a scheduling point before an operation on an object
 * @p:     stands for the object; NULL: none, the operation concerns no other task
 * @write: the operation may change it; operations that only read it are in conflict with no other
 *
 * Costs no virtual time.
 */
void sched_point_object(const volatile void *p, bool write);

/** sched_also() - a further object of the operation that follows a point; no scheduling point */
void sched_also(const volatile void *p, bool write);

/* Where nothing is instrumented, a caller finds out for itself if it is outside of a run. */
#ifdef MM_PLAIN
#define sched_point() (current ? (sched_point)() : (void)0)
#define sched_point_read(p) (current ? (sched_point_read)(p) : (void)0)
#define sched_point_write(p) (current ? (sched_point_write)(p) : (void)0)
#define sched_point_cmpxchg(p, size, old) (current ? (sched_point_cmpxchg)(p, size, old) : (void)0)
#define sched_also(p, write) (current ? (sched_also)(p, write) : (void)0)
#define sched_point_object(p, write) (current ? (sched_point_object)(p, write) : (void)0)
#endif

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel.h - the kernel words that the allocators are written in.
 *
 * One vocabulary, two engines: the file is bound at compile time to `fibers`
 * (default) or to `threads` (MM_ENGINE_THREADS). Meanings and contexts are those
 * of the kernel's words of the same name; only what differs is said here.
 *
 * In the fibers engine every word below that synchronises is a scheduling point,
 * and breaking a rule is a finding: lock order cycles, deadlock, unlock by a
 * task that does not hold the lock, a lock taken in an interrupt and elsewhere
 * with interrupts on, sleeping in atomic context.
 *
 * A lock is made with a name, and locks of one name form a class: order and
 * interrupt safety are judged by class, as lockdep does. To hold two locks of one
 * class is an order error unless the second is taken with spin_lock_nested().
 *
 * Outside of a run the words work for a program with one task: locks are free, callbacks and work
 * items run at once.
 *
 * There are no fences: ThreadSanitizer does not model them. Order is said with
 * acquire and release operations.
 */
#ifndef MM_SCHED_KERNEL_H
#define MM_SCHED_KERNEL_H

#include "report.h"
#include "types.h"

#ifdef MM_ENGINE_THREADS
#include "threads.h"
#else
#include "fibers.h"
#endif

struct task;

/*
 * The engine's header defines, complete:
 *
 *   spinlock_t, rwlock_t, struct mutex, struct completion, struct rcu_head, struct work_struct
 *   current            the calling task (struct task *), NULL outside of a run
 *   sched_point()      a scheduling point; nothing in the threads engine
 *   sched_point_read(p), sched_point_write(p), sched_point_cmpxchg(p, size, old)
 *                      the same before an access: its cache line costs virtual time
 *   sched_point_object(p, write)
 *                      the same before an operation on an object that is no cache line, such as the
 *                      page allocator: for a search, which asks which operations are in conflict.
 *                      With NULL: before one that concerns no other task
 *   sched_also(p, write)
 *                      a further object of the same operation; no scheduling point
 */

/* Spinlocks. Taking one disables preemption; the irqsave form interrupts as well. */
void spin_lock_init(spinlock_t *lock, const char *name);
void spin_lock(spinlock_t *lock);
void spin_lock_nested(spinlock_t *lock, unsigned int subclass);
bool spin_trylock(spinlock_t *lock);
void spin_unlock(spinlock_t *lock);
#define spin_lock_irqsave(lock, flags) ((flags) = __spin_lock_irqsave(lock))
unsigned long __spin_lock_irqsave(spinlock_t *lock);
void spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags);

/*
 * Reader-writer spinlocks: any number of readers, or one writer. Fair to neither: a reader is let
 * in while a writer waits, in an interrupt and elsewhere. A task reads a lock once at a time, and
 * the rules of locking are the same for both.
 */
void rwlock_init(rwlock_t *lock, const char *name);
#define read_lock_irqsave(lock, flags) ((flags) = __read_lock_irqsave(lock))
unsigned long __read_lock_irqsave(rwlock_t *lock);
void read_unlock_irqrestore(rwlock_t *lock, unsigned long flags);
#define write_lock_irqsave(lock, flags) ((flags) = __write_lock_irqsave(lock))
unsigned long __write_lock_irqsave(rwlock_t *lock);
void write_unlock_irqrestore(rwlock_t *lock, unsigned long flags);

/* Mutexes: the caller may sleep. */
void mutex_init(struct mutex *lock, const char *name);
void mutex_lock(struct mutex *lock);
bool mutex_trylock(struct mutex *lock);
void mutex_unlock(struct mutex *lock);

/*
 * Assertions about the context of a caller: "the lock is held" as code. Each reports a finding if
 * it does not hold, passes no scheduling point, is invisible to ThreadSanitizer, and holds outside
 * of a run.
 *
 * ORACLE_LOCK_OWNER unless the calling task holds the lock. rwlock_held() accepts a reader and the
 * writer, rwlock_held_write() the writer alone. The threads engine counts the reader-writer locks
 * that a task reads without their names: it accepts a reader of any of them.
 */
void lockdep_assert_spin_held(const spinlock_t *lock);
void lockdep_assert_mutex_held(const struct mutex *lock);
void lockdep_assert_rwlock_held(const rwlock_t *lock);
void lockdep_assert_rwlock_held_write(const rwlock_t *lock);
/* ORACLE_LOCK_OWNER if the calling task holds any lock. */
void lockdep_assert_none_held(void);
/* ORACLE_LOCK_OWNER unless the caller is in an RCU read-side section. */
void lockdep_assert_in_rcu_read_lock(void);
/* ORACLE_LOCK_CPU unless in_atomic(): the task stays on its CPU. */
void lockdep_assert_preemption_disabled(void);
/* ORACLE_LOCK_IRQ unless irqs_disabled(). */
void lockdep_assert_irqs_disabled(void);

/* Preemption, interrupts, CPU numbers. */
void preempt_disable(void);
void preempt_enable(void);
#define local_irq_save(flags) ((flags) = __local_irq_save())
unsigned long __local_irq_save(void);
void local_irq_restore(unsigned long flags);
bool irqs_disabled(void);
bool in_interrupt(void); /* RCU callbacks count: they are the kernel's softirq */
bool in_atomic(void);	 /* preemption or interrupts disabled, or in an interrupt */
void might_sleep(void);	 /* ORACLE_LOCK_SLEEP if in_atomic() or in an RCU read-side section */
unsigned int smp_processor_id(void); /* ORACLE_LOCK_CPU if preemptible */
unsigned int raw_smp_processor_id(void);
unsigned int get_cpu(void); /* preempt_disable(), then the CPU number */
void put_cpu(void);
unsigned int num_possible_cpus(void);

/* The calling CPU's element of an array with one element a CPU; caller not preemptible. */
#define this_cpu_ptr(array) (&(array)[smp_processor_id()])

void cpu_relax(void);	 /* in a loop that waits for others: yields */
void cond_resched(void); /* may sleep; yields */

/* RCU: readers may be preempted but do not sleep. */
void rcu_read_lock(void);
void rcu_read_unlock(void);
bool rcu_read_lock_held(void);
void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));
void synchronize_rcu(void); /* may sleep */
void rcu_barrier(void);	    /* until every callback queued so far has run; may sleep */

#define rcu_dereference(p) smp_load_acquire(&(p))
#define rcu_assign_pointer(p, v) smp_store_release(&(p), (v))

/*
 * Deferred work. Two workers never run an item at once. It begins on the CPU of the task that
 * queues it, or on the CPU named, which may be one without tasks; ORACLE_LOCK_CPU if that does not
 * exist. An item that is queued already stays where it is. Outside of a run an item runs at once,
 * on any CPU.
 */
void INIT_WORK(struct work_struct *work, void (*func)(struct work_struct *work));
bool schedule_work(struct work_struct *work); /* false: already queued. Any context */
bool schedule_work_on(unsigned int cpu, struct work_struct *work); /* as schedule_work() */
bool flush_work(struct work_struct *work);			   /* until it is idle; may sleep */
bool cancel_work_sync(struct work_struct *work);

/* Completions: complete_all() from any context, waiting may sleep. */
void init_completion(struct completion *x);
void complete_all(struct completion *x);
void wait_for_completion(struct completion *x);
bool completion_done(const struct completion *x);

/*
 * A number that identifies the operation the calling task is in: greater than
 * that of every operation that began before. 0 outside of a run. See tlb.h.
 */
u64 task_ticket(void);

/*
 * The lowest ticket among operations that are under way now, of all tasks (work
 * items and callbacks count as operations of their own); task_ticket()s below it
 * belong to operations that have ended.
 */
u64 oldest_ticket(void);

/*
 * Atomics. They are C11 atomics in the caller's (instrumented) code, preceded by
 * a scheduling point. As in the kernel, those that return a value are fully
 * ordered (sequentially consistent) unless their name says otherwise, those that
 * return nothing are relaxed. Arguments are evaluated before the point, so they may have points of
 * their own.
 */
typedef struct {
	int counter;
} atomic_t;

typedef struct {
	long counter;
} atomic_long_t;

#define READ_ONCE(x)                                                                               \
	({                                                                                         \
		__typeof__(&(x)) _at = &(x);                                                       \
		sched_point_read(_at);                                                             \
		__atomic_load_n(_at, __ATOMIC_RELAXED);                                            \
	})
#define WRITE_ONCE(x, v)                                                                           \
	({                                                                                         \
		__typeof__(&(x)) _at = &(x);                                                       \
		__typeof__(x) _new = (v);                                                          \
		sched_point_write(_at);                                                            \
		__atomic_store_n(_at, _new, __ATOMIC_RELAXED);                                     \
	})
#define smp_load_acquire(p)                                                                        \
	({                                                                                         \
		__typeof__(p) _at = (p);                                                           \
		sched_point_read(_at);                                                             \
		__atomic_load_n(_at, __ATOMIC_ACQUIRE);                                            \
	})
#define smp_store_release(p, v)                                                                    \
	({                                                                                         \
		__typeof__(p) _at = (p);                                                           \
		__typeof__(*(p)) _new = (v);                                                       \
		sched_point_write(_at);                                                            \
		__atomic_store_n(_at, _new, __ATOMIC_RELEASE);                                     \
	})
#define xchg(p, v)                                                                                 \
	({                                                                                         \
		__typeof__(p) _at = (p);                                                           \
		__typeof__(*(p)) _new = (v);                                                       \
		sched_point_write(_at);                                                            \
		__atomic_exchange_n(_at, _new, __ATOMIC_SEQ_CST);                                  \
	})
#define cmpxchg(p, old, new)                                                                       \
	({                                                                                         \
		__typeof__(p) _at = (p);                                                           \
		__typeof__(*(p)) _cx_old = (old);                                                  \
		__typeof__(*(p)) _new = (new);                                                     \
		sched_point_cmpxchg(_at, sizeof(*_at), (unsigned long)_cx_old);                    \
		__atomic_compare_exchange_n(_at, &_cx_old, _new, false, __ATOMIC_SEQ_CST,          \
					    __ATOMIC_SEQ_CST);                                     \
		_cx_old;                                                                           \
	})

#define MM_ATOMIC_OPS(prefix, type, val)                                                           \
	static inline val prefix##_read(const type *v)                                             \
	{                                                                                          \
		return READ_ONCE(v->counter);                                                      \
	}                                                                                          \
	static inline val prefix##_read_acquire(const type *v)                                     \
	{                                                                                          \
		return smp_load_acquire(&v->counter);                                              \
	}                                                                                          \
	static inline void prefix##_set(type *v, val i)                                            \
	{                                                                                          \
		WRITE_ONCE(v->counter, i);                                                         \
	}                                                                                          \
	static inline void prefix##_set_release(type *v, val i)                                    \
	{                                                                                          \
		smp_store_release(&v->counter, i);                                                 \
	}                                                                                          \
	static inline void prefix##_add(val i, type *v)                                            \
	{                                                                                          \
		sched_point_write(v);                                                              \
		__atomic_fetch_add(&v->counter, i, __ATOMIC_RELAXED);                              \
	}                                                                                          \
	static inline void prefix##_sub(val i, type *v)                                            \
	{                                                                                          \
		prefix##_add(-i, v);                                                               \
	}                                                                                          \
	static inline val prefix##_add_return(val i, type *v)                                      \
	{                                                                                          \
		sched_point_write(v);                                                              \
		return __atomic_add_fetch(&v->counter, i, __ATOMIC_SEQ_CST);                       \
	}                                                                                          \
	static inline val prefix##_sub_return(val i, type *v)                                      \
	{                                                                                          \
		return prefix##_add_return(-i, v);                                                 \
	}                                                                                          \
	static inline val prefix##_xchg(type *v, val i)                                            \
	{                                                                                          \
		return xchg(&v->counter, i);                                                       \
	}                                                                                          \
	static inline val prefix##_cmpxchg(type *v, val old, val new)                              \
	{                                                                                          \
		return cmpxchg(&v->counter, old, new);                                             \
	}

MM_ATOMIC_OPS(atomic, atomic_t, int)
MM_ATOMIC_OPS(atomic_long, atomic_long_t, long)

#define atomic_inc(v) atomic_add(1, (v))
#define atomic_dec(v) atomic_sub(1, (v))
#define atomic_inc_return(v) atomic_add_return(1, (v))
#define atomic_dec_return(v) atomic_sub_return(1, (v))
#define atomic_dec_and_test(v) (atomic_dec_return(v) == 0)

/* Where nothing is instrumented, the assertions of hot paths compare in place. */
#if defined(MM_PLAIN) && !defined(MM_ENGINE_THREADS)
#define lockdep_assert_spin_held(lock)                                                             \
	(likely((lock)->word.owner == current) ? (void)0 : (lockdep_assert_spin_held)(lock))
#define lockdep_assert_mutex_held(lock)                                                            \
	(likely((lock)->word.owner == current) ? (void)0 : (lockdep_assert_mutex_held)(lock))
#define lockdep_assert_rwlock_held_write(lock)                                                     \
	(likely((lock)->word.owner == current) ? (void)0 : (lockdep_assert_rwlock_held_write)(lock))
#endif

#endif

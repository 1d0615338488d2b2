/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * engine.h - the fibers engine from inside: tasks, CPUs, and which tasks are runnable.
 *
 * There is one OS thread. A set of tasks has a bit a task number (task_set.h). The sets of runnable
 * tasks are updated at each change, so no point searches for them:
 *
 *   ready     tasks that wait for nothing
 *   hidden    tasks kept off by their CPU: it handles an interrupt, or another task there has
 *             preemption or interrupts disabled
 *   runnable  ready and not hidden
 *
 * An interrupt source outside of its interrupts is on no CPU: nothing hides it, and what it
 * disables there concerns no CPU.
 *
 * Invariants, at every scheduling point. test/verify.h recomputes them; an item that is pending and
 * in no place is beyond it, and a deadlock of the tasks that wait for it.
 *
 * S1 The running task is runnable.
 * S2 @hidden is the union of cpu_hidden() of all CPUs.
 * S3 A CPU's @pinner is the one task on it with preemption or interrupts disabled, or NULL.
 * S4 A task that sleeps (waits for anything but a spinlock) is no CPU's pinner.
 * S5 A reader-writer lock has a writer (word.owner) or @readers, never both.
 * S6 A task holds a lock, as its owner or as one of its readers, exactly if the lock is among its
 *    @held.
 * S7 A task has a ticket exactly if its bit is set in @inflight.
 * S8 A pending work item is in one place: with an idle worker (task.work), with the worker that
 *    runs it (task.again), or in the queue. At most one worker runs it.
 * S9 The queue of callbacks is in order of their clocks.
 */
#ifndef MM_SCHED_ENGINE_H
#define MM_SCHED_ENGINE_H

#include "announce.h"
#include "fiber.h"
#include "kernel.h"
#include "line.h"
#include "sched.h"
#include "vtime.h"

#define MAX_HELD 32
#define MAX_CLASSES 64
#define STRATEGY_STATE 4096
#define NO_CPU 0xff

#define WORKER_MASK ((TASK_BIT(SCHED_TASK_RCU) - 1) & ~(TASK_BIT(SCHED_WORKER_FIRST) - 1))

enum task_state {
	TASK_UNUSED, /* workers and the callback task: nothing to do */
	TASK_LIVE,
	TASK_DONE,
};

enum irq_state {
	IRQ_NONE, /* an ordinary task, or a source outside of an interrupt */
	IRQ_GATE, /* a source that waits to be let in */
	IRQ_IN,	  /* in its interrupt */
};

/* The kinds of waits; @on of struct task is the object waited for. */
enum wait_kind {
	WAIT_NONE,
	WAIT_SPIN,	 /* struct lock_word */
	WAIT_MUTEX,	 /* struct lock_word */
	WAIT_READ,	 /* rwlock_t, for its writer */
	WAIT_WRITE,	 /* rwlock_t, for its writer and readers */
	WAIT_COMPLETION, /* struct completion */
	WAIT_JOIN,	 /* struct task */
	WAIT_GRACE,	 /* readers that entered at or before @wait_clock */
	WAIT_BARRIER,	 /* callbacks up to number @wait_clock */
	WAIT_WORK,	 /* struct work_struct */
};

/* The operation that follows a point. */
enum point_kind {
	POINT_ANY,   /* of no object that the engine knows: a search tries other tasks before it */
	POINT_LOCAL, /* nothing that concerns another task */
	POINT_RELAX, /* cpu_relax(): the task waits until what it read is written */
	POINT_READ,  /* of memory, as the next two */
	POINT_WRITE,
	POINT_CMPXCHG,
	POINT_LOCK,   /* a struct lock_word is taken: waits while it has an owner */
	POINT_OBJECT, /* another operation on an object, and on the CPU of the task */
	POINT_MANY,   /* an operation on an object, and on others that it does not name */
};

/**
 * struct held_lock - a lock that a task holds
 * @word:  the lock
 * @class: its class; kept here since the lock may be gone when it is asked for
 * @read:  it is held as a reader
 */
struct held_lock {
	const struct lock_word *word;
	u8 class;
	bool read;
};

/**
 * struct task - a task, an interrupt source, a worker, or the callback task
 * @fiber:      its stack; @fiber.stack is NULL until it is first needed
 * @sched:      its engine
 * @bit:        TASK_BIT(@number)
 * @fn, @arg:   body
 * @state:      enum task_state
 * @entered:    its fiber is in the middle of its work, not where it waits for its next use
 * @source:     is an interrupt source
 * @irq:        enum irq_state
 * @irqs_off:   interrupts disabled; set in an interrupt as well
 * @preempt:    preempt_disable() depth, spinlocks included
 * @rcu:        rcu_read_lock() depth
 * @rcu_entered: time of the outermost rcu_read_lock()
 * @wait:       enum wait_kind
 * @on:         the object that it waits for
 * @wait_clock: time of the wait, for grace periods and barriers
 * @joiners:    tasks that wait for its end
 * @from:       task that a source was let in over, to go on after the interrupt
 * @op:         see task_set_op()
 * @ticket:     of its operation; while it lives, 0 unless its bit is set in sched.inflight
 * @priority:   virtual time: the higher one of two events at one time goes first
 * @ready_at:   virtual time: it goes on no earlier; a source's clock outside of its interrupts
 * @held:       locks, in order of acquisition
 * @held_mask:  classes of @held
 * @work, @running, @running_func, @again: see work.c
 * @next, @next_kind: in a run that is watched: the object of the operation that follows the point
 *                    that the task is at, and its enum point_kind
 */
struct task {
	struct fiber fiber;
	struct sched *sched;
	task_set bit;
	void (*fn)(void *arg);
	void *arg;
	u8 number;
	u8 cpu;
	u8 state;
	bool entered;
	bool source;
	u8 irq;
	bool irqs_off;
	u16 preempt;
	u16 rcu;
	u8 wait;
	u8 nr_held;
	u64 rcu_entered;
	const void *on;
	u64 wait_clock;
	task_set joiners;
	struct task *from;
	s32 op;
	u64 ticket;
	s64 priority;
	u64 ready_at;
	u64 held_mask;
	struct held_lock held[MAX_HELD];
	struct work_struct *work;
	struct work_struct *running;
	void (*running_func)(struct work_struct *work);
	bool again;
	u8 next_kind;
	const volatile void *next;
	char name[16];
};

/**
 * struct cpu - a simulated CPU
 * @tasks:   live tasks on it, sources excepted
 * @gate:    sources that wait to interrupt it
 * @pinner:  task on it that has preemption or interrupts disabled
 * @in_irq:  source whose interrupt it handles
 * @clock:   virtual time, in ns
 * @preempt_order, @irq_order: addresses for announcements, see irq.c. The first one is also the
 *           object that an operation on the CPU names to a search
 */
struct cpu {
	task_set tasks;
	task_set gate;
	struct task *pinner;
	struct task *in_irq;
	u64 clock;
	char preempt_order;
	char irq_order;
};

/**
 * struct lock_class - locks of one name
 * @name:     the name
 * @subclass: of spin_lock_nested()
 * @before:   classes that have been held while one of this class was waited for
 * @taken:    for each of these, the task and operation that did so first
 */
struct lock_class {
	const char *name;
	unsigned int subclass;
	u64 before;
	struct {
		u8 task;
		s32 op;
	} taken[MAX_CLASSES];
};

/**
 * struct race - a report of ThreadSanitizer
 * @what:  kind of report
 * @by, @op, @step: the running task, its operation, and the step
 * @nr:    accesses
 * @write, @atomic, @size: the kind of each access
 * @pc:    where
 * @task:  the task; SCHED_MAX_TASKS: not a task
 * @reported: there was a report in the run, this one or a later one
 */
struct race {
	const char *what;
	unsigned int by;
	s32 op;
	u64 step;
	unsigned int nr;
	struct {
		int write, atomic, size;
		void *pc;
		unsigned int task;
	} access[2];
	bool reported;
};

/**
 * struct sched - an engine
 * @ready, @hidden: see above
 * @points:      scheduling points passed
 * @limit:       points above this take the slow path: in a run that is too long, in virtual time,
 *               and where there are tasks above number 63, of which the fast path knows nothing
 * @vtime:       costs in virtual time; NULL: the run is not in virtual time
 * @watch:       the strategy is told of each operation: it has @access, and init is not alone.
 * Points take the slow path
 * @step:        steps so far
 * @ask_from:    before this step the default rule decides, and the strategy is not asked
 * @digest:      of the run so far
 * @used:        tasks to be reset before the next run
 * @live:        tasks that have not ended
 * @inflight:    tasks in an operation
 * @ticket:      last ticket given out
 * @readers:     tasks inside of an RCU read-side section
 * @rcu_clock:   moves on with each grace period asked for
 * @grace_waiters, @barrier_waiters, @work_waiters: tasks in the wait of that name
 * @callbacks:   queue, by @clock
 * @queued, @called: callbacks so far
 * @work:        items that found no idle worker
 * @schedule:    parameters of the strategy
 * @strategy, @strategy_state: the strategy and its private state (strategy.h)
 * @taken:       receives the choices that differ from the default rule; NULL: not recorded
 * @classes, @nr_classes, @irq_classes, @on_classes: see lockdep.c
 * @gen:         number of the run, unlike that of any other run of the process
 * @announced:   points, tasks and runs since TSan was last made to start afresh
 * @lines:       cache lines, in virtual time
 * @reported:    a finding ended the run
 * @race:        TSan has reported, @race_seen; the run ends at its next point
 */
struct sched {
	task_set ready;
	task_set hidden;
	u64 points;
	u64 limit;
	const struct sched_vtime *vtime;
	bool watch;
	u64 step;
	u64 ask_from;
	u64 digest;
	task_set used;
	task_set live;
	task_set inflight;
	u64 ticket;

	task_set readers;
	u64 rcu_clock;
	task_set grace_waiters;
	task_set barrier_waiters;
	task_set work_waiters;
	struct rcu_head *callbacks;
	struct rcu_head **callbacks_tail;
	u64 queued, called;
	struct work_struct *work;
	struct work_struct **work_tail;

	const struct schedule *schedule;
	const struct sched_strategy *strategy;
	struct schedule *taken;

	u32 nr_classes;
	u64 irq_classes;
	u64 on_classes;
	u32 gen;

	const struct sched_params *params;
	struct sched_result *result;
	u32 nr_spawned;
	u32 nr_cpus;
	u64 max_points;
	u64 announced;
	bool reported;
	bool race;
	char run_order, rcu_order, work_order;
	struct race race_seen;
	struct lines lines;

	struct fiber main;
	_Alignas(16) char strategy_state[STRATEGY_STATE];
	struct cpu cpu[SCHED_MAX_CPUS];
	struct lock_class classes[MAX_CLASSES];
	struct task task[SCHED_MAX_TASKS];
};

/* Iterate over the bits of a mask, which is used up. */
#define for_each_bit(n, mask) for (; (mask) && ((n) = __builtin_ctzll(mask), 1); (mask) &= (mask)-1)

static inline task_set runnable(const struct sched *s)
{
	return s->ready & ~s->hidden;
}

/* The same, where no task above number 63 has been spawned. */
static inline u64 runnable_low(const struct sched *s)
{
	return (u64)s->ready & ~(u64)s->hidden;
}

/* Made by the engine: a worker, or the callback task. */
static inline bool is_service(unsigned int number)
{
	return number >= SCHED_WORKER_FIRST && number <= SCHED_TASK_RCU;
}

/* In the eyes of its CPU: a source outside of an interrupt is never in the way. */
static inline bool on_cpu(const struct task *t)
{
	return !t->source || t->irq == IRQ_IN;
}

static inline bool preemptible(const struct task *t)
{
	return !t->preempt && !t->irqs_off;
}

static inline task_set cpu_hidden(const struct cpu *c)
{
	if (c->in_irq)
		return c->tasks | c->gate;
	if (!c->pinner)
		return 0;
	return (c->tasks & ~c->pinner->bit) | (c->pinner->irqs_off ? c->gate : 0);
}

/* Restore S2 after a change of a field that cpu_hidden() reads. Bits that leave are cleared first.
 */
static inline void cpu_changed(struct sched *s, struct cpu *c)
{
	s->hidden = (s->hidden & ~(c->tasks | c->gate)) | cpu_hidden(c);
}

/* The same for a CPU without a pinner and outside of interrupts: it hides no task. */
static inline void cpu_opened(struct sched *s, const struct cpu *c)
{
	if (s->hidden)
		s->hidden &= ~(c->tasks | c->gate);
}

static inline struct cpu *task_cpu_of(struct task *t)
{
	return &t->sched->cpu[t->cpu];
}

/* fibers.c */

/**
 * resched() - let the schedule choose the next task, and switch to it
 * @s:    the engine
 * @t:    the running task
 * @dflt: choice of the default rule; NULL: the lowest number
 * @why:  reason
 *
 * Returns when @t runs again. Ends the run if no task is left, and reports a deadlock if no task
 * is runnable.
 */
void resched(struct sched *s, struct task *t, struct task *dflt, enum switch_reason why);

/* Wait until another task sets the ready bit. The caller has put the task on that one's list. */
void task_wait(struct sched *s, struct task *t, enum wait_kind kind, const void *on);

/* Begin a task in its slot; its fiber is made if it has none. */
void task_start(struct sched *s, unsigned int number, unsigned int cpu, bool source,
		void (*fn)(void *arg), void *arg);

/* Put a preemptible task on another CPU; resched_if_hidden() follows if it is the caller. */
void task_move(struct sched *s, struct task *t, unsigned int cpu);
void resched_if_hidden(struct sched *s, struct task *t);

/* A point before an operation that watch_access() follows; no virtual time. */
void point_before(const volatile void *object, enum point_kind kind);

/* A point that counts, of @t, with a default of its own. */
void point(struct sched *s, struct task *t, struct task *dflt, enum switch_reason why);

/* ORACLE_LOCK_UNBALANCED unless the task has given back all it took. */
void check_balance(struct task *t, const char *when);

/* An operation of its own for work items and callbacks. */
void op_begin(struct sched *s, struct task *t, s32 op);
void op_end(struct sched *s, struct task *t);

/* The run is over: control goes to sched_run(). */
void __noreturn run_abandon(struct sched *s, struct task *t);

/* report_fibers.c: no task is runnable; a run is too long, or TSan has reported. */
void __noreturn report_stuck(struct sched *s, struct task *t);
void __noreturn report_limit(struct sched *s);

/* Make the report of TSan the result of the run. */
void report_race(struct sched *s);

/* vtime.c: only in virtual time, and without a scheduling point. */
void vtime_point(struct sched *s, struct task *t);
void vtime_woken(struct sched *s, task_set tasks);
void vtime_took(struct sched *s, struct task *t, struct lock_word *w);
void vtime_released(struct sched *s, struct task *t, struct lock_word *w);
void vtime_access(struct sched *s, struct task *t, const volatile void *p, bool write);
u64 vtime_end(const struct sched *s);

/* Waits of these tasks are over, for anything but a lock. */
static inline void wake(struct sched *s, task_set tasks)
{
	s->ready |= tasks;
	if (unlikely(s->vtime))
		vtime_woken(s, tasks);
}

/* strategy.c */
void strategy_access(struct sched *s, struct task *t, const volatile void *object,
		     unsigned int how);
void strategy_begin(struct sched *s, const struct sched_params *p);
struct task *strategy_choose(struct sched *s, struct task *t, task_set run, struct task *dflt,
			     enum switch_reason why);

/*
 * How an operation is about its object: it reads it or changes it, and it may be the end of a time
 * in which other tasks were kept from it.
 */
enum access {
	ACCESS_READ,
	ACCESS_WRITE,
	ACCESS_READ_END,
	ACCESS_WRITE_END,
};

/*
 * An operation of @t on @object takes effect; @how is of enum access. @object is NULL
 * for one that concerns no other task.
 */
static inline void watch_access(struct sched *s, struct task *t, const volatile void *object,
				unsigned int how)
{
	if (unlikely(s->watch))
		strategy_access(s, t, object, how);
}

/* lockdep.c */
u8 lockdep_acquire(struct sched *s, struct task *t, struct lock_word *w, unsigned int subclass,
		   bool try);
void lockdep_release(struct task *t, const struct lock_word *w);
void lockdep_irqs_on(struct task *t);
const char *lockdep_name(const struct sched *s, u8 class, char buf[64]);

/* irq.c: without a scheduling point. */
void pin(struct task *t);
void unpin(struct task *t);
void irqs_disable(struct task *t);
void irqs_enable(struct task *t);

/* rcu.c, work.c */
void rcu_begin(struct sched *s);
void work_begin(struct sched *s);

/* tsan.c */
void tsan_create(void);
void tsan_begin(struct sched *s);
void tsan_abandon(struct sched *s);
void tsan_describe(const struct sched *s, char *text, size_t size);

#endif

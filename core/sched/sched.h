/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sched.h - a run: tasks on CPUs, from the first to the last, under one engine.
 *
 * For those who *set up* runs (the harness, benchmarks, tests). The words for
 * those who *are run* are in kernel.h.
 *
 * Model, kept by both engines:
 *
 * - A task is not a CPU. It runs on a CPU and may be moved to another wherever it
 *   is preemptible (preemption enabled, interrupts enabled, not in an interrupt).
 *   Two tasks of one CPU interleave only where the running one is preemptible,
 *   tasks of different CPUs anywhere.
 * - An interrupt source is a task that belongs to one CPU and runs only interrupts:
 *   between irq_enter() and irq_exit() it runs on top of the CPU's current task, at a
 *   moment that the schedule picks, only while interrupts are enabled there, to its
 *   end, and never nested in another interrupt.
 * - Deferred work runs in worker tasks, RCU callbacks in a task of their own.
 */
#ifndef MM_SCHED_SCHED_H
#define MM_SCHED_SCHED_H

#include <stdio.h>

#include "report.h"
#include "schedule.h"
#include "types.h"

#define SCHED_MAX_CPUS 64

struct sched;
struct sched_strategy;
struct sched_vtime;
struct task;

/* Why the running task changed; for the history of a run. */
enum switch_reason {
	SWITCH_SCHEDULE, /* the schedule said so */
	SWITCH_BLOCKED,	 /* the running task waits: lock, completion, grace period */
	SWITCH_YIELD,	 /* the running task yielded: cpu_relax(), cond_resched() */
	SWITCH_DONE,	 /* the running task ended, or its interrupt did */
};

/* Ends the process. */
typedef void end_process_fn(void);

/**
 * struct sched_params - how to run
 * @nr_cpus:    simulated CPUs, 1 to SCHED_MAX_CPUS
 * @nr_tasks:   tasks that @init spawns, for strategies that draw among them before they exist;
 *              0: one
 * @possible:   CPUs that tasks may be moved to, a bit each; a CPU that is not possible
 *              stands for the next one that is, in cyclic order. 0: all
 * @max_points: a run that passes more scheduling points is a livelock; 0: 1,000,000
 * @schedule:   which task runs next; NULL: the sequential run. The threads engine
 *              takes no more of it than seed and odds of SCHEDULE_RANDOM: how often
 *              preempt_enable() moves a task to another CPU (without: 1 in 1,024; odds of 0:
 *              never, in that engine alone)
 * @yields:     where preempt_enable() would move a task, the task also yields the host's CPU.
 *              Others then run in windows between two locks. The threads engine alone has it
 * @strategy:   if not NULL, decides in place of @schedule's (strategy.h). Fibers engine
 * @vtime:      if not NULL, the run is in virtual time (vtime.h): @schedule is not consulted.
 *              Not in the threads engine
 * @taken:      if not NULL, receives the run as a sparse list (SCHEDULE_SPARSE)
 * @on_switch:  if not NULL, told of each change of the running task (fibers engine)
 * @hook_arg:   first argument of @on_switch
 * @on_report:  if not NULL, called by mm_report() on the stack of the task, with the digest so far,
 *              before the run is given up. If it returns a function, mm_report() calls that, so
 *              that the stack at the end of the process names the oracle and the check that failed.
 *              Not for data races, which become findings at the end of a run (fibers engine)
 * @report_arg: first argument of @on_report
 */
struct sched_params {
	unsigned int nr_cpus;
	unsigned int nr_tasks;
	u64 possible;
	u64 max_points;
	const struct schedule *schedule;
	bool yields;
	const struct sched_strategy *strategy;
	const struct sched_vtime *vtime;
	struct schedule *taken;
	void (*on_switch)(void *arg, u64 step, const struct task *from, const struct task *to,
			  enum switch_reason why);
	void *hook_arg;
	end_process_fn *(*on_report)(void *arg, const struct report *r, u64 digest);
	void *report_arg;
};

/**
 * struct sched_result - how a run went
 * @report: the finding; @report.oracle is ORACLE_NONE if there was none
 * @points: scheduling points passed
 * @steps:  of these, points with more than one runnable task
 * @digest: over (step, set of runnable tasks) of every step: two runs that took
 *          the same path have the same digest
 * @vtime:  the latest clock of a CPU, in ns; 0 without virtual time
 * @taken_overflow: @taken was too short for the run: it does not replay it
 */
struct sched_result {
	struct report report;
	u64 points;
	u64 steps;
	u64 digest;
	u64 vtime;
	bool taken_overflow;
};

/**
 * sched_create() - make an engine; fibers, stacks and tables are kept between runs
 *
 * Return: the engine, or NULL without memory. One engine per OS thread at a time.
 */
struct sched *sched_create(void);

/**
 * sched_destroy() - give everything back
 * @s: from sched_create(), not in a run; NULL is allowed
 */
void sched_destroy(struct sched *s);

/**
 * sched_run() - run to the end
 * @s:    the engine
 * @p:    how
 * @init: body of the first task ("init", number SCHED_TASK_INIT, on CPU 0). It boots the
 *        world, spawns and joins the tasks, and takes the world down again
 * @arg:  handed to @init
 * @r:    filled in
 *
 * Returns when @init has returned and no work item or RCU callback is left, or when a
 * finding was reported. After a finding, tasks are abandoned where they stand, and the caller frees
 * what they had allocated (machine_boot() does).
 *
 * Return: 0 if there was no finding, 1 if there was.
 */
int sched_run(struct sched *s, const struct sched_params *p, void (*init)(void *arg), void *arg,
	      struct sched_result *r);

/**
 * struct task_params - a task to be made
 * @name: for reports; at most 15 characters are kept
 * @cpu:  CPU that it starts on
 * @irq:  it is an interrupt source
 * @fn:   body
 * @arg:  handed to @fn
 */
struct task_params {
	const char *name;
	unsigned int cpu;
	bool irq;
	void (*fn)(void *arg);
	void *arg;
};

/**
 * task_spawn() - make a task and make it runnable
 * @p: its description
 *
 * The child starts after everything that the parent did so far.
 *
 * Context: a task of a run, preemptible. At most SCHED_MAX_SPAWNED tasks a run; one more
 * is a programming error and aborts.
 */
struct task *task_spawn(const struct task_params *p);

/**
 * task_join() - wait for a task to end
 * @t: from task_spawn() in the same run; may be joined once
 *
 * All that the task did comes before the return. Context: may sleep.
 */
void task_join(struct task *t);

/**
 * task_number() - the number that schedules use for a task
 * @t: any task of the running run
 */
unsigned int task_number(const struct task *t);

/** task_name() - the name given in struct task_params, or "w0".., "rcu", "init" */
const char *task_name(const struct task *t);

/** task_cpu() - the CPU that @t is on */
unsigned int task_cpu(const struct task *t);

/**
 * task_migrate() - move the calling task to another CPU
 * @cpu: below nr_cpus
 *
 * Context: preemptible task, not an interrupt source. Scheduling point.
 */
void task_migrate(unsigned int cpu);

/**
 * task_set_op() - an operation begins, or the calling task's operation ends
 * @op: its number; -1: it ends
 *
 * For task_ticket(), and for reports: these name the task's last operation even when it has
 * ended, since that operation left the lock.
 */
void task_set_op(s32 op);

/**
 * sched_turn() - end of an operation: check balance, and let the next turn begin
 *
 * Reports ORACLE_LOCK_UNBALANCED if the caller holds a lock, is inside an RCU read-side
 * section, or has preemption or interrupts disabled (beyond the interrupt that it is).
 * Under SCHEDULE_TURNS this is where the next task of the list is let in. Scheduling point.
 */
void sched_turn(void);

#ifdef MM_ENGINE_THREADS
/**
 * sched_on_report() - call a function with each finding, in place of a message and abort()
 * @fn: does not return. Several tasks may call it at once, in any context; NULL: none
 */
void sched_on_report(void (*fn)(const struct report *r));

/**
 * sched_print_locks() - print the locks that each task holds and waits for, a line a task
 *
 * For a look at tasks that are stuck: a task that goes on may change its line meanwhile.
 */
void sched_print_locks(const struct sched *s, FILE *f);

#endif

/**
 * sched_settle() - wait until no work item and no RCU callback of the run is queued or running
 *
 * Context: may sleep. Other tasks queue neither meanwhile.
 */
void sched_settle(void);

/**
 * sched_moves_tasks() - may the schedule of this run move a preemptible task to another CPU?
 *
 * The task may be in the middle of an operation. False outside of a run.
 */
bool sched_moves_tasks(void);

/**
 * irq_enter() - begin an interrupt on the calling source's CPU
 *
 * Blocks until the schedule lets it in: a scheduling point, and a wait as long as interrupts are
 * disabled there or another is being handled. Outside of its interrupts a source is on no CPU and
 * nothing keeps it from running; disabling interrupts there concerns no CPU. Between irq_enter()
 * and irq_exit() the caller is in an interrupt: in_interrupt() is true and sleeping is an error.
 *
 * Context: interrupt source outside of an interrupt.
 */
void irq_enter(void);

/** irq_exit() - end of the interrupt: the interrupted task can go on. Scheduling point. */
void irq_exit(void);

#endif

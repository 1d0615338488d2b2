/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * strategy.h - the fibers engine: a strategy, and what it sees and may do.
 *
 * A strategy is a table of functions in a file of its own in strategy/, with a private state in
 * the engine. The engine calls it, and records what it chose (strategy.c).
 *
 * A strategy sees each step, with every runnable task, the task that was running, and the reason
 * for the choice; each task that begins; each yield; and each end of an operation. It may pick a
 * runnable task, and move preemptible tasks to other CPUs with strategy_move(). It passes no
 * scheduling point, and it draws from its own generator alone, so that equal schedules make equal
 * runs.
 *
 * A strategy that has nothing to say for a while tells the engine so (strategy_ask_from()): steps
 * before that one cost a comparison.
 *
 * A search over many runs brings its own strategy in struct sched_params.strategy. Its state lives
 * in the structure around it (container_of() of sched.strategy) and outlives the runs.
 */
#ifndef MM_SCHED_STRATEGY_H
#define MM_SCHED_STRATEGY_H

#include "engine.h"
#include "random.h"

/**
 * struct sched_strategy - the hooks of a strategy
 * @begin:       a run begins; s->schedule holds the parameters. The state is not zeroed: it is as
 *               the last run left it. NULL: nothing to prepare
 * @choose:      a step: pick a task of @run, two or more runnable ones. @t was running, and is in
 *               @run if it can go on. @dflt, of @run, is the choice of the default rule. @why says
 *               why a choice is due: SWITCH_SCHEDULE if @t is at a scheduling point and can go on.
 *               Return: a task that is runnable on return. NULL if @begin puts off
 *               every step
 * @spawned:     a task begins; workers and the callback task begin once for each time that
 *               they have work. NULL: of no interest, as below
 * @yielded:     @t yields; the choice that follows has @why SWITCH_YIELD
 * @turned:      @t has ended an operation (sched_turn()); its scheduling point follows
 * @access:      an operation of @t on @object takes effect, and changes it or only reads it.
 * @object is NULL for one that is in conflict with no other: a task begins, or goes on after a
 *               point of POINT_ANY. Called while there is more than one task. Equal addresses mean
 *               one object within a run. NULL: of no interest, and points are faster
 * @moves_tasks: may this run's schedule move tasks to other CPUs? NULL: no
 */
struct sched_strategy {
	void (*begin)(struct sched *s);
	struct task *(*choose)(struct sched *s, struct task *t, task_set run, struct task *dflt,
			       enum switch_reason why);
	void (*spawned)(struct sched *s, struct task *t);
	void (*yielded)(struct sched *s, struct task *t);
	void (*turned)(struct sched *s, struct task *t);
	void (*access)(struct sched *s, struct task *t, const volatile void *object,
		       unsigned int how);
	bool (*moves_tasks)(const struct sched *s);
};

/* The strategies of the table. */
#define X(enumerator, number, symbol, name, takes, help)                                           \
	extern const struct sched_strategy strategy_##symbol;
SCHED_STRATEGIES(X)
#undef X

/* Virtual time (vtime.c): no schedule names it, it takes the place of any. */
extern const struct sched_strategy strategy_vtime;

/* The running strategy's private state. */
#define strategy_state(s, type)                                                                    \
	({                                                                                         \
		_Static_assert(sizeof(type) <= sizeof((s)->strategy_state), "state too large");    \
		(type *)(s)->strategy_state;                                                       \
	})

/**
 * strategy_ask_from() - the default rule decides before a step
 * @step: the first step that the strategy wants to be asked about; UINT64_MAX: no further one
 *
 * At the beginning of a run: every step.
 */
static inline void strategy_ask_from(struct sched *s, u64 step)
{
	s->ask_from = step;
}

/**
 * strategy_move() - move a task to another CPU, and record the change
 *
 * Skipped if the task is not live, not preemptible or an interrupt source, or if a number is out
 * of range. A CPU that is not possible stands for the next one (struct sched_params). Afterwards
 * other tasks may be runnable. Context: choose().
 */
void strategy_move(struct sched *s, unsigned int task, unsigned int cpu);

/**
 * strategy_cut() - give the run up, without a finding: a search has seen all that can follow
 *
 * Context: choose(). Does not return.
 */
void __noreturn strategy_cut(struct sched *s);

/* The runnable task with the lowest number. */
static inline struct task *strategy_lowest(struct sched *s, task_set run)
{
	return &s->task[task_set_first(run)];
}

#endif

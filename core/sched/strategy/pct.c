/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pct.c - probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi and Nagarakatte,
 * ASPLOS 2010).
 *
 * Tasks have random priorities and the runnable task with the highest one runs. At depth - 1 random
 * steps among the first `length` the running task falls below all others. A task that yields falls
 * as well, or two tasks that wait for a third in a loop would starve it.
 */
#include "../strategy.h"

#define MAX_DEMOTIONS 64

/**
 * struct pct - the state of a run
 * @rng:      random generator
 * @lowest:   the priority that was given to a demoted task last; each one is below it
 * @nr:       demotions
 * @pos:      the next one
 * @demotion: their steps, ascending
 * @priority: by number of the task: above 0 until it is demoted
 */
struct pct {
	u64 rng;
	s64 lowest;
	u32 nr;
	u32 pos;
	u32 demotion[MAX_DEMOTIONS];
	s64 priority[SCHED_MAX_TASKS];
};

static void pct_begin(struct sched *s)
{
	const struct schedule *schedule = s->schedule;
	u32 n = schedule->depth > 1 ? schedule->depth - 1u : 0;
	u32 length = max(schedule->length, 1u);
	struct pct *pct = strategy_state(s, struct pct);

	pct->rng = schedule->seed;
	pct->lowest = 0;
	pct->pos = 0;
	pct->nr = min(n, (u32)MAX_DEMOTIONS);
	for (u32 i = 0; i < pct->nr; i++) {
		u32 step = 1 + (u32)random_below_u64(&pct->rng, length), j = i;

		for (; j && pct->demotion[j - 1] > step; j--)
			pct->demotion[j] = pct->demotion[j - 1];
		pct->demotion[j] = step;
	}
}

static void pct_spawned(struct sched *s, struct task *t)
{
	struct pct *pct = strategy_state(s, struct pct);

	pct->priority[t->number] = (s64)(random_next(&pct->rng) >> 1 | 1);
}

static void pct_demote(struct sched *s, struct task *t)
{
	struct pct *pct = strategy_state(s, struct pct);

	pct->priority[t->number] = --pct->lowest;
}

static struct task *pct_choose(struct sched *s, struct task *t, task_set run, struct task *dflt,
			       enum switch_reason why)
{
	struct pct *pct = strategy_state(s, struct pct);
	unsigned int best = task_set_first(run), i;

	for (; pct->pos < pct->nr && pct->demotion[pct->pos] <= s->step; pct->pos++)
		pct_demote(s, t);
	for_each_task (i, run)
		if (pct->priority[i] > pct->priority[best])
			best = i;
	return &s->task[best];
}

const struct sched_strategy strategy_pct = {
	.begin = pct_begin,
	.choose = pct_choose,
	.spawned = pct_spawned,
	.yielded = pct_demote,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * random.c - a random walk: the baseline that every other strategy has to beat.
 *
 * Where the running task can go on, the walk switches with probability 1/odds. Switching at each
 * step would keep all tasks at the same progress, and miss each bug for which one task has to run
 * far ahead. Where the running task cannot go on, all runnable tasks are equally likely.
 */
#include "../strategy.h"

static void random_begin(struct sched *s)
{
	*strategy_state(s, u64) = s->schedule->seed;
}

static struct task *random_choose(struct sched *s, struct task *t, task_set run, struct task *dflt,
				  enum switch_reason why)
{
	u64 *rng = strategy_state(s, u64);
	u32 odds = s->schedule->odds;

	if ((run & t->bit) && odds > 1 && random_below_u64(rng, odds))
		return dflt;
	return &s->task[task_set_nth(run,
				     (unsigned int)random_below_u64(rng, task_set_count(run)))];
}

const struct sched_strategy strategy_random = {
	.begin = random_begin,
	.choose = random_choose,
};

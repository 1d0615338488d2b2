/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * round_robin.c - the next runnable task in cyclic order, at each step.
 */
#include "../strategy.h"

static struct task *round_robin_choose(struct sched *s, struct task *t, task_set run,
				       struct task *dflt, enum switch_reason why)
{
	task_set later = task_set_above(run, t->bit);

	return strategy_lowest(s, later ? later : run);
}

const struct sched_strategy strategy_round_robin = {
	.choose = round_robin_choose,
};

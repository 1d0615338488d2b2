/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sparse.c - a list of changes: the form in which every run can be recorded, and replayed.
 */
#include "list.h"

static void sparse_begin(struct sched *s)
{
	change_list_begin(s, strategy_state(s, struct change_list), s->schedule->changes,
			  s->schedule->nr);
}

static struct task *sparse_choose(struct sched *s, struct task *t, task_set run, struct task *dflt,
				  enum switch_reason why)
{
	return change_list_choose(s, strategy_state(s, struct change_list), dflt);
}

static bool sparse_moves_tasks(const struct sched *s)
{
	return change_list_moves(strategy_state(s, const struct change_list));
}

const struct sched_strategy strategy_sparse = {
	.begin = sparse_begin,
	.choose = sparse_choose,
	.moves_tasks = sparse_moves_tasks,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * changes.c - a few changes at random steps of the sequential run.
 *
 * Half of the changes move a task to another CPU, in the middle of an operation if it comes to
 * that: no other strategy moves tasks. The others switch to a task. A run has as many changes as
 * @depth at most, so a bug that one change shows is found with few others beside it. A run with
 * many changes is a random walk, for which there is a strategy.
 */
#include "list.h"

/* Drawn for a run, at most. */
#define MAX_CHANGES 64

struct changes {
	struct change_list list;
	struct change drawn[MAX_CHANGES];
};

/* After the others of its step. */
static void insert(struct changes *changes, u32 at, struct change c)
{
	for (; at && changes->drawn[at - 1].step > c.step; at--)
		changes->drawn[at] = changes->drawn[at - 1];
	changes->drawn[at] = c;
}

static void changes_begin(struct sched *s)
{
	const struct schedule *schedule = s->schedule;
	struct changes *changes = strategy_state(s, struct changes);
	u32 tasks = max(s->params->nr_tasks, 1u), length = max(schedule->length, 1u);
	u64 rng = schedule->seed;
	u32 depth = max(min((u32)schedule->depth, (u32)MAX_CHANGES), 1u);
	u32 n = 1 + random_below(&rng, depth);

	for (u32 i = 0; i < n; i++) {
		struct change c = {.step = 1 + random_below(&rng, length)};

		if (s->nr_cpus > 1 && random_below(&rng, 2)) {
			u32 k = random_below(&rng, tasks);

			c.kind = CHANGE_MIGRATE;
			c.task = (u8)sched_task_number(k);
			c.cpu = (u16)random_below(&rng, s->nr_cpus);
		} else {
			c.task = schedule_any_task(tasks, &rng);
		}
		insert(changes, i, c);
	}
	change_list_begin(s, &changes->list, changes->drawn, n);
}

static struct task *changes_choose(struct sched *s, struct task *t, task_set run, struct task *dflt,
				   enum switch_reason why)
{
	return change_list_choose(s, &strategy_state(s, struct changes)->list, dflt);
}

static bool changes_moves_tasks(const struct sched *s)
{
	return change_list_moves(&strategy_state(s, const struct changes)->list);
}

const struct sched_strategy strategy_changes = {
	.begin = changes_begin,
	.choose = changes_choose,
	.moves_tasks = changes_moves_tasks,
};

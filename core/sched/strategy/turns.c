/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * turns.c - a list of tasks, each of which runs so many operations (sched_turn()).
 *
 * The task whose turn it is runs wherever it is runnable; where it is not, the default rule
 * decides. A task that has ended is skipped, with what is left of its turn, and after the list the
 * default rule decides.
 */
#include "../strategy.h"

/* @pos: the entry whose turn it is; @ended: operations of it that have ended. */
struct turns {
	u32 pos;
	u32 ended;
};

static void turns_begin(struct sched *s)
{
	*strategy_state(s, struct turns) = (struct turns){0};
}

static void next_turn(struct turns *turns)
{
	turns->pos++;
	turns->ended = 0;
}

static struct task *turns_choose(struct sched *s, struct task *t, task_set run, struct task *dflt,
				 enum switch_reason why)
{
	const struct schedule *schedule = s->schedule;
	struct turns *turns = strategy_state(s, struct turns);

	for (; turns->pos < schedule->nr; next_turn(turns)) {
		unsigned int n = schedule->changes[turns->pos].task;

		if (n >= SCHED_MAX_TASKS || s->task[n].state == TASK_DONE)
			continue;
		return run & s->task[n].bit ? &s->task[n] : dflt;
	}
	return dflt;
}

static void turns_turned(struct sched *s, struct task *t)
{
	const struct schedule *schedule = s->schedule;
	struct turns *turns = strategy_state(s, struct turns);

	if (turns->pos >= schedule->nr || schedule->changes[turns->pos].task != t->number)
		return;
	if (turns->ended++ >= schedule->changes[turns->pos].step)
		next_turn(turns);
}

const struct sched_strategy strategy_turns = {
	.begin = turns_begin,
	.choose = turns_choose,
	.turned = turns_turned,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * list.c - carry out a list of changes: switches, and moves to other CPUs.
 *
 * Between its changes the default rule decides, and the engine does not ask. A change whose step
 * passed without a choice is skipped, as is one that cannot be carried out. Of several switches at
 * one step the last one counts.
 */
#include "list.h"

static void ask_for_next(struct sched *s, const struct change_list *l)
{
	strategy_ask_from(s, l->pos < l->nr ? l->change[l->pos].step : UINT64_MAX);
}

void change_list_begin(struct sched *s, struct change_list *l, const struct change *change, u32 nr)
{
	*l = (struct change_list){.change = change, .nr = nr};
	ask_for_next(s, l);
}

struct task *change_list_choose(struct sched *s, struct change_list *l, struct task *dflt)
{
	struct task *pick = NULL;
	task_set run;

	for (; l->pos < l->nr && l->change[l->pos].step <= s->step; l->pos++) {
		const struct change *c = &l->change[l->pos];

		if (c->step < s->step)
			continue;
		if (c->kind == CHANGE_MIGRATE)
			strategy_move(s, c->task, c->cpu);
		else if (c->task < SCHED_MAX_TASKS && (runnable(s) & s->task[c->task].bit))
			pick = &s->task[c->task];
	}
	ask_for_next(s, l);
	run = runnable(s);
	if (pick && (run & pick->bit))
		return pick;
	return run & dflt->bit ? dflt : strategy_lowest(s, run);
}

bool change_list_moves(const struct change_list *l)
{
	for (u32 i = 0; i < l->nr; i++)
		if (l->change[i].kind == CHANGE_MIGRATE)
			return true;
	return false;
}

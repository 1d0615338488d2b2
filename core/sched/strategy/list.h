/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * list.h - carry out a list of changes, for the strategies that have one or draw one.
 */
#ifndef MM_SCHED_STRATEGY_LIST_H
#define MM_SCHED_STRATEGY_LIST_H

#include "../strategy.h"

/**
 * struct change_list - a list in the course of a run
 * @change: the changes, by step
 * @nr:     how many
 * @pos:    the next one
 */
struct change_list {
	const struct change *change;
	u32 nr;
	u32 pos;
};

/* The run begins. */
void change_list_begin(struct sched *s, struct change_list *l, const struct change *change, u32 nr);

/* Carry out the changes of this step. Return: the task to run. */
struct task *change_list_choose(struct sched *s, struct change_list *l, struct task *dflt);

/* Does the list move tasks to other CPUs? */
bool change_list_moves(const struct change_list *l);

#endif

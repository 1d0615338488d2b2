/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sequential.c - the sequential run: the default rule makes each choice.
 */
#include "../strategy.h"

static void sequential_begin(struct sched *s)
{
	strategy_ask_from(s, UINT64_MAX);
}

const struct sched_strategy strategy_sequential = {
	.begin = sequential_begin,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * schedule.c - names and parameters of the strategies, as tables made from SCHED_STRATEGIES().
 *
 * Both engines have them: a program's text names a strategy whether or not it can be run.
 */
#include "schedule.h"

#include <string.h>

#include "random.h"
#include "sched.h"

const struct schedule_info schedule_info[NR_SCHEDULE_KINDS] = {
#define X(enumerator, number, symbol, name, takes, help)                                           \
	[SCHEDULE_##enumerator] = {name, takes, help},
	SCHED_STRATEGIES(X)
#undef X
};

const u8 schedule_listing[NR_SCHEDULE_KINDS] = {
#define X(enumerator, ...) SCHEDULE_##enumerator,
	SCHED_STRATEGIES(X)
#undef X
};

enum schedule_kind schedule_kind_by_name(const char *name)
{
	unsigned int kind = 0;

	while (kind < NR_SCHEDULE_KINDS && strcmp(schedule_info[kind].name, name))
		kind++;
	return kind;
}

u8 schedule_nth_task(u32 nr_tasks, u32 n)
{
	if (n < nr_tasks)
		return (u8)sched_task_number(n);
	return n == nr_tasks ? SCHED_WORKER_FIRST : SCHED_TASK_RCU;
}

u8 schedule_any_task(u32 nr_tasks, u64 *random)
{
	u32 n = random_below(random, nr_tasks + 1);

	return schedule_nth_task(nr_tasks, n < nr_tasks ? n : n + !random_below(random, 2));
}

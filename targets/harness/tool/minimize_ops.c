/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * minimize_ops.c - fewer operations, fewer tasks.
 *
 * Removing an operation removes the operations that depend on it (program_remove()), so each
 * candidate is well formed. Chunks are tried from the end, since later operations are needed less.
 */
#include <stdlib.h>
#include <string.h>

#include "minimizer.h"
#include "sched/sched.h"

static bool drop_range(struct minimizer *m, u32 from, u32 nr)
{
	bool *drop;

	if (!minimizer_begin(m))
		return false;
	drop = calloc(m->cand.nr_ops, sizeof(*drop));
	if (!drop) {
		m->err = -ENOMEM;
		return false;
	}
	memset(drop + from, true, nr);
	program_remove(&m->cand, drop);
	free(drop);
	return minimizer_try(m, true);
}

bool minimize_ops(struct minimizer *m)
{
	bool simpler = false;

	for (u32 chunk = m->best.nr_ops; chunk; chunk /= 2) {
		u32 end = m->best.nr_ops;

		while (end && !m->over && !m->err) {
			u32 from = end > chunk ? end - chunk : 0;

			simpler |= drop_range(m, from, end - from);
			end = min(from, m->best.nr_ops);
		}
	}
	return simpler;
}

/* Move the operations of task @from to task @to and remove @from; the schedule follows. */
static void merge_tasks(struct program *p, u32 from, u32 to)
{
	struct schedule *s = &p->schedule;

	for (u32 i = 0; i < p->nr_ops; i++) {
		u8 *task = &p->op[i].task;

		if (*task == from)
			*task = to;
		if (*task > from)
			(*task)--;
	}
	for (u32 i = 0; i < s->nr; i++) {
		u8 *task = &s->changes[i].task;

		if (*task == SCHED_TASK_FIRST + from)
			*task = SCHED_TASK_FIRST + to;
		if (*task > SCHED_TASK_FIRST + from && *task <= SCHED_TASK_LAST)
			(*task)--;
	}
	memmove(&p->task[from], &p->task[from + 1], (p->nr_tasks - from - 1) * sizeof(p->task[0]));
	p->nr_tasks--;
}

/* Remove the operations of task @t of @cand. Return: whether there were any. */
static bool empty_task(struct minimizer *m, u32 t)
{
	bool *drop = calloc(m->cand.nr_ops + 1, sizeof(*drop));
	u32 before = m->cand.nr_ops;

	if (!drop) {
		m->err = -ENOMEM;
		return false;
	}
	for (u32 i = 0; i < before; i++)
		drop[i] = m->cand.op[i].task == t;
	program_remove(&m->cand, drop);
	free(drop);
	return m->cand.nr_ops < before;
}

/*
 * Most tasks of a long program have no part in the failure, and each of them makes a hit by a new
 * schedule less likely: so they go first, whole, the last one first.
 */
bool minimize_drop_tasks(struct minimizer *m)
{
	bool simpler = false;

	for (u32 t = m->best.nr_tasks; t-- > 0 && m->best.nr_tasks > 1;) {
		if (!minimizer_begin(m))
			break;
		if (!empty_task(m, t))
			continue;
		merge_tasks(&m->cand, t, !t);
		simpler |= minimizer_try(m, true);
	}
	return simpler;
}

static bool fewer_tasks(struct minimizer *m)
{
	bool simpler = false;

	for (u32 from = m->best.nr_tasks; from-- > 0;) {
		for (u32 to = 0; to < m->best.nr_tasks && m->best.nr_tasks > 1; to++) {
			/* Some operations are invalid in an interrupt. */
			if (to == from || (m->best.task[to].irq && !m->best.task[from].irq))
				continue;
			if (!minimizer_begin(m))
				return simpler;
			merge_tasks(&m->cand, from, to);
			if (minimizer_try(m, true)) {
				simpler = true;
				break;
			}
		}
	}
	return simpler;
}

static bool simpler_task(struct minimizer *m, u32 t)
{
	bool simpler = false;

	if (m->best.task[t].irq && minimizer_begin(m)) {
		m->cand.task[t].irq = false;
		simpler |= minimizer_try(m, true);
	}
	for (u32 cpu = 0; cpu < m->best.task[t].cpu; cpu++) {
		if (!minimizer_begin(m))
			break;
		m->cand.task[t].cpu = cpu;
		simpler |= minimizer_try(m, true);
	}
	return simpler;
}

bool minimize_tasks(struct minimizer *m)
{
	bool simpler = fewer_tasks(m);

	for (u32 t = 0; t < m->best.nr_tasks; t++)
		simpler |= simpler_task(m, t);
	return simpler;
}

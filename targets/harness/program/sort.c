/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sort.c - program_sort(): group a program's records by task, for readers.
 *
 * A record may stand anywhere behind the records that it needs: the one before it in its
 * task, the maker of its object, and, if it consumes the object, all of its users. Tasks are
 * placed one after the other: at each choice the first one that can be placed to its end, else
 * the first that can be placed at all, as far as it gets. What is placed never takes that
 * possibility from another task, so a task is looked at again only from where it was stuck, and
 * all is done in time proportional to records times tasks.
 */
#include <stdlib.h>
#include <string.h>

#include "program.h"

#define NO_TASK 0xff

/**
 * struct sorter - a program on its way into its new order
 * @nr:      records
 * @op:      the records in their old order
 * @next:    next record of the same task, or @nr
 * @head:    of each task, first record that is not placed
 * @scan:    of each task, first record that could not be placed even if all before it were
 * @now:     new number of a record that is placed, negative before
 * @taker:   of the object that a record makes: task that consumes it, or NO_TASK
 * @pending: of the same: users in other tasks than @taker that are not placed
 */
struct sorter {
	u32 nr;
	struct program_op *op;
	u32 *next;
	u32 head[PROGRAM_MAX_TASKS];
	u32 scan[PROGRAM_MAX_TASKS];
	s32 *now;
	u8 *taker;
	u32 *pending;
};

/* May @r be placed, once all before it in its task are? */
static bool can_place(const struct sorter *s, u32 r)
{
	const struct program_op *o = &s->op[r];

	if (o->object == PROGRAM_NO_OBJECT)
		return true;
	if (s->now[o->object] < 0 && s->op[o->object].task != o->task)
		return false;
	return !op_table[o->op].consumes || !s->pending[o->object];
}

static bool can_finish(struct sorter *s, u32 t)
{
	while (s->scan[t] < s->nr && can_place(s, s->scan[t]))
		s->scan[t] = s->next[s->scan[t]];
	return s->scan[t] == s->nr;
}

/* The task to go on with. There is one: of the records left, the first needs only placed ones. */
static u32 choose(struct sorter *s, u32 nr_tasks)
{
	u32 t, ready = nr_tasks;

	for (t = nr_tasks; t--;) {
		if (s->head[t] == s->nr)
			continue;
		/* Scanned first, so that "ready" and "finish" speak of the same moment. */
		can_finish(s, t);
		if (s->scan[t] != s->head[t])
			ready = t;
	}
	for (t = 0; t < nr_tasks; t++)
		if (s->head[t] != s->nr && s->scan[t] == s->nr)
			return t;
	return ready;
}

static void place(struct sorter *s, u32 t, struct program_op *to, u32 number)
{
	u32 r = s->head[t];
	const struct program_op *o = &s->op[r];

	*to = *o;
	if (o->object != PROGRAM_NO_OBJECT) {
		to->object = s->now[o->object];
		if (s->taker[o->object] != t)
			s->pending[o->object]--;
	}
	s->now[r] = (s32)number;
	if (s->scan[t] == r)
		s->scan[t] = s->next[r];
	s->head[t] = s->next[r];
}

static void sorter_fill(struct sorter *s, u32 nr_tasks)
{
	u32 i, t;

	for (t = 0; t < nr_tasks; t++)
		s->head[t] = s->nr;
	for (i = s->nr; i--;) {
		const struct program_op *o = &s->op[i];

		s->next[i] = s->head[o->task];
		s->head[o->task] = i;
		s->now[i] = PROGRAM_NO_OBJECT;
		s->taker[i] = NO_TASK;
		s->pending[i] = 0;
	}
	for (i = 0; i < s->nr; i++)
		if (s->op[i].object != PROGRAM_NO_OBJECT && op_table[s->op[i].op].consumes)
			s->taker[s->op[i].object] = s->op[i].task;
	for (i = 0; i < s->nr; i++)
		if (s->op[i].object != PROGRAM_NO_OBJECT &&
		    s->taker[s->op[i].object] != s->op[i].task)
			s->pending[s->op[i].object]++;
	memcpy(s->scan, s->head, sizeof(s->scan));
}

static u32 task_changes(const struct program_op *op, u32 nr)
{
	u32 i, n = 0;

	for (i = 1; i < nr; i++)
		n += op[i].task != op[i - 1].task;
	return n;
}

void program_sort(struct program *p)
{
	struct sorter s = {.nr = p->nr_ops};
	u32 i, t = 0, n = p->nr_ops;

	if (n < 2)
		return;
	s.op = malloc(n * sizeof(*s.op));
	s.next = malloc(n * sizeof(*s.next));
	s.now = malloc(n * sizeof(*s.now));
	s.taker = malloc(n);
	s.pending = malloc(n * sizeof(*s.pending));
	if (!s.op || !s.next || !s.now || !s.taker || !s.pending)
		goto out; /* the order that it has is right as well */
	memcpy(s.op, p->op, n * sizeof(*s.op));
	sorter_fill(&s, p->nr_tasks);
	for (i = 0; i < n; i++) {
		if (!i || s.head[t] == n || !can_place(&s, s.head[t]))
			t = choose(&s, p->nr_tasks);
		place(&s, t, &p->op[i], i);
	}
	/* The choice is a good guess and no more: the author's order may read better. */
	if (task_changes(p->op, n) > task_changes(s.op, n))
		memcpy(p->op, s.op, n * sizeof(*s.op));
out:
	free(s.op);
	free(s.next);
	free(s.now);
	free(s.taker);
	free(s.pending);
}

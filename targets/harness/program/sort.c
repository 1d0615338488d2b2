/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sort.c - program_sort(): group the records of a program by task.
 *
 * Three records must precede a record: the one before it in its task, the maker of its object and,
 * if it consumes the object, all users. Tasks are placed one after the other. The next task is the
 * first one that can be placed to its end, else the first one that can be placed at all, as far as
 * possible. Placing a record never blocks another task, so each task is scanned only from where it
 * was stuck, and the sort takes time proportional to records times tasks.
 *
 * The result is only a good guess. If it changes tasks more often than the old order, the old order
 * stays, since its author may have had a reason. Both orders mean the same, but records get other
 * numbers, and so do all things that the executor derives from them.
 */
#include <stdlib.h>
#include <string.h>

#include "program.h"

#define NO_TASK 0xff

/**
 * struct sorter - a program that is being sorted
 * @nr:      number of records
 * @op:      the records in their old order
 * @next:    by record: next record of the same task, or @nr
 * @head:    by task: first record that is not placed, or @nr
 * @scan:    by task: first record that cannot be placed even after all before it in the task
 * @now:     by record: its new number; negative: not placed
 * @taker:   by record: task that consumes its object, or NO_TASK
 * @pending: by record: users of its object in other tasks than @taker that are not placed
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

/* May @r be placed after all records before it in its task? */
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

/* The next task. There is one: the first record left needs only placed records. */
static u32 choose(struct sorter *s, u32 nr_tasks)
{
	u32 t, ready = nr_tasks;

	for (t = nr_tasks; t--;) {
		if (s->head[t] == s->nr)
			continue;
		/* Scan all tasks before any is chosen: both rules need the same state. */
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

static u32 count_task_changes(const struct program_op *op, u32 nr)
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
		goto out; /* without memory the old order stays */
	memcpy(s.op, p->op, n * sizeof(*s.op));
	sorter_fill(&s, p->nr_tasks);
	for (i = 0; i < n; i++) {
		if (!i || s.head[t] == n || !can_place(&s, s.head[t]))
			t = choose(&s, p->nr_tasks);
		place(&s, t, &p->op[i], i);
	}
	if (count_task_changes(p->op, n) > count_task_changes(s.op, n))
		memcpy(p->op, s.op, n * sizeof(*s.op));
out:
	free(s.op);
	free(s.next);
	free(s.now);
	free(s.taker);
	free(s.pending);
}

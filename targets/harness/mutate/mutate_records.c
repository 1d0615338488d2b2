/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mutate_records.c - edits of operations: insert, repeat, delete, duplicate, move, change.
 */
#include <string.h>

#include "program/fields.h"
#include "mutate.h"
#include "program/op_set.h"

#define BURST 32

u32 edit_insert(struct edit *e, u32 at, u32 n)
{
	struct program *p = e->p;
	u32 i;

	n = min(n, e->max_ops - p->nr_ops);
	if (!n || program_reserve(p, p->nr_ops + n))
		return 0;
	memmove(&p->op[at + n], &p->op[at], (p->nr_ops - at) * sizeof(*p->op));
	p->nr_ops += n;
	for (i = at + n; i < p->nr_ops; i++)
		if (p->op[i].object >= (s32)at)
			p->op[i].object += (s32)n;
	return n;
}

static const struct op_set *task_ops(const struct program *p, u32 task)
{
	return op_set(p->target, p->task[task].irq);
}

/* The task of a record near @at, or any task. */
static u8 choose_task(struct edit *e, u32 at)
{
	const struct program *p = e->p;

	if (p->nr_ops && !edit_chance(e, 4))
		return p->op[min(at, p->nr_ops - 1)].task;
	return (u8)edit_below(e, p->nr_tasks);
}

static void set_random_arguments(struct edit *e, struct program_op *o)
{
	const struct op *d = &op_table[o->op];
	unsigned int a;

	for (a = 0; a < OP_MAX_ARGS; a++) {
		o->arg[a] = 0;
		if (d->arg[a].kind == OPERAND_NONE)
			continue;
		switch (edit_below(e, 4)) {
		case 0:
			o->arg[a] = d->arg[a].def;
			break;
		case 1:
			o->arg[a] = edit_value(e, &d->arg[a], d->arg[a].def);
			break;
		default:
			o->arg[a] = operand_fold_slow(&d->arg[a], edit_random(e));
			break;
		}
	}
}

static struct program_op make_random_op(struct edit *e, u8 task)
{
	const struct op_set *set = task_ops(e->p, task);
	struct program_op o = {.task = task};

	if (!set->nr)
		set = op_set(e->p->target, false);
	o.op = set->op[edit_below(e, set->nr)];
	/* Draw again half of the operations that have no object. */
	if (!op_table[o.op].makes && !op_table[o.op].uses && edit_chance(e, 2))
		o.op = set->op[edit_below(e, set->nr)];
	o.object = op_table[o.op].uses ? PICK_MAKE : PROGRAM_NO_OBJECT;
	set_random_arguments(e, &o);
	return o;
}

static void insert_one(struct edit *e)
{
	u32 at = edit_below(e, e->p->nr_ops + 1);
	struct program_op o = make_random_op(e, choose_task(e, at));

	if (edit_insert(e, at, 1))
		e->p->op[at] = o;
}

/* Insert one operation many times: it fills a chunk, a block, an address space. */
static void insert_burst(struct edit *e)
{
	u32 at = edit_below(e, e->p->nr_ops + 1), n, i;
	struct program_op o;

	/* Prefer an operation of the program to a new one. */
	if (e->p->nr_ops && !edit_chance(e, 3))
		o = e->p->op[edit_below(e, e->p->nr_ops)];
	else
		o = make_random_op(e, choose_task(e, at));
	if (op_table[o.op].uses)
		o.object = edit_chance(e, 2) ? PICK_OLDEST : PICK_FRESHEST;
	n = edit_insert(e, at, 1 + edit_small(e, BURST));
	for (i = 0; i < n; i++)
		e->p->op[at + i] = o;
}

/* Insert many operations at once: some defects need a history. */
static void insert_random(struct edit *e)
{
	u32 at = edit_below(e, e->p->nr_ops + 1), n, i;

	n = edit_insert(e, at, 1 + edit_below(e, BURST));
	for (i = 0; i < n; i++)
		e->p->op[at + i] = make_random_op(e, (u8)edit_below(e, e->p->nr_tasks));
}

static void delete_range(struct edit *e)
{
	struct program *p = e->p;
	u32 n, at, i;

	if (!p->nr_ops)
		return;
	n = edit_small(e, p->nr_ops);
	at = edit_below(e, p->nr_ops - n + 1);
	memmove(&p->op[at], &p->op[at + n], (p->nr_ops - at - n) * sizeof(*p->op));
	p->nr_ops -= n;
	for (i = at; i < p->nr_ops; i++) {
		s32 *object = &p->op[i].object;

		if (*object >= (s32)(at + n))
			*object -= (s32)n;
		else if (*object >= (s32)at)
			*object = PICK_ANY;
	}
}

/* Copy a range of records. The copy uses its own objects where the original does. */
static void duplicate_range(struct edit *e)
{
	struct program *p = e->p;
	u32 from, to, n, i;

	if (!p->nr_ops)
		return;
	n = edit_chance(e, 4) ? 1 + edit_below(e, p->nr_ops) : edit_small(e, p->nr_ops);
	from = edit_below(e, p->nr_ops - n + 1);
	/* Anywhere after the range, since the objects that it uses must exist. */
	to = edit_chance(e, 2) ? from + n : from + n + edit_below(e, p->nr_ops - from - n + 1);
	n = edit_insert(e, to, n);
	for (i = 0; i < n; i++) {
		struct program_op o = p->op[from + i];

		if (o.object >= (s32)from)
			o.object += (s32)(to - from);
		p->op[to + i] = o;
	}
}

/* The number of record @r after record @from has moved to @to. */
static s32 number_after_move(s32 r, s32 from, s32 to)
{
	if (r == from)
		return to;
	if (from < to)
		return r > from && r <= to ? r - 1 : r;
	return r >= to && r < from ? r + 1 : r;
}

static void move_record(struct edit *e)
{
	struct program *p = e->p;
	struct program_op o;
	u32 from, to, i;

	if (p->nr_ops < 2)
		return;
	from = edit_below(e, p->nr_ops);
	if (edit_chance(e, 2))
		to = edit_below(e, p->nr_ops);
	else
		to = from ? from - 1 : 1;
	o = p->op[from];
	if (from < to)
		memmove(&p->op[from], &p->op[from + 1], (to - from) * sizeof(o));
	else
		memmove(&p->op[to + 1], &p->op[to], (from - to) * sizeof(o));
	p->op[to] = o;
	for (i = min(from, to); i < p->nr_ops; i++)
		if (p->op[i].object >= 0)
			p->op[i].object = number_after_move(p->op[i].object, (s32)from, (s32)to);
}

/* A record with operands; any if there is none such nearby. */
static struct program_op *record_with_args(struct edit *e)
{
	struct program *p = e->p;
	u32 at = edit_below(e, p->nr_ops), i;

	for (i = 0; i < p->nr_ops; i++) {
		struct program_op *o = &p->op[(at + i) % p->nr_ops];

		if (op_table[o->op].arg[0].kind != OPERAND_NONE)
			return o;
	}
	return NULL;
}

static void change_operand(struct edit *e)
{
	struct program *p = e->p;
	struct program_op *o, *other;
	const struct op *d;
	unsigned int a;

	o = p->nr_ops ? record_with_args(e) : NULL;
	if (!o)
		return;
	d = &op_table[o->op];
	a = edit_below(e, op_nr_args(d));
	other = &p->op[edit_below(e, p->nr_ops)];
	if (other->op == o->op && edit_chance(e, 2))
		o->arg[a] = other->arg[a];
	else
		o->arg[a] = edit_value(e, &d->arg[a], o->arg[a]);
}

static void change_object(struct edit *e)
{
	struct program *p = e->p;
	u32 at, i;

	if (!p->nr_ops)
		return;
	at = edit_below(e, p->nr_ops);
	for (i = 0; i < p->nr_ops; i++) {
		struct program_op *o = &p->op[(at + i) % p->nr_ops];

		if (op_table[o->op].uses) {
			o->object = PICK_ANY;
			return;
		}
	}
}

static void change_op(struct edit *e)
{
	struct program_op *o;

	if (!e->p->nr_ops)
		return;
	o = &e->p->op[edit_below(e, e->p->nr_ops)];
	*o = make_random_op(e, o->task);
}

/* Hand a record, or about half of a range, to another task. */
static void change_task(struct edit *e)
{
	struct program *p = e->p;
	u32 n, at, i;
	u8 task;

	if (!p->nr_ops || p->nr_tasks < 2)
		return;
	n = edit_small(e, p->nr_ops);
	at = edit_below(e, p->nr_ops - n + 1);
	task = (u8)edit_below(e, p->nr_tasks);
	for (i = at; i < at + n; i++)
		if ((n == 1 || edit_chance(e, 2)) && op_in_set(task_ops(p, task), p->op[i].op))
			p->op[i].task = task;
}

void edit_records(struct edit *e)
{
	static const struct {
		void (*edit)(struct edit *e);
		u8 weight;
	} edits[] = {
		{insert_one, 20},      {insert_burst, 8}, {insert_random, 8},	{delete_range, 12},
		{duplicate_range, 10}, {move_record, 10}, {change_operand, 16}, {change_object, 6},
		{change_op, 4},	       {change_task, 6},
	};
	u32 i, k = edit_below(e, 100);

	for (i = 0; k >= edits[i].weight; i++)
		k -= edits[i].weight;
	edits[i].edit(e);
}

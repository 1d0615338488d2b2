/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * program.c - create, copy, compare and shorten programs.
 *
 * A schedule is large and mostly empty: only its entries in use are written, copied and compared.
 */
#include <stdlib.h>
#include <string.h>

#include "fields.h"

void program_init(struct program *p, enum target_id target)
{
	p->op = NULL;
	p->max_ops = 0;
	program_reset(p, target);
}

void program_fini(struct program *p)
{
	free(p->op);
	p->op = NULL;
	p->nr_ops = 0;
	p->max_ops = 0;
}

bool program_on_valid(const char *name, size_t len)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
	const size_t first = sizeof("abcdefghijklmnopqrstuvwxyz0123456789") - 1;

	if (!len || len >= PROGRAM_ON || !memchr(letters, name[0], first))
		return false;
	for (size_t i = 1; i < len; i++)
		if (!memchr(letters, name[i], sizeof(letters) - 1))
			return false;
	return true;
}

int program_set_on(struct program *p, const char *name)
{
	const size_t len = strlen(name);

	if (!program_on_valid(name, len))
		return -EINVAL;
	memcpy(p->on, name, len + 1);
	return 0;
}

void program_reset(struct program *p, enum target_id target)
{
	unsigned int i;

	p->target = (u8)target;
	p->on[0] = '\0';
	for (i = 0; i < NR_MACHINE_FIELDS; i++)
		*field_ref(&p->machine, &machine_fields[i]) = machine_fields[i].number.def;
	for (i = 0; i < NR_FAIL_FIELDS; i++)
		*field_ref(&p->fail, &fail_fields[i]) = fail_fields[i].number.def;
	p->nr_tasks = 1;
	memset(p->task, 0, sizeof(p->task));
	p->nr_ops = 0;
	memset(&p->schedule, 0, offsetof(struct schedule, changes));
	p->schedule.kind = SCHEDULE_SPARSE;
	p->expect = ORACLE_NONE;
	p->digest = 0;
	p->shows = 0;
	p->certified.traces = 0;
}

int program_reserve(struct program *p, u32 n)
{
	struct program_op *op;
	u32 room = p->max_ops ? p->max_ops : 64;

	if (n > PROGRAM_MAX_OPS)
		return -E2BIG;
	if (n <= p->max_ops)
		return 0;
	while (room < n)
		room *= 2;
	op = realloc(p->op, room * sizeof(*op));
	if (!op)
		return -ENOMEM;
	p->op = op;
	p->max_ops = room;
	return 0;
}

int program_copy(struct program *dst, const struct program *src)
{
	int err = program_reserve(dst, src->nr_ops);

	if (err)
		return err;
	dst->target = src->target;
	memcpy(dst->on, src->on, sizeof(dst->on));
	dst->machine = src->machine;
	dst->fail = src->fail;
	dst->nr_tasks = src->nr_tasks;
	memcpy(dst->task, src->task, sizeof(dst->task));
	dst->nr_ops = src->nr_ops;
	if (src->nr_ops)
		memcpy(dst->op, src->op, src->nr_ops * sizeof(*src->op));
	memcpy(&dst->schedule, &src->schedule,
	       offsetof(struct schedule, changes) + src->schedule.nr * sizeof(struct change));
	dst->expect = src->expect;
	dst->digest = src->digest;
	dst->shows = src->shows;
	dst->certified = src->certified;
	return 0;
}

int program_add(struct program *p, const struct program_op *op)
{
	int err = program_reserve(p, p->nr_ops + 1);

	if (err)
		return err;
	p->op[p->nr_ops++] = *op;
	return 0;
}

static bool changes_equal(const struct schedule *a, const struct schedule *b)
{
	u32 i;

	if (a->nr != b->nr)
		return false;
	for (i = 0; i < a->nr; i++) {
		const struct change *x = &a->changes[i], *y = &b->changes[i];

		if (x->task != y->task)
			return false;
		if (x->step != y->step)
			return false;
		if (schedule_takes(a, SCHEDULE_TAKES_TURNS))
			continue;
		if (x->kind != y->kind)
			return false;
		if (x->kind == CHANGE_MIGRATE && x->cpu != y->cpu)
			return false;
	}
	return true;
}

/* Compares the numbers that the strategy takes. */
static bool schedule_equal(const struct schedule *a, const struct schedule *b)
{
	if (a->kind != b->kind)
		return false;
	if (schedule_takes(a, SCHEDULE_TAKES_SEED) && a->seed != b->seed)
		return false;
	for (unsigned int i = 0; i < NR_SCHEDULE_FIELDS; i++) {
		const struct schedule_field *f = &schedule_fields[i];

		if (schedule_takes(a, f->taken) && schedule_get(a, f) != schedule_get(b, f))
			return false;
	}
	return !schedule_takes(a, SCHEDULE_TAKES_LIST) || changes_equal(a, b);
}

bool program_equal(const struct program *a, const struct program *b)
{
	u32 i;

	if (a->target != b->target || a->nr_tasks != b->nr_tasks || a->nr_ops != b->nr_ops ||
	    memcmp(&a->machine, &b->machine, sizeof(a->machine)) ||
	    memcmp(&a->fail, &b->fail, sizeof(a->fail)) ||
	    !schedule_equal(&a->schedule, &b->schedule))
		return false;
	for (i = 0; i < a->nr_tasks; i++)
		if (a->task[i].cpu != b->task[i].cpu || a->task[i].irq != b->task[i].irq)
			return false;
	for (i = 0; i < a->nr_ops; i++) {
		const struct program_op *x = &a->op[i], *y = &b->op[i];

		if (x->op != y->op || x->task != y->task || x->object != y->object ||
		    memcmp(x->arg, y->arg, sizeof(x->arg)))
			return false;
	}
	return true;
}

void program_remove(struct program *p, const bool *drop)
{
	s32 now[p->nr_ops + 1]; /* the new number of each record; negative: removed */
	u32 i, n = 0;

	for (i = 0; i < p->nr_ops; i++) {
		struct program_op o = p->op[i];

		now[i] = PROGRAM_NO_OBJECT;
		if (drop[i])
			continue;
		if (o.object != PROGRAM_NO_OBJECT) {
			o.object = now[o.object];
			if (o.object < 0)
				continue;
		}
		now[i] = (s32)n;
		p->op[n++] = o;
	}
	p->nr_ops = n;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * program.c - the life of a program, and edits that keep it well formed.
 *
 * A schedule is large and mostly empty: only its entries in use are ever written, copied or
 * compared.
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

void program_reset(struct program *p, enum target_id target)
{
	unsigned int i;

	p->target = (u8)target;
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
}

int program_reserve(struct program *p, u32 n)
{
	struct program_op *op;
	u32 room = p->max_ops ? p->max_ops : 64;

	if (n <= p->max_ops)
		return 0;
	if (n > PROGRAM_MAX_OPS)
		return -E2BIG;
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
		if (a->kind == SCHEDULE_TURNS)
			continue;
		if (x->step != y->step || x->kind != y->kind)
			return false;
		if (x->kind == CHANGE_MIGRATE && x->cpu != y->cpu)
			return false;
	}
	return true;
}

/* What a kind of schedule does not look at does not count. */
static bool schedule_equal(const struct schedule *a, const struct schedule *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case SCHEDULE_RANDOM:
		return a->seed == b->seed && a->odds == b->odds;
	case SCHEDULE_PCT:
		return a->seed == b->seed && a->depth == b->depth && a->length == b->length;
	case SCHEDULE_ROUND_ROBIN:
		return true;
	default:
		return changes_equal(a, b);
	}
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
	s32 now[p->nr_ops + 1]; /* number of each record from now on; negative: gone */
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

/**
 * struct sorter - a program on its way into its new order
 * @next:  next record of the same task, or nr_ops
 * @head:  first record of each task that is not placed yet
 * @users: of the object that a record makes: users not placed yet that do not consume it
 * @now:   new number of a placed record, negative before
 * @op:    the records in their old order
 */
struct sorter {
	const struct program *p;
	u32 *next;
	u32 head[PROGRAM_MAX_TASKS];
	u32 *users;
	s32 *now;
	struct program_op *op;
};

/* May the next record of task @t be placed? */
static bool sorter_ready(const struct sorter *s, u32 t)
{
	u32 r = s->head[t];
	const struct program_op *o = &s->op[r];

	if (r == s->p->nr_ops)
		return false;
	if (o->object == PROGRAM_NO_OBJECT)
		return true;
	if (s->now[o->object] < 0)
		return false;
	return !op_table[o->op].consumes || !s->users[o->object];
}

static void sorter_place(struct sorter *s, u32 t, struct program_op *to, u32 number)
{
	u32 r = s->head[t];
	const struct program_op *o = &s->op[r];

	s->now[r] = (s32)number;
	*to = *o;
	if (o->object != PROGRAM_NO_OBJECT) {
		to->object = s->now[o->object];
		if (!op_table[o->op].consumes)
			s->users[o->object]--;
	}
	s->head[t] = s->next[r];
}

/*
 * One task goes on as long as its next record may be placed; then the first task that can.
 * There always is one: of the records not placed, the first needs only placed ones.
 */
void program_sort(struct program *p)
{
	struct sorter s = {.p = p};
	u32 i, t, n = p->nr_ops;

	if (n < 2)
		return;
	s.next = malloc(n * sizeof(*s.next));
	s.users = calloc(n, sizeof(*s.users));
	s.now = malloc(n * sizeof(*s.now));
	s.op = malloc(n * sizeof(*s.op));
	if (!s.next || !s.users || !s.now || !s.op)
		goto out; /* the order that it has is right as well */
	memcpy(s.op, p->op, n * sizeof(*s.op));
	for (t = 0; t < p->nr_tasks; t++)
		s.head[t] = n;
	for (i = n; i--;) {
		const struct program_op *o = &s.op[i];

		s.next[i] = s.head[o->task];
		s.head[o->task] = i;
		s.now[i] = PROGRAM_NO_OBJECT;
		if (o->object != PROGRAM_NO_OBJECT && !op_table[o->op].consumes)
			s.users[o->object]++;
	}
	t = 0;
	for (i = 0; i < n; i++) {
		if (!sorter_ready(&s, t))
			for (t = 0; !sorter_ready(&s, t);)
				t++;
		sorter_place(&s, t, &p->op[i], i);
	}
out:
	free(s.next);
	free(s.users);
	free(s.now);
	free(s.op);
}

char object_letter(enum object_type t)
{
	static const char letter[NR_OBJECT_TYPES] = {
		[OBJECT_NONE] = '-',
		[OBJECT_PERCPU] = 'p',
		[OBJECT_RAM] = 'm',
		[OBJECT_AREA] = 'v',
	};

	return letter[t];
}

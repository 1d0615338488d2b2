/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mutate_frame.c - edits of machine, failure plan, tasks and schedule.
 */
#include <string.h>

#include "program/fields.h"
#include "mutate.h"

static void edit_machine(struct edit *e)
{
	const struct field *f = &machine_fields[edit_below(e, NR_MACHINE_FIELDS)];
	u32 *x = field_ref(&e->p->machine, f);

	*x = edit_chance(e, 3) ? f->number.def : edit_value(e, &f->number, *x);
}

static void edit_fail_plan(struct edit *e)
{
	const struct field *f = &fail_fields[edit_below(e, NR_FAIL_FIELDS)];
	u32 *x = field_ref(&e->p->fail, f);

	if (edit_chance(e, 3))
		*x = f->number.def;
	else
		*x = edit_value(e, &f->number, *x);
}

/* Add a task, which takes over some operations of the others. */
static void add_task(struct edit *e)
{
	struct program *p = e->p;
	u32 t = p->nr_tasks, i, at;

	if (t == PROGRAM_MAX_TASKS || target_table[p->target].one_task)
		return;
	p->task[t].cpu = (u8)edit_below(e, p->machine.cpus);
	p->task[t].irq = edit_chance(e, 4);
	p->nr_tasks++;
	at = edit_below(e, p->nr_ops + 1);
	for (i = at; i < p->nr_ops; i++)
		if ((op_table[p->op[i].op].irq || !p->task[t].irq) && edit_chance(e, 3))
			p->op[i].task = (u8)t;
}

/* Remove the last task; another takes over its operations. */
static void drop_task(struct edit *e)
{
	struct program *p = e->p;
	u32 i, t = p->nr_tasks - 1;
	u8 to;

	if (!t)
		return;
	to = (u8)edit_below(e, t);
	for (i = 0; i < p->nr_ops; i++)
		if (p->op[i].task == t)
			p->op[i].task = to;
	p->nr_tasks = t;
}

static void edit_tasks(struct edit *e)
{
	struct program *p = e->p;
	u32 t = edit_below(e, p->nr_tasks), k = edit_below(e, 10);

	if (k < 4)
		p->task[t].cpu = (u8)edit_below(e, p->machine.cpus);
	else if (k < 7 && (p->nr_tasks < 4 || edit_chance(e, 4)))
		add_task(e);
	else if (k < 9)
		drop_task(e);
	else if (p->nr_tasks > 1)
		p->task[t].irq = !p->task[t].irq;
}

/* A task that a schedule may name, mostly one of the program. */
static u8 choose_task(struct edit *e)
{
	if (e->p->schedule.kind != SCHEDULE_TURNS && edit_chance(e, 6))
		return edit_chance(e, 2) ? SCHED_TASK_RCU
					 : (u8)(SCHED_WORKER_FIRST + edit_below(e, 2));
	return (u8)(SCHED_TASK_FIRST + edit_below(e, e->p->nr_tasks));
}

static u32 choose_step(struct edit *e)
{
	const struct schedule *s = &e->p->schedule;

	/* Near another change, or anywhere in the run: an operation has some ten steps. */
	if (s->nr && edit_chance(e, 2))
		return s->changes[edit_below(e, s->nr)].step + edit_small(e, 64);
	return edit_small(e, 16 * (e->p->nr_ops + 4));
}

static struct change make_change(struct edit *e)
{
	struct change c = {.step = choose_step(e), .kind = CHANGE_SWITCH, .task = choose_task(e)};

	if (edit_chance(e, 8)) {
		c.kind = CHANGE_MIGRATE;
		c.cpu = (u16)edit_below(e, e->p->machine.cpus);
	}
	return c;
}

static void add_changes(struct edit *e, u32 n)
{
	struct schedule *s = &e->p->schedule;

	for (n = min(n, SCHEDULE_MAX - s->nr); n; n--) {
		struct change c = make_change(e);

		s->changes[s->nr++] = c;
	}
}

/* The number of operations in a turn, after the first. */
static u32 choose_turn(struct edit *e)
{
	return edit_chance(e, 3) ? edit_small(e, 16) : 0;
}

static void insert_turns(struct edit *e)
{
	struct schedule *s = &e->p->schedule;
	u32 at = edit_below(e, s->nr + 1), n = min(edit_small(e, 8), SCHEDULE_MAX - s->nr), i;

	memmove(&s->changes[at + n], &s->changes[at], (s->nr - at) * sizeof(s->changes[0]));
	s->nr += n;
	for (i = 0; i < n; i++)
		s->changes[at + i] =
			(struct change){.step = choose_turn(e), .task = choose_task(e)};
}

static void delete_changes(struct edit *e)
{
	struct schedule *s = &e->p->schedule;
	u32 n, at;

	if (!s->nr)
		return;
	n = edit_small(e, s->nr);
	at = edit_below(e, s->nr - n + 1);
	memmove(&s->changes[at], &s->changes[at + n], (s->nr - at - n) * sizeof(s->changes[0]));
	s->nr -= n;
}

static void change_turn(struct edit *e)
{
	struct schedule *s = &e->p->schedule;
	struct change *c;

	if (!s->nr)
		return;
	c = &s->changes[edit_below(e, s->nr)];
	if (edit_chance(e, 2))
		c->task = choose_task(e);
	else
		c->step = choose_turn(e);
}

static void move_change(struct edit *e)
{
	struct schedule *s = &e->p->schedule;
	struct change *c;

	if (!s->nr)
		return;
	c = &s->changes[edit_below(e, s->nr)];
	switch (edit_below(e, 4)) {
	case 0:
		*c = make_change(e);
		break;
	case 1:
		c->task = choose_task(e);
		break;
	case 2:
		c->step += edit_small(e, 32);
		break;
	default:
		c->step -= min(c->step, edit_small(e, 32));
		break;
	}
}

static void new_schedule(struct edit *e)
{
	static const u8 kinds[] = {SCHEDULE_SPARSE,	SCHEDULE_SPARSE, SCHEDULE_SPARSE,
				   SCHEDULE_RANDOM,	SCHEDULE_RANDOM, SCHEDULE_RANDOM,
				   SCHEDULE_PCT,	SCHEDULE_PCT,	 SCHEDULE_TURNS,
				   SCHEDULE_ROUND_ROBIN};
	struct schedule *s = &e->p->schedule;

	s->kind = kinds[edit_below(e, ARRAY_SIZE(kinds))];
	s->nr = 0;
	s->seed = edit_random(e);
	s->odds = (u16)edit_small(e, 64);
	s->depth = (u16)(1 + edit_below(e, 5));
	s->length = 8 * (e->p->nr_ops + 4);
	if (s->kind == SCHEDULE_SPARSE)
		add_changes(e, edit_small(e, 8));
	else if (s->kind == SCHEDULE_TURNS)
		insert_turns(e);
}

static void edit_schedule(struct edit *e)
{
	struct schedule *s = &e->p->schedule;
	u32 k = edit_below(e, 10);

	if (k == 0) {
		new_schedule(e);
		return;
	}
	if (schedule_takes(s, SCHEDULE_TAKES_LIST) && k >= 8)
		delete_changes(e);
	else if (schedule_takes(s, SCHEDULE_TAKES_CHANGES) && k < 5)
		add_changes(e, edit_small(e, 4));
	else if (schedule_takes(s, SCHEDULE_TAKES_CHANGES))
		move_change(e);
	else if (schedule_takes(s, SCHEDULE_TAKES_TURNS) && k < 5)
		insert_turns(e);
	else if (schedule_takes(s, SCHEDULE_TAKES_TURNS))
		change_turn(e);
	else if (schedule_takes(s, SCHEDULE_TAKES_SEED) && k < 8)
		s->seed = edit_random(e);
	else if (schedule_takes(s, SCHEDULE_TAKES_ODDS))
		s->odds = (u16)edit_value(e, &schedule_odds, s->odds);
	else if (schedule_takes(s, SCHEDULE_TAKES_DEPTH))
		s->depth = (u16)edit_value(e, &schedule_depth, s->depth);
	else
		new_schedule(e);
}

void edit_frame(struct edit *e)
{
	/* With one task a schedule decides little: only workers interleave. */
	u32 k = edit_below(e, e->p->nr_tasks > 1 ? 20 : 12);

	if (k < 4)
		edit_machine(e);
	else if (k < 7)
		edit_fail_plan(e);
	else if (k < 11)
		edit_tasks(e);
	else
		edit_schedule(e);
}

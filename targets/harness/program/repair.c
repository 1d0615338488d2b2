/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * repair.c - make a program well formed after any edit, or fit for another target.
 *
 * Repair is one pass in a fixed order. Each rule depends only on what earlier rules have settled.
 * So a second repair changes nothing, and a well-formed program does not change.
 *
 * Bytes and edits are repaired; text that breaks the same rules is refused, so that its author
 * learns about it. The rules are those without which no boot could succeed. A machine that is
 * merely too small for its operations is a valid program.
 */
#include "fields.h"
#include "op_set.h"
#include "repair.h"
#include "sched/schedule.h"

#define TABLE_ENTRIES 512u
#define TABLE_SPARE 16u /* table pages of upper levels and of the allocators */
#define CHUNK_GUARD 2u	/* pages of address space around a chunk */

void repair_machine(struct program_machine *m)
{
	u32 unit_bytes, fixed, chunk, first;
	unsigned int i;

	for (i = 0; i < NR_MACHINE_FIELDS; i++) {
		u32 *x = field_ref(m, &machine_fields[i]);

		*x = operand_fold(&machine_fields[i].number, *x);
	}
	m->nodes = min(m->nodes, m->cpus);
	unit_bytes = m->unit * OPERAND_PAGE;
	m->stat = min(m->stat, unit_bytes);
	m->reserved = min(m->reserved, unit_bytes - ALIGN(m->stat, 4u));
	fixed = ALIGN(m->stat, 4u) + ALIGN(m->reserved, 4u);
	m->dyn = min(m->dyn, unit_bytes - fixed);
	m->high = max(m->high, m->low);
	chunk = m->cpus * m->unit;
	m->kva = max(m->kva, chunk + CHUNK_GUARD);
	while (m->block > m->kva / 2)
		m->block /= 2;
	first = m->cpus * DIV_ROUND_UP(fixed + m->dyn, OPERAND_PAGE);
	if (first)
		m->pages = max(m->pages, first + chunk / TABLE_ENTRIES + TABLE_SPARE);
}

bool schedule_task_valid(const struct program *p, unsigned int t)
{
	if (t - SCHED_TASK_FIRST < p->nr_tasks)
		return true;
	/* Workers and callbacks run no operations of the program, so they have no turns. */
	return !schedule_takes(&p->schedule, SCHEDULE_TAKES_TURNS) &&
	       (t == SCHED_TASK_INIT || t == SCHED_TASK_RCU ||
		(t >= SCHED_WORKER_FIRST && t <= SCHED_WORKER_LAST));
}

static void repair_change(const struct program *p, struct change *c)
{
	if (!schedule_task_valid(p, c->task))
		c->task = (u8)(SCHED_TASK_FIRST + c->task % p->nr_tasks);
	if (schedule_takes(&p->schedule, SCHEDULE_TAKES_TURNS)) {
		/* So random bytes are mostly turns of one operation. */
		if (c->step >= PROGRAM_MAX_OPS)
			c->step = 0;
		c->kind = 0;
		c->cpu = 0;
		return;
	}
	c->step = operand_fold(&schedule_step, c->step);
	c->kind %= NR_CHANGE_KINDS;
	if (c->kind != CHANGE_MIGRATE)
		c->cpu = 0;
	else if (c->cpu >= p->machine.cpus)
		c->cpu %= (u16)p->machine.cpus;
}

/*
 * 0 stands for the default. operand_fold() takes the magnitude from the high byte of 32 bits:
 * repeat the 16 bits of a number that the byte form keeps in 16.
 */
static u32 fold_number(const struct operand *o, u32 x)
{
	if (!x)
		return o->def;
	if (o->hi <= UINT16_MAX && !operand_valid(o, x))
		x = (u16)x * 0x10001u;
	return operand_fold(o, x);
}

void repair_schedule(struct program *p)
{
	struct schedule *s = &p->schedule;
	bool by_step;
	u32 i, j;

	s->kind %= NR_SCHEDULE_KINDS;
	by_step = schedule_takes(s, SCHEDULE_TAKES_CHANGES);
	for (i = 0; i < NR_SCHEDULE_FIELDS; i++) {
		const struct schedule_field *f = &schedule_fields[i];
		u32 *x = schedule_ref(s, f);

		*x = schedule_takes(s, f->taken) ? fold_number(f->number, *x) : 0;
	}
	if (!schedule_takes(s, SCHEDULE_TAKES_SEED))
		s->seed = 0;
	s->nr = schedule_takes(s, SCHEDULE_TAKES_LIST) ? min(s->nr, (u32)SCHEDULE_MAX) : 0;
	for (i = 0; i < s->nr; i++) {
		struct change c = s->changes[i];

		repair_change(p, &c);
		/* A stable insertion sort: lists are sorted except after an edit. */
		j = i;
		for (; by_step && j && s->changes[j - 1].step > c.step; j--)
			s->changes[j] = s->changes[j - 1];
		s->changes[j] = c;
	}
}

static void repair_records(struct program *p)
{
	const struct op_set *sets[2] = {op_set(p->target, false), op_set(p->target, true)};
	/* The new number of a record; negative: it has no live object. */
	s32 now[p->nr_ops + 1];
	u32 i, n = 0;
	int a;

	for (i = 0; i < p->nr_ops; i++) {
		struct program_op o = p->op[i];
		const struct op *d;

		now[i] = PROGRAM_NO_OBJECT;
		if (o.task >= p->nr_tasks)
			o.task %= p->nr_tasks;
		if (!op_in_set(sets[p->task[o.task].irq], o.op))
			continue;
		d = &op_table[o.op];
		if (d->uses) {
			s32 maker;

			if (o.object < 0 || (u32)o.object >= i)
				continue;
			maker = now[o.object];
			if (maker < 0 || op_table[p->op[maker].op].makes != d->uses)
				continue;
			if (d->consumes)
				now[o.object] = PROGRAM_NO_OBJECT;
			o.object = maker;
		} else {
			o.object = PROGRAM_NO_OBJECT;
		}
		for (a = 0; a < OP_MAX_ARGS && d->arg[a].kind != OPERAND_NONE; a++)
			o.arg[a] = operand_fold(&d->arg[a], o.arg[a]);
		for (; a < OP_MAX_ARGS; a++)
			o.arg[a] = 0;
		if (d->makes)
			now[i] = (s32)n;
		p->op[n++] = o;
	}
	p->nr_ops = n;
}

void program_repair(struct program *p)
{
	u32 i;

	p->target %= NR_TARGETS;
	repair_machine(&p->machine);
	for (i = 0; i < NR_FAIL_FIELDS; i++) {
		u32 *x = field_ref(&p->fail, &fail_fields[i]);

		*x = operand_fold(&fail_fields[i].number, *x);
	}
	p->nr_tasks = max(1u, min(p->nr_tasks, (u32)PROGRAM_MAX_TASKS));
	if (target_table[p->target].one_task) {
		p->nr_tasks = 1;
		p->task[0].irq = false;
	}
	for (i = 0; i < p->nr_tasks; i++)
		p->task[i].cpu %= (u8)p->machine.cpus;
	repair_schedule(p);
	repair_records(p);
}

int program_retarget(struct program *p, enum target_id target)
{
	const struct op_set *sets[2] = {op_set(target, false), op_set(target, true)};
	u32 i;

	if (p->target == target)
		return 0;
	if (target_table[target].one_task && (p->nr_tasks > 1 || p->task[0].irq))
		return -EINVAL;
	for (i = 0; i < p->nr_ops; i++)
		if (!op_in_set(sets[p->task[p->op[i].task].irq], p->op[i].op))
			return -EINVAL;
	p->target = (u8)target;
	p->expect = ORACLE_NONE;
	p->digest = 0;
	p->shows = 0;
	p->certified.traces = 0;
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check.c - the rules of a well-formed program; see check.h.
 */
#include "check.h"

#include <string.h>

#include "program/fields.h"
#include "program/op_set.h"
#include "program/text.h"
#include "random.h"

#define PROMISE(cond)                                                                              \
	do {                                                                                       \
		if (!(cond))                                                                       \
			return #cond;                                                              \
	} while (0)

static const char *check_fields(const void *base, const struct field *f, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (!operand_valid(&f[i].number, field_get(base, &f[i])))
			return f[i].number.name;
	return NULL;
}

static const char *check_machine(const struct program_machine *m)
{
	PROMISE(m->nodes <= m->cpus);
	PROMISE(m->low <= m->high);
	PROMISE(ALIGN(m->stat, 4u) + ALIGN(m->reserved, 4u) + ALIGN(m->dyn, 4u) <= m->unit * 4096);
	PROMISE(m->kva > m->cpus * m->unit);
	PROMISE(m->block * 2 <= m->kva);
	PROMISE(!(m->stat + m->reserved + m->dyn) ||
		m->pages > m->cpus * ((m->stat + m->reserved + m->dyn) / 4096));
	return NULL;
}

static const char *check_schedule(const struct program *p)
{
	const struct schedule *s = &p->schedule;
	u32 i;

	PROMISE(s->kind < NR_SCHEDULE_KINDS && s->nr <= SCHEDULE_MAX);
	for (i = 0; i < NR_SCHEDULE_FIELDS; i++) {
		const struct schedule_field *f = &schedule_fields[i];

		PROMISE(schedule_takes(s, f->taken) == (schedule_get(s, f) != 0));
	}
	PROMISE(schedule_takes(s, SCHEDULE_TAKES_LIST) || !s->nr);
	for (i = 0; i < s->nr; i++) {
		const struct change *c = &s->changes[i];

		if (schedule_takes(s, SCHEDULE_TAKES_TURNS)) {
			PROMISE(c->task >= 1 && c->task <= p->nr_tasks);
			PROMISE(c->step < PROGRAM_MAX_OPS && !c->kind && !c->cpu);
			continue;
		}
		PROMISE(c->step >= (i ? c[-1].step : 1) && c->step <= PROGRAM_MAX_STEP);
		PROMISE(c->kind < NR_CHANGE_KINDS && c->cpu < p->machine.cpus);
		PROMISE(c->task <= p->nr_tasks ||
			(c->task >= SCHED_WORKER_FIRST && c->task <= SCHED_TASK_RCU));
	}
	return NULL;
}

static const char *check_records(const struct program *p, bool *consumed)
{
	u32 i, a;

	for (i = 0; i < p->nr_ops; i++) {
		const struct program_op *o = &p->op[i];
		const struct op *d = &op_table[o->op];

		PROMISE(o->op < NR_OPS && o->task < p->nr_tasks);
		PROMISE(d->targets & 1U << p->target);
		PROMISE(d->irq || !p->task[o->task].irq);
		PROMISE((o->object != PROGRAM_NO_OBJECT) == (d->uses != OBJECT_NONE));
		if (d->uses) {
			PROMISE(o->object >= 0 && (u32)o->object < i);
			PROMISE(!consumed[o->object]);
			PROMISE(op_table[p->op[o->object].op].makes == d->uses);
			consumed[o->object] = d->consumes;
		}
		for (a = 0; a < op_nr_args(d); a++)
			PROMISE(operand_valid(&d->arg[a], o->arg[a]));
		for (; a < OP_MAX_ARGS; a++)
			PROMISE(!o->arg[a]);
	}
	return NULL;
}

const char *check_program(const struct program *p)
{
	bool *consumed;
	const char *why;
	u32 i;

	PROMISE(p->target < NR_TARGETS);
	PROMISE(p->nr_tasks >= 1 && p->nr_tasks <= PROGRAM_MAX_TASKS);
	PROMISE(!(p->shows >> NR_RUN_EVENTS));
	PROMISE(!target_table[p->target].one_task || (p->nr_tasks == 1 && !p->task[0].irq));
	why = check_fields(&p->machine, machine_fields, NR_MACHINE_FIELDS);
	if (!why)
		why = check_fields(&p->fail, fail_fields, NR_FAIL_FIELDS);
	if (!why)
		why = check_machine(&p->machine);
	if (!why)
		why = check_schedule(p);
	if (why)
		return why;
	for (i = 0; i < p->nr_tasks; i++)
		PROMISE(p->task[i].cpu < p->machine.cpus);
	consumed = calloc(p->nr_ops + 1, sizeof(bool));
	why = check_records(p, consumed);
	free(consumed);
	return why;
}

void assert_well_formed(const struct program *p)
{
	const char *why = check_program(p);

	if (why)
		fail_msg("not well formed: %s", why);
}

char *to_text(const struct program *p, size_t *size)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, size);

	assert_non_null(f);
	assert_int_equal(text_print(p, f), 0);
	fclose(f);
	return text;
}

void from_text(struct program *p, const char *text)
{
	struct text_error err;

	if (text_parse(p, text, strlen(text), &err))
		fail_msg("%u:%u: %s", err.line, err.column, err.text);
	assert_well_formed(p);
}

size_t random_program(struct program *p, size_t max, u64 *state)
{
	u8 data[max];
	size_t size = random_bytes(data, max, state);

	assert_int_equal(bytes_decode(p, data, size, NULL), 0);
	return size;
}

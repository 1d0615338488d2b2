/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text_print.c - the printer of the text form; see text.h.
 *
 * The output is canonical. It begins with the version; a number that has its default is left out,
 * except the numbers of a schedule; `kva` and `unit` are sizes, other counts of pages are numbers.
 * A section is opened again wherever the task changes. Tasks are named in the order of their
 * numbers, so that the parser numbers them the same.
 */
#include <string.h>

#include "fields.h"
#include "op_set.h"
#include "sched/schedule.h"
#include "text.h"

#define CHANGES_A_LINE 10
#define TURNS_A_LINE 30

/* Distinct, and without the 'w' of workers. */
static const char task_letters[] = "abcdefghuvxy";
static const char irq_letters[] = "ijklmnopqrst";

_Static_assert(sizeof(task_letters) > PROGRAM_MAX_TASKS, "one letter for each task");
_Static_assert(sizeof(irq_letters) > PROGRAM_MAX_TASKS, "one letter for each source");

static char task_letter(const struct program *p, u32 t)
{
	u32 i, n = 0;

	for (i = 0; i < t; i++)
		n += p->task[i].irq == p->task[t].irq;
	return p->task[t].irq ? irq_letters[n] : task_letters[n];
}

const char *text_task_name(const struct program *p, unsigned int number, char buf[8])
{
	if (number - SCHED_TASK_FIRST < p->nr_tasks)
		snprintf(buf, 8, "%c", task_letter(p, number - SCHED_TASK_FIRST));
	else if (number == SCHED_TASK_INIT)
		strcpy(buf, "init");
	else if (number == SCHED_TASK_RCU)
		strcpy(buf, "rcu");
	else if (number >= SCHED_WORKER_FIRST && number <= SCHED_WORKER_LAST)
		snprintf(buf, 8, "w%u", (number - SCHED_WORKER_FIRST) & 15);
	else
		snprintf(buf, 8, "#%u", number & 0xff);
	return buf;
}

static void print_number(const struct operand *o, u32 value, FILE *f)
{
	u64 x = value;
	unsigned int g = 0;

	if (unit_choices[o->unit]) {
		fprintf(f, " %s=%s", o->name, unit_choices[o->unit][value]);
		return;
	}
	if (o->unit == UNIT_SIZE)
		x *= OPERAND_PAGE;
	if (o->unit == UNIT_SIZE || o->unit == UNIT_BYTES)
		for (; g < 3 && x && !(x % 1024); g++)
			x /= 1024;
	fprintf(f, " %s=%llu%.*s", o->name, x, g ? 1 : 0, &"-KMG"[g]);
}

static void print_fields(const char *keyword, const void *base, const struct field *fields,
			 unsigned int nr, FILE *f)
{
	bool any = false;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		u32 x = field_get(base, &fields[i]);

		if (x == fields[i].number.def)
			continue;
		if (!any)
			fputs(keyword, f);
		any = true;
		print_number(&fields[i].number, x, f);
	}
	if (any)
		fputc('\n', f);
}

/* @id: by record, number of the object that it makes */
static void print_op(const struct program *p, u32 record, const u32 *id, FILE *f)
{
	const struct program_op *o = &p->op[record];
	const struct op *d = &op_table[o->op];
	unsigned int a, n = op_nr_args(d);

	if (d->makes)
		fprintf(f, "%c%u = ", object_types[d->makes].letter, id[record]);
	fputs(d->name, f);
	if (d->uses)
		fprintf(f, " %c%u", object_types[d->uses].letter, id[o->object]);
	for (a = 0; a < n; a++) {
		if (o->arg[a] == d->arg[a].def)
			continue;
		if (d->arg[a].kind == OPERAND_FLAG && o->arg[a])
			fprintf(f, " %s", d->arg[a].name);
		else
			print_number(&d->arg[a], o->arg[a], f);
	}
}

/* Objects are numbered by type, in the order of the records that make them. */
static void number_objects(const struct program *p, u32 records, u32 *id)
{
	u32 made[NR_OBJECT_TYPES] = {0}, i;

	for (i = 0; i < records; i++)
		id[i] = ++made[op_table[p->op[i].op].makes];
}

void text_print_op(const struct program *p, u32 record, FILE *f)
{
	u32 id[record + 1];

	number_objects(p, record + 1, id);
	print_op(p, record, id, f);
}

static void print_section(const struct program *p, u32 t, bool first, FILE *f)
{
	fprintf(f, "%s %c", p->task[t].irq ? "irq" : "task", task_letter(p, t));
	if (first)
		fprintf(f, " cpu=%u", p->task[t].cpu);
	fputc('\n', f);
}

static void print_records(const struct program *p, FILE *f)
{
	u32 id[p->nr_ops + 1];
	u32 opened = 0, i; /* tasks below @opened have been named */
	s32 task = -1;

	number_objects(p, p->nr_ops, id);
	for (i = 0; i < p->nr_ops; i++) {
		u32 t = p->op[i].task;

		if ((s32)t != task) {
			if (t < opened)
				print_section(p, t, false, f);
			for (; opened <= t; opened++)
				print_section(p, opened, true, f);
			task = (s32)t;
		}
		fputs("  ", f);
		print_op(p, i, id, f);
		fputc('\n', f);
	}
	for (; opened < p->nr_tasks; opened++)
		print_section(p, opened, true, f);
}

static void print_changes(const struct program *p, FILE *f)
{
	const struct schedule *s = &p->schedule;
	char name[8];
	u32 i;

	for (i = 0; i < s->nr; i++) {
		const struct change *c = &s->changes[i];

		fprintf(f, "%s @%u %s",
			i % CHANGES_A_LINE ? " "
			: i		   ? "\nschedule"
					   : "schedule",
			c->step, text_task_name(p, c->task, name));
		if (c->kind == CHANGE_MIGRATE)
			fprintf(f, ">%u", c->cpu);
	}
	if (s->nr)
		fputc('\n', f);
}

static void print_turns(const struct program *p, FILE *f)
{
	const struct schedule *s = &p->schedule;
	char name[8];
	u32 i;

	fputs("schedule turns", f);
	for (i = 0; i < s->nr; i++) {
		fprintf(f, "%s %s", i && i % TURNS_A_LINE == 0 ? "\nschedule turns" : "",
			text_task_name(p, s->changes[i].task, name));
		if (s->changes[i].step)
			fprintf(f, "*%u", s->changes[i].step + 1);
	}
	fputc('\n', f);
}

static void print_schedule(const struct program *p, FILE *f)
{
	const struct schedule *s = &p->schedule;

	if (schedule_takes(s, SCHEDULE_TAKES_CHANGES)) {
		print_changes(p, f);
		return;
	}
	if (schedule_takes(s, SCHEDULE_TAKES_TURNS)) {
		print_turns(p, f);
		return;
	}
	fprintf(f, "schedule %s", schedule_info[s->kind].name);
	if (schedule_takes(s, SCHEDULE_TAKES_SEED))
		fprintf(f, " seed=%llu", s->seed);
	for (unsigned int i = 0; i < NR_SCHEDULE_FIELDS; i++) {
		const struct schedule_field *field = &schedule_fields[i];

		if (schedule_takes(s, field->taken))
			fprintf(f, " %s=%u", field->number->name, schedule_get(s, field));
	}
	fputc('\n', f);
}

static void print_shows(const struct program *p, FILE *f)
{
	unsigned int e;

	if (!p->shows)
		return;
	fputs("shows", f);
	for (e = 0; e < NR_RUN_EVENTS; e++)
		if (p->shows & 1U << e)
			fprintf(f, " %s", run_event_name((enum run_event)e));
	fputc('\n', f);
}

int text_print(const struct program *p, FILE *f)
{
	fprintf(f, "mmstorm %d\ntarget %s\n", TEXT_VERSION, target_table[p->target].name);
	if (p->on[0])
		fprintf(f, "on %s\n", p->on);
	print_fields("machine", &p->machine, machine_fields, NR_MACHINE_FIELDS, f);
	print_fields("fail", &p->fail, fail_fields, NR_FAIL_FIELDS, f);
	print_records(p, f);
	print_schedule(p, f);
	print_shows(p, f);
	if (p->expect != ORACLE_NONE)
		fprintf(f, "expect %s\n", oracle_id(p->expect));
	if (p->digest)
		fprintf(f, "digest 0x%016llx\n", p->digest);
	if (p->certified.traces)
		fprintf(f, "certified K=%u traces=%llu digest=0x%016llx\n",
			p->certified.preemptions, p->certified.traces, p->certified.digest);
	return ferror(f) ? -EIO : 0;
}

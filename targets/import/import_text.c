/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * import_text.c - import a recording that has been read; see import_text.h.
 */
#include "import_text.h"

#include <string.h>

#include "machine/machine.h"
#include "program/text.h"

bool import_options_check(const struct import_options *o, FILE *diag)
{
	u64 unit = (u64)o->convert.unit_pages << PAGE_SHIFT;
	/* The dynamic bytes begin at a multiple of the smallest object. */
	u64 used = ALIGN((u64)o->convert.stat, 4) + o->convert.dyn;

	if (used > unit)
		fprintf(diag,
			"mmstorm import: found %llu static and dynamic bytes, expected at most a "
			"unit of %llu\n",
			used, unit);
	return used <= unit;
}

static void print_report(FILE *diag, const struct import_options *o, const struct pairing *p,
			 const struct convert_stats *st, const struct program *prog)
{
	const struct trace *t = p->trace;
	const char *f = o->name;
	u32 others = t->nr - p->events - (p->family == PAIR_KVA ? t->count[TRACE_KVA_PURGE] : 0);

	fprintf(diag, "%s: %u lines, %u events", f, t->lines, t->nr);
	for (u32 k = 0; k < NR_TRACE_KINDS; k++)
		if (t->count[k])
			fprintf(diag, "; %u %s", t->count[k], trace_kind_name(k));
	fprintf(diag, "\n%s: %u pairs, %u frees inferred, %u objects from before, %u outlive\n", f,
		p->pairs, p->inferred, p->before, p->outlive);
	if (t->unreadable)
		fprintf(diag, "%s: left out: %u unreadable lines\n", f, t->unreadable);
	if (t->lost)
		fprintf(diag, "%s: events were lost while recording (%u notes)\n", f, t->lost);
	if (t->other)
		fprintf(diag, "%s: left out: %u events of other kinds\n", f, t->other);
	if (others)
		fprintf(diag, "%s: left out: %u events for --events %s\n", f, others,
			p->family == PAIR_PERCPU ? "vmap" : "percpu");
	if (p->failed)
		fprintf(diag, "%s: left out: %u allocations that the kernel refused\n", f,
			p->failed);
	if (p->orphans)
		fprintf(diag, "%s: left out: %u frees whose allocation is missing\n", f,
			p->orphans);
	if (st->too_large)
		fprintf(diag, "%s: left out: %u allocations beyond the range of an operation\n", f,
			st->too_large);
	if (st->cut)
		fprintf(diag, "%s: left out: %u events after the first %u\n", f, st->cut,
			st->events);
	if (st->no_room)
		fprintf(diag, "%s: left out: %u events, a program has at most %u operations\n", f,
			st->no_room, PROGRAM_MAX_OPS);
	if (st->folded_cpus)
		fprintf(diag, "%s: %u CPUs folded onto the first %u\n", f, st->folded_cpus,
			prog->machine.cpus);
	if (st->merged_irq)
		fprintf(diag, "%s: interrupts of %u CPUs became part of their tasks\n", f,
			st->merged_irq);
	if (st->one_task && !o->convert.one_task)
		fprintf(diag,
			"%s: one task: a schedule of its CPUs would have more than %u turns\n", f,
			SCHEDULE_MAX);
	if (st->no_state)
		fprintf(diag,
			"%s: the state before is not recreated: offsets up to %llu lie beyond "
			"the unit\n",
			f, p->chunk[p->nr_chunks - 1].high);
	fprintf(diag, "%s: target %s: %u operations, %u of them for the state before; %u tasks\n",
		f, target_table[prog->target].name, prog->nr_ops, st->state, prog->nr_tasks);
}

/* The family to import; PAIR_NONE, with a message, if the recording has no request of it. */
static int choose_family(const struct trace *t, const struct import_options *o, FILE *diag)
{
	u32 percpu = t->count[TRACE_PERCPU_ALLOC] + t->count[TRACE_PERCPU_FREE];
	u32 kva = t->count[TRACE_KVA_ALLOC] + t->count[TRACE_KVA_FREE];
	int family = o->family != IMPORT_ANY_FAMILY ? o->family
		     : kva > percpu		    ? PAIR_KVA
						    : PAIR_PERCPU;

	if (family == PAIR_PERCPU ? percpu : kva)
		return family;
	if (t->count[TRACE_KVA_PURGE] == t->nr)
		fprintf(diag,
			"%s: found purges alone (%u of them), expected allocations or frees: a "
			"purge "
			"does not name what it frees\n",
			o->name, t->nr);
	else
		fprintf(diag, "%s: found no event for --events %s, expected at least one\n",
			o->name, family == PAIR_PERCPU ? "percpu" : "vmap");
	return PAIR_NONE;
}

/* The program, with a comment on its origin, which is one line whatever the file is called. */
static int print_program(const struct program *prog, const char *name, FILE *out)
{
	const char *slash = strrchr(name, '/');

	fputs("# Requests to a real kernel, imported from ", out);
	for (const char *c = slash ? slash + 1 : name; *c; c++)
		fputc((unsigned char)*c < ' ' ? '?' : *c, out);
	fputs(".\n", out);
	return text_print(prog, out);
}

int import_text(const struct trace *t, const struct import_options *o, FILE *out, FILE *diag)
{
	int family = choose_family(t, o, diag), err;
	struct convert_stats st = {0};
	struct program prog;
	struct pairing p;

	if (family == PAIR_NONE)
		return -EINVAL;
	program_init(&prog, TARGET_PERCPU_BITMAP);
	err = pair_events(&p, t, family);
	if (!err)
		err = convert_program(&prog, &p, &o->convert, &st);
	if (!err)
		err = print_program(&prog, o->name, out);
	if (err)
		fprintf(diag, "%s: cannot import: %s\n", o->name, strerror(-err));
	else
		print_report(diag, o, &p, &st, &prog);
	pair_free(&p);
	program_fini(&prog);
	return err;
}

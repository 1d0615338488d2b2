/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_import.c - mmstorm import: read a recording, write a program, and report what was left out.
 */
#include "import.h"

#include <stdlib.h>
#include <string.h>

#include "convert.h"
#include "machine/machine.h"
#include "tool/options.h"
#include "tool/output.h"
#include "program/text.h"

static const struct option_usage usage = {
	.synopsis = "mmstorm import [OPTION]... FILE",
	.about = "Converts the ftrace events percpu:* and vmalloc:* of a real kernel to a program. "
		 "The recording is text from `cat trace`, `trace-cmd report` or `perf script`, "
		 "plain "
		 "or .gz. Standard error lists the events that are left out, and why.",
	.tail = "Example:\n"
		"  mmstorm import corpus/traces/netns-churn.trace.gz -o netns-churn.prog",
};

/**
 * struct import - the command line
 * @family: enum pair_family; -1: the one with more events
 * @unit, @stat, @dyn, @max: numbers of @convert
 */
struct import {
	const char *file, *output;
	int family;
	u64 unit, stat, dyn, max;
	struct convert_options convert;
};

static const char *parse_family(const char *text, void *to)
{
	int *family = to;

	*family = !strcmp(text, "percpu") ? PAIR_PERCPU : !strcmp(text, "vmap") ? PAIR_KVA : -1;
	return *family < 0 ? "percpu or vmap" : NULL;
}

#define MEMBER(m) .offset = offsetof(struct import, m)

static const struct option_spec specs[] = {
	{"output", 'o', OPTION_TEXT, "OUT", MEMBER(output),
	 .help = "write the program to OUT (default: standard output)"},
	{"events", .kind = OPTION_CALL, .value = "KIND", MEMBER(family), .parse = parse_family,
	 .help = "percpu or vmap (default: the kind with more events)"},
	{"unit", .kind = OPTION_SIZE, .value = "SIZE", MEMBER(unit), .lo = PAGE_SIZE,
	 .hi = 256 << PAGE_SHIFT, .help = "percpu: bytes of a unit"},
	{"static", .kind = OPTION_SIZE, .value = "BYTES", MEMBER(stat), .hi = 1 << 20,
	 .help = "percpu: static bytes of the first chunk (default: 0)"},
	{"dynamic", .kind = OPTION_SIZE, .value = "BYTES", MEMBER(dyn), .hi = 1 << 20,
	 .help = "percpu: dynamic bytes of the first chunk (default: no first chunk)"},
	{"bare", MEMBER(convert.bare),
	 .help = "percpu: do not recreate the objects from before the recording"},
	{"max", .kind = OPTION_SIZE, .value = "N", MEMBER(max), .lo = 1, .hi = UINT32_MAX,
	 .help = "convert only the first N events"},
	{"one-task", MEMBER(convert.one_task),
	 .help = "use one task that migrates (default: a task for each CPU)"},
	{0},
};

/* Return: -1 to go on, or the exit status. */
static int parse_arguments(struct import *im, int argc, char **argv)
{
	const struct option_group group = {specs, im};
	int status = options_parse(argc, argv, &usage, &group, 1);
	u64 unit, used;

	if (status >= 0)
		return status;
	if (argc - optind != 1) {
		fprintf(stderr, "mmstorm import: found %d files, expected one\n", argc - optind);
		return 2;
	}
	im->file = argv[optind];
	im->convert.unit_pages = DIV_ROUND_UP(im->unit, PAGE_SIZE);
	im->convert.stat = im->stat;
	im->convert.dyn = im->dyn;
	im->convert.max_events = im->max;
	unit = (u64)im->convert.unit_pages << PAGE_SHIFT;
	/* The dynamic bytes begin at a multiple of the smallest object. */
	used = ALIGN(im->stat, 4) + im->dyn;
	if (used > unit) {
		fprintf(stderr,
			"mmstorm import: found %llu static and dynamic bytes, expected at most a "
			"unit of %llu\n",
			used, unit);
		return 2;
	}
	return -1;
}

static void print_report(const struct import *im, const struct trace *t, const struct pairing *p,
			 const struct convert_stats *st, const struct program *prog)
{
	const char *f = im->file;
	u32 others = t->nr - p->events - (p->family == PAIR_KVA ? t->count[TRACE_KVA_PURGE] : 0);

	fprintf(stderr, "%s: %u lines, %u events", f, t->lines, t->nr);
	for (u32 k = 0; k < NR_TRACE_KINDS; k++)
		if (t->count[k])
			fprintf(stderr, "; %u %s", t->count[k], trace_kind_name(k));
	fprintf(stderr, "\n%s: %u pairs, %u frees inferred, %u objects from before, %u outlive\n",
		f, p->pairs, p->inferred, p->before, p->outlive);
	if (t->unreadable)
		fprintf(stderr, "%s: left out: %u unreadable lines\n", f, t->unreadable);
	if (t->lost)
		fprintf(stderr, "%s: events were lost while recording (%u notes)\n", f, t->lost);
	if (t->other)
		fprintf(stderr, "%s: left out: %u events of other kinds\n", f, t->other);
	if (others)
		fprintf(stderr, "%s: left out: %u events for --events %s\n", f, others,
			p->family == PAIR_PERCPU ? "vmap" : "percpu");
	if (p->failed)
		fprintf(stderr, "%s: left out: %u allocations that the kernel refused\n", f,
			p->failed);
	if (p->orphans)
		fprintf(stderr, "%s: left out: %u frees whose allocation is missing\n", f,
			p->orphans);
	if (st->too_large)
		fprintf(stderr, "%s: left out: %u allocations beyond the range of an operation\n",
			f, st->too_large);
	if (st->cut)
		fprintf(stderr, "%s: left out: %u events after the first %u\n", f, st->cut,
			st->events);
	if (st->no_room)
		fprintf(stderr, "%s: left out: %u events, a program has at most %u operations\n", f,
			st->no_room, PROGRAM_MAX_OPS);
	if (st->folded_cpus)
		fprintf(stderr, "%s: %u CPUs folded onto the first %u\n", f, st->folded_cpus,
			prog->machine.cpus);
	if (st->merged_irq)
		fprintf(stderr, "%s: interrupts of %u CPUs became part of their tasks\n", f,
			st->merged_irq);
	if (st->one_task && !im->convert.one_task)
		fprintf(stderr,
			"%s: one task: a schedule of its CPUs would have more than %u turns\n", f,
			SCHEDULE_MAX);
	if (st->no_state)
		fprintf(stderr,
			"%s: the state before is not recreated: offsets up to %llu lie beyond "
			"the unit\n",
			f, p->chunk[p->nr_chunks - 1].high);
	fprintf(stderr, "%s: target %s: %u operations, %u of them for the state before; %u tasks\n",
		f, target_table[prog->target].name, prog->nr_ops, st->state, prog->nr_tasks);
}

/* Write the program, with a comment on its origin. Return: the exit status. */
static int write_out(const struct import *im, const struct program *prog)
{
	const char *name = strrchr(im->file, '/') ? strrchr(im->file, '/') + 1 : im->file;
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	int err = f ? 0 : -ENOMEM;

	if (f) {
		fprintf(f, "# Requests to a real kernel, imported from %s.\n", name);
		err = text_print(prog, f);
		if (fclose(f))
			err = -ENOMEM;
	}
	if (!err && im->output)
		err = output_write(im->output, text, size);
	else if (!err && fwrite(text, 1, size, stdout) != size)
		err = -EIO;
	free(text);
	if (err)
		fprintf(stderr, "%s: cannot write the program: %s\n",
			im->output ? im->output : "standard output", strerror(-err));
	return err ? 2 : 0;
}

static int import(const struct import *im, const struct trace *t)
{
	u32 percpu = t->count[TRACE_PERCPU_ALLOC] + t->count[TRACE_PERCPU_FREE];
	u32 kva = t->count[TRACE_KVA_ALLOC] + t->count[TRACE_KVA_FREE];
	enum pair_family family = im->family >= 0 ? (enum pair_family)im->family
				  : kva > percpu  ? PAIR_KVA
						  : PAIR_PERCPU;
	struct convert_stats st = {0};
	struct program prog;
	struct pairing p;
	int err, status = 2;

	if (!(family == PAIR_PERCPU ? percpu : kva)) {
		fprintf(stderr, "%s: found no event for --events %s, expected at least one\n",
			im->file, family == PAIR_PERCPU ? "percpu" : "vmap");
		return 2;
	}
	program_init(&prog, TARGET_PERCPU_BITMAP);
	err = pair_events(&p, t, family);
	if (!err)
		err = convert_program(&prog, &p, &im->convert, &st);
	if (err)
		fprintf(stderr, "%s: %s\n", im->file, strerror(-err));
	else
		status = write_out(im, &prog);
	if (!status)
		print_report(im, t, &p, &st, &prog);
	pair_free(&p);
	program_fini(&prog);
	return status;
}

int cmd_import(int argc, char **argv)
{
	struct import im = {.family = -1, .unit = 256 << PAGE_SHIFT};
	struct trace t;
	int status = parse_arguments(&im, argc, argv);

	if (status >= 0)
		return status;
	status = trace_read(&t, im.file, stderr) ? 2 : import(&im, &t);
	trace_free(&t);
	return status;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_import.c - mmstorm import: read a recording, write a program, say what became of it.
 */
#include "import.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "convert.h"
#include "machine/machine.h"
#include "tool/output.h"
#include "program/text.h"

static const char help[] =
	"usage: mmstorm import FILE [OPTION]...\n"
	"\n"
	"Turns the ftrace events percpu:* and vmalloc:* of a real kernel into a program. The\n"
	"recording is text from `cat trace`, `trace-cmd report` or `perf script`, plain or .gz.\n"
	"\n"
	"  -o, --output OUT     write it there; default: standard output\n"
	"      --events KIND    percpu or vmap; default: what there is more of\n"
	"      --unit SIZE      percpu: bytes of a unit (1M)\n"
	"      --static BYTES   percpu: static bytes of the first chunk (0)\n"
	"      --dynamic BYTES  percpu: dynamic bytes of the first chunk (0: none)\n"
	"      --bare           percpu: do not recreate what was taken before the recording\n"
	"      --max N          only the first N events\n"
	"      --one-task       one task that migrates; default: a task for each CPU\n"
	"\n"
	"What is left out, and why, is said on standard error.\n";

/**
 * struct import - the command line
 * @family: enum pair_family, or -1
 */
struct import {
	const char *file, *output;
	int family;
	struct convert_options convert;
};

/* A number with K, M or G; 0 on success. */
static int parse_size(const char *option, const char *text, u64 lo, u64 hi, u64 *value)
{
	unsigned int shift = 0;
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 0);
	if (*end && end != text) {
		shift = *end == 'K' ? 10 : *end == 'M' ? 20 : *end == 'G' ? 30 : 0;
		end += shift != 0;
	}
	if (end == text || *end || errno || *text == '-' || *value > UINT64_MAX >> shift ||
	    *value << shift < lo || *value << shift > hi) {
		fprintf(stderr, "mmstorm import: found %s %s, expected %llu to %llu\n", option,
			text, lo, hi);
		return 2;
	}
	*value <<= shift;
	return 0;
}

enum { OPT_EVENTS = 256, OPT_UNIT, OPT_STATIC, OPT_DYNAMIC, OPT_BARE, OPT_MAX, OPT_ONE_TASK };

static int take_option(struct import *im, int c, const char *text)
{
	u64 value = 0;
	int err = 0;

	switch (c) {
	case 'o':
		im->output = text;
		break;
	case OPT_EVENTS:
		im->family = !strcmp(text, "percpu") ? PAIR_PERCPU
			     : !strcmp(text, "vmap") ? PAIR_KVA
						     : -1;
		if (im->family < 0) {
			fprintf(stderr,
				"mmstorm import: found --events %s, expected percpu or vmap\n",
				text);
			return 2;
		}
		break;
	case OPT_UNIT:
		err = parse_size("--unit", text, PAGE_SIZE, 256 << PAGE_SHIFT, &value);
		im->convert.unit_pages = DIV_ROUND_UP(value, PAGE_SIZE);
		break;
	case OPT_STATIC:
		err = parse_size("--static", text, 0, 1 << 20, &value);
		im->convert.stat = value;
		break;
	case OPT_DYNAMIC:
		err = parse_size("--dynamic", text, 0, 1 << 20, &value);
		im->convert.dyn = value;
		break;
	case OPT_BARE:
		im->convert.bare = true;
		break;
	case OPT_MAX:
		err = parse_size("--max", text, 1, UINT32_MAX, &value);
		im->convert.max_events = value;
		break;
	case OPT_ONE_TASK:
		im->convert.one_task = true;
		break;
	}
	return err;
}

/* 0: go on; 1: help was printed; 2: bad usage. */
static int parse_arguments(struct import *im, int argc, char **argv)
{
	static const struct option options[] = {
		{"output", required_argument, NULL, 'o'},
		{"events", required_argument, NULL, OPT_EVENTS},
		{"unit", required_argument, NULL, OPT_UNIT},
		{"static", required_argument, NULL, OPT_STATIC},
		{"dynamic", required_argument, NULL, OPT_DYNAMIC},
		{"bare", no_argument, NULL, OPT_BARE},
		{"max", required_argument, NULL, OPT_MAX},
		{"one-task", no_argument, NULL, OPT_ONE_TASK},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	u64 unit;
	int c;

	opterr = 0;
	optind = 1;
	while ((c = getopt_long(argc, argv, ":o:h", options, NULL)) != -1) {
		if (c == 'h') {
			fputs(help, stdout);
			return 1;
		}
		if (c == '?' || c == ':') {
			fprintf(stderr,
				"mmstorm import: %s '%s', expected one of mmstorm import "
				"--help\n",
				c == ':' ? "found no value for" : "found option", argv[optind - 1]);
			return 2;
		}
		if (take_option(im, c, optarg))
			return 2;
	}
	if (argc - optind != 1) {
		fprintf(stderr, "mmstorm import: found %d files, expected one\n", argc - optind);
		return 2;
	}
	im->file = argv[optind];
	unit = (u64)im->convert.unit_pages << PAGE_SHIFT;
	/* The dynamic bytes begin at a multiple of the smallest object. */
	if (ALIGN((u64)im->convert.stat, 4) + im->convert.dyn > unit) {
		fprintf(stderr,
			"mmstorm import: found %llu static and dynamic bytes, expected at most a "
			"unit of %llu\n",
			ALIGN((u64)im->convert.stat, 4) + im->convert.dyn, unit);
		return 2;
	}
	return 0;
}

static void say(const struct import *im, const struct trace *t, const struct pairing *p,
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
		fprintf(stderr, "%s: left out: %u lines that could not be read\n", f,
			t->unreadable);
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
		fprintf(stderr,
			"%s: left out: %u allocations beyond what an operation can ask for\n", f,
			st->too_large);
	if (st->cut)
		fprintf(stderr, "%s: left out: %u events behind the first %u\n", f, st->cut,
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

/* The program with a comment on where it comes from; 0 or an exit status. */
static int write_out(const struct import *im, const struct program *prog)
{
	const char *name = strrchr(im->file, '/') ? strrchr(im->file, '/') + 1 : im->file;
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	int err = f ? 0 : -ENOMEM;

	if (f) {
		fprintf(f, "# What a real kernel was asked for: imported from %s.\n", name);
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
		fprintf(stderr, "%s: cannot be written: %s\n",
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
		say(im, t, &p, &st, &prog);
	pair_free(&p);
	program_fini(&prog);
	return status;
}

int cmd_import(int argc, char **argv)
{
	struct import im = {.family = -1, .convert = {.unit_pages = 256}};
	struct trace t;
	int status = parse_arguments(&im, argc, argv);

	if (status)
		return status == 1 ? 0 : status;
	status = trace_read(&t, im.file, stderr) ? 2 : import(&im, &t);
	trace_free(&t);
	return status;
}

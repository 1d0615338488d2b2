/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_import.c - mmstorm import: the command line, the recording that it reads, and the program
 * that it writes.
 */
#include "import.h"

#include <stdlib.h>
#include <string.h>

#include "import_text.h"
#include "machine/machine.h"
#include "tool/input.h"
#include "tool/options.h"
#include "tool/output.h"
#include "trace_file.h"

static const struct option_usage usage = {
	.synopsis = "mmstorm import [OPTION]... FILE",
	.about = "Converts the ftrace events percpu:* and vmalloc:* of a real kernel to a program. "
		 "The recording is text from `cat trace`, `trace-cmd report` or `perf script`, "
		 "plain "
		 "or .gz; - is standard input. Standard error lists the events that are left out, "
		 "and why.",
	.tail = "Example:\n"
		"  mmstorm import corpus/traces/netns-churn.trace.gz -o netns-churn.prog",
};

/**
 * struct import - the command line
 * @unit, @stat, @dyn, @max: numbers of @options
 */
struct import {
	const char *file, *output;
	u64 unit, stat, dyn, max;
	struct import_options options;
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
	{"events", .kind = OPTION_CALL, .value = "KIND", MEMBER(options.family),
	 .parse = parse_family, .help = "percpu or vmap (default: the kind with more events)"},
	{"unit", .kind = OPTION_SIZE, .value = "SIZE", MEMBER(unit), .lo = PAGE_SIZE,
	 .hi = 256 << PAGE_SHIFT, .help = "percpu: bytes of a unit"},
	{"static", .kind = OPTION_SIZE, .value = "BYTES", MEMBER(stat), .hi = 1 << 20,
	 .help = "percpu: static bytes of the first chunk (default: 0)"},
	{"dynamic", .kind = OPTION_SIZE, .value = "BYTES", MEMBER(dyn), .hi = 1 << 20,
	 .help = "percpu: dynamic bytes of the first chunk (default: no first chunk)"},
	{"bare", MEMBER(options.convert.bare),
	 .help = "percpu: do not recreate the objects from before the recording"},
	{"max", .kind = OPTION_SIZE, .value = "N", MEMBER(max), .lo = 1, .hi = UINT32_MAX,
	 .help = "convert only the first N events"},
	{"one-task", MEMBER(options.convert.one_task),
	 .help = "use one task that migrates (default: a task for each CPU)"},
	{0},
};

/* Return: -1 to go on, or the exit status. */
static int parse_arguments(struct import *im, int argc, char **argv)
{
	const struct option_group group = {specs, im};
	int status = options_parse(argc, argv, &usage, &group, 1);
	struct convert_options *o = &im->options.convert;

	if (status >= 0)
		return status;
	if (argc - optind != 1) {
		fprintf(stderr, "mmstorm import: found %d files, expected one\n", argc - optind);
		return 2;
	}
	im->file = argv[optind];
	im->options.name = input_name(im->file);
	o->unit_pages = DIV_ROUND_UP(im->unit, PAGE_SIZE);
	o->stat = im->stat;
	o->dyn = im->dyn;
	o->max_events = im->max;
	return import_options_check(&im->options, stderr) ? -1 : 2;
}

/* Import to memory, and then write: a failure leaves no part of a program. */
static int import(const struct import *im, const struct trace *t)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	int err = f ? import_text(t, &im->options, f, stderr) : -ENOMEM;

	if (f && fclose(f))
		err = -ENOMEM;
	if (err) {
		free(text);
		return 2;
	}
	if (im->output)
		err = output_write(im->output, text, size);
	else if (fwrite(text, 1, size, stdout) != size)
		err = -EIO;
	free(text);
	if (err)
		fprintf(stderr, "%s: cannot write the program: %s\n",
			im->output ? im->output : "standard output", strerror(-err));
	return err ? 2 : 0;
}

int cmd_import(int argc, char **argv)
{
	struct import im = {.options.family = IMPORT_ANY_FAMILY, .unit = 256 << PAGE_SHIFT};
	struct trace t;
	int status = parse_arguments(&im, argc, argv);

	if (status >= 0)
		return status;
	status = trace_read_file(&t, im.file, stderr) ? 2 : import(&im, &t);
	trace_free(&t);
	return status;
}

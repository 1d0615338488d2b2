/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * import_trace.c - fuzz target for the import of recordings.
 *
 * Any bytes are read as a recording. If they are one, what import writes must be a program that
 * runs without a finding: a program never misuses an allocator, so a finding is a defect of the
 * import or of an allocator.
 *
 * A first line such as "# import unit=4 static=64 dynamic=512 max=20 vmap bare one-task" sets the
 * options of the command; to every reader of recordings it is a comment.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz_run.h"
#include "import_text.h"
#include "machine/machine.h"
#include "program/text.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/* Every CPU's copy of an object is filled and checked, so the size of a unit is what a run costs.
 */
#define MAX_UNIT 16
#define MAX_EVENTS 2000

/* A stream in memory, which is kept from input to input. */
struct memory {
	FILE *f;
	char *text;
	size_t size;
};

static struct memory output, messages;
static struct program program;

static FILE *rewound(struct memory *m)
{
	if (!m->f)
		m->f = open_memstream(&m->text, &m->size);
	if (!m->f)
		abort();
	rewind(m->f);
	return m->f;
}

/* Set an option; unknown words are part of the comment. */
static void set_option(struct import_options *o, const char *word)
{
	struct convert_options *c = &o->convert;
	u32 x;

	if (sscanf(word, "unit=%u", &x) == 1)
		c->unit_pages = 1 + x % MAX_UNIT;
	else if (sscanf(word, "static=%u", &x) == 1)
		c->stat = x & 0xfffff;
	else if (sscanf(word, "dynamic=%u", &x) == 1)
		c->dyn = x & 0xfffff;
	else if (sscanf(word, "max=%u", &x) == 1)
		c->max_events = x;
	else if (!strcmp(word, "bare"))
		c->bare = true;
	else if (!strcmp(word, "one-task"))
		c->one_task = true;
	else if (!strcmp(word, "percpu"))
		o->family = PAIR_PERCPU;
	else if (!strcmp(word, "vmap"))
		o->family = PAIR_KVA;
}

static void read_options(struct import_options *o, const char *data, size_t size)
{
	static const char head[] = "# import ";
	const char *newline = size ? memchr(data, '\n', size) : NULL;
	char line[200], *rest = line;

	if (newline)
		size = newline - data;
	if (size < strlen(head) || memcmp(data, head, strlen(head)))
		return;
	snprintf(line, sizeof(line), "%.*s", (int)min(size, sizeof(line)), data);
	for (char *word; (word = strsep(&rest, " "));)
		set_option(o, word);
}

/**
 * struct input - a recording in memory
 * @next: its bytes that are not read yet
 * @left: number of these
 */
struct input {
	const u8 *next;
	size_t left;
};

static ssize_t read_input(void *arg, char *buf, size_t size)
{
	struct input *in = arg;
	size_t n = min(size, in->left);

	/* @next may be NULL if the input is empty. */
	if (n)
		memcpy(buf, in->next, n);
	in->next += n;
	in->left -= n;
	return n;
}

/* Import the recording. Return: 0, with the text in @output; -1 if it is none. */
static int import(const u8 *data, size_t size)
{
	struct import_options o = {
		.name = "import_trace",
		.family = IMPORT_ANY_FAMILY,
		.convert.unit_pages = 8,
	};
	struct input in = {data, size};
	struct trace t;
	int err;

	read_options(&o, (const char *)data, size);
	err = trace_read(&t, read_input, &in, o.name, rewound(&messages));
	if (!err && t.nr > MAX_EVENTS) {
		trace_free(&t);
		return -1;
	}
	if (!err && !import_options_check(&o, messages.f))
		err = -EINVAL;
	if (!err)
		err = import_text(&t, &o, rewound(&output), messages.f);
	trace_free(&t);
	if (err == -ENOMEM)
		return -1;
	MM_CHECK(!err || err == -EINVAL, TEXT, "a recording of %zu bytes: found error %d", size,
		 err);
	if (fflush(messages.f) || (!err && fflush(output.f)))
		return -1;
	MM_CHECK(!err || ftell(messages.f) > 0, TEXT, "a recording is refused without a message");
	return err ? -1 : 0;
}

/* libFuzzer and AFL++'s driver call it before the first input. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	program_init(&program, TARGET_PERCPU_BITMAP);
	fuzz_run_set_up(NULL);
	return 0;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct text_error e;
	int err;

	if (import(data, size))
		return -1;
	err = text_parse(&program, output.text, output.size, &e);
	MM_CHECK(err != -EINVAL, TEXT, "an imported program is refused at %u:%u: %s", e.line,
		 e.column, e.text);
	if (err)
		return -1;
	return fuzz_run(&program) ? 0 : -1;
}

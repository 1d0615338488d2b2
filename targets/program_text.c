/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * program_text.c - fuzz target for the parser of the text form.
 *
 * Any bytes are parsed as text. If they are a program, it must be equal after print and parse,
 * after encode and decode, and after repair. If they are not, the error must name a place in the
 * text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "program/bytes.h"
#include "program/text.h"

/* More operations than fit in texts of the usual length. */
#define USUAL_OPS 1024

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/* Programs and buffers are kept from input to input. */
static struct program parsed, again;
static char *printed;
static size_t printed_size;
static FILE *printer;

static void check_error(const struct text_error *err, const u8 *data, size_t size)
{
	u32 line = 1;
	size_t i, begin = 0, column = 1;

	for (i = 0; i < size && line < err->line; i++) {
		if (data[i] == '\n') {
			line++;
			begin = i + 1;
		}
	}
	for (i = begin; i < size && data[i] != '\n'; i++)
		column++;
	MM_CHECK(err->line == line && err->column >= 1 && err->column <= column, TEXT,
		 "error at %u:%u: expected at most line %u and column %zu: %s", err->line,
		 err->column, line, column, err->text);
	MM_CHECK(err->text[0], TEXT, "error at %u:%u has no message", err->line, err->column);
}

static void check_text(void)
{
	struct text_error err;

	rewind(printer);
	MM_CHECK(!text_print(&parsed, printer) && !fflush(printer), TEXT,
		 "a program cannot be printed");
	MM_CHECK(!text_parse(&again, printed, printed_size, &err), TEXT,
		 "a printed program is refused at %u:%u: %s", err.line, err.column, err.text);
	MM_CHECK(program_equal(&parsed, &again) && parsed.expect == again.expect &&
			 parsed.digest == again.digest && parsed.shows == again.shows &&
			 !strcmp(parsed.on, again.on),
		 TEXT, "a program of %u operations changed on its way through text", parsed.nr_ops);
}

static void check_bytes(void)
{
	size_t need = bytes_size(&parsed);
	u8 *encoded = malloc(need);
	const char *why = "";

	if (!encoded)
		abort();
	MM_CHECK(bytes_encode(&parsed, encoded, need) == need, TEXT,
		 "a program does not fit into the %zu bytes of bytes_size()", need);
	MM_CHECK(!bytes_decode(&again, encoded, need, &why), TEXT,
		 "an encoded program is refused: %s", why);
	MM_CHECK(program_equal(&parsed, &again), TEXT,
		 "a program of %u operations changed on its way through bytes", parsed.nr_ops);
	free(encoded);
}

/* Before the first input, so that the coverage of an input does not depend on those before it. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	program_init(&parsed, TARGET_PERCPU_BITMAP);
	program_init(&again, TARGET_PERCPU_BITMAP);
	printer = open_memstream(&printed, &printed_size);
	if (!printer || program_reserve(&parsed, USUAL_OPS) || program_reserve(&again, USUAL_OPS)) {
		fprintf(stderr, "mmstorm: out of memory\n");
		_exit(2);
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct text_error err;

	switch (text_parse(&parsed, (const char *)data, size, &err)) {
	case 0:
		check_text();
		check_bytes();
		program_repair(&parsed);
		MM_CHECK(program_equal(&parsed, &again), TEXT,
			 "repair changed a well-formed program");
		return 0;
	case -EINVAL:
		check_error(&err, data, size);
		return 0;
	default:
		return -1; /* out of memory: no verdict on the text */
	}
}

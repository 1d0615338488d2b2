/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_round_trip.c - test that the oracle of the target program_text fires, for each of its
 * checks.
 *
 * Calls of the target are wrapped (link option --wrap) and go wrong in one way at a time. The
 * oracle ends the process, so each case runs in a child and is judged by its standard error.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program/bytes.h"
#include "program/text.h"
#include "sched/test/child.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static enum fault {
	FAULT_NONE,
	FAULT_PRINT_FAILS,   /* a program cannot be printed */
	FAULT_PRINT_OTHER,   /* another program is printed */
	FAULT_PRINT_NOTHING, /* the output is not a program */
	FAULT_SIZE_SHORT,    /* bytes_size() is too small */
	FAULT_DECODE_REFUSES,
	FAULT_DECODE_OTHER,
	FAULT_REPAIR,	     /* a well-formed program is repaired */
	FAULT_ERROR_LINE,    /* an error is after the last line, */
	FAULT_ERROR_COLUMN,  /* after the last column, */
	FAULT_ERROR_NOWHERE, /* before the first column, */
	FAULT_ERROR_SILENT,  /* or has no message */
} fault;

int __real_text_print(const struct program *p, FILE *f);
int __wrap_text_print(const struct program *p, FILE *f);
int __real_text_parse(struct program *p, const char *text, size_t size, struct text_error *err);
int __wrap_text_parse(struct program *p, const char *text, size_t size, struct text_error *err);
size_t __real_bytes_size(const struct program *p);
size_t __wrap_bytes_size(const struct program *p);
int __real_bytes_decode(struct program *p, const u8 *data, size_t size, const char **why);
int __wrap_bytes_decode(struct program *p, const u8 *data, size_t size, const char **why);
void __real_program_repair(struct program *p);
void __wrap_program_repair(struct program *p);

int __wrap_text_print(const struct program *p, FILE *f)
{
	static struct program other;

	if (fault == FAULT_PRINT_FAILS)
		return -EIO;
	if (fault == FAULT_PRINT_NOTHING)
		return fputs("nothing\n", f) < 0 ? -EIO : 0;
	if (fault != FAULT_PRINT_OTHER)
		return __real_text_print(p, f);
	program_init(&other, p->target);
	other.machine.verify++;
	return __real_text_print(&other, f);
}

int __wrap_text_parse(struct program *p, const char *text, size_t size, struct text_error *err)
{
	int ret = __real_text_parse(p, text, size, err);

	if (ret == -EINVAL && fault == FAULT_ERROR_LINE)
		err->line += 5;
	if (ret == -EINVAL && fault == FAULT_ERROR_COLUMN)
		err->column += 50;
	if (ret == -EINVAL && fault == FAULT_ERROR_NOWHERE)
		err->column = 0;
	if (ret == -EINVAL && fault == FAULT_ERROR_SILENT)
		err->text[0] = 0;
	return ret;
}

size_t __wrap_bytes_size(const struct program *p)
{
	return __real_bytes_size(p) - (fault == FAULT_SIZE_SHORT);
}

int __wrap_bytes_decode(struct program *p, const u8 *data, size_t size, const char **why)
{
	int ret = __real_bytes_decode(p, data, size, why);

	if (fault == FAULT_DECODE_REFUSES) {
		*why = "planted";
		return -EINVAL;
	}
	if (fault == FAULT_DECODE_OTHER)
		p->op[0].arg[0]++;
	return ret;
}

void __wrap_program_repair(struct program *p)
{
	__real_program_repair(p);
	if (fault == FAULT_REPAIR)
		p->nr_ops--;
}

static int feed_target(void *text)
{
	LLVMFuzzerInitialize(NULL, NULL);
	return LLVMFuzzerTestOneInput(text, strlen(text)) != 0;
}

/* Run the target on a text. @said receives its standard error, "" without a finding. */
static void run(const char *text, char said[512])
{
	const int status = run_in_child(feed_target, (void *)text, said, 512);

	if (*said)
		assert_aborted(status, said);
	else
		assert_int_equal(status, 0);
}

static void every_promise_is_checked(void **state)
{
	static const char good[] = "target vmap\ntask a cpu=0\nm1 = vm_map_ram pages=2\n";
	static const char bad[] = "target vmap\ntask a cpu=0\nm1 = vm_map_rom\n";
	static const struct {
		enum fault fault;
		const char *text, *words;
	} planted[] = {
		{FAULT_PRINT_FAILS, good, "cannot be printed"},
		{FAULT_PRINT_OTHER, good, "changed on its way through text"},
		{FAULT_PRINT_NOTHING, good, "a printed program is refused at 1:1"},
		{FAULT_SIZE_SHORT, good, "does not fit into"},
		{FAULT_DECODE_REFUSES, good, "an encoded program is refused: planted"},
		{FAULT_DECODE_OTHER, good, "changed on its way through bytes"},
		{FAULT_REPAIR, good, "repair changed a well-formed program"},
		{FAULT_ERROR_LINE, bad, "error at 8:6: expected"},
		{FAULT_ERROR_COLUMN, bad, "error at 3:56: expected"},
		{FAULT_ERROR_NOWHERE, bad, "error at 3:0: expected"},
		{FAULT_ERROR_SILENT, bad, "error at 3:6 has no message"},
	};
	char said[512];

	for (u32 i = 0; i < ARRAY_SIZE(planted); i++) {
		fault = FAULT_NONE;
		run(planted[i].text, said);
		assert_string_equal(said, "");
		fault = planted[i].fault;
		run(planted[i].text, said);
		if (!strstr(said, oracle_id(ORACLE_TEXT)) || !strstr(said, planted[i].words))
			fail_msg("found '%s', expected '%s'", said, planted[i].words);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_promise_is_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

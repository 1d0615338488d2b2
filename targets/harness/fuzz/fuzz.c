/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz.c - one fuzz input that is a program: decode it, and run it.
 */
#include "fuzz.h"

#include <stdio.h>
#include <unistd.h>

#include "fuzz_run.h"
#include "program/bytes.h"
#include "program/text.h"

/* More operations than fit in inputs of the usual length: 4 KiB hold some 250. */
#define USUAL_OPS 1024

/* Kept for the life of the process. */
static struct program program;
static bool ready;

/* A wrong set-up is not a finding, but fuzzers take exit() for one: use _exit(). */
void fuzz_set_up(void)
{
	fuzz_run_set_up(fuzz_on);
	program_init(&program, fuzz_target);
	if (program_reserve(&program, USUAL_OPS)) {
		fprintf(stderr, "mmstorm: out of memory\n");
		_exit(2);
	}
	ready = true;
}

static int decode(const u8 *data, size_t size)
{
	struct text_error err;

	if (bytes_magic(data, size))
		return bytes_decode(&program, data, size, NULL) ? -1 : 0;
	if (text_parse(&program, (const char *)data, size, &err))
		return -1;
	/* Targets share their seeds, which are texts. */
	return program_retarget(&program, fuzz_target);
}

int fuzz_one(const u8 *data, size_t size)
{
	if (!ready)
		fuzz_set_up();
	if (decode(data, size) || program.target != fuzz_target)
		return -1;
	return fuzz_run(&program) ? 0 : -1;
}

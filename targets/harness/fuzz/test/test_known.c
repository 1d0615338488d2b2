/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_known.c - test which findings a fuzz target passes over.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "fuzz/known.h"

static bool passes_over(enum oracle oracle, const char *text)
{
	struct report r = {.oracle = oracle};

	snprintf(r.text, sizeof(r.text), "%s", text);
	return known_finding(&r);
}

static void a_sign_stands_for_all_numbers(void **unused)
{
	assert_true(passes_over(ORACLE_OVERLAP, "0x12f and 0x1 overlap by 7 bytes"));
	assert_true(passes_over(ORACLE_OVERLAP, "1 and 20 overlap by 0x0 bytes"));
	assert_true(passes_over(ORACLE_RANGE, "12"));
	assert_false(passes_over(ORACLE_OVERLAP, "0x12f and 0x1 overlap by some bytes"));
	assert_false(passes_over(ORACLE_OVERLAP, "0x12F and 0x1 overlap by 7 bytes"));
}

static void oracle_and_text_agree_in_full(void **unused)
{
	assert_false(passes_over(ORACLE_RANGE, "0x12f and 0x1 overlap by 7 bytes"));
	assert_false(passes_over(ORACLE_OVERLAP, "0x12f and 0x1 overlap by 7 bytes."));
	assert_false(passes_over(ORACLE_OVERLAP, "0x1 overlap by 7 bytes"));
	assert_false(passes_over(ORACLE_OVERLAP, ""));
}

static void an_oracle_has_any_text(void **unused)
{
	assert_true(passes_over(ORACLE_RACE, "a and b"));
	assert_true(passes_over(ORACLE_DEADLOCK, ""));
}

/* The environment is read once for the life of a process. */
static int set_up(void **unused)
{
	char path[] = "/tmp/test_known_XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

	if (!f)
		return -1;
	fputs("overlap\t# and # overlap by # bytes\nrange\t#\n", f);
	fclose(f);
	setenv("MMSTORM_KNOWN_SIGNS", path, 1);
	setenv("MMSTORM_KNOWN", "race,deadlock", 1);
	known_set_up();
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sign_stands_for_all_numbers),
		cmocka_unit_test(oracle_and_text_agree_in_full),
		cmocka_unit_test(an_oracle_has_any_text),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_options.c - the values that options set, and the messages about bad ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tool/options.h"

struct values {
	bool flag;
	const char *text;
	u64 number, size, ranged;
	u32 number32;
	int called;
};

static const char *parse_yes(const char *text, void *to)
{
	*(int *)to = 1;
	return strcmp(text, "yes") ? "yes" : NULL;
}

#define MEMBER(m) .offset = offsetof(struct values, m)

static const struct operand range = {.lo = 2, .hi = 5};

static const struct option_spec specs[] = {
	{"flag", 'f', MEMBER(flag), .help = "a flag"},
	{"text", 't', OPTION_TEXT, "WORD", MEMBER(text), .help = "a text"},
	{"number", .kind = OPTION_NUMBER, .value = "N", MEMBER(number), .hi = 100,
	 .help = "a number with a help text that is too long for the rest of one line of text"},
	{"size", .kind = OPTION_SIZE, .value = "SIZE", MEMBER(size), .lo = 1, .hi = 1 << 20,
	 .help = "a size"},
	{0},
};

static const struct option_spec more_specs[] = {
	{"ranged", .kind = OPTION_NUMBER, .value = "N", MEMBER(ranged), .range = &range,
	 .help = "a number with a range"},
	{"number32", .kind = OPTION_NUMBER32, .value = "N", MEMBER(number32), .hi = UINT32_MAX,
	 .help = "a short number"},
	{"call-with-a-long-name", 'c', OPTION_CALL, "YES", MEMBER(called), .parse = parse_yes,
	 .help = "a call"},
	{0},
};

static const struct option_usage usage = {
	.synopsis = "mmstorm test [OPTION]... FILE",
	.about = "Tests.\n  as it is   here",
	.tail = "Ends.",
};

static char output[4096];

/* Parse a command line of words; @fd's output goes to @output. */
static int parse(struct values *v, const char *line, int fd)
{
	const struct option_group groups[] = {{specs, v}, {more_specs, v}};
	FILE *f = tmpfile();
	char words[256], *argv[16], *save;
	int argc = 0, saved = dup(fd), status;
	size_t n;

	assert_non_null(f);
	snprintf(words, sizeof(words), "%s", line);
	for (char *w = strtok_r(words, " ", &save); w; w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	argv[argc] = NULL;
	optind = 0; /* getopt_long() begins anew */
	fflush(NULL);
	dup2(fileno(f), fd);
	status = options_parse(argc, argv, &usage, groups, ARRAY_SIZE(groups));
	fflush(NULL);
	dup2(saved, fd);
	close(saved);
	rewind(f);
	n = fread(output, 1, sizeof(output) - 1, f);
	output[n] = '\0';
	fclose(f);
	return status;
}

static void test_values(void **state)
{
	struct values v = {0};

	assert_int_equal(parse(&v,
			       "test -f -t word --number 0x10 --size 2K --ranged 5 "
			       "--number32=7 -c yes file",
			       STDERR_FILENO),
			 -1);
	assert_true(v.flag);
	assert_int_equal(v.number, 16);
	assert_int_equal(v.size, 2048);
	assert_int_equal(v.ranged, 5);
	assert_int_equal(v.number32, 7);
	assert_int_equal(v.called, 1);
	assert_string_equal(output, "");
}

static void test_arguments_follow_options(void **state)
{
	char command[] = "test", file[] = "file", flag[] = "--flag";
	char *argv[] = {command, file, flag, NULL};
	struct values v = {0};
	const struct option_group group = {specs, &v};

	optind = 0;
	assert_int_equal(options_parse(3, argv, &usage, &group, 1), -1);
	assert_true(v.flag);
	assert_int_equal(optind, 2);
	assert_ptr_equal(argv[optind], file);
}

static void test_messages(void **state)
{
	static const struct {
		const char *line, *message;
	} cases[] = {
		{"test --nope", "mmstorm test: found option --nope, expected one of "
				"mmstorm test --help\n"},
		{"test -fx", "mmstorm test: found option -x, expected one of mmstorm test "
			     "--help\n"},
		{"test --text", "mmstorm test: option --text: found no value, expected one\n"},
		{"test -ft", "mmstorm test: option -t: found no value, expected one\n"},
		{"test --number 101", "mmstorm test: option --number: found '101', expected a "
				      "number from 0 to 100\n"},
		{"test --number -1", "mmstorm test: option --number: found '-1', expected a "
				     "number from 0 to 100\n"},
		{"test --number 1K", "mmstorm test: option --number: found '1K', expected a "
				     "number from 0 to 100\n"},
		{"test --size 2M", "mmstorm test: option --size: found '2M', expected a size "
				   "from 1 to 1M\n"},
		{"test --size 99999999999G", "mmstorm test: option --size: found "
					     "'99999999999G', expected a size from 1 to 1M\n"},
		{"test --ranged 6", "mmstorm test: option --ranged: found '6', expected a number "
				    "from 2 to 5\n"},
		{"test -c no", "mmstorm test: option --call-with-a-long-name: found 'no', "
			       "expected yes\n"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct values v = {0};

		assert_int_equal(parse(&v, cases[i].line, STDERR_FILENO), 2);
		assert_string_equal(output, cases[i].message);
	}
}

static void test_help(void **state)
{
	struct values v = {.number = 3, .size = 4096};

	assert_int_equal(parse(&v, "test --help", STDOUT_FILENO), 0);
	assert_string_equal(
		output, "usage: mmstorm test [OPTION]... FILE\n"
			"\n"
			"Tests.\n"
			"  as it is   here\n"
			"\n"
			"Options:\n"
			"  -f, --flag            a flag\n"
			"  -t, --text WORD       a text\n"
			"      --number N        a number with a help text that is too long for "
			"the rest\n"
			"                        of one line of text (default: 3)\n"
			"      --size SIZE       a size (default: 4K)\n"
			"      --ranged N        a number with a range\n"
			"      --number32 N      a short number\n"
			"  -c, --call-with-a-long-name YES\n"
			"                        a call\n"
			"  -h, --help            print this help\n"
			"\n"
			"Ends.\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_arguments_follow_options),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

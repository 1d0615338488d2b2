/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options.h - the options of a command: one table is parsed from, and printed as help.
 *
 * A command describes its options in tables of struct option_spec. An entry says where the value
 * goes by an offset, so tables are constants, and several commands can share one.
 */
#ifndef MM_HARNESS_OPTIONS_H
#define MM_HARNESS_OPTIONS_H

#include <getopt.h>
#include <stddef.h>

#include "program/op.h"

/* Most options of a command. */
#define OPTIONS_MAX 32

enum option_kind {
	OPTION_FLAG,	 /* bool: becomes true */
	OPTION_TEXT,	 /* const char *: becomes the value */
	OPTION_NUMBER,	 /* u64: decimal or 0x-hexadecimal, from @lo to @hi */
	OPTION_NUMBER32, /* the same in a u32 */
	OPTION_SIZE,	 /* u64: a number that may end in K, M or G */
	OPTION_CALL,	 /* set by @parse */
};

/**
 * struct option_spec - an option
 * @name:   long name, without dashes; NULL ends a table
 * @letter: short name, or 0
 * @kind:   what the value is
 * @value:  name of the value in the help; NULL: OPTION_FLAG
 * @offset: of the variable, from the base of its group
 * @lo, @hi: range of a number
 * @range:  if not NULL, has the range of a number
 * @parse:  OPTION_CALL: sets the variable. Return: NULL, or what was expected, for the message
 * @help:   one paragraph. The default of a number that is not 0 is added to it
 */
struct option_spec {
	const char *name;
	char letter;
	enum option_kind kind;
	const char *value;
	size_t offset;
	u64 lo, hi;
	const struct operand *range;
	const char *(*parse)(const char *text, void *to);
	const char *help;
};

/**
 * struct option_group - a table, and the structure that its offsets are for
 * @spec: ends with a NULL name
 * @base: the structure, which holds the defaults
 */
struct option_group {
	const struct option_spec *spec;
	void *base;
};

/**
 * struct option_usage - the rest of a help text
 * @synopsis: the line that follows "usage: "
 * @about:    text above the options
 * @tail:     text below them, or NULL
 *
 * In texts each '\n' ends a line. Lines that begin with a space are printed as they are, others are
 * wrapped.
 */
struct option_usage {
	const char *synopsis, *about, *tail;
};

/**
 * options_parse() - parse a command line
 * @argc: arguments
 * @argv: argv[0] is the command's name. getopt_long() moves other arguments after the options
 * @u:    for --help
 * @g:    groups of options; -h, --help is added
 * @nr:   number of groups
 *
 * Afterwards argv[optind] is the first argument that is no option.
 *
 * Return: -1 to go on, or the exit status: 0 if help was printed, 2 for bad usage, after a message
 * of one line on standard error.
 */
int options_parse(int argc, char **argv, const struct option_usage *u, const struct option_group *g,
		  unsigned int nr);

/** options_print_text() - print a text wrapped at 80 columns, each line after @indent spaces */
void options_print_text(const char *text, unsigned int indent);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * command.h - the command line of mmstorm stress.
 */
#ifndef MM_STRESS_COMMAND_H
#define MM_STRESS_COMMAND_H

#include "stress.h"

enum {
	EXIT_CLEAN = 0,
	EXIT_FINDING = 1,
	EXIT_BAD = 2, /* bad usage or bad input */
};

/**
 * command_parse() - parse the command line, and check that what it says fits together
 * @o:  receives the options, defaults filled in
 * @st: receives workload, roles, mixes and worlds, unless the workload is a program
 *
 * Return: -1 to go on, or the exit status.
 */
int command_parse(struct stress_options *o, struct stress *st, int argc, char **argv);

/** command_error() - print a line to standard error. Return: EXIT_BAD */
int command_error(const char *fmt, ...) __printf(1, 2);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explore_seen.h - mmstorm explore --oracle: the way back from a finding on threads to a program
 * that fails each time.
 */
#ifndef MM_MMSTORM_EXPLORE_SEEN_H
#define MM_MMSTORM_EXPLORE_SEEN_H

#include "cli.h"

/**
 * struct seen_options - what was seen, and how to look for it
 * @oracle:   that fired; ORACLE_NONE: the mode is off
 * @function: of a race, the functions of its two accesses, or NULL
 * @names:    memory of @function
 * @minimize: minimise what is found
 * @times:    runs that must end in the same way before a program is written; 0: the default
 * @path:     file of the program
 * @output:   file to write, or NULL: where findings go
 * @runs:     most runs; 0: no limit
 * @seconds:  limit of the search, and again of the minimisation; 0: the default
 */
struct seen_options {
	enum oracle oracle;
	const char *function[2];
	char names[2][128];
	bool minimize;
	u64 times;
	const char *path, *output;
	u64 runs, seconds;
};

/* The options of the mode. */
extern const struct option_spec explore_seen_specs[];

/**
 * explore_seen_check() - do the options fit together, and can this build see the oracle?
 *
 * Return: -1 to go on, or EXIT_BAD with a message.
 */
int explore_seen_check(const struct seen_options *o, const struct common_options *common);

/**
 * explore_seen() - search, minimise, check that it replays, write
 *
 * Return: EXIT_FINDING if a program was written, EXIT_CLEAN if none was found, or EXIT_BAD with a
 * message.
 */
int explore_seen(const struct seen_options *o, const struct common_options *common,
		 const struct program *p);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explore_exhaustive.h - mmstorm explore --exhaustive: every schedule within bounds, and a
 * certificate, or a finding with the fewest preemptions.
 */
#ifndef MM_MMSTORM_EXPLORE_EXHAUSTIVE_H
#define MM_MMSTORM_EXPLORE_EXHAUSTIVE_H

#include "cli.h"
#include "explore/explorer.h"

/**
 * struct exhaustive_options - the options of the mode
 * @on:     --exhaustive was given
 * @params: bounds, memory and shard
 * @state:  file to go on from and to write to, or NULL
 * @output: file for a finding, or NULL: where findings go
 * @runs, @seconds: limits, 0: none
 */
struct exhaustive_options {
	bool on;
	struct explorer_params params;
	const char *state, *output;
	u64 runs, seconds;
};

#define EXHAUSTIVE_OPTIONS_INIT                                                                    \
	{                                                                                          \
		.params.bounds = EXPLORE_DEFAULT_BOUNDS                                            \
	}

extern const struct option_spec explore_exhaustive_specs[];

/**
 * explore_exhaustive_check() - do the options fit together?
 * @files: number of files
 * @other: an option of another mode was given
 *
 * Return: -1 to go on, or EXIT_BAD with a message.
 */
int explore_exhaustive_check(const struct exhaustive_options *o, int files, bool other);

/**
 * explore_exhaustive() - search each program, and print the certificate or write the finding
 *
 * A program with a line `certified` for the same bounds must have those traces.
 *
 * Return: EXIT_CLEAN, also if a limit cut a search; EXIT_FINDING, also if a line `certified` is not
 * true any more; EXIT_BAD with a message.
 */
int explore_exhaustive(const struct exhaustive_options *o, const struct common_options *common,
		       int files, char **path);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hunt.h - mmstorm bench hunt: how long each way of looking takes to find each bug of the bank.
 *
 * A *way* is a column of the table: threads under a sanitizer, fibers with a strategy, a fuzzer. A
 * run of a way has a seed and a time limit, and looks for one planted bug; a run of its control
 * does the same on the sound allocators, where any report is an error of this suite.
 */
#ifndef MM_MMSTORM_HUNT_H
#define MM_MMSTORM_HUNT_H

#include "bench/out.h"
#include "tool/options.h"

/**
 * struct hunt_options - the command line
 * @bank:     the folder of the bank
 * @bugs:     their names, with commas; "all"; NULL: the concurrent ones
 * @columns:  names of ways, with commas; NULL: all
 * @seeds:    runs of each way on each bug; 0: the default
 * @seconds:  limit of a run; 0: the default
 * @state:    file of the runs so far, or NULL
 * @findings: folder for the programs that are found, or NULL
 * @build:    build the programs that are missing
 * @sample:   defaults that take a minute or two
 */
struct hunt_options {
	const char *bank, *bugs, *columns;
	u64 seeds, seconds;
	const char *state, *findings;
	bool build, sample;
};

/* The options, for struct hunt_options. */
extern const struct option_spec hunt_specs[];

/**
 * hunt_bench() - run what the options say, and report the medians
 *
 * Return: EXIT_CLEAN; EXIT_FINDING, after a note, if a control reported something or the user
 * interrupted it; EXIT_BAD after a message.
 */
int hunt_bench(struct bench_out *out, const struct hunt_options *o);

#endif

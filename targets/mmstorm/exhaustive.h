/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exhaustive.h - run a program under every schedule within bounds, in a child.
 *
 * The search goes in rounds: no preemption, then one, then two. So the first finding is one with
 * the fewest preemptions. The last round has the certificate.
 */
#ifndef MM_MMSTORM_EXHAUSTIVE_H
#define MM_MMSTORM_EXHAUSTIVE_H

#include "exec/exec.h"
#include "explore/explorer.h"

/**
 * struct exhaustive - a search, in memory that a child shares (isolate_memory())
 * @params:   of the search; the bound on preemptions is that of the last round
 * @runs:     most runs of all rounds; 0: no limit
 * @deadline: CLOCK_MONOTONIC, in seconds; 0: none
 * @state:    file to go on from, if it exists, and to write to at a stop; NULL: none
 * @in_process: search in this process: a crash ends it
 * @progress: if not NULL, called some times a second
 *
 * Results:
 *
 * @round:    bound on preemptions of the last round
 * @stats, @done: of that round
 * @all_runs: runs of all rounds
 * @seconds:  duration
 * @out_of_runs, @out_of_time, @interrupted: a limit, or a signal, ended the search
 * @found:    a run failed: @result; @taken is its list, or what was taken of it if it died
 */
struct exhaustive {
	struct explorer_params params;
	u64 runs;
	double deadline;
	const char *state;
	bool in_process;
	void (*progress)(const struct exhaustive *x);
	u8 round;
	struct explore_stats stats;
	double done;
	u64 all_runs;
	double seconds;
	bool out_of_runs, out_of_time, interrupted, found;
	int err;
	const struct program *program;
	struct exec_result result;
	struct schedule taken;
};

/**
 * exhaustive_search() - search, until a finding, the end or a limit
 * @x: parameters set, the rest zero
 * @p: the program; its own schedule is ignored
 *
 * Return: 0, or a negative error number: -ESTALE and -EINVAL are about the state file.
 */
int exhaustive_search(struct exhaustive *x, const struct program *p);

/** exhaustive_complete() - was every schedule tried, and none failed? */
bool exhaustive_complete(const struct exhaustive *x);

/** exhaustive_digest() - 64 bits that identify the set of traces of a complete search */
u64 exhaustive_digest(const struct exhaustive *x);

/**
 * exhaustive_cut() - which limit cut a search, for a message
 *
 * Return: "time" or the like; NULL if none did.
 */
const char *exhaustive_cut(const struct exhaustive *x);

/** exhaustive_flavour() - the flavour of this build, by name of its preset: "release", "tsan" */
const char *exhaustive_flavour(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_run.h - run one program in a fuzz target.
 */
#ifndef MM_HARNESS_FUZZ_RUN_H
#define MM_HARNESS_FUZZ_RUN_H

#include "program/program.h"

/**
 * fuzz_run_set_up() - make what is kept from run to run
 * @implementation: name of the one that programs run on that name none, unless MMSTORM_ON=NAME in
 *                  the environment names another for all of them; NULL: the first of
 *                  implementations[]
 *
 * fuzz_run() calls it with NULL if nothing else has.
 */
void fuzz_run_set_up(const char *implementation);

/**
 * fuzz_run() - run a program, and end the process at a finding
 * @p: well formed; its `on` becomes what MMSTORM_ON=NAME in the environment says
 *
 * A finding is written to a file and printed (finding_print()). Then a trap instruction ends the
 * process (end.h). Findings that the environment names are ignored (known.h). A run that takes too
 * much processor time ends as a livelock (watchdog.h).
 *
 * Return: true; false if the implementation refuses the program, or a finding was ignored.
 */
bool fuzz_run(struct program *p);

#endif

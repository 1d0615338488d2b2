/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watchdog.h - a limit of processor time for a run of a fuzz target.
 *
 * A loop without a scheduling point never reaches the engine's limit of points. `mmstorm run` ends
 * it as a livelock by a limit of processor time, and so does a fuzz target, instead of leaving it
 * to the fuzzer's timeout, which knows neither oracle nor program.
 */
#ifndef MM_HARNESS_FUZZ_WATCHDOG_H
#define MM_HARNESS_FUZZ_WATCHDOG_H

#include "program/program.h"

/*
 * Seconds of processor time for a run, less than the time limits of ci/fuzz.sh and OSS-Fuzz. A
 * program of 4,200 operations with a verification after each takes 0.5 s with ThreadSanitizer.
 */
#define WATCHDOG_SECONDS 5

/**
 * watchdog_begin_run() - limit the processor time until watchdog_end_run()
 * @p: the program that is about to run, not copied
 *
 * After the limit a finding of ORACLE_LIVELOCK is written and printed, and SIGILL ends the process,
 * so that its stack shows the loop. One thread at a time.
 */
void watchdog_begin_run(const struct program *p);
void watchdog_end_run(void);

#endif

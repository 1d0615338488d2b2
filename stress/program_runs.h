/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * program_runs.h - whole programs, run again and again on threads: a given one, or small machines
 * that boot, work a little and are taken down.
 */
#ifndef MM_STRESS_PROGRAM_RUNS_H
#define MM_STRESS_PROGRAM_RUNS_H

#include "stress.h"

/** program_runs_open() - read the program of the command line. Return: -1 to go on, or EXIT_BAD */
int program_runs_open(struct program *p, const struct stress_options *o);

/**
 * program_runs() - run @p until the run is over; NULL: on each thread, small programs of its own
 *
 * Return: the exit status of the child.
 */
int program_runs(struct stress *st, const struct program *p);

/**
 * program_runs_draw() - the small program that a seed stands for
 * @p:    initialised; overwritten
 * @seed: shared_thread.seed
 */
void program_runs_draw(struct program *p, u64 seed);

#endif

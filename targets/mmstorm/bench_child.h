/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_child.h - figures that a program of its own measures.
 */
#ifndef MM_MMSTORM_BENCH_CHILD_H
#define MM_MMSTORM_BENCH_CHILD_H

#include "bench/out.h"

/**
 * bench_threads() - the vmap layer on several threads at once
 * @out:  receives the figures, and a note if there are none
 * @only: only cases that have this in their names; NULL: all
 *
 * Runs stress/bench_threads, looked for beside this program, and reads what it prints.
 */
void bench_threads(struct bench_out *out, const char *only);

#endif

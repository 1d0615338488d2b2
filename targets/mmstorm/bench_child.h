/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_child.h - figures that a separate program measures.
 */
#ifndef MM_MMSTORM_BENCH_CHILD_H
#define MM_MMSTORM_BENCH_CHILD_H

#include "bench/out.h"

/**
 * bench_threads() - measure the vmap layer on several threads at once
 * @out:  receives the figures, and a note if there are none
 * @only: measure only cases whose name contains this; NULL: all
 *
 * Runs stress/bench_threads, in the folder of this program, and reads its output.
 */
void bench_threads(struct bench_out *out, const char *only);

#endif

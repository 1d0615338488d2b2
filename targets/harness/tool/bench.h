/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench.h - executions per second: what a fuzzer's worth is.
 */
#ifndef MM_HARNESS_BENCH_H
#define MM_HARNESS_BENCH_H

#include "bench/out.h"

/**
 * harness_bench() - boot, sequential and concurrent programs, with every oracle on
 * @out: receives the figures
 *
 * Takes some seconds. The programs are the same in every run.
 */
void harness_bench(struct bench_out *out);

/**
 * bench_program() - a program of random operations on the default machine, with a first chunk
 * @p:     initialised; overwritten
 * @target: its target
 * @ops:   number of operations
 * @tasks: they are dealt out to so many tasks, on the machine's CPUs in turn
 * @seed:  of the random generator
 */
struct program;
void bench_program(struct program *p, unsigned int target, unsigned int ops, unsigned int tasks,
		   unsigned int seed);

#endif

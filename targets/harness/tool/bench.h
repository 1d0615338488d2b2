/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench.h - executions per second, the measure of a fuzzer.
 */
#ifndef MM_HARNESS_BENCH_H
#define MM_HARNESS_BENCH_H

#include "bench/out.h"

/**
 * harness_bench() - boot, sequential and concurrent programs, with every oracle on
 * @out: receives the figures
 *
 * It takes some seconds. The programs are the same each time.
 */
void harness_bench(struct bench_out *out);

/**
 * bench_program() - a program of random operations on the default machine, with a first chunk
 * @p:     initialised; overwritten
 * @target: its target
 * @ops:   number of operations
 * @tasks: number of tasks that share the operations, on the machine's CPUs in turn
 * @seed:  seed of the random generator
 */
struct program;
void bench_program(struct program *p, unsigned int target, unsigned int ops, unsigned int tasks,
		   unsigned int seed);

#endif

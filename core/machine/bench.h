/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench.h - what the machine's services cost.
 */
#ifndef MM_MACHINE_BENCH_H
#define MM_MACHINE_BENCH_H

/**
 * machine_bench() - measure the machine by itself, outside of a run
 * @emit: receives each figure: case, what was measured, its value and unit
 */
void machine_bench(void (*emit)(const char *bench_case, const char *metric, double value,
				const char *unit));

#endif

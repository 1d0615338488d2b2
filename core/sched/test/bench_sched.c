/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_sched.c - print what the engine itself costs.
 */
#include <stdio.h>

#include "../bench.h"

static void print(struct bench_out *out, const char *bench_case, const char *metric, double value,
		  const char *unit)
{
	printf("%-18s %-10s %12.0f %s\n", bench_case, metric, value, unit);
}

int main(void)
{
	struct bench_out out = {.value = print};

	sched_bench(&out);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * survival.c - the estimate of Kaplan and Meier (1958).
 *
 * At each time with events, the part of the runs at risk that have no event then is multiplied in.
 */
#include "survival.h"

#include <stdlib.h>

/* A product of quotients misses one half by less than this. */
#define ROUNDING 1e-9

/* At the same time, events come first: a run that is censored then was at risk. */
static int compare(const void *x, const void *y)
{
	const struct bench_life *a = x, *b = y;

	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	return (int)a->censored - (int)b->censored;
}

/* The estimate after the events at the time of run *@i, which becomes the next time's first run. */
static double step(const struct bench_life *life, unsigned int nr, unsigned int *i, double alive)
{
	const unsigned int first = *i;
	unsigned int events = 0;

	for (; *i < nr && life[*i].time == life[first].time; ++*i)
		events += !life[*i].censored;
	return alive * (double)(nr - first - events) / (double)(nr - first);
}

double bench_survival(struct bench_life *life, unsigned int nr, double time)
{
	double alive = 1;

	qsort(life, nr, sizeof(*life), compare);
	for (unsigned int i = 0; i < nr && life[i].time <= time;)
		alive = step(life, nr, &i, alive);
	return alive;
}

struct bench_median bench_median(struct bench_life *life, unsigned int nr)
{
	double alive = 1;

	qsort(life, nr, sizeof(*life), compare);
	for (unsigned int i = 0; i < nr;) {
		const double time = life[i].time;

		alive = step(life, nr, &i, alive);
		if (alive <= 0.5 + ROUNDING)
			return (struct bench_median){.time = time};
	}
	return (struct bench_median){.time = life[nr - 1].time, .above = true};
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * survival.h - how long until something happens, when some runs ended before it did.
 *
 * A run that was ended early is *censored*: the event came later than the run's end, or never.
 * Leaving such runs out would make the event look frequent. The estimate of Kaplan and Meier counts
 * a censored run among those at risk until it ended.
 */
#ifndef MM_BENCH_SURVIVAL_H
#define MM_BENCH_SURVIVAL_H

#include <stdbool.h>

/**
 * struct bench_life - one run
 * @time:     of the event, or of the end of the run
 * @censored: the run ended without the event
 */
struct bench_life {
	double time;
	bool censored;
};

/**
 * struct bench_median - the time by which half of the runs have had the event
 * @time:  the median; if it is @above, the time of the last run's end
 * @above: more than half of the runs are estimated to have had no event by then
 */
struct bench_median {
	double time;
	bool above;
};

/**
 * bench_survival() - estimate the part of the runs that have had no event by a time
 * @life: the runs; they are sorted by this call
 * @nr:   how many, at least 1
 * @time: the time; an event at exactly this time counts
 *
 * Return: 0 to 1. After the last run's end the estimate stays as it is there.
 */
double bench_survival(struct bench_life *life, unsigned int nr, double time);

/** bench_median() - the first time at which bench_survival() is at most one half */
struct bench_median bench_median(struct bench_life *life, unsigned int nr);

#endif

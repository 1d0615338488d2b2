/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * race.c - the filter of races of the run; see race.h.
 */
#include "race.h"

#include <stddef.h>

race_filter_fn *sched_race_filter;

void sched_set_race_filter(race_filter_fn *fn)
{
	sched_race_filter = fn;
}

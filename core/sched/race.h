/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * race.h - races that code under test declares as harmless.
 *
 * A race in the sense of C11 is a finding, since our own allocators have none. Other code may have
 * another rule: the kernel's is that of KCSAN. Such code sets a filter, for the run in which it is
 * tested.
 */
#ifndef MM_SCHED_RACE_H
#define MM_SCHED_RACE_H

#include "types.h"

/**
 * struct race_access - one of the two accesses of a race
 * @addr:   where
 * @pc:     the instruction after it, or NULL
 * @size:   bytes
 * @write:  it is a write
 * @atomic: it is an atomic access
 */
struct race_access {
	const void *addr;
	const void *pc;
	int size;
	bool write, atomic;
};

/* Return: true: it is harmless. Passes no scheduling point, and no lock of ThreadSanitizer. */
typedef bool race_filter_fn(const struct race_access a[2]);

/**
 * sched_set_race_filter() - ask @fn of each race that is reported in the rest of this run
 *
 * A run begins without a filter. A race that is passed over hides others at the same address for
 * the rest of the run. Context: any.
 */
void sched_set_race_filter(race_filter_fn *fn);

/* For the engines: the filter of the run, and its answer to a report of ThreadSanitizer's. */
extern race_filter_fn *sched_race_filter;
bool race_is_harmless(void *report);

#endif

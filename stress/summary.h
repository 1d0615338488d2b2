/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * summary.h - what a run tells of itself: a line a second, and the summary at the end.
 */
#ifndef MM_STRESS_SUMMARY_H
#define MM_STRESS_SUMMARY_H

#include "stress.h"

/** summary_memory() - memory of this process, in bytes */
u64 summary_memory(void);

/** summary_add_world() - add the counts of a world whose threads have ended */
void summary_add_world(struct stress *st);

/** summary_print_second() - a line on a terminal, an object with --json; @at_work: threads are */
void summary_print_second(const struct stress *st, double seconds, double rate, bool at_work);

/** summary_print() - at the end */
void summary_print(struct stress *st);

#endif

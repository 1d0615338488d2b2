/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * monitor.h - a thread beside the run: time limits, a line a second, and the watchdog.
 */
#ifndef MM_STRESS_MONITOR_H
#define MM_STRESS_MONITOR_H

#include "stress.h"

/** monitor_begin(), monitor_end() - start and stop it */
void monitor_begin(struct stress *st);
void monitor_end(struct stress *st);

/** monitor_watch() - from here on threads are at work, or no longer are */
void monitor_watch(struct stress *st, bool at_work);

#endif

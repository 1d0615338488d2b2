/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * known.h - small concurrent programs, with the number of traces that each one has.
 *
 * The numbers are known from other tools, or from brute force, so a search that finds others is
 * wrong.
 */
#ifndef MM_EXPLORE_KNOWN_H
#define MM_EXPLORE_KNOWN_H

#include "sched/sched.h"

/**
 * struct known - a program
 * @name:     its name in the literature
 * @n:        its parameter; 0: none
 * @nr_tasks: its tasks, each on a CPU of its own
 * @task:     body of task number @task, from 0
 * @traces:   traces of all schedules
 * @within:   traces of the schedules with 0, 1, 2 preemptions; 0: not known
 * @deadlocks: of @traces, those that end in a deadlock
 */
struct known {
	const char *name;
	u32 n;
	u32 nr_tasks;
	void (*task)(u32 task, u32 n);
	u64 traces;
	u64 within[3];
	u64 deadlocks;
};

extern const struct known known_programs[];
extern const u32 nr_known_programs;

/** known_init() - body of the init task; @arg is a struct known */
void known_init(void *arg);

#endif

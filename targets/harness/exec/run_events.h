/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run_events.h - the events of a run (event.h), counted while it goes on.
 *
 * Events are counted, not checked. The spaces count their own; the executor counts the one that no
 * allocator sees: an object is freed on a CPU far from its maker's during a flush on a third CPU.
 * Of these operations the CPU is the one on which they began, and the flush began before the free
 * and ended after it. The spaces' counts are read before they are taken down, so the end of a world
 * does not count; after a finding, they are read when the run has ended.
 */
#ifndef MM_HARNESS_RUN_EVENTS_H
#define MM_HARNESS_RUN_EVENTS_H

#include "program/event.h"
#include "program/program.h"

struct op_call;
struct world;

/* Most tasks of a run that carry out operations; a program has fewer. */
#define RUN_MAX_TASKS 64

/**
 * struct run_events - counts of events
 * @count: of each event; those of the spaces when the run is over
 * @flush: of each task, the vm_unmap_aliases() that it is in: its ticket, 0 if there is none, and
 *         the CPU that it began on
 * @open:  there are spaces, and what they have counted is not in @count yet
 */
struct run_events {
	u64 count[NR_RUN_EVENTS];
	struct {
		u64 ticket;
		u32 cpu;
	} flush[RUN_MAX_TASKS];
	bool open;
};

/** run_events_open() - the spaces are there, and operations may begin */
void run_events_open(struct world *w);

/**
 * run_events_close() - no operation is left to count: add what the spaces have counted
 *
 * Call it before the spaces are taken down, or after a run that a finding ended before that. A
 * second call does nothing.
 */
void run_events_close(struct world *w);

/** run_events_begin() - an operation begins. @c: its @began and @cpu are set */
void run_events_begin(struct world *w, struct op_call *c);

/** run_events_end() - an operation has ended */
void run_events_end(struct world *w, const struct op_call *c);

#endif

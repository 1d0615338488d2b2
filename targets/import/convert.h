/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * convert.h - from a recording to a program that asks for the same, in the same order.
 */
#ifndef MM_IMPORT_CONVERT_H
#define MM_IMPORT_CONVERT_H

#include "pair.h"
#include "program/program.h"

/**
 * struct convert_options - how
 * @unit_pages: percpu: pages of a unit
 * @stat:       percpu: static bytes of the first chunk
 * @dyn:        percpu: dynamic bytes of the first chunk
 * @max_events: only so many events of the family; 0: all
 * @one_task:   all in one task that migrates, in place of a task for each CPU
 * @bare:       percpu: do not recreate what was taken before the recording
 */
struct convert_options {
	u32 unit_pages;
	u32 stat, dyn;
	u32 max_events;
	bool one_task;
	bool bare;
};

/**
 * struct convert_stats - what became of it
 * @events:    events that became operations
 * @state:     operations that recreate the state before the recording
 * @inferred:  of the operations, frees that are missing in the recording
 * @cut:       events behind @max_events
 * @too_large: allocations beyond the range of the operation's operands, left out with their frees
 * @no_room:   events left out since a program has no more operations than PROGRAM_MAX_OPS
 * @one_task:  it became one task: as asked for, or since the schedule would have been too long
 * @merged_irq:  streams of interrupts that went into the task of their CPU: too many tasks
 * @folded_cpus: CPUs beyond what a program can have, folded onto the others
 * @no_state:  the state could not be recreated: an object lies beyond the unit
 */
struct convert_stats {
	u32 events, state, inferred;
	u32 cut, too_large, no_room;
	u32 merged_irq, folded_cpus;
	bool one_task, no_state;
};

/**
 * convert_program() - write the program
 * @p:  initialised; overwritten
 * @pr: objects of the recording
 * @o:  how
 * @st: filled in
 *
 * Return: 0 or -ENOMEM.
 */
int convert_program(struct program *p, const struct pairing *pr, const struct convert_options *o,
		    struct convert_stats *st);

#endif

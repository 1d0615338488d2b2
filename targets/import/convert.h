/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * convert.h - convert a recording to a program with the same requests in the same order.
 */
#ifndef MM_IMPORT_CONVERT_H
#define MM_IMPORT_CONVERT_H

#include "pair.h"
#include "program/program.h"

/**
 * struct convert_options - parameters
 * @unit_pages: percpu: pages of a unit
 * @stat:       percpu: static bytes of the first chunk
 * @dyn:        percpu: dynamic bytes of the first chunk
 * @max_events: most events of the family; 0: all
 * @one_task:   one task that migrates, instead of a task for each CPU
 * @bare:       percpu: do not recreate the state before the recording
 */
struct convert_options {
	u32 unit_pages;
	u32 stat, dyn;
	u32 max_events;
	bool one_task;
	bool bare;
};

/**
 * struct convert_stats - counts of the conversion
 * @events:      events that became operations
 * @state:       operations that recreate the state before the recording
 * @inferred:    of the operations, frees that are missing in the recording
 * @cut:         events after @max_events
 * @too_large:   allocations beyond the range of the operands, left out with their frees
 * @no_room:     events left out since a program has at most PROGRAM_MAX_OPS operations
 * @one_task:    the program has one task: as requested, or since the schedule would be too long
 * @merged_irq:  streams of interrupts that joined the task of their CPU, for lack of tasks
 * @folded_cpus: CPUs beyond those of a program, folded onto the others
 * @no_state:    the state is not recreated: an object lies beyond the unit
 */
struct convert_stats {
	u32 events, state, inferred;
	u32 cut, too_large, no_room;
	u32 merged_irq, folded_cpus;
	bool one_task, no_state;
};

/**
 * convert_program() - convert a recording
 * @p:  initialised; overwritten
 * @pr: objects of the recording
 * @o:  parameters
 * @st: filled in
 *
 * Return: 0 or -ENOMEM.
 */
int convert_program(struct program *p, const struct pairing *pr, const struct convert_options *o,
		    struct convert_stats *st);

#endif

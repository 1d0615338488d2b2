/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * repair.h - the parts of program_repair(), for the readers of the two forms.
 */
#ifndef MM_HARNESS_REPAIR_H
#define MM_HARNESS_REPAIR_H

#include "program.h"

/**
 * repair_machine() - fold the fields into their ranges and make them fit together
 * @m: any numbers
 *
 * The rules, in order: at most one node for each CPU; the bytes of the first chunk fit into a unit;
 * high is at least low; the address space holds a chunk with guard pages, and two vmap blocks; the
 * page frames suffice for the first chunk and its page tables.
 */
void repair_machine(struct program_machine *m);

/** repair_schedule() - to be called after machine and tasks; unused numbers become 0 */
void repair_schedule(struct program *p);

/** schedule_task_valid() - may a change of @p's schedule name task number @t? */
bool schedule_task_valid(const struct program *p, unsigned int t);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * repair.h - the parts of program_repair(), for the readers of the two forms.
 */
#ifndef MM_HARNESS_REPAIR_H
#define MM_HARNESS_REPAIR_H

#include "program.h"

/**
 * repair_machine() - bring the numbers into range and make them fit together
 * @m: any numbers
 *
 * In order, each only from those before it: at most a node a CPU; the first chunk's bytes
 * fit into a unit; high is not below low; the address space holds a chunk, guard page
 * included, and two vmap blocks; the page frames suffice for the first chunk and its tables.
 */
void repair_machine(struct program_machine *m);

/** repair_schedule() - after machine and tasks; what a kind of schedule does not use is 0 */
void repair_schedule(struct program *p);

/** schedule_task_valid() - may a change of @p's schedule name task number @t? */
bool schedule_task_valid(const struct program *p, unsigned int t);

#endif

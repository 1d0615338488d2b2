/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * areas.h - what a record asks get_vm_areas for: the numbers of the record, laid out.
 */
#ifndef MM_HARNESS_AREAS_H
#define MM_HARNESS_AREAS_H

#include "program/program.h"

/**
 * struct areas_request - congruent areas, as pcpu_get_vm_areas() is asked for them
 * @nr:              how many
 * @offset, @size:   of each, in the order of the request, in bytes
 * @align:           of the base, in bytes
 */
struct areas_request {
	u32 nr;
	u64 offset[AREAS_MAX], size[AREAS_MAX];
	u64 align;
};

/** areas_request() - of a record of get_vm_areas; ops_vm_areas.c says how it is derived */
void areas_request(const struct program_op *op, struct areas_request *r);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * op.h - the table of operations.
 *
 * One entry describes an operation: its name, its operands and their ranges, and the objects that
 * it makes, uses and consumes. The byte form, the text form, the mutator, `mmstorm list` and
 * targets/REFERENCE.md derive from the table. The table is data alone: the functions that carry
 * operations out are in the room ops, in a second table.
 *
 * To add an operation, add its name to op_list.h, its entry to op_table.c, and its function to ops.
 */
#ifndef MM_HARNESS_OP_H
#define MM_HARNESS_OP_H

#include "object_type.h"
#include "op_list.h"
#include "operand.h"
#include "service.h"
#include "target.h"

#define OP_MAX_ARGS 3

/* get_vm_areas: most ranges of one call, and the number of layouts (ops_vm_areas.c). */
#define AREAS_MAX 8
#define AREAS_LAYOUTS 4096

/* alloc_vmap_range: number of parts of the space (ops_area.c). */
#define RANGES 1024

/* Most pages of one vmap or get_vm_area, and of one remap_vmalloc_range. */
#define VM_PAGES_MAX 256
#define REMAP_MAX 64

/* alloc_bootmem: number of goals and limits (ops_bootmem.c). */
#define PLACES 1024

/**
 * struct op - an operation
 * @name:     as in text
 * @help:     one line
 * @targets:  bit enum target_id: the targets that have it
 * @needs:    enum backend_service that it needs; SERVICE_NONE: it needs no back end
 * @makes:    type of the object that it makes, or OBJECT_NONE
 * @uses:     type of the object that it uses, or OBJECT_NONE
 * @consumes: it frees the object that it uses
 * @irq:      it may stand in an interrupt
 * @flushes:  it flushes all lazily unmapped translations (event freed-far-in-flush)
 * @arg:      its operands; the first of kind OPERAND_NONE ends the list
 */
struct op {
	const char *name;
	const char *help;
	u32 targets;
	u8 needs;
	u8 makes;
	u8 uses;
	bool consumes;
	bool irq;
	bool flushes;
	struct operand arg[OP_MAX_ARGS];
};

/** op_table - the entry of each operation, by enum op_id */
extern const struct op op_table[];

#endif

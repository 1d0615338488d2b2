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

#include "op_list.h"
#include "sched/types.h"

enum target_id {
	TARGET_PERCPU_BITMAP,
	TARGET_VMAP,
	TARGET_VM_AREAS,
	TARGET_PERCPU_AREAMAP,
	TARGET_PERCPU_PAIR,
	TARGET_FIRST_CHUNK,
	TARGET_VMAP_AREA,
	TARGET_VMAP_BLOCK,
	TARGET_VMAP_ALIASES,
	TARGET_VMAP_PAIR,
	TARGET_VMALLOC,
	TARGET_BOOTMEM,
	TARGET_ROOTMEM,
	TARGET_BOOTMEM_PAIR,
	TARGET_BOOT,
	TARGET_VMAP_ZONE,
	TARGET_VMAP_POOL,
	TARGET_VMAP_TRIO,
	NR_TARGETS /* targets that run programs */
};

/* What an object is; an operand of one type never names an object of another. */
enum object_type {
	OBJECT_NONE,
	OBJECT_PERCPU,	/* alloc_percpu: named p1, p2, .. in text */
	OBJECT_RAM,	/* vm_map_ram: m1, .. */
	OBJECT_AREA,	/* alloc_vmap_area with pages mapped: v1, .. */
	OBJECT_AREAS,	/* get_vm_areas: c1, .. */
	OBJECT_VMALLOC, /* vmalloc: b1, .. */
	OBJECT_VMAP,	/* vmap: w1, .. */
	OBJECT_VM_AREA, /* get_vm_area: g1, .. */
	OBJECT_BOOTMEM, /* alloc_bootmem, reserve_bootmem: r1, .. */
	NR_OBJECT_TYPES
};

enum operand_kind {
	OPERAND_NONE,
	OPERAND_INT,  /* lo to hi, each equally likely from random bytes */
	OPERAND_LOG,  /* lo to hi, small values far more likely */
	OPERAND_POW2, /* powers of two from lo to hi */
	OPERAND_FLAG, /* 0 or 1; in text the bare name means 1, and 0 is left out */
};

/*
 * What a number counts. Text takes K, M and G behind any number; behind a number of pages they
 * make it a size in bytes. Printing uses them for UNIT_BYTES and UNIT_SIZE.
 */
enum operand_unit {
	UNIT_NONE,
	UNIT_BYTES,
	UNIT_PAGES, /* pages, printed as their number */
	UNIT_SIZE,  /* pages, printed as a size: kva=64M */

	/* Not a count: each number has a name, see unit_choices[]. */
	UNIT_PERCPU_ALLOC,
	UNIT_BACKING,
	UNIT_MISFREE,
	UNIT_VMAP,
	UNIT_PLACE,
	UNIT_BLOCKS,
	UNIT_VMALLOC,
	UNIT_REMAP,
	UNIT_VM_AREA,
	UNIT_BOOT_ERROR,
	UNIT_MEMORY,
	UNIT_MIDDLE,
	UNIT_COMPAT,
	NR_OPERAND_UNITS
};

/**
 * struct operand - a number that an operation takes
 * @name: as in "size=64"
 * @kind: enum operand_kind
 * @unit: enum operand_unit
 * @lo:   least value
 * @hi:   greatest value
 * @def:  value where the text leaves it out; the text leaves it out where it has this value
 * @help: one line
 */
struct operand {
	const char *name;
	u8 kind;
	u8 unit;
	u32 lo, hi, def;
	const char *help;
};

/* Numbers of UNIT_PLACE, _BLOCKS, _MEMORY, _MIDDLE and _COMPAT; those of UNIT_VMAP are enum
 * vmap_kva. */
enum { PLACE_X86_64, PLACE_TOP };
enum { BLOCKS_GIVEN, BLOCKS_COMPUTED };
enum { MEMORY_AUTO, MEMORY_FRAMES, MEMORY_BOOTMEM, MEMORY_ROOTMEM };
enum { MIDDLE_ANY, MIDDLE_16M, MIDDLE_4G };
enum { COMPAT_PLAIN, COMPAT_PAGES, COMPAT_LOW, COMPAT_LOW_PAGES };

/** unit_choices - the names of the numbers from 0 on, ended by NULL; NULL: text has the number */
extern const char *const *const unit_choices[NR_OPERAND_UNITS];

#define OP_MAX_ARGS 3

/* get_vm_areas: ranges of one call, and ways to lay them out (ops_vm_areas.c). */
#define AREAS_MAX 8
#define AREAS_LAYOUTS 4096

/* alloc_vmap_range: parts of the space (ops_area.c). */
#define RANGES 1024

/* Pages of one vmap or get_vm_area, and of one remap_vmalloc_range. */
#define VM_PAGES_MAX 256
#define REMAP_MAX 64

/* alloc_bootmem: goals and limits (ops_bootmem.c). */
#define PLACES 1024

/**
 * struct op - an operation
 * @name:     as in text
 * @help:     one line
 * @targets:  bit TARGET_x: which targets use it
 * @makes:    type of the object that it makes, or OBJECT_NONE
 * @uses:     type of the object that it is given, or OBJECT_NONE
 * @consumes: that object does not exist afterwards
 * @irq:      may stand in an interrupt
 * @flushes:  flushes all translations that were unmapped lazily (event freed-far-in-flush)
 * @arg:      its numbers; the first with kind OPERAND_NONE ends the list
 */
struct op {
	const char *name;
	const char *help;
	u32 targets;
	u8 makes;
	u8 uses;
	bool consumes;
	bool irq;
	bool flushes;
	struct operand arg[OP_MAX_ARGS];
};

/** op_table - the entry of each operation, by enum op_id */
extern const struct op op_table[];

/** op_by_name() - number of an operation, or -1 */
int op_by_name(const char *name);

/**
 * struct target - what a program is run against
 * @name: as in "target vmap", and of the fuzz target's program
 * @help: one line
 * @one_task: what it runs is used before there is a second task: its programs have one, and no
 *            interrupt source
 */
struct target {
	const char *name;
	const char *help;
	bool one_task;
};

extern const struct target target_table[NR_TARGETS];

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * object_type.h - the table of object types.
 *
 * An object is the result of an operation that another operation uses. An operand of one type never
 * names an object of another. This table is data alone; exec has a second table, of how objects
 * are placed, compared and freed.
 */
#ifndef MM_HARNESS_OBJECT_TYPE_H
#define MM_HARNESS_OBJECT_TYPE_H

#include "sched/types.h"

/* X(identifier, letter, name, mapped lazily); struct object_type_info explains the columns. */
#define OBJECT_TYPES(X)                                                                            \
	X(PERCPU, 'p', "percpu", false)	  /* alloc_percpu */                                       \
	X(RAM, 'm', "ram", true)	  /* vm_map_ram */                                         \
	X(AREA, 'v', "area", true)	  /* alloc_vmap_area, with pages mapped */                 \
	X(AREAS, 'c', "areas", true)	  /* get_vm_areas */                                       \
	X(VMALLOC, 'b', "vmalloc", true)  /* vmalloc */                                            \
	X(VMAP, 'w', "vmap", true)	  /* vmap */                                               \
	X(VM_AREA, 'g', "vm_area", true)  /* get_vm_area */                                        \
	X(BOOTMEM, 'r', "bootmem", false) /* alloc_bootmem, reserve_bootmem */

enum object_type {
	OBJECT_NONE,
#define X(id, letter, name, lazy) OBJECT_##id,
	OBJECT_TYPES(X)
#undef X
		NR_OBJECT_TYPES
};

/**
 * struct object_type_info - a type of objects
 * @letter: the printer of the text form names objects by it: p1, p2, ..
 * @name:   in `mmstorm list --json`
 * @lazy:   it lies in a vmap space, and a space may unmap it lazily: a flush concerns it
 */
struct object_type_info {
	char letter;
	const char *name;
	bool lazy;
};

/** object_types - by enum object_type; of OBJECT_NONE the name is "" */
extern const struct object_type_info object_types[NR_OBJECT_TYPES];

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vm_struct.h - shared checks of the operations of the vmalloc interface.
 */
#ifndef MM_HARNESS_VM_STRUCT_H
#define MM_HARNESS_VM_STRUCT_H

#include "exec/run.h"

/**
 * vm_struct_check() - find_vm_area() must find a live object, as it was asked for
 * @o:     OBJECT_VMALLOC, OBJECT_VMAP or OBJECT_VM_AREA
 * @flags: VMAP_OWNER_* that its area has
 * @who:   its caller, the same string
 *
 * ORACLE_TREE: not found, or not as it was asked for. ORACLE_OVERLAP: its guard page is mapped.
 */
void vm_struct_check(struct world *w, const struct object *o, u64 flags, const char *who);

/** vm_struct_judge_addresses() - a new object must lie inside of the space: ORACLE_RANGE */
void vm_struct_judge_addresses(struct world *w, const struct object *o);

/** vmalloc_is_whole() - is all of an object of vmalloc() written, or only some of each page? */
bool vmalloc_is_whole(const struct object *o);

/**
 * vm_struct_judge_remap() - map an object to a user, and check that the bounds are kept
 * @o:     OBJECT_VMALLOC or OBJECT_VMAP
 * @pgoff: pages left out at its start
 * @nr:    pages, 1 to REMAP_MAX
 * @from:  offset of the address in the object: the call must refuse any but 0
 *
 * ORACLE_RANGE: refused or not as it should be. ORACLE_CONTENTS: other pages. ORACLE_PAGE_FREE:
 * without a reference. Context: may sleep.
 */
void vm_struct_judge_remap(struct world *w, const struct object *o, u64 pgoff, u64 nr, u64 from);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ops.h - the bodies of operations: for each operation NAME of op_list.h a function op_NAME().
 *
 * A body finds its numbers in @c->op->arg, in the order of the operands in its entry of
 * op_table[]. An operation without a body does not link.
 */
#ifndef MM_HARNESS_OPS_H
#define MM_HARNESS_OPS_H

#include "exec/bodies.h"

#define X(name) op_body op_##name;
OPERATIONS(X)
#undef X

/** free_percpu_object() and those after it - check a live object of that type and free it */
void free_percpu_object(struct world *w, struct object *o);
void free_ram_object(struct world *w, struct object *o);
void free_area_object(struct world *w, struct object *o);
void free_areas_object(struct world *w, struct object *o);
void free_vmalloc_object(struct world *w, struct object *o);
void free_vmap_object(struct world *w, struct object *o);
void free_vm_area_object(struct world *w, struct object *o);

/** areas_pieces() - the areas of an OBJECT_AREAS */
u32 areas_pieces(const struct world *w, const struct object *o, struct object_piece *piece);

#endif

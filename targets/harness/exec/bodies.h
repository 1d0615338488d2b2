/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bodies.h - the tables that the rooms above exec/ fill in: what to do with each operation, each
 * type of object, and each subsystem of a world.
 *
 * The executor links to them and knows none of their entries.
 */
#ifndef MM_HARNESS_BODIES_H
#define MM_HARNESS_BODIES_H

#include "program/op_list.h"
#include "program/program.h"

struct object;
struct op_call;
struct subsystem;
struct world;

/** op_body - carries an operation out, in the calling task */
typedef void op_body(struct world *w, const struct op_call *c);

/** op_bodies - the body of each operation, by enum op_id (ops/op_bodies.c) */
extern op_body *const op_bodies[NR_OPS];

/** struct object_piece - a range of addresses that belongs to an object, in bytes */
struct object_piece {
	u64 start, size;
};

/**
 * struct object_body - what the executor does with objects of a type
 * @free:   check a live object and free it; NULL: such objects are not tracked
 * @pieces: the addresses of an object, up to AREAS_MAX pieces. Returns how many. NULL: @size bytes
 *          from @addr on
 */
struct object_body {
	void (*free)(struct world *w, struct object *o);
	u32 (*pieces)(const struct world *w, const struct object *o, struct object_piece *piece);
};

/** object_bodies - by enum object_type (ops/object_bodies.c) */
extern const struct object_body object_bodies[NR_OBJECT_TYPES];

/** subsystems - each depends on those before it; nr_subsystems of them (ops/subsystem_list.c) */
extern struct subsystem *const subsystems[];
extern const u32 nr_subsystems;

#endif

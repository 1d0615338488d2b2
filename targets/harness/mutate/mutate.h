/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mutate.h - shared by the parts of the structural mutator.
 *
 * An edit may leave a program that is not well formed, within limits: the object of a record is a
 * record of the edited program or one of enum pick. edit_finish() chooses objects for the picks,
 * and program_repair() does the rest.
 */
#ifndef MM_HARNESS_MUTATE_H
#define MM_HARNESS_MUTATE_H

#include "program/program.h"

/*
 * An object that edit_finish() chooses among those alive at the record. If none is alive, PICK_MAKE
 * replaces the operation by one that makes such an object, and the other picks drop the record. All
 * picks are negative, and so program_repair() would drop the record.
 */
enum pick {
	PICK_ANY = PROGRAM_NO_OBJECT,
	PICK_MAKE = -2,
	PICK_OLDEST = -3,
	PICK_FRESHEST = -4,
};

/**
 * struct edit - a program that is being edited
 * @p:       the program
 * @rng:     state of the random generator (splitmix64)
 * @max_ops: most records that it may have
 */
struct edit {
	struct program *p;
	u64 rng;
	u32 max_ops;
};

/** edit_random() - 32 random bits */
u32 edit_random(struct edit *e);

/** edit_below() - a random number below @n; @n is at least 1 */
static inline u32 edit_below(struct edit *e, u32 n)
{
	return (u32)((u64)edit_random(e) * n >> 32);
}

/** edit_chance() - true once in @n */
static inline bool edit_chance(struct edit *e, u32 n)
{
	return edit_below(e, n) == 0;
}

/** edit_small() - a number from 1 to @limit, small ones far more often; @limit is at least 1 */
u32 edit_small(struct edit *e, u32 limit);

/** edit_value() - a new value for an operand, often at a boundary; @now: its present value */
u32 edit_value(struct edit *e, const struct operand *o, u32 now);

/**
 * edit_insert() - make room for records
 * @at: before this record
 * @n:  how many
 *
 * Later records keep their objects. Return: the number of new records, less than @n in a long
 * program; the caller fills them in.
 */
u32 edit_insert(struct edit *e, u32 at, u32 n);

/** edit_finish() - choose objects for the picks of all records */
void edit_finish(struct edit *e);

/** edit_records() - one edit of the operations */
void edit_records(struct edit *e);

/** edit_frame() - one edit of machine, failure plan, tasks or schedule */
void edit_frame(struct edit *e);

#endif

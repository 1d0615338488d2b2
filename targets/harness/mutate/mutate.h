/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mutate.h - what the parts of the structural mutator share.
 *
 * An edit may leave a program that is not well formed, within limits: numbers of objects are
 * those of records of the program as it now is, or one of enum pick. edit_finish() settles the
 * picks, and program_repair() the rest.
 */
#ifndef MM_HARNESS_MUTATE_H
#define MM_HARNESS_MUTATE_H

#include "program/program.h"

/*
 * An object still to be chosen among those alive at the record. Where there is none, PICK_MAKE
 * turns the operation into the one that makes such an object, and the others drop it. All
 * are negative and none is an object: repair alone would drop the record.
 */
enum pick {
	PICK_ANY = PROGRAM_NO_OBJECT,
	PICK_MAKE = -2,
	PICK_OLDEST = -3,
	PICK_FRESHEST = -4,
};

/**
 * struct edit - a program being edited
 * @p:       the program
 * @rng:     state of the random generator (splitmix64)
 * @max_ops: limit of its records
 */
struct edit {
	struct program *p;
	u64 rng;
	u32 max_ops;
};

u32 edit_random(struct edit *e);

/** edit_below() - a number below @n, from 1 */
static inline u32 edit_below(struct edit *e, u32 n)
{
	return (u32)((u64)edit_random(e) * n >> 32);
}

/** edit_chance() - true once in @n */
static inline bool edit_chance(struct edit *e, u32 n)
{
	return edit_below(e, n) == 0;
}

/** edit_small() - 1 to @limit, small numbers far more often; @limit is from 1 */
u32 edit_small(struct edit *e, u32 limit);

/** edit_value() - a value of an operand that is worth trying; @now is the one it has */
u32 edit_value(struct edit *e, const struct operand *o, u32 now);

/**
 * edit_insert() - make room for records
 * @at: before this record
 * @n:  how many; fewer if the program is long
 *
 * Later records keep the objects they name. Return: how many, to be filled in by the caller.
 */
u32 edit_insert(struct edit *e, u32 at, u32 n);

/** edit_finish() - settle the picks of all records */
void edit_finish(struct edit *e);

/** edit_records() - one edit of the operations */
void edit_records(struct edit *e);

/** edit_frame() - one edit of machine, failure plan, tasks or schedule */
void edit_frame(struct edit *e);

#endif

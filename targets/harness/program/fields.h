/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fields.h - the numbers of a program as tables: what they are called, and what range they have.
 *
 * The tables are made from the lists in program.h. Whoever has to treat every field of a machine or
 * of a failure plan alike (both forms, the mutator, the minimiser, `mmstorm list`) walks
 * them and names no field.
 */
#ifndef MM_HARNESS_FIELDS_H
#define MM_HARNESS_FIELDS_H

#include "program.h"

/**
 * struct field - a u32 of struct program_machine or struct program_fail
 * @number: name, kind and range
 * @offset: where it lies in its structure
 */
struct field {
	struct operand number;
	u16 offset;
};

#define X(...) +1
enum { NR_MACHINE_FIELDS = 0 PROGRAM_MACHINE(X), NR_FAIL_FIELDS = 0 PROGRAM_FAIL(X) };
#undef X

extern const struct field machine_fields[NR_MACHINE_FIELDS];
extern const struct field fail_fields[NR_FAIL_FIELDS];

/* The numbers of a schedule that kinds of schedules have in common. */
extern const struct operand schedule_odds;   /* SCHEDULE_RANDOM */
extern const struct operand schedule_depth;  /* SCHEDULE_PCT */
extern const struct operand schedule_length; /* SCHEDULE_PCT */

/* A step of a change; has no name in text. */
extern const struct operand schedule_step;

/**
 * schedule_kind_name() - "sparse", "turns", "round-robin", "random", "pct"
 * @kind: enum schedule_kind
 */
const char *schedule_kind_name(unsigned int kind);

/** field_ref() - the number itself; @base is the structure that @f belongs to */
static inline u32 *field_ref(void *base, const struct field *f)
{
	return (u32 *)((char *)base + f->offset);
}

static inline u32 field_get(const void *base, const struct field *f)
{
	return *(const u32 *)((const char *)base + f->offset);
}

/** operand_valid() - is @x in the range of @o? */
static inline bool operand_valid(const struct operand *o, u32 x)
{
	if (x - o->lo > o->hi - o->lo)
		return false;
	return o->kind != OPERAND_POW2 || !(x & (x - 1));
}

/** operand_fold_slow() - operand_fold() of a number that is not in the range */
u32 operand_fold_slow(const struct operand *o, u32 x);

/**
 * operand_fold() - bring any number into a range
 * @o: the range
 * @x: any number
 *
 * A number in the range stays as it is. Others: OPERAND_INT takes them modulo the range's
 * length; OPERAND_LOG takes a magnitude from the high byte and as many bits from the low ones, so
 * that random numbers give small values far more often; OPERAND_POW2 takes an exponent.
 */
static inline u32 operand_fold(const struct operand *o, u32 x)
{
	return likely(operand_valid(o, x)) ? x : operand_fold_slow(o, x);
}

#endif

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

#endif

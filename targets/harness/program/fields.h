/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fields.h - the fields of machines and failure plans, and the numbers of schedules, as tables.
 *
 * Both forms, the mutator, the minimiser and `mmstorm list` treat all fields alike: they walk these
 * tables, which are made from the lists in program.h.
 */
#ifndef MM_HARNESS_FIELDS_H
#define MM_HARNESS_FIELDS_H

#include "program.h"

/**
 * struct field - a u32 in struct program_machine or struct program_fail
 * @number: its description
 * @offset: in bytes, in that structure
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

/* The numbers of a schedule beside its seed. */
extern const struct operand schedule_odds;
extern const struct operand schedule_depth;
extern const struct operand schedule_length;

/**
 * struct schedule_field - a u32 of struct schedule
 * @number: name, kind and range
 * @offset: where it lies in its structure
 * @taken:  bit of struct schedule_info.takes: strategies with it take the number
 */
struct schedule_field {
	const struct operand *number;
	u16 offset;
	u16 taken;
};

enum { NR_SCHEDULE_FIELDS = 3 };

extern const struct schedule_field schedule_fields[NR_SCHEDULE_FIELDS];

/** schedule_takes() - does the strategy of @s take what these bits stand for? */
static inline bool schedule_takes(const struct schedule *s, u32 bits)
{
	return schedule_info[s->kind].takes & bits;
}

static inline u32 *schedule_ref(struct schedule *s, const struct schedule_field *f)
{
	return (u32 *)((char *)s + f->offset);
}

static inline u32 schedule_get(const struct schedule *s, const struct schedule_field *f)
{
	return *(const u32 *)((const char *)s + f->offset);
}

/* The step of a change; text has no name for it. */
extern const struct operand schedule_step;

/** field_ref(), field_get() - the field @f of the structure at @base */
static inline u32 *field_ref(void *base, const struct field *f)
{
	return (u32 *)((char *)base + f->offset);
}

static inline u32 field_get(const void *base, const struct field *f)
{
	return *(const u32 *)((const char *)base + f->offset);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * operand.h - the numbers of a program: names, ranges, defaults and units.
 *
 * Operands describe the numbers of operations, machines, failure plans and schedules. Both forms,
 * the mutator, the minimiser and `mmstorm list` read these descriptions.
 */
#ifndef MM_HARNESS_OPERAND_H
#define MM_HARNESS_OPERAND_H

#include "sched/types.h"

enum operand_kind {
	OPERAND_NONE,
	OPERAND_INT,  /* @lo to @hi, each equally likely from random bytes */
	OPERAND_LOG,  /* @lo to @hi, small values far more likely */
	OPERAND_POW2, /* powers of two from @lo to @hi */
	OPERAND_FLAG, /* 0 or 1; in text the bare name means 1, and 0 is left out */
};

/*
 * The unit of a number. In text any count may have a suffix K, M or G; a count of pages with a
 * suffix is a size in bytes. The printer uses suffixes for UNIT_BYTES and UNIT_SIZE.
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

/* Bytes of a page: the page size of the machine. */
#define OPERAND_PAGE 4096u

/**
 * struct operand - a number of a program
 * @name: as in "size=64"
 * @kind: enum operand_kind
 * @unit: enum operand_unit
 * @lo:   least value
 * @hi:   greatest value
 * @def:  value if the text has none; the printer leaves this value out
 * @help: one line
 */
struct operand {
	const char *name;
	u8 kind;
	u8 unit;
	u32 lo, hi, def;
	const char *help;
};

/* An operand; @kind and @unit without their prefixes. */
#define OPERAND(name, kind, unit, lo, hi, def, help)                                               \
	{                                                                                          \
		name, OPERAND_##kind, UNIT_##unit, lo, hi, def, help                               \
	}

/** unit_choices - names of the values from 0, ended by NULL; NULL: the unit is a count */
extern const char *const *const unit_choices[NR_OPERAND_UNITS];

/*
 * Values of UNIT_PLACE, _BLOCKS, _MEMORY, _MIDDLE and _COMPAT. Those of UNIT_VMAP are the names of
 * back ends.
 */
enum { PLACE_X86_64, PLACE_TOP };
enum { BLOCKS_GIVEN, BLOCKS_COMPUTED };
enum { MEMORY_AUTO, MEMORY_FRAMES, MEMORY_BOOTMEM, MEMORY_ROOTMEM };
enum { MIDDLE_ANY, MIDDLE_16M, MIDDLE_4G };
enum { COMPAT_PLAIN, COMPAT_PAGES, COMPAT_LOW, COMPAT_LOW_PAGES };

/** operand_is_pages() - does it count pages? */
static inline bool operand_is_pages(const struct operand *o)
{
	return o->unit == UNIT_PAGES || o->unit == UNIT_SIZE;
}

/** operand_valid() - is @x in the range of @o? */
static inline bool operand_valid(const struct operand *o, u32 x)
{
	if (x - o->lo > o->hi - o->lo)
		return false;
	return o->kind != OPERAND_POW2 || !(x & (x - 1));
}

/** operand_fold_slow() - operand_fold() of a number outside of the range */
u32 operand_fold_slow(const struct operand *o, u32 x);

/**
 * operand_fold() - bring any number into a range
 * @o: the range
 * @x: any number
 *
 * A number in the range stays. Any other is folded: OPERAND_INT takes it modulo the length of the
 * range; OPERAND_LOG takes a number of bits from the high byte and then that many low bits, so that
 * random numbers give small values far more often; OPERAND_POW2 takes an exponent.
 */
static inline u32 operand_fold(const struct operand *o, u32 x)
{
	return likely(operand_valid(o, x)) ? x : operand_fold_slow(o, x);
}

#endif

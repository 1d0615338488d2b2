/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fields.c - the numbers of a program as tables; see fields.h.
 */
#include "fields.h"

#define X(field, name, kind, unit, lo, hi, def, help)                                              \
	{{name, OPERAND_##kind, UNIT_##unit, lo, hi, def, help},                                   \
	 offsetof(struct program_machine, field)},
const struct field machine_fields[NR_MACHINE_FIELDS] = {PROGRAM_MACHINE(X)};
#undef X

#define X(field, name, kind, unit, lo, hi, def, help)                                              \
	{{name, OPERAND_##kind, UNIT_##unit, lo, hi, def, help},                                   \
	 offsetof(struct program_fail, field)},
const struct field fail_fields[NR_FAIL_FIELDS] = {PROGRAM_FAIL(X)};
#undef X

const char *const *const unit_choices[NR_OPERAND_UNITS] = {
	[UNIT_PERCPU_ALLOC] = (const char *const[]){"auto", "embed", "page", NULL},
	[UNIT_BACKING] = (const char *const[]){"vm", "km", NULL},
	[UNIT_MISFREE] = (const char *const[]){"inside", "other-cpu", "nowhere", "static", NULL},
	[UNIT_VMAP] = (const char *const[]){"lazy", "eager", "zone", "pool", NULL},
	[UNIT_PLACE] = (const char *const[]){"x86-64", "top", NULL},
	[UNIT_VMALLOC] = (const char *const[]){"plain", "zero", "user", "node", NULL},
	[UNIT_REMAP] = (const char *const[]){"start", "inside", "unaligned", NULL},
	[UNIT_VM_AREA] = (const char *const[]){"map", "ioremap", "upper", NULL},
	[UNIT_BOOT_ERROR] =
		(const char *const[]){"early", "late", "over", "no-memory", "bad-node",
				      "bad-argument", "empty", "backwards", "overlap", "order",
				      "outside", "reserve-twice", "free-twice", NULL},
	[UNIT_MEMORY] = (const char *const[]){"auto", "frames", "bootmem", "rootmem", NULL},
	[UNIT_MIDDLE] = (const char *const[]){"any", "16M", "4G", NULL},
	[UNIT_COMPAT] = (const char *const[]){"plain", "pages", "low", "low-pages", NULL},
	[UNIT_BLOCKS] = (const char *const[]){"given", "computed", NULL},
};

const struct operand schedule_odds = {
	"odds", OPERAND_LOG, UNIT_NONE, 1, 1024, 8, "switch at one step in so many"};
const struct operand schedule_depth = {
	"depth", OPERAND_LOG, UNIT_NONE, 1, 64, 3, "depth of the bug looked for"};
const struct operand schedule_length = {
	"length", OPERAND_LOG, UNIT_NONE, 1, PROGRAM_MAX_STEP, 200, "estimated steps of the run"};
const struct operand schedule_step = {"", OPERAND_LOG, UNIT_NONE, 1, PROGRAM_MAX_STEP, 1, ""};

const char *schedule_kind_name(unsigned int kind)
{
	static const char *const name[NR_SCHEDULE_KINDS] = {
		[SCHEDULE_SPARSE] = "sparse",
		[SCHEDULE_TURNS] = "turns",
		[SCHEDULE_ROUND_ROBIN] = "round-robin",
		[SCHEDULE_RANDOM] = "random",
		[SCHEDULE_PCT] = "pct",
	};

	return name[kind];
}

u32 operand_fold_slow(const struct operand *o, u32 x)
{
	u32 range = o->hi - o->lo;
	u32 bits;

	switch (o->kind) {
	case OPERAND_FLAG:
		return x & 1;
	case OPERAND_POW2:
		return o->lo << x % (u32)(fls64(o->hi) - fls64(o->lo) + 1);
	case OPERAND_LOG:
		/* 0 to fls(range) bits, each number of bits equally likely. */
		bits = ((x >> 24) * ((u32)fls64(range) + 1)) >> 8;
		x &= ((1U << bits) - 1) & 0xffffff;
		return o->lo + (x > range ? x - range : x);
	default:
		return range == UINT32_MAX ? x : o->lo + x % (range + 1);
	}
}

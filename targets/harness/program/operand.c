/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * operand.c - the named values of units, and folding; see operand.h.
 */
#include "operand.h"

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

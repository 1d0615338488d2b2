/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * names.c - names of the kinds and the refusals of boot.h, and how a refusal is reported.
 */
#include "internal.h"

const char *boot_kind_name(enum boot_kind kind)
{
	static const char *const name[NR_BOOT_KINDS] = {
		[BOOT_BOOTMEM] = "bootmem",
		[BOOT_ROOTMEM] = "rootmem",
	};

	return name[kind];
}

static const struct {
	const char *name, *text;
	int err;
} errors[NR_BOOT_ERRORS] = {
	[BOOT_EARLY] = {"early", "boot memory is not set up yet", -EINVAL},
	[BOOT_LATE] = {"late", "boot memory is set up already", -EINVAL},
	[BOOT_OVER] = {"over", "boot memory was handed over", -EINVAL},
	[BOOT_NO_MEMORY] = {"no-memory", "no memory was registered", -EINVAL},
	[BOOT_BAD_NODE] = {"bad-node", "there is no such node", -EINVAL},
	[BOOT_BAD_ARGUMENT] = {"bad-argument", "the size is 0, or the alignment is no power of two",
			       -EINVAL},
	[BOOT_EMPTY] = {"empty", "the range is empty", -EINVAL},
	[BOOT_BACKWARDS] = {"backwards",
			    "the range ends before it starts, or after the last address", -EINVAL},
	[BOOT_OVERLAP] = {"overlap", "the range overlaps an earlier one", -EEXIST},
	[BOOT_ORDER] = {"order", "the range lies below an earlier one of the same node", -EINVAL},
	[BOOT_OUTSIDE] = {"outside", "a page of the range belongs to no node", -EINVAL},
	[BOOT_RESERVE_TWICE] = {"reserve-twice", "a page of the range is reserved already", -EBUSY},
	[BOOT_FREE_TWICE] = {"free-twice", "a page of the range is free already", -EINVAL},
};

const char *boot_error_name(enum boot_error why)
{
	return errors[why].name;
}

const char *boot_error_text(enum boot_error why)
{
	return errors[why].text;
}

int boot_refuse(const struct boot_mem *bm, enum boot_error why, const char *call, u64 start,
		u64 end)
{
	if (!bm->cfg.refused)
		mm_report(ORACLE_RANGE, "%s of %s: %s (%s): [%#llx, %#llx)", call,
			  boot_kind_name(bm->cfg.kind), errors[why].text, errors[why].name, start,
			  end);
	bm->cfg.refused(bm->cfg.arg, why, call, start, end);
	return errors[why].err;
}

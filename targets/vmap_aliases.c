/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap_aliases.c - fuzz target: programs of one or several tasks on mappings of the same pages, and
 * on the end of these mappings.
 */
#include "fuzz/fuzz.h"

const enum target_id fuzz_target = TARGET_VMAP_ALIASES;

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	return fuzz_one(data, size);
}

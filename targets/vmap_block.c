/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap_block.c - fuzz target: programs of one or several tasks on mappings in vmap blocks.
 */
#include "fuzz/fuzz.h"

const enum target_id fuzz_target = TARGET_VMAP_BLOCK;

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	return fuzz_one(data, size);
}

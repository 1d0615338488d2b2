/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bootmem_pair.c - fuzz target: programs of one task on both allocators of boot memory at once.
 */
#include "fuzz/fuzz.h"

const enum target_id fuzz_target = TARGET_BOOTMEM_PAIR;

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	return fuzz_one(data, size);
}

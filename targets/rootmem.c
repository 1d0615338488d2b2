/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rootmem.c - fuzz target: programs of one task on boot memory with one bitmap for all nodes.
 */
#include "fuzz/fuzz.h"

const enum target_id fuzz_target = TARGET_ROOTMEM;

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	return fuzz_one(data, size);
}

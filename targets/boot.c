/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot.c - fuzz target: a machine that comes up from its boot memory, and programs on all of its
 * allocators. Every page frame has exactly one owner.
 */
#include "fuzz/fuzz.h"

const enum target_id fuzz_target = TARGET_BOOT;

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	return fuzz_one(data, size);
}

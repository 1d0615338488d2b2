/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * percpu_pair.c - fuzz target: programs of one or several tasks, each operation on the per-CPU
 * allocator with bitmaps and on the one with area maps. They must agree on what there is.
 */
#include "fuzz/fuzz.h"

const enum target_id fuzz_target = TARGET_PERCPU_PAIR;

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	return fuzz_one(data, size);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * percpu_bitmap.c - fuzz target: programs of one or several tasks on the per-CPU allocator with
 * bitmaps.
 */
#include "fuzz/fuzz.h"

const enum target_id fuzz_target = TARGET_PERCPU_BITMAP;

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	return fuzz_one(data, size);
}

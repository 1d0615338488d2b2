/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * first_chunk.c - fuzz target: programs on the per-CPU allocator with bitmaps, whose first chunk is
 * judged as well: its layout by the topology, its regions, its static data.
 */
#include "fuzz/fuzz.h"

const enum target_id fuzz_target = TARGET_FIRST_CHUNK;

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	return fuzz_one(data, size);
}

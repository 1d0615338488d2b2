/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap_trio.c - fuzz target: programs of one or several tasks on the lazy vmap
 * layer, that with zones and that with pools at once.
 */
#include "fuzz/fuzz.h"

const enum target_id fuzz_target = TARGET_VMAP_TRIO;

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	return fuzz_one(data, size);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap_zone.c - fuzz target: programs of one or several tasks on a vmap layer in
 * which each CPU fetches addresses for itself.
 */
#include "fuzz/fuzz.h"

const enum target_id fuzz_target = TARGET_VMAP_ZONE;

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	return fuzz_one(data, size);
}

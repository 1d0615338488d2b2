/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap_area.c - fuzz target: programs of one or several tasks on ranges of kernel virtual
 * addresses.
 */
#include "fuzz/fuzz.h"

const enum target_id fuzz_target = TARGET_VMAP_AREA;

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	return fuzz_one(data, size);
}

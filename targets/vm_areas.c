/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vm_areas.c - fuzz target: programs of one or several tasks on congruent areas.
 */
#include "fuzz/fuzz.h"

const enum target_id fuzz_target = TARGET_VM_AREAS;

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	return fuzz_one(data, size);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap_pool.c - fuzz target: programs of one or several tasks on a vmap layer
 * that keeps what is freed in pools.
 */
#include "fuzz/fuzz.h"

const enum target_id fuzz_target = TARGET_VMAP_POOL;

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	return fuzz_one(data, size);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * program_target.c - a fuzz target that runs programs.
 *
 * CMakeLists.txt compiles this file once for each target of target.h, with MM_FUZZ_TARGET as its
 * identifier, and once more for each that runs on another implementation than ours: MM_FUZZ_ON is
 * its name.
 */
#include "fuzz/fuzz.h"

const enum target_id fuzz_target = MM_FUZZ_TARGET;

#ifdef MM_FUZZ_ON
const char *const fuzz_on = MM_FUZZ_ON;
#else
const char *const fuzz_on;
#endif

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	fuzz_set_up();
	return 0;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	return fuzz_one(data, size);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz.h - what the fuzz targets that run programs have in common.
 */
#ifndef MM_HARNESS_FUZZ_H
#define MM_HARNESS_FUZZ_H

#include "program/op.h"

/* Which target this fuzz target is; defined by targets/<name>.c. */
extern const enum target_id fuzz_target;

/**
 * fuzz_one() - body of LLVMFuzzerTestOneInput(), for a program of fuzz_target
 * @data:   a program in byte form; text is understood as well, for replays
 * @size:   bytes
 *
 * A finding is written (finding.h), named on standard error in one line that begins with
 * "mmstorm-finding:", and ends the process by abort().
 * An oracle named in the environment's MMSTORM_KNOWN (identifiers with commas between them) does
 * not: the search goes on for others.
 *
 * Return: 0; -1 if the bytes are no program of this target: the fuzzer is not to keep them.
 */
int fuzz_one(const u8 *data, size_t size);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz.h - what the fuzz targets that run programs have in common.
 */
#ifndef MM_HARNESS_FUZZ_H
#define MM_HARNESS_FUZZ_H

#include "op.h"

/**
 * fuzz_one() - body of LLVMFuzzerTestOneInput()
 * @target: the program's target
 * @data:   a program in byte form; text is understood as well, for replays
 * @size:   bytes
 *
 * A finding is written (finding.h), named on standard error in one line that begins with
 * "mmstorm-finding:", and ends the process by abort().
 *
 * Return: 0; -1 if the bytes are no program of this target: the fuzzer is not to keep them.
 */
int fuzz_one(enum target_id target, const u8 *data, size_t size);

/*
 * LLVMFuzzerCustomMutator() and LLVMFuzzerCustomCrossOver() of these targets stand in
 * fuzz_mutate.c; MMSTORM_PLAIN_MUTATOR=1 in the environment leaves the fuzzer's own mutations,
 * for comparison: only the header's magic, version and target are put back.
 */

#endif

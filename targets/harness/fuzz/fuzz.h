/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz.h - shared by the fuzz targets that run programs.
 */
#ifndef MM_HARNESS_FUZZ_H
#define MM_HARNESS_FUZZ_H

#include "program/op.h"

/* The target of this process; defined in targets/program_target.c. */
extern const enum target_id fuzz_target;

/* The implementation that it runs on; NULL: ours. Defined there, too. */
extern const char *const fuzz_on;

/**
 * fuzz_set_up() - make what is kept from input to input
 *
 * A fuzzer calls it before the first input (LLVMFuzzerInitialize()), so that the coverage of an
 * input does not depend on those before it; fuzz_one() calls it if nothing else has.
 */
void fuzz_set_up(void);

/**
 * fuzz_one() - body of LLVMFuzzerTestOneInput() for fuzz_target
 * @data: a program in byte form, or in text form for replays
 * @size: bytes
 *
 * A finding ends the process (fuzz_run.h).
 *
 * Return: 0; -1 if the fuzzer should not keep the input: it is not a program of this target, or its
 * finding was ignored.
 */
int fuzz_one(const u8 *data, size_t size);

#endif

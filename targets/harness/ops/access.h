/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * access.h - the accesses of an object's user: write to it and read it back.
 *
 * These functions are built with every sanitizer, unlike the rest of the harness: their accesses
 * stand for those of an allocator's users.
 */
#ifndef MM_HARNESS_ACCESS_H
#define MM_HARNESS_ACCESS_H

#include "exec/run.h"

/**
 * access_fill() - write an object's pattern
 * @m:     the machine
 * @addr:  address of its first byte
 * @size:  bytes
 * @seed:  of the pattern, another for each object and CPU
 * @whole: all of it; otherwise the first and the last word and a few in between
 */
void access_fill(struct machine *m, u64 addr, u64 size, u64 seed, bool whole);

/** access_check() - read back an object that access_fill() has filled; ORACLE_CONTENTS */
void access_check(struct machine *m, u64 addr, u64 size, u64 seed, bool whole);

/** access_check_zero() - an object must be zero: all of it up to 64 bytes; ORACLE_ZERO */
void access_check_zero(struct machine *m, u64 addr, u64 size, u64 seed);

/** access_write64(), access_read64() - one word, for mappings; @addr is a multiple of 8 */
void access_write64(struct machine *m, u64 addr, u64 value);
u64 access_read64(struct machine *m, u64 addr);

/** access_frame64() - one word of a frame, reached without the page table */
u64 access_frame64(struct machine *m, const struct page *page, u32 word);

#endif

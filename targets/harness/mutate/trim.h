/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trim.h - candidates for a shorter program, for a fuzzer that keeps those with the same coverage.
 */
#ifndef MM_HARNESS_TRIM_H
#define MM_HARNESS_TRIM_H

#include "program/program.h"

/* The part of a program that is shortened now. */
enum trim_phase { TRIM_RECORDS, TRIM_CHANGES, TRIM_DONE };

/**
 * struct trim - a program that is being shortened
 * @best:  the shortest so far
 * @cand:  the candidate
 * @phase: enum trim_phase
 * @chunk: records, or changes of the schedule, that the candidate leaves out
 * @from:  the first of them
 *
 * Chunks halve from half of all down to one, and each size goes from the end to the beginning:
 * later operations depend on earlier ones.
 */
struct trim {
	struct program best;
	struct program cand;
	u8 phase;
	u32 chunk;
	u32 from;
};

/** trim_init(), trim_fini() - before the first use, and after the last */
void trim_init(struct trim *t);
void trim_fini(struct trim *t);

/**
 * trim_begin() - begin with a program in byte form
 *
 * Return: the most candidates that there can be; 0 if it is no program.
 */
u32 trim_begin(struct trim *t, const u8 *data, size_t size);

/**
 * trim_candidate() - the next candidate
 * @data: receives it in byte form
 * @max:  bytes at @data
 *
 * Return: bytes, or 0 without memory or room.
 */
size_t trim_candidate(struct trim *t, u8 *data, size_t max);

/**
 * trim_judged() - go on after a candidate
 * @kept: its coverage was the same
 *
 * Return: false if there are no more candidates.
 */
bool trim_judged(struct trim *t, bool kept);

#endif

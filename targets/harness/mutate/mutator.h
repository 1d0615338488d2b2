/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mutator.h - the structural mutator: meaningful edits of programs.
 *
 * Mutation of plain bytes hardly ever does this: insert, delete, repeat or move operations while
 * all others keep their objects; give an operand a boundary value; move a change of the schedule by
 * a step; hand operations to another task or to an interrupt. This mutator decodes the program,
 * edits it, repairs it and encodes it again. Its output is canonical.
 *
 * The same bytes, limit and seed give the same result.
 */
#ifndef MM_HARNESS_MUTATOR_H
#define MM_HARNESS_MUTATOR_H

#include "program/bytes.h"

/** mutator_free() - free the memory that the mutator keeps for the calling thread */
void mutator_free(void);

/**
 * program_mutate() - change a program in byte form a little
 * @data:  the program; receives the result
 * @size:  bytes of the program
 * @max:   room in @data, and limit of the result
 * @seed:  of the random choices
 * @plain: the fuzzer's own mutation, sometimes used for the bytes after the header; may be NULL
 *
 * If @data is not a program in byte form, only @plain changes it.
 *
 * Return: bytes of the result, which has the target of @data.
 */
size_t program_mutate(u8 *data, size_t size, size_t max, u32 seed,
		      size_t (*plain)(u8 *data, size_t size, size_t max));

/**
 * program_crossover() - combine two programs of one target
 * @a, @size_a: gives machine (mostly), failure plan, schedule, tasks and operations
 * @b, @size_b: gives operations, which are inserted, replace the rest, or become further tasks
 * @out:  receives the result; overlaps neither @a nor @b
 * @max:  room in @out
 * @seed: of the random choices
 *
 * Return: bytes of the result; 0 if @a and @b are not programs of one target, or if there is no
 * room for a header.
 */
size_t program_crossover(const u8 *a, size_t size_a, const u8 *b, size_t size_b, u8 *out,
			 size_t max, u32 seed);

#endif

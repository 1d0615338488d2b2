/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mutator.h - the structural mutator: edits of programs that mean something.
 *
 * What plain mutation of bytes does rarely or never: insert, delete, repeat, move
 * operations and leave every other operation with the object that it had; give an operand
 * a value at a boundary; move a change of the schedule by a step; hand operations to
 * another task or to an interrupt. Works on the decoded program: decode, edit, repair, encode.
 *
 * The same bytes, limit and seed give the same result.
 */
#ifndef MM_HARNESS_MUTATOR_H
#define MM_HARNESS_MUTATOR_H

#include "program/bytes.h"

/**
 * program_mutate() - change a program in byte form a little
 * @data:  the program; receives the result
 * @size:  its bytes
 * @max:   room in @data, and limit of the result
 * @seed:  of the random choices
 * @plain: the fuzzer's own mutation of bytes, used now and then on what stands behind the
 *         header; may be NULL
 *
 * What is no program in byte form is left to @plain alone.
 *
 * Return: bytes of the result; its magic, version and target are those of @data.
 */
size_t program_mutate(u8 *data, size_t size, size_t max, u32 seed,
		      size_t (*plain)(u8 *data, size_t size, size_t max));

/**
 * program_crossover() - a program made of two of one target
 * @a, @size_a: one; machine, failure plan and schedule are mostly taken from it
 * @b, @size_b: another, of which operations are taken, in place of some or as further tasks
 * @out: receives the result; overlaps with neither
 * @max: room in @out
 *
 * Return: bytes of the result; 0 if @a and @b are not programs of one target, or there is no room
 * for a header.
 */
size_t program_crossover(const u8 *a, size_t size_a, const u8 *b, size_t size_b, u8 *out,
			 size_t max, u32 seed);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bytes.h - the byte form of a program.
 *
 *   header   BYTES_HEADER bytes: magic "mmst", format version, target, then numbers
 *   records  BYTES_RECORD bytes an operation: operation, task, object, three numbers
 *   tail     BYTES_CHANGE bytes a change of the schedule
 *
 * All numbers are little-endian. Behind magic, version and target, *any* bytes are a program: a
 * number in its range is taken as it is and any other is folded into the range; an
 * object is chosen among those alive at that record, freshest first; an operation that
 * would have no object is left out.
 */
#ifndef MM_HARNESS_BYTES_H
#define MM_HARNESS_BYTES_H

#include "program.h"

#define BYTES_HEADER 128
#define BYTES_IDENTITY 6 /* magic, version, target: the bytes that cannot be any */
#define BYTES_RECORD 16
#define BYTES_CHANGE 8

/**
 * bytes_decode() - bytes to program
 * @p:    initialised; overwritten
 * @data: the bytes
 * @size: how many
 * @why:  receives one line on what is wrong; may be NULL
 *
 * Return: 0, or -EINVAL: too short for a header, wrong magic, unknown version or target.
 */
int bytes_decode(struct program *p, const u8 *data, size_t size, const char **why);

/**
 * bytes_encode() - program to bytes
 * @p:    well formed
 * @data: receives the bytes
 * @max:  room in @data
 *
 * Decoding the result gives @p again. Return: bytes written, or 0 if @max is too small.
 */
size_t bytes_encode(const struct program *p, u8 *data, size_t max);

/** bytes_size() - bytes that bytes_encode() needs */
size_t bytes_size(const struct program *p);

/** bytes_magic() - do these bytes begin like a program in byte form? */
bool bytes_magic(const u8 *data, size_t size);

#endif

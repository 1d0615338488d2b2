/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bytes.h - the byte form of a program.
 *
 *   header   BYTES_HEADER bytes: magic "mmst", version, target, numbers
 *   records  BYTES_RECORD bytes for each operation: operation, task, object, three operands
 *   tail     BYTES_CHANGE bytes for each change of the schedule
 *
 * All numbers are little-endian. After magic, version and target, *any* bytes are a program: a
 * number outside of its range is folded into it; a record names its object by distance from the
 * freshest live one; a record that finds no live object is left out.
 *
 * The version rises when the layout changes. Version 1 had a shorter header with fewer fields of
 * the machine. It is still read, for the corpora of fuzzers: the missing fields get their defaults.
 * Version 3 is version 2 with every strategy of core/sched/schedule.h; versions 1 and 2 know the
 * first BYTES_STRATEGIES. The encoder writes version 2 if that can hold the program, else
 * version 3. The text form counts its versions apart.
 */
#ifndef MM_HARNESS_BYTES_H
#define MM_HARNESS_BYTES_H

#include "program.h"

#define BYTES_VERSION 2 /* of the empty program */
#define BYTES_NEWEST 3
#define BYTES_STRATEGIES 5 /* numbers of strategies in versions 1 and 2 */
#define BYTES_HEADER 192
#define BYTES_HEADER_1 128 /* of version 1 */
#define BYTES_IDENTITY 6   /* magic, version, target: not any bytes are valid here */
#define BYTES_RECORD 16
#define BYTES_CHANGE 8

/**
 * bytes_decode() - bytes to program
 * @p:    initialised; overwritten
 * @data: the bytes
 * @size: how many
 * @why:  receives one line that names the error; may be NULL
 *
 * Return: 0; -EINVAL for bytes shorter than a header, wrong magic, unknown version or target;
 * -ENOMEM.
 */
int bytes_decode(struct program *p, const u8 *data, size_t size, const char **why);

/**
 * bytes_encode() - program to bytes
 * @p:    well formed
 * @data: receives the bytes
 * @max:  room in @data
 *
 * Decoding the result gives @p again.
 *
 * Return: bytes written; 0 if @max is too small, or without memory.
 */
size_t bytes_encode(const struct program *p, u8 *data, size_t max);

/** bytes_size() - bytes that bytes_encode() needs */
size_t bytes_size(const struct program *p);

/** bytes_header() - length of the header in a version; 0 for an unknown version */
static inline size_t bytes_header(u8 version)
{
	if (version == 1)
		return BYTES_HEADER_1;
	return version && version <= BYTES_NEWEST ? BYTES_HEADER : 0;
}

/** bytes_version(), bytes_set_version() - the version; there are at least BYTES_IDENTITY bytes */
static inline u8 bytes_version(const u8 *data)
{
	return data[4];
}

static inline void bytes_set_version(u8 *data, u8 version)
{
	data[4] = version;
}

/** bytes_magic() - do the bytes begin like a program in byte form? */
bool bytes_magic(const u8 *data, size_t size);

#endif

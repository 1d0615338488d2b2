/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bytes.h - the byte form of a program.
 *
 *   header   BYTES_HEADER bytes: magic "mmst", BYTES_VERSION, target, then numbers
 *   records  BYTES_RECORD bytes an operation: operation, task, object, three numbers
 *   tail     BYTES_CHANGE bytes a change of the schedule
 *
 * All numbers are little-endian. Behind magic, version and target, *any* bytes are a program: a
 * number in its range is taken as it is and any other is folded into the range; an
 * object is chosen among those alive at that record, freshest first; an operation that
 * would have no object is left out.
 *
 * Version 1 had a shorter header, without the fields of a machine that came later. It is read
 * still, those fields at their defaults; what is written is the newest version.
 */
#ifndef MM_HARNESS_BYTES_H
#define MM_HARNESS_BYTES_H

#include "program.h"

#define BYTES_VERSION 2
#define BYTES_HEADER 192
#define BYTES_HEADER_1 128 /* of version 1 */
#define BYTES_IDENTITY 6   /* magic, version, target: the bytes that cannot be any */
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

/** bytes_header() - length of a header of a version, or 0: there is no such version */
static inline size_t bytes_header(u8 version)
{
	return version == BYTES_VERSION ? BYTES_HEADER : version == 1 ? BYTES_HEADER_1 : 0;
}

/** bytes_version(), bytes_set_version() - of bytes of at least BYTES_IDENTITY */
static inline u8 bytes_version(const u8 *data)
{
	return data[4];
}

static inline void bytes_set_version(u8 *data, u8 version)
{
	data[4] = version;
}

/** bytes_magic() - do these bytes begin like a program in byte form? */
bool bytes_magic(const u8 *data, size_t size);

#endif

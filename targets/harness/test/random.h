/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * random.h - reproducible random numbers, bytes and programs for the tests of this folder.
 */
#ifndef MM_HARNESS_TEST_RANDOM_H
#define MM_HARNESS_TEST_RANDOM_H

#include <string.h>

#include "bytes.h"

/* splitmix64 */
static inline u64 next_random(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

/*
 * Bytes that begin like a program: all random behind that, or with a header that is mostly
 * zero, or with small numbers everywhere; of any length up to @max.
 */
static inline size_t random_bytes(u8 *data, size_t max, u64 *state)
{
	size_t size = BYTES_HEADER + next_random(state) % (max - BYTES_HEADER + 1), i;
	unsigned int style = (unsigned int)(next_random(state) % 3);

	for (i = 0; i < size; i++) {
		u64 x = next_random(state);

		data[i] = (u8)x;
		if (style == 1 && i < BYTES_HEADER && x >> 60)
			data[i] = 0;
		if (style == 2)
			data[i] = x >> 62 ? 0 : (u8)(x >> 8 & 7);
	}
	memcpy(data, "mmst", 4);
	data[4] = PROGRAM_VERSION;
	data[5] %= NR_TARGETS;
	return size;
}

#endif

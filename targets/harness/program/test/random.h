/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * random.h - reproducible random bytes and programs for tests.
 */
#ifndef MM_HARNESS_TEST_RANDOM_H
#define MM_HARNESS_TEST_RANDOM_H

#include <string.h>

#include "program/bytes.h"
#include "sched/random.h"

/*
 * Fill in bytes that begin like a program, of any length up to @max. In one of three styles: all
 * random, or random with a header that is mostly zeros, or small numbers everywhere.
 */
static inline size_t random_bytes(u8 *data, size_t max, u64 *state)
{
	size_t size = BYTES_HEADER + random_next(state) % (max - BYTES_HEADER + 1), i;
	unsigned int style = (unsigned int)(random_next(state) % 3);

	for (i = 0; i < size; i++) {
		u64 x = random_next(state);

		data[i] = (u8)x;
		if (style == 1 && i < BYTES_HEADER && x >> 60)
			data[i] = 0;
		if (style == 2)
			data[i] = x >> 62 ? 0 : (u8)(x >> 8 & 7);
	}
	memcpy(data, "mmst", 4);
	data[4] = BYTES_VERSION;
	data[5] %= NR_TARGETS;
	return size;
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * afl_mutator.c - the structural mutator for AFL++: a library that afl-fuzz loads.
 *
 * AFL_CUSTOM_MUTATOR_LIBRARY names it to afl-fuzz, which also goes on with its own mutations. The
 * output has the target of the input, since seeds are packed programs. Input that is not a program
 * in byte form is returned unchanged.
 */
#include <stdlib.h>
#include <string.h>

#include "program/bytes.h"
#include "mutator.h"

/* The limits of afl-fuzz are far above useful sizes: longer programs only run slower. */
#define MAX_SIZE 4096

struct afl_mutator {
	u64 state;
	u8 data[MAX_SIZE];
};

/* The interface of AFL++'s custom mutators. */
void *afl_custom_init(void *afl, unsigned int seed);
size_t afl_custom_fuzz(void *mutator, u8 *data, size_t size, u8 **out, u8 *other, size_t other_size,
		       size_t max);
void afl_custom_deinit(void *mutator);

void *afl_custom_init(void *afl, unsigned int seed)
{
	struct afl_mutator *m = calloc(1, sizeof(*m));

	if (m)
		m->state = seed;
	return m;
}

static u32 next_seed(struct afl_mutator *m)
{
	m->state = m->state * 6364136223846793005ULL + 1442695040888963407ULL;
	return m->state >> 32;
}

size_t afl_custom_fuzz(void *mutator, u8 *data, size_t size, u8 **out, u8 *other, size_t other_size,
		       size_t max)
{
	struct afl_mutator *m = mutator;
	size_t limit = max < MAX_SIZE ? max : MAX_SIZE, made = 0;
	u32 seed = next_seed(m);

	*out = data;
	if (!bytes_magic(data, size) || size > limit)
		return size;
	*out = m->data;
	/* One time in eight, combine two programs. */
	if (other && seed % 8 == 0)
		made = program_crossover(data, size, other, other_size, m->data, limit, seed);
	if (made)
		return made;
	memcpy(m->data, data, size);
	return program_mutate(m->data, size, limit, seed, NULL);
}

void afl_custom_deinit(void *mutator)
{
	free(mutator);
}

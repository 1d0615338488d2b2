/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * afl_mutator.c - the structural mutator as AFL++ calls it: a library that afl-fuzz loads.
 *
 * afl-fuzz is told of it by AFL_CUSTOM_MUTATOR_LIBRARY and goes on with mutations of its own
 * beside it. The target is that of the input: seeds are packed programs, and what is
 * no program in byte form is handed back as it is.
 */
#include <stdlib.h>
#include <string.h>

#include "program/bytes.h"
#include "mutator.h"

/* afl-fuzz gives no limit that suits programs; longer ones only run slower. */
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
	/* One time in eight, two programs are put together. */
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

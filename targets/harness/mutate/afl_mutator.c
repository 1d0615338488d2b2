/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * afl_mutator.c - the structural mutator for AFL++: a library that afl-fuzz loads.
 *
 * AFL_CUSTOM_MUTATOR_LIBRARY names it to afl-fuzz. With AFL_CUSTOM_MUTATOR_ONLY=1 afl-fuzz leaves
 * its own mutations out, which mostly make programs with one number changed. The output has the
 * target of the input, since seeds are packed programs. Input that is not a program in byte form is
 * returned unchanged.
 */
#include <stdlib.h>
#include <string.h>

#include "program/bytes.h"
#include "mutator.h"
#include "trim.h"

/* The limits of afl-fuzz are far above useful sizes: longer programs only run slower. */
#define MAX_SIZE 4096

/**
 * struct afl_mutator - the state between calls
 * @state:  of the random generator
 * @trim:   the program that afl-fuzz is trimming
 * @step, @steps: of these
 * @data:   the output of the last call
 */
struct afl_mutator {
	u64 state;
	struct trim trim;
	int step, steps;
	u8 data[MAX_SIZE];
};

/* The interface of AFL++'s custom mutators. */
void *afl_custom_init(void *afl, unsigned int seed);
size_t afl_custom_fuzz(void *mutator, u8 *data, size_t size, u8 **out, u8 *other, size_t other_size,
		       size_t max);
int afl_custom_init_trim(void *mutator, u8 *data, size_t size);
size_t afl_custom_trim(void *mutator, u8 **out);
int afl_custom_post_trim(void *mutator, u8 kept);
void afl_custom_deinit(void *mutator);

void *afl_custom_init(void *afl, unsigned int seed)
{
	struct afl_mutator *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->state = seed;
	trim_init(&m->trim);
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
	if (!made) {
		memcpy(m->data, data, size);
		made = size;
	}
	/*
	 * afl-fuzz begins each time with an input of its queue, where libFuzzer goes on with what
	 * it made. So make several edits, of which half the programs have one.
	 */
	do {
		seed = next_seed(m);
		made = program_mutate(m->data, made, limit, seed, NULL);
	} while (seed & 1);
	return made;
}

/* afl-fuzz makes steps until the returned number, or the number of the next step, reaches it. */
int afl_custom_init_trim(void *mutator, u8 *data, size_t size)
{
	struct afl_mutator *m = mutator;
	u32 steps;

	m->step = m->steps = 0;
	/* afl-fuzz ends at a candidate that is longer than the input, as canonical bytes may be. */
	steps = trim_begin(&m->trim, data, size);
	if (bytes_size(&m->trim.best) <= size)
		m->steps = (int)steps;
	return m->steps;
}

size_t afl_custom_trim(void *mutator, u8 **out)
{
	struct afl_mutator *m = mutator;

	*out = m->data;
	return trim_candidate(&m->trim, m->data, sizeof(m->data));
}

int afl_custom_post_trim(void *mutator, u8 kept)
{
	struct afl_mutator *m = mutator;

	m->step++;
	return trim_judged(&m->trim, kept) ? m->step : m->steps;
}

void afl_custom_deinit(void *mutator)
{
	struct afl_mutator *m = mutator;

	trim_fini(&m->trim);
	free(m);
}

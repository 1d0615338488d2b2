/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_mutate.c - the structural mutator for libFuzzer.
 *
 * MMSTORM_PLAIN_MUTATOR=1 in the environment selects the mutations of libFuzzer alone, to measure
 * what the structural mutator is worth. In both cases the magic, version and target of the header
 * are restored, so that no execution is wasted on rejected bytes.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "program/bytes.h"
#include "mutate/mutator.h"

size_t LLVMFuzzerMutate(u8 *data, size_t size, size_t max) __attribute__((__weak__));
size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const u8 *a, size_t size_a, const u8 *b, size_t size_b, u8 *out,
				 size_t max, unsigned int seed);

static bool plain_only(void)
{
	static int plain = -1;

	if (plain < 0) {
		const char *s = getenv("MMSTORM_PLAIN_MUTATOR");

		plain = s && !strcmp(s, "1");
	}
	return plain;
}

/* The empty program of this target in byte form. */
static size_t empty_program(u8 *data, size_t max)
{
	struct program p;
	size_t size;

	program_init(&p, fuzz_target);
	size = bytes_encode(&p, data, max);
	program_fini(&p);
	return size;
}

static size_t plain_mutation(u8 *data, size_t size, size_t max)
{
	/* Keep the version: in an older one the records begin elsewhere. */
	bool old = bytes_magic(data, size) && size > BYTES_IDENTITY &&
		   bytes_version(data) != BYTES_VERSION && bytes_header(bytes_version(data));
	u8 header[BYTES_HEADER], version = old ? bytes_version(data) : BYTES_VERSION;

	size = LLVMFuzzerMutate(data, size, max);
	if (max < BYTES_HEADER)
		return size;
	empty_program(header, sizeof(header));
	if (size < BYTES_HEADER) {
		memcpy(data + size, header + size, BYTES_HEADER - size);
		size = BYTES_HEADER;
	}
	memcpy(data, header, BYTES_IDENTITY);
	bytes_set_version(data, version);
	return size;
}

size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max, unsigned int seed)
{
	if (plain_only())
		return plain_mutation(data, size, max);
	if (!bytes_magic(data, size))
		size = empty_program(data, max);
	return program_mutate(data, size, max, seed, LLVMFuzzerMutate);
}

size_t LLVMFuzzerCustomCrossOver(const u8 *a, size_t size_a, const u8 *b, size_t size_b, u8 *out,
				 size_t max, unsigned int seed)
{
	if (plain_only()) {
		/* The records of @b after @a, as far as they fit. */
		size_t n = size_a < max ? size_a : max, header, body;

		memcpy(out, a, n);
		header = bytes_magic(b, size_b) && size_b > BYTES_IDENTITY
				 ? bytes_header(bytes_version(b))
				 : 0;
		body = size_b > header ? size_b - header : 0;
		body = body < max - n ? body : max - n;
		memcpy(out + n, b + header, body);
		return n + body;
	}
	return program_crossover(a, size_a, b, size_b, out, max, seed);
}

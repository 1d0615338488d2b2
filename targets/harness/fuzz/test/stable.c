/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stable.c - the coverage of an input does not depend on what the process has run before.
 *
 * AFL++ calls that stability, and wastes time on inputs whose coverage varies. Each input runs
 * three times: after those before it, again at once, and after all others. Its counters must be the
 * same. This file takes the place of libFuzzer, whose callbacks from instrumented code it defines.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sched/types.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

void __sanitizer_cov_8bit_counters_init(u8 *start, u8 *end);
void __sanitizer_cov_pcs_init(const u64 *start, const u64 *end);
void __sanitizer_symbolize_pc(void *pc, const char *format, char *out, size_t size);

static u8 *counters;
static size_t nr_counters;
static const u64 *pcs;
static size_t nr_differences;

void __sanitizer_cov_8bit_counters_init(u8 *start, u8 *end)
{
	counters = start;
	nr_counters = (size_t)(end - start);
}

void __sanitizer_cov_pcs_init(const u64 *start, const u64 *end)
{
	pcs = start;
}

/* A seed, with the counters of its first run. */
struct input {
	const char *name;
	u8 *data;
	size_t size;
	u8 *seen;
};

static void run(const struct input *in)
{
	memset(counters, 0, nr_counters);
	LLVMFuzzerTestOneInput(in->data, in->size);
}

static void compare(const struct input *in, const char *when)
{
	char place[512];

	run(in);
	for (size_t i = 0; i < nr_counters; i++) {
		if (counters[i] == in->seen[i])
			continue;
		if (nr_differences++ >= 20)
			continue;
		__sanitizer_symbolize_pc((void *)pcs[2 * i], "%f %s:%l", place, sizeof(place));
		printf("%s: %s: %u times %s, first %u\n", in->name, place, counters[i], when,
		       in->seen[i]);
	}
}

static void load(struct input *in, const char *path)
{
	FILE *f = fopen(path, "rb");

	in->name = path;
	in->data = malloc(1 << 16);
	in->seen = malloc(nr_counters);
	if (!f || !in->data || !in->seen) {
		perror(path);
		exit(2);
	}
	in->size = fread(in->data, 1, 1 << 16, f);
	fclose(f);
}

int main(int argc, char **argv)
{
	struct input *in = calloc((size_t)argc, sizeof(*in));

	if (argc < 2 || !in) {
		fprintf(stderr, "usage: stable SEED...\n");
		return 2;
	}
	LLVMFuzzerInitialize(&argc, &argv);
	for (int i = 1; i < argc; i++) {
		load(&in[i], argv[i]);
		run(&in[i]);
		memcpy(in[i].seen, counters, nr_counters);
		compare(&in[i], "again");
	}
	for (int i = argc - 1; i > 0; i--)
		compare(&in[i], "later");
	for (int i = 1; i < argc; i++) {
		free(in[i].data);
		free(in[i].seen);
	}
	free(in);
	printf("%d inputs, %zu differences\n", argc - 1, nr_differences);
	return nr_differences != 0;
}

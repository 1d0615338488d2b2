/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * percpu_live.c - replace one of more and more objects, with both allocators.
 *
 * Objects of random sizes of 4 to 64 bytes are allocated until there are 10^3, 10^4, ... 10^7. At
 * each of these numbers random objects are freed, and each free is followed by the allocation of an
 * object of a new random size. The figure is the time of such a pair in the fastest of ROUNDS
 * rounds. Objects and sizes are drawn before the clock starts, so that the benchmark reads its own
 * arrays in order.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "percpu_world.h"
#include "timing.h"
#include "../sched/random.h"

#define MAX_LIVE 10000000u
#define QUICK_LIVE 10000u
#define MIN_SIZE 4u
#define MAX_SIZE 64u
#define PAIRS 50000u
#define ROUNDS 3u

/*
 * An allocator that needs more than LIMIT seconds of CPU time from one number of objects to the
 * next stops there. The clock is read every STRIDE objects.
 */
#define LIMIT 30.0
#define STRIDE 1024u

#define MAX_LEVELS 5

static const char *const level_name[MAX_LEVELS] = {"10^3 objects", "10^4 objects", "10^5 objects",
						   "10^6 objects", "10^7 objects"};

/**
 * struct live - the run of one allocator; a level is a number of objects
 * @size:   sizes that a round allocates
 * @seed:   of the random numbers
 * @ns:     of each level: ns of a pair
 * @meta:   of each level: bytes of metadata for each object, when there were most
 * @levels: number of levels reached
 */
struct live {
	struct bench_world w;
	u8 size[PAIRS];
	u64 seed;
	double ns[MAX_LEVELS];
	double meta[MAX_LEVELS];
	u32 levels;
};

static u32 random_size(struct live *l)
{
	return MIN_SIZE + (u32)(random_next(&l->seed) % (MAX_SIZE - MIN_SIZE + 1));
}

/* Allocate until there are @nr objects. Return: false: it takes too long, or without memory. */
static bool grow(struct live *l, u32 nr)
{
	struct bench_world *w = &l->w;
	double start = clock_cpu_seconds();

	for (; w->nr < nr; w->nr++) {
		w->live[w->nr] = alloc_percpu(w->pc, random_size(l), MIN_SIZE);
		if (!w->live[w->nr])
			return false;
		if (!(w->nr % STRIDE) && clock_cpu_seconds() - start > LIMIT)
			return false;
	}
	return true;
}

/* A round: draw, then replace. Return: ns of a pair. */
static double replace(struct live *l, u32 pairs)
{
	pcpu_addr_t *live = l->w.live;
	struct bench_timing t = {0};
	u32 i;

	pairs = min(pairs, l->w.nr);
	for (i = 0; i < pairs; i++) {
		u32 other = i + (u32)(random_next(&l->seed) % (l->w.nr - i));
		pcpu_addr_t swap = live[i];

		live[i] = live[other];
		live[other] = swap;
		l->size[i] = random_size(l);
	}
	bench_begin(&t);
	for (i = 0; i < pairs; i++) {
		free_percpu(l->w.pc, live[i]);
		live[i] = alloc_percpu(l->w.pc, l->size[i], MIN_SIZE);
	}
	bench_end(&t, pairs);
	return t.least;
}

static void run(struct live *l, enum pcpu_allocator allocator, u32 max_live, u32 pairs)
{
	if (bench_world_begin(&l->w, allocator, PCPU_KM, max_live, (MIN_SIZE + MAX_SIZE) / 2 + 4))
		return;
	l->seed = 1;
	for (u32 nr = 1000; nr <= max_live && grow(l, nr); nr *= 10) {
		double *ns = &l->ns[l->levels];

		*ns = replace(l, pairs);
		for (u32 round = 1; round < ROUNDS; round++)
			*ns = min(*ns, replace(l, pairs));
		l->meta[l->levels++] = (double)bench_world_meta(&l->w) / nr;
	}
	bench_world_end(&l->w);
}

static const struct bench_table times_table = {
	.title = "one of many objects of 4 to 64 bytes freed, and one allocated, ns",
	.columns = {"bitmap", "areamap", "ratio"},
};

static const struct bench_table meta_table = {
	.title = "metadata for each of these objects, bytes",
	.columns = {"bitmap", "areamap", "ratio"},
};

static const struct bench_plot times_plot = {
	.title = "one of many objects of 4 to 64 bytes freed, and one allocated",
	.x = "objects",
	.y = "ns",
	.log = true,
};

static void print_levels(struct bench_out *out, const struct bench_table *table, const char *what,
			 const char *unit, const double *bitmap, u32 nr_bitmap,
			 const double *areamap, u32 nr_areamap)
{
	char name[64];

	bench_table_begin(out, table);
	for (u32 i = 0; i < max(nr_bitmap, nr_areamap); i++) {
		snprintf(name, sizeof(name), "%s: %s", level_name[i], what);
		if (i < nr_bitmap)
			bench_value(out, name, "bitmap", bitmap[i], unit);
		if (i < nr_areamap)
			bench_value(out, name, "areamap", areamap[i], unit);
		if (i < nr_bitmap && i < nr_areamap)
			bench_value(out, name, "ratio", areamap[i] / bitmap[i], "1");
	}
}

void percpu_bench_live(struct bench_out *out)
{
	u32 wanted = out->quick ? QUICK_LIVE : MAX_LIVE, max_live = wanted;
	struct live *l = calloc(NR_PCPU_ALLOCATORS, sizeof(*l));
	char text[160];

	if (!l)
		return;
	while (bench_world_objects(max_live, MAX_SIZE) < max_live)
		max_live /= 10;
	if (max_live < wanted) {
		snprintf(text, sizeof(text), "at most %u objects: this host has no memory for more",
			 max_live);
		bench_note(out, text);
	}
	for (u32 a = 0; a < NR_PCPU_ALLOCATORS; a++) {
		snprintf(text, sizeof(text), "up to %u objects, %s", max_live,
			 bench_allocator_name[a]);
		bench_progress(out, text);
		run(&l[a], a, max_live, bench_count(out, PAIRS));
		for (u32 i = 0, nr = 1000; i < l[a].levels; i++, nr *= 10)
			bench_point(out, &times_plot, bench_allocator_name[a], nr, l[a].ns[i]);
	}
	print_levels(out, &times_table, "replace one", "ns", l[PCPU_BITMAP].ns,
		     l[PCPU_BITMAP].levels, l[PCPU_AREAMAP].ns, l[PCPU_AREAMAP].levels);
	print_levels(out, &meta_table, "metadata", "B", l[PCPU_BITMAP].meta, l[PCPU_BITMAP].levels,
		     l[PCPU_AREAMAP].meta, l[PCPU_AREAMAP].levels);
	for (u32 a = 0, nr = 1000; a < NR_PCPU_ALLOCATORS; a++, nr = 1000) {
		for (u32 i = 0; i < l[a].levels; i++)
			nr *= 10;
		if (nr > max_live)
			continue;
		snprintf(text, sizeof(text),
			 "%s: no figure of %u objects: to allocate them takes more than %.0f s, or "
			 "more memory than this host has",
			 bench_allocator_name[a], nr, LIMIT);
		bench_note(out, text);
	}
	free(l);
}

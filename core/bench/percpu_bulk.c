/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * percpu_bulk.c - the experiment of "percpu: replace area map allocator with bitmap" (2017).
 *
 * 2^20 objects of one size are allocated in order, and freed in order, alternating (every second
 * one, then the others) and in reverse. In a variant, the objects in the first half of every page
 * are freed, and the refill of these half-filled pages is timed. Allocating includes the zeroing of
 * all CPUs' copies.
 *
 * Each figure is the fastest of up to ROUNDS rounds, of as many as fit in ENOUGH seconds. The area
 * map steps over all areas of a chunk, and over all chunks whose holes no request can use, so it
 * may need hours: after a limit the benchmark goes on with the objects that it has. Since the cost
 * grows with their number, the figure is then too low; the number stands beside it as "areamap-n".
 */
#include <stdio.h>

#include "bench.h"
#include "percpu_world.h"
#include "timing.h"

#define OBJECTS (1u << 20)
#define ROUNDS 3u
#define ENOUGH 3.0

/* Seconds of CPU time for allocating; after them the benchmark goes on with fewer objects. */
static const double limit[NR_PCPU_ALLOCATORS] = {
	[PCPU_BITMAP] = 60,
	[PCPU_AREAMAP] = 10,
};

enum pattern { IN_ORDER, ALTERNATING, REVERSE, NR_PATTERNS };

/* The figures of one kind of objects, in ns for each object. */
enum figure { ALLOCATE, FREE, REFILL = FREE + NR_PATTERNS, NR_FIGURES };

static const char *const figure_name[NR_FIGURES] = {
	[ALLOCATE] = "allocate",
	[FREE + IN_ORDER] = "free in order",
	[FREE + ALTERNATING] = "free alternating",
	[FREE + REVERSE] = "free in reverse",
	[REFILL] = "refill half-filled pages",
};

/*
 * Figures of the kernel's own code (its bitmap allocator), built in user space on a comparable
 * machine, with four CPUs, km backing and units of 32 KiB as here: ns for each object, 0: unknown.
 */
static const struct kind {
	const char *name;
	u32 size, align;
	double kernel[NR_FIGURES];
} kinds[] = {
	{"4 B", 4, 4, {[ALLOCATE] = 63, [FREE + IN_ORDER] = 17, [REFILL] = 61}},
	{"16 B", 16, 16, {[ALLOCATE] = 71, [FREE + IN_ORDER] = 18}},
	{"64 B", 64, 64, {[ALLOCATE] = 83, [FREE + IN_ORDER] = 18, [REFILL] = 107}},
	{"256 B", 256, 256, {[ALLOCATE] = 144, [FREE + IN_ORDER] = 20}},
	{"1024 B", 1024, 1024, {[ALLOCATE] = 695, [FREE + IN_ORDER] = 40}},
	{"4 B at 8", 4, 8, {[ALLOCATE] = 1850, [FREE + IN_ORDER] = 18, [REFILL] = 3084}},
};

/**
 * struct result - the result of one kind of objects with one allocator
 * @t:       figures
 * @objects: number of objects that were allocated
 * @refilled: number of objects allocated in half-filled pages
 * @meta:    bytes of metadata for each object, when there were most
 */
struct result {
	struct bench_timing t[NR_FIGURES];
	u32 objects;
	u32 refilled;
	double meta;
};

static void free_all(struct bench_world *w, enum pattern pattern, struct bench_timing *t)
{
	const pcpu_addr_t *live = w->live;
	u32 nr = w->nr, i;

	bench_begin(t);
	switch (pattern) {
	case IN_ORDER:
		for (i = 0; i < nr; i++)
			free_percpu(w->pc, live[i]);
		break;
	case ALTERNATING:
		for (i = 0; i < nr; i += 2)
			free_percpu(w->pc, live[i]);
		for (i = 1; i < nr; i += 2)
			free_percpu(w->pc, live[i]);
		break;
	default:
		for (i = nr; i--;)
			free_percpu(w->pc, live[i]);
	}
	bench_end(t, nr);
	w->nr = 0;
}

static void fill_and_free(struct bench_world *w, const struct kind *k, u32 nr, double seconds,
			  struct result *r)
{
	double start = clock_seconds();

	for (u32 round = 0; round < ROUNDS && clock_seconds() - start < ENOUGH; round++) {
		for (u32 pattern = 0; pattern < NR_PATTERNS; pattern++) {
			double ns = bench_world_fill(w, nr, k->size, k->align, seconds);

			if (!w->nr)
				return;
			bench_round(&r->t[ALLOCATE], ns);
			/* After the limit, all other figures are of the same number of objects. */
			nr = w->nr;
			r->objects = nr;
			r->meta = (double)bench_world_meta(w) / nr;
			free_all(w, pattern, &r->t[FREE + pattern]);
		}
	}
}

/* Free all objects in the first half of a page. The others move to the front of w->live. */
static void halve(struct bench_world *w)
{
	u32 kept = 0;

	for (u32 i = 0; i < w->nr; i++) {
		if (w->live[i] & (PAGE_SIZE / 2))
			w->live[kept++] = w->live[i];
		else
			free_percpu(w->pc, w->live[i]);
	}
	w->nr = kept;
}

static void refill(struct bench_world *w, const struct kind *k, double seconds, struct result *r)
{
	double start;

	bench_world_fill(w, r->objects, k->size, k->align, seconds);
	start = clock_seconds();
	for (u32 round = 0; round < ROUNDS && clock_seconds() - start < ENOUGH; round++) {
		u32 nr = w->nr, kept;
		double ns;

		halve(w);
		kept = w->nr;
		ns = bench_world_fill(w, nr, k->size, k->align, seconds);
		if (w->nr == kept)
			return;
		r->refilled = w->nr - kept;
		bench_round(&r->t[REFILL], ns);
	}
}

/* Without memory, @r has no objects. */
static void run(const struct kind *k, enum pcpu_allocator allocator, u32 nr, struct result *r)
{
	struct bench_world w;

	*r = (struct result){0};
	if (bench_world_begin(&w, allocator, PCPU_KM, nr, max(k->size, k->align)))
		return;
	fill_and_free(&w, k, nr, limit[allocator], r);
	if (r->objects)
		refill(&w, k, limit[allocator], r);
	bench_world_end(&w);
}

static const struct bench_table times_table = {
	.title = "time for each object, ns; four CPUs, km backing, units of 32 KiB",
	.columns = {"bitmap", "areamap", "ratio", "kernel", "bitmap-n", "areamap-n"},
};

static const struct bench_table meta_table = {
	.title = "metadata for each object when all are there, bytes",
	.columns = {"bitmap", "areamap", "ratio", "design"},
};

static const struct bench_plot alloc_plot = {
	.title = "many objects of one size: allocate in order (km, 4 CPUs, units of 32 KiB)",
	.x = "object",
	.y = "ns",
	.log = true,
};

static const struct bench_plot free_plots[NR_PATTERNS] = {
	{.title = "free in order", .x = "object", .y = "ns", .log = true},
	{.title = "free alternating", .x = "object", .y = "ns", .log = true},
	{.title = "free in reverse", .x = "object", .y = "ns", .log = true},
};

static const struct bench_plot refill_plot = {
	.title = "allocate in pages whose second half is filled",
	.x = "object",
	.y = "ns",
	.log = true,
};

static const struct bench_plot meta_plot = {
	.title = "metadata for each object",
	.x = "object",
	.y = "bytes",
	.log = true,
};

static const struct bench_plot *figure_plot(u32 figure)
{
	if (figure == ALLOCATE)
		return &alloc_plot;
	return figure == REFILL ? &refill_plot : &free_plots[figure - FREE];
}

static void print_times(struct bench_out *out, const struct kind *k, const struct result *r)
{
	static const char *const number[NR_PCPU_ALLOCATORS] = {"bitmap-n", "areamap-n"};

	for (u32 f = 0; f < NR_FIGURES; f++) {
		const struct bench_timing *bitmap = &r[PCPU_BITMAP].t[f];
		const struct bench_timing *areamap = &r[PCPU_AREAMAP].t[f];
		const struct bench_plot *plot = figure_plot(f);
		char name[64];
		u32 a;

		if (!bitmap->rounds && !areamap->rounds)
			continue;
		snprintf(name, sizeof(name), "%s: %s", k->name, figure_name[f]);
		for (a = 0; a < NR_PCPU_ALLOCATORS; a++) {
			if (!r[a].t[f].rounds)
				continue;
			bench_value_bar(out, plot, name, bench_allocator_name[a], k->name,
					r[a].t[f].least, "ns");
		}
		if (bitmap->rounds && areamap->rounds)
			bench_value(out, name, "ratio", areamap->least / bitmap->least, "1");
		if (k->kernel[f] > 0)
			bench_value_bar(out, plot, name, "kernel", k->name, k->kernel[f], "ns");
		for (a = 0; a < NR_PCPU_ALLOCATORS; a++)
			bench_value(out, name, number[a],
				    f == REFILL ? r[a].refilled : r[a].objects, "1");
	}
}

/*
 * The design of the bitmap allocator: two bits for every 4 bytes (allocated, an object begins), and
 * 8 words of 4 bytes for a page. The structure of the chunk is left out.
 */
static double meta_design(const struct kind *k)
{
	return max(k->size, k->align) * (2.0 / 8 / PCPU_MIN_ALLOC_SIZE + 32.0 / PAGE_SIZE);
}

static void print_meta(struct bench_out *out, const struct kind *k, const struct result *r)
{
	char name[64];

	snprintf(name, sizeof(name), "%s: metadata", k->name);
	for (u32 a = 0; a < NR_PCPU_ALLOCATORS; a++) {
		if (!r[a].objects)
			continue;
		bench_value_bar(out, &meta_plot, name, bench_allocator_name[a], k->name, r[a].meta,
				"B");
	}
	if (r[PCPU_BITMAP].objects && r[PCPU_AREAMAP].objects)
		bench_value(out, name, "ratio", r[PCPU_AREAMAP].meta / r[PCPU_BITMAP].meta, "1");
	bench_value(out, name, "design", meta_design(k), "B");
}

static void print_notes(struct bench_out *out, const struct kind *k, u32 nr, const struct result *r)
{
	char text[160];

	if (nr < bench_count(out, OBJECTS)) {
		snprintf(text, sizeof(text),
			 "%s: only %u objects: this host has no memory for more", k->name, nr);
		bench_note(out, text);
	}
	for (u32 a = 0; a < NR_PCPU_ALLOCATORS; a++) {
		if (r[a].objects == nr)
			continue;
		snprintf(text, sizeof(text),
			 "%s: %s stopped at %u of %u objects, after %.0f s of allocating or "
			 "without memory: its figures are too low",
			 k->name, bench_allocator_name[a], r[a].objects, nr, limit[a]);
		bench_note(out, text);
	}
}

void percpu_bench_bulk(struct bench_out *out)
{
	struct result r[ARRAY_SIZE(kinds)][NR_PCPU_ALLOCATORS];
	char text[64];

	bench_table_begin(out, &times_table);
	for (u32 i = 0; i < ARRAY_SIZE(kinds); i++) {
		u32 size = max(kinds[i].size, kinds[i].align);
		u32 nr = bench_world_objects(bench_count(out, OBJECTS), size);

		for (u32 a = 0; a < NR_PCPU_ALLOCATORS; a++) {
			snprintf(text, sizeof(text), "%s, %s", kinds[i].name,
				 bench_allocator_name[a]);
			bench_progress(out, text);
			run(&kinds[i], a, nr, &r[i][a]);
		}
		print_times(out, &kinds[i], r[i]);
		print_notes(out, &kinds[i], nr, r[i]);
	}
	bench_table_begin(out, &meta_table);
	for (u32 i = 0; i < ARRAY_SIZE(kinds); i++)
		print_meta(out, &kinds[i], r[i]);
	bench_table_begin(out, NULL);
}

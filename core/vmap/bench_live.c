/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_live.c - one area replaced among more and more of them, in an eager and in a lazy space.
 *
 * Areas of 4 pages lie in a row, a hole of 1 to 3 pages behind each, too small for another one.
 * Then they are freed one after the other in random order, each followed by the allocation
 * of a new one: it fits where an area was freed and where none has ever been, and nowhere
 * else, so the holes in front of such a place are what a search has to get past. The figure
 * is the time of such a pair, in the fastest of ROUNDS rounds; in a lazy space with its share of
 * the purges.
 *
 * In a lazy space, the same once more in the order of addresses and among NEAR neighbours alone,
 * however many others there are. A pair takes as many steps down the trees as any other then, but
 * these are steps between nodes that the host's caches hold; in random order, among more areas than
 * they can hold, most steps wait for memory. So the second shows how the number of steps grows, the
 * first what they may cost.
 *
 * The order is drawn before the clock starts. Rows are made from the top down, each area where it
 * is to be: the first gap of the list is then the right one, and a list of a million areas is made
 * in no time.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench_fit.h"
#include "bench_live.h"
#include "bench_space.h"
#include "../sched/bench_timing.h"
#include "../sched/random.h"

#define MIN_LIVE 10u
#define MAX_LIVE 1000000u
#define QUICK_LIVE 10000u
#define MAX_LEVELS 6

#define AREA_SIZE (4 * PAGE_SIZE)
#define MAX_HOLE 3u
/* More than are freed between two purges, so that areas stay where they are. */
#define NEAR 16384u

#define SPACE_SIZE (64ULL << 30)
#define FRAMES 1024
#define CPUS 2

/* Pairs a round; fewer where they would take longer than so many seconds of CPU time. */
#define PAIRS 131072u
#define MIN_PAIRS 16u
#define LIMIT 0.5
#define ROUNDS 3u

enum series { LIVE_EAGER, LIVE_LAZY, LIVE_LAZY_NEAR, NR_LIVE };

static const char *const series_name[NR_LIVE] = {"eager", "lazy", "lazy-near"};

/**
 * struct live - a run with one kind of space
 * @near:   areas are freed in the order of their addresses, NEAR of them again and again
 * @world:  the one of the level under way
 * @area:   its areas, in the order in which they are to be freed
 * @nr:     how many
 * @seed:   of the random numbers
 * @levels: reached
 * @x, @ns: of each level: areas, time of a pair
 * @pairs:  of each level: pairs a round
 */
struct live {
	bool near;
	struct bench_space world;
	struct vmap_area **area;
	unsigned int nr;
	u64 seed;
	unsigned int levels;
	double x[MAX_LEVELS], ns[MAX_LEVELS];
	unsigned int pairs[MAX_LEVELS];
};

static struct vmap_area *alloc(struct live *l, u64 vstart, u64 vend)
{
	return alloc_vmap_area(l->world.vs, AREA_SIZE, PAGE_SIZE, vstart, vend, GFP_KERNEL);
}

/* Of an area and the hole behind it. */
static u64 random_step(u64 *seed)
{
	return AREA_SIZE + (1 + random_next(seed) % MAX_HOLE) * PAGE_SIZE;
}

/* From the space's first address on, without a gap in front. Return: false without memory. */
static bool make_row(struct live *l, unsigned int nr)
{
	u64 at = l->world.vs->start, seed = l->seed;

	for (unsigned int i = 0; i < nr; i++)
		at += random_step(&seed);
	for (l->nr = 0; l->nr < nr; l->nr++) {
		at -= random_step(&l->seed);
		l->area[l->nr] = alloc(l, at, at + AREA_SIZE);
		if (IS_ERR(l->area[l->nr]))
			return false;
	}
	return true;
}

static void free_row(struct live *l)
{
	while (l->nr)
		free_unmap_vmap_area(l->world.vs, l->area[--l->nr]);
}

static void shuffle(struct live *l)
{
	for (unsigned int i = l->nr; i > 1; i--) {
		unsigned int other = (unsigned int)(random_next(&l->seed) % i);
		struct vmap_area *swap = l->area[i - 1];

		l->area[i - 1] = l->area[other];
		l->area[other] = swap;
	}
}

/* Return: ns of a pair. */
static double replace(struct live *l, unsigned int pairs)
{
	struct vmap_space *vs = l->world.vs;
	unsigned int i, at = 0, end = l->nr;
	struct bench_timing t = {0};

	if (l->near)
		end = min(end, NEAR);
	else
		shuffle(l);
	bench_begin(&t);
	for (i = 0; i < pairs; i++) {
		free_unmap_vmap_area(vs, l->area[at]);
		l->area[at] = alloc(l, vs->start, vs->end);
		at = at + 1 < end ? at + 1 : 0;
	}
	bench_end(&t, pairs);
	return t.least;
}

static void measure(struct live *l, unsigned int pairs)
{
	double few = replace(l, MIN_PAIRS), ns;

	if (few * pairs > LIMIT * 1e9)
		pairs = max((unsigned int)(LIMIT * 1e9 / few), MIN_PAIRS);
	ns = replace(l, pairs);
	for (unsigned int round = 1; round < ROUNDS; round++)
		ns = min(ns, replace(l, pairs));
	l->x[l->levels] = l->nr;
	l->ns[l->levels] = ns;
	l->pairs[l->levels++] = pairs;
}

static void run(struct live *l, enum vmap_kva kva, unsigned int max_live, unsigned int pairs)
{
	bool ok = true;

	l->seed = 1;
	for (unsigned int nr = MIN_LIVE; ok && nr <= max_live; nr *= 10) {
		if (bench_space_begin(&l->world, kva, SPACE_SIZE, CPUS, FRAMES))
			return;
		ok = make_row(l, nr);
		if (ok)
			measure(l, pairs);
		free_row(l);
		bench_space_end(&l->world);
	}
}

static const struct bench_table times_table = {
	.title = "one of many areas of 4 pages freed and one allocated, a hole behind each; ns",
	.columns = {"eager", "lazy", "lazy-near", "ratio", "eager-n", "lazy-n"},
};

static const struct bench_table fit_table = {
	.title = "how that grows: least squares",
	.columns = {"a", "b", "residual", "r2"},
};

static const struct bench_plot times_plot = {
	.title = "vmap: one of many areas freed, and one allocated",
	.x = "areas",
	.y = "ns",
	.log = true,
};

static void tell_times(struct bench_out *out, const struct live *l)
{
	const struct live *eager = &l[LIVE_EAGER], *lazy = &l[LIVE_LAZY];
	unsigned int levels = min(eager->levels, lazy->levels);
	char name[48];

	bench_table_begin(out, &times_table);
	for (unsigned int i = 0; i < min(levels, l[LIVE_LAZY_NEAR].levels); i++) {
		snprintf(name, sizeof(name), "%.0f areas", lazy->x[i]);
		for (enum series s = 0; s < NR_LIVE; s++) {
			bench_value(out, name, series_name[s], l[s].ns[i], "ns");
			bench_point(out, &times_plot, series_name[s], l[s].x[i], l[s].ns[i]);
		}
		bench_value(out, name, "ratio", eager->ns[i] / lazy->ns[i], "1");
		bench_value(out, name, "eager-n", eager->pairs[i], "1");
		bench_value(out, name, "lazy-n", lazy->pairs[i], "1");
	}
	bench_note(out,
		   "eager, lazy: freed in random order; lazy-near: of 16384 neighbours, whose "
		   "paths down the trees stay in caches; ratio: eager to lazy; eager-n, lazy-n: "
		   "pairs a round, fewer where it would take too long");
}

static void tell_fit(struct bench_out *out, const char *name, const double *x, const double *y,
		     unsigned int nr)
{
	struct bench_fit fit;

	if (nr < 2)
		return;
	fit = bench_fit(x, y, nr);
	bench_value(out, name, "a", fit.a, "ns");
	bench_value(out, name, "b", fit.b, "ns");
	bench_value(out, name, "residual", fit.residual, "ns");
	bench_value(out, name, "r2", fit.explained, "1");
}

static void tell_fits(struct bench_out *out, const struct live *l)
{
	static const char *const name[NR_LIVE] = {
		"eager: a + b * n",
		"lazy: a + b * log2(n)",
		"lazy-near: a + b * log2(n)",
	};
	double log2_n[MAX_LEVELS];

	bench_table_begin(out, &fit_table);
	tell_fit(out, name[LIVE_EAGER], l[LIVE_EAGER].x, l[LIVE_EAGER].ns, l[LIVE_EAGER].levels);
	for (enum series s = LIVE_LAZY; s < NR_LIVE; s++) {
		for (unsigned int i = 0; i < l[s].levels; i++)
			log2_n[i] = log2(l[s].x[i]);
		tell_fit(out, name[s], log2_n, l[s].ns, l[s].levels);
	}
}

void vmap_bench_live(struct bench_out *out)
{
	unsigned int max_live = out->quick ? QUICK_LIVE : MAX_LIVE;
	struct live l[NR_LIVE] = {[LIVE_LAZY_NEAR].near = true};
	char text[64];

	for (enum series s = 0; s < NR_LIVE; s++) {
		snprintf(text, sizeof(text), "%u to %u areas, %s", MIN_LIVE, max_live,
			 series_name[s]);
		bench_progress(out, text);
		l[s].area = malloc(max_live * sizeof(*l[s].area));
		if (l[s].area)
			run(&l[s], s == LIVE_EAGER ? VMAP_EAGER : VMAP_LAZY, max_live,
			    bench_count(out, PAIRS));
		free(l[s].area);
	}
	tell_times(out, l);
	tell_fits(out, l);
	bench_table_begin(out, NULL);
}

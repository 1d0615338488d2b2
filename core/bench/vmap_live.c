/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap_live.c - replace one of more and more areas, in an eager and in a lazy space.
 *
 * Areas of 4 pages lie in a row. After each area is a hole of 1 to 3 pages, too small for another
 * area. Then areas are freed in random order, and each free is followed by the allocation of a new
 * area. It fits only where an area was freed or where the space is still unused, so a search has to
 * pass the holes in front of such a place. The figure is the time of such a pair in the fastest of
 * ROUNDS rounds; in a lazy space it includes the pair's share of the purges.
 *
 * The time of a step down a tree depends on the host's caches: with more areas than they hold, most
 * steps wait for memory. So beside the time stands a figure that does not depend on the host: the
 * mean depth of an area in the tree of areas in use.
 *
 * The order is drawn before the clock starts. Rows are made from the top down, each area at its
 * place: then the first gap of the list is the right one, and a list of a million areas is made
 * quickly.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "fit.h"
#include "timing.h"
#include "vmap_internals.h"
#include "vmap_space.h"
#include "../sched/random.h"

#define MIN_LIVE 10u
#define MAX_LIVE 1000000u
#define QUICK_LIVE 10000u
#define MAX_LEVELS 6

#define AREA_SIZE (4 * PAGE_SIZE)
#define MAX_HOLE 3u
#define SPACE_SIZE (64ULL << 30)
#define FRAMES 1024
#define CPUS 2

/* Pairs of a round; fewer where they would take more than LIMIT seconds of CPU time. */
#define PAIRS 131072u
#define MIN_PAIRS 16u
#define LIMIT 0.5
#define ROUNDS 3u

/**
 * struct live - a run with one kind of space; a level is a number of areas
 * @world:  the machine and the space of the current level
 * @area:   its areas, in the order in which they are freed
 * @nr:     number of areas
 * @seed:   of the random numbers
 * @levels: number of levels reached
 * @x, @ns: of each level: areas, and ns of a pair
 * @pairs:  of each level: pairs of a round
 * @depth:  of each level: mean depth of an area, the root's is 1; 0: the space has no tree
 */
struct live {
	struct bench_space world;
	struct vmap_area **area;
	unsigned int nr;
	u64 seed;
	unsigned int levels;
	double x[MAX_LEVELS], ns[MAX_LEVELS];
	unsigned int pairs[MAX_LEVELS];
	double depth[MAX_LEVELS];
};

static struct vmap_area *alloc(struct live *l, u64 vstart, u64 vend)
{
	return alloc_vmap_area(l->world.vs, AREA_SIZE, PAGE_SIZE, vstart, vend, GFP_KERNEL);
}

/* Bytes of an area and of the hole after it. */
static u64 random_step(u64 *seed)
{
	return AREA_SIZE + (1 + random_next(seed) % MAX_HOLE) * PAGE_SIZE;
}

/* Make the row, from the first address of the space on. Return: false without memory. */
static bool make_row(struct live *l, unsigned int nr)
{
	u64 at = l->world.start, seed = l->seed;

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

/* A round. Return: ns of a pair. */
static double replace(struct live *l, unsigned int pairs)
{
	struct vmap_space *vs = l->world.vs;
	struct bench_timing t = {0};
	unsigned int i, at = 0;

	shuffle(l);
	bench_begin(&t);
	for (i = 0; i < pairs; i++) {
		free_unmap_vmap_area(vs, l->area[at]);
		l->area[at] = alloc(l, l->world.start, l->world.end);
		at = at + 1 < l->nr ? at + 1 : 0;
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
	if (vmap_kva(l->world.vs) == VMAP_LAZY)
		l->depth[l->levels] = vmap_busy_depth(l->world.vs);
	l->x[l->levels] = l->nr;
	l->ns[l->levels] = ns;
	l->pairs[l->levels++] = pairs;
}

static void run(struct live *l, enum vmap_kva kva, unsigned int max_live, unsigned int pairs)
{
	const struct bench_space_params p = {
		.kva = kva, .size = SPACE_SIZE, .cpus = CPUS, .frames = FRAMES};
	bool ok = true;

	l->seed = 1;
	for (unsigned int nr = MIN_LIVE; ok && nr <= max_live; nr *= 10) {
		if (bench_space_begin(&l->world, &p))
			return;
		ok = make_row(l, nr);
		if (ok)
			measure(l, pairs);
		free_row(l);
		bench_space_end(&l->world);
	}
}

/* Lazy and eager. In the other kinds an area costs what it costs in a lazy space, or less. */
#define NR_COMPARED 2

static const struct bench_table times_table = {
	.title = "one of many areas of 4 pages freed and one allocated, a hole after each; ns",
	.columns = {"eager", "lazy", "ratio", "depth", "eager-n", "lazy-n"},
};

static const struct bench_table fit_table = {
	.title = "the growth of these: least squares",
	.columns = {"a", "b", "residual", "r2"},
};

static const struct bench_plot times_plot = {
	.title = "vmap: one of many areas freed, and one allocated",
	.x = "areas",
	.y = "ns",
	.log = true,
};

static void print_times(struct bench_out *out, const struct live *l)
{
	const struct live *eager = &l[VMAP_EAGER], *lazy = &l[VMAP_LAZY];
	char name[48];

	bench_table_begin(out, &times_table);
	for (unsigned int i = 0; i < min(eager->levels, lazy->levels); i++) {
		snprintf(name, sizeof(name), "%.0f areas", lazy->x[i]);
		bench_value_point(out, &times_plot, name, "eager", eager->x[i], eager->ns[i], "ns");
		bench_value_point(out, &times_plot, name, "lazy", lazy->x[i], lazy->ns[i], "ns");
		bench_value(out, name, "ratio", eager->ns[i] / lazy->ns[i], "1");
		bench_value(out, name, "depth", lazy->depth[i], "1");
		bench_value(out, name, "eager-n", eager->pairs[i], "1");
		bench_value(out, name, "lazy-n", lazy->pairs[i], "1");
	}
	bench_note(
		out,
		"depth: mean depth of an area in lazy's tree; eager-n, lazy-n: pairs of a round, "
		"fewer where a round would take too long. On the host's clock a flush costs "
		"nothing");
}

static void print_fit(struct bench_out *out, const char *name, const double *x, const double *y,
		      unsigned int nr, const char *unit)
{
	struct bench_fit fit;

	if (nr < 2)
		return;
	fit = bench_fit(x, y, nr);
	bench_value(out, name, "a", fit.a, unit);
	bench_value(out, name, "b", fit.b, unit);
	bench_value(out, name, "residual", fit.residual, unit);
	bench_value(out, name, "r2", fit.explained, "1");
}

static void print_fits(struct bench_out *out, const struct live *l)
{
	const struct live *eager = &l[VMAP_EAGER], *lazy = &l[VMAP_LAZY];
	double log2_n[MAX_LEVELS];

	for (unsigned int i = 0; i < lazy->levels; i++)
		log2_n[i] = log2(lazy->x[i]);
	bench_table_begin(out, &fit_table);
	print_fit(out, "eager, ns: a + b * n", eager->x, eager->ns, eager->levels, "ns");
	print_fit(out, "lazy, ns: a + b * log2(n)", log2_n, lazy->ns, lazy->levels, "ns");
	print_fit(out, "depth: a + b * log2(n)", log2_n, lazy->depth, lazy->levels, "1");
	bench_note(out, "residual: root of the mean square. Where lazy's time leaves its line and "
			"depth does not, the host's memory is the cause");
}

void vmap_bench_live(struct bench_out *out)
{
	unsigned int max_live = out->quick ? QUICK_LIVE : MAX_LIVE;
	struct live l[NR_COMPARED] = {0};
	char text[64];

	for (enum vmap_kva kva = 0; kva < NR_COMPARED; kva++) {
		snprintf(text, sizeof(text), "%u to %u areas, %s", MIN_LIVE, max_live,
			 vmap_kva_name(kva));
		bench_progress(out, text);
		l[kva].area = malloc(max_live * sizeof(*l[kva].area));
		if (l[kva].area)
			run(&l[kva], kva, max_live, bench_count(out, PAIRS));
		free(l[kva].area);
	}
	print_times(out, l);
	print_fits(out, l);
	bench_table_begin(out, NULL);
}

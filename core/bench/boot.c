/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot.c - what boot memory costs: time and metadata, bootmem against rootmem.
 *
 * A boot is set-up, ALLOCS requests of the mix below, and the hand-over of the rest to a function
 * that counts blocks and pages: there is no allocator of page frames behind it. Memory is 1 GiB to
 * 16 TiB, on 1 to 64 nodes, each with one range, or with STRIPES of them that interleave with
 * those of the others; and the reviewers' case, two nodes of two ranges of 2 GiB. With ranges that
 * interleave, the spans of bootmem's nodes lie over each other and its metadata grows with the
 * number of nodes; what is written of it does not.
 *
 * Beside the time stand two numbers that no clock is asked for: bytes of bitmap that are ever
 * written, and words of bitmap that the requests and the hand-over looked at.
 *
 * Each figure is the least of a few rounds. Each boot has its bitmaps fresh from the host, whose
 * work at the first touch of a page is most of what set-up costs.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "timing.h"
#include "../boot/boot.h"
#include "../sched/random.h"

#define ALLOCS 10000u
#define STRIPES 4u
/* Bitmaps of a scaled-down run: sanitizers pay for what is never touched, too. */
#define QUICK_BITMAP (32ULL << 20)
#define ROUNDS 3u
#define GIB (1ULL << 30)
#define GOAL_MS 50

/**
 * struct shape - memory
 * @name:   in the figures
 * @bytes:  of all nodes
 * @nodes:  how many
 * @ranges: of each
 */
struct shape {
	const char *name;
	u64 bytes;
	unsigned int nodes, ranges;
};

static const struct shape shapes[] = {
	{"1 GiB, 1 node", GIB, 1, 1},
	{"8 GiB, the reviewers' case", 8 * GIB, 2, 2},
	{"16 GiB, 1 node", 16 * GIB, 1, 1},
	{"16 GiB, 4 nodes", 16 * GIB, 4, 1},
	{"16 GiB, 4 nodes interleaved", 16 * GIB, 4, STRIPES},
	{"256 GiB, 1 node", 256 * GIB, 1, 1},
	{"256 GiB, 8 nodes", 256 * GIB, 8, 1},
	{"256 GiB, 8 nodes interleaved", 256 * GIB, 8, STRIPES},
	{"1 TiB, 1 node", 1024 * GIB, 1, 1},
	{"1 TiB, 2 nodes", 1024 * GIB, 2, 1},
	{"1 TiB, 2 nodes interleaved", 1024 * GIB, 2, STRIPES},
	{"1 TiB, 4 nodes", 1024 * GIB, 4, 1},
	{"1 TiB, 4 nodes interleaved", 1024 * GIB, 4, STRIPES},
	{"1 TiB, 8 nodes", 1024 * GIB, 8, 1},
	{"1 TiB, 8 nodes interleaved", 1024 * GIB, 8, STRIPES},
	{"1 TiB, 16 nodes", 1024 * GIB, 16, 1},
	{"1 TiB, 16 nodes interleaved", 1024 * GIB, 16, STRIPES},
	{"1 TiB, 32 nodes", 1024 * GIB, 32, 1},
	{"1 TiB, 32 nodes interleaved", 1024 * GIB, 32, STRIPES},
	{"1 TiB, 64 nodes", 1024 * GIB, 64, 1},
	{"1 TiB, 64 nodes interleaved", 1024 * GIB, 64, STRIPES},
	{"4 TiB, 32 nodes", 4096 * GIB, 32, 1},
	{"4 TiB, 32 nodes interleaved", 4096 * GIB, 32, STRIPES},
	{"16 TiB, 1 node", 16384 * GIB, 1, 1},
	{"16 TiB, 64 nodes", 16384 * GIB, 64, 1},
	{"16 TiB, 64 nodes interleaved", 16384 * GIB, 64, STRIPES},
};

/**
 * struct bench - what is measured, on what
 * @blocks, @pages: handed over
 */
struct bench {
	struct bench_out *out;
	struct machine *m;
	struct machine_config *cfg;
	u64 blocks, pages;
};

/* Seconds of each part of a boot, and what it took besides. */
struct boot_cost {
	double setup, allocs, hand_over;
	struct boot_stats stats;
	bool run;
};

static void count_block(void *arg, u64 pfn, unsigned int order)
{
	struct bench *b = arg;

	b->blocks++;
	b->pages += 1ULL << order;
}

static struct boot_mem *bench_register(struct bench *b, enum boot_kind kind, const struct shape *sh)
{
	struct boot_config cfg = {.kind = kind, .nr_nodes = sh->nodes};
	u64 nr = sh->nodes * sh->ranges, size = sh->bytes / nr;
	struct boot_mem *bm = NULL;

	boot_create(b->m, &cfg, &bm);
	for (u64 i = 0; i < nr; i++)
		boot_register_node(bm, i % sh->nodes, i * size, (i + 1) * size);
	return bm;
}

/* Most requests are small, some are tables of many pages; a third is for a node. */
static void bench_requests(struct boot_mem *bm, unsigned int nodes, unsigned int nr)
{
	u64 seed = 1;

	for (unsigned int i = 0; i < nr; i++) {
		u64 r = random_next(&seed), size = 1 + r % 1000;

		if (!(i % 8))
			size = PAGE_SIZE << r % 7;
		if (i % 3)
			boot_alloc(bm, size, 64, 0, 0);
		else
			boot_alloc_node(bm, r % nodes, size, 64, 0, 0);
	}
}

static struct boot_cost bench_boot(struct bench *b, enum boot_kind kind, const struct shape *sh)
{
	struct boot_mem *bm = bench_register(b, kind, sh);
	struct boot_cost cost = {0};
	double t[4];

	boot_stats(bm, &cost.stats);
	cost.run = !b->out->quick || cost.stats.bitmap_bytes <= QUICK_BITMAP;
	if (cost.run) {
		t[0] = clock_cpu_seconds();
		cost.run = !boot_setup(bm);
		t[1] = clock_cpu_seconds();
	}
	if (cost.run) {
		bench_requests(bm, sh->nodes, bench_count(b->out, ALLOCS));
		t[2] = clock_cpu_seconds();
		boot_hand_over(bm, count_block, b);
		t[3] = clock_cpu_seconds();
		cost.setup = t[1] - t[0];
		cost.allocs = t[2] - t[1];
		cost.hand_over = t[3] - t[2];
		boot_stats(bm, &cost.stats);
	}
	boot_destroy(bm);
	malloc_trim(0);
	return cost;
}

static double boot_seconds(const struct boot_cost *cost)
{
	return cost->setup + cost->allocs + cost->hand_over;
}

/* The cheapest of some rounds. */
static struct boot_cost bench_boots(struct bench *b, enum boot_kind kind, const struct shape *sh)
{
	struct boot_cost best = bench_boot(b, kind, sh);

	for (unsigned int i = 1; best.run && !b->out->quick && i < ROUNDS; i++) {
		struct boot_cost cost = bench_boot(b, kind, sh);

		if (boot_seconds(&cost) < boot_seconds(&best))
			best = cost;
	}
	return best;
}

static const char *case_name(char *buf, size_t size, enum boot_kind kind, const char *what)
{
	snprintf(buf, size, "%s, %s", what, boot_kind_name(kind));
	return buf;
}

static void report_boot(struct bench *b, const char *name, const struct boot_cost *cost)
{
	if (cost->run) {
		bench_value(b->out, name, "set-up", cost->setup * 1e3, "ms");
		bench_value(b->out, name, "requests", cost->allocs * 1e3, "ms");
		bench_value(b->out, name, "hand-over", cost->hand_over * 1e3, "ms");
		bench_value(b->out, name, "boot", boot_seconds(cost) * 1e3, "ms");
	}
	bench_value(b->out, name, "metadata", (double)cost->stats.metadata_bytes / 1024, "KiB");
	bench_value(b->out, name, "written", (double)cost->stats.written_bytes / 1024, "KiB");
	if (cost->run)
		bench_value(b->out, name, "words", (double)cost->stats.words_read, "words");
}

static const struct bench_plot metadata_plot = {
	.title = "Boot memory: metadata",
	.x = "GiB of memory",
	.y = "KiB of metadata",
	.log = true,
};

static const struct bench_plot time_plot = {
	.title = "Boot memory: set-up, 10,000 requests and hand-over",
	.x = "GiB of memory",
	.y = "ms",
	.log = true,
};

static void plot_boot(struct bench *b, enum boot_kind kind, const struct shape *sh,
		      const struct boot_cost *cost)
{
	static const char *const names[NR_BOOT_KINDS][3] = {
		[BOOT_BOOTMEM] = {"bootmem, 1 node", "bootmem, several nodes",
				  "bootmem, interleaved"},
		[BOOT_ROOTMEM] = {"rootmem, 1 node", "rootmem, several nodes",
				  "rootmem, interleaved"},
	};
	const char *series = names[kind][(sh->nodes > 1) + (sh->ranges > 1)];
	double gib = (double)(sh->bytes / GIB);

	bench_point(b->out, &metadata_plot, series, gib, (double)cost->stats.metadata_bytes / 1024);
	if (cost->run)
		bench_point(b->out, &time_plot, series, gib, boot_seconds(cost) * 1e3);
}

static void bench_shapes(struct bench *b)
{
	static const struct bench_table table = {
		.title = "set-up, 10,000 requests, hand-over: ms; metadata, and what is written of "
			 "bitmaps: KiB; words of bitmap looked at",
		.columns = {"set-up", "requests", "hand-over", "boot", "metadata", "written",
			    "words"},
	};
	char name[64];

	bench_table_begin(b->out, &table);
	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
		bench_progress(b->out, shapes[i].name);
		for (enum boot_kind kind = 0; kind < NR_BOOT_KINDS; kind++) {
			struct boot_cost cost = bench_boots(b, kind, &shapes[i]);

			report_boot(b, case_name(name, sizeof(name), kind, shapes[i].name), &cost);
			plot_boot(b, kind, &shapes[i], &cost);
		}
	}
	bench_table_begin(b->out, NULL);
	bench_note(b->out, "Most of set-up is the host's: the first touch of each page of bitmap.");
	bench_note(b->out,
		   "The hand-over is to a function that counts, with no allocator behind it.");
	bench_note(
		b->out,
		"bootmem has a bit for each page between a node's first and last one: with nodes "
		"that interleave nearly all memory, once a node. What is of no range of the node "
		"is never touched: it is metadata by the books, and takes addresses only.");
}

static void bench_goal(struct bench *b)
{
	static const struct bench_table table = {
		.title = "1 TiB on one core: set-up, 10,000 requests, hand-over, beside the goal: "
			 "ms",
		.columns = {"boot", "goal"},
	};
	char name[64];

	bench_table_begin(b->out, &table);
	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++)
		for (enum boot_kind kind = 0; kind < NR_BOOT_KINDS; kind++) {
			struct boot_cost cost;

			if (shapes[i].bytes != 1024 * GIB)
				continue;
			cost = bench_boots(b, kind, &shapes[i]);
			case_name(name, sizeof(name), kind, shapes[i].name);
			if (cost.run)
				bench_value(b->out, name, "boot", boot_seconds(&cost) * 1e3, "ms");
			bench_value(b->out, name, "goal", GOAL_MS, "ms");
		}
	bench_table_begin(b->out, NULL);
}

/**
 * struct full - memory that is nearly full, and what is asked for
 * @period, @nr: of @period pages one is free, or of @nr * @period pages @nr
 * @ask:         pages of a request
 * @ops:         requests
 * @part:        it is so in the lower half. The upper one is full, and the goal where it begins
 */
struct full {
	const char *name;
	u64 period, nr, ask;
	unsigned int ops;
	bool part;
};

/* Of a request: nanoseconds, and words of bitmap. */
struct full_cost {
	double ns, words;
};

/* The hint is where the last search ended, and the next free page far from it. */
static struct full_cost bench_full(struct bench *b, enum boot_kind kind, const struct shape *sh,
				   const struct full *full)
{
	const unsigned int ops = bench_count(b->out, full->ops);
	struct full_cost cost = {0};
	struct bench_timing t = {0};

	while (t.rounds < BENCH_ROUNDS) {
		struct boot_mem *bm = bench_register(b, kind, sh);
		const u64 end = full->part ? sh->bytes >> PAGE_SHIFT >> 1 : sh->bytes >> PAGE_SHIFT;
		const u64 goal = full->part ? sh->bytes / 2 : 0;
		const u64 step = full->period * full->nr;
		struct boot_stats before, after;

		boot_setup(bm);
		boot_reserve(bm, 0, sh->bytes, BOOT_EXCLUSIVE);
		for (u64 pfn = step - full->nr; pfn < end; pfn += step)
			boot_free(bm, pfn << PAGE_SHIFT, full->nr << PAGE_SHIFT);
		boot_stats(bm, &before);
		bench_begin(&t);
		for (unsigned int i = 0; i < ops; i++)
			boot_alloc(bm, full->ask << PAGE_SHIFT, PAGE_SIZE, goal, 0);
		bench_end(&t, ops);
		boot_stats(bm, &after);
		cost.words = (double)(after.words_read - before.words_read) / ops;
		boot_destroy(bm);
	}
	cost.ns = t.least;
	return cost;
}

static void bench_nearly_full(struct bench *b)
{
	static const struct bench_table table = {
		.title = "A request when 16 GiB are nearly full: ns, and words of bitmap looked at",
		.columns = {"bootmem", "boot words", "rootmem", "root words"},
	};
	static const struct shape full_shapes[] = {
		{"1 node", 16 * GIB, 1, 1},
		{"4 interleaved", 16 * GIB, 4, STRIPES},
		{"64 nodes", 16 * GIB, 64, 1},
		{"64 interleaved", 16 * GIB, 64, STRIPES},
	};
	static const struct full cases[] = {
		{"1 page, 1 of 2", 2, 1, 1, 1000, false},
		{"1 page, 1 of 64", 64, 1, 1, 1000, false},
		{"1 page, 1 of 4,096", 4096, 1, 1, 1000, false},
		{"64 pages, 1 of 64", 64, 64, 64, 1000, false},
		{"1 page, 1 of 64, none above goal", 64, 1, 1, 1000, true},
		{"2 pages, 1 of 1,024", 1024, 1, 2, 10, false},
	};
	char name[64], words[16];

	bench_table_begin(b->out, &table);
	for (size_t n = 0; n < ARRAY_SIZE(full_shapes); n++) {
		struct shape sh = full_shapes[n];

		sh.bytes /= b->out->quick ? 16 : 1;
		bench_progress(b->out, "nearly full");
		for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
			snprintf(name, sizeof(name), "%s: %s", sh.name, cases[i].name);
			for (enum boot_kind kind = 0; kind < NR_BOOT_KINDS; kind++) {
				struct full_cost cost = bench_full(b, kind, &sh, &cases[i]);

				snprintf(words, sizeof(words), "%.4s words", boot_kind_name(kind));
				bench_value(b->out, name, boot_kind_name(kind), cost.ns, "ns");
				bench_value(b->out, name, words, cost.words, "words");
			}
		}
	}
	bench_table_begin(b->out, NULL);
	bench_note(b->out,
		   "1 of 64: of 64 pages one is free, or of 64 runs of 64 pages one. 2 pages in a "
		   "row are nowhere: such a request sees all words.");
}

void boot_bench(struct bench_out *out)
{
	struct bench b = {.out = out, .m = machine_create(), .cfg = calloc(1, sizeof(*b.cfg))};

	if (b.m && b.cfg) {
		topology_init(&b.cfg->topology, 1, 1, 64);
		b.cfg->kva_start = MACHINE_KVA_START;
		b.cfg->kva_size = 16 << 20;
		b.cfg->bare = true;
		machine_boot(b.m, b.cfg);
		bench_shapes(&b);
		bench_goal(&b);
		bench_nearly_full(&b);
	}
	free(b.cfg);
	machine_destroy(b.m);
}

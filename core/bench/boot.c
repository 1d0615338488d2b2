/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot.c - boot memory: time and metadata of bootmem and of rootmem.
 *
 * A boot is set-up, ALLOCS requests, and the hand-over of the remaining pages to a function that
 * counts blocks and pages; no allocator of page frames receives them. Memory is 1 GiB to 16 TiB on
 * 1 to 64 nodes. A node has one range, or STRIPES ranges that interleave with those of the other
 * nodes. One machine more is the reviewers' case: two nodes with two ranges of 2 GiB each. Where
 * ranges interleave, the spans of bootmem's nodes overlap, and bootmem's metadata grows with the
 * number of nodes; the part of it that is written stays the same.
 *
 * Two figures need no clock: the bytes of bitmap that are ever written, and the words of bitmap
 * that the requests and the hand-over read.
 *
 * Each figure is the fastest of a few boots. Each boot gets its bitmaps fresh from the host, and
 * most of set-up is the host's work at the first touch of each page.
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
/* Largest bitmaps of a scaled-down run: sanitizers also pay for memory that is never touched. */
#define QUICK_BITMAP (32ULL << 20)
#define ROUNDS 3u
#define GIB (1ULL << 30)
#define GOAL_MS 50

/**
 * struct shape - the memory of a machine
 * @bytes:  of all nodes together
 * @nodes:  number of nodes
 * @ranges: of each node
 */
struct shape {
	u64 bytes;
	unsigned int nodes, ranges;
};

/* The shapes of a memory size: each of these numbers of nodes, up to the first 0. */
static const struct memory {
	u64 gib;
	unsigned int nodes[8];
} memories[] = {
	{1, {1}},
	{8, {2}},
	{16, {1, 4}},
	{256, {1, 8}},
	{1024, {1, 2, 4, 8, 16, 32, 64}},
	{4096, {32}},
	{16384, {1, 64}},
};

#define REVIEWERS_GIB 8
#define GOAL_GIB 1024

/**
 * struct bench - the machine
 * @blocks, @pages: numbers of blocks and of pages that were handed over
 */
struct bench {
	struct bench_out *out;
	struct machine *m;
	struct machine_config *cfg;
	u64 blocks, pages;
};

/**
 * struct boot_cost - the cost of a boot
 * @setup, @allocs, @hand_over: seconds of each part
 * @run: the boot was possible; else only the sizes of the metadata are known
 */
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

/* Most requests are small, some are tables of many pages. One third asks for a certain node. */
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

/* The fastest of some boots. */
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

static const char *shape_name(const struct shape *sh, char *buf, size_t size)
{
	const bool tib = sh->bytes >= 1024 * GIB;

	if (sh->bytes == REVIEWERS_GIB * GIB)
		snprintf(buf, size, "%u GiB, the reviewers' case", REVIEWERS_GIB);
	else
		snprintf(buf, size, "%llu %s, %u node%s%s", sh->bytes / (tib ? 1024 * GIB : GIB),
			 tib ? "TiB" : "GiB", sh->nodes, sh->nodes > 1 ? "s" : "",
			 sh->ranges > 1 ? " interleaved" : "");
	return buf;
}

static const char *case_name(const struct shape *sh, enum boot_kind kind, char *buf, size_t size)
{
	char name[48];

	snprintf(buf, size, "%s, %s", shape_name(sh, name, sizeof(name)), boot_kind_name(kind));
	return buf;
}

static void for_each_shape(struct bench *b, const struct memory *mem,
			   void (*fn)(struct bench *b, const struct shape *sh))
{
	struct shape sh = {.bytes = mem->gib * GIB};

	for (const unsigned int *nodes = mem->nodes; *nodes; nodes++) {
		sh.nodes = *nodes;
		if (mem->gib == REVIEWERS_GIB) {
			sh.ranges = 2;
			fn(b, &sh);
			continue;
		}
		sh.ranges = 1;
		fn(b, &sh);
		sh.ranges = STRIPES;
		if (sh.nodes > 1)
			fn(b, &sh);
	}
}

static void print_boot(struct bench *b, const char *name, const struct boot_cost *cost)
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

static void bench_shape(struct bench *b, const struct shape *sh)
{
	char name[64];

	bench_progress(b->out, shape_name(sh, name, sizeof(name)));
	for (enum boot_kind kind = 0; kind < NR_BOOT_KINDS; kind++) {
		struct boot_cost cost = bench_boots(b, kind, sh);

		print_boot(b, case_name(sh, kind, name, sizeof(name)), &cost);
		plot_boot(b, kind, sh, &cost);
	}
}

static void bench_shapes(struct bench *b)
{
	static const struct bench_table table = {
		.title =
			"set-up, 10,000 requests, hand-over: ms; metadata, and the written part of "
			"the bitmaps: KiB; words of bitmap read",
		.columns = {"set-up", "requests", "hand-over", "boot", "metadata", "written",
			    "words"},
	};

	bench_table_begin(b->out, &table);
	for (size_t i = 0; i < ARRAY_SIZE(memories); i++)
		for_each_shape(b, &memories[i], bench_shape);
	bench_table_begin(b->out, NULL);
	bench_note(b->out, "Most of set-up is the host's: the first touch of each page of bitmap.");
	bench_note(b->out, "The hand-over is to a function that counts pages.");
	bench_note(b->out,
		   "bootmem has a bit for each page between a node's first and last page: where "
		   "nodes interleave, for nearly all memory, in each node. Bits of pages that do "
		   "not belong to the node are never touched: they take addresses, and no memory.");
}

static void bench_shape_goal(struct bench *b, const struct shape *sh)
{
	char name[64];

	for (enum boot_kind kind = 0; kind < NR_BOOT_KINDS; kind++) {
		struct boot_cost cost = bench_boots(b, kind, sh);

		case_name(sh, kind, name, sizeof(name));
		if (cost.run)
			bench_value(b->out, name, "boot", boot_seconds(&cost) * 1e3, "ms");
		bench_value(b->out, name, "goal", GOAL_MS, "ms");
	}
}

static void bench_goal(struct bench *b)
{
	static const struct bench_table table = {
		.title = "1 TiB on one core: set-up, 10,000 requests, hand-over, beside the goal: "
			 "ms",
		.columns = {"boot", "goal"},
	};

	bench_table_begin(b->out, &table);
	for (size_t i = 0; i < ARRAY_SIZE(memories); i++)
		if (memories[i].gib == GOAL_GIB)
			for_each_shape(b, &memories[i], bench_shape_goal);
	bench_table_begin(b->out, NULL);
}

/**
 * struct full - memory that is nearly full, and requests to it
 * @period, @nr: one run of @nr pages in every @nr * @period pages is free
 * @ask:         pages of a request
 * @ops:         number of requests
 * @part:        only the lower half has free pages, and the goal is the start of the upper half
 */
struct full {
	const char *name;
	u64 period, nr, ask;
	unsigned int ops;
	bool part;
};

/* The cost of a request: nanoseconds, and words of bitmap read. */
struct full_cost {
	double ns, words;
};

/* The allocator's hint says where the last search ended; the next free page is far away. */
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
		.title = "A request when 16 GiB are nearly full: ns, and words of bitmap read",
		.columns = {"bootmem", "boot words", "rootmem", "root words"},
	};
	static const struct {
		const char *name;
		struct shape sh;
	} shapes[] = {
		{"1 node", {16 * GIB, 1, 1}},
		{"4 interleaved", {16 * GIB, 4, STRIPES}},
		{"64 nodes", {16 * GIB, 64, 1}},
		{"64 interleaved", {16 * GIB, 64, STRIPES}},
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
	for (size_t n = 0; n < ARRAY_SIZE(shapes); n++) {
		struct shape sh = shapes[n].sh;

		sh.bytes /= b->out->quick ? 16 : 1;
		bench_progress(b->out, "nearly full");
		for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
			snprintf(name, sizeof(name), "%s: %s", shapes[n].name, cases[i].name);
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
		   "1 of 64: one page in 64 is free, or one run of 64 pages in 64 such runs. No 2 "
		   "pages in a row are free in 1 of 1,024: that request reads all words.");
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * percpu.c - the per-CPU allocator: single operations.
 *
 * percpu_bulk.c and percpu_live.c measure many objects, with km backing. This file measures single
 * operations with vm backing on a machine of two CPUs: one thread outside of any run of the engine,
 * no schedule, no contention. A figure includes the machine's part, and an allocation includes the
 * zeroing of both CPUs' copies. In cases with "pages kept", enough empty pages stay populated that
 * no page comes or goes in a round.
 */
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "percpu_world.h"
#include "timing.h"
#include "../percpu/percpu.h"
#include "../sched/random.h"

#define BENCH_OPS 4096
#define BENCH_LIVE 16384
#define BENCH_KVA (1UL << 30)

/* More than the number of cases: a row without a name ends the table. */
#define MAX_ROWS 32

/**
 * struct row - the figures of a case
 * @name: the name of the case
 * @ns:   of an operation, with each allocator
 * @measured: which allocators have a figure
 */
struct row {
	const char *name;
	double ns[NR_PCPU_ALLOCATORS];
	bool measured[NR_PCPU_ALLOCATORS];
};

/**
 * struct bench - the run of both allocators
 * @m, @cfg: the machine
 * @vs, @vmap: the address space
 * @pc, @pcpu: the allocator
 * @live: its objects
 * @size, @gfp: of the objects of pair()
 * @seed: of the random numbers
 * @out:  the receiver of figures
 * @row:  figures in the order of the first allocator's cases
 */
struct bench {
	struct machine *m;
	struct machine_config cfg;
	struct vmap_config vmap;
	struct vmap_space *vs;
	struct pcpu_config pcpu;
	struct pcpu *pc;
	pcpu_addr_t live[BENCH_LIVE];
	u32 size;
	gfp_t gfp;
	u64 seed;
	struct bench_out *out;
	struct row row[MAX_ROWS];
};

static void record(struct bench *b, const char *name, double ns)
{
	struct row *row = b->row;

	while (row->name && strcmp(row->name, name))
		row++;
	row->name = name;
	row->ns[b->pcpu.allocator] = ns;
	row->measured[b->pcpu.allocator] = true;
}

static void measure(struct bench *b, const char *name, void (*op)(void *arg))
{
	bench_progress(b->out, name);
	record(b, name, bench_least(op, b, bench_count(b->out, BENCH_OPS)));
}

static void pair(void *arg)
{
	struct bench *b = arg;

	free_percpu(b->pc, alloc_percpu_gfp(b->pc, b->size, 4, b->gfp));
}

static void create_destroy(void *arg)
{
	struct bench *b = arg;
	struct pcpu *pc;

	if (!pcpu_create(b->m, b->vs, &b->pcpu, &pc))
		pcpu_destroy(pc);
}

static void verify(void *arg)
{
	struct bench *b = arg;

	pcpu_verify(b->pc, true);
}

/* Allocate @nr objects of one size, and free them in the same order. */
static void in_order(struct bench *b, const char *alloc_name, const char *free_name, u32 size,
		     u32 nr)
{
	struct bench_timing made = {0}, freed = {0};

	while (made.rounds < BENCH_ROUNDS) {
		bench_begin(&made);
		for (u32 i = 0; i < nr; i++)
			b->live[i] = alloc_percpu_gfp(b->pc, size, 4, GFP_KERNEL);
		bench_end(&made, nr);
		bench_begin(&freed);
		for (u32 i = 0; i < nr; i++)
			free_percpu(b->pc, b->live[i]);
		bench_end(&freed, nr);
	}
	record(b, alloc_name, made.least);
	record(b, free_name, freed.least);
}

/* Replace random ones of @nr objects by objects of random sizes. */
static void churn(struct bench *b, const char *name, u32 nr)
{
	struct bench_timing t = {0};
	u32 i, at;

	for (i = 0; i < nr; i++)
		b->live[i] =
			alloc_percpu_gfp(b->pc, 4 + random_next(&b->seed) % 124, 4, GFP_KERNEL);
	while (t.rounds < BENCH_ROUNDS) {
		bench_begin(&t);
		for (i = 0; i < BENCH_OPS; i++) {
			at = (u32)(random_next(&b->seed) % nr);
			free_percpu(b->pc, b->live[at]);
			b->live[at] = alloc_percpu_gfp(b->pc, 4 + random_next(&b->seed) % 124, 4,
						       GFP_KERNEL);
		}
		bench_end(&t, BENCH_OPS);
	}
	record(b, name, t.least);
}

static void free_live(struct bench *b, u32 nr)
{
	while (nr--)
		free_percpu(b->pc, b->live[nr]);
}

static bool begin(struct bench *b, u32 unit_pages, u32 first_pages)
{
	b->pcpu.unit_size = unit_pages << PAGE_SHIFT;
	b->pcpu.dyn_size = first_pages << PAGE_SHIFT;
	b->seed = 1;
	return !pcpu_create(b->m, b->vs, &b->pcpu, &b->pc);
}

static void bench_pairs(struct bench *b)
{
	static const struct {
		u32 size;
		gfp_t gfp;
		const char *name;
	} cases[] = {
		{16, GFP_KERNEL, "pair of 16 B"},
		{16, GFP_ATOMIC, "pair of 16 B, atomic"},
		{256, GFP_KERNEL, "pair of 256 B"},
		{4096, GFP_KERNEL, "pair of 4096 B"},
	};

	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		b->size = cases[i].size;
		b->gfp = cases[i].gfp;
		measure(b, cases[i].name, pair);
	}
}

/* All cases of one allocator. */
static void bench_operations(struct bench *b)
{
	measure(b, "create and destroy, first chunk of 8 pages", create_destroy);
	if (begin(b, 8, 8)) {
		bench_pairs(b);
		in_order(b, "allocate 256 of 16 B, pages kept", "free 256 of 16 B, pages kept", 16,
			 256);
		churn(b, "replace one of 256, 4 to 127 B", 256);
		measure(b, "verify, 256 live", verify);
		free_live(b, 256);
		measure(b, "verify, empty chunk", verify);
		in_order(b, "allocate 16384 of 16 B", "free 16384 of 16 B", 16, BENCH_LIVE);
		in_order(b, "allocate 4096 of 256 B", "free 4096 of 256 B", 256, 4096);
		churn(b, "replace one of 16384, 4 to 127 B", BENCH_LIVE);
		free_live(b, BENCH_LIVE);
		pcpu_destroy(b->pc);
	}
	if (begin(b, 256, 256)) {
		b->size = 16;
		b->gfp = GFP_KERNEL;
		measure(b, "pair of 16 B, 256-page units", pair);
		in_order(b, "allocate 16384 of 16 B, 256-page units",
			 "free 16384 of 16 B, 256-page units", 16, BENCH_LIVE);
		churn(b, "replace one of 8192, 256-page units", 8192);
		free_live(b, 8192);
		pcpu_destroy(b->pc);
	}
}

static const struct bench_table operations_table = {
	.title = "single operations, vm backing, 2 CPUs, units of 8 pages, ns",
	.columns = {"bitmap", "areamap", "ratio"},
};

static void print_rows(struct bench_out *out, const struct row *row)
{
	bench_table_begin(out, &operations_table);
	for (; row->name; row++) {
		for (u32 a = 0; a < NR_PCPU_ALLOCATORS; a++)
			if (row->measured[a])
				bench_value(out, row->name, bench_allocator_name[a], row->ns[a],
					    "ns");
		if (row->measured[PCPU_BITMAP] && row->measured[PCPU_AREAMAP])
			bench_value(out, row->name, "ratio",
				    row->ns[PCPU_AREAMAP] / row->ns[PCPU_BITMAP], "1");
	}
}

void percpu_bench(struct bench_out *out)
{
	struct bench *b = calloc(1, sizeof(*b));

	if (!b)
		return;
	percpu_bench_bulk(out);
	percpu_bench_live(out);
	b->out = out;
	b->m = machine_create();
	topology_init(&b->cfg.topology, 2, 1, 65536);
	b->cfg.kva_start = MACHINE_KVA_START;
	b->cfg.kva_size = BENCH_KVA;
	b->vmap = (struct vmap_config){.start = MACHINE_KVA_START, .size = BENCH_KVA};
	for (u32 a = 0; b->m && a < NR_PCPU_ALLOCATORS; a++) {
		if (machine_boot(b->m, &b->cfg) || vmap_create(b->m, &b->vmap, &b->vs))
			break;
		b->pcpu = (struct pcpu_config){
			.allocator = a,
			.backing = PCPU_VM,
			.unit_size = 8 << PAGE_SHIFT,
		};
		measure(b, "create and destroy, no first chunk", create_destroy);
		b->pcpu.dyn_size = 8 << PAGE_SHIFT;
		bench_operations(b);
		vmap_destroy(b->vs);
	}
	print_rows(out, b->row);
	machine_destroy(b->m);
	free(b);
}

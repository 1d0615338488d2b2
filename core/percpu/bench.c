/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench.c - what the per-CPU allocator costs, the machine's part included.
 *
 * Two CPUs, one thread, outside of a run: no schedule, no contention. Each figure is the least of
 * several rounds: what the work costs where nothing else interferes. Allocating includes the
 * zeroing of both CPUs' copies. "pages kept" means that enough empty pages are kept populated for
 * no page to come or go in a round.
 */
#include <stdlib.h>

#include "bench.h"
#include "bench_bulk.h"
#include "bench_live.h"
#include "internal.h"
#include "../sched/bench_timing.h"
#include "../sched/random.h"

#define BENCH_OPS 4096
#define BENCH_LIVE 16384
#define BENCH_KVA (1UL << 30)

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
};

static void measure(struct bench *b, const char *name, void (*op)(void *arg))
{
	bench_value(b->out, name, "time", bench_least(op, b, BENCH_OPS), "ns");
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

/* @nr objects of one size, made and freed in the same order. */
static void in_order(struct bench *b, const char *name, u32 size, u32 nr)
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
	bench_value(b->out, name, "alloc", made.least, "ns");
	bench_value(b->out, name, "free", freed.least, "ns");
}

/* Replace random objects of random sizes, among @nr that live. */
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
	bench_value(b->out, name, "time", t.least, "ns");
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
		{16, GFP_KERNEL, "pair of 16 bytes"},
		{16, GFP_ATOMIC, "pair of 16 bytes, atomic"},
		{256, GFP_KERNEL, "pair of 256 bytes"},
		{4096, GFP_KERNEL, "pair of 4096 bytes"},
	};

	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		b->size = cases[i].size;
		b->gfp = cases[i].gfp;
		measure(b, cases[i].name, pair);
	}
}

void percpu_bench(struct bench_out *out)
{
	struct bench *b = calloc(1, sizeof(*b));
	u64 chunks;

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
	if (!b->m || machine_boot(b->m, &b->cfg) || vmap_create(b->m, &b->vmap, &b->vs))
		goto out;

	b->pcpu.unit_size = 8 << PAGE_SHIFT;
	measure(b, "create and destroy, no first chunk", create_destroy);
	b->pcpu.dyn_size = 8 << PAGE_SHIFT;
	measure(b, "create and destroy, first chunk of 8 pages", create_destroy);

	if (begin(b, 8, 8)) {
		bench_pairs(b);
		in_order(b, "256 of 16 bytes in order, pages kept", 16, 256);
		churn(b, "replace one of 256, 4 to 127 bytes", 256);
		chunks = b->pc->nr_chunks;
		measure(b, "verify, 256 live", verify);
		bench_value(b->out, "verify, 256 live", "chunks", (double)chunks, "1");
		free_live(b, 256);
		measure(b, "verify, empty chunk", verify);
		in_order(b, "16384 of 16 bytes in order", 16, 16384);
		in_order(b, "4096 of 256 bytes in order", 256, 4096);
		churn(b, "replace one of 16384, 4 to 127 bytes", 16384);
		free_live(b, 16384);
		pcpu_destroy(b->pc);
	}
	if (begin(b, 256, 256)) {
		b->size = 16;
		b->gfp = GFP_KERNEL;
		measure(b, "pair of 16 bytes, units of 256 pages", pair);
		in_order(b, "16384 of 16 bytes in order, units of 256 pages", 16, 16384);
		churn(b, "replace one of 8192, units of 256 pages", 8192);
		free_live(b, 8192);
		pcpu_destroy(b->pc);
	}
	vmap_destroy(b->vs);
out:
	machine_destroy(b->m);
	free(b);
}

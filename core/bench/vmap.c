/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap.c - the operations of the vmap layer on one CPU, beside the kernel's figures.
 *
 * A figure includes the machine's part. The machine is bare, so its checks are no part of a
 * figure; the allocator's own checks are.
 *
 * One thread runs outside of any run of the engine: no schedule, no contention. A pair is an
 * allocation and its release. Lazily freed areas are purged within the rounds, as often as the
 * threshold says.
 */
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "timing.h"
#include "vmap_internals.h"
#include "../machine/meta.h"
#include "../sched/random.h"
#include "../vmap/vmalloc.h"
#include "../vmap/vmap.h"

/*
 * Operations of a round. Even with single pages these are more than the pages that wait for a
 * purge, so addresses are reused.
 */
#define BENCH_OPS 65536
#define BENCH_PAGES 64
#define MAX_LIVE 20000u
#define BENCH_KVA (16UL << 30)
#define KVA_START MACHINE_KVA_START
#define KVA_END (MACHINE_KVA_START + BENCH_KVA)

struct bench {
	struct machine *m;
	struct machine_config cfg;
	struct vmap_config vmap;
	struct vmap_space *vs;
	struct page *page[BENCH_PAGES];
	struct vmap_area **live;
	u64 seed;
	struct bench_out *out;
};

static const struct bench_plot times_plot = {
	.title = "vmap: time of an operation",
	.x = "operation",
	.y = "ns",
	.log = true,
};

static const struct bench_table times_table = {
	.title = "time of an operation, ns; one thread, on a bare machine",
	.columns = {"time", "kernel"},
};

/* Figures of the kernel's own code, built in user space on a comparable machine. */
static const struct {
	const char *name;
	double ns;
} kernel[] = {
	{"vm_map_ram pair, 1 page", 25}, {"vm_map_ram pair, 1 to 32 pages", 60},
	{"get_vm_area pair", 87},	 {"get_vm_area pair, 20000 live", 690},
	{"vmalloc pair, 1 page", 151},	 {"vm_areas pair, 4 areas", 156},
};

static void print_ns(struct bench *b, const char *name, const char *metric, double ns)
{
	bench_value_bar(b->out, &times_plot, name, metric, name, ns, "ns");
}

static void measure(struct bench *b, const char *name, void (*op)(void *arg))
{
	bench_progress(b->out, name);
	print_ns(b, name, "time", bench_least(op, b, bench_count(b->out, BENCH_OPS)));
	for (unsigned int i = 0; i < ARRAY_SIZE(kernel); i++)
		if (!strcmp(kernel[i].name, name))
			print_ns(b, name, "kernel", kernel[i].ns);
}

static void map_ram(struct bench *b, unsigned int count)
{
	vm_unmap_ram(b->vs, vm_map_ram(b->vs, b->page, count, GFP_KERNEL), count);
}

static void map_1(void *arg)
{
	struct bench *b = arg;

	map_ram(b, 1);
}

static void map_32(void *arg)
{
	struct bench *b = arg;

	map_ram(b, 1 + random_next(&b->seed) % 32);
}

static void block_only(void *arg)
{
	struct bench *b = arg;

	vmap_block_pair(b->vs);
}

static void area_pair(void *arg)
{
	struct bench *b = arg;

	free_unmap_vmap_area(b->vs, alloc_vmap_area(b->vs, 4 * PAGE_SIZE, PAGE_SIZE, KVA_START,
						    KVA_END, GFP_KERNEL));
}

static void aligned_pair(void *arg)
{
	struct bench *b = arg;

	free_unmap_vmap_area(b->vs, alloc_vmap_area(b->vs, 4 * PAGE_SIZE, 64 * PAGE_SIZE, KVA_START,
						    KVA_END, GFP_KERNEL));
}

static void owner_pair(void *arg)
{
	struct bench *b = arg;
	struct vm_struct *vm =
		get_vm_area(b->vs, 4 * PAGE_SIZE, VM_MAP, 0, UINT64_MAX, GFP_KERNEL, "bench");

	kfree(b->m, remove_vm_area(b->vs, vm->addr));
}

static void vmalloc_pair(void *arg)
{
	struct bench *b = arg;

	vfree(b->vs, vmalloc(b->vs, PAGE_SIZE, "bench"));
}

/* The areas of a per-CPU chunk on four nodes: 32 KiB on each node, 1 GiB apart. */
static void vm_areas_pair(void *arg)
{
	static const u64 offsets[] = {0, 1ULL << 30, 2ULL << 30, 3ULL << 30};
	static const u64 sizes[] = {32 << 10, 32 << 10, 32 << 10, 32 << 10};
	struct vmap_area *va[ARRAY_SIZE(sizes)];
	struct bench *b = arg;

	if (!pcpu_get_vm_areas(b->vs, offsets, sizes, ARRAY_SIZE(sizes), PAGE_SIZE, GFP_KERNEL, va))
		pcpu_free_vm_areas(b->vs, va, ARRAY_SIZE(sizes));
}

static void create_destroy(void *arg)
{
	struct bench *b = arg;
	struct vmap_space *vs;

	if (!vmap_create(b->m, &b->vmap, &vs))
		vmap_destroy(vs);
}

static void verify(void *arg)
{
	struct bench *b = arg;

	vmap_verify(b->vs, true);
}

/* @nr areas of different sizes, and as many holes between them. */
static void populate(struct bench *b, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < 2 * nr; i++)
		b->live[i] = alloc_vmap_area(b->vs, (1 + random_next(&b->seed) % 8) * PAGE_SIZE,
					     PAGE_SIZE, KVA_START, KVA_END, GFP_KERNEL);
	for (i = 0; i < nr; i++) {
		free_unmap_vmap_area(b->vs, b->live[2 * i]);
		b->live[i] = b->live[2 * i + 1];
	}
	purge_vmap_area_lazy(b->vs);
}

static void depopulate(struct bench *b, unsigned int nr)
{
	while (nr--)
		free_unmap_vmap_area(b->vs, b->live[nr]);
	purge_vmap_area_lazy(b->vs);
}

/* @nr areas at random places of the space, which congruent areas have to avoid. */
static void strew(struct bench *b, unsigned int nr)
{
	u64 pages = BENCH_KVA / PAGE_SIZE, start = KVA_START;

	for (unsigned int i = 0; i < nr; i++) {
		b->live[i] = ERR_PTR(-EBUSY);
		while (IS_ERR(b->live[i])) {
			u64 at = start + random_next(&b->seed) % (pages - 4) * PAGE_SIZE;

			b->live[i] = alloc_vmap_area(b->vs, 4 * PAGE_SIZE, PAGE_SIZE, at,
						     at + 4 * PAGE_SIZE, GFP_ATOMIC);
		}
	}
}

/**
 * struct bench_case - an operation in a space of its own
 * @name:   the name of the case
 * @op:     the operation
 * @live:   other areas in use, see populate()
 * @strewn: other areas in use, see strew()
 */
struct bench_case {
	const char *name;
	void (*op)(void *arg);
	unsigned int live, strewn;
};

static const struct bench_case cases[] = {
	{"block pair, nothing mapped", block_only, .live = 0},
	{"vm_map_ram pair, 1 page", map_1, .live = 0},
	{"vm_map_ram pair, 1 to 32 pages", map_32, .live = 0},
	{"area pair", area_pair, .live = 0},
	{"area pair, aligned", aligned_pair, .live = 0},
	{"get_vm_area pair", owner_pair, .live = 0},
	{"vmalloc pair, 1 page", vmalloc_pair, .live = 0},
	{"vm_areas pair, 4 areas", vm_areas_pair, .live = 0},
	{"vm_areas pair, 4 areas, 1000 live", vm_areas_pair, .strewn = 1000},
	{"verify, 20 live", verify, .live = 20},
	{"area pair, 20 live", area_pair, .live = 20},
	{"area pair, 2000 live", area_pair, .live = 2000},
	{"area pair, 20000 live", area_pair, .live = MAX_LIVE},
	{"get_vm_area pair, 20000 live", owner_pair, .live = MAX_LIVE},
};

static void bench_case(struct bench *b, const struct bench_case *c)
{
	if (vmap_create(b->m, &b->vmap, &b->vs))
		return;
	populate(b, c->live);
	strew(b, c->strewn);
	measure(b, c->name, c->op);
	depopulate(b, c->live + c->strewn);
	vmap_destroy(b->vs);
}

static void bench_spaces(struct bench *b)
{
	b->vmap.size = 16 << 20;
	b->vmap.lazy_max_pages = 256;
	measure(b, "space create and destroy", create_destroy);

	b->vmap.size = BENCH_KVA;
	b->vmap.lazy_max_pages = 32768;
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++)
		bench_case(b, &cases[i]);
}

void vmap_bench(struct bench_out *out)
{
	struct bench b = {.out = out};
	unsigned int i;

	b.m = machine_create();
	b.live = malloc(2 * MAX_LIVE * sizeof(*b.live));
	topology_init(&b.cfg.topology, 2, 1, 4096);
	b.cfg.kva_start = MACHINE_KVA_START;
	b.cfg.kva_size = BENCH_KVA;
	b.cfg.bare = true;
	b.vmap.start = MACHINE_KVA_START;
	b.vmap.block_pages = 1024;
	bench_table_begin(out, &times_table);
	if (b.m && b.live && !machine_boot(b.m, &b.cfg)) {
		for (i = 0; i < BENCH_PAGES; i++)
			b.page[i] = alloc_page_node(b.m, 0, GFP_KERNEL, "bench");
		bench_spaces(&b);
		for (i = 0; i < BENCH_PAGES; i++)
			put_page(b.m, b.page[i]);
	}
	bench_table_begin(out, NULL);
	free(b.live);
	machine_destroy(b.m);
	vmap_bench_cpus(out);
	vmap_bench_live(out);
	vmap_bench_module(out);
}

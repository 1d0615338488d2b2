/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap_module.c - the loops of Linux's module test_vmalloc (lib/test_vmalloc.c) on each kind of
 * space.
 *
 * These are the module's cases that concern addresses, under its names. Each is a loop of one
 * operation:
 *
 *   fix_size           one page allocated, its first byte written, and freed
 *   full_fit           the same between as many live pages, with room for exactly one page: of
 *                      twice as many pages in a row, every second one was freed
 *   long_busy_list     100 pages and one page allocated, both written, and freed, beside 15,000
 *                      live allocations of a page
 *   random_size        1 to 100 pages
 *   fix_align          5 pages, aligned to 32 KiB
 *   random_size_align  1 to 10 pages, aligned to a random power of two of up to 4 MiB
 *   vm_map_ram         one page mapped by vm_map_ram(), written, and unmapped
 *
 * As in the module, there is one thread, and vmalloc() allocates its own memory. The differences:
 *
 *   - the loop: the module runs a million operations. Here a round has as many operations as take
 *     some tenths of a second, and the fastest round counts;
 *   - full_fit has 8,192 live pages. The module has 8,192 for each bit of the number of CPUs, which
 *     an eager space would take too long to set up;
 *   - aligned cases take their addresses by alloc_vmap_area(), with a guard page, and map pages
 *     that the benchmark has. Our vmalloc() knows no alignment, so their page frames are no part of
 *     the time;
 *   - pages are not zeroed;
 *   - an eager space flushes at each operation. On the host's clock a flush is only a call;
 *     vmap_cpus.c says what flushes cost.
 */
#include <stdlib.h>

#include "bench.h"
#include "timing.h"
#include "vmap_space.h"
#include "../machine/pgtable.h"
#include "../sched/random.h"
#include "../vmap/vmalloc.h"

#define SPACE_SIZE (16ULL << 30)
#define CPUS 2
#define FRAMES 65536

#define FULL_FIT 8192
#define LONG_BUSY 15000
#define MAX_LIVE (2 * FULL_FIT)
#define LARGE_PAGES 100
#define FIX_PAGES 5
#define FIX_ALIGN (32UL << 10)
#define ALIGNED_PAGES 10
#define ALIGN_SHIFTS 23 /* of bytes: up to 4 MiB */

/* Operations of a round; fewer where they would take more than LIMIT seconds of CPU time. */
#define OPS 65536
#define MIN_OPS 16
#define LIMIT 0.25

#define CALLER "bench"

/**
 * struct module - a case on one kind of space
 * @world: the machine and the space
 * @page:  page frames for operations that do not call vmalloc()
 * @live:  addresses of the live allocations
 * @nr:    number of live allocations
 * @seed:  of the random numbers
 */
struct module {
	struct bench_space world;
	struct page *page[ALIGNED_PAGES];
	u64 live[MAX_LIVE];
	unsigned int nr;
	u64 seed;
};

static void write_byte(struct module *b, u64 addr)
{
	*(volatile u8 *)mem_address(b->world.m, addr, 1) = 1;
}

static u64 alloc_pages(struct module *b, u64 pages)
{
	return vmalloc(b->world.vs, pages * PAGE_SIZE, CALLER);
}

static void vmalloc_op(struct module *b, u64 pages)
{
	u64 addr = alloc_pages(b, pages);

	write_byte(b, addr);
	vfree(b->world.vs, addr);
}

static void aligned_op(struct module *b, unsigned int pages, u64 align)
{
	struct vmap_space *vs = b->world.vs;
	struct vmap_area *va = alloc_vmap_area(vs, (pages + 1) * PAGE_SIZE, align, b->world.start,
					       b->world.end, GFP_KERNEL);

	vmap_pages_range(b->world.m, vmap_area_start(va), b->page, pages, GFP_KERNEL);
	write_byte(b, vmap_area_start(va));
	free_unmap_vmap_area(vs, va);
}

static void one_page(void *arg)
{
	vmalloc_op(arg, 1);
}

static void large_and_page(void *arg)
{
	struct module *b = arg;
	u64 large = alloc_pages(b, LARGE_PAGES), small = alloc_pages(b, 1);

	write_byte(b, large);
	write_byte(b, small);
	vfree(b->world.vs, large);
	vfree(b->world.vs, small);
}

static void random_size(void *arg)
{
	struct module *b = arg;

	vmalloc_op(b, 1 + random_next(&b->seed) % LARGE_PAGES);
}

static void fix_align(void *arg)
{
	aligned_op(arg, FIX_PAGES, FIX_ALIGN);
}

static void random_size_align(void *arg)
{
	struct module *b = arg;
	unsigned int pages = 1 + (unsigned int)(random_next(&b->seed) % ALIGNED_PAGES);

	aligned_op(b, pages, max(PAGE_SIZE, 1UL << random_next(&b->seed) % ALIGN_SHIFTS));
}

static void map_ram(void *arg)
{
	struct module *b = arg;
	u64 addr = vm_map_ram(b->world.vs, b->page, 1, GFP_KERNEL);

	write_byte(b, addr);
	vm_unmap_ram(b->world.vs, addr, 1);
}

static void add_live(struct module *b, unsigned int nr)
{
	for (b->nr = 0; b->nr < nr; b->nr++)
		b->live[b->nr] = alloc_pages(b, 1);
}

static void set_up_full_fit(struct module *b)
{
	add_live(b, 2 * FULL_FIT);
	for (unsigned int i = 1; i < b->nr; i += 2) {
		vfree(b->world.vs, b->live[i]);
		b->live[i] = 0;
	}
}

static void set_up_long_busy(struct module *b)
{
	add_live(b, LONG_BUSY);
}

static const struct module_case {
	const char *name;
	void (*set_up)(struct module *b);
	void (*op)(void *arg);
} cases[] = {
	{"fix_size", NULL, one_page},
	{"full_fit", set_up_full_fit, one_page},
	{"long_busy_list", set_up_long_busy, large_and_page},
	{"random_size", NULL, random_size},
	{"fix_align", NULL, fix_align},
	{"random_size_align", NULL, random_size_align},
	{"vm_map_ram", NULL, map_ram},
};

/* Operations of a round, at least MIN_OPS. */
static unsigned int round_ops(struct module *b, const struct module_case *c, unsigned int most)
{
	struct bench_timing t = {0};

	bench_begin(&t);
	for (unsigned int i = 0; i < MIN_OPS; i++)
		c->op(b);
	bench_end(&t, MIN_OPS);
	if (t.least * most <= LIMIT * 1e9)
		return most;
	return max((unsigned int)(LIMIT * 1e9 / t.least), (unsigned int)MIN_OPS);
}

/* Return: ns of an operation; 0 without memory. */
static double run(struct module *b, const struct module_case *c, enum vmap_kva kva,
		  unsigned int most)
{
	const struct bench_space_params p = {
		.kva = kva, .size = SPACE_SIZE, .cpus = CPUS, .frames = FRAMES};
	unsigned int i;
	double ns;

	if (bench_space_begin(&b->world, &p))
		return 0;
	b->seed = 1;
	b->nr = 0;
	for (i = 0; i < ALIGNED_PAGES; i++)
		b->page[i] = alloc_page_node(b->world.m, 0, GFP_KERNEL, CALLER);
	if (c->set_up)
		c->set_up(b);
	ns = bench_least(c->op, b, round_ops(b, c, most));
	while (b->nr)
		vfree(b->world.vs, b->live[--b->nr]);
	bench_space_end(&b->world);
	return ns;
}

static const struct bench_table module_table = {
	.title = "the loops of Linux's test_vmalloc, ns an operation; one thread",
	.columns = {"eager", "lazy", "zone", "pool", "ratio"},
};

static const struct bench_plot module_plot = {
	.title = "vmap: the loops of Linux's test_vmalloc",
	.x = "case",
	.y = "ns an operation",
	.log = true,
};

/* In the order of the table's columns. */
static const enum vmap_kva kinds[] = {VMAP_EAGER, VMAP_LAZY, VMAP_ZONE, VMAP_POOL};

void vmap_bench_module(struct bench_out *out)
{
	struct module *b = calloc(1, sizeof(*b));
	double ns[NR_VMAP_KVAS];

	if (!b)
		return;
	bench_table_begin(out, &module_table);
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct module_case *c = &cases[i];

		bench_progress(out, c->name);
		for (enum vmap_kva kva = 0; kva < NR_VMAP_KVAS; kva++)
			ns[kva] = run(b, c, kva, bench_count(out, OPS));
		for (unsigned int k = 0; k < ARRAY_SIZE(kinds); k++)
			bench_value_bar(out, &module_plot, c->name, vmap_kva_name(kinds[k]),
					c->name, ns[kinds[k]], "ns");
		bench_value(out, c->name, "ratio", ns[VMAP_EAGER] / ns[VMAP_LAZY], "1");
	}
	bench_note(out,
		   "on the host's clock a flush costs nothing, so those of eager are free here");
	bench_table_begin(out, NULL);
	free(b);
}

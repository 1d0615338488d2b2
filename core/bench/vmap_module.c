/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap_module.c - what Linux's module test_vmalloc (lib/test_vmalloc.c) runs, on each kind of
 * space.
 *
 * Of its cases, those that concern addresses, under its names. Each is a loop of one operation:
 *
 *   fix_size           one page allocated, its first byte written, and freed
 *   full_fit           the same, with room for exactly that between as many live pages: of
 *                      twice as many allocated one after the other, each second one was freed
 *   long_busy_list     100 pages and one page allocated, both written, and freed, beside 15,000
 *                      live allocations of a page
 *   random_size        1 to 100 pages
 *   fix_align          5 pages, aligned to 32 KiB
 *   random_size_align  1 to 10 pages, aligned to a random power of two of up to 4 MiB
 *   vm_map_ram         one page mapped by vm_map_ram(), written, and unmapped
 *
 * As there, one thread, and memory of vmalloc()'s own. Other than there:
 *
 *   - the loop: the module's is a million operations, here as many as are done in some tenths of a
 *     second, in rounds of which the fastest counts;
 *   - full_fit has 8,192 live pages, a CPU's share of the module's 8,192 for each bit of the number
 *     of CPUs: more would take an eager space too long to set up;
 *   - aligned cases take their addresses by alloc_vmap_area(), with a guard page, and map
 *     pages that the benchmark has: our vmalloc() knows no alignment, and their frames are no
 *     part of the time;
 *   - nothing is zeroed;
 *   - an eager space flushes at each operation, which on the host's clock is a call and no more:
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

/* Operations a round; fewer where they would take longer than so many seconds of CPU time. */
#define OPS 65536
#define MIN_OPS 16
#define LIMIT 0.25

#define CALLER "bench"

/**
 * struct module - a case on one kind of space
 * @world: made for it
 * @page:  frames for what vmalloc() does not allocate
 * @live:  addresses of what is there meanwhile
 * @nr:    how many
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
	struct vmap_area *va = alloc_vmap_area(vs, (pages + 1) * PAGE_SIZE, align, vmap_start(vs),
					       vmap_end(vs), GFP_KERNEL);

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

/* How many operations are a round: at least MIN_OPS. */
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
	unsigned int i;
	double ns;

	if (bench_space_begin(&b->world, kva, SPACE_SIZE, CPUS, FRAMES))
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
		bench_value(out, c->name, "eager", ns[VMAP_EAGER], "ns");
		bench_value(out, c->name, "lazy", ns[VMAP_LAZY], "ns");
		bench_value(out, c->name, "zone", ns[VMAP_ZONE], "ns");
		bench_value(out, c->name, "pool", ns[VMAP_POOL], "ns");
		bench_value(out, c->name, "ratio", ns[VMAP_EAGER] / ns[VMAP_LAZY], "1");
		bench_bar(out, &module_plot, "eager", c->name, ns[VMAP_EAGER]);
		bench_bar(out, &module_plot, "lazy", c->name, ns[VMAP_LAZY]);
		bench_bar(out, &module_plot, "zone", c->name, ns[VMAP_ZONE]);
		bench_bar(out, &module_plot, "pool", c->name, ns[VMAP_POOL]);
	}
	bench_note(out, "on the host's clock a flush costs nothing, and eager's are free here");
	bench_table_begin(out, NULL);
	free(b);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * machine.c - the machine's services: boot, page frames, page table, memory, metadata.
 */
#include <stdlib.h>

#include "bench.h"
#include "timing.h"
#include "../machine/machine.h"
#include "../machine/meta.h"
#include "../machine/page.h"
#include "../machine/pgtable.h"

#define BENCH_PAGES 16
#define BENCH_RUN 32
#define BENCH_FRAMES 2048

struct bench {
	struct machine *m;
	struct machine_config *cfg;
	struct page *page[BENCH_PAGES];
	u64 direct; /* address of page[0] in the direct map */
};

static void bench_boot(struct bench *b)
{
	machine_boot(b->m, b->cfg);
	machine_check_leaks(b->m);
}

/* All frames are boot memory first. The hand-over leaves out one page of every 256. */
static void bench_boot_memory(struct bench *b)
{
	u64 pfn = 0;

	b->cfg->boot_memory = true;
	machine_boot(b->m, b->cfg);
	for (; pfn < BENCH_FRAMES; pfn += 256) {
		mem_set(b->m, MACHINE_DIRECT_START + (pfn << PAGE_SHIFT), 1, 8);
		for (unsigned int order = 0; order < 8; order++)
			hand_over_pages(b->m, pfn + (1ULL << order), order);
	}
	machine_check_leaks(b->m);
	b->cfg->boot_memory = false;
}

/* The sweep after this run finds table pages, frames with contents, and metadata. */
static void bench_boot_used(struct bench *b)
{
	int i;

	machine_boot(b->m, b->cfg);
	for (i = 0; i < BENCH_PAGES; i++)
		b->page[i] = alloc_page_node(b->m, 0, GFP_KERNEL, "bench");
	vmap_pages_range(b->m, MACHINE_KVA_START, b->page, BENCH_PAGES, GFP_KERNEL);
	mem_set(b->m, MACHINE_KVA_START, 1, 8);
	vunmap_range(b->m, MACHINE_KVA_START, BENCH_PAGES);
	flush_tlb_kernel_range(b->m, MACHINE_KVA_START,
			       MACHINE_KVA_START + BENCH_PAGES * PAGE_SIZE);
	for (i = 0; i < BENCH_PAGES; i++)
		put_page(b->m, b->page[i]);
	kfree(b->m, kmalloc(b->m, 64, GFP_KERNEL));
	machine_check_leaks(b->m);
}

static void bench_kmalloc(struct bench *b)
{
	kfree(b->m, kmalloc(b->m, 64, GFP_KERNEL));
}

static void bench_malloc(struct bench *b)
{
	void *volatile p = malloc(64);

	free(p);
}

static void bench_page(struct bench *b)
{
	put_page(b->m, alloc_page_node(b->m, 0, GFP_KERNEL, "bench"));
}

static void bench_page_touched(struct bench *b)
{
	struct page *page = alloc_page_node(b->m, 0, GFP_KERNEL, "bench");

	*(volatile u8 *)page_address(b->m, page) = 1;
	put_page(b->m, page);
}

static void bench_map(struct bench *b, unsigned int nr)
{
	vmap_pages_range(b->m, MACHINE_KVA_START, b->page, nr, GFP_KERNEL);
	vunmap_range(b->m, MACHINE_KVA_START, nr);
	flush_tlb_kernel_range(b->m, MACHINE_KVA_START, MACHINE_KVA_START + nr * PAGE_SIZE);
}

static void bench_map_1(struct bench *b)
{
	bench_map(b, 1);
}

static void bench_map_16(struct bench *b)
{
	bench_map(b, BENCH_PAGES);
}

static void bench_access(struct bench *b)
{
	*(volatile u8 *)mem_address(b->m, MACHINE_KVA_START, 1) += 1;
}

static void bench_direct(struct bench *b)
{
	*(volatile u8 *)mem_address(b->m, b->direct, 1) += 1;
}

static void bench_set_kva_64(struct bench *b)
{
	mem_set(b->m, MACHINE_KVA_START + 128, 0, 64);
}

static void bench_set_4(struct bench *b)
{
	mem_set(b->m, b->direct + 128, 0, 4);
}

static void bench_set_64(struct bench *b)
{
	mem_set(b->m, b->direct + 128, 0, 64);
}

static void bench_set_1024(struct bench *b)
{
	mem_set(b->m, b->direct + 128, 0, 1024);
}

static void bench_set_16_pages(struct bench *b)
{
	mem_set(b->m, b->direct, 0, BENCH_PAGES * PAGE_SIZE);
}

static struct page *bench_run_alloc(struct bench *b)
{
	return alloc_contig_pages(b->m, 0, BENCH_RUN, 1, GFP_KERNEL, "bench");
}

static void bench_run(struct bench *b)
{
	struct page *page = bench_run_alloc(b);
	unsigned int i;

	for (i = 0; i < BENCH_RUN; i++)
		put_page(b->m, page + i);
}

/* The machine's memory fills up. */
static void bench_run_grow(struct bench *b)
{
	bench_run_alloc(b);
}

static const struct {
	const char *name;
	void (*fn)(struct bench *b);
	unsigned int loops;
	bool mapped;
} bench_table[] = {
	{"boot+teardown", bench_boot, 20000, false},
	{"boot+teardown-used", bench_boot_used, 20000, false},
	{"boot-memory+hand-over", bench_boot_memory, 20000, false},
	{"malloc-pair", bench_malloc, 200000, false},
	{"kmalloc-pair", bench_kmalloc, 200000, false},
	{"page-pair", bench_page, 200000, false},
	{"page-pair-touched", bench_page_touched, 50000, false},
	{"map+unmap+flush-1", bench_map_1, 200000, false},
	{"map+unmap+flush-16", bench_map_16, 50000, false},
	{"mem-address", bench_access, 1000000, true},
	{"mem-address-direct", bench_direct, 1000000, true},
	{"mem-set-64", bench_set_kva_64, 1000000, true},
	{"direct-set-4", bench_set_4, 1000000, true},
	{"direct-set-64", bench_set_64, 1000000, true},
	{"direct-set-1024", bench_set_1024, 1000000, true},
	{"direct-set-16-pages", bench_set_16_pages, 50000, true},
	{"run-pair-32", bench_run, 20000, false},
	{"run-32-growing", bench_run_grow, (BENCH_FRAMES - BENCH_PAGES) / BENCH_RUN, false},
};

static const struct bench_plot times_plot = {
	.title = "The machine: time of each service",
	.x = "service",
	.y = "ns",
	.log = true,
};

static double bench_case(struct bench *b, unsigned int c, unsigned int loops)
{
	struct bench_timing t = {0};
	unsigned int i;

	while (t.rounds < BENCH_ROUNDS) {
		machine_boot(b->m, b->cfg);
		for (i = 0; i < BENCH_PAGES; i++)
			b->page[i] = alloc_page_node(b->m, 0, GFP_KERNEL, "bench");
		b->direct = page_to_virt(b->m, b->page[0]);
		if (bench_table[c].mapped)
			vmap_pages_range(b->m, MACHINE_KVA_START, b->page, 1, GFP_KERNEL);
		bench_begin(&t);
		for (i = 0; i < loops; i++)
			bench_table[c].fn(b);
		bench_end(&t, loops);
	}
	return t.least;
}

void machine_bench(struct bench_out *out)
{
	struct bench b = {.m = machine_create(), .cfg = calloc(1, sizeof(*b.cfg))};
	unsigned int c;

	if (b.m && b.cfg) {
		topology_init(&b.cfg->topology, 2, 1, BENCH_FRAMES);
		b.cfg->kva_start = MACHINE_KVA_START;
		b.cfg->kva_size = 16 << 20;
		for (c = 0; c < ARRAY_SIZE(bench_table); c++) {
			unsigned int loops = bench_count(out, bench_table[c].loops);
			double ns = bench_case(&b, c, loops);

			bench_value_bar(out, &times_plot, bench_table[c].name, "time",
					bench_table[c].name, ns, "ns");
		}
	}
	free(b.cfg);
	machine_destroy(b.m);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * machine.c - the machine's services: boot, page frames, page table, memory, metadata.
 *
 * Services that depend on the MMU are measured on both, model and host, one after the other.
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
		mem_set(b->m, direct_map_start(b->m) + (pfn << PAGE_SHIFT), 1, 8);
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
	vmap_pages_range(b->m, b->cfg->kva_start, b->page, BENCH_PAGES, GFP_KERNEL);
	mem_set(b->m, b->cfg->kva_start, 1, 8);
	vunmap_range(b->m, b->cfg->kva_start, BENCH_PAGES);
	flush_tlb_kernel_range(b->m, b->cfg->kva_start,
			       b->cfg->kva_start + BENCH_PAGES * PAGE_SIZE);
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
	vmap_pages_range(b->m, b->cfg->kva_start, b->page, nr, GFP_KERNEL);
	vunmap_range(b->m, b->cfg->kva_start, nr);
	flush_tlb_kernel_range(b->m, b->cfg->kva_start, b->cfg->kva_start + nr * PAGE_SIZE);
}

static void bench_map_1(struct bench *b)
{
	bench_map(b, 1);
}

static void bench_map_16(struct bench *b)
{
	bench_map(b, BENCH_PAGES);
}

/* Each page is written to before it is unmapped. */
static void bench_map_touch_16(struct bench *b)
{
	const u64 addr = b->cfg->kva_start;

	vmap_pages_range(b->m, addr, b->page, BENCH_PAGES, GFP_KERNEL);
	for (u64 i = 0; i < BENCH_PAGES; i++)
		*(volatile u8 *)mem_address(b->m, addr + i * PAGE_SIZE, 1) = 1;
	vunmap_range(b->m, addr, BENCH_PAGES);
	flush_tlb_kernel_range(b->m, addr, addr + BENCH_PAGES * PAGE_SIZE);
}

static void bench_access(struct bench *b)
{
	*(volatile u8 *)mem_address(b->m, b->cfg->kva_start, 1) += 1;
}

static void bench_direct(struct bench *b)
{
	*(volatile u8 *)mem_address(b->m, b->direct, 1) += 1;
}

static void bench_set_kva_64(struct bench *b)
{
	mem_set(b->m, b->cfg->kva_start + 128, 0, 64);
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
	unsigned int host_loops; /* 0: it does not depend on the MMU */
} services[] = {
	{"boot+teardown", bench_boot, 20000, false, 20000},
	{"boot+teardown-used", bench_boot_used, 20000, false, 2000},
	{"boot-memory+hand-over", bench_boot_memory, 20000, false, 2000},
	{"malloc-pair", bench_malloc, 200000, false, 0},
	{"kmalloc-pair", bench_kmalloc, 200000, false, 0},
	{"page-pair", bench_page, 200000, false, 50000},
	{"page-pair-touched", bench_page_touched, 50000, false, 50000},
	{"map+unmap+flush-1", bench_map_1, 200000, false, 5000},
	{"map+unmap+flush-16", bench_map_16, 50000, false, 5000},
	{"map+touch+unmap+flush-16", bench_map_touch_16, 50000, false, 2000},
	{"mem-address", bench_access, 1000000, true, 1000000},
	{"mem-address-direct", bench_direct, 1000000, true, 1000000},
	{"mem-set-64", bench_set_kva_64, 1000000, true, 1000000},
	{"direct-set-4", bench_set_4, 1000000, true, 0},
	{"direct-set-64", bench_set_64, 1000000, true, 0},
	{"direct-set-1024", bench_set_1024, 1000000, true, 0},
	{"direct-set-16-pages", bench_set_16_pages, 50000, true, 0},
	{"run-pair-32", bench_run, 20000, false, 0},
	{"run-32-growing", bench_run_grow, (BENCH_FRAMES - BENCH_PAGES) / BENCH_RUN, false, 0},
};

static const struct bench_plot times_plot = {
	.title = "The machine: time of each service",
	.x = "service",
	.y = "ns",
	.log = true,
};

static const struct bench_table times_table = {
	.title = "Time of each service; host: on the host MMU, and as a multiple of the model",
	.columns = {"time", "host", "ratio"},
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
		if (services[c].mapped)
			vmap_pages_range(b->m, b->cfg->kva_start, b->page, 1, GFP_KERNEL);
		bench_begin(&t);
		for (i = 0; i < loops; i++)
			services[c].fn(b);
		bench_end(&t, loops);
	}
	return t.least;
}

static void set_mmu(struct bench *b, enum machine_mmu mmu)
{
	b->cfg->mmu = mmu;
	b->cfg->kva_start = machine_kva_start(b->m, mmu);
}

static void bench_service(struct bench *b, unsigned int c, bool host, struct bench_out *out)
{
	const char *name = services[c].name;
	double model, ns;

	set_mmu(b, MMU_MODEL);
	model = bench_case(b, c, bench_count(out, services[c].loops));
	bench_value_bar(out, &times_plot, name, "time", name, model, "ns");
	if (!host || !services[c].host_loops)
		return;
	set_mmu(b, MMU_HOST);
	ns = bench_case(b, c, bench_count(out, services[c].host_loops));
	bench_value_bar(out, &times_plot, name, "host", name, ns, "ns");
	bench_value(out, name, "ratio", ns / model, "x");
}

void machine_bench(struct bench_out *out)
{
	struct bench b = {.m = machine_create(), .cfg = calloc(1, sizeof(*b.cfg))};

	if (b.m && b.cfg) {
		const bool host = machine_kva_start(b.m, MMU_HOST);

		if (!host)
			bench_note(out, machine_boot_error(b.m));
		bench_table_begin(out, &times_table);
		topology_init(&b.cfg->topology, 2, 1, BENCH_FRAMES);
		b.cfg->kva_size = 16 << 20;
		for (unsigned int c = 0; c < ARRAY_SIZE(services); c++)
			bench_service(&b, c, host, out);
		bench_table_begin(out, NULL);
	}
	free(b.cfg);
	machine_destroy(b.m);
}

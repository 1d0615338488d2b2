/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * first.c - the first chunk: the layout of an allocator, and the memory of its first units.
 *
 * Two ways, after "implement and use sparse embedding first chunk allocator" (2009):
 *
 *   embed   a block of boot memory for each group, near its CPUs, used at its address in the direct
 *           map. Further chunks keep the distances between the groups in the space for mappings, so
 *           groups that are too far apart are refused
 *   page    page by page, mapped side by side at the lowest free addresses of that space
 *
 * percpu_alloc=auto falls back from embed to page on any failure of embedding, with the notice that
 * a kernel prints. All chunks have the same layout. Without a first chunk there is only the layout.
 *
 * Page by page, a kernel ignores the dynamic size that it was given and takes the least one, and
 * the least unit: mapped pages cost TLB entries. Here both are as configured, also after a
 * fallback. Then what a first chunk can serve does not depend on how it was made, and runs can be
 * compared; the layout of a kernel that fell back is configured by its own numbers.
 */
#include <stdarg.h>

#include "internal.h"

static const char first_owner[] = "percpu first chunk";

__printf(2, 3) static void notice(const struct pcpu *pc, const char *fmt, ...)
{
	char text[128];
	va_list args;

	if (!pc->cfg.notice)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	pc->cfg.notice(pc->cfg.arg, text);
}

/* Boot memory from the provider, or page frames of the machine. */
static u64 boot_alloc(struct pcpu *pc, unsigned int cpu, u64 size, u64 align)
{
	const struct pcpu_fc_provider *from = pc->cfg.provider;
	struct page *page;

	if (from) {
		u64 addr = from->alloc(from->arg, cpu, size, align);

		MM_CHECK(IS_ALIGNED(addr, align), RANGE,
			 "boot memory at %#llx, expected a multiple of %llu", addr, align);
		return addr;
	}
	page = alloc_contig_pages(pc->m, (int)cpu_to_node(pc->topology, cpu), size >> PAGE_SHIFT,
				  align >> PAGE_SHIFT, GFP_KERNEL, first_owner);
	return page ? page_to_virt(pc->m, page) : 0;
}

static void boot_free(struct pcpu *pc, u64 addr, u64 size)
{
	const struct pcpu_fc_provider *from = pc->cfg.provider;

	if (from) {
		from->free(from->arg, addr, size);
		return;
	}
	put_contig_pages(pc->m, virt_to_page(pc->m, addr), size >> PAGE_SHIFT);
}

/* A page near a CPU, to be mapped; from boot memory if there is a provider. */
static struct page *boot_page(struct pcpu *pc, unsigned int cpu)
{
	u64 addr;

	if (!pc->cfg.provider)
		return alloc_page_node(pc->m, (int)cpu_to_node(pc->topology, cpu), GFP_KERNEL,
				       first_owner);
	addr = boot_alloc(pc, cpu, PAGE_SIZE, PAGE_SIZE);
	return addr ? virt_to_page(pc->m, addr) : NULL;
}

/* A page of boot memory goes back to the provider, which owns its reference. */
static void boot_page_put(struct pcpu *pc, struct page *page)
{
	if (pc->cfg.provider)
		boot_free(pc, page_to_virt(pc->m, page), PAGE_SIZE);
	else
		put_page(pc->m, page);
}

/* Build the layout and its tables. The addresses of the groups are not known yet. */
static int take_layout(struct pcpu *pc, u32 atom_size, bool distances)
{
	const struct pcpu_layout_params p = {
		.static_size = ALIGN(pc->cfg.static_size, PCPU_MIN_ALLOC_SIZE),
		.reserved_size = ALIGN(pc->cfg.reserved_size, PCPU_MIN_ALLOC_SIZE),
		.dyn_size = ALIGN(pc->cfg.dyn_size, PCPU_MIN_ALLOC_SIZE),
		.min_unit_size = pc->cfg.unit_size,
		.atom_size = atom_size,
		.distances = distances,
	};
	struct pcpu_alloc_info *ai;
	int err;

	err = pcpu_build_alloc_info(pc->m, &p, &ai);
	if (err)
		return err;
	/* One allocation for unit_off, group_off, group_size and copy_off. */
	pc->unit_off =
		kcalloc(pc->m, pc->topology->nr_cpu_ids + 2 * (size_t)ai->nr_groups + ai->nr_units,
			sizeof(u64), GFP_KERNEL);
	if (!pc->unit_off) {
		pcpu_free_alloc_info(pc->m, ai);
		return -ENOMEM;
	}
	pc->group_off = pc->unit_off + pc->topology->nr_cpu_ids;
	pc->group_size = pc->group_off + ai->nr_groups;
	pc->copy_off = pc->group_size + ai->nr_groups;
	for (u32 i = 0; i < ai->nr_groups; i++)
		pc->group_size[i] = (u64)ai->group[i].nr_units * ai->unit_size;
	pc->ai = ai;
	pc->unit_size = ai->unit_size;
	pc->unit_pages = ai->unit_size >> PAGE_SHIFT;
	pc->map_bits = ai->unit_size >> PCPU_MIN_ALLOC_SHIFT;
	pc->first_pages =
		(u32)(ALIGN(p.static_size + p.reserved_size + p.dyn_size, PAGE_SIZE) >> PAGE_SHIFT);
	return 0;
}

static void drop_layout(struct pcpu *pc)
{
	kfree(pc->m, pc->unit_off);
	pcpu_free_alloc_info(pc->m, pc->ai);
}

/* Compute the offsets of units from those of the groups. */
static void place_units(struct pcpu *pc)
{
	const struct pcpu_alloc_info *ai = pc->ai;
	unsigned int cpu;

	pc->nr_possible = 0;
	for (u32 group = 0; group < ai->nr_groups; group++) {
		pc->group_off[group] = ai->group[group].base_offset;
		for (u32 i = 0; i < ai->group[group].nr_units; i++) {
			cpu = ai->cpu_map[ai->group[group].first_unit + i];
			if (cpu == PCPU_NO_CPU)
				continue;
			pc->unit_off[cpu] = pc->group_off[group] + (u64)i * ai->unit_size;
			pc->copy_off[pc->nr_possible] = pc->unit_off[cpu];
			if (!pc->nr_possible++) {
				pc->low_unit_cpu = cpu;
				pc->high_unit_cpu = cpu;
			}
			if (pc->unit_off[cpu] < pc->unit_off[pc->low_unit_cpu])
				pc->low_unit_cpu = cpu;
			if (pc->unit_off[cpu] > pc->unit_off[pc->high_unit_cpu])
				pc->high_unit_cpu = cpu;
		}
	}
}

/* Fill the static region of a CPU's unit. */
static void copy_static(struct pcpu *pc, u64 addr)
{
	u32 given = pc->cfg.static_data ? pc->cfg.static_size : 0;

	if (given)
		mem_copy_in(pc->m, addr, pc->cfg.static_data, given);
	if (pc->ai->static_size > given)
		mem_set(pc->m, addr + given, 0, pc->ai->static_size - given);
}

/* Fill a group's block, and give back the pages that the first chunk does not use. */
static void embed_fill(struct pcpu *pc, u32 group, u64 addr)
{
	const u32 *cpu = &pc->ai->cpu_map[pc->ai->group[group].first_unit];
	const u64 used = (u64)pc->first_pages << PAGE_SHIFT;

	for (u32 i = 0; i < pc->ai->group[group].nr_units; i++, addr += pc->unit_size) {
		if (cpu[i] == PCPU_NO_CPU) {
			boot_free(pc, addr, pc->unit_size);
			continue;
		}
		copy_static(pc, addr);
		if (used < pc->unit_size)
			boot_free(pc, addr + used, pc->unit_size - used);
	}
}

/* Give back the blocks of the first @nr groups; no part of them was given back before. */
static void embed_undo(struct pcpu *pc, u32 nr)
{
	while (nr--)
		boot_free(pc, pc->group_off[nr], pc->group_size[nr]);
}

/* A block for each group, or none. group_off has addresses until the lowest is known. */
static int embed_alloc(struct pcpu *pc)
{
	const struct pcpu_alloc_info *ai = pc->ai;

	for (u32 i = 0; i < ai->nr_groups; i++) {
		pc->group_off[i] = boot_alloc(pc, ai->cpu_map[ai->group[i].first_unit],
					      pc->group_size[i], ai->atom_size);
		if (!pc->group_off[i]) {
			embed_undo(pc, i);
			return -ENOMEM;
		}
	}
	return 0;
}

/* Set base and offsets from the groups' addresses. Return: bytes from the lowest unit to the end.
 */
static u64 embed_offsets(struct pcpu *pc)
{
	u64 base = pc->group_off[0], end = 0;

	for (u32 i = 0; i < pc->ai->nr_groups; i++) {
		base = min(base, pc->group_off[i]);
		end = max(end, pc->group_off[i] + pc->group_size[i]);
	}
	for (u32 i = 0; i < pc->ai->nr_groups; i++)
		pc->ai->group[i].base_offset = pc->group_off[i] - base;
	pc->first_base = base;
	return end - base;
}

static int embed_create(struct pcpu *pc, u32 atom_size, bool distances)
{
	const u64 space = machine_config(pc->m)->kva_size;
	u64 span;
	int err;

	err = take_layout(pc, atom_size, distances);
	if (err)
		return err;
	if (pc->cfg.backing == PCPU_KM && pc->ai->nr_groups > 1) {
		notice(pc, "percpu: a contiguous chunk cannot have %u groups", pc->ai->nr_groups);
		err = -EINVAL;
		goto drop;
	}
	err = embed_alloc(pc);
	if (err)
		goto drop;
	span = embed_offsets(pc);
	if (pc->cfg.backing != PCPU_KM && span > space / 4 * 3) {
		notice(pc, "percpu: max_distance=0x%llx too large for vmalloc space 0x%llx", span,
		       space);
		embed_undo(pc, pc->ai->nr_groups);
		err = -EINVAL;
		goto drop;
	}
	/* After the last group has its block, which else might lie in the tail of another group. */
	for (u32 i = 0; i < pc->ai->nr_groups; i++)
		embed_fill(pc, i, pc->group_off[i]);
	place_units(pc);
	pc->fc_kind = PCPU_FC_EMBED;
	return 0;

drop:
	drop_layout(pc);
	return err;
}

static void embed_destroy(struct pcpu *pc)
{
	unsigned int cpu;

	for_each_possible_cpu (cpu, pc->topology)
		boot_free(pc, pc->first_base + pc->unit_off[cpu],
			  (u64)pc->first_pages << PAGE_SHIFT);
}

/* The pages of all units, or none. */
static int page_alloc(struct pcpu *pc)
{
	const u32 nr = pc->nr_possible * pc->first_pages;

	pc->first_page = kmalloc(pc->m, nr * sizeof(*pc->first_page), GFP_KERNEL);
	if (!pc->first_page)
		return -ENOMEM;
	for (u32 i = 0; i < nr; i++) {
		unsigned int cpu = pc->ai->cpu_map[i / pc->first_pages];

		pc->first_page[i] = boot_page(pc, cpu);
		if (pc->first_page[i])
			continue;
		while (i--)
			boot_page_put(pc, pc->first_page[i]);
		kfree(pc->m, pc->first_page);
		return -ENOMEM;
	}
	return 0;
}

static void page_free(struct pcpu *pc)
{
	u32 nr = pc->nr_possible * pc->first_pages;

	while (nr--)
		boot_page_put(pc, pc->first_page[nr]);
	kfree(pc->m, pc->first_page);
}

/* Unmap all pages and flush, so that no stale TLB entry is left when they are given back. */
static void page_unmap(struct pcpu *pc)
{
	const u64 end = pc->first_base + pc->group_size[0];

	for (u64 addr = pc->first_base; addr < end; addr += pc->unit_size)
		vunmap_range(pc->m, addr, pc->first_pages);
	flush_tlb_kernel_range(pc->m, pc->first_base, end);
}

static int page_map(struct pcpu *pc)
{
	for (u32 unit = 0; unit < pc->nr_possible; unit++) {
		int err = vmap_pages_range(pc->m, pc->first_base + (u64)unit * pc->unit_size,
					   &pc->first_page[unit * pc->first_pages], pc->first_pages,
					   GFP_KERNEL);

		if (err) {
			page_unmap(pc);
			return err;
		}
	}
	return 0;
}

/* Atoms of a page and one group: every unit has a CPU. */
static int page_create(struct pcpu *pc)
{
	int err = take_layout(pc, PAGE_SIZE, false);
	unsigned int cpu;

	if (err)
		return err;
	place_units(pc);
	err = page_alloc(pc);
	if (err)
		goto drop;
	pc->first_va = alloc_vmap_area(pc->vs, pc->group_size[0], PAGE_SIZE, 0, ~0ULL, GFP_KERNEL);
	if (IS_ERR(pc->first_va)) {
		err = (int)PTR_ERR(pc->first_va);
		goto free_pages;
	}
	pc->first_base = vmap_area_start(pc->first_va);
	err = page_map(pc);
	if (err)
		goto free_area;
	for_each_possible_cpu (cpu, pc->topology)
		copy_static(pc, pc->first_base + pc->unit_off[cpu]);
	pc->fc_kind = PCPU_FC_PAGE;
	return 0;

free_area:
	free_unmap_vmap_area(pc->vs, pc->first_va);
free_pages:
	page_free(pc);
drop:
	drop_layout(pc);
	return err;
}

static void page_destroy(struct pcpu *pc)
{
	page_unmap(pc);
	page_free(pc);
	free_unmap_vmap_area(pc->vs, pc->first_va);
}

/* No first chunk: a layout in one group, and no memory. */
static int no_memory_create(struct pcpu *pc, u32 atom_size)
{
	int err = take_layout(pc, atom_size, false);

	if (err)
		return err;
	place_units(pc);
	pc->first_base = 0;
	pc->fc_kind = pc->cfg.backing == PCPU_KM ? PCPU_FC_EMBED : PCPU_FC_PAGE;
	return 0;
}

/* Blocks of page frames come in powers of two: the rest of a chunk's block is wasted. */
static void notice_km_waste(const struct pcpu *pc)
{
	u64 pages = pc->group_size[0] >> PAGE_SHIFT;
	u64 block = BIT_ULL(fls64(pages - 1));

	if (block > pages)
		notice(pc, "percpu: wasting %llu pages per chunk", (block - pages));
}

static int create(struct pcpu *pc, u32 atom_size)
{
	const struct pcpu_config *cfg = &pc->cfg;
	const bool km = cfg->backing == PCPU_KM;
	int err;

	if (!cfg->static_size && !cfg->reserved_size && !cfg->dyn_size)
		return no_memory_create(pc, atom_size);
	if (cfg->fc != PCPU_FC_PAGE) {
		err = embed_create(pc, atom_size, !km || cfg->fc == PCPU_FC_EMBED);
		if (!err || km || cfg->fc == PCPU_FC_EMBED)
			return err;
		notice(pc, "percpu: embed allocator failed (%d), falling back to page size", err);
	}
	return page_create(pc);
}

int pcpu_first_chunk_create(struct pcpu *pc)
{
	const struct pcpu_config *cfg = &pc->cfg;
	int err;

	/* With this bound on each size, neither rounding nor the sum overflows. */
	if (max(max(cfg->static_size, cfg->reserved_size), cfg->dyn_size) > PCPU_MAX_UNIT_PAGES
										    << PAGE_SHIFT)
		return -EINVAL;
	if (cfg->backing == PCPU_KM && cfg->fc == PCPU_FC_PAGE) {
		notice(pc, "percpu: page by page needs an MMU");
		return -EINVAL;
	}
	err = create(pc, max(cfg->atom_size, (u32)PAGE_SIZE));
	if (!err && cfg->backing == PCPU_KM)
		notice_km_waste(pc);
	return err;
}

void pcpu_first_chunk_destroy(struct pcpu *pc)
{
	if (pc->first_pages && pc->fc_kind == PCPU_FC_PAGE)
		page_destroy(pc);
	else if (pc->first_pages)
		embed_destroy(pc);
	drop_layout(pc);
}

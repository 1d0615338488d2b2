/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vm.c - chunks of pages that are mapped one by one, on demand.
 *
 * A chunk's units are as far apart as those of the first chunk: its groups lie in congruent areas,
 * which pcpu_get_vm_areas() finds ("implement and use sparse embedding first chunk allocator",
 * 2009).
 *
 * The pages of a range of page numbers are populated and depopulated for all possible CPUs
 * together. Each page comes from the node of its CPU. All pages are allocated before the first is
 * mapped. All pages are unmapped, and flushed at once, before the first is given back: no CPU can
 * reach a page through a stale TLB entry after the page has a new owner.
 *
 * alloc_mutex protects the scratch array pcpu.pages. pcpu_destroy() has no other users, and does
 * not take it.
 */
#include "internal.h"
#include "poison.h"

static const char percpu_owner[] = "percpu";

static void put_pages(struct pcpu *pc, u32 nr)
{
	while (nr--)
		put_page(pc->m, pc->pages[nr]);
}

static int alloc_pages(struct pcpu *pc, u32 nr_each, gfp_t gfp)
{
	unsigned int cpu;
	u32 nr = 0;

	for_each_possible_cpu (cpu, pc->topology) {
		int nid = (int)cpu_to_node(pc->topology, cpu);

		for (u32 i = 0; i < nr_each; i++) {
			struct page *page = alloc_page_node(pc->m, nid, gfp, percpu_owner);

			if (!page) {
				put_pages(pc, nr);
				return -ENOMEM;
			}
			pc->pages[nr++] = page;
		}
	}
	return 0;
}

/* One flush from the lowest unit to the end of the highest. */
static void flush_chunk(struct pcpu_chunk *chunk)
{
	const struct pcpu *pc = chunk->pc;

	flush_tlb_kernel_range(pc->m, pcpu_unit_addr(chunk, pc->low_unit_cpu),
			       pcpu_unit_addr(chunk, pc->high_unit_cpu) + pc->unit_size);
}

/* Map the pages of alloc_pages() at pages [@start, @end) of each unit. */
static int map_pages(struct pcpu_chunk *chunk, u32 start, u32 end, gfp_t gfp)
{
	struct pcpu *pc = chunk->pc;
	const u64 off = (u64)start << PAGE_SHIFT;
	struct page **pages = pc->pages;
	unsigned int cpu, undo;
	int err;

	for_each_possible_cpu (cpu, pc->topology) {
		err = vmap_pages_range(pc->m, pcpu_unit_addr(chunk, cpu) + off, pages, end - start,
				       gfp);
		if (err)
			goto unmap;
		pages += end - start;
	}
	return 0;

unmap:
	/* Of the failing CPU's pages, those before the failing one are mapped. */
	for_each_possible_cpu (undo, pc->topology) {
		vunmap_range(pc->m, pcpu_unit_addr(chunk, undo) + off, end - start);
		if (undo == cpu)
			break;
	}
	flush_chunk(chunk);
	return err;
}

static int vm_populate(struct pcpu_chunk *chunk, u32 start, u32 end, gfp_t gfp)
{
	int err;

	lockdep_assert_mutex_held(&chunk->pc->alloc_mutex);
	err = alloc_pages(chunk->pc, end - start, gfp);
	if (err)
		return err;
	err = map_pages(chunk, start, end, gfp);
	if (err)
		put_pages(chunk->pc, chunk->pc->nr_possible * (end - start));
	else
		pcpu_forbid(chunk, start * PCPU_BLOCK_BITS, (end - start) * PCPU_BLOCK_BITS);
	return err;
}

static void vm_depopulate(struct pcpu_chunk *chunk, const u64 *which)
{
	struct pcpu *pc = chunk->pc;
	unsigned int cpu;
	u32 nr = 0, start, end;

	for (start = 0; (start = find_next_bit(which, pc->unit_pages, start)) < pc->unit_pages;
	     start = end) {
		end = find_next_zero_bit(which, pc->unit_pages, start);
		for_each_possible_cpu (cpu, pc->topology) {
			u64 addr = pcpu_unit_addr(chunk, cpu) + ((u64)start << PAGE_SHIFT);

			for (u32 i = 0; i < end - start; i++)
				pc->pages[nr++] = vmalloc_to_page(pc->m, addr + i * PAGE_SIZE);
			vunmap_range(pc->m, addr, end - start);
		}
	}
	flush_chunk(chunk);
	put_pages(pc, nr);
}

static int vm_create(struct pcpu_chunk *chunk, gfp_t gfp)
{
	struct pcpu *pc = chunk->pc;
	int err = pcpu_get_vm_areas(pc->vs, pc->group_off, pc->group_size, pc->ai->nr_groups,
				    pc->ai->atom_size, gfp, chunk->va);

	if (!err)
		chunk->base = vmap_area_start(chunk->va[0]) - pc->group_off[0];
	return err;
}

static void vm_destroy(struct pcpu_chunk *chunk)
{
	pcpu_free_vm_areas(chunk->pc->vs, chunk->va, chunk->pc->ai->nr_groups);
}

const struct pcpu_backing_ops pcpu_vm_ops = {
	.create = vm_create,
	.destroy = vm_destroy,
	.populate = vm_populate,
	.depopulate = vm_depopulate,
};

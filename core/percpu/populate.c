/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * populate.c - pages in the units of a chunk, mapped and unmapped.
 *
 * The pages of one range of page numbers, for all possible CPUs, come and go together. Each comes
 * from the node of its CPU. Pages are all allocated before the first is mapped, and all unmapped,
 * and flushed at once, before the first is given back: no CPU can reach a page through an
 * address of ours that belongs to somebody else by then.
 *
 * The caller has sole use of pcpu.pages, by alloc_mutex or because nobody else is there yet.
 */
#include "internal.h"

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

static void flush_chunk(struct pcpu_chunk *chunk)
{
	flush_tlb_kernel_range(chunk->pc->m, chunk->base,
			       chunk->base + pcpu_chunk_bytes(chunk->pc));
}

/* Map what alloc_pages() gave at pages [@start, @end) of each unit. */
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
	/* Of the failing CPU's, those before the failing one are mapped. */
	for_each_possible_cpu (undo, pc->topology) {
		vunmap_range(pc->m, pcpu_unit_addr(chunk, undo) + off, end - start);
		if (undo == cpu)
			break;
	}
	flush_chunk(chunk);
	return err;
}

/**
 * pcpu_populate_chunk() - map pages [@start, @end) of all possible CPUs' units
 * @chunk: the chunk; none of these pages is there
 * @start: first page
 * @end:   behind the last
 * @gfp:   GFP_KERNEL
 *
 * On success the caller says so with pcpu_chunk_populated(). Return: 0 or a negative error: nothing
 * has changed.
 */
int pcpu_populate_chunk(struct pcpu_chunk *chunk, u32 start, u32 end, gfp_t gfp)
{
	int err = alloc_pages(chunk->pc, end - start, gfp);
	unsigned int cpu;
	u32 nr = 0;

	if (err)
		return err;
	err = map_pages(chunk, start, end, gfp);
	if (err) {
		for_each_possible_cpu (cpu, chunk->pc->topology)
			nr += end - start;
		put_pages(chunk->pc, nr);
	}
	return err;
}

/**
 * pcpu_depopulate_chunk() - unmap pages of all units and give them back
 * @chunk: the chunk
 * @which: bitmap of the pages. All are there, and atomic requests do not see them any more
 */
void pcpu_depopulate_chunk(struct pcpu_chunk *chunk, const u64 *which)
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

/* pcpu_chunk_populated() - pages [@start, @end) are there now; both locks are held */
void pcpu_chunk_populated(struct pcpu_chunk *chunk, u32 start, u32 end)
{
	struct pcpu *pc = chunk->pc;

	set_range(chunk->populated, start, end - start);
	chunk->nr_populated += end - start;
	pc->nr_populated += end - start;
	for (; start < end; start++)
		if (pcpu_bitmap_page_empty(chunk, start))
			pcpu_page_emptied(chunk, start);
}

/* pcpu_chunk_depopulated() - an empty page is about to go; both locks are held */
void pcpu_chunk_depopulated(struct pcpu_chunk *chunk, u32 page)
{
	pcpu_page_used(chunk, page);
	clear_range(chunk->populated, page, 1);
	chunk->nr_populated--;
	chunk->pc->nr_populated--;
}

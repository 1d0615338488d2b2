/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * km.c - chunks of contiguous kernel memory, for machines without an MMU.
 *
 * After "percpu: implement kernel memory based chunk allocation" (2010). A chunk is one block of
 * page frames, used at its address in the direct map: all of its pages are populated during the
 * whole life of the chunk. Page frames come in powers of two, so a chunk of another size wastes the
 * rest of the block; first.c prints a notice at boot. The layout must have one group, since the
 * block cannot lie in several places.
 */
#include "internal.h"

static const char km_owner[] = "percpu km";

/* Page frames of a chunk, wasted ones included. */
static u64 block_pages(const struct pcpu *pc)
{
	u64 pages = pc->group_size[0] >> PAGE_SHIFT;

	return 1ULL << fls64(pages - 1);
}

static int km_create(struct pcpu_chunk *chunk, gfp_t gfp)
{
	struct pcpu *pc = chunk->pc;
	u64 pages = block_pages(pc);

	chunk->block = alloc_contig_pages(pc->m, NUMA_NO_NODE, pages, pages, gfp, km_owner);
	if (!chunk->block)
		return -ENOMEM;
	chunk->base = page_to_virt(pc->m, chunk->block);
	return 0;
}

static void km_destroy(struct pcpu_chunk *chunk)
{
	put_contig_pages(chunk->pc->m, chunk->block, block_pages(chunk->pc));
}

const struct pcpu_backing_ops pcpu_km_ops = {
	.whole = true,
	.create = km_create,
	.destroy = km_destroy,
};

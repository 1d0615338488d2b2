/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rootmem.c - one bitmap for the pages of all nodes, after "[RFC] Rootmem: boot-time memory
 * allocator" (2008).
 *
 * The bitmap spans everything from the lowest to the highest page, and a page is one bit in it
 * however the nodes interleave. What is in no range is reserved for ever. Which node a page is of
 * stands in the sorted ranges alone, so a request that must not leave a node is a search of that
 * node's ranges, one after the other. (The RFC's version searched from a node's first to its
 * last page, and what it found there could be of a node between: its reviewers' objection.)
 *
 * A request that may cross nodes searches the bitmap as if there were no nodes.
 */
#include "internal.h"

static int rootmem_setup(struct boot_mem *bm)
{
	if (bitmap_make(bm->m, &bm->root, boot_first_pfn(bm), boot_last_pfn(bm)))
		return -ENOMEM;
	for (unsigned int i = 1; i < bm->nr_ranges; i++)
		bitmap_set(&bm->root, bm->range[i - 1].end, bm->range[i].start);
	return 0;
}

static u64 rootmem_find(const struct boot_mem *bm, const struct boot_request *rq, u64 from, u64 to,
			u64 nr, u64 align)
{
	if (rq->cross) {
		u64 pfn = from < to ? bitmap_find(&bm->root, from, to, nr, align) : to;

		return pfn < to ? pfn : NO_PFN;
	}
	for (unsigned int i = boot_range_from(bm, from); i < bm->nr_ranges; i++) {
		const struct boot_range *r = &bm->range[i];
		u64 start = max(r->start, from), end = min(r->end, to), pfn;

		if (r->start >= to)
			break;
		if ((rq->nid != NUMA_NO_NODE && (int)r->nid != rq->nid) ||
		    bm->node[r->nid].free < nr || start >= end)
			continue;
		pfn = bitmap_find(&bm->root, start, end, nr, align);
		if (pfn < end)
			return pfn;
	}
	return NO_PFN;
}

static u64 rootmem_alloc(struct boot_mem *bm, struct boot_request *rq)
{
	struct boot_node *node;

	if (rq->nid == NUMA_NO_NODE)
		return boot_serve(bm, &bm->any, rq, boot_first_pfn(bm), boot_last_pfn(bm));
	node = &bm->node[rq->nid];
	if (!boot_node_has_memory(node))
		return BOOT_NONE;
	return boot_serve(bm, &node->cursor, rq, node->start, node->end);
}

const struct boot_ops rootmem_ops = {
	.setup = rootmem_setup,
	.alloc = rootmem_alloc,
	.find = rootmem_find,
};

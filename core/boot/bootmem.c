/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bootmem.c - a bitmap for each node, as in Linux from 1999 to 2018.
 *
 * A node's bitmap spans its ranges from the first to the last page. What lies in between
 * and is not the node's is reserved for ever, so a search needs to know nothing of ranges. That
 * is bootmem's strength with one range a node and its weakness with several that interleave:
 * the spans of n such nodes lie over each other, and there are n bits for a page of which
 * one says something.
 *
 * A request for a node falls back to the others, in order of their first page. As it did
 * ("bootmem: revisit bootmem descriptor list handling", 2008), it looks for the goal in all
 * nodes before it gives the goal up.
 */
#include "internal.h"

/* B1: holes in the span of a node. */
static void bootmem_set_holes(struct boot_mem *bm)
{
	u64 end[TOPOLOGY_MAX_NODES];

	for (unsigned int i = 0; i < bm->nr_ranges; i++) {
		const struct boot_range *r = &bm->range[i];
		struct boot_node *node = &bm->node[r->nid];

		if (r->start != node->start)
			bitmap_set(&node->map, end[r->nid], r->start);
		end[r->nid] = r->end;
	}
}

static int bootmem_setup(struct boot_mem *bm)
{
	for (unsigned int nid = 0; nid < bm->cfg.nr_nodes; nid++) {
		struct boot_node *node = &bm->node[nid];

		if (!boot_node_has_memory(node) ||
		    !bitmap_make(bm->m, &node->map, node->start, node->end))
			continue;
		while (nid--)
			bitmap_drop(bm->m, &bm->node[nid].map);
		return -ENOMEM;
	}
	bootmem_set_holes(bm);
	return 0;
}

static u64 bootmem_find(const struct boot_mem *bm, const struct boot_request *rq, u64 from, u64 to,
			u64 nr, u64 align)
{
	const struct boot_node *node = &bm->node[rq->nid];
	u64 pfn;

	if (node->free < nr || from >= to)
		return NO_PFN;
	pfn = bitmap_find(&node->map, from, to, nr, align);
	return pfn < to ? pfn : NO_PFN;
}

static u64 bootmem_serve(struct boot_mem *bm, struct boot_request *rq, unsigned int nid)
{
	struct boot_node *node = &bm->node[nid];

	rq->nid = (int)nid;
	return boot_serve(bm, &node->cursor, rq, node->start, node->end);
}

static u64 bootmem_alloc(struct boot_mem *bm, struct boot_request *rq)
{
	const int nid = rq->nid;
	u64 addr = BOOT_NONE;

	if (nid != NUMA_NO_NODE && boot_node_has_memory(&bm->node[nid]))
		addr = bootmem_serve(bm, rq, (unsigned int)nid);
	for (unsigned int i = 0; addr == BOOT_NONE && i < bm->nr_ranges; i++) {
		const struct boot_range *r = &bm->range[i];

		if (r->start == bm->node[r->nid].start && (int)r->nid != nid)
			addr = bootmem_serve(bm, rq, r->nid);
	}
	rq->nid = nid;
	return addr;
}

const struct boot_ops bootmem_ops = {
	.setup = bootmem_setup,
	.alloc = bootmem_alloc,
	.find = bootmem_find,
};

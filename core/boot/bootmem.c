/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bootmem.c - a bitmap for each node, as in Linux from 1999 to 2018.
 *
 * A node's bitmap spans its ranges from the first to the last page. If the ranges of n nodes
 * interleave, their spans overlap, and a page has up to n bits, of which one counts. The others are
 * never written or read (B3): they cost addresses, and bytes of metadata in the statistics.
 *
 * A request for a node falls back to the others, in order of their first page. It tries the goal in
 * all nodes before it gives up the goal, as Linux did since "bootmem: revisit bootmem descriptor
 * list handling" (2008).
 */
#include "internal.h"

static int bootmem_init_bitmaps(struct boot_mem *bm)
{
	for (unsigned int nid = 0; nid < bm->cfg.nr_nodes; nid++) {
		struct boot_node *node = &bm->node[nid];

		if (!boot_node_has_memory(node) ||
		    !bitmap_init(bm->m, &node->map, node->start, node->end))
			continue;
		while (nid--)
			bitmap_destroy(bm->m, &bm->node[nid].map);
		return -ENOMEM;
	}
	return 0;
}

static u64 bootmem_serve(struct boot_mem *bm, struct boot_request *rq, unsigned int nid)
{
	rq->nid = (int)nid;
	return boot_cursor_alloc(bm, &bm->node[nid].cursor, rq);
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
	.init_bitmaps = bootmem_init_bitmaps,
	.alloc = bootmem_alloc,
};

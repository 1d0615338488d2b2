/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rootmem.c - one bitmap for the pages of all nodes, after "[RFC] Rootmem: boot-time memory
 * allocator" (2008).
 *
 * The bitmap spans all memory from the lowest to the highest page, and a page has one bit however
 * the nodes interleave. So a run may cross from node to node, if the request allows it.
 */
#include "internal.h"

static int rootmem_init_bitmaps(struct boot_mem *bm)
{
	return bitmap_init(bm->m, &bm->root, boot_first_pfn(bm), boot_last_pfn(bm));
}

static u64 rootmem_alloc(struct boot_mem *bm, struct boot_request *rq)
{
	if (rq->nid == NUMA_NO_NODE)
		return boot_cursor_alloc(bm, &bm->any, rq);
	if (!boot_node_has_memory(&bm->node[rq->nid]))
		return BOOT_NONE;
	return boot_cursor_alloc(bm, &bm->node[rq->nid].cursor, rq);
}

const struct boot_ops rootmem_ops = {
	.init_bitmaps = rootmem_init_bitmaps,
	.alloc = rootmem_alloc,
};

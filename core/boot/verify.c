/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify.c - recompute the invariants R, N, C (internal.h) and B (bitmap.h, internal.h).
 *
 * The plain facts are the sorted ranges and the bits of their pages. From these follow the nodes,
 * the place of each bitmap and its clear bits, every count and hint, and the pages used in part.
 *
 * A count proves that all holes are clear (B2, B3): a bitmap has no more set bits than the ranges
 * that it serves.
 *
 * Verification is an oracle: ThreadSanitizer and coverage do not see it, it allocates nothing, and
 * it reads each word of a bitmap at most four times.
 */
#include "../sched/types.h"

VERIFIER_BEGIN

#include "internal.h"

/* Number of free pages of [@start, @end). */
static u64 count_free(const struct boot_bitmap *map, u64 start, u64 end)
{
	u64 free = 0;

	while (start < end) {
		u64 next = min(ALIGN_DOWN(start, WORD_BITS) + WORD_BITS, end);
		u64 mask = mask_from(start) & mask_below(next);

		free += (u64)__builtin_popcountll(map->word[(start - map->base) / WORD_BITS] &
						  mask);
		start = next;
	}
	return free;
}

static void verify_ranges(const struct boot_mem *bm)
{
	MM_CHECK(bm->nr_ranges <= bm->max_ranges, COUNT, "%u ranges, room for %u", bm->nr_ranges,
		 bm->max_ranges);
	for (unsigned int i = 0; i < bm->nr_ranges; i++) {
		const struct boot_range *r = &bm->range[i], *prev = r - 1;

		MM_CHECK(r->start < r->end && r->nid < bm->cfg.nr_nodes, LIST,
			 "R1: range [%#llx, %#llx) of node %u is empty, or of no node", r->start,
			 r->end, r->nid);
		MM_CHECK(!i || prev->end <= r->start, LIST,
			 "R1: range [%#llx, %#llx) begins before [%#llx, %#llx) ends", r->start,
			 r->end, prev->start, prev->end);
		MM_CHECK(!i || prev->to <= r->from, LIST,
			 "R1: bytes [%#llx, %#llx) begin before [%#llx, %#llx) end", r->from, r->to,
			 prev->from, prev->to);
		MM_CHECK(pfn_up(r->from) == r->start && pfn_down(r->to) == r->end, LIST,
			 "R3: range [%#llx, %#llx) is not the pages of bytes [%#llx, %#llx)",
			 r->start, r->end, r->from, r->to);
		MM_CHECK(!i || prev->end != r->start || prev->nid != r->nid, LIST,
			 "R2: ranges of node %u touch at %#llx and are two", r->nid, r->start);
	}
}

/* B1, checked before the bitmap is read. */
static void verify_place(const struct boot_bitmap *map, u64 start, u64 end, const char *whose)
{
	MM_CHECK(map->word && map->start == start && map->end == end &&
			 map->base == ALIGN_DOWN(start, WORD_BITS),
		 LIST, "B1: bitmap of %s is of [%#llx, %#llx) from %#llx on, not [%#llx, %#llx)",
		 whose, map->start, map->end, map->base, start, end);
}

/* B2, B3: exactly the @free bits of the bitmap's own pages are set. */
static void verify_holes(const struct boot_bitmap *map, u64 free, const char *whose)
{
	u64 found = count_free(map, map->base, ALIGN(map->end, WORD_BITS));

	MM_CHECK(found == free, OVERLAP,
		 "B3: set bits in the bitmap of %s: found %llu, expected %llu", whose, found, free);
}

/* C1 to C4. @nid: node of the cursor's pages; NUMA_NO_NODE: all nodes. */
static void verify_cursor(const struct boot_mem *bm, const struct boot_cursor *c, int nid,
			  u64 start, u64 end)
{
	const u64 pfn = c->last_end >> PAGE_SHIFT;

	MM_CHECK(c->hint >= start && c->hint <= end, HINT,
		 "C2: the next search of node %d begins at %#llx, outside of [%#llx, %#llx]", nid,
		 c->hint, start, end);
	for (unsigned int i = 0; i < bm->nr_ranges; i++) {
		const struct boot_range *r = &bm->range[i];
		const struct boot_bitmap *map = boot_bitmap_of(bm, r->nid);

		if (nid != NUMA_NO_NODE && (int)r->nid != nid)
			continue;
		MM_CHECK(!count_free(map, r->start, min(r->end, c->low)), HINT,
			 "C1: a page of node %d is free below %#llx", nid, c->low);
		MM_CHECK(!count_free(map, max(r->start, c->high), r->end), HINT,
			 "C4: a page of node %d is free from %#llx on", nid, c->high);
		if (c->last_end & (PAGE_SIZE - 1) && r->start <= pfn && pfn < r->end)
			MM_CHECK(!count_free(map, pfn, pfn + 1), HINT,
				 "C3: page %#llx, used in part up to %#llx, is free", pfn,
				 c->last_end);
	}
}

/* C3: the page that @c has used in part is of its node, and of no other cursor. */
static void verify_partial(const struct boot_mem *bm, const struct boot_cursor *c, int nid)
{
	const u64 pfn = c->last_end >> PAGE_SHIFT;
	int owner = NUMA_NO_NODE;

	if (!(c->last_end & (PAGE_SIZE - 1)))
		return;
	for (unsigned int i = 0; i < bm->nr_ranges; i++)
		if (bm->range[i].start <= pfn && pfn < bm->range[i].end)
			owner = (int)bm->range[i].nid;
	MM_CHECK(owner != NUMA_NO_NODE && (nid == NUMA_NO_NODE || owner == nid), HINT,
		 "C3: page %#llx, used in part by requests of node %d, is of node %d", pfn, nid,
		 owner);
	for (unsigned int i = 0; i < bm->cfg.nr_nodes; i++) {
		const u64 other = bm->node[i].cursor.last_end;

		MM_CHECK((int)i == nid || !(other & (PAGE_SIZE - 1)) || other >> PAGE_SHIFT != pfn,
			 HINT, "C3: page %#llx is used in part by requests of node %d and of %u",
			 pfn, nid, i);
	}
}

/* N1, N2: the members of a node that do not depend on bitmaps. */
static void verify_node(const struct boot_mem *bm, unsigned int nid)
{
	const struct boot_node *node = &bm->node[nid];
	u64 start = 0, end = 0, pages = 0;

	for (unsigned int i = 0; i < bm->nr_ranges; i++) {
		const struct boot_range *r = &bm->range[i];

		if (r->nid != nid)
			continue;
		start = pages ? start : r->start;
		end = r->end;
		pages += r->end - r->start;
	}
	MM_CHECK(node->start == start && node->end == end, LIST,
		 "N1: node %u spans [%#llx, %#llx), its ranges span [%#llx, %#llx)", nid,
		 node->start, node->end, start, end);
	MM_CHECK(node->pages == pages, COUNT, "N2: pages of node %u: recorded %llu, found %llu",
		 nid, node->pages, pages);
}

/* N3, and the bitmap and cursor of a node. Return: its free pages. */
static u64 verify_node_pages(const struct boot_mem *bm, unsigned int nid)
{
	const struct boot_node *node = &bm->node[nid];
	u64 free = 0;

	if (node->start == node->end) {
		MM_CHECK(!node->free, COUNT, "N3: node %u without pages has %llu free", nid,
			 node->free);
		return 0;
	}
	if (bm->cfg.kind == BOOT_BOOTMEM)
		verify_place(&node->map, node->start, node->end, "a node");
	for (unsigned int i = 0; i < bm->nr_ranges; i++)
		if (bm->range[i].nid == nid)
			free += count_free(boot_bitmap_of(bm, nid), bm->range[i].start,
					   bm->range[i].end);
	MM_CHECK(node->free == free, COUNT, "N3: free pages of node %u: recorded %llu, found %llu",
		 nid, node->free, free);
	if (bm->cfg.kind == BOOT_BOOTMEM)
		verify_holes(&node->map, free, "a node");
	if (bm->state == BOOT_READY) {
		verify_cursor(bm, &node->cursor, (int)nid, node->start, node->end);
		verify_partial(bm, &node->cursor, (int)nid);
	}
	return free;
}

void boot_verify(const struct boot_mem *bm)
{
	const bool root = bm->cfg.kind == BOOT_ROOTMEM;
	u64 free = 0, start, end;

	verify_ranges(bm);
	for (unsigned int nid = 0; nid < bm->cfg.nr_nodes; nid++)
		verify_node(bm, nid);
	if (bm->state == BOOT_REGISTERING)
		return;
	start = boot_first_pfn(bm);
	end = boot_last_pfn(bm);
	if (root)
		verify_place(&bm->root, start, end, "all nodes");
	for (unsigned int nid = 0; nid < bm->cfg.nr_nodes; nid++)
		free += verify_node_pages(bm, nid);
	if (!root)
		return;
	verify_holes(&bm->root, free, "all nodes");
	if (bm->state == BOOT_READY) {
		verify_cursor(bm, &bm->any, NUMA_NO_NODE, start, end);
		verify_partial(bm, &bm->any, NUMA_NO_NODE);
	}
}

VERIFIER_END

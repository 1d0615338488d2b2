/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * internal.h - the types of boot memory, and the invariants beside them.
 *
 * All that the two allocators share is written once: registration (boot.c), the state of pages
 * (pages.c), what a request is, the page that the last one used in part and the search (alloc.c).
 * Each of them says what bitmaps it has, and whose cursors serve a request, in which order
 * (struct boot_ops; bootmem.c, rootmem.c).
 *
 * Pages are frame numbers ("pfn") in here, and bytes only where a part of a page matters.
 */
#ifndef MM_BOOT_INTERNAL_H
#define MM_BOOT_INTERNAL_H

#include "boot.h"
#include "bitmap.h"
#include "../machine/meta.h"

/* The states that boot.h names the calls of, in their order. */
enum boot_state {
	BOOT_REGISTERING,
	BOOT_READY,
	BOOT_HANDED_OVER,
};

/**
 * struct boot_range - pages of one node
 * @start, @end: frames [@start, @end)
 * @from, @to:   the bytes that were registered, [@from, @to)
 * @nid:         the node
 *
 * R1: in bm->range[] they are in ascending order, none is empty, and no two overlap, not even by a
 * byte.
 * R2: two that touch are of different nodes: what touches and is of one node is one range.
 * R3: the frames are the whole pages of the bytes.
 */
struct boot_range {
	u64 start, end;
	u64 from, to;
	unsigned int nid;
};

/**
 * struct boot_cursor - what one kind of request remembers of the ones before it
 * @low:      C1: no page that it may take is free below this one
 * @high:     C4: nor is this one, or any above it
 * @hint:     where the last search ended: the next one begins here. It is a preference, so
 *            all that is required of it is C2: to lie within the cursor's pages, or at their end
 * @last_end: end of the last request, an address. C3: if that is inside of a page, the page is
 *            reserved, one of those that the cursor may take, and no other cursor's; nobody else
 *            has the rest of it. So both boot_free() and a shared reservation of the page end its
 *            use. 0: there is none
 *
 * There is one for each node, and in rootmem one for requests that name no node.
 */
struct boot_cursor {
	u64 low, high, hint;
	u64 last_end;
};

/**
 * struct boot_node - a node
 * @start, @end: N1: of its first and last range; equal: it has none
 * @pages:       N2: in its ranges
 * @free:        N3: of these, bits that are set: free, or handed over after boot_hand_over()
 * @map:         bootmem's bitmap: [@start, @end)
 * @cursor:      of requests that name it; in bootmem of all that it serves
 */
struct boot_node {
	u64 start, end;
	u64 pages, free;
	struct boot_bitmap map;
	struct boot_cursor cursor;
};

#define NO_PFN (~0ULL)

/**
 * struct boot_request - what boot_alloc() and its sisters are asked for
 * @size, @align:  bytes
 * @goal:          no address below it
 * @last:          highest address that it may start at
 * @nr:            pages, if it begins one
 * @align_pages:   what the first of these must be a multiple of
 * @nid:           of this node; NUMA_NO_NODE: of any
 * @cross:         its pages may be of several nodes
 */
struct boot_request {
	u64 size, align;
	u64 goal, last;
	u64 nr, align_pages;
	int nid;
	bool cross;
};

struct boot_mem;

/**
 * struct boot_ops - in what the two differ
 * @init_bitmaps: make the bitmaps, in which nothing is free. Return: 0, or -ENOMEM and nothing is
 * left
 * @alloc: boot_cursor_alloc() @rq by the cursors that are to serve it, in order. Return: address or
 *         BOOT_NONE
 */
struct boot_ops {
	int (*init_bitmaps)(struct boot_mem *bm);
	u64 (*alloc)(struct boot_mem *bm, struct boot_request *rq);
};

extern const struct boot_ops bootmem_ops, rootmem_ops;

/**
 * struct boot_mem - the allocator
 * @range, @nr_ranges, @max_ranges: R1 to R3; and how many there is room for
 * @root, @any: rootmem's bitmap, from the first to the last range, and the cursor of requests that
 *              name no node
 * @block_fn:       who gets what becomes free; from boot_hand_over() on
 *
 * In all bitmaps: a set bit is a page that is free, or was given; a clear bit is a page that is
 * reserved, allocated, or in no range at all. B3: what is in a bitmap and in no range (of its node)
 * is clear: it never was anything else, as nothing but the ranges is ever written or searched.
 */
struct boot_mem {
	struct machine *m;
	struct boot_config cfg;
	const struct boot_ops *ops;
	enum boot_state state;
	struct boot_range *range;
	unsigned int nr_ranges, max_ranges;
	struct boot_bitmap root;
	struct boot_cursor any;
	boot_block_fn block_fn;
	void *block_arg;
	struct boot_node node[];
};

static inline u64 pfn_up(u64 addr)
{
	return (addr >> PAGE_SHIFT) + !!(addr & (PAGE_SIZE - 1));
}

static inline u64 pfn_down(u64 addr)
{
	return addr >> PAGE_SHIFT;
}

static inline u64 pfn_address(u64 pfn)
{
	return pfn << PAGE_SHIFT;
}

static inline bool boot_node_has_memory(const struct boot_node *node)
{
	return node->start != node->end;
}

/* The bitmap that has the pages of a node. */
static inline struct boot_bitmap *boot_bitmap_of(const struct boot_mem *bm, unsigned int nid)
{
	return (struct boot_bitmap *)(bm->cfg.kind == BOOT_ROOTMEM ? &bm->root
								   : &bm->node[nid].map);
}

/* First frame and the one behind the last of all nodes; there is a range. */
static inline u64 boot_first_pfn(const struct boot_mem *bm)
{
	return bm->range[0].start;
}

static inline u64 boot_last_pfn(const struct boot_mem *bm)
{
	return bm->range[bm->nr_ranges - 1].end;
}

/* Index of the first range that ends behind @pfn: that has it, if any does. Or nr_ranges. */
static inline unsigned int boot_range_ending_after(const struct boot_mem *bm, u64 pfn)
{
	unsigned int lo = 0, hi = bm->nr_ranges;

	while (lo < hi) {
		unsigned int mid = lo + (hi - lo) / 2;

		if (bm->range[mid].end <= pfn)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* The range that has @pfn; or NULL. */
static inline const struct boot_range *boot_find_range(const struct boot_mem *bm, u64 pfn)
{
	unsigned int i = boot_range_ending_after(bm, pfn);

	return i < bm->nr_ranges && bm->range[i].start <= pfn ? &bm->range[i] : NULL;
}

/*
 * The parts of [@start, @end), a whole number of pages that all have a node, one a range:
 * @r the range, [@s, @e) the part.
 */
#define for_each_boot_part(bm, r, s, e, start, end)                                                \
	for ((r) = &(bm)->range[boot_range_ending_after((bm), (start))], (s) = (start);            \
	     (s) < (end) && ((e) = min((u64)(end), (r)->end)); (s) = (e), (r)++)

/* names.c: tell of a refusal. Return: what the call is to return. */
int boot_refuse(const struct boot_mem *bm, enum boot_error why, const char *call, u64 start,
		u64 end);

/* pages.c: pages [@start, @end), all of which have a node, become reserved. */
void boot_reserve_pages(struct boot_mem *bm, u64 start, u64 end);

/*
 * alloc.c: serve @rq, whose pages are those of @c, from the page that @c has used in part, or from
 * free ones. Return: address; or BOOT_NONE.
 */
u64 boot_cursor_alloc(struct boot_mem *bm, struct boot_cursor *c, const struct boot_request *rq);

#endif

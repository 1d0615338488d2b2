/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * internal.h - the types of boot memory, with their invariants.
 *
 * The two allocators share registration (boot.c), the state of pages (pages.c), packing and search
 * (alloc.c). They differ in struct boot_ops only: in their bitmaps, and in the cursors that serve a
 * request, in order (bootmem.c, rootmem.c).
 *
 * The ranges are the truth about nodes: the range array alone defines which node owns a page. Every
 * search and the hand-over go from range to range, which makes boot_alloc_node() of rootmem a
 * promise. A request that may cross nodes searches ranges that touch as one.
 *
 * The invariants R, N and C are in this file, B in bitmap.h and at struct boot_mem. boot_verify()
 * checks them.
 *
 * A page is given by its frame number ("pfn"), and by bytes only where a part of a page matters.
 */
#ifndef MM_BOOT_INTERNAL_H
#define MM_BOOT_INTERNAL_H

#include "boot.h"
#include "bitmap.h"
#include "../machine/meta.h"

/* The phases of boot.h: before boot_setup(), before boot_hand_over(), and after it. */
enum boot_state {
	BOOT_REGISTERING,
	BOOT_READY,
	BOOT_HANDED_OVER,
};

/**
 * struct boot_range - pages of one node
 * @start, @end: frames [@start, @end)
 * @from, @to:   the registered bytes, [@from, @to)
 * @nid:         the node
 *
 * R1: bm->range[] is in ascending order; no range is empty, and no two share a byte.
 * R2: two ranges that touch are of different nodes: those of one node are merged.
 * R3: the frames are the whole pages of the bytes.
 */
struct boot_range {
	u64 start, end;
	u64 from, to;
	unsigned int nid;
};

/**
 * struct boot_cursor - what a kind of request remembers of earlier ones
 * @low:      C1: no page of the cursor below this one is free
 * @high:     C4: no page of the cursor from this one on is free
 * @hint:     where the last search ended, and the next one begins. It is only a preference: C2: it
 *            lies within the cursor's pages, or at their end
 * @last_end: end of the last request, an address; 0: none. C3: if it is inside of a page, the page
 *            is reserved, is one of the cursor's pages and no other cursor's, and the rest of it is
 *            unused. So boot_free() and a shared reservation of the page both end packing there
 *
 * Each node has a cursor for its pages; rootmem has another for all pages.
 */
struct boot_cursor {
	u64 low, high, hint;
	u64 last_end;
};

/**
 * struct boot_node - a node
 * @start, @end: N1: from the start of its first range to the end of its last; equal: no range
 * @pages:       N2: number of pages in its ranges
 * @free:        N3: number of set bits of these: pages that are free or were handed over
 * @map:         bootmem: bitmap of [@start, @end)
 * @cursor:      rootmem: for requests that name the node; bootmem: for all that it serves
 */
struct boot_node {
	u64 start, end;
	u64 pages, free;
	struct boot_bitmap map;
	struct boot_cursor cursor;
};

#define NO_PFN (~0ULL)

/**
 * struct boot_request - a request for memory
 * @size, @align:  bytes
 * @goal:          lowest address that it may start at
 * @last:          highest address that it may start at
 * @nr:            pages that it needs if it begins a page
 * @align_pages:   alignment of the first of these, in pages
 * @nid:           node; NUMA_NO_NODE: any
 * @cross:         the pages may be of several nodes
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
 * struct boot_ops - what differs between bootmem and rootmem
 * @init_bitmaps: make the bitmaps, without a free page. Return: 0, or -ENOMEM and none is left
 * @alloc:        call boot_cursor_alloc() for each cursor that may serve @rq, in order. Return:
 *                address or BOOT_NONE
 */
struct boot_ops {
	int (*init_bitmaps)(struct boot_mem *bm);
	u64 (*alloc)(struct boot_mem *bm, struct boot_request *rq);
};

extern const struct boot_ops bootmem_ops, rootmem_ops;

/**
 * struct boot_mem - the allocator
 * @range:       R1 to R3; @nr_ranges of them, and room for @max_ranges
 * @root:        rootmem: bitmap from the first to the last range
 * @any:         rootmem: cursor of requests that name no node
 * @block_fn:    receives the pages that are free or become free, from boot_hand_over() on
 *
 * A set bit of a bitmap is a page that is free or was handed over; a clear bit is a page that is
 * reserved or allocated.
 *
 * B3: the bits of a bitmap that are in no range, or in a range of another node than the bitmap's,
 * are clear. They are never written, and never searched.
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

/* First frame of all nodes, and the end of the last; there is a range. */
static inline u64 boot_first_pfn(const struct boot_mem *bm)
{
	return bm->range[0].start;
}

static inline u64 boot_last_pfn(const struct boot_mem *bm)
{
	return bm->range[bm->nr_ranges - 1].end;
}

/* Index of the first range that ends above @pfn, or nr_ranges. No other can contain @pfn. */
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

/* The range that contains @pfn, or NULL. */
static inline const struct boot_range *boot_find_range(const struct boot_mem *bm, u64 pfn)
{
	unsigned int i = boot_range_ending_after(bm, pfn);

	return i < bm->nr_ranges && bm->range[i].start <= pfn ? &bm->range[i] : NULL;
}

/* For each range @r that shares pages with [@start, @end): [@s, @e) is what they share. */
#define for_each_boot_part(bm, r, s, e, start, end)                                                \
	for ((r) = &(bm)->range[boot_range_ending_after((bm), (start))], (s) = (start);            \
	     (s) < (end) && ((e) = min((u64)(end), (r)->end)); (s) = (e), (r)++)

/* names.c: report a refusal. Return: the error for the caller. */
int boot_refuse(const struct boot_mem *bm, enum boot_error why, const char *call, u64 start,
		u64 end);

/* pages.c: reserve pages [@start, @end), each of which has a node and is free. */
void boot_reserve_pages(struct boot_mem *bm, u64 start, u64 end);

/*
 * alloc.c: serve @rq from the page that @c has used in part, or from free pages of @c. Return:
 * address, or BOOT_NONE.
 */
u64 boot_cursor_alloc(struct boot_mem *bm, struct boot_cursor *c, const struct boot_request *rq);

#endif

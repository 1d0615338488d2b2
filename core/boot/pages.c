/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pages.c - the state of pages: reserve, free, hand over.
 *
 * A range of bytes is rounded to pages in the direction that loses no memory: a reservation grows
 * to whole pages, a free shrinks to them. In both cases every page that the range touches is
 * checked, and all of them before the first one changes: a free of a few bytes in a free page is a
 * mistake, as is one that touches a page of no node.
 *
 * The hand-over finds runs of free pages a word at a time, and cuts each run into blocks by
 * arithmetic: the order of a block is limited by the lowest set bit of its frame number, by the
 * rest of the run, and by BOOT_MAX_ORDER. That gives the fewest and largest blocks. The cost grows
 * with the words of the bitmap and the number of blocks, and not with the pages. A run ends where
 * its node ends, since page allocators keep the blocks of a node together.
 */
#include "internal.h"

/* Is a call for these bytes valid, and in order? Return: 0, or the error of boot_refuse(). */
static int boot_check_range(const struct boot_mem *bm, const char *call, u64 start, u64 size)
{
	if (bm->state == BOOT_REGISTERING)
		return boot_refuse(bm, BOOT_EARLY, call, start, start + size);
	if (!size)
		return boot_refuse(bm, BOOT_EMPTY, call, start, start);
	if (start + size < start || start + size > BOOT_MAX_ADDRESS)
		return boot_refuse(bm, BOOT_BACKWARDS, call, start, start + size);
	return 0;
}

static int boot_refuse_page(const struct boot_mem *bm, enum boot_error why, const char *call,
			    u64 pfn)
{
	return boot_refuse(bm, why, call, pfn_address(pfn), pfn_address(pfn + 1));
}

/* First of pages [@start, @end) that belongs to no node, or NO_PFN. */
static u64 boot_find_outside(const struct boot_mem *bm, u64 start, u64 end)
{
	for (unsigned int i = boot_range_ending_after(bm, start); start < end; i++) {
		if (i == bm->nr_ranges || bm->range[i].start > start)
			return start;
		start = bm->range[i].end;
	}
	return NO_PFN;
}

/* First of pages [@start, @end) that is free if @free, else that is reserved; or NO_PFN. */
static u64 boot_find_state(struct boot_mem *bm, u64 start, u64 end, bool free)
{
	const struct boot_range *r;
	u64 s, e;

	for_each_boot_part (bm, r, s, e, start, end) {
		struct boot_bitmap *map = boot_bitmap_of(bm, r->nid);
		u64 pfn = free ? bitmap_next_free(map, s, e) : bitmap_next_used(map, s, e);

		if (pfn < e)
			return pfn;
	}
	return NO_PFN;
}

/* C3: if the page used in part is in [@start, @end), requests do not continue in it. */
static void cursor_end_packing(struct boot_cursor *c, u64 start, u64 end)
{
	u64 pfn = pfn_down(c->last_end);

	if (pfn >= start && pfn < end)
		c->last_end = 0;
}

/* C1, C4: pages [@start, @end) became free; the next search begins there if they are lowest. */
static void cursor_widen(struct boot_cursor *c, u64 start, u64 end)
{
	c->low = min(c->low, start);
	c->high = max(c->high, end);
	c->hint = min(c->hint, start);
}

void boot_reserve_pages(struct boot_mem *bm, u64 start, u64 end)
{
	const struct boot_range *r;
	u64 s, e;

	for_each_boot_part (bm, r, s, e, start, end) {
		bitmap_mark_used(boot_bitmap_of(bm, r->nid), s, e);
		bm->node[r->nid].free -= e - s;
	}
}

/* Reserve those of pages [@start, @end) that are free. */
static void boot_reserve_shared(struct boot_mem *bm, u64 start, u64 end)
{
	const struct boot_range *r;
	u64 s, e;

	for_each_boot_part (bm, r, s, e, start, end) {
		struct boot_bitmap *map = boot_bitmap_of(bm, r->nid);

		cursor_end_packing(&bm->node[r->nid].cursor, s, e);
		while ((s = bitmap_next_free(map, s, e)) < e) {
			u64 run = s;

			s = bitmap_next_used(map, s, e);
			boot_reserve_pages(bm, run, s);
		}
	}
	cursor_end_packing(&bm->any, start, end);
}

int boot_reserve(struct boot_mem *bm, u64 start, u64 size, enum boot_reserve how)
{
	u64 first = pfn_down(start), end = pfn_up(start + size), pfn;
	int err;

	if (bm->state == BOOT_HANDED_OVER)
		return boot_refuse(bm, BOOT_OVER, __func__, start, start + size);
	err = boot_check_range(bm, __func__, start, size);
	if (err)
		return err;
	pfn = boot_find_outside(bm, first, end);
	if (pfn != NO_PFN)
		return boot_refuse_page(bm, BOOT_OUTSIDE, __func__, pfn);
	if (how == BOOT_SHARED) {
		boot_reserve_shared(bm, first, end);
		return 0;
	}
	pfn = boot_find_state(bm, first, end, false);
	if (pfn != NO_PFN)
		return boot_refuse_page(bm, BOOT_RESERVE_TWICE, __func__, pfn);
	boot_reserve_pages(bm, first, end);
	return 0;
}

/* Hand over pages of one node, in the largest blocks. */
static void boot_hand_over_run(const struct boot_mem *bm, u64 start, u64 end)
{
	while (start < end) {
		unsigned int order = min((unsigned int)fls64(end - start) - 1, BOOT_MAX_ORDER);

		if (start)
			order = min(order, (unsigned int)__builtin_ctzll(start));
		bm->block_fn(bm->block_arg, start, order);
		start += BIT_ULL(order);
	}
}

int boot_free(struct boot_mem *bm, u64 start, u64 size)
{
	u64 first = pfn_up(start), end = pfn_down(start + size), pfn, s, e;
	const struct boot_range *r;
	int err = boot_check_range(bm, __func__, start, size);

	if (err)
		return err;
	pfn = boot_find_outside(bm, pfn_down(start), pfn_up(start + size));
	if (pfn != NO_PFN)
		return boot_refuse_page(bm, BOOT_OUTSIDE, __func__, pfn);
	pfn = boot_find_state(bm, pfn_down(start), pfn_up(start + size), true);
	if (pfn != NO_PFN)
		return boot_refuse_page(bm, BOOT_FREE_TWICE, __func__, pfn);
	if (first >= end)
		return 0;
	for_each_boot_part (bm, r, s, e, first, end) {
		struct boot_node *node = &bm->node[r->nid];

		bitmap_mark_free(boot_bitmap_of(bm, r->nid), s, e);
		node->free += e - s;
		cursor_end_packing(&node->cursor, s, e);
		cursor_widen(&node->cursor, s, e);
		if (bm->state == BOOT_HANDED_OVER)
			boot_hand_over_run(bm, s, e);
	}
	cursor_end_packing(&bm->any, first, end);
	cursor_widen(&bm->any, first, end);
	return 0;
}

u64 boot_hand_over(struct boot_mem *bm, boot_block_fn block_fn, void *arg)
{
	u64 pages = 0;

	if (bm->state != BOOT_READY) {
		boot_refuse(bm, bm->state == BOOT_HANDED_OVER ? BOOT_OVER : BOOT_EARLY, __func__, 0,
			    0);
		return 0;
	}
	bm->state = BOOT_HANDED_OVER;
	bm->block_fn = block_fn;
	bm->block_arg = arg;
	for (unsigned int i = 0; i < bm->nr_ranges; i++) {
		const struct boot_range *r = &bm->range[i];
		struct boot_bitmap *map = boot_bitmap_of(bm, r->nid);
		u64 s = r->start, e;

		while ((s = bitmap_next_free(map, s, r->end)) < r->end) {
			e = bitmap_next_used(map, s, r->end);
			boot_hand_over_run(bm, s, e);
			pages += e - s;
			s = e;
		}
	}
	return pages;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * alloc.c - requests: packing into the page used in part, then a search for free pages.
 *
 * Packing, as in bootmem since 1999: most requests at boot are small, so a request continues where
 * the previous one ended. If it does not fit into the rest of the page, it begins there all the
 * same, provided that the next pages are free. (Linux searched for whole free pages first, and
 * packed only if the search ended right after the page. Here the page is tried first: small
 * requests search nothing, and more requests pack.)
 *
 * The search is next fit: from the hint, then from the lowest page that can be free (C1). The goal
 * is a preference: the search is repeated without it. It goes from range to range of those that the
 * request may use, and reads no word without pages of them. So a request for a node finds only
 * pages of that node. (The RFC's version of rootmem searched from a node's first to its last page,
 * and could find pages of another node between them: its reviewers' objection.) A request that may
 * cross nodes searches ranges that touch as one.
 *
 * The hint makes a sequence of requests linear; the bounds C1 and C4 make a request cheap when
 * memory is nearly full, or full above the goal. Words of used pages between free ones, or between
 * the goal and the first free page, are read again by each request that finds no room there. None
 * of this can make a request fail: the last search covers all pages that may be free.
 */
#include "internal.h"

/*
 * Continue in the page that @c has used in part (C3), and reserve the next pages if needed. Return:
 * address, or BOOT_NONE.
 */
static u64 boot_pack_request(struct boot_mem *bm, const struct boot_cursor *c,
			     const struct boot_request *rq)
{
	u64 start = ALIGN(c->last_end, rq->align), next = pfn_up(c->last_end), end;
	const struct boot_range *r;

	if (IS_ALIGNED(c->last_end, PAGE_SIZE) || start >= pfn_address(next) || start < rq->goal ||
	    start > rq->last)
		return BOOT_NONE;
	if (rq->size <= pfn_address(next) - start)
		return start;
	r = boot_find_range(bm, next - 1);
	end = rq->cross ? boot_last_pfn(bm) : r->end;
	if (rq->size > pfn_address(end) - start)
		return BOOT_NONE;
	end = pfn_up(start + rq->size);
	if (bitmap_next_used(boot_bitmap_of(bm, r->nid), next, end) < end)
		return BOOT_NONE;
	boot_reserve_pages(bm, next, end);
	return start;
}

/* May @rq use pages of range @r? */
static bool boot_range_allowed(const struct boot_request *rq, const struct boot_range *r)
{
	return rq->nid == NUMA_NO_NODE || (int)r->nid == rq->nid;
}

/*
 * Find the lowest run of @nr free pages in [@from, @to), aligned to @align, in the ranges that @rq
 * may use. Return: the first page, or NO_PFN.
 */
static u64 boot_find_run(const struct boot_mem *bm, const struct boot_request *rq, u64 from, u64 to,
			 u64 nr, u64 align)
{
	const bool cross = rq->cross;

	for (unsigned int i = boot_range_ending_after(bm, from); i < bm->nr_ranges; i++) {
		const struct boot_range *r = &bm->range[i];
		u64 start = max(r->start, from), end = r->end, pfn;

		if (r->start >= to)
			break;
		while (cross && i + 1 < bm->nr_ranges && bm->range[i + 1].start == end)
			end = bm->range[++i].end;
		end = min(end, to);
		if (!cross && (!boot_range_allowed(rq, r) || bm->node[r->nid].free < nr))
			continue;
		pfn = bitmap_find_run(boot_bitmap_of(bm, r->nid), start, end, nr, align);
		if (pfn < end)
			return pfn;
	}
	return NO_PFN;
}

/* 1 + the highest free page of [@from, @to) that @rq may use, or @from. */
static u64 boot_find_free_end(const struct boot_mem *bm, const struct boot_request *rq, u64 from,
			      u64 to)
{
	unsigned int i = min(boot_range_ending_after(bm, to - 1) + 1, bm->nr_ranges);

	while (i-- && bm->range[i].end > from) {
		const struct boot_range *r = &bm->range[i];
		u64 start = max(r->start, from), end = min(r->end, to), pfn;

		if (!boot_range_allowed(rq, r) || start >= end || !bm->node[r->nid].free)
			continue;
		pfn = bitmap_find_free_end(boot_bitmap_of(bm, r->nid), start, end);
		if (pfn > start)
			return pfn;
	}
	return from;
}

/*
 * Is @pfn, a page at a bound of the cursor, free and usable for @rq? Answered without a search of
 * the ranges: false if that would be needed.
 */
static bool boot_bound_is_free(const struct boot_mem *bm, const struct boot_request *rq, u64 pfn)
{
	if (bm->cfg.kind == BOOT_BOOTMEM)
		return bitmap_test_counted(boot_bitmap_of(bm, (unsigned int)rq->nid), pfn);
	return rq->nid == NUMA_NO_NODE && bitmap_test_counted(boot_bitmap_of(bm, 0), pfn);
}

/*
 * Find free pages for @rq. Return: the first, or NO_PFN.
 *
 * First tighten the bounds C1 and C4, so that the next request does not read the used pages beyond
 * them again.
 */
static u64 boot_find_pages(struct boot_mem *bm, struct boot_cursor *c,
			   const struct boot_request *rq)
{
	u64 from = pfn_up(rq->goal), to, hint, pfn;

	if (rq->nid != NUMA_NO_NODE && bm->node[rq->nid].free < rq->nr)
		return NO_PFN;
	if (from <= c->low) {
		if (c->low < c->high && !boot_bound_is_free(bm, rq, c->low))
			c->low = min(boot_find_run(bm, rq, c->low, c->high, 1, 1), c->high);
		from = c->low;
	}
	if (from < c->high && !boot_bound_is_free(bm, rq, c->high - 1))
		c->high = boot_find_free_end(bm, rq, from, c->high);
	if (from >= c->high)
		return NO_PFN;
	to = min(c->high, pfn_down(rq->last) + rq->nr);
	hint = max(from, c->hint);
	pfn = boot_find_run(bm, rq, hint, to, rq->nr, rq->align_pages);
	if (pfn == NO_PFN && hint > from)
		pfn = boot_find_run(bm, rq, from, min(to, hint + rq->nr - 1), rq->nr,
				    rq->align_pages);
	return pfn;
}

u64 boot_cursor_alloc(struct boot_mem *bm, struct boot_cursor *c, const struct boot_request *rq)
{
	u64 addr = boot_pack_request(bm, c, rq), pfn;

	if (addr == BOOT_NONE) {
		pfn = boot_find_pages(bm, c, rq);
		if (pfn == NO_PFN)
			return BOOT_NONE;
		boot_reserve_pages(bm, pfn, pfn + rq->nr);
		c->hint = pfn + rq->nr;
		addr = pfn_address(pfn);
	}
	c->last_end = addr + rq->size;
	return addr;
}

/* Is the request valid, and in order? If not, it is refused. */
static bool boot_check_request(const struct boot_mem *bm, const struct boot_request *rq,
			       const char *call)
{
	enum boot_error why;

	if (bm->state != BOOT_READY)
		why = bm->state == BOOT_HANDED_OVER ? BOOT_OVER : BOOT_EARLY;
	else if (rq->nid != NUMA_NO_NODE && (unsigned int)rq->nid >= bm->cfg.nr_nodes)
		why = BOOT_BAD_NODE;
	else if (!rq->size || !is_power_of_2(rq->align))
		why = BOOT_BAD_ARGUMENT;
	else
		return true;
	boot_refuse(bm, why, call, 0, 0);
	return false;
}

/* Fill in the derived members of @rq, and serve it, first with its goal and then without. */
static u64 boot_alloc_request(struct boot_mem *bm, struct boot_request *rq, const char *call,
			      u64 limit)
{
	u64 addr;

	if (!boot_check_request(bm, rq, call) || (limit && limit < rq->size))
		return BOOT_NONE;
	rq->last = limit ? limit - rq->size : BOOT_MAX_ADDRESS;
	rq->nr = pfn_up(rq->size);
	rq->align_pages = max(rq->align >> PAGE_SHIFT, 1ULL);
	addr = bm->ops->alloc(bm, rq);
	if (addr == BOOT_NONE && rq->goal) {
		rq->goal = 0;
		addr = bm->ops->alloc(bm, rq);
	}
	return addr;
}

u64 boot_alloc(struct boot_mem *bm, u64 size, u64 align, u64 goal, u64 limit)
{
	struct boot_request rq = {.size = size, .align = align, .goal = goal, .nid = NUMA_NO_NODE};

	return boot_alloc_request(bm, &rq, __func__, limit);
}

u64 boot_alloc_node(struct boot_mem *bm, unsigned int nid, u64 size, u64 align, u64 goal, u64 limit)
{
	struct boot_request rq = {.size = size,
				  .align = align,
				  .goal = goal,
				  .nid = (int)min(nid, (unsigned int)TOPOLOGY_MAX_NODES)};

	return boot_alloc_request(bm, &rq, __func__, limit);
}

u64 boot_alloc_cross(struct boot_mem *bm, u64 size, u64 align, u64 goal, u64 limit)
{
	struct boot_request rq = {.size = size,
				  .align = align,
				  .goal = goal,
				  .nid = NUMA_NO_NODE,
				  .cross = bm->cfg.kind == BOOT_ROOTMEM};

	return boot_alloc_request(bm, &rq, __func__, limit);
}

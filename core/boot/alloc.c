/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * alloc.c - requests: the page used in part first, then a search for free pages.
 *
 * Packing, as bootmem did it since 1999: most of what is asked for at boot is small, so a request
 * goes on where the one before it ended. That is as well when it does not fit into the rest of
 * the page, if the pages behind that are free: then the rest is its beginning. (Linux looked
 * for whole free pages first, and packed only if these happened to be right behind; here the page
 * is tried first, so a small request searches nothing.)
 *
 * The search is next fit: from the hint on, then from the lowest page that can be free. The goal is
 * no more than a preference: with it first, without it then. It goes from range to range of
 * those that the request may have, and looks at no word that has none of their pages. Which node a
 * page is of stands in the ranges alone; so a request that must not leave a node searches that
 * node's. (The RFC's version of rootmem searched from a node's first to its last page, and what it
 * found there could be of a node between: its reviewers' objection.) A request that may cross nodes
 * takes ranges that touch for one.
 */
#include "internal.h"

/*
 * Where @rq begins in the page that @c has used in part, and what it needs of the pages behind is
 * taken; or BOOT_NONE.
 */
static u64 boot_pack_request(struct boot_mem *bm, const struct boot_cursor *c,
			     const struct boot_request *rq)
{
	u64 start = ALIGN(c->last_end, rq->align), behind = pfn_up(c->last_end), end;
	const struct boot_range *r;

	if (IS_ALIGNED(c->last_end, PAGE_SIZE) || start >= pfn_address(behind) ||
	    start < rq->goal || start > rq->last)
		return BOOT_NONE;
	if (rq->size <= pfn_address(behind) - start)
		return start;
	r = boot_find_range(bm, behind - 1);
	end = rq->cross ? boot_last_pfn(bm) : r->end;
	if (rq->size > pfn_address(end) - start)
		return BOOT_NONE;
	end = pfn_up(start + rq->size);
	if (bitmap_next_used(boot_bitmap_of(bm, r->nid), behind, end) < end)
		return BOOT_NONE;
	boot_reserve_pages(bm, behind, end);
	return start;
}

/* May @rq have pages of range @r? */
static bool boot_range_allowed(const struct boot_request *rq, const struct boot_range *r)
{
	return rq->nid == NUMA_NO_NODE || (int)r->nid == rq->nid;
}

/*
 * The lowest @nr free pages in a row of [@from, @to), the first a multiple of @align, of the ranges
 * that @rq may have. Return: the first, or NO_PFN.
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

/* Behind the highest free page of [@from, @to) that @rq may have; @from: there is none. */
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
 * Is @pfn, which is at a bound of the cursor, a free page that @rq may have? To be asked without a
 * search of the ranges: false if it takes one to know.
 */
static bool boot_bound_is_free(const struct boot_mem *bm, const struct boot_request *rq, u64 pfn)
{
	if (bm->cfg.kind == BOOT_BOOTMEM)
		return bitmap_test_counted(boot_bitmap_of(bm, (unsigned int)rq->nid), pfn);
	return rq->nid == NUMA_NO_NODE && bitmap_test_counted(boot_bitmap_of(bm, 0), pfn);
}

/*
 * The first of free pages for @rq; or NO_PFN.
 *
 * First the bounds are brought to where they belong: what the cursor knows to be in use is not
 * looked at again by the next request.
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

/* Can a request be at all, and now? It is told of if not. */
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

/* @rq has what the caller gave; the rest of it is filled in. */
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

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
 * no more than a preference: with it first, without it then.
 */
#include "internal.h"

/*
 * Where @rq begins in the page that @c has used in part, and what it needs of the pages behind is
 * taken; or BOOT_NONE.
 */
static u64 boot_pack(struct boot_mem *bm, const struct boot_cursor *c,
		     const struct boot_request *rq)
{
	u64 start = ALIGN(c->last_end, rq->align), behind = pfn_up(c->last_end), end;
	const struct boot_range *r;

	if (IS_ALIGNED(c->last_end, PAGE_SIZE) || start >= pfn_address(behind) ||
	    start < rq->goal || start > rq->last)
		return BOOT_NONE;
	if (rq->size <= pfn_address(behind) - start)
		return start;
	r = boot_range_of(bm, behind - 1);
	end = rq->cross ? boot_last_pfn(bm) : r->end;
	if (rq->size > pfn_address(end) - start)
		return BOOT_NONE;
	end = pfn_up(start + rq->size);
	if (bitmap_next_set(boot_map(bm, r->nid), behind, end) < end)
		return BOOT_NONE;
	boot_take(bm, behind, end);
	return start;
}

/* The first of free pages for @rq; or NO_PFN. */
static u64 boot_search(struct boot_mem *bm, struct boot_cursor *c, const struct boot_request *rq,
		       u64 start, u64 end)
{
	u64 from = max(start, pfn_up(rq->goal)), to = min(end, pfn_down(rq->last) + rq->nr);
	u64 hint, pfn;

	if (from <= c->low) {
		pfn = bm->ops->find(bm, rq, c->low, end, 1, 1);
		from = c->low = min(pfn, end);
	}
	hint = max(from, c->hint);
	pfn = bm->ops->find(bm, rq, hint, to, rq->nr, rq->align_pages);
	if (pfn == NO_PFN && hint > from)
		pfn = bm->ops->find(bm, rq, from, min(to, hint + rq->nr - 1), rq->nr,
				    rq->align_pages);
	return pfn;
}

u64 boot_serve(struct boot_mem *bm, struct boot_cursor *c, const struct boot_request *rq, u64 start,
	       u64 end)
{
	u64 addr = boot_pack(bm, c, rq), pfn;

	if (addr == BOOT_NONE) {
		pfn = boot_search(bm, c, rq, start, end);
		if (pfn == NO_PFN)
			return BOOT_NONE;
		boot_take(bm, pfn, pfn + rq->nr);
		c->hint = pfn + rq->nr;
		addr = pfn_address(pfn);
	}
	c->last_end = addr + rq->size;
	return addr;
}

/* Can a request be at all, and now? It is told of if not. */
static bool boot_may_request(const struct boot_mem *bm, const struct boot_request *rq,
			     const char *call)
{
	enum boot_error why;

	if (bm->state != BOOT_READY)
		why = bm->state == BOOT_GIVEN ? BOOT_OVER : BOOT_EARLY;
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
static u64 boot_request(struct boot_mem *bm, struct boot_request *rq, const char *call, u64 limit)
{
	u64 addr;

	if (!boot_may_request(bm, rq, call) || (limit && limit < rq->size))
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

	return boot_request(bm, &rq, __func__, limit);
}

u64 boot_alloc_node(struct boot_mem *bm, unsigned int nid, u64 size, u64 align, u64 goal, u64 limit)
{
	struct boot_request rq = {.size = size,
				  .align = align,
				  .goal = goal,
				  .nid = (int)min(nid, (unsigned int)TOPOLOGY_MAX_NODES)};

	return boot_request(bm, &rq, __func__, limit);
}

u64 boot_alloc_cross(struct boot_mem *bm, u64 size, u64 align, u64 goal, u64 limit)
{
	struct boot_request rq = {.size = size,
				  .align = align,
				  .goal = goal,
				  .nid = NUMA_NO_NODE,
				  .cross = bm->cfg.kind == BOOT_ROOTMEM};

	return boot_request(bm, &rq, __func__, limit);
}

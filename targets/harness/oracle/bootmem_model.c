/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bootmem_model.c - a byte for each page, which every search visits in turn; see bootmem_model.h.
 */
#include "bootmem_model.h"

#include <stdlib.h>
#include <string.h>

#include "sched/keep.h"
#include "sched/report.h"

static void *make_room(void *old, u64 size)
{
	void *p;

	keep_free(old);
	p = keep_alloc(size);
	if (!p)
		abort();
	return p;
}

static void reserve(struct bootmem_model *bm)
{
	if (bm->span <= bm->room)
		return;
	bm->room = bm->span;
	bm->nid = make_room(bm->nid, bm->room);
	for (u32 k = 0; k < WORLD_BOOTMEM; k++) {
		bm->map[k].state = make_room(bm->map[k].state, bm->room);
		bm->map[k].fill = make_room(bm->map[k].fill, bm->room * sizeof(u16));
	}
}

void bootmem_model_init(struct bootmem_model *bm, const struct topology *t, u32 nr)
{
	const struct node_range *last = &t->range[t->nr_ranges - 1];

	bm->topo = t;
	bm->base = t->range[0].start;
	bm->span = last->start + last->nr - bm->base;
	bm->pages = 0;
	reserve(bm);
	memset(bm->nid, BOOTMEM_NO_NODE, bm->span);
	for (u32 i = 0; i < t->nr_ranges; i++) {
		memset(bm->nid + t->range[i].start - bm->base, (int)t->range[i].nid,
		       t->range[i].nr);
		bm->pages += t->range[i].nr;
	}
	for (u32 k = 0; k < nr; k++) {
		struct bootmem_map *map = &bm->map[k];

		memset(map->state, BOOTMEM_HOLE, bm->span);
		for (u32 i = 0; i < t->nr_ranges; i++)
			memset(map->state + t->range[i].start - bm->base, BOOTMEM_FREE,
			       t->range[i].nr);
		memset(map->nr, 0, sizeof(map->nr));
		map->nr[BOOTMEM_FREE] = bm->pages;
		map->from = map->to = map->received = 0;
	}
}

void bootmem_model_fini(struct bootmem_model *bm)
{
	free(bm->nid);
	for (u32 k = 0; k < WORLD_BOOTMEM; k++) {
		free(bm->map[k].state);
		free(bm->map[k].fill);
	}
}

u64 bootmem_nth(const struct bootmem_model *bm, u64 at)
{
	const struct node_range *r = bm->topo->range;
	u64 page;

	at %= bm->pages << PAGE_SHIFT;
	for (page = at >> PAGE_SHIFT; page >= r->nr; r++)
		page -= r->nr;
	return ((r->start + page) << PAGE_SHIFT) + (at & (PAGE_SIZE - 1));
}

static u64 page_above(u64 addr)
{
	return (addr >> PAGE_SHIFT) + !!(addr & (PAGE_SIZE - 1));
}

bool bootmem_fits(const struct bootmem_model *bm, const struct bootmem_map *map,
		  const struct bootmem_request *r, u64 goal, int nid, bool cross)
{
	const u64 nr = page_above(r->size), align = max(r->align >> PAGE_SHIFT, 1ULL);
	const u64 lowest = page_above(goal);
	u64 run = 0; /* first page of the run that ends at @p */

	for (u64 p = 0; p < bm->span; p++) {
		u64 pfn;

		if (map->state[p] != BOOTMEM_FREE || (nid >= 0 && bm->nid[p] != nid)) {
			run = p + 1;
			continue;
		}
		if (p > run && !cross && bm->nid[p] != bm->nid[p - 1])
			run = p;
		pfn = ALIGN(max(bm->base + run, lowest), align);
		if (bm->base + p + 1 >= pfn + nr &&
		    (!r->limit || (pfn << PAGE_SHIFT) + r->size <= r->limit))
			return true;
	}
	return false;
}

void bootmem_set(struct bootmem_map *map, u64 from, u64 to, enum bootmem_state state)
{
	for (u64 p = from; p < to; p++) {
		map->nr[map->state[p]]--;
		map->fill[p] = PAGE_SIZE;
	}
	memset(map->state + from, state, to - from);
	map->nr[state] += to - from;
}

void bootmem_take(struct bootmem_model *bm, struct bootmem_map *map, u64 start, u64 end)
{
	u64 from = (start >> PAGE_SHIFT) - bm->base, to = page_above(end) - bm->base;

	bootmem_set(map, from, to, BOOTMEM_USED);
	map->fill[to - 1] = (u16)(((end - 1) & (PAGE_SIZE - 1)) + 1);
}

/* Of the pages that a range touches, find the first that is outside of memory or in that state. */
static struct bootmem_refusal refuse_pages(const struct bootmem_model *bm,
					   const struct bootmem_map *map, u64 first, u64 end,
					   u8 state, enum boot_error why)
{
	struct bootmem_refusal r = {.why = NR_BOOT_ERRORS};

	for (u64 pfn = first; pfn < end; pfn++) {
		u64 p = pfn - bm->base;
		bool outside = p >= bm->span || map->state[p] == BOOTMEM_HOLE;

		if (!outside && (map->state[p] != state || r.why != NR_BOOT_ERRORS))
			continue;
		r.why = outside ? BOOT_OUTSIDE : why;
		r.start = pfn << PAGE_SHIFT;
		r.end = r.start + PAGE_SIZE;
		if (outside)
			break;
	}
	return r;
}

/* Errors of a call that do not depend on the state of pages. */
static struct bootmem_refusal refuse_range(u64 start, u64 size)
{
	struct bootmem_refusal r = {.why = NR_BOOT_ERRORS, .start = start, .end = start + size};

	if (!size)
		r.why = BOOT_EMPTY;
	else if (start + size < start || start + size > BOOT_MAX_ADDRESS)
		r.why = BOOT_BACKWARDS;
	return r;
}

struct bootmem_refusal bootmem_refuse_reserve(const struct bootmem_model *bm,
					      const struct bootmem_map *map, u64 start, u64 size,
					      enum boot_reserve how, bool over)
{
	struct bootmem_refusal r = refuse_range(start, size);

	if (over)
		r.why = BOOT_OVER;
	if (r.why != NR_BOOT_ERRORS)
		return r;
	return refuse_pages(bm, map, start >> PAGE_SHIFT, page_above(start + size),
			    how == BOOT_EXCLUSIVE ? BOOTMEM_USED : NR_BOOTMEM_STATES,
			    BOOT_RESERVE_TWICE);
}

struct bootmem_refusal bootmem_refuse_free(const struct bootmem_model *bm,
					   const struct bootmem_map *map, u64 start, u64 size,
					   bool over)
{
	struct bootmem_refusal r = refuse_range(start, size);

	if (r.why != NR_BOOT_ERRORS)
		return r;
	return refuse_pages(bm, map, start >> PAGE_SHIFT, page_above(start + size),
			    over ? BOOTMEM_GIVEN : BOOTMEM_FREE, BOOT_FREE_TWICE);
}

/* Can this call hand over the block at @p as a whole, or has it done so? */
static bool goes_over(const struct bootmem_model *bm, const struct bootmem_map *map, u64 p, u64 nr,
		      u8 nid)
{
	if (p < map->from || p >= map->to || nr > map->to - p)
		return false;
	for (u64 q = p; q < p + nr; q++)
		if ((map->state[q] != BOOTMEM_FREE && map->state[q] != BOOTMEM_GIVEN) ||
		    bm->nid[q] != nid)
			return false;
	return true;
}

void bootmem_receive(struct bootmem_model *bm, struct bootmem_map *map, u64 pfn, unsigned int order)
{
	const u64 p = pfn - bm->base, nr = 1ULL << (order & 63);

	MM_CHECK(order <= BOOT_MAX_ORDER, RANGE, "a block of order %u was handed over", order);
	MM_CHECK(IS_ALIGNED(pfn, nr), ALIGNMENT, "%llu pages from frame %llu on were handed over",
		 nr, pfn);
	for (u64 q = p; q < p + nr; q++) {
		MM_CHECK(q >= map->from && q < map->to && map->state[q] == BOOTMEM_FREE, PAGE_FREE,
			 "frame %llu was handed over, and is not free", (q + bm->base));
		MM_CHECK(bm->nid[q] == bm->nid[p], RANGE,
			 "%llu pages from frame %llu on were handed over: of nodes %u and %u", nr,
			 pfn, bm->nid[p], bm->nid[q]);
	}
	MM_CHECK(order == BOOT_MAX_ORDER ||
			 !goes_over(bm, map, (pfn ^ nr) - bm->base, nr, bm->nid[p]),
		 RANGE, "%llu pages from frame %llu on were handed over without their buddy", nr,
		 pfn);
	bootmem_set(map, p, p + nr, BOOTMEM_GIVEN);
	map->received += nr;
}

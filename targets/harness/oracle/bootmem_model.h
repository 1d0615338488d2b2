/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bootmem_model.h - a naive model of boot memory: the state of each page, and how far a page is
 * used.
 *
 * A byte a page, and of a page in use up to where: requests continue in the page of the request
 * before, so an address below that point belongs to another request. Reservations fill their pages.
 * Objects of boot memory are not in the table of live objects: one page may have many.
 *
 * Each of two allocators has a map of its own, since they place requests differently. The node of a
 * page is the same for both.
 */
#ifndef MM_HARNESS_BOOTMEM_MODEL_H
#define MM_HARNESS_BOOTMEM_MODEL_H

#include "world/bootmem_world.h"

enum bootmem_state {
	BOOTMEM_HOLE, /* no node's */
	BOOTMEM_FREE,
	BOOTMEM_USED, /* reserved or allocated */
	BOOTMEM_GIVEN,
	NR_BOOTMEM_STATES
};

#define BOOTMEM_NO_NODE 255

/**
 * struct bootmem_map - an allocator's pages
 * @state:    of each page, enum bootmem_state
 * @fill:     of a page in use: bytes below this are used or lost; PAGE_SIZE: all
 * @nr:       pages in each state
 * @from, @to: the only pages that may be handed over at present
 * @received: pages handed over by the call
 */
struct bootmem_map {
	u8 *state;
	u16 *fill;
	u64 nr[NR_BOOTMEM_STATES];
	u64 from, to;
	u64 received;
};

/**
 * struct bootmem_model - frames [@base, @base + @span), which in here are numbers below @span
 * @topo:  defines the owners of frames
 * @pages: number of frames that belong to a node
 * @nid:   node of each frame, or BOOTMEM_NO_NODE
 * @room:  capacity in frames
 */
struct bootmem_model {
	const struct topology *topo;
	u64 base, span, pages;
	u8 *nid;
	u64 room;
	struct bootmem_map map[WORLD_BOOTMEM];
};

/* The kinds of requests. */
enum bootmem_call {
	BOOTMEM_ANY,
	BOOTMEM_NODE,
	BOOTMEM_CROSS,
};

/**
 * struct bootmem_request - a request
 * @call: its kind
 * @nid:  BOOTMEM_NODE: the node
 * @size, @align, @goal, @limit: see boot_alloc()
 */
struct bootmem_request {
	enum bootmem_call call;
	unsigned int nid;
	u64 size, align, goal, limit;
};

/** bootmem_model_init() - all pages of @topo are free, in @nr maps; reuses the memory of @bm */
void bootmem_model_init(struct bootmem_model *bm, const struct topology *topo, u32 nr);
void bootmem_model_fini(struct bootmem_model *bm);

/** bootmem_addr() - address of page @p; @p may be one more than the last page */
static inline u64 bootmem_addr(const struct bootmem_model *bm, u64 p)
{
	return (bm->base + p) << PAGE_SHIFT;
}

/** bootmem_nth() - address of byte @at of all memory without holes, modulo its size */
u64 bootmem_nth(const struct bootmem_model *bm, u64 at);

/**
 * bootmem_fits() - do free whole pages serve a request?
 * @goal:  lowest address
 * @nid:   node of the pages; negative: any single node
 * @cross: the pages may be of several nodes
 */
bool bootmem_fits(const struct bootmem_model *bm, const struct bootmem_map *map,
		  const struct bootmem_request *r, u64 goal, int nid, bool cross);

/**
 * bootmem_take() - mark pages as used
 * @start, @end: bytes, all of them inside of memory
 *
 * Pages in use stay so, and count as used up to @end.
 */
void bootmem_take(struct bootmem_model *bm, struct bootmem_map *map, u64 start, u64 end);

/** bootmem_set() - set the state of pages [@from, @to); used ones are used completely */
void bootmem_set(struct bootmem_map *map, u64 from, u64 to, enum bootmem_state state);

/**
 * struct bootmem_refusal - the reason to refuse a call
 * @why:        NR_BOOT_ERRORS: none
 * @start, @end: the bytes that it concerns
 */
struct bootmem_refusal {
	enum boot_error why;
	u64 start, end;
};

/** bootmem_refuse_reserve(), bootmem_refuse_free() - must a call be refused at this moment? */
struct bootmem_refusal bootmem_refuse_reserve(const struct bootmem_model *bm,
					      const struct bootmem_map *map, u64 start, u64 size,
					      enum boot_reserve how, bool over);
struct bootmem_refusal bootmem_refuse_free(const struct bootmem_model *bm,
					   const struct bootmem_map *map, u64 start, u64 size,
					   bool over);

/**
 * bootmem_receive() - check a block that is handed over, and remove it from the model
 *
 * ORACLE_PAGE_FREE (a page that is not to be handed over), ORACLE_ALIGNMENT, ORACLE_RANGE (too
 * large, of two nodes, or its buddy could have come with it).
 */
void bootmem_receive(struct bootmem_model *bm, struct bootmem_map *map, u64 pfn,
		     unsigned int order);

/** bootmem_whole() - find the whole pages of a range of bytes; @from < @to if there are any */
static inline void bootmem_whole(const struct bootmem_model *bm, u64 start, u64 size, u64 *from,
				 u64 *to)
{
	*from = (start >> PAGE_SHIFT) + !!(start & (PAGE_SIZE - 1)) - bm->base;
	*to = ((start + size) >> PAGE_SHIFT) - bm->base;
}

#endif

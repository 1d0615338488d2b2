/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bootmem_model.h - boot memory as a naive model has it: what each page is, how far a page that is
 * used in part is used.
 *
 * Of two allocators each has a map of its own, as they place requests differently. Which node a
 * page is of is the same for both.
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
 * @state:    of each, enum bootmem_state
 * @fill:     of a page in use: bytes below are somebody's, or lost; PAGE_SIZE: all
 * @nr:       pages in each state
 * @from, @to: pages that are being handed over: none but these may be
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
 * @topo:  whose they are
 * @pages: those that are somebody's
 * @nid:   node of each, or BOOTMEM_NO_NODE
 * @room:  how many there is room for
 */
struct bootmem_model {
	const struct topology *topo;
	u64 base, span, pages;
	u8 *nid;
	u64 room;
	struct bootmem_map map[WORLD_BOOTMEM];
};

/* Which of the calls. */
enum bootmem_call {
	BOOTMEM_ANY,
	BOOTMEM_NODE,
	BOOTMEM_CROSS,
};

/**
 * struct bootmem_request - what is asked for
 * @call: how
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

/** bootmem_addr() - address of page @p; @p may be the one behind the last */
static inline u64 bootmem_addr(const struct bootmem_model *bm, u64 p)
{
	return (bm->base + p) << PAGE_SHIFT;
}

/** bootmem_nth() - address of byte @at of all memory, holes left out, modulo how much there is */
u64 bootmem_nth(const struct bootmem_model *bm, u64 at);

/**
 * bootmem_fits() - do free whole pages serve a request?
 * @goal:  no lower address
 * @nid:   of this node; negative: of one, whichever
 * @cross: of several
 */
bool bootmem_fits(const struct bootmem_model *bm, const struct bootmem_map *map,
		  const struct bootmem_request *r, u64 goal, int nid, bool cross);

/**
 * bootmem_take() - pages become used
 * @start, @end: bytes; not one of them is outside
 *
 * Pages that are used keep what they have, and count as used up to @end.
 */
void bootmem_take(struct bootmem_model *bm, struct bootmem_map *map, u64 start, u64 end);

/** bootmem_set() - pages [@from, @to) all become @state; of used ones each byte */
void bootmem_set(struct bootmem_map *map, u64 from, u64 to, enum bootmem_state state);

/**
 * struct bootmem_refusal - what is to be said against a call
 * @why:        NR_BOOT_ERRORS: nothing
 * @start, @end: the bytes that it is about
 */
struct bootmem_refusal {
	enum boot_error why;
	u64 start, end;
};

/** bootmem_refuse_reserve(), bootmem_refuse_free() - of a call of this very moment */
struct bootmem_refusal bootmem_refuse_reserve(const struct bootmem_model *bm,
					      const struct bootmem_map *map, u64 start, u64 size,
					      enum boot_reserve how, bool over);
struct bootmem_refusal bootmem_refuse_free(const struct bootmem_model *bm,
					   const struct bootmem_map *map, u64 start, u64 size,
					   bool over);

/**
 * bootmem_receive() - a block is handed over: judge it, and strike it off
 *
 * ORACLE_PAGE_FREE (a page that is not to be handed over), ORACLE_ALIGNMENT, ORACLE_RANGE (too
 * large, of two nodes, or its buddy could have come with it).
 */
void bootmem_receive(struct bootmem_model *bm, struct bootmem_map *map, u64 pfn,
		     unsigned int order);

/** bootmem_whole() - the whole pages of a range of bytes; @from < @to if there are any */
static inline void bootmem_whole(const struct bootmem_model *bm, u64 start, u64 size, u64 *from,
				 u64 *to)
{
	*from = (start >> PAGE_SHIFT) + !!(start & (PAGE_SIZE - 1)) - bm->base;
	*to = ((start + size) >> PAGE_SHIFT) - bm->base;
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frame_pool.h - a pool of page frames for mappings.
 *
 * Frames are allocated at their first use, and reused in turn. So the same frame is mapped at
 * several addresses, and a mapping of 64 pages costs 64 page-table entries instead of 64 page
 * allocations.
 */
#ifndef MM_HARNESS_FRAME_POOL_H
#define MM_HARNESS_FRAME_POOL_H

#include "machine/machine.h"
#include "machine/page.h"

/* Frames of a pool. Page @i of a mapping that begins with frame @first has frame (first + i) %
 * FRAME_POOL. */
#define FRAME_POOL 32

/**
 * struct frame_pool - frames for mappings
 * @page: each frame, or NULL: it was not used yet, and neither were those after it
 * @next: where the next mapping begins
 */
struct frame_pool {
	struct page *page[FRAME_POOL];
	u32 next;
};

/** frame_pool_init() - a pool without a frame */
void frame_pool_init(struct frame_pool *fp);

/** frame_pool_destroy() - free its frames */
void frame_pool_destroy(struct frame_pool *fp, struct machine *m);

/**
 * frame_pool_take() - the next frames of the pool, for a mapping
 * @first: receives the number of the first one
 * @nr:    how many
 * @out:   receives them
 *
 * Frames that are needed for the first time are allocated. Return: false if that fails.
 */
bool frame_pool_take(struct frame_pool *fp, struct machine *m, u32 *first, u64 nr, gfp_t gfp,
		     struct page **out);

/** frame_pool_frames() - frames that it has allocated */
u32 frame_pool_frames(const struct frame_pool *fp);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mapping.h - what operations that map the frames of world.pool share.
 */
#ifndef MM_HARNESS_MAPPING_H
#define MM_HARNESS_MAPPING_H

#include "exec/run.h"

/**
 * mapping_take_frames() - the next frames of the pool, for a mapping
 * @o:     whose mapping it is; remembers where they begin
 * @pages: how many
 * @out:   receives them
 *
 * Those needed for the first time are allocated. Return: false if one cannot be had.
 */
bool mapping_take_frames(struct world *w, struct object *o, u64 pages, gfp_t gfp,
			 struct page **out);

/** mapping_slot() - number of the object's own word in each of its frames */
u32 mapping_slot(const struct world *w, const struct object *o);

/** mapping_check_page() - @addr must lead to frame @i of the object's, for reads and writes */
void mapping_check_page(struct world *w, struct object *o, u64 i, u64 addr);

/** mapping_check() - mapping_check_page() for some pages of a mapping in one piece */
void mapping_check(struct world *w, struct object *o);

/**
 * mapping_check_handed_out() - judge addresses before anything is mapped or read there
 *
 * ORACLE_RANGE, ORACLE_STALE.
 */
void mapping_check_handed_out(struct world *w, const struct vmap_instance *v, u64 addr, u64 size);

#endif

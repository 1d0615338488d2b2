/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap_world.h - the vmap spaces of a world: where they lie, made as a program says.
 */
#ifndef MM_HARNESS_VMAP_WORLD_H
#define MM_HARNESS_VMAP_WORLD_H

#include "world.h"

/* Each space of a world: one, two in the target vmap_pair, three in vmap_trio. */
#define for_each_space(k, w) for (u32 k = 0; k < (w)->nr_vmap; k++)

/**
 * vmap_place() - the addresses that a program's machine has for mappings
 * @w:     with its program; the machine need not be booted
 * @start: receives the first one
 * @size:  receives how many bytes
 */
void vmap_place(const struct world *w, u64 *start, u64 *size);

/**
 * vmap_walk_points() - scheduling points that an operation may pass because it walks the areas in
 * use
 * @w: with its program
 *
 * A space that asks each node for the next area passes many; of others they are few, and 0 is
 * returned.
 */
u64 vmap_walk_points(const struct world *w);

/**
 * vmap_boot() - make the spaces
 * @w: with its machine booted
 *
 * ORACLE_SPURIOUS if it fails and no request had failed. Return: 0 or a negative error.
 */
int vmap_boot(struct world *w);

/** vmap_take_down() - the opposite */
void vmap_take_down(struct world *w);

/** vmap_free_world() - free the memory that is reused from run to run */
void vmap_free_world(struct world *w);

/** vmap_verify_all() - verify each space; for subsystem.verify */
void vmap_verify_all(struct world *w, bool quiet, s32 record);

/** space_of() - space @k of a world */
static inline const struct vmap_instance *space_of(const struct world *w, u32 k)
{
	return &w->vmap[k];
}

#endif

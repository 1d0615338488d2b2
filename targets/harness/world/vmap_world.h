/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap_world.h - the vmap spaces of a world: where they lie, made as a program says, and compared.
 */
#ifndef MM_HARNESS_VMAP_WORLD_H
#define MM_HARNESS_VMAP_WORLD_H

#include "exec/object.h"
#include "world.h"

/* Each space of a world: one, two in the target vmap_pair, three in vmap_trio. */
#define for_each_space(k, w) for (u32 k = 0; k < (w)->nr_spaces; k++)

/**
 * vmap_place() - the addresses that a program's machine has for mappings
 * @w:     with its program; the machine need not be booted
 * @start: receives the first one
 * @size:  receives how many bytes
 */
void vmap_place(const struct world *w, u64 *start, u64 *size);

/** vmap_kind() - the kind of a program's first space */
enum vmap_kva vmap_kind(const struct world *w);

/**
 * vmap_walk_points() - scheduling points that an operation of a program may pass because it walks
 * the areas in use
 *
 * In a space of zones or pools each node is asked for the next area. In one of another kind they
 * are few, and 0 is returned.
 */
u64 vmap_walk_points(const struct program *p);

/**
 * vmap_boot() - make the spaces
 * @w: with its machine booted
 *
 * ORACLE_SPURIOUS if it fails and no request had failed. Return: 0 or a negative error.
 */
int vmap_boot(struct world *w);

/** vmap_take_down() - the opposite */
void vmap_take_down(struct world *w);

/**
 * vmap_check() - verify each space, and all against the objects (ORACLE_DIFFERENTIAL)
 * @quiet:  nobody is inside of an operation
 * @record: the operation that the caller is in, or negative: as for quiescence_lost()
 */
void vmap_check(struct world *w, bool quiet, s32 record);

/** vmap_object_addr() - an object's address in space @k */
static inline u64 vmap_object_addr(const struct object *o, u32 k)
{
	return o->addrs[k];
}

/** space_of() - space @k of a world */
static inline struct vmap_space *space_of(const struct world *w, u32 k)
{
	return w->space[k];
}

#endif

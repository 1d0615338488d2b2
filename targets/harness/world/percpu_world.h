/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * percpu_world.h - the per-CPU allocators of a world: made as a program says, and judged at boot.
 */
#ifndef MM_HARNESS_PERCPU_WORLD_H
#define MM_HARNESS_PERCPU_WORLD_H

#include "exec/object.h"
#include "world.h"

/* Each allocator of a world: one, or two in the target percpu_pair. */
#define for_each_percpu(k, w) for (u32 k = 0; k < (w)->nr_percpu; k++)

/** percpu_of() - allocator @k of a world */
static inline const struct percpu_instance *percpu_of(const struct world *w, u32 k)
{
	return &w->percpu[k];
}

/**
 * percpu_boot() - make the allocators, and judge the layout of what was made
 * @w: with machine and vmap space
 *
 * ORACLE_SPURIOUS if a machine must come up that does not; and see layout_oracle_check().
 * Return: 0 or a negative error.
 */
int percpu_boot(struct world *w);

/** percpu_take_down() - the opposite; static data must be as it was */
void percpu_take_down(struct world *w);

/** percpu_free_world() - the memory that is kept from run to run */
void percpu_free_world(struct world *w);

/** percpu_print_stats() - of each allocator, as a kernel shows them in percpu_stats */
void percpu_print_stats(struct world *w, FILE *f);

/**
 * percpu_verify() - each allocator, and two against each other (ORACLE_DIFFERENTIAL)
 * @quiet:  nobody is inside of an operation
 * @record: the operation that the caller is in, or negative: as for quiescence_lost()
 */
void percpu_verify(struct world *w, bool quiet, s32 record);

/**
 * percpu_new_chunk_fits() - naive search: is there room for a chunk, all of it populated?
 * @k: of which allocator
 *
 * Enough page frames (in a row, for chunks of kernel memory), and addresses for every group.
 */
bool percpu_new_chunk_fits(struct world *w, u32 k);

/** percpu_object_addr() - an object's address in allocator @k */
static inline u64 percpu_object_addr(const struct object *o, u32 k)
{
	return o->addrs[k];
}

#endif

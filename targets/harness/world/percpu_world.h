/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * percpu_world.h - the per-CPU allocators of a world, made as a program says.
 */
#ifndef MM_HARNESS_PERCPU_WORLD_H
#define MM_HARNESS_PERCPU_WORLD_H

#include "world.h"

/* Each allocator of a world: one, or two in the target percpu_pair. */
#define for_each_percpu(k, w) for (u32 k = 0; k < (w)->nr_percpu; k++)

/** percpu_of() - allocator @k of a world */
static inline const struct percpu_instance *percpu_of(const struct world *w, u32 k)
{
	return &w->percpu[k];
}

/**
 * struct percpu_state - what the subsystem of the per-CPU allocators reuses from run to run
 * @static_data: first contents of static regions; NULL: no program has had one
 */
struct percpu_state {
	u8 *static_data;
};

/**
 * percpu_boot() - make the allocators
 * @w: with machine and vmap space
 * @s: reused from run to run
 *
 * ORACLE_SPURIOUS if a machine must come up that does not. Return: 0 or a negative error.
 */
int percpu_boot(struct world *w, struct percpu_state *s);

/** percpu_take_down() - the opposite */
void percpu_take_down(struct world *w);

/** percpu_free_world() - free the memory that is reused from run to run */
void percpu_free_world(struct world *w, struct percpu_state *s);

/** percpu_print_stats() - of each allocator, as a kernel shows them in percpu_stats */
void percpu_print_stats(struct world *w, FILE *f);

/** percpu_verify() - verify each allocator; for subsystem.verify */
void percpu_verify(struct world *w, bool quiet, s32 record);

/** percpu_static_byte() - byte @i of every static region */
static inline u8 percpu_static_byte(u32 i)
{
	return (u8)(i * 37 + (i >> 8) * 11 + 1);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * percpu_world.h - a machine of four CPUs with a per-CPU allocator, for many objects.
 *
 * Each case of a benchmark has a world of its own: it begins without an object, and gives its
 * memory back to the host at its end. The array of objects is not counted as metadata.
 */
#ifndef MM_BENCH_PERCPU_WORLD_H
#define MM_BENCH_PERCPU_WORLD_H

#include "out.h"
#include "../percpu/percpu.h"

#define BENCH_CPUS 4
#define BENCH_UNIT_SIZE 32768

extern const char *const bench_allocator_name[NR_PCPU_ALLOCATORS];

/**
 * struct bench_world - the machine and the objects of a case
 * @m, @cfg: the machine
 * @vs:      the address space, for PCPU_VM
 * @pc:      the allocator
 * @live:    its objects
 * @nr:      number of objects
 * @room:    entries of @live
 */
struct bench_world {
	struct machine *m;
	struct machine_config cfg;
	struct vmap_space *vs;
	struct pcpu *pc;
	pcpu_addr_t *live;
	u32 nr;
	u32 room;
};

/**
 * bench_world_objects() - the number of objects for which the host has memory
 * @nr:   wanted number
 * @size: bytes of each object, alignment included
 *
 * Return: @nr, or @nr divided by a power of two, so that the objects take at most half of the
 * memory that the host can give.
 */
u32 bench_world_objects(u32 nr, u32 size);

/**
 * bench_world_begin() - boot a machine and create an allocator without a first chunk
 * @w:         filled in
 * @allocator, @backing: see struct pcpu_config; units have BENCH_UNIT_SIZE bytes
 * @nr:        largest number of objects
 * @size:      bytes of each object, alignment included
 *
 * Return: 0 or a negative error; after an error there is nothing to end.
 */
int bench_world_begin(struct bench_world *w, enum pcpu_allocator allocator,
		      enum pcpu_backing backing, u32 nr, u32 size);

/** bench_world_end() - free all objects, and give all memory back */
void bench_world_end(struct bench_world *w);

/**
 * bench_world_fill() - allocate objects until there are @nr
 * @w:       the world
 * @nr:      number of objects
 * @size:    bytes of each object
 * @align:   a power of two
 * @seconds: CPU time after which the function stops early; @w->nr says where
 *
 * Return: ns of CPU time for each allocation.
 */
double bench_world_fill(struct bench_world *w, u32 nr, u32 size, u32 align, double seconds);

/** bench_world_meta() - the largest number of bytes of metadata at one time */
u64 bench_world_meta(const struct bench_world *w);

#endif

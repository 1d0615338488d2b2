/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * percpu_world.h - a machine of four CPUs with a per-CPU allocator, to be filled with many objects.
 *
 * Every case of a benchmark has a world of its own: it begins with nothing allocated, and its
 * memory goes back to the host at its end. The array of objects is not part of what is measured.
 */
#ifndef MM_BENCH_PERCPU_WORLD_H
#define MM_BENCH_PERCPU_WORLD_H

#include "out.h"
#include "../percpu/percpu.h"

#define BENCH_CPUS 4
#define BENCH_UNIT_SIZE 32768

extern const char *const bench_allocator_name[NR_PCPU_ALLOCATORS];

/**
 * struct bench_world - one case's machine and objects
 * @m, @cfg: the machine
 * @vs:      address space, for PCPU_VM
 * @pc:      the allocator
 * @live:    its objects
 * @nr:      how many
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
 * bench_world_objects() - for how many objects the host has memory
 * @nr:   wanted
 * @size: bytes of each, alignment included
 *
 * Return: @nr, or less, as a power of two times @nr, so that they take no more than half of what
 * the host could give.
 */
u32 bench_world_objects(u32 nr, u32 size);

/**
 * bench_world_begin() - boot, with no object and no first chunk
 * @w:         filled in
 * @allocator, @backing: see struct pcpu_config; units of BENCH_UNIT_SIZE
 * @nr:        most objects
 * @size:      bytes of each, alignment included
 *
 * Return: 0 or a negative error; then there is nothing to end.
 */
int bench_world_begin(struct bench_world *w, enum pcpu_allocator allocator,
		      enum pcpu_backing backing, u32 nr, u32 size);

/** bench_world_end() - free all objects and give all memory back */
void bench_world_end(struct bench_world *w);

/**
 * bench_world_fill() - allocate objects in order until there are @nr
 * @size:    bytes
 * @align:   a power of two
 * @seconds: stop before @nr is reached if it takes more CPU time; @w->nr tells
 *
 * Return: nanoseconds of CPU time for each.
 */
double bench_world_fill(struct bench_world *w, u32 nr, u32 size, u32 align, double seconds);

/** bench_world_meta() - most bytes of metadata that there were at a time */
u64 bench_world_meta(const struct bench_world *w);

#endif

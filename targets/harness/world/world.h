/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * world.h - the world of one run: the machine, and the allocators that its program asks for.
 *
 * A world lives from the boot of a program to its end; its memory is reused by the next one.
 */
#ifndef MM_HARNESS_WORLD_H
#define MM_HARNESS_WORLD_H

#include <stdio.h>

#include "boot_world.h"
#include "frame_pool.h"
#include "implementation.h"
#include "machine/machine.h"
#include "machine/page.h"
#include "program/program.h"

/* Vmap spaces of a world: three in the target vmap_trio. */
#define WORLD_VMAP 3

/* Per-CPU allocators of a world: two in the target percpu_pair. */
#define WORLD_PERCPU 2

/**
 * struct kva_range - a range of addresses that is not free, or free and in no heap
 * @lazy:       until the next purge
 * @kept:       it is free, and kept ready
 * @has_object: an object lies in it (kva_checker.c)
 * @owner:      @kept: of which CPU, or node
 */
struct kva_range {
	u64 start, end;
	bool lazy, kept, has_object;
	u32 owner;
};

/**
 * struct kva_accounts - what was known of a space when its accounts were last compared
 * @areas:  in use when the program began
 * @lazy:   pages
 * @purges: of the space
 * @blocks: vmap blocks
 * @freed:  pages of areas given back since then
 * @small:  mappings asked for since then that a block may have been made for
 */
struct kva_accounts {
	u64 areas;
	u64 lazy, purges, blocks;
	u64 freed, small;
};

/**
 * struct backend_memory - what a back end has for itself, reused from run to run
 * @size: bytes
 */
struct backend_memory {
	void *p;
	size_t size;
};

struct bootmem_world;
struct run;

/**
 * struct world - what a program runs on
 * @program:   the program
 * @run:       the run that it is booted for; known to exec/ and to the rooms above
 * @trace:     if not NULL, the history of the run is written to it
 * @machine:   booted first, and taken down last
 * @boot:      boot memory, if the machine has any
 * @on:        whose allocators it is made of
 * @vmap:      its spaces, @nr_vmap of them, in the order of the target (vmap_world.c)
 * @percpu:    its per-CPU allocators, @nr_percpu of them (percpu_world.c)
 * @vmap_memory, @percpu_memory: of their back ends
 * @static_data: what the static regions of first chunks begin with; kept from run to run
 * @possible:  the possible CPUs
 * @frames:    that mappings are made of
 * @range:     what was not free before the operation that is judged, in order of address; only one
 *             that began alone writes here, and there is no second one until it ends
 * @noted:     the space that @range tells of
 * @noted_on:  the CPU that it was noted on
 * @noted_ticket: the last one taken when @range told of all, and nothing was under way; or 0
 * @nr_ranges, @max_ranges: entries, and room for so many
 * @mapped:    mappings of each page frame, for frame_checker.c; kept from run to run
 * @books:     accounts of the space, see kva_checker.h
 * @bootmem:   allocators of boot memory; made when first used, see bootmem_world.h
 * @deferred_frees: of vmalloc memory, in atomic context: done by a worker, sometime
 * @deferred_bytes: of their areas
 * @notice:    the last thing that a kernel would have printed, "" if nothing
 */
struct world {
	const struct program *program;
	struct run *run;
	FILE *trace;
	struct machine *machine;
	struct boot_world boot;
	const struct implementation *on;
	struct vmap_instance vmap[WORLD_VMAP];
	u32 nr_vmap;
	struct percpu_instance percpu[WORLD_PERCPU];
	u32 nr_percpu;
	struct backend_memory vmap_memory[WORLD_VMAP], percpu_memory[WORLD_PERCPU];
	u8 *static_data;
	u64 possible;
	struct frame_pool frames;
	struct kva_range *range;
	const struct vmap_instance *noted;
	u32 noted_on;
	u64 noted_ticket;
	u32 nr_ranges, max_ranges;
	struct kva_accounts books;
	struct bootmem_world *bootmem;
	u8 *mapped;
	u32 deferred_frees;
	u64 deferred_bytes;
	char notice[96];
};

/** backend_memory() - at least @size bytes, for the context of a back end */
void *backend_memory(struct backend_memory *m, size_t size);

/** world_has_allocators() - does it have spaces and what depends on them, or boot memory alone? */
bool world_has_allocators(const struct world *w);

/** world_points() - more scheduling points than a run of the program passes that makes progress */
u64 world_points(const struct world *w);

/** world_frames_boot(), world_frames_take_down() - the pool of frames; boot returns 0 */
int world_frames_boot(struct world *w);
void world_frames_take_down(struct world *w);

/** world_notice() - an allocator prints something, for its configuration; @arg: the world */
void world_notice(void *arg, const char *text);

#endif

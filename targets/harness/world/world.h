/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * world.h - the world of one run: the machine, and the allocators that its program asks for.
 *
 * A world lives from the boot of a program to its end; its memory is reused by the next one.
 */
#ifndef MM_HARNESS_WORLD_H
#define MM_HARNESS_WORLD_H

#include <stdio.h>

#include "backends.h"
#include "boot_world.h"
#include "bootmem_world.h"
#include "frame_pool.h"
#include "machine/machine.h"
#include "machine/page.h"
#include "program/program.h"

/**
 * struct backend_memory - what a back end has for itself, reused from run to run
 * @size: bytes
 */
struct backend_memory {
	void *p;
	size_t size;
};

struct run;

/* A run on fibers has one. On threads each pool serves as many objects as its frames have words. */
#define WORLD_FRAME_POOLS 16

/**
 * struct world_kind - the properties of a program that decide which back ends and which subsystems
 *                     its world has
 * @on:     the implementation of its allocators
 * @target: of the program
 * @vmap, @memory: the fields of its machine
 */
struct world_kind {
	const struct implementation *on;
	u32 target, vmap, memory;
};

/**
 * struct world - what a program runs on
 * @program:   the program
 * @run:       the run that it is booted for; known to exec/ and to the rooms above
 * @trace:     if not NULL, the history of the run is written to it
 * @mmu:       of the machine
 * @machine:   booted first, and taken down last
 * @boot:      boot memory, if the machine has any
 * @kind:      of the program
 * @vmap_kind, @percpu_kind: the back ends of that kind of world, @nr_vmap_kinds and
 *             @nr_percpu_kinds of them
 * @vmap:      its spaces, @nr_vmap of them, in the order of the target (vmap_world.c)
 * @percpu:    its per-CPU allocators, @nr_percpu of them (percpu_world.c)
 * @vmap_memory, @percpu_memory: of their back ends
 * @possible:  the possible CPUs
 * @frames:    that mappings are made of: @nr_frame_pools pools
 * @bootmem:   allocators of boot memory, in targets that have nothing else
 * @notice:    the last thing that a kernel would have printed, "" if nothing
 * @noticing:  a task writes it
 */
struct world {
	const struct program *program;
	struct run *run;
	FILE *trace;
	enum machine_mmu mmu;
	struct machine *machine;
	struct boot_world boot;
	struct world_kind kind;
	const struct vmap_backend *vmap_kind[WORLD_VMAP];
	const struct percpu_backend *percpu_kind[WORLD_PERCPU];
	u32 nr_vmap_kinds, nr_percpu_kinds;
	struct vmap_instance vmap[WORLD_VMAP];
	u32 nr_vmap;
	struct percpu_instance percpu[WORLD_PERCPU];
	u32 nr_percpu;
	struct backend_memory vmap_memory[WORLD_VMAP], percpu_memory[WORLD_PERCPU];
	u64 possible;
	struct frame_pool frames[WORLD_FRAME_POOLS];
	u32 nr_frame_pools;
	struct bootmem_world bootmem;
	char notice[96];
	bool noticing;
};

/**
 * world_set_program() - the world's next program, and the implementation that it runs on
 *
 * The programs of a fuzz target mostly agree in their kind of world, so what depends on that alone
 * is computed when it changes.
 *
 * Return: true if the kind is another than that of the last program.
 */
bool world_set_program(struct world *w, const struct program *p, const struct implementation *on);

/** backend_memory() - at least @size bytes, for the context of a back end */
void *backend_memory(struct backend_memory *m, size_t size);

/** world_has_allocators() - does it have spaces and what depends on them, or boot memory alone? */
bool world_has_allocators(const struct world *w);

/** world_points() - more scheduling points than a run of the program passes that makes progress */
u64 world_points(const struct world *w);

/** world_frames_boot(), world_frames_take_down() - the pools of frames; boot returns 0 */
int world_frames_boot(struct world *w);
void world_frames_take_down(struct world *w);

/** world_notice() - an allocator prints something, for its configuration; @arg: the world */
void world_notice(void *arg, const char *text);

/** world_compares() - does it have several allocators of a kind, which do the same? */
static inline bool world_compares(const struct world *w)
{
	return w->nr_vmap > 1 || w->nr_percpu > 1;
}

#endif

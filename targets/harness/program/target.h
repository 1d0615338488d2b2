/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target.h - the table of targets: allocators, and groups of them, that programs run on.
 *
 * The position of a target is its number in the byte form: a new target goes to the end. The fuzz
 * target of the same name is built by targets/CMakeLists.txt.
 */
#ifndef MM_HARNESS_TARGET_H
#define MM_HARNESS_TARGET_H

#include "sched/types.h"

/* X(identifier, name, one task, help); struct target explains the columns. */
#define TARGETS(X)                                                                                 \
	X(PERCPU_BITMAP, "percpu_bitmap", false, "the per-CPU allocator with bitmaps")             \
	X(VMAP, "vmap", false, "the vmap layer: areas, lazy purge, vmap blocks")                   \
	X(VM_AREAS, "vm_areas", false, "congruent areas: several ranges at given offsets")         \
	X(PERCPU_AREAMAP, "percpu_areamap", false, "the per-CPU allocator with area maps")         \
	X(PERCPU_PAIR, "percpu_pair", false,                                                       \
	  "both per-CPU allocators, compared: same objects, same bytes in use")                    \
	X(FIRST_CHUNK, "first_chunk", false, "the first chunk and its layout, on any topology")    \
	X(VMAP_AREA, "vmap_area", false,                                                           \
	  "areas: the lowest address that fits, exact accounts of the space")                      \
	X(VMAP_BLOCK, "vmap_block", false, "short mappings in vmap blocks")                        \
	X(VMAP_ALIASES, "vmap_aliases", false,                                                     \
	  "several mappings of the same pages, and vm_unmap_aliases")                              \
	X(VMAP_PAIR, "vmap_pair", false,                                                           \
	  "an eager and a lazy space, compared: same objects, same areas and pages")               \
	X(VMALLOC, "vmalloc", false,                                                               \
	  "the vmalloc interface: areas, mappings, readers, mappings to users")                    \
	X(BOOTMEM, "bootmem", true, "boot memory with a bitmap for each node")                     \
	X(ROOTMEM, "rootmem", true, "boot memory with one bitmap for all nodes")                   \
	X(BOOTMEM_PAIR, "bootmem_pair", true,                                                      \
	  "both allocators of boot memory, compared: same objects, same cost of whole pages")      \
	X(BOOT, "boot", false, "the whole boot: from boot memory to all allocators at work")       \
	X(VMAP_ZONE, "vmap_zone", false,                                                           \
	  "the vmap layer with zones: each CPU prefetches addresses")                              \
	X(VMAP_POOL, "vmap_pool", false,                                                           \
	  "the vmap layer with pools: freed areas are cached by size")                             \
	X(VMAP_TRIO, "vmap_trio", false,                                                           \
	  "a lazy, a zone and a pool space, compared: same objects, same areas and pages")

enum target_id {
#define X(id, name, one_task, help) TARGET_##id,
	TARGETS(X)
#undef X
		NR_TARGETS /* targets that run programs */
};

/**
 * struct target - an allocator, or a group of them
 * @name:     as in "target vmap", and of the fuzz target
 * @one_task: the allocator runs before there is a second task: a program has one task and no
 *            interrupt source
 * @help:     one line
 */
struct target {
	const char *name;
	bool one_task;
	const char *help;
};

/** target_table - by enum target_id */
extern const struct target target_table[NR_TARGETS];

#endif

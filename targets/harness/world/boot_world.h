/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot_world.h - the boot of a machine through its boot memory, step by step.
 *
 *   boot_world_start()      registers the ranges of the machine's nodes, and reserves taken memory
 *   boot_world_provider()   a per-CPU allocator is about to be made: its first chunk is a block of
 *                           boot memory near each CPU, or, if these are too far apart, page by page
 *   boot_world_hand_over()  free memory goes to the machine's page frames; memory that is freed
 *                           later follows at once
 *   boot_world_end()        the allocators are gone: all of their memory is free again
 *
 * A table page is a page frame that the machine must have to map a first chunk page by page. So
 * some pages of boot memory are handed over before all others, as a kernel sets a few aside for its
 * first tables.
 */
#ifndef MM_HARNESS_BOOT_WORLD_H
#define MM_HARNESS_BOOT_WORLD_H

#include "boot/boot.h"
#include "percpu_backend.h"
#include "topology_of.h"

/**
 * struct boot_world - a machine's boot memory
 * @m:        the machine
 * @bm:       boot memory; NULL: there is none
 * @ready:    it is set up, and taken memory is reserved
 * @taken:    memory that is in use before the allocators are, @nr_taken pieces
 * @reserved: pages of these, which are never freed
 * @early:    pages that were handed over for page tables: boot memory takes them for allocated
 * @provider: how per-CPU allocators ask for boot memory
 */
struct boot_world {
	struct machine *m;
	struct boot_mem *bm;
	bool ready;
	struct taken taken[TAKEN_MAX];
	u32 nr_taken;
	u64 reserved;
	u64 early;
	struct percpu_provider provider;
};

/**
 * boot_world_start() - boot memory of all of a machine
 * @bw:       filled in; stays where it is until boot_world_end()
 * @m:        just booted, with boot memory
 * @kind:     of boot memory
 * @taken:    memory that is reserved first; may overlap
 * @nr_taken: entries of @taken, up to TAKEN_MAX
 *
 * Return: 0 or a negative error; either way boot_world_end() is to be called.
 */
int boot_world_start(struct boot_world *bw, struct machine *m, enum boot_kind kind,
		     const struct taken *taken, u32 nr_taken);

/**
 * boot_world_provider() - boot memory for the first chunk of an allocator that is about to be made
 * @p: its parameters; receive the provider
 *
 * Return: 0, or -ENOMEM: so little memory that there are no page tables to map a first chunk.
 */
int boot_world_provider(struct boot_world *bw, struct percpu_params *p);

/**
 * boot_world_hand_over() - hand all free memory over to the page frames
 *
 * ORACLE_COUNT if it is not all. It calls boot_world_verify() before and after that.
 */
void boot_world_hand_over(struct boot_world *bw);

/**
 * boot_world_end() - the opposite of boot_world_start()
 *
 * ORACLE_LEAK_PAGE: boot memory is allocated still, besides what was taken.
 */
void boot_world_end(struct boot_world *bw);

/**
 * boot_world_verify() - do boot memory and the page allocator share out all page frames?
 *
 * In addition to boot_verify() it compares their statistics: ORACLE_COUNT. hand_over_pages() checks
 * that no frame is handed over twice, and frame_checker.h checks each frame. No operation may be in
 * flight.
 */
void boot_world_verify(const struct boot_world *bw);

#endif

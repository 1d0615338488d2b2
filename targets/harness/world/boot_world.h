/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot_world.h - the boot of a machine through its boot memory, step by step.
 *
 *   boot_world_start()      ranges of the machine's nodes are registered, what is taken is reserved
 *   boot_world_provider()   a per-CPU allocator is about to be made: its first chunk is a block of
 *                           boot memory near each CPU, or, if these are too far apart, page by page
 *   boot_world_hand_over()  what is free goes to the machine's page frames; what is freed later
 *                           follows at once
 *   boot_world_end()        the allocators are gone: what they had is back
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
 * @ready:    it is set up, and what is taken is reserved
 * @taken:    memory that is in use before the allocators are, @nr_taken pieces
 * @reserved: pages of these, which nobody ever frees
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
 * boot_world_hand_over() - all that is free goes to the page frames
 *
 * ORACLE_COUNT if it is not all; and boot_world_judge() before and behind it.
 */
void boot_world_hand_over(struct boot_world *bw);

/**
 * boot_world_end() - the opposite of boot_world_start()
 *
 * ORACLE_LEAK_PAGE: boot memory is allocated still, besides what was taken.
 */
void boot_world_end(struct boot_world *bw);

/**
 * boot_world_judge() - do boot memory and the page allocator share out all page frames?
 *
 * By their numbers, besides boot_verify(): ORACLE_COUNT. That no frame is handed over twice
 * hand_over_pages() sees to, and frame_checker.h looks at each. Nobody else may be at work.
 */
void boot_world_judge(const struct boot_world *bw);

#endif

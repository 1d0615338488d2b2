/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot_world.h - the whole boot of a machine, from boot memory to all allocators at work.
 *
 *   topology      ranges of the machine's nodes are registered; what is taken is reserved
 *   first chunk   of the per-CPU allocator: a block of boot memory near each CPU, or, if these
 *                 are too far apart, page by page
 *   hand-over     what is free goes to the machine's page frames; what is freed later follows at
 * once
 *
 * A table page is a page frame that the machine must have to map a first chunk page by page. So
 * some pages of boot memory are handed over before all others, as a kernel sets a few aside for its
 * first tables.
 */
#ifndef MM_HARNESS_BOOT_WORLD_H
#define MM_HARNESS_BOOT_WORLD_H

#include "boot/boot.h"
#include "percpu/percpu.h"
#include "vmap/vmap.h"

/**
 * struct boot_taken - memory that is in use before the allocators are, such as the kernel's image
 * @start: first byte, physical
 * @size:  bytes
 */
struct boot_taken {
	u64 start, size;
};

/**
 * struct boot_world_config - what to bring up
 * @kind:     of boot memory
 * @vmap:     the space for mappings
 * @pcpu:     the per-CPU allocator; its provider is not looked at
 * @taken:    memory that is reserved first; it may overlap
 * @nr_taken: entries of @taken
 */
struct boot_world_config {
	enum boot_kind kind;
	struct vmap_config vmap;
	struct pcpu_config pcpu;
	const struct boot_taken *taken;
	u32 nr_taken;
};

/**
 * struct boot_world - what has come up
 * @m:      the machine
 * @bm:     boot memory
 * @vs:     the space for mappings
 * @pc:     the per-CPU allocator
 * @early:  pages that were handed over for page tables: boot memory takes them for allocated
 * @provider: how @pc asks for boot memory
 */
struct boot_world {
	struct machine *m;
	struct boot_mem *bm;
	struct vmap_space *vs;
	struct pcpu *pc;
	u64 early;
	struct pcpu_fc_provider provider;
};

/**
 * boot_world_up() - all of it
 * @bw:  filled in; stays where it is until boot_world_down()
 * @m:   just booted, with boot memory
 * @cfg: read during the call
 *
 * The whole machine is judged before and after the hand-over (boot_world_judge()).
 *
 * Return: 0, or a negative error of the part that did not come up; then nothing is left of the
 * others.
 */
int boot_world_up(struct boot_world *bw, struct machine *m, const struct boot_world_config *cfg);

/** boot_world_down() - the opposite; memory of the first chunk goes to the page frames */
void boot_world_down(struct boot_world *bw);

/**
 * boot_world_judge() - has every page frame exactly one owner?
 *
 * The owners of all frames, counted one by one, against the books of the machine, and those of the
 * machine against those of boot memory: ORACLE_COUNT. Nobody else may be at work.
 */
void boot_world_judge(const struct boot_world *bw);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * faulty_percpu.h - what the parts of the naive per-CPU allocator share.
 *
 * faulty_percpu.c has chunks and objects, faulty_percpu_layout.c the units: where they lie, what
 * the first chunk has in them, what an address means.
 */
#ifndef MM_HARNESS_TEST_FAULTY_PERCPU_H
#define MM_HARNESS_TEST_FAULTY_PERCPU_H

#include <urcu/list.h>

#include "faulty_allocators.h"
#include "percpu/layout.h"
#include "percpu/percpu.h"

/**
 * struct pcpu - an allocator
 * @cfg:    as given
 * @ai:     the layout as others are told of it: a fault may lie there
 * @unit, @nr_units, @nr_groups: of a chunk
 * @offset, @size: of each group, @unit_off of each CPU
 * @first_base: the lowest unit of the first chunk; 0: there is none
 * @stat, @lo, @hi: where the first chunk's static region ends, and its dynamic one begins and
 *          ends; the reserved one is between
 * @make:   who makes chunks, so that nobody makes one that another has just made
 * @lock:   over the lists and the counts
 * @allocs, @alloc_bytes: objects, and bytes of one copy of each
 */
struct pcpu {
	struct machine *m;
	struct vmap_space *vs;
	struct pcpu_config cfg;
	struct pcpu_alloc_info *ai;
	u32 unit, nr_units, nr_groups;
	u64 offset[TOPOLOGY_MAX_NODES], size[TOPOLOGY_MAX_NODES];
	u64 unit_off[TOPOLOGY_MAX_CPUS];
	u64 first_base;
	u32 stat, lo, hi;
	struct mutex make;
	spinlock_t lock;
	struct cds_list_head chunks;
	u32 nr_chunks;
	u64 allocs, alloc_bytes;
	struct completion never;
};

/* Is this the fault, in the second allocator of the target percpu_pair? */
static inline bool faulty_twin(const struct pcpu *pc, enum fault fault)
{
	return faulty(fault) && pc->cfg.allocator == PCPU_AREAMAP;
}

/** faulty_layout() - choose units and groups, and say so in @pc->ai. 0 or -ENOMEM */
int faulty_layout(struct pcpu *pc);

/** faulty_copy_static() - fill the static regions of the first chunk */
void faulty_copy_static(struct pcpu *pc);

/** faulty_has_first() - is there to be a first chunk? */
static inline bool faulty_has_first(const struct pcpu *pc)
{
	return pc->hi;
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * faulty_percpu.h - shared parts of the naive per-CPU allocator.
 *
 * faulty_percpu.c has chunks and objects. faulty_percpu_layout.c has the units: their places, the
 * contents of the first chunk, and the translation of addresses.
 */
#ifndef MM_HARNESS_TEST_FAULTY_PERCPU_H
#define MM_HARNESS_TEST_FAULTY_PERCPU_H

#include <urcu/list.h>

#include "faulty_allocators.h"
#include "percpu/layout.h"
#include "percpu/percpu.h"

/**
 * struct pcpu - an allocator
 * @cfg:    the configuration
 * @ai:     the published layout, which may contain a fault
 * @unit, @nr_units, @nr_groups: of a chunk
 * @offset, @size: of each group, @unit_off of each CPU
 * @first_base: the lowest unit of the first chunk; 0: there is no first chunk
 * @stat, @lo, @hi: end of the first chunk's static region, start and end of its dynamic one; the
 *          reserved region lies in between
 * @make:   mutex of the creation of chunks, so that two tasks do not create one each
 * @lock:   protects the lists and the counts
 * @allocs, @alloc_bytes: number of objects, and bytes of one copy of each
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

/** faulty_layout() - place units and groups, and publish them in @pc->ai. Return: 0 or -ENOMEM */
int faulty_layout(struct pcpu *pc);

/** faulty_copy_static() - initialise the static regions of the first chunk */
void faulty_copy_static(struct pcpu *pc);

/** faulty_has_first() - does the configuration have a first chunk? */
static inline bool faulty_has_first(const struct pcpu *pc)
{
	return pc->hi;
}

#endif

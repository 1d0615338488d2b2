/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * faulty_vmap.h - what the two halves of the naive vmap layer share: the space and its areas.
 */
#ifndef MM_HARNESS_TEST_FAULTY_VMAP_H
#define MM_HARNESS_TEST_FAULTY_VMAP_H

#include <urcu/list.h>

#include "faulty_allocators.h"
#include "vmap/vmalloc.h"

struct vmap_area {
	struct cds_list_head list;
	u64 start, end;
	bool lazy;   /* freed, and with a fault not purged: still on the list */
	bool cached; /* free, and held ready for @owner (faulty_zone.c): still on the list */
	u32 owner;   /* a CPU, or a node */
	bool block;  /* of one short mapping, as a vmap block would be */
};

/**
 * struct vmap_space - a space
 * @inside: operations of all allocators that are under way
 * @block:  bytes of a vmap block
 * @zone:   bytes that a CPU fetches at once; 0: none does
 * @nodes:  that have pools; 0: none has
 * @purges: areas freed
 * @vms:    areas with an owner (faulty_vmalloc.c), linked by @next; under @lock
 */
struct vmap_space {
	struct machine *m;
	u64 start, end, block, zone;
	u64 purges;
	u32 nodes;
	enum vmap_kva kva;
	bool eager;
	spinlock_t lock;
	struct cds_list_head areas;
	struct vm_struct *vms;
	atomic_t inside;
};

/** faulty_map_first() - a fault: map another frame at the first address in use */
void faulty_map_first(struct vmap_space *vs, struct page **page, gfp_t gfp);

/**
 * faulty_find_gap() - the lowest place for an area that is in no range of the list; lock held
 *
 * It is entered, in use. Return: 0 or -EBUSY.
 */
int faulty_find_gap(struct vmap_space *vs, struct vmap_area *va, u64 size, u64 align, u64 vstart,
		    u64 vend);

/** faulty_cache_init() - what a space keeps ready; nothing, unless it is of zones or pools */
void faulty_cache_init(struct vmap_space *vs, const struct vmap_config *cfg);

/**
 * faulty_take() - faulty_find_gap(), and before it from the cached ranges
 * @spare: two structures; those that are used become NULL
 */
int faulty_take(struct vmap_space *vs, struct vmap_area *va, u64 size, u64 align, u64 vstart,
		u64 vend, struct vmap_area *spare[2]);

/** faulty_keep() - an area is freed: does a pool take it? Lock held */
bool faulty_keep(struct vmap_space *vs, struct vmap_area *va);

/** faulty_give_back() - no range is cached any more */
void faulty_give_back(struct vmap_space *vs);

#endif

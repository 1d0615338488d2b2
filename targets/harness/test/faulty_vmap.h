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
	bool lazy;  /* freed, and with a fault not purged: still on the list */
	bool block; /* of one short mapping, as a vmap block would be */
};

/**
 * struct vmap_space - a space
 * @inside: operations of all allocators that are under way
 * @block:  bytes of a vmap block
 * @purges: areas freed
 * @vms:    areas with an owner (faulty_vmalloc.c), linked by @next; under @lock
 */
struct vmap_space {
	struct machine *m;
	u64 start, end, block;
	u64 purges;
	enum vmap_kva kva;
	bool eager;
	spinlock_t lock;
	struct cds_list_head areas;
	struct vm_struct *vms;
	atomic_t inside;
};

/** faulty_map_first() - a fault: map another frame at the first address in use */
void faulty_map_first(struct vmap_space *vs, struct page **page, gfp_t gfp);

#endif

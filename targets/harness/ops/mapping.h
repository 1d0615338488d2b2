/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mapping.h - what operations that map frames of the pool share.
 */
#ifndef MM_HARNESS_MAPPING_H
#define MM_HARNESS_MAPPING_H

#include "exec/run.h"
#include "world/frame_pool.h"

/** mapping_slot() - number of the object's own word in each of its frames */
u32 mapping_slot(const struct world *w, const struct object *o);

/** mapping_check_page() - reads and writes at @addr must reach frame @i of the object */
void mapping_check_page(struct world *w, struct object *o, u64 i, u64 addr);

/** mapping_check() - mapping_check_page() for some pages of a mapping in one piece */
void mapping_check(struct world *w, struct object *o);

/**
 * mapping_check_handed_out() - check new addresses before anything is mapped or read there
 *
 * ORACLE_RANGE, ORACLE_STALE.
 */
void mapping_check_handed_out(struct world *w, const struct vmap_instance *v, u64 addr, u64 size);

#endif

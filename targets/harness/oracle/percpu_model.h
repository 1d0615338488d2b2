/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * percpu_model.h - a naive model of the room for a chunk of a per-CPU allocator.
 */
#ifndef MM_HARNESS_PERCPU_MODEL_H
#define MM_HARNESS_PERCPU_MODEL_H

#include "exec/run.h"

/**
 * percpu_new_chunk_fits() - naive search: is there room for a chunk, all of it populated?
 * @k: of which allocator
 *
 * Enough page frames (in a row, for chunks of kernel memory), and addresses for every group.
 */
bool percpu_new_chunk_fits(struct world *w, u32 k);

#endif

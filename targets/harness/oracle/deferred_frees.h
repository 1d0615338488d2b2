/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * deferred_frees.h - memory of vmalloc() that was freed in atomic context.
 *
 * A worker frees it later. Until then its areas are in use, and no object of the program explains
 * them.
 */
#ifndef MM_HARNESS_DEFERRED_FREES_H
#define MM_HARNESS_DEFERRED_FREES_H

#include "exec/subsystems.h"

extern struct subsystem deferred_frees;

/** deferred_frees_note() - an object whose area has @bytes is freed in atomic context */
void deferred_frees_note(struct world *w, u64 bytes);

/** nr_deferred_frees(), deferred_bytes() - how many there were in this run, and their bytes */
u32 nr_deferred_frees(const struct world *w);
u64 deferred_bytes(const struct world *w);

#endif

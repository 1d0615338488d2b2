/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kva_checker.h - does each address in use have an object, and do the statistics of the space
 * agree?
 *
 * It runs in the targets about addresses: vmap_area, vmap_block, vmap_aliases. Three sides must
 * agree: the areas of a walk, the statistics of the space, and the live objects of the program.
 */
#ifndef MM_HARNESS_KVA_CHECKER_H
#define MM_HARNESS_KVA_CHECKER_H

#include "exec/subsystems.h"

/** kva_checker_wanted() - does the checker run in the target of the program? */
bool kva_checker_wanted(const struct world *w);

/*
 * Compares after each operation that leaves nothing in flight.
 *
 * ORACLE_COUNT (a number, an area or a block is wrong), ORACLE_HINT (the largest free range),
 * ORACLE_LEAK_AREA (addresses that no object explains), ORACLE_TREE (an object whose area is
 * unknown), ORACLE_RANGE (a mapping that is not where such a mapping belongs), ORACLE_KVA_BOUND
 * (more blocks were created than mappings requested).
 */
extern struct subsystem kva_checker;

/** kva_checker_note_mapping() - a mapping of @pages pages is requested from a space */
void kva_checker_note_mapping(struct world *w, u32 pages);

/** kva_checker_note_free() - an area of @pages pages is freed */
void kva_checker_note_free(struct world *w, u64 pages);

/**
 * kva_checker_check_blocks() - check blocks after a call that frees those without a mapping
 * @c:     it ran alone so far
 * @after: that call, for the message
 *
 * Each remaining block must have a mapping: ORACLE_KVA_BOUND.
 */
void kva_checker_check_blocks(struct world *w, const struct op_call *c, const char *after);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kva_checker.h - the accounts of a space: does each address in use have an object, and do the
 * space's own numbers say the same?
 *
 * Kept in the targets that are about addresses: vmap_area, vmap_block, vmap_aliases. Three sides
 * must agree: the areas that the space names when asked for all of them, the numbers of
 * vmap_stats(), and the live objects of the program.
 */
#ifndef MM_HARNESS_KVA_CHECKER_H
#define MM_HARNESS_KVA_CHECKER_H

#include "exec/subsystems.h"

/** kva_checker_wanted() - does the target of the program keep them? */
bool kva_checker_wanted(const struct world *w);

/*
 * Compares after each operation that leaves nothing in flight.
 *
 * ORACLE_COUNT (a number, an area or a block is wrong), ORACLE_HINT (the largest free range),
 * ORACLE_LEAK_AREA (addresses that no object explains), ORACLE_TREE (an object whose area is
 * unknown), ORACLE_RANGE (a mapping that is not where such a mapping belongs), ORACLE_KVA_BOUND
 * (more blocks made than mappings asked for).
 */
extern const struct subsystem kva_checker;

/** kva_checker_note_mapping() - a mapping of @pages pages is requested from a space */
void kva_checker_note_mapping(struct world *w, u32 pages);

/** kva_checker_note_free() - an area of @pages pages is freed */
void kva_checker_note_free(struct world *w, u64 pages);

/**
 * kva_checker_check_blocks() - directly after a call that gives up blocks with nothing mapped
 * @c:     it ran alone so far
 * @after: that call, for the message
 *
 * Each block that is left must have something mapped in it: ORACLE_KVA_BOUND.
 */
void kva_checker_check_blocks(struct world *w, const struct op_call *c, const char *after);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layout_model.h - the one right layout of per-CPU units, computed from the topology.
 *
 * layout_oracle.h checks that a layout is legal. This model says which of the legal ones it must
 * be: the groups, the number of units that are allocated at a time, and how far apart the groups of
 * an embedded first chunk may lie. Whether boot memory could be had for it is not modelled, so a
 * first chunk that was made page by page is not asked why.
 */
#ifndef MM_HARNESS_LAYOUT_MODEL_H
#define MM_HARNESS_LAYOUT_MODEL_H

#include "exec/run.h"

/**
 * layout_model_check_span() - check the distance of the groups, before any address is computed
 *
 * Of an embedded first chunk whose further chunks are mapped: from the lowest unit to the end of
 * the last one, units without a CPU included, at most three quarters of the space. ORACLE_RANGE.
 */
void layout_model_check_span(const struct world *w, u32 k);

/**
 * layout_model_check() - check groups and sizes of a layout that is known to be legal
 *
 * Only of a back end that takes unit, atom and regions as the program gives them. ORACLE_RANGE.
 */
void layout_model_check(const struct world *w, u32 k);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layout_oracle.h - is the layout of per-CPU units what it promises to be?
 */
#ifndef MM_HARNESS_LAYOUT_ORACLE_H
#define MM_HARNESS_LAYOUT_ORACLE_H

#include "exec/subsystems.h"

/**
 * layout_oracle_check() - judge units, groups and the static region of an allocator
 * @w: the world
 * @k: which allocator
 *
 * By the topology alone, whatever the allocator makes of it: each possible CPU has exactly one unit
 * and nobody else has one; no two units share an address; the units of a group lie side by side and
 * their CPUs are local to each other; at least three quarters of the units that were allocated
 * have a CPU; the regions are as large as was asked for; is_percpu_address() and
 * per_cpu_ptr_to_phys() know the static one. ORACLE_OVERLAP, ORACLE_RANGE, ORACLE_ALIGNMENT,
 * ORACLE_CONTENTS.
 */
void layout_oracle_check(struct world *w, u32 k);

/* Checks the layout of each allocator at boot where the target is about that, and static data. */
extern const struct subsystem layout_oracle;

/** percpu_check_phys() - does per_cpu_ptr_to_phys() say where CPU @cpu's byte at @addr lies? */
void percpu_check_phys(struct world *w, u32 k, unsigned int cpu, u64 addr);

#endif

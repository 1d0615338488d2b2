/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layout_oracle.h - is the layout of per-CPU units what it promises to be?
 *
 * The layout is checked in the targets that are about the boot, by the topology and by what the
 * program asks for. Static data is checked in every target, at boot and at the end.
 */
#ifndef MM_HARNESS_LAYOUT_ORACLE_H
#define MM_HARNESS_LAYOUT_ORACLE_H

#include "exec/subsystems.h"

/**
 * layout_oracle_check() - check units, groups and the static region of an allocator
 * @w: the world
 * @k: which allocator
 *
 * By the topology alone: each possible CPU has exactly one unit, and no other CPU has one; no two
 * units share an address; the units of a group are adjacent and their CPUs are local to each other;
 * at least three quarters of the units that were allocated have a CPU; the regions have the
 * requested sizes; is_percpu_address() and per_cpu_ptr_to_phys() know the static one.
 * ORACLE_OVERLAP, ORACLE_RANGE, ORACLE_ALIGNMENT, ORACLE_CONTENTS.
 */
void layout_oracle_check(struct world *w, u32 k);

/* Checks the layout at boot in the targets about it, and static data. */
extern struct subsystem layout_oracle;

/** percpu_check_phys() - check per_cpu_ptr_to_phys() of CPU @cpu's byte at @addr */
void percpu_check_phys(struct world *w, u32 k, unsigned int cpu, u64 addr);

#endif

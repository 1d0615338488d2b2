/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layout.h - where the units of a chunk lie: built from the topology, printed, checked.
 *
 * After "implement and use sparse embedding first chunk allocator" (2009). CPUs that are local to
 * each other form a group; the units of a group lie side by side, the groups anywhere. A unit is
 * so large that a whole number of them ("units per allocation") fills a piece of boot memory, whose
 * size is a multiple of the atom size; a group whose number of CPUs is no multiple of that
 * leaves units without a CPU at its end.
 */
#ifndef MM_PERCPU_LAYOUT_H
#define MM_PERCPU_LAYOUT_H

#include <stdio.h>

#include "../machine/machine.h"

/* Largest unit, in pages: one unit that fills a large page. */
#define PCPU_MAX_UNIT_PAGES 512u

/* A unit without a CPU. */
#define PCPU_NO_CPU UINT32_MAX

/**
 * struct pcpu_group_info - CPUs near to each other
 * @base_offset: of its first unit, from the lowest unit of all; 0 until it is known
 * @nr_units:    a multiple of upa, those without a CPU included
 * @first_unit:  its first one's index in pcpu_alloc_info.cpu_map
 */
struct pcpu_group_info {
	u64 base_offset;
	u32 nr_units;
	u32 first_unit;
};

/**
 * struct pcpu_alloc_info - a layout
 * @static_size, @reserved_size, @dyn_size: regions of the first chunk, in bytes
 * @unit_size:  bytes of a unit, a multiple of the page size
 * @atom_size:  see struct pcpu_config
 * @alloc_size: bytes that boot memory is allocated in: @upa units, a multiple of @atom_size
 * @upa:        units of that
 * @nr_groups:  entries of @group
 * @nr_units:   entries of @cpu_map: sum of the groups' units
 * @cpu_map:    the CPU of each unit, or PCPU_NO_CPU. Each possible CPU is there once
 * @group:      groups, each has at least one CPU, in its first unit
 */
struct pcpu_alloc_info {
	u32 static_size;
	u32 reserved_size;
	u32 dyn_size;
	u32 unit_size;
	u32 atom_size;
	u32 alloc_size;
	u32 upa;
	u32 nr_groups;
	u32 nr_units;
	u32 *cpu_map;
	struct pcpu_group_info group[];
};

/**
 * struct pcpu_layout_params - what a layout is to be built from
 * @static_size, @reserved_size, @dyn_size: bytes
 * @min_unit_size: least size of a unit, a multiple of the page size
 * @atom_size: a power of two, at least the page size
 * @distances: CPUs of different nodes belong to different groups; false: all are one group
 */
struct pcpu_layout_params {
	u32 static_size;
	u32 reserved_size;
	u32 dyn_size;
	u32 min_unit_size;
	u32 atom_size;
	bool distances;
};

/**
 * pcpu_build_alloc_info() - a layout for a machine
 * @m:   the machine; its topology says which CPUs are possible and how far apart
 * @p:   what is asked for
 * @out: receives the layout, for pcpu_free_alloc_info()
 *
 * Two CPUs are of one group if their nodes are at LOCAL_DISTANCE both ways. Of the numbers of
 * units per allocation that divide it, the largest is taken that needs the fewest allocations
 * and leaves no more than a third of the possible CPUs' number of units without a CPU.
 *
 * Return: 0, -EINVAL (sizes), -ENOMEM. Context: may sleep.
 */
int pcpu_build_alloc_info(struct machine *m, const struct pcpu_layout_params *p,
			  struct pcpu_alloc_info **out);

/** pcpu_free_alloc_info() - NULL is allowed */
void pcpu_free_alloc_info(struct machine *m, struct pcpu_alloc_info *ai);

/**
 * pcpu_print_alloc_info() - what a kernel prints at boot, numbers not padded and units on one line
 *
 *   pcpu-alloc: s1024 r8192 d20480 u65536 alloc=1*2097152
 *   pcpu-alloc: [0] 0 1 2 3 [1] 4 5 6 -
 *
 * A number in brackets begins a piece of boot memory and is its group's; "-" is a unit without a
 * CPU.
 */
void pcpu_print_alloc_info(const struct pcpu_alloc_info *ai, FILE *f);

#endif

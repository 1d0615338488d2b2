/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layout.h - where the units of a chunk lie: built from the topology, printed, checked.
 *
 * After "implement and use sparse embedding first chunk allocator" (2009). CPUs that are local to
 * each other form a group; the units of a group lie side by side, the groups anywhere. A whole
 * number of units ("units per allocation", upa) fills a piece of boot memory, whose size is a
 * multiple of the atom size. A group whose number of CPUs is no multiple of upa has units without a
 * CPU at its end.
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
 * @base_offset: offset of its first unit from the lowest unit of all; 0: not known yet
 * @nr_units:    units, those without a CPU included; a multiple of upa
 * @first_unit:  index of its first unit in pcpu_alloc_info.cpu_map
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
 * @alloc_size: bytes of a piece of boot memory: @upa units, a multiple of @atom_size
 * @upa:        units per allocation
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
 * struct pcpu_layout_params - the parameters of a layout
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
 * pcpu_build_alloc_info() - build the layout for a machine
 * @m:   the machine; its topology has the possible CPUs and the distances of nodes
 * @p:   the parameters
 * @out: receives the layout, for pcpu_free_alloc_info()
 *
 * Two CPUs belong to one group if their nodes are at LOCAL_DISTANCE both ways. upa is the largest
 * divisor of an allocation with which the units without a CPU are at most a third of the possible
 * CPUs. No other such divisor needs fewer allocations.
 *
 * Return: 0, -EINVAL (sizes), -ENOMEM. Context: may sleep.
 */
int pcpu_build_alloc_info(struct machine *m, const struct pcpu_layout_params *p,
			  struct pcpu_alloc_info **out);

/** pcpu_free_alloc_info() - NULL is allowed */
void pcpu_free_alloc_info(struct machine *m, struct pcpu_alloc_info *ai);

/**
 * pcpu_print_alloc_info() - print a layout as a kernel does at boot, on one line without padding
 *
 *   pcpu-alloc: s1024 r8192 d20480 u65536 alloc=1*2097152
 *   pcpu-alloc: [0] 0 1 2 3 [1] 4 5 6 -
 *
 * A number in brackets begins a piece of boot memory and is its group's; "-" is a unit without a
 * CPU.
 */
void pcpu_print_alloc_info(const struct pcpu_alloc_info *ai, FILE *f);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * op_table.c - the operations and the targets; see op.h for what an entry says.
 *
 * The position of an entry is its number in the byte form: new entries go to the end, and
 * none is ever removed, or stored programs would mean something else.
 */
#include "ops.h"

/* The targets that the per-CPU allocator is run by. */
#define PERCPU                                                                                     \
	(1U << TARGET_PERCPU_BITMAP | 1U << TARGET_PERCPU_AREAMAP | 1U << TARGET_PERCPU_PAIR |     \
	 1U << TARGET_FIRST_CHUNK)
#define VM_AREAS (1U << TARGET_VM_AREAS)

/* Those that the vmap layer is run by: ranges of addresses, short mappings, their aliases. */
#define VMAP (1U << TARGET_VMAP | 1U << TARGET_VMAP_PAIR)
#define AREA (VMAP | 1U << TARGET_VMAP_AREA)
#define RAM (VMAP | 1U << TARGET_VMAP_BLOCK | 1U << TARGET_VMAP_ALIASES)
#define ALIASES (VMAP | 1U << TARGET_VMAP_ALIASES | 1U << TARGET_VMALLOC)
#define ALL_VMAP (AREA | RAM | ALIASES | VM_AREAS)

const struct op op_table[] = {
	{
		.name = "alloc_percpu",
		.help = "allocate a per-CPU object, zeroed on every CPU",
		.targets = PERCPU,
		.makes = OBJECT_PERCPU,
		.irq = true,
		.arg = {{"size", OPERAND_LOG, UNIT_BYTES, 1, 1 << 20, 16, "bytes"},
			{"align", OPERAND_POW2, UNIT_BYTES, 1, 4096, 8, "alignment in bytes"},
			{"atomic", OPERAND_FLAG, UNIT_NONE, 0, 1, 0, "may not sleep"}},
		.exec = op_alloc_percpu,
	},
	{
		.name = "free_percpu",
		.help = "check a per-CPU object and free it",
		.targets = PERCPU,
		.uses = OBJECT_PERCPU,
		.consumes = true,
		.irq = true,
		.arg = {{"twice", OPERAND_FLAG, UNIT_NONE, 0, 1, 0,
			 "and once more, which must be refused; only where there is one task"}},
		.exec = op_free_percpu,
	},
	{
		.name = "touch_percpu",
		.help = "check a per-CPU object on every CPU and write it again",
		.targets = PERCPU,
		.uses = OBJECT_PERCPU,
		.irq = true,
		.arg = {{"whole", OPERAND_FLAG, UNIT_NONE, 0, 1, 0, "every word of it"}},
		.exec = op_touch_percpu,
	},
	{
		.name = "vm_map_ram",
		.help = "map pages for a short time",
		.targets = RAM,
		.makes = OBJECT_RAM,
		.irq = true,
		.arg = {{"pages", OPERAND_LOG, UNIT_PAGES, 1, 256, 1, "pages"},
			{"atomic", OPERAND_FLAG, UNIT_NONE, 0, 1, 0, "may not sleep"}},
		.exec = op_vm_map_ram,
	},
	{
		.name = "vm_unmap_ram",
		.help = "check a mapping and unmap it",
		.targets = RAM,
		.uses = OBJECT_RAM,
		.consumes = true,
		.irq = true,
		.exec = op_vm_unmap_ram,
	},
	{
		.name = "touch_ram",
		.help = "check a mapping and write through it again",
		.targets = RAM,
		.uses = OBJECT_RAM,
		.irq = true,
		.exec = op_touch_ram,
	},
	{
		.name = "vm_unmap_aliases",
		.help = "flush every translation that was unmapped lazily",
		.targets = ALIASES | 1U << TARGET_VMAP_BLOCK,
		.exec = op_vm_unmap_aliases,
	},
	{
		.name = "alloc_vmap_area",
		.help = "allocate a range of kernel virtual addresses",
		.targets = AREA | VM_AREAS,
		.makes = OBJECT_AREA,
		.irq = true,
		.arg = {{"pages", OPERAND_LOG, UNIT_PAGES, 1, 1024, 1, "pages"},
			{"align", OPERAND_POW2, UNIT_PAGES, 1, 256, 1, "alignment in pages"},
			{"map", OPERAND_FLAG, UNIT_NONE, 0, 1, 0, "map pages behind it"}},
		.exec = op_alloc_vmap_area,
	},
	{
		.name = "free_vmap_area",
		.help = "check a range of addresses, unmap it and free it, lazily",
		.targets = AREA | VM_AREAS,
		.uses = OBJECT_AREA,
		.consumes = true,
		.irq = true,
		.exec = op_free_vmap_area,
	},
	{
		.name = "touch_area",
		.help = "check what is mapped in a range of addresses and write it again",
		.targets = AREA | VM_AREAS,
		.uses = OBJECT_AREA,
		.exec = op_touch_area,
	},
	{
		.name = "purge_vmap_areas",
		.help = "free what was freed lazily, with one flush",
		.targets = ALL_VMAP,
		.exec = op_purge_vmap_areas,
	},
	{
		.name = "migrate",
		.help = "move the task to another CPU",
		.targets = PERCPU | ALL_VMAP,
		.arg = {{"cpu", OPERAND_INT, UNIT_NONE, 0, 63, 0,
			 "the CPU, modulo those of the machine; the next one if it is not "
			 "possible"}},
		.exec = op_migrate,
	},
	{
		.name = "cond_resched",
		.help = "let other tasks run",
		.targets = PERCPU | ALL_VMAP,
		.exec = op_cond_resched,
	},
	{
		.name = "get_vm_areas",
		.help = "allocate several ranges at given distances, from the top downward",
		.targets = VM_AREAS,
		.makes = OBJECT_AREAS,
		.arg = {{"nr", OPERAND_INT, UNIT_NONE, 1, AREAS_MAX, 2, "ranges"},
			{"pages", OPERAND_LOG, UNIT_PAGES, 1, 64, 1, "pages of the first one"},
			{"layout", OPERAND_INT, UNIT_NONE, 0, AREAS_LAYOUTS - 1, 0,
			 "sizes, gaps, order, offset and alignment; see ops_vm_areas.c"}},
		.exec = op_get_vm_areas,
	},
	{
		.name = "free_vm_areas",
		.help = "check ranges of one get_vm_areas, unmap and free them, lazily",
		.targets = VM_AREAS,
		.uses = OBJECT_AREAS,
		.consumes = true,
		.irq = true,
		.exec = op_free_vm_areas,
	},
	{
		.name = "alloc_reserved_percpu",
		.help = "allocate a per-CPU object from the reserved region of the first chunk",
		.targets = PERCPU,
		.makes = OBJECT_PERCPU,
		.arg = {{"size", OPERAND_LOG, UNIT_BYTES, 1, 1 << 20, 16, "bytes"},
			{"align", OPERAND_POW2, UNIT_BYTES, 1, 4096, 8, "alignment in bytes"}},
		.exec = op_alloc_reserved_percpu,
	},
	{
		.name = "misfree_percpu",
		.help = "free an address that is no object's, which must be refused by name",
		.targets = PERCPU,
		.uses = OBJECT_PERCPU,
		.irq = true,
		.arg = {{"how", OPERAND_INT, UNIT_MISFREE, 0, 3, 0,
			 "inside of the object, another CPU's copy, in no chunk, in the static "
			 "region"},
			{"at", OPERAND_LOG, UNIT_NONE, 0, 1 << 20, 1,
			 "byte, or number of the CPU, modulo those that there are"}},
		.exec = op_misfree_percpu,
	},
	{
		.name = "alloc_vmap_range",
		.help = "allocate addresses from a part of the space",
		.targets = AREA,
		.makes = OBJECT_AREA,
		.irq = true,
		.arg = {{"pages", OPERAND_LOG, UNIT_PAGES, 1, 1024, 1, "pages"},
			{"align", OPERAND_POW2, UNIT_PAGES, 1, 256, 1, "alignment in pages"},
			{"range", OPERAND_INT, UNIT_NONE, 0, RANGES - 1, 0,
			 "where the part begins and ends; see ops_area.c"}},
		.exec = op_alloc_vmap_range,
	},
};

const unsigned int nr_ops = ARRAY_SIZE(op_table);

const struct target target_table[NR_TARGETS] = {
	[TARGET_PERCPU_BITMAP] = {"percpu_bitmap", "the per-CPU allocator with bitmaps"},
	[TARGET_VMAP] = {"vmap", "kernel virtual addresses, lazy purge, vmap blocks"},
	[TARGET_PERCPU_AREAMAP] = {"percpu_areamap", "the per-CPU allocator with area maps"},
	[TARGET_PERCPU_PAIR] = {"percpu_pair", "both, which must agree on what is possible"},
	[TARGET_FIRST_CHUNK] = {"first_chunk", "the first chunk and its layout, on any topology"},
	[TARGET_VMAP_AREA] = {"vmap_area",
			      "ranges of addresses: the lowest that fits, exact accounts"},
	[TARGET_VMAP_BLOCK] = {"vmap_block", "short mappings in vmap blocks"},
	[TARGET_VMAP_ALIASES] = {"vmap_aliases", "mappings of the same pages, and the end of them"},
	[TARGET_VMAP_PAIR] = {"vmap_pair", "eager and lazy, which must agree on what is possible"},
	[TARGET_VMALLOC] = {"vmalloc",
			    "the vmalloc interface: areas, mappings, readers, users' mappings"},
	[TARGET_VM_AREAS] = {"vm_areas", "several ranges of addresses at given distances"},
};

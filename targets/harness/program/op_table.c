/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * op_table.c - the tables of operations, object types and targets; op.h explains an operation.
 *
 * The entries stand in the order of op_list.h. The file is long because it is data.
 */
#include "op.h"

/* All allocators at work: each operation but those of boot memory itself. */
#define BOOT (1U << TARGET_BOOT)

/* The targets that the per-CPU allocator is run by. */
#define PERCPU                                                                                     \
	(1U << TARGET_PERCPU_BITMAP | 1U << TARGET_PERCPU_AREAMAP | 1U << TARGET_PERCPU_PAIR |     \
	 1U << TARGET_FIRST_CHUNK | BOOT)
#define VM_AREAS (1U << TARGET_VM_AREAS | BOOT)

/* Those that the vmap layer is run by: ranges of addresses, short mappings, their aliases. */
#define VMAP                                                                                       \
	(1U << TARGET_VMAP | 1U << TARGET_VMAP_PAIR | 1U << TARGET_VMAP_ZONE |                     \
	 1U << TARGET_VMAP_POOL | 1U << TARGET_VMAP_TRIO | BOOT)
#define AREA (VMAP | 1U << TARGET_VMAP_AREA)
#define RAM (VMAP | 1U << TARGET_VMAP_BLOCK | 1U << TARGET_VMAP_ALIASES)
#define ALIASES (VMAP | 1U << TARGET_VMAP_ALIASES | 1U << TARGET_VMALLOC)
#define VMALLOC (1U << TARGET_VMALLOC | BOOT)
#define BOOTMEM (1U << TARGET_BOOTMEM | 1U << TARGET_ROOTMEM | 1U << TARGET_BOOTMEM_PAIR)
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
	},
	{
		.name = "touch_percpu",
		.help = "check a per-CPU object on every CPU and write it again",
		.targets = PERCPU,
		.uses = OBJECT_PERCPU,
		.irq = true,
		.arg = {{"whole", OPERAND_FLAG, UNIT_NONE, 0, 1, 0, "every word of it"}},
	},
	{
		.name = "vm_map_ram",
		.help = "map pages for a short time",
		.targets = RAM,
		.makes = OBJECT_RAM,
		.irq = true,
		.arg = {{"pages", OPERAND_LOG, UNIT_PAGES, 1, 256, 1, "pages"},
			{"atomic", OPERAND_FLAG, UNIT_NONE, 0, 1, 0, "may not sleep"}},
	},
	{
		.name = "vm_unmap_ram",
		.help = "check a mapping and unmap it",
		.targets = RAM,
		.uses = OBJECT_RAM,
		.consumes = true,
		.irq = true,
	},
	{
		.name = "touch_ram",
		.help = "check a mapping and write through it again",
		.targets = RAM,
		.uses = OBJECT_RAM,
		.irq = true,
	},
	{
		.name = "vm_unmap_aliases",
		.help = "flush every translation that was unmapped lazily",
		.targets = ALIASES | 1U << TARGET_VMAP_BLOCK,
		.flushes = true,
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
	},
	{
		.name = "free_vmap_area",
		.help = "check a range of addresses, unmap it and free it, lazily",
		.targets = AREA | VM_AREAS,
		.uses = OBJECT_AREA,
		.consumes = true,
		.irq = true,
	},
	{
		.name = "touch_area",
		.help = "check what is mapped in a range of addresses and write it again",
		.targets = AREA | VM_AREAS,
		.uses = OBJECT_AREA,
	},
	{
		.name = "purge_vmap_areas",
		.help = "free what was freed lazily, with one flush",
		.targets = ALL_VMAP,
	},
	{
		.name = "migrate",
		.help = "move the task to another CPU",
		.targets = PERCPU | ALL_VMAP,
		.arg = {{"cpu", OPERAND_INT, UNIT_NONE, 0, 63, 0,
			 "the CPU, modulo those of the machine; the next one if it is not "
			 "possible"}},
	},
	{
		.name = "cond_resched",
		.help = "let other tasks run",
		.targets = PERCPU | ALL_VMAP,
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
	},
	{
		.name = "free_vm_areas",
		.help = "check ranges of one get_vm_areas, unmap and free them, lazily",
		.targets = VM_AREAS,
		.uses = OBJECT_AREAS,
		.consumes = true,
		.irq = true,
	},
	{
		.name = "alloc_reserved_percpu",
		.help = "allocate a per-CPU object from the reserved region of the first chunk",
		.targets = PERCPU,
		.makes = OBJECT_PERCPU,
		.arg = {{"size", OPERAND_LOG, UNIT_BYTES, 1, 1 << 20, 16, "bytes"},
			{"align", OPERAND_POW2, UNIT_BYTES, 1, 4096, 8, "alignment in bytes"}},
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
	},
	{
		.name = "vmalloc",
		.help = "allocate memory of consecutive addresses",
		.targets = VMALLOC,
		.makes = OBJECT_VMALLOC,
		.irq = true,
		.arg = {{"size", OPERAND_LOG, UNIT_BYTES, 1, 1 << 20, 4096, "bytes"},
			{"how", OPERAND_INT, UNIT_VMALLOC, 0, 3, 0,
			 "as it is, zeroed, zeroed and for users, on a node"},
			{"atomic", OPERAND_FLAG, UNIT_NONE, 0, 1, 0, "may not sleep"}},
	},
	{
		.name = "vfree",
		.help = "check what vmalloc allocated and free it",
		.targets = VMALLOC,
		.uses = OBJECT_VMALLOC,
		.consumes = true,
		.irq = true,
	},
	{
		.name = "touch_vmalloc",
		.help = "check what vmalloc allocated and write it again",
		.targets = VMALLOC,
		.uses = OBJECT_VMALLOC,
		.irq = true,
	},
	{
		.name = "remap_vmalloc_range",
		.help = "map what vmalloc allocated to a user, who must get what he may have and "
			"no more",
		.targets = VMALLOC,
		.uses = OBJECT_VMALLOC,
		.arg = {{"pgoff", OPERAND_LOG, UNIT_NONE, 0, 512, 0, "pages left out at its start"},
			{"pages", OPERAND_LOG, UNIT_PAGES, 1, REMAP_MAX, 1, "pages"},
			{"from", OPERAND_INT, UNIT_REMAP, 0, 2, 0, "the address that is given"}},
	},
	{
		.name = "vread",
		.help = "read from what vmalloc allocated on, guard page included",
		.targets = VMALLOC,
		.uses = OBJECT_VMALLOC,
		.arg = {{"at", OPERAND_LOG, UNIT_BYTES, 0, 1 << 20, 0,
			 "first byte, modulo its size"},
			{"size", OPERAND_LOG, UNIT_BYTES, 1, 4160, 64, "bytes"}},
	},
	{
		.name = "vmap",
		.help = "map pages at consecutive addresses",
		.targets = VMALLOC,
		.makes = OBJECT_VMAP,
		.arg = {{"pages", OPERAND_LOG, UNIT_PAGES, 1, VM_PAGES_MAX, 1, "pages"},
			{"user", OPERAND_FLAG, UNIT_NONE, 0, 1, 0, "may be mapped to users"}},
	},
	{
		.name = "vunmap",
		.help = "check a mapping of vmap and unmap it",
		.targets = VMALLOC,
		.uses = OBJECT_VMAP,
		.consumes = true,
	},
	{
		.name = "touch_vmap",
		.help = "check a mapping of vmap and write through it again",
		.targets = VMALLOC,
		.uses = OBJECT_VMAP,
		.irq = true,
	},
	{
		.name = "get_vm_area",
		.help = "allocate addresses with an owner and a guard page",
		.targets = VMALLOC,
		.makes = OBJECT_VM_AREA,
		.irq = true,
		.arg = {{"pages", OPERAND_LOG, UNIT_PAGES, 1, VM_PAGES_MAX, 1, "pages"},
			{"how", OPERAND_INT, UNIT_VM_AREA, 0, 2, 0,
			 "anywhere, for device memory: aligned to its size, in the upper half of "
			 "the space"},
			{"atomic", OPERAND_FLAG, UNIT_NONE, 0, 1, 0, "may not sleep"}},
	},
	{
		.name = "remove_vm_area",
		.help = "check such an area, unmap it and give it back",
		.targets = VMALLOC,
		.uses = OBJECT_VM_AREA,
		.consumes = true,
		.irq = true,
	},
	{
		.name = "map_vm_area",
		.help = "map pages in all of such an area, if nothing is mapped there",
		.targets = VMALLOC,
		.uses = OBJECT_VM_AREA,
		.irq = true,
	},
	{
		.name = "unmap_kernel_range",
		.help = "unmap and flush a part of such an area, then all of it",
		.targets = VMALLOC,
		.uses = OBJECT_VM_AREA,
		.irq = true,
		.arg = {{"from", OPERAND_LOG, UNIT_NONE, 0, VM_PAGES_MAX, 0,
			 "first page, modulo those that there are"},
			{"pages", OPERAND_LOG, UNIT_PAGES, 1, VM_PAGES_MAX, 1, "pages, at most"}},
	},
	{
		.name = "vmallocinfo",
		.help = "list all areas, and count what is in use",
		.targets = VMALLOC,
	},
	{
		.name = "vread_area",
		.help = "read from such an area on: pages, nothing, or device memory",
		.targets = VMALLOC,
		.uses = OBJECT_VM_AREA,
		.arg = {{"at", OPERAND_LOG, UNIT_BYTES, 0, 1 << 20, 0,
			 "first byte, modulo its size"},
			{"size", OPERAND_LOG, UNIT_BYTES, 1, 4160, 64, "bytes"}},
	},
	{
		.name = "alloc_bootmem",
		.help = "allocate boot memory of one node, whichever it is",
		.targets = BOOTMEM,
		.makes = OBJECT_BOOTMEM,
		.arg = {{"size", OPERAND_LOG, UNIT_BYTES, 1, 1 << 20, 100, "bytes"},
			{"align", OPERAND_POW2, UNIT_BYTES, 1, 1 << 22, 64, "alignment in bytes"},
			{"place", OPERAND_INT, UNIT_NONE, 0, PLACES - 1, 0,
			 "goal and limit; see ops_bootmem.c"}},
	},
	{
		.name = "alloc_bootmem_node",
		.help = "allocate boot memory of a node: near it from bootmem, on it from rootmem",
		.targets = BOOTMEM,
		.makes = OBJECT_BOOTMEM,
		.arg = {{"size", OPERAND_LOG, UNIT_BYTES, 1, 1 << 20, 100, "bytes"},
			{"align", OPERAND_POW2, UNIT_BYTES, 1, 1 << 22, 64, "alignment in bytes"},
			{"node", OPERAND_INT, UNIT_NONE, 0, PLACES * 64 - 1, 0,
			 "node, modulo those that there are, and 64 times the place"}},
	},
	{
		.name = "alloc_bootmem_cross",
		.help = "allocate boot memory that may begin on one node and end on another",
		.targets = BOOTMEM,
		.makes = OBJECT_BOOTMEM,
		.arg = {{"size", OPERAND_LOG, UNIT_BYTES, 1, 1 << 20, 100, "bytes"},
			{"align", OPERAND_POW2, UNIT_BYTES, 1, 1 << 22, 64, "alignment in bytes"},
			{"place", OPERAND_INT, UNIT_NONE, 0, PLACES - 1, 0,
			 "goal and limit; see ops_bootmem.c"}},
	},
	{
		.name = "reserve_bootmem",
		.help = "reserve boot memory at a place",
		.targets = BOOTMEM,
		.makes = OBJECT_BOOTMEM,
		.arg = {{"at", OPERAND_INT, UNIT_BYTES, 0, (1 << 28) - 1, 0,
			 "byte, counted through all memory, modulo how much there is"},
			{"size", OPERAND_LOG, UNIT_BYTES, 1, 1 << 20, 4096, "bytes"},
			{"shared", OPERAND_FLAG, UNIT_NONE, 0, 1, 0,
			 "what is reserved already stays so"}},
	},
	{
		.name = "free_bootmem",
		.help = "free what was allocated or reserved",
		.targets = BOOTMEM,
		.uses = OBJECT_BOOTMEM,
		.consumes = true,
		.arg = {{"pages", OPERAND_FLAG, UNIT_NONE, 0, 1, 0,
			 "the pages around it, with all that is in them"},
			{"twice", OPERAND_FLAG, UNIT_NONE, 0, 1, 0,
			 "and once more, which must be refused"}},
	},
	{
		.name = "free_bootmem_part",
		.help = "free a part of it; the rest stays",
		.targets = BOOTMEM,
		.uses = OBJECT_BOOTMEM,
		.arg = {{"at", OPERAND_LOG, UNIT_BYTES, 0, 1 << 20, 0,
			 "first byte, modulo its size"},
			{"size", OPERAND_LOG, UNIT_BYTES, 1, 1 << 20, 4096, "bytes, at most"}},
	},
	{
		.name = "free_all_bootmem",
		.help = "hand all that is free over; a second time it must be refused",
		.targets = BOOTMEM,
		.arg = {{"keep", OPERAND_INT, UNIT_NONE, 0, 15, 0,
			 "not 0: hand nothing over; look at the pages of that fifteenth of "
			 "memory"}},
	},
	{
		.name = "misuse_bootmem",
		.help = "make a call of boot memory that must be refused by name",
		.targets = BOOTMEM,
		.arg = {{"how", OPERAND_INT, UNIT_BOOT_ERROR, 0, 12, 0, "the name"},
			{"at", OPERAND_INT, UNIT_NONE, 0, 65535, 0,
			 "which call, and what is wrong about it; see ops_bootmem_misuse.c"}},
	},
	{
		.name = "compat_alloc_bootmem",
		.help = "alloc_bootmem() as its users knew it: zeroed, from 16M on if there is "
			"room, or low",
		.targets = BOOTMEM,
		.makes = OBJECT_BOOTMEM,
		.arg = {{"size", OPERAND_LOG, UNIT_BYTES, 1, 1 << 17, 100, "bytes"},
			{"how", OPERAND_INT, UNIT_COMPAT, 0, 3, 0,
			 "alloc_bootmem, _pages, _low, _low_pages"}},
	},
	{
		.name = "compat_alloc_bootmem_node",
		.help = "the same of a node: near it from bootmem, on it from rootmem",
		.targets = BOOTMEM,
		.makes = OBJECT_BOOTMEM,
		.arg = {{"size", OPERAND_LOG, UNIT_BYTES, 1, 1 << 17, 100, "bytes"},
			{"how", OPERAND_INT, UNIT_COMPAT, 0, 3, 0,
			 "alloc_bootmem_node, _pages_node, and twice _low_pages_node"},
			{"node", OPERAND_INT, UNIT_NONE, 0, 63, 0,
			 "node, modulo those that there are"}},
	},
	{
		.name = "compat_reserve_bootmem",
		.help = "reserve_bootmem() as its users knew it",
		.targets = BOOTMEM,
		.makes = OBJECT_BOOTMEM,
		.arg = {{"at", OPERAND_INT, UNIT_BYTES, 0, (1 << 28) - 1, 0,
			 "byte, counted through all memory, modulo how much there is"},
			{"size", OPERAND_LOG, UNIT_BYTES, 1, 1 << 20, 4096, "bytes"},
			{"exclusive", OPERAND_FLAG, UNIT_NONE, 0, 1, 0,
			 "refused if any of it is reserved"}},
	},
	{
		.name = "compat_free_bootmem",
		.help = "free_bootmem() as its users knew it",
		.targets = BOOTMEM,
		.uses = OBJECT_BOOTMEM,
		.consumes = true,
	},
};

_Static_assert(ARRAY_SIZE(op_table) == NR_OPS, "one entry for each operation of op_list.h");

const struct object_type_info object_types[NR_OBJECT_TYPES] = {[OBJECT_NONE] = {'-', "", false},
#define X(id, letter, name, lazy) [OBJECT_##id] = {letter, name, lazy},
							       OBJECT_TYPES(X)
#undef X
};

const struct target target_table[NR_TARGETS] = {
#define X(id, name, one_task, help) [TARGET_##id] = {name, one_task, help},
	TARGETS(X)
#undef X
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * op_table.c - the tables of operations, object types and targets; op.h explains an operation.
 *
 * The operations stand in the order of op_list.h.
 */
#include "op.h"

/* The whole boot: all operations but those of boot memory. */
#define BOOT (1U << TARGET_BOOT)

/* Targets of the per-CPU allocator. */
#define PERCPU                                                                                     \
	(1U << TARGET_PERCPU_BITMAP | 1U << TARGET_PERCPU_AREAMAP | 1U << TARGET_PERCPU_PAIR |     \
	 1U << TARGET_FIRST_CHUNK | BOOT)
#define VM_AREAS (1U << TARGET_VM_AREAS | BOOT)

/* Targets of the vmap layer: areas, short mappings, their aliases. */
#define VMAP                                                                                       \
	(1U << TARGET_VMAP | 1U << TARGET_VMAP_PAIR | 1U << TARGET_VMAP_ZONE |                     \
	 1U << TARGET_VMAP_POOL | 1U << TARGET_VMAP_TRIO | BOOT)
#define AREA (VMAP | 1U << TARGET_VMAP_AREA)
#define RAM (VMAP | 1U << TARGET_VMAP_BLOCK | 1U << TARGET_VMAP_ALIASES)
#define ALIASES (VMAP | 1U << TARGET_VMAP_ALIASES | 1U << TARGET_VMALLOC)
#define VMALLOC (1U << TARGET_VMALLOC | BOOT)
#define BOOTMEM (1U << TARGET_BOOTMEM | 1U << TARGET_ROOTMEM | 1U << TARGET_BOOTMEM_PAIR)
#define ALL_VMAP (AREA | RAM | ALIASES | VM_AREAS)

/* Operands of several operations. */
#define ATOMIC FLAG("atomic", "may not sleep")
#define FLAG(name, help) OPERAND(name, FLAG, NONE, 0, 1, 0, help)
#define SIZE(hi, def) OPERAND("size", LOG, BYTES, 1, hi, def, "bytes")
#define ALIGNMENT(hi, def) OPERAND("align", POW2, BYTES, 1, hi, def, "alignment in bytes")
#define FIRST_BYTE OPERAND("at", LOG, BYTES, 0, 1 << 20, 0, "first byte, modulo the size")
#define PAGES(hi) OPERAND("pages", LOG, PAGES, 1, hi, 1, "pages")
#define PAGE_ALIGNMENT(hi) OPERAND("align", POW2, PAGES, 1, hi, 1, "alignment in pages")
#define PLACE OPERAND("place", INT, NONE, 0, PLACES - 1, 0, "goal and limit; see ops_bootmem.c")
#define MEMORY_OFFSET                                                                              \
	OPERAND("at", INT, BYTES, 0, (1 << 28) - 1, 0,                                             \
		"byte offset into all memory, modulo its size")

const struct op op_table[] = {
	{
		.name = "alloc_percpu",
		.help = "allocate a per-CPU object, zeroed on every CPU",
		.targets = PERCPU,
		.needs = SERVICE_PERCPU,
		.makes = OBJECT_PERCPU,
		.irq = true,
		.arg = {SIZE(1 << 20, 16), ALIGNMENT(4096, 8), ATOMIC},
	},
	{
		.name = "free_percpu",
		.help = "check a per-CPU object and free it",
		.targets = PERCPU,
		.needs = SERVICE_PERCPU,
		.uses = OBJECT_PERCPU,
		.consumes = true,
		.irq = true,
		.arg = {FLAG("twice", "free it a second time, which must be refused; only in "
				      "programs of one task")},
	},
	{
		.name = "touch_percpu",
		.help = "check a per-CPU object on every CPU and write it again",
		.targets = PERCPU,
		.needs = SERVICE_PERCPU,
		.uses = OBJECT_PERCPU,
		.irq = true,
		.arg = {FLAG("whole", "all words, not a sample of them")},
	},
	{
		.name = "vm_map_ram",
		.help = "map pages for a short time",
		.targets = RAM,
		.needs = SERVICE_RAM,
		.makes = OBJECT_RAM,
		.irq = true,
		.arg = {PAGES(256), ATOMIC},
	},
	{
		.name = "vm_unmap_ram",
		.help = "check a short mapping and unmap it",
		.targets = RAM,
		.needs = SERVICE_RAM,
		.uses = OBJECT_RAM,
		.consumes = true,
		.irq = true,
	},
	{
		.name = "touch_ram",
		.help = "check a short mapping and write through it again",
		.targets = RAM,
		.needs = SERVICE_RAM,
		.uses = OBJECT_RAM,
		.irq = true,
	},
	{
		.name = "vm_unmap_aliases",
		.help = "flush all translations that were unmapped lazily",
		.targets = ALIASES | 1U << TARGET_VMAP_BLOCK,
		.needs = SERVICE_ALIASES,
		.flushes = true,
	},
	{
		.name = "alloc_vmap_area",
		.help = "allocate an area: a range of kernel virtual addresses",
		.targets = AREA | VM_AREAS,
		.needs = SERVICE_AREAS,
		.makes = OBJECT_AREA,
		.irq = true,
		.arg = {PAGES(1024), PAGE_ALIGNMENT(256), FLAG("map", "map pages in it")},
	},
	{
		.name = "free_vmap_area",
		.help = "check an area, unmap it and free it lazily",
		.targets = AREA | VM_AREAS,
		.needs = SERVICE_AREAS,
		.uses = OBJECT_AREA,
		.consumes = true,
		.irq = true,
	},
	{
		.name = "touch_area",
		.help = "check the pages mapped in an area and write them again",
		.targets = AREA | VM_AREAS,
		.needs = SERVICE_AREAS,
		.uses = OBJECT_AREA,
	},
	{
		.name = "purge_vmap_areas",
		.help = "purge: free all lazily freed areas, with one flush",
		.targets = ALL_VMAP,
		.needs = SERVICE_PURGE,
	},
	{
		.name = "migrate",
		.help = "move the task to another CPU",
		.targets = PERCPU | ALL_VMAP,
		.arg = {OPERAND(
			"cpu", INT, NONE, 0, 63, 0,
			"CPU, modulo the CPU count; if it is not possible, the next possible CPU")},
	},
	{
		.name = "cond_resched",
		.help = "let other tasks run",
		.targets = PERCPU | ALL_VMAP,
	},
	{
		.name = "get_vm_areas",
		.help = "allocate congruent areas: several ranges at given offsets, top down",
		.targets = VM_AREAS,
		.needs = SERVICE_CONGRUENT,
		.makes = OBJECT_AREAS,
		.arg = {OPERAND("nr", INT, NONE, 1, AREAS_MAX, 2, "ranges"),
			OPERAND("pages", LOG, PAGES, 1, 64, 1, "pages of the first range"),
			OPERAND("layout", INT, NONE, 0, AREAS_LAYOUTS - 1, 0,
				"draws sizes, gaps, order, offset and alignment; see "
				"ops_vm_areas.c")},
	},
	{
		.name = "free_vm_areas",
		.help = "check congruent areas, unmap them and free them lazily",
		.targets = VM_AREAS,
		.needs = SERVICE_CONGRUENT,
		.uses = OBJECT_AREAS,
		.consumes = true,
		.irq = true,
	},
	{
		.name = "alloc_reserved_percpu",
		.help = "allocate a per-CPU object from the reserved region of the first chunk",
		.targets = PERCPU,
		.needs = SERVICE_RESERVED,
		.makes = OBJECT_PERCPU,
		.arg = {SIZE(1 << 20, 16), ALIGNMENT(4096, 8)},
	},
	{
		.name = "misfree_percpu",
		.help = "free a wrong address: the allocator must refuse it and name the reason",
		.targets = PERCPU,
		.needs = SERVICE_PERCPU,
		.uses = OBJECT_PERCPU,
		.irq = true,
		.arg = {OPERAND("how", INT, MISFREE, 0, 3, 0,
				"inside the object, another CPU's copy, in no chunk, in the static "
				"region"),
			OPERAND("at", LOG, NONE, 0, 1 << 20, 1,
				"byte of the object, or CPU, modulo how many there are")},
	},
	{
		.name = "alloc_vmap_range",
		.help = "allocate an area from a part of the space",
		.targets = AREA,
		.needs = SERVICE_AREAS,
		.makes = OBJECT_AREA,
		.irq = true,
		.arg = {PAGES(1024), PAGE_ALIGNMENT(256),
			OPERAND("range", INT, NONE, 0, RANGES - 1, 0,
				"where the part begins and ends; see ops_area.c")},
	},
	{
		.name = "vmalloc",
		.help = "allocate virtually contiguous memory",
		.targets = VMALLOC,
		.needs = SERVICE_VMALLOC,
		.makes = OBJECT_VMALLOC,
		.irq = true,
		.arg = {SIZE(1 << 20, 4096),
			OPERAND("how", INT, VMALLOC, 0, 3, 0,
				"not zeroed; zeroed; zeroed, for mappings to users; on a node"),
			ATOMIC},
	},
	{
		.name = "vfree",
		.help = "check memory of vmalloc and free it",
		.targets = VMALLOC,
		.needs = SERVICE_VMALLOC,
		.uses = OBJECT_VMALLOC,
		.consumes = true,
		.irq = true,
	},
	{
		.name = "touch_vmalloc",
		.help = "check memory of vmalloc and write it again",
		.targets = VMALLOC,
		.needs = SERVICE_VMALLOC,
		.uses = OBJECT_VMALLOC,
		.irq = true,
	},
	{
		.name = "remap_vmalloc_range",
		.help = "map memory of vmalloc to a user: valid ranges map exactly these pages, "
			"others fail",
		.targets = VMALLOC,
		.needs = SERVICE_VMALLOC,
		.uses = OBJECT_VMALLOC,
		.arg = {OPERAND("pgoff", LOG, NONE, 0, 512, 0, "pages to leave out at the start"),
			PAGES(REMAP_MAX),
			OPERAND("from", INT, REMAP, 0, 2, 0,
				"address that the call gets: start, inside, unaligned")},
	},
	{
		.name = "vread",
		.help = "read from memory of vmalloc, across its guard page",
		.targets = VMALLOC,
		.needs = SERVICE_VREAD,
		.uses = OBJECT_VMALLOC,
		.arg = {FIRST_BYTE, SIZE(4160, 64)},
	},
	{
		.name = "vmap",
		.help = "map pages at consecutive addresses",
		.targets = VMALLOC,
		.needs = SERVICE_VMAP,
		.makes = OBJECT_VMAP,
		.arg = {PAGES(VM_PAGES_MAX), FLAG("user", "may be mapped to users")},
	},
	{
		.name = "vunmap",
		.help = "check a mapping of vmap and unmap it",
		.targets = VMALLOC,
		.needs = SERVICE_VMAP,
		.uses = OBJECT_VMAP,
		.consumes = true,
	},
	{
		.name = "touch_vmap",
		.help = "check a mapping of vmap and write through it again",
		.targets = VMALLOC,
		.needs = SERVICE_VMAP,
		.uses = OBJECT_VMAP,
		.irq = true,
	},
	{
		.name = "get_vm_area",
		.help = "allocate an area with an owner and a guard page",
		.targets = VMALLOC,
		.needs = SERVICE_OWNERS,
		.makes = OBJECT_VM_AREA,
		.irq = true,
		.arg = {PAGES(VM_PAGES_MAX),
			OPERAND("how", INT, VM_AREA, 0, 2, 0,
				"anywhere; for device memory, aligned to its size; in the upper "
				"half of the space"),
			ATOMIC},
	},
	{
		.name = "remove_vm_area",
		.help = "check an area of get_vm_area, unmap it and free it",
		.targets = VMALLOC,
		.needs = SERVICE_OWNERS,
		.uses = OBJECT_VM_AREA,
		.consumes = true,
		.irq = true,
	},
	{
		.name = "map_vm_area",
		.help = "map pages in a whole area of get_vm_area, if none are mapped",
		.targets = VMALLOC,
		.needs = SERVICE_OWNERS,
		.uses = OBJECT_VM_AREA,
		.irq = true,
	},
	{
		.name = "unmap_kernel_range",
		.help = "unmap and flush a part of an area of get_vm_area, then all of it",
		.targets = VMALLOC,
		.needs = SERVICE_OWNERS,
		.uses = OBJECT_VM_AREA,
		.irq = true,
		.arg = {OPERAND("from", LOG, NONE, 0, VM_PAGES_MAX, 0,
				"first page, modulo the pages of the area"),
			OPERAND("pages", LOG, PAGES, 1, VM_PAGES_MAX, 1, "pages, at most")},
	},
	{
		.name = "vmallocinfo",
		.help = "list all areas, and check the list and the sums",
		.targets = VMALLOC,
		.needs = SERVICE_LISTING,
	},
	{
		.name = "vread_area",
		.help = "read from an area of get_vm_area: pages, a hole, or device memory",
		.targets = VMALLOC,
		.needs = SERVICE_VREAD,
		.uses = OBJECT_VM_AREA,
		.arg = {FIRST_BYTE, SIZE(4160, 64)},
	},
	{
		.name = "alloc_bootmem",
		.help = "allocate boot memory from any one node",
		.targets = BOOTMEM,
		.makes = OBJECT_BOOTMEM,
		.arg = {SIZE(1 << 20, 100), ALIGNMENT(1 << 22, 64), PLACE},
	},
	{
		.name = "alloc_bootmem_node",
		.help = "allocate boot memory for a node: bootmem prefers the node, rootmem "
			"guarantees it",
		.targets = BOOTMEM,
		.makes = OBJECT_BOOTMEM,
		.arg = {SIZE(1 << 20, 100), ALIGNMENT(1 << 22, 64),
			OPERAND("node", INT, NONE, 0, PLACES * 64 - 1, 0,
				"node, modulo the node count, plus 64 times the place")},
	},
	{
		.name = "alloc_bootmem_cross",
		.help = "allocate boot memory that may begin on one node and end on another",
		.targets = BOOTMEM,
		.makes = OBJECT_BOOTMEM,
		.arg = {SIZE(1 << 20, 100), ALIGNMENT(1 << 22, 64), PLACE},
	},
	{
		.name = "reserve_bootmem",
		.help = "reserve boot memory at an address",
		.targets = BOOTMEM,
		.makes = OBJECT_BOOTMEM,
		.arg = {MEMORY_OFFSET, SIZE(1 << 20, 4096),
			FLAG("shared", "the range may overlap earlier reservations")},
	},
	{
		.name = "free_bootmem",
		.help = "free allocated or reserved boot memory",
		.targets = BOOTMEM,
		.uses = OBJECT_BOOTMEM,
		.consumes = true,
		.arg = {FLAG("pages", "free whole pages, with everything else in them"),
			FLAG("twice", "free it a second time, which must be refused")},
	},
	{
		.name = "free_bootmem_part",
		.help = "free a part of an object; the rest stays",
		.targets = BOOTMEM,
		.uses = OBJECT_BOOTMEM,
		.arg = {FIRST_BYTE,
			OPERAND("size", LOG, BYTES, 1, 1 << 20, 4096, "bytes, at most")},
	},
	{
		.name = "free_all_bootmem",
		.help = "hand all free pages over to the page allocator; a second time must be "
			"refused",
		.targets = BOOTMEM,
		.arg = {OPERAND("keep", INT, NONE, 0, 15, 0,
				"not 0: hand nothing over, and check the pages of that fifteenth "
				"of memory")},
	},
	{
		.name = "misuse_bootmem",
		.help = "make a wrong call: boot memory must refuse it and name the reason",
		.targets = BOOTMEM,
		.arg = {OPERAND("how", INT, BOOT_ERROR, 0, 12, 0, "the reason"),
			OPERAND("at", INT, NONE, 0, 65535, 0,
				"draws the call and its mistake; see ops_bootmem_misuse.c")},
	},
	{
		.name = "compat_alloc_bootmem",
		.help = "the old alloc_bootmem(): zeroed, at 16M or above if there is room, or low",
		.targets = BOOTMEM,
		.makes = OBJECT_BOOTMEM,
		.arg = {SIZE(1 << 17, 100), OPERAND("how", INT, COMPAT, 0, 3, 0,
						    "alloc_bootmem, _pages, _low, _low_pages")},
	},
	{
		.name = "compat_alloc_bootmem_node",
		.help = "the old alloc_bootmem_node(): bootmem prefers the node, rootmem "
			"guarantees it",
		.targets = BOOTMEM,
		.makes = OBJECT_BOOTMEM,
		.arg = {SIZE(1 << 17, 100),
			OPERAND("how", INT, COMPAT, 0, 3, 0,
				"alloc_bootmem_node, _pages_node, and twice _low_pages_node"),
			OPERAND("node", INT, NONE, 0, 63, 0, "node, modulo the node count")},
	},
	{
		.name = "compat_reserve_bootmem",
		.help = "the old reserve_bootmem()",
		.targets = BOOTMEM,
		.makes = OBJECT_BOOTMEM,
		.arg = {MEMORY_OFFSET, SIZE(1 << 20, 4096),
			FLAG("exclusive", "refuse a range that overlaps a reservation")},
	},
	{
		.name = "compat_free_bootmem",
		.help = "the old free_bootmem()",
		.targets = BOOTMEM,
		.uses = OBJECT_BOOTMEM,
		.consumes = true,
	},
	{
		.name = "vread_ram",
		.help = "read from a short mapping, and beyond it",
		.targets = RAM,
		.needs = SERVICE_VREAD,
		.uses = OBJECT_RAM,
		.arg = {FIRST_BYTE, SIZE(4160, 64)},
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

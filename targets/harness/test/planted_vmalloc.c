/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * planted_vmalloc.c - faults that the targets vmalloc and vmap_pair find: owners of areas, memory
 * in them, users' mappings, readers, listings; and one of two spaces that is not as the other.
 */
#include "planted.h"

#define VMALLOC "target vmalloc\ntask a cpu=0\n"
#define ONE VMALLOC "b1 = vmalloc size=9000\n"
#define USER VMALLOC "b1 = vmalloc size=9000 how=user\n"
#define AREA VMALLOC "g1 = get_vm_area pages=4\n"
#define MAPPED AREA "map_vm_area g1\n"
#define LISTED ONE "vmallocinfo\n"
#define PAIR "target vmap_pair\nmachine verify=1\ntask a cpu=0\n"

const struct planted planted_vmalloc[] = {
	/* Owners. */
	{FAULT_AREA_BEHIND, ORACLE_RANGE, 0, "lies outside the address space",
	 VMALLOC "b1 = vmalloc\n"},
	{FAULT_AREA_BEHIND, ORACLE_RANGE, 0, "lies outside the address space", AREA},
	{FAULT_AREA_BEHIND, ORACLE_RANGE, 0, "lies outside the address space",
	 VMALLOC "w1 = vmap\n"},
	{FAULT_AREA_OVERLAP, ORACLE_OVERLAP, 1, "operation 0 has", ONE "g2 = get_vm_area\n"},
	{FAULT_VM_UNALIGNED, ORACLE_ALIGNMENT, 1, "not a multiple of 32768",
	 ONE "g1 = get_vm_area pages=5 ioremap\n"},
	{FAULT_VM_NOT_FOUND, ORACLE_TREE, 0, "its owner is not found", ONE},
	{FAULT_VM_FLAGS, ORACLE_TREE, 0, "or is another's", AREA},
	{FAULT_VM_NO_GUARD, ORACLE_TREE, 0, "not found by an address in its guard page",
	 VMALLOC "w1 = vmap pages=3\n"},
	{FAULT_VM_GUARD, ORACLE_OVERLAP, 0, "its guard page at 0xffffc90000003000 is mapped", ONE},
	{FAULT_VM_GUARD, ORACLE_OVERLAP, 1, "its guard page at 0xffffc90000004000 is mapped",
	 MAPPED},
	{FAULT_VM_ERROR, ORACLE_SPURIOUS, 0, "get_vm_area: error -22", AREA},
	{FAULT_AREA_REFUSED, ORACLE_SPURIOUS, 0, "get_vm_area of 16384 bytes: refused, and it fits",
	 AREA},
	{FAULT_VM_KEPT, ORACLE_TREE, 1, "is live, and cannot be removed",
	 AREA "remove_vm_area g1\n"},
	{FAULT_VM_BUSY, ORACLE_PTE_BUSY, 1, "error -16, and nothing was mapped there", MAPPED},
	{FAULT_NO_UNMAP, ORACLE_PTE_BUSY, 4, "error -16, and nothing was mapped there",
	 MAPPED "remove_vm_area g1\ng2 = get_vm_area pages=4\nmap_vm_area g2\n"},
	{FAULT_VMAP_REFUSED, ORACLE_SPURIOUS, 0, "vmap of 3 pages: refused, and there is room",
	 VMALLOC "w1 = vmap pages=3\n"},
	{FAULT_VMAP_REVERSED, ORACLE_CONTENTS, 0, "page 0 of the mapping",
	 VMALLOC "w1 = vmap pages=3\n"},
	{FAULT_UNMAP_SHORT, ORACLE_CONTENTS, 2, "unmap_kernel_range at 0xffffc90000001000: 0x",
	 MAPPED "unmap_kernel_range g1 from=1 pages=2\n"},
	{FAULT_UNMAP_MORE, ORACLE_CONTENTS, 2, "page 0 of the mapping",
	 MAPPED "unmap_kernel_range g1 from=1 pages=2\n"},
	{FAULT_UNMAP_NO_FLUSH, ORACLE_STALE, 2, "0xffffc90000001000 is not flushed",
	 MAPPED "unmap_kernel_range g1 from=1 pages=2\n"},

	/* Listings. */
	{FAULT_LIST_TWICE, ORACLE_LIST, 1, "is no area behind 0xffffc90000004000", LISTED},
	{FAULT_LIST_LONG, ORACLE_LIST, 1, "tells of an area of 16384 bytes, vmalloc", LISTED},
	{FAULT_LIST_KIND, ORACLE_LIST, 1, "tells of an area of 8192 bytes, ioremap",
	 VMALLOC "g1 = get_vm_area ioremap\nvmallocinfo\n"},
	{FAULT_LIST_CALLER, ORACLE_LIST, 1, "tells of an area of 16384 bytes, vmalloc", LISTED},
	{FAULT_LIST_SHORT, ORACLE_LIST, 1, "0 lines, 0 of them of the 1 live objects", LISTED},
	{FAULT_LIST_EXTRA, ORACLE_LIST, 1, "2 lines, 1 of them of the 1 live objects", LISTED},
	{FAULT_INFO_USED, ORACLE_COUNT, 1, "20480 bytes in use, and the objects have 16384",
	 LISTED},
	{FAULT_INFO_TOTAL, ORACLE_COUNT, 1, "16781312 bytes in all", LISTED},
	{FAULT_INFO_CHUNK, ORACLE_COUNT, 1, "16384 in use, and a gap of 16777216", LISTED},

	/* Memory. */
	{FAULT_VMALLOC_REFUSED, ORACLE_SPURIOUS, 0, "vmalloc of 9000 bytes: refused, and there is",
	 ONE},
	{FAULT_VMALLOC_NOT_ZEROED, ORACLE_ZERO, 0, "byte 0: found 0xee",
	 VMALLOC "b1 = vmalloc size=30 how=zero\n"},
	{FAULT_VMALLOC_NOT_ZEROED, ORACLE_ZERO, 0, "found 0xee", USER},
	{FAULT_VMALLOC_SHORT, ORACLE_FAULT, 0, "where nothing is mapped", ONE},
	{FAULT_VMALLOC_SHORT, ORACLE_FAULT, 0, "where nothing is mapped",
	 VMALLOC "b1 = vmalloc size=1M\n"},
	{FAULT_VMALLOC_ONE_FRAME, ORACLE_CONTENTS, 0, "expected 0x", ONE},
	{FAULT_WRITE_LOST, ORACLE_CONTENTS, 0, "what is written does not reach",
	 VMALLOC "w1 = vmap pages=3\n"},
	{FAULT_AREA_NOT_FREED, ORACLE_LEAK_AREA, NO_OP, "areas are left", ONE},
	{FAULT_NO_FLUSH, ORACLE_LEAK_AREA, NO_OP, "translations were never flushed", ONE},

	/* Users' mappings. */
	{FAULT_REMAP_WRAPS, ORACLE_RANGE, 1, "from the last one of all on: 0",
	 USER "remap_vmalloc_range b1 pages=3\n"},
	{FAULT_REMAP_GUARD, ORACLE_RANGE, 1, "of 3 pages from page 1 on of an area of 3: 0",
	 USER "remap_vmalloc_range b1 pgoff=1 pages=3\n"},
	{FAULT_REMAP_GUARD, ORACLE_RANGE, 1, "of 1 pages from page 3 on of an area of 3: 0",
	 USER "remap_vmalloc_range b1 pgoff=3\n"},
	{FAULT_REMAP_ANY, ORACLE_RANGE, 1, "which is for no user: 0",
	 ONE "remap_vmalloc_range b1\n"},
	{FAULT_REMAP_INSIDE, ORACLE_RANGE, 1, "of 1 pages from page 0 on of an area of 3: 0",
	 USER "remap_vmalloc_range b1 from=inside\n"},
	{FAULT_REMAP_REFUSED, ORACLE_RANGE, 1, "of 3 pages from page 0 on of an area of 3: -22",
	 USER "remap_vmalloc_range b1 pages=3\n"},
	{FAULT_REMAP_PARTLY, ORACLE_RANGE, 1, "from the last one of all on: -22",
	 USER "remap_vmalloc_range b1\n"},
	{FAULT_REMAP_SHIFTED, ORACLE_CONTENTS, 1, "page 0 of the user is not that at 0x",
	 USER "remap_vmalloc_range b1 pgoff=1\n"},
	{FAULT_REMAP_NO_REF, ORACLE_PAGE_FREE, 1, "page 0 of the user has no reference of his",
	 USER "remap_vmalloc_range b1\n"},

	/* Readers. */
	{FAULT_VREAD_NONE, ORACLE_COUNT, 1,
	 "vread of 64 bytes at 0xffffc90000000005, in an area: 0", ONE "vread b1 at=5\n"},
	{FAULT_VREAD_MORE, ORACLE_COUNT, 1, "in an area: 65 read", ONE "vread b1\n"},
	{FAULT_VREAD_SHIFTED, ORACLE_CONTENTS, 1, "byte 46 is 0x",
	 ONE "vread b1 at=4050 size=100\n"},
	{FAULT_VREAD_GUARD, ORACLE_CONTENTS, 1, "byte 64 is 0xee, expected 0x00",
	 ONE "vread b1 at=12224 size=100\n"},

	/* Two spaces. */
	{FAULT_EAGER_CREATE, ORACLE_SPURIOUS, NO_OP, "boot failed with error -12",
	 PAIR "m1 = vm_map_ram\n"},
	{FAULT_EAGER_REFUSED, ORACLE_SPURIOUS, 0, "refused with error -16, and it fits at 0x",
	 PAIR "v1 = alloc_vmap_area\n"},
	{FAULT_EAGER_REFUSED, ORACLE_SPURIOUS, 0, "refused, and a range of 4096 bytes is free",
	 PAIR "m1 = vm_map_ram\n"},
	{FAULT_LAZY_REFUSED, ORACLE_SPURIOUS, 0, "refused with error -16, and it fits at 0x",
	 PAIR "v1 = alloc_vmap_area\n"},
	{FAULT_LAZY_REFUSED, ORACLE_SPURIOUS, 0, "refused, and a range of 524288 bytes is free",
	 PAIR "m1 = vm_map_ram\n"},
	{FAULT_EAGER_SHARED, ORACLE_OVERLAP, 1, "operation 0 has 0x",
	 PAIR "m1 = vm_map_ram pages=3\nm2 = vm_map_ram\n"},
	{FAULT_EAGER_OVERLAP, ORACLE_OVERLAP, 1, "which was not free before",
	 PAIR "m1 = vm_map_ram pages=3\nv2 = alloc_vmap_area\n"},
	{FAULT_EAGER_MISALIGNED, ORACLE_ALIGNMENT, 1, "not a multiple of 16384",
	 PAIR "m1 = vm_map_ram\nv2 = alloc_vmap_area align=4\n"},
	{FAULT_EAGER_REVERSED, ORACLE_CONTENTS, 0, "page 0 of the mapping",
	 PAIR "m1 = vm_map_ram pages=3\n"},
	{FAULT_EAGER_ONE_MORE, ORACLE_DIFFERENTIAL, 0,
	 "1 objects of 3 pages, and the eager space has 2 of 6", PAIR "m1 = vm_map_ram pages=3\n"},
	{FAULT_EAGER_LONG, ORACLE_DIFFERENTIAL, 0,
	 "1 objects of 3 pages, and the eager space has 1 of 4", PAIR "m1 = vm_map_ram pages=3\n"},
	{FAULT_LAZY_ONE_MORE, ORACLE_DIFFERENTIAL, 0,
	 "1 objects of 70 pages not in blocks, and the lazy space has 2 of 140",
	 PAIR "m1 = vm_map_ram pages=70\n"},
	{FAULT_LAZY_LONG, ORACLE_DIFFERENTIAL, 0,
	 "1 objects of 70 pages not in blocks, and the lazy space has 1 of 71",
	 PAIR "m1 = vm_map_ram pages=70\n"},
	{FAULT_EAGER_ONE_MORE, ORACLE_DIFFERENTIAL, 2,
	 "0 objects of 0 pages, and the eager space has 1 of 3",
	 "target vmap_pair\nmachine verify=3\ntask a cpu=0\n"
	 "m1 = vm_map_ram pages=3\nvm_unmap_ram m1\ncond_resched\n"},
};

const u32 nr_planted_vmalloc = ARRAY_SIZE(planted_vmalloc);

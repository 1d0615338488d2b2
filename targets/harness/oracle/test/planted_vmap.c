/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * planted_vmap.c - faults of the vmap layer that its targets find: the lowest address, the
 * statistics of the space, blocks, aliases.
 */
#include "planted.h"

#define AREA "target vmap_area\ntask a cpu=0\n"
#define BLOCK "target vmap_block\ntask a cpu=0\n"
#define ALIASES "target vmap_aliases\ntask a cpu=0\n"
#define ONE_AREA AREA "v1 = alloc_vmap_area pages=4\n"
#define FREED ONE_AREA "free_vmap_area v1\n"
#define ALL_FREED                                                                                  \
	"target vmap_area\nmachine kva=1M\ntask a cpu=0\n"                                         \
	"v1 = alloc_vmap_area pages=200\nfree_vmap_area v1\n"
#define ONE_MAPPING BLOCK "m1 = vm_map_ram pages=3\n"

const struct planted planted_vmap[] = {
	/* The lowest address. */
	{FAULT_AREA_HIGHER, ORACLE_RANGE, 0, "and it fits at 0xffffc90000000000", ONE_AREA},
	{FAULT_AREA_HIGHER, ORACLE_RANGE, 0, "alloc_vmap_range of 8192 bytes: served at 0x",
	 AREA "v1 = alloc_vmap_range pages=2 align=4 range=8\n"},
	{FAULT_AREAS_NO_FLUSH, ORACLE_OVERLAP, 2, "which was not free before",
	 FREED "v2 = alloc_vmap_area pages=2\n"},
	{FAULT_AREA_ELSEWHERE, ORACLE_RANGE, 0, "to 0xffffc90001000000: served at 0xffffc90000000",
	 AREA "v1 = alloc_vmap_range pages=2 range=8\n"},
	{FAULT_AREA_NO_EXACT, ORACLE_SPURIOUS, 0, "refused with error -16, and it fits at 0x",
	 AREA "v1 = alloc_vmap_range pages=2 range=130\n"},
	{FAULT_AREA_NO_EXACT, ORACLE_SPURIOUS, 0, "and it fits at 0xffffc90000fff000",
	 AREA "v1 = alloc_vmap_range range=768\n"},
	{FAULT_AREAS_NO_PURGE, ORACLE_SPURIOUS, 2, "refused with error -16, and it fits at 0x",
	 ALL_FREED "v2 = alloc_vmap_area pages=57\n"},
	{FAULT_AREA_REFUSED, ORACLE_SPURIOUS, 0, "refused with error -16, and it fits at 0x",
	 "target vmap_area\nirq i cpu=0\nv1 = alloc_vmap_area\n"},
	{FAULT_AREAS_NO_PURGE, ORACLE_LEAK_AREA, 2, "is still lazily freed after a purge",
	 FREED "purge_vmap_areas\n"},

	/* Background work, and atomic requests after it. */
	{FAULT_VMAP_OWES, ORACLE_KICK, 0, "lazy space: no background work is queued, and planted",
	 ONE_AREA},
	{FAULT_VMAP_OWES, ORACLE_KICK, NO_OP, "lazy space: no background work is queued, and",
	 AREA},
	{FAULT_RAM_REFUSED, ORACLE_SPURIOUS, 0, "refused, and a range of 524288 bytes is free",
	 BLOCK "m1 = vm_map_ram atomic\n"},
	{FAULT_VMALLOC_REFUSED, ORACLE_SPURIOUS, 0, "refused, and there is room",
	 "target vmalloc\ntask a cpu=0\nb1 = vmalloc atomic\n"},
	{FAULT_VMALLOC_REFUSED, ORACLE_SPURIOUS, 0, "refused, and there is room",
	 "target vmalloc\nirq i cpu=0\nb1 = vmalloc\n"},

	/* Statistics. */
	{FAULT_AREA_HIDDEN, ORACLE_TREE, 0, "is live, and lies in no area in use", ONE_AREA},
	{FAULT_AREA_NOT_FREED, ORACLE_LEAK_AREA, 1, "is in use: neither an object nor one of 0",
	 FREED},
	{FAULT_AREA_LAZY, ORACLE_COUNT, 0, "4 pages are lazy, and no more than 0 were freed",
	 ONE_AREA},
	{FAULT_PURGE_UNCOUNTED, ORACLE_LEAK_AREA, 1,
	 "0 pages are lazy, and 4 were freed since the last purge", FREED},
	{FAULT_STATS_AREAS, ORACLE_COUNT, 0, "2 areas of 4 pages are counted, and 1 of 4 are there",
	 ONE_AREA},
	{FAULT_STATS_LAZY, ORACLE_COUNT, 0, "1 lazy pages are counted, and 0 are there", ONE_AREA},
	{FAULT_STATS_FREE, ORACLE_COUNT, 0, "4093 free pages are counted, and 4092 are", ONE_AREA},
	{FAULT_STATS_LARGEST, ORACLE_HINT, 0, "the largest free range is said to have", ONE_AREA},

	/* Blocks. */
	{FAULT_RAM_NO_BLOCK, ORACLE_RANGE, 0, "is no vmap block", ONE_MAPPING},
	{FAULT_RAM_LONG, ORACLE_COUNT, 0, "266240 bytes: its area is [0x",
	 BLOCK "m1 = vm_map_ram pages=65\n"},
	{FAULT_STATS_FEWER, ORACLE_COUNT, 0, "0 blocks are counted, and mappings lie in 1",
	 ONE_MAPPING},
	{FAULT_STATS_MORE, ORACLE_COUNT, 0, "2 blocks are counted, and 1 have no area",
	 ONE_MAPPING},
	{FAULT_RAM_TWO_BLOCKS, ORACLE_KVA_BOUND, 0,
	 "2 blocks, and of 0 before, 1 small mappings were asked for", ONE_MAPPING},
	{FAULT_BLOCK_KEPT, ORACLE_KVA_BOUND, 2,
	 "vm_unmap_aliases() leaves 1 blocks, and mappings lie in 0",
	 ONE_MAPPING "vm_unmap_ram m1\nvm_unmap_aliases\n"},
	{FAULT_BLOCK_KEPT, ORACLE_KVA_BOUND, 2, "a refusal leaves 1 blocks, and mappings lie in 0",
	 "target vmap_block\nmachine kva=1M\ntask a cpu=0\n"
	 "m1 = vm_map_ram\nvm_unmap_ram m1\nm2 = vm_map_ram pages=200\n"},

	/* Aliases. */
	{FAULT_RAM_REMAPS, ORACLE_CONTENTS, 1, "what is written is not read through page 0 of",
	 ALIASES "m1 = vm_map_ram pages=32\nm2 = vm_map_ram pages=2\n"},
	{FAULT_RAM_REMAPS, ORACLE_CONTENTS, 1, "what is written is not read through page 0 of",
	 "target vmap\ntask a cpu=0\n"
	 "v1 = alloc_vmap_area pages=32 map\nm2 = vm_map_ram pages=2\n"},
	{FAULT_ALIASES_TWICE, ORACLE_WORK, 1, "flushed 1 times, expected 0",
	 ALIASES "m1 = vm_map_ram\nvm_unmap_aliases\n"},
};

const u32 nr_planted_vmap = ARRAY_SIZE(planted_vmap);

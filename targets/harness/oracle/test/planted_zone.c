/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * planted_zone.c - faults of the caches of zones and pools, and of one space of three.
 */
#include "planted.h"

#define ZONE "target vmap_zone\ntask a cpu=0\n"
#define POOL "target vmap_pool\ntask a cpu=0\n"
#define TRIO "target vmap_trio\nmachine verify=1\ntask a cpu=0\n"
#define TWO "v1 = alloc_vmap_area pages=2\nv2 = alloc_vmap_area pages=3\n"
#define FREED "v1 = alloc_vmap_area pages=4\nv2 = alloc_vmap_area pages=4\nfree_vmap_area v1\n"

const struct planted planted_zone[] = {
	/* Background work empties the caches for an atomic request. */
	{FAULT_CACHED_STAYS, ORACLE_SPURIOUS, 1, "refused with error -16, and it fits at 0x",
	 "target vmap_zone\nmachine kva=1M\nirq i cpu=0\nv1 = alloc_vmap_area\n"
	 "v2 = alloc_vmap_area pages=240\n"},

	/* The choice of a free range. */
	{FAULT_ZONE_SKIPPED, ORACLE_RANGE, 0, "which the CPU has, or fetches, or the heap",
	 ZONE TWO},
	{FAULT_ZONE_OTHER, ORACLE_RANGE, 2, "and it fits at 0xffffc90000018000, which the CPU has",
	 ZONE "v0 = alloc_vmap_area\nmigrate cpu=1\n" TWO},
	{FAULT_ZONE_LARGE, ORACLE_RANGE, 1, "and it fits at 0xffffc90000018000, which the CPU has",
	 ZONE "v1 = alloc_vmap_area\nv2 = alloc_vmap_area pages=9\n"},
	{FAULT_ZONE_LARGE, ORACLE_RANGE, 1, "and it fits at 0xffffc90000018000, which the CPU has",
	 ZONE "v1 = alloc_vmap_area\nv2 = alloc_vmap_area pages=5 align=8\n"},
	{FAULT_ZONE_RANGE, ORACLE_RANGE, 1, "alloc_vmap_range of 8192 bytes: served at 0x",
	 ZONE "v1 = alloc_vmap_area\nv2 = alloc_vmap_range pages=2 range=16\n"},
	{FAULT_POOL_SKIPPED, ORACLE_RANGE, 3, "of a pool of the CPU's node, or the heap",
	 POOL FREED "v3 = alloc_vmap_area pages=4\n"},
	{FAULT_POOL_LARGER, ORACLE_RANGE, 3, "and it fits at 0xffffc90000008000, of a pool",
	 POOL FREED "v3 = alloc_vmap_area pages=3\n"},
	{FAULT_CACHED_TAKEN, ORACLE_RANGE, 3, "served at 0xffffc90000000000, and it fits at",
	 POOL FREED "v3 = alloc_vmap_area pages=3\n"},
	{FAULT_CACHED_TAKEN, ORACLE_RANGE, 1, "of 81920 bytes: served at 0xffffc90000001000, and",
	 ZONE "v1 = alloc_vmap_area\nv2 = alloc_vmap_area pages=20\n"},
	{FAULT_AREA_HIGHER, ORACLE_RANGE, 0, "of 81920 bytes: served at 0xffffc90000001000, and",
	 ZONE "v1 = alloc_vmap_area pages=20\n"},
	{FAULT_AREA_OVERLAP, ORACLE_OVERLAP, 1, "which was not free before",
	 POOL "v1 = alloc_vmap_area\nv2 = alloc_vmap_area\n"},

	/* Ranges that must not stay cached. */
	{FAULT_ZONE_CACHED, ORACLE_LEAK_AREA, 1,
	 "0xffffc90000018000) is still cached for CPU 0 after a purge",
	 ZONE "v1 = alloc_vmap_area\npurge_vmap_areas\n"},
	{FAULT_CACHED_STAYS, ORACLE_SPURIOUS, 1, "refused with error -16, and it fits at 0x",
	 "target vmap_zone\nmachine kva=1M\ntask a cpu=0\n"
	 "v1 = alloc_vmap_area\nv2 = alloc_vmap_area pages=255\n"},
	{FAULT_CACHED_STAYS, ORACLE_LEAK_AREA, 1,
	 "refused, and [0xffffc90000001000, 0xffffc900000180",
	 "target vmap_zone\nmachine kva=1M\ntask a cpu=0\n"
	 "v1 = alloc_vmap_area\nv2 = alloc_vmap_area pages=256\n"},

	/* Statistics. */
	{FAULT_CACHED_OVERLAP, ORACLE_OVERLAP, 0, "is cached, and begins below 0x",
	 ZONE "v1 = alloc_vmap_area\n"},
	{FAULT_STATS_CACHED, ORACLE_COUNT, 0, "24 pages are counted as cached, and 23 are",
	 ZONE "v1 = alloc_vmap_area\n"},
	{FAULT_STATS_LARGEST, ORACLE_HINT, 0, "the largest free range is said to have",
	 ZONE "v1 = alloc_vmap_area\n"},

	/* One space of three. */
	{FAULT_POOL_CREATE, ORACLE_SPURIOUS, NO_OP, "boot failed with error -12", TRIO TWO},
	{FAULT_POOL_SHARED, ORACLE_OVERLAP, 1, "operation 0 has 0x",
	 TRIO "m1 = vm_map_ram pages=3\nm2 = vm_map_ram\n"},
	{FAULT_POOL_MISALIGNED, ORACLE_ALIGNMENT, 1, "not a multiple of 16384",
	 TRIO "m1 = vm_map_ram pages=65\nv2 = alloc_vmap_area align=4\n"},
	{FAULT_POOL_ONE_MORE, ORACLE_DIFFERENTIAL, 0,
	 "1 objects of 70 pages not in blocks, and the pool space has 2 of 140",
	 TRIO "m1 = vm_map_ram pages=70\n"},
	{FAULT_LAZY_LONG, ORACLE_DIFFERENTIAL, 0,
	 "1 objects of 70 pages not in blocks, and the lazy space has 1 of 71",
	 TRIO "m1 = vm_map_ram pages=70\n"},
	{FAULT_ZONE_SKIPPED, ORACLE_RANGE, 0, "which the CPU has, or fetches, or the heap",
	 TRIO TWO},
	{FAULT_POOL_SKIPPED, ORACLE_RANGE, 3, "of a pool of the CPU's node, or the heap",
	 TRIO FREED "v3 = alloc_vmap_area pages=4\n"},
	{FAULT_ZONE_CACHED, ORACLE_LEAK_AREA, 1, "is still cached for CPU 0 after a purge",
	 TRIO "v1 = alloc_vmap_area\npurge_vmap_areas\n"},
};

const u32 nr_planted_zone = ARRAY_SIZE(planted_zone);

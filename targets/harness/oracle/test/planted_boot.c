/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * planted_boot.c - faults of boot memory: of its creation, of requests, of refusals, of the
 * hand-over, and of one of two allocators.
 */
#include "planted.h"

#define A "task a cpu=0\n"
#define AROUND(addr) "machine cpus=2 nodes=2 pages=512 middle=" addr "\n" A
#define BOOTMEM "target bootmem\n" A
#define ROOTMEM "target rootmem\n" A
#define PAIR "target bootmem_pair\n" A
#define TWO_NODES "machine cpus=2 nodes=2 pages=128\n" A
#define WITH_HOLE "machine cpus=2 nodes=2 pages=128 gap=8\n" A
#define PAGE "alloc_bootmem size=4K align=4K"
#define OBJECT BOOTMEM "r1 = " PAGE "\n"
#define TWO_OBJECTS OBJECT "r2 = " PAGE "\n"
#define MISUSE BOOTMEM "misuse_bootmem how="
#define HAND_OVER BOOTMEM "free_all_bootmem\n"

/* Each misuse must be reported by its name. */
#define NAMED(how, other)                                                                          \
	{FAULT_BOOT_SILENT, ORACLE_RANGE, 0, "found nothing against it, expected " how,            \
	 MISUSE how "\n"},                                                                         \
	{                                                                                          \
		FAULT_BOOT_NAME, ORACLE_RANGE, 0, "found " other ", expected " how,                \
			MISUSE how "\n"                                                            \
	}

const struct planted planted_boot[] = {
	/* Creation and destruction. */
	{FAULT_BOOT_CREATE, ORACLE_SPURIOUS, NO_OP, "boot_create: error -12, and no request",
	 BOOTMEM},
	{FAULT_BOOT_SETUP, ORACLE_SPURIOUS, NO_OP, "boot memory failed with error -12", BOOTMEM},
	{FAULT_BOOT_REGISTER_TWICE, ORACLE_RANGE, NO_OP,
	 "boot memory was refused: overlap, [0x0, 0x800000)", BOOTMEM},
	{FAULT_BOOT_STATS_META, ORACLE_COUNT, NO_OP, "bytes of metadata, and has", BOOTMEM},
	{FAULT_BOOT_STATS_FREE, ORACLE_COUNT, NO_OP,
	 "bootmem says 2048 pages: 2049 free, 0 reserved, 0 given; there are 2048: 2048, 0, 0",
	 BOOTMEM},
	{FAULT_BOOT_PAGE_NODE, ORACLE_RANGE, NO_OP, "says that frame 0 is of node 1, not 0",
	 BOOTMEM},
	{FAULT_BOOT_PAGE_FREE, ORACLE_COUNT, 0, "bootmem says that frame 3 is free",
	 BOOTMEM "r1 = reserve_bootmem at=12K\n"},
	{FAULT_BOOT_PAGE_FREE, ORACLE_COUNT, 1, "rootmem says that frame 3 is free",
	 ROOTMEM "r1 = reserve_bootmem at=0 size=1M\nfree_all_bootmem keep=1\n"},
	{FAULT_BOOT_VERIFY, ORACLE_LIST, NO_OP, "verified", BOOTMEM},
	{FAULT_BOOT_VERIFY, ORACLE_LIST, 1, "verified",
	 "target bootmem\nmachine verify=2\n" A "r1 = " PAGE "\nr2 = " PAGE "\n"},
	{FAULT_BOOT_META_KEPT, ORACLE_LEAK_METADATA, NO_OP, "were not freed", BOOTMEM},

	/* Requests. */
	{FAULT_BOOT_OVERLAP, ORACLE_OVERLAP, 1, "0x0 of 4096 bytes: of frame 0 that was not free",
	 TWO_OBJECTS},
	{FAULT_BOOT_OVERLAP, ORACLE_OVERLAP, 1, "of frame 0 that was not free",
	 BOOTMEM "r1 = alloc_bootmem size=100\nr2 = alloc_bootmem size=100\n"},
	{FAULT_BOOT_MIDDLE, ORACLE_OVERLAP, 0, "0x40 of 100 bytes: of frame 0 that was not free",
	 BOOTMEM "r1 = alloc_bootmem\n"},
	{FAULT_BOOT_MISALIGNED, ORACLE_ALIGNMENT, 0, "0x1 is not a multiple of 4096", OBJECT},
	{FAULT_BOOT_OUTSIDE, ORACLE_RANGE, 0, "is outside of all memory", OBJECT},
	{FAULT_BOOT_HOLE, ORACLE_RANGE, 0, "frame 64 belongs to no node",
	 "target bootmem\n" WITH_HOLE "r1 = " PAGE "\n"},
	{FAULT_BOOT_LIMIT, ORACLE_RANGE, 1, "0x2000 of 4096 bytes is not below 0x1",
	 BOOTMEM "r1 = alloc_bootmem size=8K align=4K\nr2 = " PAGE " place=130\n"},
	{FAULT_BOOT_GOAL, ORACLE_RANGE, 0,
	 "0x0 is below the goal 0x400000, above which 4096 bytes are free",
	 BOOTMEM "r1 = " PAGE " place=65\n"},
	{FAULT_BOOT_GOAL, ORACLE_RANGE, 0, "0x0 is below the goal 0x400000",
	 ROOTMEM "r1 = " PAGE " place=65\n"},
	{FAULT_BOOT_NODE, ORACLE_RANGE, 0, "0x0 is of node 0, and 1 was asked for",
	 "target rootmem\n" TWO_NODES "r1 = alloc_bootmem_node node=1\n"},
	{FAULT_BOOT_NODE, ORACLE_RANGE, 0,
	 "0x0 is of node 0, expected node 1, which has 100 bytes free",
	 "target bootmem\n" TWO_NODES "r1 = alloc_bootmem_node node=1\n"},
	{FAULT_BOOT_CROSSES, ORACLE_RANGE, 1, "frame 64 is of node 1, the first of node 0",
	 "target rootmem\n" TWO_NODES "r1 = alloc_bootmem size=240K align=4K\n"
	 "r2 = alloc_bootmem size=20K align=4K\n"},
	{FAULT_BOOT_REFUSED, ORACLE_SPURIOUS, 0,
	 "bootmem has no 4096 bytes, aligned to 4096, limit 0x0: and they are free", OBJECT},
	{FAULT_BOOT_REFUSED, ORACLE_SPURIOUS, 0, "rootmem has no 100 bytes",
	 "target rootmem\n" TWO_NODES "r1 = alloc_bootmem_node node=1\n"},
	{FAULT_BOOT_REFUSED, ORACLE_SPURIOUS, 0, "rootmem has no 307200 bytes",
	 "target rootmem\n" TWO_NODES "r1 = alloc_bootmem_cross size=300K\n"},
	/* Only the rest of a page is free. */
	{FAULT_BOOT_REFUSED, ORACLE_SPURIOUS, 2, "bootmem has no 200 bytes",
	 "target bootmem\nmachine pages=64\n" A "r1 = reserve_bootmem at=0 size=252K\n"
	 "r2 = alloc_bootmem size=100\nr3 = alloc_bootmem size=200\n"},
	{FAULT_BOOT_NOT_PACKED, ORACLE_RANGE, 1,
	 "0x1000 of 100 bytes: the previous page is free from 0x80 on",
	 BOOTMEM "r1 = alloc_bootmem\nr2 = alloc_bootmem\n"},
	{FAULT_BOOT_NOT_PACKED, ORACLE_RANGE, 1, "the previous page is free from 0x40080 on",
	 "target rootmem\n" TWO_NODES
	 "r1 = alloc_bootmem_node node=1\nr2 = alloc_bootmem_node node=1\n"},
	{FAULT_BOOT_NOT_PACKED, ORACLE_RANGE, 1, "the previous page is free from 0x40080 on",
	 "target bootmem\n" TWO_NODES
	 "r1 = alloc_bootmem_node node=1\nr2 = alloc_bootmem_node node=1\n"},

	/* Pages. */
	{FAULT_BOOT_MORE, ORACLE_COUNT, 0, "2046 free, 2 reserved, 0 given; there are 2048: 2047",
	 OBJECT},
	{FAULT_BOOT_MORE, ORACLE_COUNT, 0, "2046 free, 2 reserved, 0 given; there are 2048: 2047",
	 BOOTMEM "r1 = reserve_bootmem\n"},
	{FAULT_BOOT_RESERVE_SHORT, ORACLE_COUNT, 0, "2047 free, 1 reserved",
	 BOOTMEM "r1 = reserve_bootmem at=4095 size=2\n"},
	{FAULT_BOOT_FREE_NOTHING, ORACLE_COUNT, 1, "2047 free, 1 reserved",
	 OBJECT "free_bootmem r1\n"},
	{FAULT_BOOT_FREE_NOTHING, ORACLE_COUNT, 1, "2032 free, 16 reserved",
	 BOOTMEM "r1 = reserve_bootmem size=64K\nfree_bootmem_part r1 at=5K size=10K\n"},
	{FAULT_BOOT_FREE_NOTHING, ORACLE_COUNT, 1, "2047 free, 1 reserved",
	 BOOTMEM "r1 = alloc_bootmem\nfree_bootmem r1 pages\n"},
	{FAULT_BOOT_FREE_NOTHING, ORACLE_LEAK_PAGE, 2,
	 "1 pages were freed after the hand-over, and 0 of them handed over",
	 OBJECT "free_all_bootmem\nfree_bootmem r1\n"},

	/* Refusals. */
	{FAULT_BOOT_ERROR, ORACLE_RANGE, 0, "reserve: error -12, expected 0",
	 BOOTMEM "r1 = reserve_bootmem\n"},
	{FAULT_BOOT_ERROR, ORACLE_RANGE, 1, "free: error -12, expected 0",
	 OBJECT "free_bootmem r1\n"},
	{FAULT_BOOT_SERVED, ORACLE_RANGE, 1, "reserve: error 0, expected -16",
	 OBJECT "r2 = reserve_bootmem at=0\n"},
	{FAULT_BOOT_SERVED, ORACLE_RANGE, 1, "free: error 0, expected -22",
	 OBJECT "free_bootmem r1 twice\n"},
	{FAULT_BOOT_SERVED, ORACLE_RANGE, 0, "reserve of bootmem: told of, and not refused",
	 MISUSE "early at=2\n"},
	{FAULT_BOOT_SILENT, ORACLE_RANGE, 1,
	 "reserve of bootmem: found nothing against it, expected reserve-twice",
	 OBJECT "r2 = reserve_bootmem at=0\n"},
	{FAULT_BOOT_SILENT, ORACLE_RANGE, 1,
	 "request of bootmem: found nothing against it, expected over",
	 HAND_OVER "r1 = " PAGE "\n"},
	{FAULT_BOOT_SILENT, ORACLE_RANGE, 1,
	 "hand-over of bootmem: found nothing against it, expected over",
	 HAND_OVER "free_all_bootmem\n"},
	{FAULT_BOOT_BYTES, ORACLE_RANGE, 1,
	 "free-twice is said of [0x1, 0x1000), not of [0x0, 0x1000)",
	 OBJECT "free_bootmem r1 twice\n"},
	{FAULT_BOOT_BYTES, ORACLE_RANGE, 0, "early is said of [0x2001, 0x2002)",
	 MISUSE "early at=2\n"},
	NAMED("early", "late"),
	NAMED("late", "over"),
	NAMED("over", "no-memory"),
	NAMED("no-memory", "bad-node"),
	NAMED("bad-node", "bad-argument"),
	NAMED("bad-argument", "empty"),
	NAMED("empty", "backwards"),
	NAMED("backwards", "overlap"),
	NAMED("overlap", "order"),
	NAMED("order", "outside"),
	NAMED("outside", "reserve-twice"),
	{FAULT_BOOT_SILENT, ORACLE_RANGE, 1, "expected reserve-twice",
	 OBJECT "misuse_bootmem how=reserve-twice\n"},
	NAMED("free-twice", "early"),
	{FAULT_BOOT_REGISTER_PAGES, ORACLE_RANGE, 0,
	 "register of bootmem: found order, expected overlap", MISUSE "overlap at=2\n"},
	{FAULT_BOOT_REGISTER_PAGES, ORACLE_RANGE, 0,
	 "register of bootmem: found nothing against it, expected overlap",
	 MISUSE "overlap at=6\n"},
	{FAULT_BOOT_FREE_WHOLE, ORACLE_RANGE, 0,
	 "free of bootmem: found nothing against it, expected free-twice",
	 MISUSE "free-twice at=2\n"},
	{FAULT_BOOT_FREE_WHOLE, ORACLE_RANGE, 3,
	 "free of bootmem: found nothing against it, expected free-twice",
	 BOOTMEM
	 "r1 = alloc_bootmem\nr2 = alloc_bootmem\nfree_bootmem r1 pages\nfree_bootmem r2\n"},
	{FAULT_BOOT_FREE_WHOLE, ORACLE_RANGE, 1,
	 "free of bootmem: found nothing against it, expected free-twice",
	 HAND_OVER "misuse_bootmem how=free-twice at=2\n"},
	{FAULT_BOOT_FREE_WHOLE, ORACLE_RANGE, 0,
	 "free of bootmem: found nothing against it, expected outside", MISUSE "outside at=4\n"},
	{FAULT_BOOT_REGISTER_TEN, ORACLE_RANGE, 0, "a call was refused: overlap", MISUSE "late\n"},
	{FAULT_BOOT_GIVE_LESS, ORACLE_LEAK_PAGE, 0, "10 pages were free, and 8 were handed over",
	 MISUSE "over at=1\n"},
	{FAULT_BOOT_GIVE_REFUSED, ORACLE_PAGE_FREE, 0, "by a call that must be refused",
	 MISUSE "early at=1\n"},

	/* Old calls. */
	{FAULT_COMPAT_GARBAGE, ORACLE_ZERO, 0, "0x0 of 100 bytes: byte 0 is 0x07",
	 BOOTMEM "r1 = compat_alloc_bootmem\n"},
	{FAULT_COMPAT_SHORT, ORACLE_ZERO, 0, "0x0 of 5000 bytes: byte 4999 is 0x07",
	 BOOTMEM "r1 = compat_alloc_bootmem size=5000\n"},
	{FAULT_COMPAT_MORE, ORACLE_CONTENTS, 0, "the bytes after it are zero, too",
	 BOOTMEM "r1 = compat_alloc_bootmem\n"},
	{FAULT_COMPAT_MORE, ORACLE_CONTENTS, 0, "0x0 of 4096 bytes: the bytes after it",
	 ROOTMEM "r1 = compat_alloc_bootmem size=4K\n"},
	{FAULT_COMPAT_BEFORE, ORACLE_CONTENTS, 1, "0x80 of 100 bytes: the bytes before it",
	 BOOTMEM "r1 = alloc_bootmem\nr2 = compat_alloc_bootmem\n"},
	{FAULT_COMPAT_NO_PAGE, ORACLE_ALIGNMENT, 1, "0x80 is not a multiple of 4096",
	 BOOTMEM "r1 = compat_alloc_bootmem\nr2 = compat_alloc_bootmem how=pages\n"},
	{FAULT_BOOT_GOAL, ORACLE_RANGE, 0,
	 "0xf00000 is below the goal 0x1000000, above which 100 bytes are free",
	 "target bootmem\n" AROUND("16M") "r1 = compat_alloc_bootmem\n"},
	{FAULT_BOOT_LIMIT, ORACLE_RANGE, 1, "0x100000000 of 600 bytes is not below 0x100000000",
	 "target bootmem\n" AROUND("4G") "r1 = reserve_bootmem at=0 size=1M\n"
					 "r2 = compat_alloc_bootmem size=600 how=low\n"},
	{FAULT_BOOT_NODE, ORACLE_RANGE, 0, "0x0 is of node 0, and 1 was asked for",
	 "target rootmem\n" TWO_NODES "r1 = compat_alloc_bootmem_node node=1\n"},
	{FAULT_BOOT_NODE, ORACLE_RANGE, 0,
	 "0x0 is of node 0, expected node 1, which has 100 bytes free",
	 "target bootmem\n" TWO_NODES "r1 = compat_alloc_bootmem_node node=1\n"},
	{FAULT_BOOT_REFUSED, ORACLE_SPURIOUS, 0, "bootmem has no 4096 bytes, aligned to 64",
	 BOOTMEM "r1 = compat_alloc_bootmem size=4K how=low\n"},
	{FAULT_BOOT_SERVED, ORACLE_RANGE, 1, "reserve: error 0, expected -16",
	 OBJECT "r2 = compat_reserve_bootmem at=0 exclusive\n"},
	{FAULT_BOOT_RESERVE_SHORT, ORACLE_COUNT, 0, "2047 free, 1 reserved",
	 BOOTMEM "r1 = compat_reserve_bootmem at=4095 size=2\n"},
	{FAULT_BOOT_FREE_NOTHING, ORACLE_COUNT, 1, "2047 free, 1 reserved",
	 OBJECT "compat_free_bootmem r1\n"},
	{FAULT_BOOT_TWIN_MORE, ORACLE_DIFFERENTIAL, 0, "bootmem took 1 pages, rootmem 2",
	 PAIR "r1 = compat_alloc_bootmem size=4K how=pages\n"},

	/* The hand-over, as an operation and at the end. */
	{FAULT_BOOT_GIVE_TWICE, ORACLE_PAGE_FREE, 0, "frame 0 was handed over, and is not free",
	 HAND_OVER},
	{FAULT_BOOT_GIVE_TWICE, ORACLE_PAGE_FREE, NO_OP, "frame 0 was handed over", BOOTMEM},
	{FAULT_BOOT_GIVE_REFUSED, ORACLE_PAGE_FREE, 1, "frame 7 was handed over, and is not free",
	 HAND_OVER "free_all_bootmem\n"},
	{FAULT_BOOT_GIVE_LESS, ORACLE_LEAK_PAGE, 0,
	 "2048 pages of bootmem were free, and 1024 were handed over", HAND_OVER},
	{FAULT_BOOT_GIVE_COUNT, ORACLE_COUNT, 0, "the hand-over says 2049 pages, and had 2048",
	 HAND_OVER},
	{FAULT_BOOT_GIVE_HALVES, ORACLE_RANGE, 0,
	 "512 pages from frame 512 on were handed over without their buddy", HAND_OVER},
	{FAULT_BOOT_GIVE_LARGE, ORACLE_RANGE, 0, "a block of order 11 was handed over", HAND_OVER},
	{FAULT_BOOT_GIVE_SHIFTED, ORACLE_ALIGNMENT, 0, "1024 pages from frame 1 on", HAND_OVER},
	{FAULT_BOOT_GIVE_DOUBLE, ORACLE_RANGE, 0,
	 "128 pages from frame 0 on were handed over: of nodes 0 and 1",
	 "target bootmem\n" TWO_NODES "free_all_bootmem\n"},

	/* One of two allocators. */
	{FAULT_BOOT_TWIN_MORE, ORACLE_DIFFERENTIAL, 0, "bootmem took 1 pages, rootmem 2",
	 PAIR "r1 = " PAGE "\n"},
	{FAULT_BOOT_TWIN_MORE, ORACLE_DIFFERENTIAL, 0, "bootmem took 1 pages, rootmem 2",
	 PAIR "r1 = reserve_bootmem\n"},
	{FAULT_BOOT_TWIN_MORE, ORACLE_COUNT, 0, "rootmem says 2048 pages: 2046 free, 2 reserved",
	 PAIR "r1 = alloc_bootmem\n"},
};

const u32 nr_planted_boot = ARRAY_SIZE(planted_boot);

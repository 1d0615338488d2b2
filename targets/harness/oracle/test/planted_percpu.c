/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * planted_percpu.c - faults around the first chunk, in bad frees, and in one of two allocators.
 */
#include "planted.h"

#define A "task a cpu=0\n"
#define BITMAP "target percpu_bitmap\n"
#define REGIONS BITMAP "machine static=100 reserved=12K dynamic=200\n" A
#define ONE_OBJECT REGIONS "p1 = alloc_percpu size=16\n"
#define PAIR "target percpu_pair\n"
#define TWO_OF_PAIR PAIR A "p1 = alloc_percpu size=4\np2 = alloc_percpu size=64 align=64\n"
#define LAYOUT "target first_chunk\n"
#define FOUR LAYOUT "machine cpus=4 static=100\n" A
#define TWO_NODES LAYOUT "machine cpus=4 nodes=2 static=100\n" A
#define REFUSED_IN(machine) BITMAP "machine " machine "\n" A "p1 = alloc_percpu size=300\n"

const struct planted planted_percpu[] = {
	/* Regions of the first chunk. */
	{FAULT_PCPU_STATIC, ORACLE_RANGE, 0,
	 "dynamic object of 16 bytes at offset 0x0 of the first chunk, whose region is 0x3064 to "
	 "0x312c",
	 ONE_OBJECT},
	{FAULT_DYNAMIC_RESERVED, ORACLE_RANGE, 0,
	 "dynamic object of 16 bytes at offset 0x68 of the first chunk, whose region is 0x3064 to",
	 ONE_OBJECT},
	{FAULT_RESERVED_DYNAMIC, ORACLE_RANGE, 0,
	 "reserved object of 8 bytes at offset 0x3068 of the first chunk, whose region is 0x64 to "
	 "0x3064",
	 REGIONS "p1 = alloc_reserved_percpu size=8\n"},
	{FAULT_RESERVED_BEHIND, ORACLE_RANGE, 0, "reserved object of 8 bytes at offset 0x",
	 REGIONS "p1 = alloc_reserved_percpu size=8\n"},
	{FAULT_RESERVED_REFUSED, ORACLE_SPURIOUS, 0,
	 "alloc_reserved_percpu of 8 bytes, aligned to 8: refused, and there is room",
	 REGIONS "p1 = alloc_reserved_percpu size=8\n"},

	/* Addresses. */
	{FAULT_PCPU_PHYS, ORACLE_CONTENTS, 1, "CPU 0's copy at 0x",
	 ONE_OBJECT "touch_percpu p1 whole\n"},
	{FAULT_PCPU_PHYS, ORACLE_CONTENTS, 1, "is not at physical 0x",
	 BITMAP "machine backing=km\n" A "p1 = alloc_percpu\ntouch_percpu p1 whole\n"},
	{FAULT_STATIC_ALL, ORACLE_RANGE, 1, "is said to be a static one",
	 ONE_OBJECT "touch_percpu p1 whole\n"},
	{FAULT_PCPU_PHYS, ORACLE_CONTENTS, NO_OP, "CPU 0's copy at 0x", FOUR},
	{FAULT_STATIC_ALL, ORACLE_RANGE, NO_OP, "is_percpu_address(0x", FOUR},
	{FAULT_STATIC_NONE, ORACLE_RANGE, NO_OP, "is_percpu_address(0x", FOUR},
	{FAULT_STATIC_LONG, ORACLE_RANGE, NO_OP, "of 100 bytes", FOUR},

	/* Static data. */
	{FAULT_STATIC_NOT_COPIED, ORACLE_CONTENTS, NO_OP, "CPU 1's static region, byte 0: found 0x",
	 ONE_OBJECT},
	{FAULT_STATIC_NOT_COPIED, ORACLE_CONTENTS, NO_OP, "CPU 1's static region, byte 0: found 0x",
	 LAYOUT "machine static=8K\n" A},
	{FAULT_STATIC_WRITTEN, ORACLE_CONTENTS, NO_OP,
	 "CPU 0's static region, byte 0: found 0x00, expected 0x01", ONE_OBJECT "free_percpu p1\n"},

	/* Frees. */
	{FAULT_FREE_REFUSED, ORACLE_RANGE, 1, "free of the live object at 0x",
	 ONE_OBJECT "free_percpu p1\n"},
	{FAULT_FREE_REFUSED, ORACLE_RANGE, NO_OP, "free of the live object at 0x", ONE_OBJECT},
	{FAULT_MISFREE_TAKEN, ORACLE_RANGE, 1, "found freed, expected twice",
	 ONE_OBJECT "free_percpu p1 twice\n"},
	{FAULT_MISFREE_TAKEN, ORACLE_RANGE, 1, "found freed, expected middle",
	 ONE_OBJECT "misfree_percpu p1 at=7\n"},
	{FAULT_MISFREE_TAKEN, ORACLE_RANGE, 1, "found freed, expected no-chunk",
	 ONE_OBJECT "misfree_percpu p1 how=other-cpu at=1\n"},
	{FAULT_MISFREE_TAKEN, ORACLE_RANGE, 1, "found freed, expected no-chunk",
	 ONE_OBJECT "misfree_percpu p1 how=nowhere\n"},
	{FAULT_MISFREE_TAKEN, ORACLE_RANGE, 1, "found freed, expected outside",
	 ONE_OBJECT "misfree_percpu p1 how=static at=99\n"},
	{FAULT_MISFREE_NAME, ORACLE_RANGE, 1, "found middle, expected twice",
	 ONE_OBJECT "free_percpu p1 twice\n"},
	{FAULT_MISFREE_NAME, ORACLE_RANGE, 1, "found twice, expected middle",
	 ONE_OBJECT "misfree_percpu p1\n"},
	{FAULT_MISFREE_NAME, ORACLE_RANGE, 1, "found outside, expected no-chunk",
	 ONE_OBJECT "misfree_percpu p1 how=other-cpu at=1\n"},
	{FAULT_MISFREE_NAME, ORACLE_RANGE, 1, "found outside, expected no-chunk",
	 ONE_OBJECT "misfree_percpu p1 how=nowhere\n"},
	{FAULT_MISFREE_NAME, ORACLE_RANGE, 1, "found no-chunk, expected outside",
	 ONE_OBJECT "misfree_percpu p1 how=static at=99\n"},
	/* With CPU 0 only, there is no other copy: an address inside the object is freed instead.
	 */
	{FAULT_MISFREE_NAME, ORACLE_RANGE, 1, "found twice, expected middle",
	 BITMAP A "p1 = alloc_percpu size=1\nmisfree_percpu p1 how=other-cpu at=0\n"},
	{FAULT_MISFREE_NAME, ORACLE_RANGE, 2, "found twice, expected middle",
	 REGIONS "p1 = alloc_percpu\np2 = alloc_reserved_percpu size=40\n"
		 "misfree_percpu p2 at=39\n"},

	/* Background work. */
	{FAULT_PCPU_OWES, ORACLE_KICK, 0, "bitmap: no background work is queued, and planted",
	 BITMAP A "p1 = alloc_percpu\n"},
	{FAULT_PCPU_ATOMIC, ORACLE_SPURIOUS, 1,
	 "alloc_percpu of 40 bytes, aligned to 8: refused again after background work, and",
	 BITMAP A "p1 = alloc_percpu\np2 = alloc_percpu size=40 atomic\n"},

	{FAULT_PCPU_WORK, ORACLE_WORK, 0, "searched 1000 blocks and words",
	 PAIR A "p1 = alloc_percpu\n"},

	/* One of two allocators. */
	{FAULT_TWIN_MISALIGNED, ORACLE_ALIGNMENT, 1, "not a multiple of 64", TWO_OF_PAIR},
	{FAULT_TWIN_OVERLAP, ORACLE_OVERLAP, 1, "operation 0 has",
	 PAIR A "p1 = alloc_percpu size=4\np2 = alloc_percpu size=4\n"},
	{FAULT_TWIN_NOT_FREED, ORACLE_DIFFERENTIAL, NO_OP,
	 "bitmap holds 0 objects of 0 bytes, areamap 1 of 16",
	 PAIR A "p1 = alloc_percpu\nfree_percpu p1\n"},
	{FAULT_TWIN_NOT_FREED, ORACLE_DIFFERENTIAL, 1,
	 "bitmap holds 0 objects of 0 bytes, areamap 1 of 16",
	 PAIR "machine verify=2\n" A "p1 = alloc_percpu\nfree_percpu p1\n"},
	{FAULT_TWIN_LARGER, ORACLE_DIFFERENTIAL, NO_OP,
	 "bitmap holds 1 objects of 16 bytes, areamap 1 of 20", PAIR A "p1 = alloc_percpu\n"},
	{FAULT_TWIN_REFUSED, ORACLE_SPURIOUS, 0, "refused, and a new chunk fits", TWO_OF_PAIR},
	{FAULT_FREE_REFUSED, ORACLE_RANGE, 0, "free of the live object at 0x",
	 PAIR "machine unit=512K cpus=1 kva=4M pages=200\n" A "p1 = alloc_percpu\n"},
	{FAULT_MISFREE_NAME, ORACLE_RANGE, 1, "found middle, expected twice",
	 PAIR A "p1 = alloc_percpu\nfree_percpu p1 twice\n"},

	/* Boot, where it must succeed. */
	{FAULT_PCPU_CREATE, ORACLE_SPURIOUS, NO_OP, "boot failed with error -12",
	 LAYOUT "machine cpus=4 nodes=2 static=100\n" A},
	{FAULT_PCPU_CREATE, ORACLE_SPURIOUS, NO_OP, "boot failed with error -12",
	 LAYOUT "machine percpu_alloc=page static=100\n" A},
	{FAULT_PCPU_CREATE, ORACLE_SPURIOUS, NO_OP, "boot failed with error -12",
	 BITMAP "machine backing=km\n" A},
	{FAULT_PCPU_CREATE, ORACLE_SPURIOUS, NO_OP, "boot failed with error -12",
	 BITMAP "machine percpu_alloc=embed\n" A},

	{FAULT_TWIN_CREATE, ORACLE_SPURIOUS, NO_OP, "boot failed with error -12", PAIR A},

	/* Room for another chunk: in several groups, in one, in kernel memory. */
	{FAULT_PCPU_REFUSED, ORACLE_SPURIOUS, 0, "refused, and a new chunk fits",
	 REFUSED_IN("cpus=4 nodes=2 dynamic=200")},
	{FAULT_PCPU_REFUSED, ORACLE_SPURIOUS, 0, "refused, and a new chunk fits",
	 REFUSED_IN("cpus=8 nodes=8 dynamic=200 shuffle=7 sparse=9")},
	{FAULT_PCPU_REFUSED, ORACLE_SPURIOUS, 0, "refused, and a new chunk fits",
	 REFUSED_IN("cpus=4 nodes=2 dynamic=200 percpu_alloc=page")},
	{FAULT_PCPU_REFUSED, ORACLE_SPURIOUS, 0, "refused, and a new chunk fits",
	 REFUSED_IN("cpus=4 dynamic=200 backing=km")},
	{FAULT_PCPU_REFUSED, ORACLE_SPURIOUS, 0, "refused, and a new chunk fits",
	 REFUSED_IN("cpus=3 backing=km")},

	/* Pages of later chunks. */
	{FAULT_PCPU_NODE, ORACLE_RANGE, 0, "of CPU 0, of node 0, is on node 1: node 0 had",
	 BITMAP "machine cpus=4 nodes=2\n" A "p1 = alloc_percpu\n"},

	/* Units. */
	{FAULT_LAYOUT_SIZE, ORACLE_RANGE, NO_OP,
	 "1 units of 32768 bytes are allocated as 36864 bytes, in atoms of 4096", FOUR},
	{FAULT_LAYOUT_REGIONS, ORACLE_RANGE, NO_OP,
	 "regions of 100, 0 and 4 bytes, asked for 100, 0 and 0", FOUR},
	{FAULT_LAYOUT_SHIFTED, ORACLE_RANGE, NO_OP,
	 "group 1 begins with unit 3, and those before it have 2", TWO_NODES},
	{FAULT_LAYOUT_NO_GROUP, ORACLE_RANGE, NO_OP, "4 units, and the groups have 3", TWO_NODES},
	{FAULT_LAYOUT_IMPOSSIBLE, ORACLE_RANGE, NO_OP,
	 "unit 3 belongs to CPU 4, which is not possible", FOUR},
	{FAULT_LAYOUT_TWICE, ORACLE_OVERLAP, NO_OP, "CPU 0 has 2 units", FOUR},
	{FAULT_LAYOUT_MISSING, ORACLE_OVERLAP, NO_OP, "CPU 3 has 0 units", FOUR},
	{FAULT_LAYOUT_WASTE, ORACLE_RANGE, NO_OP, "12 units were allocated for 4 CPUs", FOUR},
	{FAULT_LAYOUT_EMPTY, ORACLE_RANGE, NO_OP, "the first of CPU 4294967295", FOUR},
	{FAULT_LAYOUT_PART, ORACLE_RANGE, NO_OP,
	 "group 0 has 3 units, allocated 2 at a time, the first of CPU 0",
	 LAYOUT "machine cpus=3\n" A},
	{FAULT_LAYOUT_PART, ORACLE_RANGE, NO_OP,
	 "2 units are allocated at a time, as 65536 bytes, expected 1, as 32768", FOUR},
	{FAULT_LAYOUT_SPLIT, ORACLE_RANGE, NO_OP, "2 groups, expected 1", FOUR},
	{FAULT_LAYOUT_FAR, ORACLE_RANGE, NO_OP, "the units span 0x", TWO_NODES},
	{FAULT_LAYOUT_REMOTE, ORACLE_RANGE, NO_OP,
	 "CPUs 0 and 2 are of one group, and not local to each other", TWO_NODES},
	{FAULT_LAYOUT_OFFSET, ORACLE_RANGE, NO_OP, "unit 2 of group 0, at offset 0, is at 0x18000",
	 FOUR},
	{FAULT_UNITS_OVERLAP, ORACLE_OVERLAP, NO_OP, "the units of CPUs 2 and 3, at 0x10000 and",
	 FOUR},
	{FAULT_UNITS_UNALIGNED, ORACLE_ALIGNMENT, NO_OP, "CPU 3's unit is at 0x18004", FOUR},
};

const u32 nr_planted_percpu = ARRAY_SIZE(planted_percpu);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * faulty_allocators.h - naive allocators that misbehave in exactly one way at a time.
 *
 * They implement core/vmap/vmap.h and core/percpu/percpu.h, as far as the executor calls these, and
 * are correct as long as no fault is chosen. So a finding with a fault is caused by the fault. Boot
 * memory is the real one, wrapped by the fault.
 */
#ifndef MM_HARNESS_TEST_FAULTY_ALLOCATORS_H
#define MM_HARNESS_TEST_FAULTY_ALLOCATORS_H

#include "sched/types.h"

enum fault {
	FAULT_NONE,

	/* Addresses. */
	FAULT_AREA_OVERLAP,    /* the search ignores areas in use */
	FAULT_AREA_MISALIGNED, /* areas are aligned to a page only */
	FAULT_AREA_BELOW,      /* areas are searched from a page below the space */
	FAULT_AREA_BEHIND,     /* areas are searched up to any address above the space */
	FAULT_AREA_LONG,       /* an area has one page too many */
	FAULT_AREA_REFUSED,    /* -EBUSY */
	FAULT_AREA_ERROR,      /* an error that the contract does not have */
	FAULT_AREA_NOT_FOUND,  /* find_vmap_area() finds none */
	FAULT_AREA_NOT_FREED,  /* a freed area is unmapped, but stays in use */
	FAULT_AREA_HIGHER,     /* the second lowest address instead of the lowest */
	FAULT_AREA_NO_EXACT,   /* a range as long as the request is too short */
	FAULT_AREA_ELSEWHERE,  /* the requested range is ignored */
	FAULT_AREA_HIDDEN,     /* a walk leaves out the last area */
	FAULT_AREA_LAZY,       /* after each area an equal one becomes lazy */
	FAULT_PURGE_UNCOUNTED, /* freed areas are free at once, and no purge is counted */
	FAULT_STATS_AREAS,     /* an area too many is counted */
	FAULT_STATS_LAZY,      /* a lazy page too many */
	FAULT_STATS_FREE,      /* a free page too many */
	FAULT_STATS_LARGEST,   /* the largest free range is a page too long */
	FAULT_STATS_FEWER,     /* no block is counted */
	FAULT_STATS_MORE,      /* a block too many is counted */
	FAULT_AREAS_REFUSED,   /* congruent areas: -EBUSY */
	FAULT_AREAS_ERROR,     /* an error that the contract does not have */
	FAULT_AREAS_LOWER,     /* the second highest base instead of the highest */
	FAULT_AREAS_APART,     /* the last area is a page too low */
	FAULT_AREAS_LONG,      /* the last area has a page too many */
	FAULT_AREAS_OVERLAP,   /* the search for congruent areas ignores areas in use */
	FAULT_AREAS_NO_PURGE,  /* freed areas are lazy, and never purged */
	FAULT_AREAS_NO_FLUSH,  /* freed areas are lazy, and reused without a purge */
	FAULT_AREAS_NOT_FOUND, /* find_vmap_area() finds no congruent area */
	FAULT_VMAP_CREATE,     /* creating a space fails */
	FAULT_VMAP_VERIFY,     /* the verifier reports */
	FAULT_VMAP_OWES,       /* background work is due and not queued */

	/* Mappings. */
	FAULT_NO_FLUSH,	      /* unmapped ranges are not flushed */
	FAULT_ALIAS,	      /* nor reused, until vm_unmap_aliases() */
	FAULT_NO_UNMAP,	      /* an area is freed with its pages mapped */
	FAULT_RAM_REFUSED,    /* vm_map_ram() returns 0 */
	FAULT_RAM_OVERLAP,    /* vm_map_ram() returns the second page of another mapping */
	FAULT_RAM_REVERSED,   /* vm_map_ram() maps the frames in the wrong order */
	FAULT_RAM_SHORT,      /* vm_map_ram() leaves out the last page */
	FAULT_WRITE_LOST,     /* a fault of the MMU: an access reaches no frame of the machine */
	FAULT_RAM_GFP,	      /* vm_map_ram() may sleep, whatever its flags */
	FAULT_RAM_FRAME_KEPT, /* vm_map_ram() takes a reference to a frame */
	FAULT_RAM_REMAPS,     /* vm_map_ram() maps another frame at the first address in use */
	FAULT_RAM_NO_BLOCK,   /* a short mapping has an area that is no block */
	FAULT_RAM_LONG,	      /* the area of a long mapping has a page too many */
	FAULT_RAM_TWO_BLOCKS, /* a short mapping gets two blocks */
	FAULT_BLOCK_KEPT,     /* a block remains when its mappings are gone */
	FAULT_ALIASES_TWICE,  /* vm_unmap_aliases() flushes again */

	/* Faults of one of two spaces. */
	FAULT_EAGER_CREATE,	/* creating it fails */
	FAULT_EAGER_REFUSED,	/* -EBUSY */
	FAULT_EAGER_OVERLAP,	/* the search ignores areas in use */
	FAULT_EAGER_SHARED,	/* vm_map_ram() returns the second page of another mapping */
	FAULT_EAGER_MISALIGNED, /* areas are aligned to a page only */
	FAULT_EAGER_REVERSED,	/* vm_map_ram() maps the frames in the wrong order */
	FAULT_EAGER_REMAPS,	/* it maps another frame at the first address in use */
	FAULT_EAGER_ONE_MORE,	/* vm_map_ram() creates an additional area */
	FAULT_EAGER_LONG,	/* the area of a mapping has a page too many */
	FAULT_LAZY_REFUSED,	/* -EBUSY */
	FAULT_LAZY_ONE_MORE,	/* as FAULT_EAGER_ONE_MORE */
	FAULT_LAZY_LONG,
	FAULT_POOL_CREATE,     /* as FAULT_EAGER_CREATE */
	FAULT_POOL_SHARED,     /* as FAULT_EAGER_SHARED */
	FAULT_POOL_MISALIGNED, /* as FAULT_EAGER_MISALIGNED */
	FAULT_POOL_ONE_MORE,   /* as FAULT_EAGER_ONE_MORE */

	/* Cached ranges. */
	FAULT_ZONE_SKIPPED,   /* a CPU prefetches, and ignores its cache */
	FAULT_ZONE_OTHER,     /* a CPU uses the cache of CPU 0 */
	FAULT_ZONE_LARGE,     /* a cache serves requests of half a zone, instead of a third */
	FAULT_ZONE_RANGE,     /* a cache serves requests for a part of the space too */
	FAULT_ZONE_CACHED,    /* a purge does not empty the caches */
	FAULT_POOL_SKIPPED,   /* pools are ignored */
	FAULT_POOL_LARGER,    /* a page is served from a pool of larger areas */
	FAULT_CACHED_TAKEN,   /* the heap serves cached ranges */
	FAULT_CACHED_STAYS,   /* a request that finds no room is refused, and ranges stay cached */
	FAULT_CACHED_OVERLAP, /* a cached range is reported a page too low */
	FAULT_STATS_CACHED,   /* a cached page too many is counted */

	/* Areas with an owner. */
	FAULT_VM_NOT_FOUND,   /* no address belongs to an area */
	FAULT_VM_NO_GUARD,    /* no address in a guard page does */
	FAULT_VM_FLAGS,	      /* every area may be mapped to users */
	FAULT_VM_GUARD,	      /* the last frame is mapped once more, after the end */
	FAULT_VM_ERROR,	      /* an error that the contract does not have */
	FAULT_VM_UNALIGNED,   /* device memory is aligned to a page */
	FAULT_VM_KEPT,	      /* no area can be removed */
	FAULT_VM_BUSY,	      /* map_vm_area() finds something mapped */
	FAULT_VM_AGAIN,	      /* it maps again what is mapped */
	FAULT_VM_NO_MEMORY,   /* it has no memory */
	FAULT_VM_PARTLY,      /* it has none, and leaves the first page mapped */
	FAULT_VMAP_REFUSED,   /* vmap() returns 0 */
	FAULT_VMAP_REVERSED,  /* vmap() maps the frames in the wrong order */
	FAULT_VMAP_REMAPS,    /* vmap() maps another frame at the first address in use */
	FAULT_UNMAP_SHORT,    /* unmap_kernel_range() leaves out the last page */
	FAULT_UNMAP_MORE,     /* it unmaps one more before the first */
	FAULT_UNMAP_BEHIND,   /* it unmaps one more after the last */
	FAULT_UNMAP_NO_FLUSH, /* it does not flush */
	FAULT_LIST_TWICE,     /* an area is listed twice */
	FAULT_LIST_LONG,      /* each area is listed with a page too many */
	FAULT_LIST_SHORT,     /* an area is not listed */
	FAULT_LIST_EXTRA,     /* an area that does not exist is listed last */
	FAULT_LIST_KIND,      /* all areas are listed as those of vmap() */
	FAULT_LIST_PAGES,     /* a mapped page too many is listed */
	FAULT_LIST_NODES,     /* each area is listed with one more frame of node 7 */
	FAULT_LIST_CALLER,    /* each area is listed without its caller */
	FAULT_INFO_USED,      /* a used page too many is counted */
	FAULT_INFO_TOTAL,     /* a page too many in all */
	FAULT_INFO_CHUNK,     /* the largest gap is the whole space */

	/* vmalloc(), and uses of its memory. */
	FAULT_VMALLOC_REFUSED,	   /* it returns 0 */
	FAULT_VMALLOC_NOT_ZEROED,  /* no page is zeroed */
	FAULT_VMALLOC_HALF_ZEROED, /* only the first half of the pages is zeroed */
	FAULT_VMALLOC_NODE,	   /* frames are of another node */
	FAULT_VMALLOC_SHORT,	   /* the last page is not mapped */
	FAULT_VMALLOC_ONE_FRAME,   /* the last page is the first frame again */
	FAULT_REMAP_WRAPS,	   /* a sum beyond 2^64 wraps */
	FAULT_REMAP_GUARD,	   /* a page beyond the end may be mapped */
	FAULT_REMAP_ANY,	   /* memory that is not for users may be mapped */
	FAULT_REMAP_INSIDE,	   /* an address within an area is accepted */
	FAULT_REMAP_REFUSED,	   /* every mapping to users is refused */
	FAULT_REMAP_PARTLY,	   /* a refusal leaves the first page mapped */
	FAULT_REMAP_SHIFTED,	   /* the pages before the requested ones are mapped */
	FAULT_REMAP_NO_REF,	   /* the user gets no reference */
	FAULT_VREAD_NONE,	   /* nothing is read */
	FAULT_VREAD_MORE,	   /* the result exceeds the request */
	FAULT_VREAD_FEWER,	   /* the result is too small */
	FAULT_VREAD_SHIFTED,	   /* the wrong page is read */
	FAULT_VREAD_GUARD,	   /* a guard page leaves the buffer unchanged */
	FAULT_VREAD_HOLE,	   /* an unmapped page leaves the buffer unchanged */
	FAULT_VREAD_IOREMAP,	   /* device memory is read */
	FAULT_VREAD_BEHIND,	   /* memory without an owner is read */

	/* Per-CPU objects. */
	FAULT_PCPU_OVERLAP,	 /* the search ignores objects in use */
	FAULT_PCPU_MISALIGNED,	 /* objects are aligned to 4 bytes only */
	FAULT_PCPU_STATIC,	 /* the static bytes of the first chunk are served */
	FAULT_PCPU_HIDDEN,	 /* the bytes after the end of the first chunk are served */
	FAULT_PCPU_TOO_LARGE,	 /* a request larger than a unit gets a unit */
	FAULT_PCPU_ONE_COPY,	 /* all CPUs share the same frames */
	FAULT_PCPU_CLEARS_MORE,	 /* a word after the object is cleared too */
	FAULT_PCPU_NOT_ZEROED,	 /* objects are not zeroed */
	FAULT_PCPU_NOT_MAPPED,	 /* the last page of a chunk is not mapped */
	FAULT_PCPU_REFUSED,	 /* no chunk is created */
	FAULT_PCPU_NEW_CHUNK,	 /* each object gets a new chunk */
	FAULT_PCPU_CREATE,	 /* creating an allocator fails */
	FAULT_PCPU_VERIFY,	 /* the verifier reports */
	FAULT_PCPU_OWES,	 /* after a request, background work is due and not queued */
	FAULT_PCPU_ATOMIC,	 /* atomic requests are refused */
	FAULT_PCPU_NODE,	 /* a unit's frames are of another node than its CPU */
	FAULT_PCPU_PAGE_KEPT,	 /* a chunk's first frame is not freed */
	FAULT_PCPU_ERROR_KEEPS,	 /* if the rest of a chunk cannot be had, no frame is freed */
	FAULT_PCPU_NOT_FREED,	 /* free_percpu() does nothing */
	FAULT_PCPU_META_KEPT,	 /* a freed object's structure is not freed */
	FAULT_PCPU_PHYS,	 /* the physical address of a copy is a word too high */
	FAULT_FREE_REFUSED,	 /* no address belongs to an object */
	FAULT_MISFREE_TAKEN,	 /* a bad free is not reported */
	FAULT_MISFREE_NAME,	 /* a bad free is reported with a wrong reason */
	FAULT_RESERVED_REFUSED,	 /* no reserved object is served */
	FAULT_RESERVED_DYNAMIC,	 /* reserved objects come from the dynamic region */
	FAULT_RESERVED_BEHIND,	 /* reserved objects come from another chunk */
	FAULT_DYNAMIC_RESERVED,	 /* dynamic objects come from the reserved region */
	FAULT_STATIC_NOT_COPIED, /* the last CPU's static region is not initialised */
	FAULT_STATIC_WRITTEN,	 /* a free writes to the static region */
	FAULT_STATIC_ALL,	 /* every address is a static one */
	FAULT_STATIC_NONE,	 /* no address is a static one */
	FAULT_STATIC_LONG,	 /* the first byte after the region is a static one */
	FAULT_PCPU_WORK,	 /* a search takes a thousand steps */

	/* Faults of the second of two allocators. */
	FAULT_TWIN_OVERLAP,    /* the search ignores objects in use */
	FAULT_TWIN_MISALIGNED, /* objects are aligned to 4 bytes only */
	FAULT_TWIN_REFUSED,    /* no chunk is created */
	FAULT_TWIN_NOT_FREED,  /* free_percpu() does nothing */
	FAULT_TWIN_CREATE,     /* creating it fails */
	FAULT_TWIN_LARGER,     /* an object has a word too many */

	/* Units, and the layout that describes them. */
	FAULT_UNITS_OVERLAP,	 /* the last CPU's unit begins a page too low */
	FAULT_UNITS_UNALIGNED,	 /* the last CPU's unit begins a word too high */
	FAULT_LAYOUT_IMPOSSIBLE, /* a CPU that is not possible has a unit */
	FAULT_LAYOUT_TWICE,	 /* a CPU has two units */
	FAULT_LAYOUT_MISSING,	 /* a CPU has no unit */
	FAULT_LAYOUT_WASTE,	 /* too many units have no CPU */
	FAULT_LAYOUT_EMPTY,	 /* the first unit of a group has no CPU */
	FAULT_LAYOUT_PART,	 /* a group ends within an allocation */
	FAULT_LAYOUT_REMOTE,	 /* a group has a CPU of another */
	FAULT_LAYOUT_SPLIT,	 /* the first group is two */
	FAULT_LAYOUT_FAR,	 /* the last group is too far away for further chunks */
	FAULT_LAYOUT_OFFSET,	 /* two CPUs have swapped units */
	FAULT_LAYOUT_SIZE,	 /* more memory is allocated than the units need */
	FAULT_LAYOUT_REGIONS,	 /* a region is larger than requested */
	FAULT_LAYOUT_SHIFTED,	 /* a group begins a unit too late */
	FAULT_LAYOUT_NO_GROUP,	 /* the last unit is in no group */

	/* Boot memory (faulty_boot.c). */
	FAULT_BOOT_CREATE,	   /* creating it fails */
	FAULT_BOOT_SETUP,	   /* setting it up fails */
	FAULT_BOOT_REGISTER_TWICE, /* the range that begins at 0 is registered twice */
	FAULT_BOOT_REGISTER_TEN,   /* the range that begins with page 10 is registered twice */
	FAULT_BOOT_REGISTER_PAGES, /* ends are trimmed to pages before they are checked */
	FAULT_BOOT_META_KEPT,	   /* no metadata is freed */
	FAULT_BOOT_VERIFY,	   /* a sound state is reported as broken */
	FAULT_BOOT_OVERLAP,	   /* a request gets the memory of the previous one */
	FAULT_BOOT_MIDDLE,	   /* memory begins 64 bytes too high */
	FAULT_BOOT_MISALIGNED,	   /* memory begins a byte too high */
	FAULT_BOOT_OUTSIDE,	   /* memory beyond all nodes is served */
	FAULT_BOOT_HOLE,	   /* page 64 is served */
	FAULT_BOOT_LIMIT,	   /* limits are ignored */
	FAULT_BOOT_GOAL,	   /* goals are ignored */
	FAULT_BOOT_NODE,	   /* nodes are ignored */
	FAULT_BOOT_CROSSES,	   /* every request may cross nodes */
	FAULT_BOOT_REFUSED,	   /* only requests for 100 bytes are served */
	FAULT_BOOT_NOT_PACKED,	   /* each request begins a page */
	FAULT_BOOT_MORE,	   /* a page too many is allocated or reserved */
	FAULT_BOOT_TWIN_MORE,	   /* the same by rootmem only */
	FAULT_BOOT_RESERVE_SHORT,  /* the last byte is not reserved */
	FAULT_BOOT_FREE_NOTHING,   /* nothing is freed */
	FAULT_BOOT_FREE_WHOLE,	   /* pages that a range has in part are ignored */
	FAULT_BOOT_ERROR,	   /* reserving and freeing return -ENOMEM */
	FAULT_BOOT_SERVED,	   /* a misuse is reported, but returns success */
	FAULT_BOOT_SILENT,	   /* a refusal is not reported */
	FAULT_BOOT_NAME,	   /* a refusal is reported with a wrong reason */
	FAULT_BOOT_BYTES,	   /* a refusal is reported with a wrong place */
	FAULT_BOOT_GIVE_TWICE,	   /* the first block is handed over again */
	FAULT_BOOT_GIVE_LESS,	   /* the first block is not handed over */
	FAULT_BOOT_GIVE_HALVES,	   /* the first block is handed over in two halves */
	FAULT_BOOT_GIVE_LARGE,	   /* the first block is handed over as if it had 2048 pages */
	FAULT_BOOT_GIVE_SHIFTED,   /* the first block is handed over from its second page on */
	FAULT_BOOT_GIVE_DOUBLE,	   /* the first block is handed over with twice its length */
	FAULT_BOOT_GIVE_COUNT,	   /* a page too many is counted */
	FAULT_BOOT_GIVE_REFUSED,   /* a refused call hands a page over */
	FAULT_BOOT_STATS_META,	   /* a word of metadata too many is counted */
	FAULT_BOOT_STATS_FREE,	   /* a free page too many is counted */
	FAULT_BOOT_PAGE_NODE,	   /* each page is of the next node */
	FAULT_BOOT_PAGE_FREE,	   /* page 3 is reported as free when it is in use */
	FAULT_COMPAT_GARBAGE,	   /* memory of the old calls is not zeroed */
	FAULT_COMPAT_SHORT,	   /* its last byte is not zeroed */
	FAULT_COMPAT_MORE,	   /* a word after it is zeroed too */
	FAULT_COMPAT_BEFORE,	   /* a word before it is zeroed too */
	FAULT_COMPAT_NO_PAGE,	   /* memory that must begin a page does not */

	/* States in which free_percpu() ends, or never ends. */
	FAULT_LEAVES_PREEMPT,
	FAULT_LEAVES_IRQ,
	FAULT_LEAVES_LOCK,
	FAULT_LEAVES_RCU,
	FAULT_WAITS,
	FAULT_SPINS,
};

/** faulty_choose() - choose the fault */
void faulty_choose(enum fault fault);

/* Is this the fault that was chosen? */
bool faulty(enum fault fault);

/* The two allocators count the operations in flight in a space. */
struct vmap_space;
void faulty_enter(struct vmap_space *vs);
void faulty_leave(struct vmap_space *vs);

/** faulty_check_quiet() - with @quiet, ORACLE_CRASH fires if an operation is in flight */
void faulty_check_quiet(struct vmap_space *vs, bool quiet);

/** struct faulty_verified - calls of pcpu_verify() since the last boot, all and quiet ones */
struct faulty_verified {
	u32 calls, quiet;
};

struct faulty_verified faulty_verified(void);

#endif

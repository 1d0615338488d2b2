/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * faulty_allocators.h - naive allocators that misbehave in exactly one way at a time.
 *
 * They stand behind core/vmap/vmap.h and core/percpu/percpu.h in place of the real ones, as far
 * as the executor calls these, and are correct as long as no fault is chosen. So whatever is found
 * with a fault is found because of it. (Boot memory is the real one, with the fault around it.)
 */
#ifndef MM_HARNESS_TEST_FAULTY_ALLOCATORS_H
#define MM_HARNESS_TEST_FAULTY_ALLOCATORS_H

#include "sched/types.h"

enum fault {
	FAULT_NONE,

	/* Addresses. */
	FAULT_AREA_OVERLAP,    /* areas in use are not seen by the search */
	FAULT_AREA_MISALIGNED, /* areas are aligned to a page, whatever was asked */
	FAULT_AREA_BELOW,      /* areas are searched from a page below the space on */
	FAULT_AREA_BEHIND,     /* and up to any address behind it */
	FAULT_AREA_LONG,       /* an area has a page more than was asked for */
	FAULT_AREA_REFUSED,    /* -EBUSY */
	FAULT_AREA_ERROR,      /* an error that the contract does not have */
	FAULT_AREA_NOT_FOUND,  /* find_vmap_area() finds none */
	FAULT_AREA_NOT_FREED,  /* a freed area is unmapped, and stays in use for ever */
	FAULT_AREA_HIGHER,     /* not the lowest address, but the next one */
	FAULT_AREA_NO_EXACT,   /* a range as long as the request is too short */
	FAULT_AREA_ELSEWHERE,  /* the range that was asked for is not looked at */
	FAULT_AREA_HIDDEN,     /* the last one is not named by a walk */
	FAULT_AREA_LAZY,       /* behind each one the same again becomes lazy */
	FAULT_PURGE_UNCOUNTED, /* what is freed is free at once, and no purge is counted */
	FAULT_STATS_AREAS,     /* an area more is counted */
	FAULT_STATS_LAZY,      /* a lazy page more */
	FAULT_STATS_FREE,      /* a free page more */
	FAULT_STATS_LARGEST,   /* the largest free range is a page longer */
	FAULT_STATS_FEWER,     /* no block is counted */
	FAULT_STATS_MORE,      /* a block more */
	FAULT_AREAS_REFUSED,   /* congruent areas: -EBUSY */
	FAULT_AREAS_ERROR,     /* an error that the contract does not have */
	FAULT_AREAS_LOWER,     /* not the highest base, but the next one */
	FAULT_AREAS_APART,     /* the last of them is a page lower */
	FAULT_AREAS_LONG,      /* the last of them has a page more */
	FAULT_AREAS_OVERLAP,   /* areas in use are not seen by the search for them */
	FAULT_AREAS_NO_PURGE,  /* what is freed is lazy, and never purged */
	FAULT_AREAS_NO_FLUSH,  /* what is freed is lazy, and handed out without a purge */
	FAULT_AREAS_NOT_FOUND, /* find_vmap_area() finds none of them */
	FAULT_VMAP_CREATE,     /* a space cannot be made */
	FAULT_VMAP_VERIFY,     /* the verifier reports */

	/* Mappings. */
	FAULT_NO_FLUSH,	      /* what is unmapped is not flushed */
	FAULT_ALIAS,	      /* nor is it handed out again, until vm_unmap_aliases() */
	FAULT_NO_UNMAP,	      /* an area is given back with its pages mapped */
	FAULT_RAM_REFUSED,    /* vm_map_ram() returns 0 */
	FAULT_RAM_OVERLAP,    /* vm_map_ram() returns the second page of another mapping */
	FAULT_RAM_REVERSED,   /* vm_map_ram() maps the frames in the wrong order */
	FAULT_RAM_SHORT,      /* vm_map_ram() leaves the last page out */
	FAULT_WRITE_LOST,     /* the MMU itself: an access reaches no frame of the machine */
	FAULT_RAM_GFP,	      /* vm_map_ram() may sleep, whatever it is told */
	FAULT_RAM_FRAME_KEPT, /* vm_map_ram() takes a reference to a frame */
	FAULT_RAM_REMAPS,     /* vm_map_ram() maps another frame at the first address in use */
	FAULT_RAM_NO_BLOCK,   /* a short mapping has an area that is no block */
	FAULT_RAM_LONG,	      /* the area of a long mapping has a page more */
	FAULT_RAM_TWO_BLOCKS, /* two blocks are made for a short mapping */
	FAULT_BLOCK_KEPT,     /* a block stays when what was mapped in it is gone */
	FAULT_ALIASES_TWICE,  /* vm_unmap_aliases() flushes what was flushed */

	/* One of two spaces, alone. */
	FAULT_EAGER_CREATE,	/* it cannot be made */
	FAULT_EAGER_REFUSED,	/* -EBUSY */
	FAULT_EAGER_OVERLAP,	/* areas in use are not seen by the search */
	FAULT_EAGER_SHARED,	/* vm_map_ram() returns the second page of another mapping */
	FAULT_EAGER_MISALIGNED, /* areas are aligned to a page, whatever was asked */
	FAULT_EAGER_REVERSED,	/* vm_map_ram() maps the frames in the wrong order */
	FAULT_EAGER_REMAPS,	/* it maps another frame at the first address in use */
	FAULT_EAGER_ONE_MORE,	/* vm_map_ram() makes an area that nobody asked for */
	FAULT_EAGER_LONG,	/* the area of a mapping has a page more */
	FAULT_LAZY_REFUSED,	/* -EBUSY */
	FAULT_LAZY_ONE_MORE,	/* as for the other one */
	FAULT_LAZY_LONG,
	FAULT_POOL_CREATE,     /* as above */
	FAULT_POOL_SHARED,     /* likewise */
	FAULT_POOL_MISALIGNED, /* likewise */
	FAULT_POOL_ONE_MORE,   /* likewise */

	/* What is free and kept ready. */
	FAULT_ZONE_SKIPPED, /* a CPU fetches, and does not look at what it has */
	FAULT_ZONE_OTHER,   /* it takes what CPU 0 has */
	FAULT_ZONE_LARGE,   /* two of a request need fit what is fetched, not three */
	FAULT_ZONE_RANGE,   /* a request for a part of the space is asked of the CPU too */
	FAULT_ZONE_KEPT,    /* a purge leaves it */
	FAULT_POOL_SKIPPED, /* pools are not looked at */
	FAULT_POOL_LARGER,  /* a page is taken from a pool of larger ones */
	FAULT_KEPT_TAKEN,   /* the heap hands out what is kept */
	FAULT_KEPT_STAYS,   /* a request that finds no room is refused, and it stays */
	FAULT_KEPT_OVERLAP, /* it is said to begin a page too low */
	FAULT_STATS_KEPT,   /* a page more is counted */

	/* Areas with an owner. */
	FAULT_VM_NOT_FOUND,   /* no address is an area's */
	FAULT_VM_NO_GUARD,    /* none in a guard page is */
	FAULT_VM_FLAGS,	      /* every area may be mapped to users */
	FAULT_VM_GUARD,	      /* the last frame is mapped once more, behind */
	FAULT_VM_ERROR,	      /* an error that the contract does not have */
	FAULT_VM_UNALIGNED,   /* device memory is aligned to a page */
	FAULT_VM_KEPT,	      /* no area can be removed */
	FAULT_VM_BUSY,	      /* map_vm_area() finds something mapped */
	FAULT_VM_AGAIN,	      /* or maps anew what is */
	FAULT_VM_NO_MEMORY,   /* or has no memory */
	FAULT_VM_PARTLY,      /* and leaves the first page mapped */
	FAULT_VMAP_REFUSED,   /* vmap() returns 0 */
	FAULT_VMAP_REVERSED,  /* vmap() maps the frames in the wrong order */
	FAULT_VMAP_REMAPS,    /* vmap() maps another frame at the first address in use */
	FAULT_UNMAP_SHORT,    /* unmap_kernel_range() leaves the last page out */
	FAULT_UNMAP_MORE,     /* and takes one in front of the first */
	FAULT_UNMAP_BEHIND,   /* or one behind the last */
	FAULT_UNMAP_NO_FLUSH, /* or does not flush */
	FAULT_LIST_TWICE,     /* an area is listed twice */
	FAULT_LIST_LONG,      /* each with a page more than it has */
	FAULT_LIST_SHORT,     /* one is not listed */
	FAULT_LIST_EXTRA,     /* one is listed behind all others that there is not */
	FAULT_LIST_KIND,      /* all are areas of vmap() */
	FAULT_LIST_PAGES,     /* a page more is said to be mapped */
	FAULT_LIST_NODES,     /* each has a frame of node 7 more */
	FAULT_LIST_CALLER,    /* nobody's */
	FAULT_INFO_USED,      /* a page more is counted as used */
	FAULT_INFO_TOTAL,     /* or in all */
	FAULT_INFO_CHUNK,     /* or the largest gap is all there is */

	/* vmalloc(), and what is done with its memory. */
	FAULT_VMALLOC_REFUSED,	   /* it returns 0 */
	FAULT_VMALLOC_NOT_ZEROED,  /* nothing is zeroed */
	FAULT_VMALLOC_HALF_ZEROED, /* or the first half of the pages */
	FAULT_VMALLOC_NODE,	   /* frames are those of another node */
	FAULT_VMALLOC_SHORT,	   /* the last page is not mapped */
	FAULT_VMALLOC_ONE_FRAME,   /* or is the first frame again */
	FAULT_REMAP_WRAPS,	   /* a sum beyond 2^64 is as what is left of it */
	FAULT_REMAP_GUARD,	   /* a page more than there is may be mapped */
	FAULT_REMAP_ANY,	   /* what is for no user, too */
	FAULT_REMAP_INSIDE,	   /* from an address within, too */
	FAULT_REMAP_REFUSED,	   /* nothing may be mapped */
	FAULT_REMAP_PARTLY,	   /* a refusal leaves the first page mapped */
	FAULT_REMAP_SHIFTED,	   /* the pages left out are mapped */
	FAULT_REMAP_NO_REF,	   /* the user has no reference */
	FAULT_VREAD_NONE,	   /* nothing is read */
	FAULT_VREAD_MORE,	   /* or said to be more than was asked */
	FAULT_VREAD_FEWER,	   /* or less */
	FAULT_VREAD_SHIFTED,	   /* the wrong page is read */
	FAULT_VREAD_GUARD,	   /* a guard page is left as it was in the buffer */
	FAULT_VREAD_HOLE,	   /* or where nothing is mapped */
	FAULT_VREAD_IOREMAP,	   /* device memory is read */
	FAULT_VREAD_BEHIND,	   /* or what is nobody's */

	/* Per-CPU objects. */
	FAULT_PCPU_OVERLAP,	 /* objects in use are not seen by the search */
	FAULT_PCPU_MISALIGNED,	 /* objects are aligned to 4 bytes, whatever was asked */
	FAULT_PCPU_STATIC,	 /* the static bytes of the first chunk are served */
	FAULT_PCPU_HIDDEN,	 /* and so is what lies behind its last byte */
	FAULT_PCPU_TOO_LARGE,	 /* what does not fit into a unit is served with a unit */
	FAULT_PCPU_ONE_COPY,	 /* every CPU has the same frames */
	FAULT_PCPU_CLEARS_MORE,	 /* a word behind the object is cleared as well */
	FAULT_PCPU_NOT_ZEROED,	 /* objects are as their memory was */
	FAULT_PCPU_NOT_MAPPED,	 /* the last page of a chunk is not mapped */
	FAULT_PCPU_REFUSED,	 /* no chunk is made */
	FAULT_PCPU_NEW_CHUNK,	 /* a chunk is made for each object */
	FAULT_PCPU_CREATE,	 /* an allocator cannot be made */
	FAULT_PCPU_VERIFY,	 /* the verifier reports */
	FAULT_PCPU_PAGE_KEPT,	 /* a chunk's first frame is not given back */
	FAULT_PCPU_ERROR_KEEPS,	 /* nor is any, when the rest of the chunk cannot be had */
	FAULT_PCPU_NOT_FREED,	 /* free_percpu() does nothing */
	FAULT_PCPU_META_KEPT,	 /* a freed object's structure is not given back */
	FAULT_PCPU_PHYS,	 /* the physical address of a copy is a word too high */
	FAULT_FREE_REFUSED,	 /* no address is an object's */
	FAULT_MISFREE_TAKEN,	 /* nobody is told of an address that cannot be freed */
	FAULT_MISFREE_NAME,	 /* they are told another reason */
	FAULT_RESERVED_REFUSED,	 /* no reserved object is served */
	FAULT_RESERVED_DYNAMIC,	 /* reserved objects come from the dynamic region */
	FAULT_RESERVED_BEHIND,	 /* or from another chunk */
	FAULT_DYNAMIC_RESERVED,	 /* dynamic objects come from the reserved region */
	FAULT_STATIC_NOT_COPIED, /* the last CPU's static region is as its memory was */
	FAULT_STATIC_WRITTEN,	 /* a free writes to the static region */
	FAULT_STATIC_ALL,	 /* every address is a static one */
	FAULT_STATIC_NONE,	 /* none is */
	FAULT_STATIC_LONG,	 /* the first byte behind the region is one */
	FAULT_PCPU_WORK,	 /* a search takes a thousand steps */

	/* The second of two allocators, alone. */
	FAULT_TWIN_OVERLAP,    /* objects in use are not seen by the search */
	FAULT_TWIN_MISALIGNED, /* objects are aligned to 4 bytes, whatever was asked */
	FAULT_TWIN_REFUSED,    /* no chunk is made */
	FAULT_TWIN_NOT_FREED,  /* free_percpu() does nothing */
	FAULT_TWIN_CREATE,     /* it cannot be made */
	FAULT_TWIN_LARGER,     /* an object has a word more than was asked for */

	/* Units, and what is said of them. */
	FAULT_UNITS_OVERLAP,	 /* the last CPU's begins a page too low */
	FAULT_UNITS_UNALIGNED,	 /* or a word too high */
	FAULT_LAYOUT_IMPOSSIBLE, /* a CPU that is not possible has one */
	FAULT_LAYOUT_TWICE,	 /* a CPU has two */
	FAULT_LAYOUT_MISSING,	 /* a CPU has none */
	FAULT_LAYOUT_WASTE,	 /* too many have no CPU */
	FAULT_LAYOUT_EMPTY,	 /* the first of a group has no CPU */
	FAULT_LAYOUT_PART,	 /* a group ends within an allocation */
	FAULT_LAYOUT_REMOTE,	 /* a group has a CPU of another */
	FAULT_LAYOUT_OFFSET,	 /* two CPUs have each other's */
	FAULT_LAYOUT_SIZE,	 /* more is allocated than they need */
	FAULT_LAYOUT_REGIONS,	 /* a region is larger than was asked for */
	FAULT_LAYOUT_SHIFTED,	 /* a group begins a unit too late */
	FAULT_LAYOUT_NO_GROUP,	 /* the last one is of no group */

	/* Boot memory (faulty_boot.c). */
	FAULT_BOOT_CREATE,	   /* it cannot be made */
	FAULT_BOOT_SETUP,	   /* or not be set up */
	FAULT_BOOT_REGISTER_TWICE, /* what begins at 0 is registered twice */
	FAULT_BOOT_REGISTER_TEN,   /* what begins with page 10 is */
	FAULT_BOOT_REGISTER_PAGES, /* ends are trimmed to pages before anybody looks at them */
	FAULT_BOOT_META_KEPT,	   /* nothing is forgotten */
	FAULT_BOOT_VERIFY,	   /* what is sound is said not to be */
	FAULT_BOOT_OVERLAP,	   /* a request gets what the one before it got */
	FAULT_BOOT_MIDDLE,	   /* or what begins 64 bytes behind what it should */
	FAULT_BOOT_MISALIGNED,	   /* or a byte behind */
	FAULT_BOOT_OUTSIDE,	   /* or what is beyond all memory */
	FAULT_BOOT_HOLE,	   /* or page 64 */
	FAULT_BOOT_LIMIT,	   /* limits do not count */
	FAULT_BOOT_GOAL,	   /* goals do not */
	FAULT_BOOT_NODE,	   /* nodes do not */
	FAULT_BOOT_CROSSES,	   /* each request may cross */
	FAULT_BOOT_REFUSED,	   /* none is served that is not for 100 bytes */
	FAULT_BOOT_NOT_PACKED,	   /* each begins a page */
	FAULT_BOOT_MORE,	   /* a page more than was asked for is taken, or reserved */
	FAULT_BOOT_TWIN_MORE,	   /* by rootmem alone */
	FAULT_BOOT_RESERVE_SHORT,  /* the last byte is not reserved */
	FAULT_BOOT_FREE_NOTHING,   /* nothing is freed */
	FAULT_BOOT_FREE_WHOLE,	   /* pages of which there is a part are not looked at */
	FAULT_BOOT_ERROR,	   /* what reserves and frees ends in -ENOMEM */
	FAULT_BOOT_SERVED,	   /* what must be refused is told of, and returns as if done */
	FAULT_BOOT_SILENT,	   /* nobody is told of a refusal */
	FAULT_BOOT_NAME,	   /* another reason is told */
	FAULT_BOOT_BYTES,	   /* or another place */
	FAULT_BOOT_GIVE_TWICE,	   /* the first block is handed over again */
	FAULT_BOOT_GIVE_LESS,	   /* it is not handed over */
	FAULT_BOOT_GIVE_HALVES,	   /* it is, in two halves */
	FAULT_BOOT_GIVE_LARGE,	   /* as if it had 2048 pages */
	FAULT_BOOT_GIVE_SHIFTED,   /* from the second page on */
	FAULT_BOOT_GIVE_DOUBLE,	   /* with as much again behind it */
	FAULT_BOOT_GIVE_COUNT,	   /* a page more is counted */
	FAULT_BOOT_GIVE_REFUSED,   /* a page is handed over by a call that is refused */
	FAULT_BOOT_STATS_META,	   /* a word of metadata too many */
	FAULT_BOOT_STATS_FREE,	   /* a free page too many, without another to make up for it */
	FAULT_BOOT_PAGE_NODE,	   /* each page is of the next node */
	FAULT_BOOT_PAGE_FREE,	   /* page 3 is free if it is not */
	FAULT_COMPAT_GARBAGE,	   /* what the old calls give is not zeroed */
	FAULT_COMPAT_SHORT,	   /* its last byte is not */
	FAULT_COMPAT_MORE,	   /* nor only it: a word behind it is, too */
	FAULT_COMPAT_BEFORE,	   /* or a word in front */
	FAULT_COMPAT_NO_PAGE,	   /* what must begin a page does not */

	/* What a task leaves behind, or never leaves: on free_percpu(). */
	FAULT_LEAVES_PREEMPT,
	FAULT_LEAVES_IRQ,
	FAULT_LEAVES_LOCK,
	FAULT_LEAVES_RCU,
	FAULT_WAITS,
	FAULT_SPINS,
};

/** faulty_choose() - misbehave like this from now on */
void faulty_choose(enum fault fault);

/* Is this the fault that was chosen? */
bool faulty(enum fault fault);

/* What the two allocators share: how many operations are under way in a space. */
struct vmap_space;
void faulty_enter(struct vmap_space *vs);
void faulty_leave(struct vmap_space *vs);

/** faulty_check_quiet() - the executor said "quiet": then nobody may be inside. ORACLE_CRASH */
void faulty_check_quiet(struct vmap_space *vs, bool quiet);

/** struct faulty_verified - calls of pcpu_verify() since the last boot, and how many were quiet */
struct faulty_verified {
	u32 calls, quiet;
};

struct faulty_verified faulty_verified(void);

#endif

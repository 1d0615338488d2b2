/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap_backend.h - the vmap layer as operations and oracles see it: a table of functions, and the
 * promises of its implementation.
 *
 * An operation drives an instance: v->be->vm_map_ram(v->ctx, ...). It does not know whose code
 * that is. A back end that lacks a function leaves its member NULL, and programs that need it are
 * refused before they run (implementation.h). An oracle judges what the capabilities promise, and
 * nothing else.
 *
 * This header uses no type of an allocator, so that a back end may include the headers of its own
 * allocator too. Areas are opaque: only the back end looks into them.
 *
 * Errors are those of the kernel: -EINVAL, -ENOMEM (metadata, page frames, table pages), -EBUSY
 * (no such range is free). "Context: any" includes interrupts; other functions may sleep.
 */
#ifndef MM_HARNESS_VMAP_BACKEND_H
#define MM_HARNESS_VMAP_BACKEND_H

#include "machine/machine.h"
#include "program/event.h"

struct page;

/* An area in use, as the back end knows it. */
struct vmap_handle;

/* vmap_owner.flags, as in Linux. */
#define VMAP_OWNER_IOREMAP 1u
#define VMAP_OWNER_ALLOC 2u
#define VMAP_OWNER_MAP 4u
#define VMAP_OWNER_USERMAP 8u

/* VM_IOREMAP areas are aligned to their size, up to so many bytes. */
#define VMAP_IOREMAP_ALIGN (512 * PAGE_SIZE)

/**
 * enum vmap_cache - where free addresses are held ready, besides the heap that all CPUs share
 * @VMAP_CACHE_NONE:    nowhere
 * @VMAP_CACHE_BY_CPU:  a CPU fetches a range that serves several small requests; first fit
 * @VMAP_CACHE_BY_NODE: a node keeps purged areas by their size, for requests of that size
 */
enum vmap_cache { VMAP_CACHE_NONE, VMAP_CACHE_BY_CPU, VMAP_CACHE_BY_NODE };

/* vmap_caps.misses: a search looks at every range. */
#define VMAP_MISSES_ANY UINT32_MAX

/**
 * struct vmap_caps - what a back end promises
 * @complete:     a request that may sleep is refused only if no free range fits it, lazily freed
 *                and cached ranges included
 * @lowest:       the heap serves a request at the lowest address that fits
 * @highest:      congruent areas get the highest base at which all are free
 * @lazy:         freed areas stay unavailable until a purge; false: they are flushed and free
 *                when the call returns
 * @purge_empties: after purge_vmap_area_lazy() nothing is cached
 * @drops_blocks: vm_unmap_aliases(), and a request that is refused for want of addresses, give up
 *                all blocks in which nothing is mapped
 * @strict_areas: the offsets and sizes of congruent areas are multiples of their alignment, and
 *                their base lies in the space even if no area does
 * @sleeps:       its functions may sleep, or take locks that are not safe in interrupts: no
 *                operation on a space stands in one
 * @reads_ram:    vread() reads short mappings; false: as zeroes
 * @remaps_inside: remap_vmalloc_range() serves an address of a page inside of an area, and finds
 *                that the area is too short page by page
 * @walks_nodes:  a walk over the areas in use asks each node at each step
 * @misses:       free ranges that are long enough and do not fit because of their alignment, before
 *                the heap considers only ranges of size + align - PAGE_SIZE bytes. 0: a request
 *                that is aligned to more than a page is sure to find only ranges of size + align
 *                bytes, unless its own range is as long as the request
 * @block_max:    pages of the largest request that vm_map_ram() serves from a block; 0: it has no
 *                blocks. The area of a block is aligned to its size
 * @cache:        enum vmap_cache; requests for a part of the space, and those too large for the
 *                cache, go to the heap
 * @cache_parts:  by CPU: a request of up to one such part of a fetched range is asked of the cache
 * @cache_refill: by CPU: a CPU fetches only if its longest range has less than so many bytes
 * @cache_misses: by node: ranges of the right size that are looked at for their alignment
 */
struct vmap_caps {
	bool complete;
	bool lowest;
	bool highest;
	bool lazy;
	bool purge_empties;
	bool drops_blocks;
	bool strict_areas;
	bool sleeps;
	bool reads_ram;
	bool remaps_inside;
	bool walks_nodes;
	u32 misses;
	u32 block_max;
	u32 cache;
	u32 cache_parts;
	u32 cache_refill;
	u32 cache_misses;
};

/**
 * struct vmap_params - how a space is made; a back end may ignore what it has no use for
 * @start, @size: its addresses, in bytes; multiples of the page size
 * @block_pages:  pages of a block; 0: the back end computes them
 * @lazy_pages:   lazily freed pages that may gather before a purge
 * @zone_pages:   pages that a CPU fetches at once; 0: the back end computes them; 1: CPUs fetch
 *                nothing
 * @nodes:        nodes that cache by size; 0: the back end computes them
 * @notice:       is told, in the words of a kernel, that a request found the space full. Called
 *                with no lock held, perhaps by two tasks at once. May be NULL
 * @arg:          first argument of @notice
 */
struct vmap_params {
	u64 start, size;
	u32 block_pages;
	u32 lazy_pages;
	u32 zone_pages;
	u32 nodes;
	void (*notice)(void *arg, const char *text);
	void *arg;
};

/**
 * struct vmap_instance - a space of a world
 * @be:          its back end
 * @ctx:         the back end's own: vmap_backend.ctx_size bytes
 * @start, @end: its addresses
 * @block_pages: pages of its blocks; 0: it has none
 * @fetch:       VMAP_CACHE_BY_CPU: bytes that a CPU fetches at once; 0: CPUs fetch nothing
 */
struct vmap_instance {
	const struct vmap_backend *be;
	void *ctx;
	u64 start, end;
	u32 block_pages;
	u64 fetch;
};

/**
 * struct vmap_account - what a space says that it holds
 * @areas:        areas in use, those of blocks included
 * @busy_pages:   pages in them
 * @lazy_pages:   pages lazily freed and not yet purged
 * @free_pages:   free pages, cached ones included
 * @cached_pages: of these, those that are cached
 * @blocks:       vmap blocks
 * @purges:       purges since the space was made
 * @largest_free: bytes of the largest free range of the heap
 */
struct vmap_account {
	u64 areas;
	u64 busy_pages;
	u64 lazy_pages;
	u64 free_pages;
	u64 cached_pages;
	u64 blocks;
	u64 purges;
	u64 largest_free;
};

/**
 * struct vmap_owner - an area of the vmalloc interface
 * @addr:   its first address
 * @size:   bytes, guard page included
 * @flags:  VMAP_OWNER_*
 * @caller: the string that its maker gave
 */
struct vmap_owner {
	u64 addr, size;
	u64 flags;
	const char *caller;
};

/**
 * struct vmap_totals - the three numbers of /proc/meminfo
 * @total:         bytes of the space
 * @used:          bytes in use, those of blocks included, lazily freed ones not
 * @largest_chunk: bytes of the largest gap between areas in use
 */
struct vmap_totals {
	u64 total, used, largest_chunk;
};

/* A range of addresses; of a cached one, @owner is the CPU or node that it is cached for. */
typedef void vmap_range_fn(u64 start, u64 end, void *arg);
typedef void vmap_cached_fn(u64 start, u64 end, unsigned int owner, void *arg);

/**
 * struct vmap_backend - an implementation of the vmap layer
 * @name:     its kind, as in "machine vmap=zone" and in the tables of targets
 * @help:     one line
 * @caps:     what it promises
 * @ctx_size: bytes of memory that @create finds at vmap_instance.ctx. It is kept from run to run
 *            and holds what the last run left there
 *
 * @create:  make a space: params are copied, but for what they point to. Sets all members of
 *           @v but be and ctx. 0; -EINVAL (params); -ENOMEM, and nothing is kept. May sleep
 * @destroy: take it down; also after @create has failed. Areas in use are a leak then:
 *           ORACLE_LEAK_AREA. May sleep
 * @verify:  recompute all that the space remembers and report what differs. @quiet: no other task
 *           is inside of an operation; without it only what holds at every scheduling point is
 *           checked. Takes no locks. May be NULL
 * @account: what it says that it holds; takes locks. May be NULL: nothing is compared. Any context
 * @event:   how often a run event of a space has happened since @create. NULL: none is counted
 * @owed:    what background work has to do, as a clause, if nothing will make it run; else NULL.
 *           Called while nothing is in flight; no lock, no scheduling point. NULL: background work
 *           is not judged
 *
 * Ranges, for models. No scheduling point is passed where nothing else is said, nor may @fn pass
 * one. NULL: unknown, and addresses are then not judged.
 *
 * @for_each_area:   each area in use, in order of address; takes locks, and may be called while
 *                   others are at work: areas that come or go meanwhile are met or not. Any context
 * @for_each_busy:   the same at a quiet moment, in no order, without a lock
 * @for_each_lazy:   each area lazily freed and not yet purged, in no order
 * @for_each_cached: each free range that is cached, in no order. Ranges that none of these three
 *                   names are free in the heap
 * @cache_owner:     the owner that @for_each_cached names for what serves a CPU
 *
 * Addresses with nothing mapped:
 *
 * @alloc_vmap_area: @size bytes at a multiple of @align, within [@from, @to); the purge that it
 *                   may need is made only if @gfp allows to sleep. ERR_PTR: -EBUSY, -ENOMEM
 * @free_vmap_area:  unmap an area and give it back. Any context
 * @find_vmap_area:  the area in use that contains an address, or NULL. Any context
 * @area_start:      first address of an area
 * @area_size:       its bytes
 * @purge:           free what is lazily freed, with one flush. May sleep
 * @get_vm_areas:    congruent areas at base + offset[i], of size[i] bytes, the base a multiple of
 *                   @align: all of them or none. 0; -EBUSY, -ENOMEM. May sleep
 * @free_vm_areas:   unmap them and give them back together. Any context
 *
 * Short mappings:
 *
 * @vm_map_ram:       map @nr frames. The address, or 0: no space or no memory
 * @vm_unmap_ram:     undo it; @nr as given to it. Any context
 * @vm_unmap_aliases: on return no CPU holds a translation that was unmapped before the call.
 *                    Nothing is flushed twice. May sleep
 *
 * The vmalloc interface. Each area has a guard page at its end, which is never mapped; sizes that
 * are given leave it out. @caller outlives the area and is the same pointer in struct vmap_owner.
 *
 * @get_vm_area:    addresses with an owner, within [@from, @to), nothing mapped; those with
 *                  VMAP_OWNER_IOREMAP aligned to their size. 0, and @addr receives the address;
 *                  -EBUSY, -ENOMEM, -EINVAL
 * @find_vm_area:   the owner of the area that contains an address, guard page included. False:
 *                  there is none. Any context
 * @remove_vm_area: unmap the area that begins at an address, and remove its owner after copying it
 *                  to @o. False: none begins there. Any context
 * @map_vm_area:    map frames from the start of the area that begins at @addr up to its guard
 *                  page: all or nothing. 0; -EBUSY (something is mapped there), -ENOMEM
 * @unmap_kernel_range: unmap and flush a part of an area. Any context
 * @vmap:           map @nr frames that stay the caller's. @flags: 0 or VMAP_OWNER_USERMAP. The
 *                  address, or 0. May sleep
 * @vunmap:         undo it. May sleep
 * @vmalloc:        memory of page frames from anywhere, those of @node first; the frames belong to
 *                  "vmalloc". Zeroed with __GFP_ZERO. The address, or 0
 * @vfree:          give it back; in atomic context a worker does. Any context
 * @remap_vmalloc_range: map @nr pages of a VMAP_OWNER_USERMAP area to a user, from its page @pgoff
 *                  on: page[i] receives each frame, with a reference. 0 or -EINVAL. May sleep
 * @vread:          read @size bytes at any address; unmapped pages read as zeroes. The number of
 *                  bytes up to the end of the last area that was met. May sleep
 * @vmallocinfo:    a line an area, in order of address, as in /proc/vmallocinfo (vmalloc.h has the
 *                  form). Any context
 * @totals:         get_vmalloc_info(). Any context
 */
struct vmap_backend {
	const char *name;
	const char *help;
	struct vmap_caps caps;
	size_t ctx_size;

	int (*create)(struct vmap_instance *v, struct machine *m, const struct vmap_params *p);
	void (*destroy)(void *ctx);
	void (*verify)(void *ctx, bool quiet);
	void (*account)(void *ctx, struct vmap_account *a);
	u64 (*event)(void *ctx, enum run_event e);
	const char *(*owed)(void *ctx);

	void (*for_each_area)(void *ctx, vmap_range_fn *fn, void *arg);
	void (*for_each_busy)(void *ctx, vmap_range_fn *fn, void *arg);
	void (*for_each_lazy)(void *ctx, vmap_range_fn *fn, void *arg);
	void (*for_each_cached)(void *ctx, vmap_cached_fn *fn, void *arg);
	unsigned int (*cache_owner)(void *ctx, unsigned int cpu);

	struct vmap_handle *(*alloc_vmap_area)(void *ctx, u64 size, u64 align, u64 from, u64 to,
					       gfp_t gfp);
	void (*free_vmap_area)(void *ctx, struct vmap_handle *area);
	struct vmap_handle *(*find_vmap_area)(void *ctx, u64 addr);
	u64 (*area_start)(const struct vmap_handle *area);
	u64 (*area_size)(const struct vmap_handle *area);
	void (*purge)(void *ctx);
	int (*get_vm_areas)(void *ctx, const u64 *offset, const u64 *size, u32 nr, u64 align,
			    gfp_t gfp, struct vmap_handle **area);
	void (*free_vm_areas)(void *ctx, struct vmap_handle **area, u32 nr);

	u64 (*vm_map_ram)(void *ctx, struct page **page, u32 nr, gfp_t gfp);
	void (*vm_unmap_ram)(void *ctx, u64 addr, u32 nr);
	void (*vm_unmap_aliases)(void *ctx);

	int (*get_vm_area)(void *ctx, u64 size, u64 flags, u64 from, u64 to, gfp_t gfp,
			   const char *caller, u64 *addr);
	bool (*find_vm_area)(void *ctx, u64 addr, struct vmap_owner *o);
	bool (*remove_vm_area)(void *ctx, u64 addr, struct vmap_owner *o);
	int (*map_vm_area)(void *ctx, u64 addr, struct page **page, gfp_t gfp);
	void (*unmap_kernel_range)(void *ctx, u64 addr, u64 size);
	u64 (*vmap)(void *ctx, struct page **page, u64 nr, u64 flags, const char *caller);
	void (*vunmap)(void *ctx, u64 addr);
	u64 (*vmalloc)(void *ctx, u64 size, int node, gfp_t gfp, u64 flags, const char *caller);
	void (*vfree)(void *ctx, u64 addr);
	int (*remap_vmalloc_range)(void *ctx, u64 addr, u64 pgoff, struct page **page, u64 nr);
	u64 (*vread)(void *ctx, u8 *buf, u64 addr, u64 size);
	void (*vmallocinfo)(void *ctx, void (*line)(const char *text, void *arg), void *arg);
	void (*totals)(void *ctx, struct vmap_totals *t);
};

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap.h - the vmap layer: kernel virtual addresses, and small mappings in them.
 *
 * After "mm: rewrite vmap layer" (2008), with the free space kept in a tree of its
 * own augmented with the largest free range below each node (2019).
 */
#ifndef MM_VMAP_VMAP_H
#define MM_VMAP_VMAP_H

#include "../machine/machine.h"
#include "../machine/page.h"

/**
 * enum vmap_kva - how the addresses of a space are kept
 * @VMAP_LAZY:  free space in an augmented tree, areas in use in a tree and a list, TLBs flushed
 *              for many unmaps at once (2008, 2019)
 * @VMAP_EAGER: what that replaced: a sorted list of areas under one lock, first fit, and a
 *              flush on every CPU at each unmap, under that lock. No vmap blocks and no congruent
 *              areas; nothing waits for a purge
 * @VMAP_ZONE:  as lazy, and each CPU fetches addresses for several requests at once, to be asked
 *              first; areas in use are kept by zone of the address ("mm: vmalloc: Offload
 *              free_vmap_area_lock global lock", 2023)
 * @VMAP_POOL:  as lazy, and what a purge frees is kept by its size for the next request of that
 *              size, in pools of several nodes ("Mitigate a vmap lock contention", 2024)
 */
enum vmap_kva { VMAP_LAZY, VMAP_EAGER, VMAP_ZONE, VMAP_POOL, NR_VMAP_KVAS };

/** vmap_kva_name() - "lazy", "eager", "zone", "pool" */
const char *vmap_kva_name(enum vmap_kva kva);

/**
 * struct vmap_config - how a vmap space is made
 * @kva:            how its addresses are kept
 * @start:          first address, page aligned
 * @size:           bytes, a multiple of the page size
 * @block_pages:    pages of a vmap block; 0: computed from @size and the number of CPUs.
 *                  A power of two, at least twice VMAP_MAX_ALLOC
 * @lazy_max_pages: lazily freed pages that are let to gather before a purge; 0: 32 MiB of them,
 *                  times 1 + log2 of the online CPUs, rounded down. Small test machines want less
 * @zone_pages:     zone: pages that a CPU fetches at once; 0: 100 times 1 + log2 of the possible
 *                  CPUs, rounded down, up to 4 MiB of them; VMAP_ZONES_OFF: none does, as on a
 *                  machine of one CPU. All requests go to the heap then
 * @nodes:          pool: how many, up to VMAP_MAX_NODES; 0: as many as possible CPUs,
 *                  and no more than that
 * @notice:         told, in a kernel's words, that a request found the space full: the first
 *                  time, the second, the fourth, and so on, with how many were not told. NULL:
 *                  nobody is. Called with no lock held, in the context of the request: perhaps by
 *                  two tasks at once, or in an interrupt
 * @arg:            first argument of @notice
 */
struct vmap_config {
	enum vmap_kva kva;
	u64 start;
	u64 size;
	unsigned int block_pages;
	unsigned long lazy_max_pages;
	unsigned int zone_pages;
	unsigned int nodes;
	void (*notice)(void *arg, const char *text);
	void *arg;
};

#define VMAP_ZONES_OFF UINT32_MAX

/* Most nodes of a space of pools; pages of a slice of its addresses; largest area that is pooled.
 */
#define VMAP_MAX_NODES 128u
#define VMAP_SLICE_PAGES 16ull
#define VMAP_POOL_MAX_PAGES 256

/*
 * Free areas that are long enough and do not fit because of their alignment, before a search asks
 * for more than the request: see alloc_vmap_area().
 */
#define VMAP_MAX_MISSES 8

/* Largest request that vm_map_ram() serves from a vmap block, in pages. */
#define VMAP_MAX_ALLOC 64

struct vmap_space;

/**
 * struct vmap_area - a range of kernel virtual addresses in use
 * @va_start: first address
 * @va_end:   behind the last
 *
 * Made by alloc_vmap_area(); the rest of the structure is private to core/vmap.
 */
struct vmap_area;
u64 vmap_area_start(const struct vmap_area *va);
u64 vmap_area_end(const struct vmap_area *va);

/**
 * vmap_create() - make a vmap space
 * @m:   the machine, booted
 * @cfg: copied
 * @out: receives the space
 *
 * Return: 0, -EINVAL (kind, range, block size, nodes), -ENOMEM. Context: may sleep.
 */
int vmap_create(struct machine *m, const struct vmap_config *cfg, struct vmap_space **out);

/** vmap_start(), vmap_end() - the first address of a space, and that behind its last */
u64 vmap_start(const struct vmap_space *vs);
u64 vmap_end(const struct vmap_space *vs);

/** vmap_kva() - the kind of a space, for messages; what it can do is asked by the next functions */
enum vmap_kva vmap_kva(const struct vmap_space *vs);

/** vmap_block_pages() - pages of its vmap blocks, given or computed */
unsigned int vmap_block_pages(const struct vmap_space *vs);

/*
 * What a space can do. Each function answers one question for the whole life of the space, in any
 * context, and passes no scheduling point.
 */

/** vmap_has_blocks() - vm_map_ram() serves up to VMAP_MAX_ALLOC pages from vmap blocks */
bool vmap_has_blocks(const struct vmap_space *vs);

/** vmap_has_congruent_areas() - pcpu_get_vm_areas() works */
bool vmap_has_congruent_areas(const struct vmap_space *vs);

/** vmap_frees_lazily() - a freed area stays in struct vmap_stats.lazy_pages until a purge */
bool vmap_frees_lazily(const struct vmap_space *vs);

/**
 * vmap_serves_lowest() - every request gets the lowest address that fits
 *
 * A space that caches free ranges serves most requests from its caches: false. The exception for
 * alignment is a question of its own: vmap_counts_misses().
 */
bool vmap_serves_lowest(const struct vmap_space *vs);

/**
 * vmap_counts_misses() - a search may pass over a free range that is long enough and aligned
 *
 * It does so after VMAP_MAX_MISSES free ranges that were long enough and did not fit because of
 * their alignment: from there on it takes only ranges of @size + @align - PAGE_SIZE.
 */
bool vmap_counts_misses(const struct vmap_space *vs);

/** vmap_caches_by_cpu() - each CPU prefetches a free range and cuts requests out of it (zone.c) */
bool vmap_caches_by_cpu(const struct vmap_space *vs);

/** vmap_caches_by_size() - each node has free areas of exactly each size (pool.c) */
bool vmap_caches_by_size(const struct vmap_space *vs);

/** vmap_purge_empties_caches() - after purge_vmap_area_lazy() no free range is cached */
bool vmap_purge_empties_caches(const struct vmap_space *vs);

/**
 * vmap_destroy() - take it down
 * @vs: the space; NULL is allowed
 *
 * Empty and fragmented vmap blocks are purged, lazily freed areas too. What is then left is
 * the user's leak: ORACLE_LEAK_AREA. Context: may sleep; no other user is left.
 */
void vmap_destroy(struct vmap_space *vs);

/**
 * alloc_vmap_area() - a range of addresses, nothing mapped in it
 * @vs:     the space
 * @size:   bytes, a multiple of the page size, from one page
 * @align:  a power of two, at least the page size
 * @vstart: the range lies at or above this address
 * @vend:   and ends at or below this one
 * @gfp:    GFP_KERNEL may sleep and may purge; GFP_ATOMIC does neither, and starts a purge
 *          in the background when space is short
 *
 * The lowest address that fits; of a space of zones or pools this is so only where the request goes
 * to the heap (zone.c and pool.c say which do). When nothing fits, lazily freed areas are purged
 * once and the search is made again from the start. With an alignment above a page, holes of a lazy
 * space that are long enough may be passed over (free.c says which), never one of @size + @align -
 * PAGE_SIZE, nor a range that is free and exactly as long as the request.
 *
 * Return: the area, or ERR_PTR: -EINVAL (@size or @align is none of these), -ENOMEM (metadata),
 * -EBUSY (no such range is free). Context: may sleep with GFP_KERNEL, any with GFP_ATOMIC.
 */
struct vmap_area *alloc_vmap_area(struct vmap_space *vs, u64 size, u64 align, u64 vstart, u64 vend,
				  gfp_t gfp);

/**
 * free_unmap_vmap_area() - unmap an area and give it back, lazily
 * @vs: the space
 * @va: from alloc_vmap_area(); the caller is its only user
 *
 * Translations are cleared now; they are flushed, and the range is free again, at the next
 * purge, or before the return if the space is eager. Context: any, interrupts included: the purge
 * is then left to deferred work.
 */
void free_unmap_vmap_area(struct vmap_space *vs, struct vmap_area *va);

/* Areas that one call of pcpu_get_vm_areas() may ask for. */
#define VM_AREAS_MAX 1024

/**
 * pcpu_get_vm_areas() - congruent areas: several, at given distances, nothing mapped in them
 * @vs:      the space
 * @offsets: of each area from a base that is the same for all, a multiple of the page size; in
 *           any order
 * @sizes:   of each area in bytes, a multiple of the page size, from one page. No two overlap
 * @nr:      areas, 1 to VM_AREAS_MAX
 * @align:   of the base: a power of two, at least the page size
 * @gfp:     GFP_KERNEL
 * @vas:     receives the areas, in the order of the request: [base + offset, + size). Without
 *           meaning after an error
 *
 * All of them or none, at the highest base at which all are free. The base itself lies in the
 * space only if an offset is 0. Of every kind of space but VMAP_EAGER. When there is none, lazily
 * freed areas are purged once and the search is made again from the top. After "implement and use
 * sparse embedding first chunk allocator" (2009); vm_areas.c says how.
 *
 * Return: 0; -EOPNOTSUPP (a space of another kind); -EINVAL (@nr or @align out of its range, an
 * offset or a size that is no multiple of a page, a size of 0, an area that ends beyond 2^64, two
 * that overlap, @gfp that forbids to sleep), -ENOMEM (metadata), -EBUSY (no such base, as when they
 * span more than the space). Context: may sleep.
 */
int pcpu_get_vm_areas(struct vmap_space *vs, const u64 *offsets, const u64 *sizes, unsigned int nr,
		      u64 align, gfp_t gfp, struct vmap_area **vas);

/**
 * pcpu_free_vm_areas() - unmap areas and give them back, lazily and all together
 * @vs:  the space
 * @vas: from pcpu_get_vm_areas(); the caller is their only user
 * @nr:  as given to it
 *
 * As free_unmap_vmap_area() for each, with at most one purge for all. Context: any.
 */
void pcpu_free_vm_areas(struct vmap_space *vs, struct vmap_area **vas, unsigned int nr);

/**
 * find_vmap_area() - the area in use that contains an address
 *
 * Return: the area, or NULL. The caller keeps it from being freed. Context: any.
 */
struct vmap_area *find_vmap_area(struct vmap_space *vs, u64 addr);

/**
 * vm_map_ram() - map pages for a short time
 * @vs:    the space
 * @pages: the frames, all in use
 * @count: how many, from 1. Up to VMAP_MAX_ALLOC from a vmap block of the CPU; more, and all
 *         in an eager space, from an area of their own
 * @gfp:   GFP_KERNEL, or GFP_ATOMIC in atomic context and interrupts
 *
 * Return: the address, or 0: no space, no memory, or @count is 0. ORACLE_PTE_BUSY if something is
 * mapped at the addresses already. Context: may sleep with GFP_KERNEL, any with GFP_ATOMIC.
 */
u64 vm_map_ram(struct vmap_space *vs, struct page **pages, unsigned int count, gfp_t gfp);

/**
 * vm_unmap_ram() - undo vm_map_ram()
 * @vs:    the space
 * @addr:  what it returned
 * @count: as given to it
 *
 * Lazy as free_unmap_vmap_area(). ORACLE_COUNT (@count is 0, or is not what is mapped there),
 * ORACLE_ALIGNMENT (@addr is no page), ORACLE_RANGE (it lies outside of the space, where nothing
 * begins, or in an area of the vmalloc interface). Context: any, interrupts included.
 */
void vm_unmap_ram(struct vmap_space *vs, u64 addr, unsigned int count);

/**
 * vm_unmap_aliases() - flush every lazily cleared translation
 * @vs: the space
 *
 * On return no CPU holds a translation that was unmapped before the call, those in vmap
 * blocks included, whether a block is full or not. Nothing is flushed twice. Fragmented
 * blocks are purged on the way. An eager space has nothing to do. Context: may sleep.
 */
void vm_unmap_aliases(struct vmap_space *vs);

/**
 * purge_vmap_area_lazy() - free what is lazily freed, with one flush
 * @vs: the space
 *
 * Waits for a purge that is under way. An eager space has nothing to do. Context: may sleep.
 */
void purge_vmap_area_lazy(struct vmap_space *vs);

/**
 * struct vmap_stats - what a space holds, as of now
 * @areas:      areas in use, those of vmap blocks included
 * @busy_pages: pages in them
 * @lazy_pages: pages lazily freed and not yet purged
 * @free_pages: pages free, those cached included
 * @cached_pages: of these, what CPUs have fetched, and pools
 * @blocks:     vmap blocks
 * @purges:     purges since the space was made
 * @largest_free: bytes of the largest free range of the heap
 */
struct vmap_stats {
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
 * vmap_stats() - what a space holds
 *
 * While others are at work each number is of some moment of the call if the space is lazy or eager.
 * In zones and pools numbers are sums over CPUs and nodes, each read at its own moment: what moves
 * on meanwhile may be counted twice or not at all. Context: any.
 */
void vmap_stats(struct vmap_space *vs, struct vmap_stats *st);

/**
 * enum vmap_event - what is right and may be hard to bring about, most of it of zones and pools
 * @VMAP_PREFETCH:        a CPU fetched a range for its cache
 * @VMAP_PREFETCH_EXTRA:  of these, one between the decision to fetch and whose end another range
 * was fetched for the same cache
 * @VMAP_PREFETCH_LOST:   a task found another one fetching for its CPU, and went to the heap
 * @VMAP_CPU_LEFT:        a task took addresses from the cache of a CPU, or the pools of a CPU's
 * node, that it had been moved away from between reading its number and locking
 * @VMAP_EMPTIED_IN_FILL: a purge took what there was from a cache for which a task had begun to
 * fetch
 * @VMAP_LAZY_TWICE:      of two purges, the second of which began before the first had ended, both
 *                        took lazily freed areas of the same node
 * @VMAP_POOL_HIT:        a request was served from a pool
 * @VMAP_POOL_DECAY:      an area went from a pool back to the heap
 */
enum vmap_event {
	VMAP_PREFETCH,
	VMAP_PREFETCH_EXTRA,
	VMAP_PREFETCH_LOST,
	VMAP_CPU_LEFT,
	VMAP_EMPTIED_IN_FILL,
	VMAP_LAZY_TWICE,
	VMAP_POOL_HIT,
	VMAP_POOL_DECAY,
	NR_VMAP_EVENTS,
};

/** vmap_event_name() - "prefetch", "prefetch-extra" and so on */
const char *vmap_event_name(enum vmap_event event);

/** vmap_events() - how often it has happened since the space was made. Context: any */
u64 vmap_events(struct vmap_space *vs, enum vmap_event event);

/**
 * vmap_verify() - recompute all that the space remembers, and report what differs
 * @vs: the space
 *
 * ORACLE_TREE, ORACLE_LIST, ORACLE_COUNT, ORACLE_HINT, ORACLE_OVERLAP, ORACLE_KVA_BOUND,
 * ORACLE_RANGE (a block and its area, an owner and its), ORACLE_LEAK_AREA (addresses that nobody
 * knows). Takes no locks: a task that is inside of an operation is told of by the caller.
 *
 * @quiet: no other task is inside of an operation, background work included (oldest_ticket()
 * is the caller's); without it only what holds at every scheduling point is checked.
 */
void vmap_verify(struct vmap_space *vs, bool quiet);

/**
 * for_each_vmap_area() - call @fn for every area in use, in order of address
 *
 * For those that are in use from the beginning of the call to its end; those that come or go
 * meanwhile are met or not. @fn must not sleep nor call back. Context: any.
 */
void for_each_vmap_area(struct vmap_space *vs, void (*fn)(u64 start, u64 end, void *arg),
			void *arg);

/**
 * for_each_lazy_area() - call @fn for every area freed lazily and not yet purged, in no order
 *
 * With those in use, all that is not free, if no operation is under way: so free space can be
 * known without asking where the space itself remembers it. For judges: takes no lock and passes
 * no scheduling point, nor may @fn.
 */
void for_each_lazy_area(struct vmap_space *vs, void (*fn)(u64 start, u64 end, void *arg),
			void *arg);

/**
 * for_each_cached_area() - call @fn for every free range that is cached, in no order
 * @fn: told the range, and for which CPU, or in the pools of which node
 *
 * What is neither in use, nor lazily freed, nor this, is in the heap. For judges, as
 * for_each_lazy_area().
 */
void for_each_cached_area(struct vmap_space *vs,
			  void (*fn)(u64 start, u64 end, unsigned int cpu, void *arg), void *arg);

/**
 * for_each_busy_area() - for_each_vmap_area(), for judges, and in no order
 *
 * As for_each_lazy_area() in all else: no lock and no scheduling point. The areas in use must be at
 * rest: no operation is under way.
 */
void for_each_busy_area(struct vmap_space *vs, void (*fn)(u64 start, u64 end, void *arg),
			void *arg);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap.h - the vmap layer: kernel virtual addresses, and small mappings in them.
 *
 * After "mm: rewrite vmap layer" (2008), with the free space in a tree of its own, augmented with
 * the largest free range below each node (2019).
 *
 * A *space* is a range of addresses. An *area* is a part of it that is in use; a freed area is
 * *lazy* until a purge has flushed it, and then *free*. Some kinds of space *cache* free ranges for
 * the next requests.
 */
#ifndef MM_VMAP_VMAP_H
#define MM_VMAP_VMAP_H

#include "../machine/machine.h"
#include "../machine/page.h"

/**
 * enum vmap_kva - kinds of a space: its back end, and its source of free addresses
 * @VMAP_LAZY:  free areas in an augmented tree, areas in use in a tree and a list, one TLB flush
 *              for many unmaps (2008, 2019)
 * @VMAP_EAGER: the layer before that: a sorted list of areas under one lock, first fit, and a flush
 *              on every CPU at each unmap, under that lock. No vmap blocks and no congruent areas;
 *              nothing waits for a purge
 * @VMAP_ZONE:  as lazy, and each CPU prefetches a range for several requests; areas in use are in
 *              several trees, by slices of the addresses ("mm: vmalloc: Offload free_vmap_area_lock
 *              global lock", 2023)
 * @VMAP_POOL:  as lazy, and a purge caches the areas that it frees by size for the next request of
 *              that size, in the pools of several nodes ("Mitigate a vmap lock contention", 2024)
 *
 * Where the addresses are, and how a request is served; vm_areas.c has congruent areas, and block.c
 * vmap blocks:
 *
 *   lazy   Areas in use: a tree and a list. Free areas: the heap, a tree. A request gets the lowest
 *          fit of the heap, in O(log n).
 *   zone   Areas in use: the same for each possible CPU. Free areas: the heap, and a cache for each
 *          CPU. A request is served from the cache of its CPU, which is refilled from the heap;
 * from the heap if it names a range or is larger than a third of a prefetched range. pool   Areas
 * in use: the same for up to 128 nodes. Free areas: the heap, and for each node a pool for each
 * size up to 256 pages. A request is served from the pool of its size of the CPU's node; from the
 * heap if it names a range, is larger, or finds no aligned area. eager  Areas in use: a list. Free
 * areas: the gaps between them. A request gets the lowest fit, in O(n).
 */
enum vmap_kva { VMAP_LAZY, VMAP_EAGER, VMAP_ZONE, VMAP_POOL, NR_VMAP_KVAS };

/** vmap_kva_name() - "lazy", "eager", "zone", "pool" */
const char *vmap_kva_name(enum vmap_kva kva);

/**
 * struct vmap_config - configuration of a space
 * @kva:            its kind
 * @start:          first address, page aligned
 * @size:           bytes, a multiple of the page size
 * @block_pages:    pages of a vmap block, a power of two, at least twice VMAP_MAX_ALLOC; 0:
 *                  computed from @size and the number of CPUs
 * @lazy_max_pages: lazy pages that may gather before a purge; 0: 32 MiB of them, times 1 + log2 of
 *                  the online CPUs, rounded down. Small test machines want less
 * @zone_pages:     zone: pages that a CPU prefetches at once; 0: 100 times 1 + log2 of the
 *                  possible CPUs, rounded down, at most 4 MiB of them. VMAP_ZONES_OFF: no CPU
 *                  prefetches, as on a machine of one CPU, and all requests go to the heap
 * @nodes:          pool: how many, up to VMAP_MAX_NODES; 0: the number of possible CPUs, up to the
 *                  same limit
 * @notice:         called with a text in a kernel's words when a request found the space full: the
 *                  first time, the second, the fourth and so on, with the number of messages
 *                  suppressed. May be NULL. Called without a lock of the space, in the context of
 *                  the request: perhaps by two tasks at once, or in an interrupt
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

#define VMAP_MAX_NODES 128u	/* pool: nodes at most */
#define VMAP_SLICE_PAGES 16ull	/* pool: pages of a slice of the addresses */
#define VMAP_POOL_MAX_PAGES 256 /* pool: pages of the largest area that is cached */
#define VMAP_MAX_MISSES 8	/* see alloc_vmap_area() */
#define VMAP_MAX_ALLOC 64	/* pages of the largest request that vmap blocks serve */

struct vmap_space;

/**
 * struct vmap_area - a range of kernel virtual addresses in use
 * @va_start: first address
 * @va_end:   one past the last
 *
 * From alloc_vmap_area(). The structure is private to core/vmap.
 */
struct vmap_area;
u64 vmap_area_start(const struct vmap_area *va);
u64 vmap_area_end(const struct vmap_area *va);

/**
 * vmap_create() - make a space
 * @m:   the machine, booted
 * @cfg: its configuration, which is copied
 * @out: receives the space
 *
 * Return: 0; -EINVAL: @cfg has a wrong kind, range, block size or number of nodes; -ENOMEM.
 * Context: may sleep.
 */
int vmap_create(struct machine *m, const struct vmap_config *cfg, struct vmap_space **out);

/** vmap_start(), vmap_end() - the first address of a space, and one past the last */
u64 vmap_start(const struct vmap_space *vs);
u64 vmap_end(const struct vmap_space *vs);

/** vmap_kva() - the kind of a space */
enum vmap_kva vmap_kva(const struct vmap_space *vs);

/** vmap_block_pages() - pages of its vmap blocks, given or computed */
unsigned int vmap_block_pages(const struct vmap_space *vs);

/**
 * vmap_destroy() - destroy a space
 * @vs: the space; NULL is allowed
 *
 * Fragmented vmap blocks and lazy areas are purged. An area that is then still in use was leaked by
 * its user: ORACLE_LEAK_AREA. Context: may sleep; no other task uses the space.
 */
void vmap_destroy(struct vmap_space *vs);

/**
 * alloc_vmap_area() - allocate a range of addresses, with nothing mapped in it
 * @vs:     the space
 * @size:   bytes, a multiple of the page size, from one page
 * @align:  a power of two, at least the page size
 * @vstart: the range lies at or above this address
 * @vend:   and ends at or below this one
 * @gfp:    GFP_KERNEL may sleep and may purge; GFP_ATOMIC does neither, and starts a purge in the
 *          background if room is short
 *
 * The request gets the lowest address that fits; in a space of zones or pools only if it goes to
 * the heap (zone.c and pool.c say when). If nothing fits, lazy areas are purged once, caches are
 * emptied into the heap, and the search starts anew.
 *
 * Some requests are refused although they fit:
 *
 *   - with an alignment above a page, after VMAP_MAX_MISSES free ranges that were long enough and
 *     wrongly aligned (free.c); but never while a range of @size + @align - PAGE_SIZE is free, or
 *     while [@vstart, @vend) is free and exactly as long as the request;
 *   - with GFP_ATOMIC, while lazy areas, fragmented blocks or caches hold the room;
 *   - while other tasks have a range in flight between the heap and a cache, or take the range that
 *     the request's own purge has freed.
 *
 * Return: the area, or ERR_PTR: -EINVAL (@size or @align breaks the rules above), -ENOMEM
 * (metadata), -EBUSY (no such range is free). Context: may sleep with GFP_KERNEL, any with
 * GFP_ATOMIC.
 */
struct vmap_area *alloc_vmap_area(struct vmap_space *vs, u64 size, u64 align, u64 vstart, u64 vend,
				  gfp_t gfp);

/**
 * free_unmap_vmap_area() - unmap an area and free it lazily
 * @vs: the space
 * @va: from alloc_vmap_area(); the caller is its only user
 *
 * Translations are cleared now. They are flushed, and the range becomes free, at the next purge; in
 * an eager space before the return. Context: any. In an interrupt a purge is left to deferred work.
 */
void free_unmap_vmap_area(struct vmap_space *vs, struct vmap_area *va);

/* Areas that one call of pcpu_get_vm_areas() may ask for. */
#define VM_AREAS_MAX 1024

/**
 * pcpu_get_vm_areas() - allocate congruent areas: several, at given distances from each other
 * @vs:      the space
 * @offsets: of each area from the common base, a multiple of the page size; in any order
 * @sizes:   of each area in bytes, a multiple of the page size, from one page. No two areas overlap
 * @nr:      areas, 1 to VM_AREAS_MAX
 * @align:   of the base: a power of two, at least the page size
 * @gfp:     GFP_KERNEL
 * @vas:     receives the areas, in the order of the request: [base + offset, + size). Without
 *           meaning after an error
 *
 * All of them or none, at the highest base at which all are free, with nothing mapped in them. The
 * base itself lies in the space only if an offset is 0. If there is no such base, lazy areas are
 * purged once and the search starts anew from the top. After "implement and use sparse embedding
 * first chunk allocator" (2009), see vm_areas.c.
 *
 * Return: 0; -EOPNOTSUPP (an eager space); -EINVAL (@nr or @align out of range, an
 * offset or a size that is no multiple of a page, a size of 0, an area that ends beyond 2^64, two
 * areas that overlap, @gfp that forbids to sleep); -ENOMEM (metadata); -EBUSY (no such base, for
 * instance because the areas span more than the space). Context: may sleep.
 */
int pcpu_get_vm_areas(struct vmap_space *vs, const u64 *offsets, const u64 *sizes, unsigned int nr,
		      u64 align, gfp_t gfp, struct vmap_area **vas);

/**
 * pcpu_free_vm_areas() - unmap congruent areas and free them lazily, all together
 * @vs:  the space
 * @vas: from pcpu_get_vm_areas(); the caller is their only user
 * @nr:  as given to pcpu_get_vm_areas()
 *
 * As free_unmap_vmap_area() for each, with at most one purge for all. Context: any.
 */
void pcpu_free_vm_areas(struct vmap_space *vs, struct vmap_area **vas, unsigned int nr);

/**
 * find_vmap_area() - find the area in use that contains an address
 *
 * Return: the area, or NULL. The caller keeps it from being freed. Context: any.
 */
struct vmap_area *find_vmap_area(struct vmap_space *vs, u64 addr);

/**
 * vm_map_ram() - map pages for a short time
 * @vs:    the space
 * @pages: the frames, all in use
 * @count: how many, from 1. Up to VMAP_MAX_ALLOC pages come from a vmap block of the CPU, if the
 *         space has blocks; all others from an area of their own
 * @gfp:   GFP_KERNEL, or GFP_ATOMIC in atomic context and interrupts
 *
 * A request for a block is refused if no whole aligned block is free, even if @count pages are.
 *
 * Return: the address; 0: no room, no memory, or @count is 0. ORACLE_PTE_BUSY if something is
 * mapped at the addresses already. Context: may sleep with GFP_KERNEL, any with GFP_ATOMIC.
 */
u64 vm_map_ram(struct vmap_space *vs, struct page **pages, unsigned int count, gfp_t gfp);

/**
 * vm_unmap_ram() - undo vm_map_ram()
 * @vs:    the space
 * @addr:  from vm_map_ram()
 * @count: as given to vm_map_ram()
 *
 * Lazy, as free_unmap_vmap_area() is. ORACLE_COUNT: @count is 0, or other than the number of pages
 * mapped there. ORACLE_ALIGNMENT: @addr is no multiple of the page size. ORACLE_RANGE: @addr lies
 * outside of the space, nothing begins there, or the area belongs to the vmalloc interface.
 * Context: any, interrupts included.
 */
void vm_unmap_ram(struct vmap_space *vs, u64 addr, unsigned int count);

/**
 * vm_unmap_aliases() - flush every lazily cleared translation
 * @vs: the space
 *
 * On return no CPU holds a translation that was unmapped before the call, in vmap blocks or
 * elsewhere. Fragmented blocks are purged on the way. Does nothing in a space without blocks.
 * Context: may sleep.
 */
void vm_unmap_aliases(struct vmap_space *vs);

/**
 * purge_vmap_area_lazy() - make all lazy areas free, with one flush
 * @vs: the space
 *
 * Waits for a purge in flight. Does nothing in an eager space. Context: may sleep.
 */
void purge_vmap_area_lazy(struct vmap_space *vs);

/**
 * struct vmap_stats - counts of a space
 * @areas:      areas in use, those of vmap blocks included
 * @busy_pages: pages in them
 * @lazy_pages: pages of lazy areas
 * @free_pages: free pages, cached ones included
 * @cached_pages: free pages in the caches of CPUs and in pools
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
 * vmap_stats() - read the counts of a space
 *
 * While other tasks are at work, each number of a lazy or an eager space is of some moment of the
 * call. In zones and pools the numbers are sums over CPUs and nodes, each read at its own moment:
 * an area that moves meanwhile may be counted twice or not at all. Context: any.
 */
void vmap_stats(struct vmap_space *vs, struct vmap_stats *st);

/**
 * enum vmap_event - rare and legal events, most of them of zones and pools: for tests that they
 * occur
 * @VMAP_PREFETCH:        a CPU prefetched a range
 * @VMAP_PREFETCH_EXTRA:  between the decision to fetch and the end of such a prefetch another range
 *                        was fetched for the same cache
 * @VMAP_PREFETCH_LOST:   a task found another one fetching for its CPU, and went to the heap
 * @VMAP_CPU_LEFT:        a task was migrated between reading its CPU id and taking the lock, and
 *                        took addresses from the cache, or the pools, of the CPU that it had left
 * @VMAP_EMPTIED_IN_FILL: a purge emptied a cache for which a task had begun to fetch
 * @VMAP_LAZY_TWICE:      two purges took lazy areas of the same node, and the second had begun
 *                        before the first had ended
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

/** vmap_events() - how often an event has occurred since the space was made. Context: any */
u64 vmap_events(struct vmap_space *vs, enum vmap_event event);

/**
 * vmap_verify() - recompute all that the space remembers, and report each difference
 * @vs:    the space
 * @quiet: no other task is inside of an operation, background work included (oldest_ticket() is the
 *         caller's). If false, only counts that hold at every scheduling point are checked
 *
 * ORACLE_TREE, ORACLE_LIST, ORACLE_COUNT, ORACLE_HINT, ORACLE_OVERLAP, ORACLE_KVA_BOUND,
 * ORACLE_RANGE (a block or an owner against its area), ORACLE_LEAK_AREA (addresses that no set
 * has). The invariants are listed in area.h, internal.h, block.h and cached.h. Takes no lock and
 * passes no scheduling point.
 */
void vmap_verify(struct vmap_space *vs, bool quiet);

/**
 * vmap_owed() - has background work something to do, with nothing to make it run?
 * @vs: the space
 *
 * Each reason for background work queues it. So whenever no task is inside of an operation or of
 * background work, and that is not queued: no free of vfree() is deferred, and no more pages are
 * lazily freed than may gather, unless a free that was to purge them met a purge in flight.
 *
 * Return: what it should do, as a clause; NULL: nothing. Takes no lock, passes no scheduling point.
 */
const char *vmap_owed(const struct vmap_space *vs);

/**
 * for_each_vmap_area() - call @fn for every area in use, in ascending order
 *
 * The walk meets every area that is in use from the beginning of the call to its end, and any of
 * those that come or go meanwhile. It calls @fn under RCU or the lock of an eager space: @fn must
 * not sleep, and must not call functions of this space. Context: any.
 */
void for_each_vmap_area(struct vmap_space *vs, void (*fn)(u64 start, u64 end, void *arg),
			void *arg);

/**
 * for_each_lazy_area() - call @fn for every lazy area, in no order
 *
 * At a quiescent moment, all addresses that are neither in use nor lazy are free: an oracle learns
 * from this walk what is free without asking the structure under test. For verifiers and oracles:
 * it takes no lock and passes no scheduling point, and @fn must not either.
 */
void for_each_lazy_area(struct vmap_space *vs, void (*fn)(u64 start, u64 end, void *arg),
			void *arg);

/**
 * for_each_cached_area() - call @fn for every cached free range, in no order
 * @fn: receives the range, and the CPU that has it, or the node in whose pools it is
 *
 * At a quiescent moment, all addresses that are neither in use, lazy nor cached are in the heap.
 * For verifiers and oracles, as for_each_lazy_area().
 */
void for_each_cached_area(struct vmap_space *vs,
			  void (*fn)(u64 start, u64 end, unsigned int cpu, void *arg), void *arg);

/**
 * for_each_busy_area() - call @fn for every area in use, in no order, at a quiescent moment
 *
 * For verifiers and oracles, as for_each_lazy_area().
 */
void for_each_busy_area(struct vmap_space *vs, void (*fn)(u64 start, u64 end, void *arg),
			void *arg);

#endif

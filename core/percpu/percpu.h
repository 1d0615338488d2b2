/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * percpu.h - the per-CPU allocator: objects with a copy for every CPU.
 *
 * After "implement and use sparse embedding first chunk allocator" (2009): chunks with a unit for
 * each CPU, at the distances of the first chunk's units. After "percpu: replace area map allocator
 * with bitmap" (2017): the bitmap, and the area map that it replaced, find free areas in a unit.
 * After "percpu: implement kernel memory based chunk allocation" (2010): chunks for machines
 * without an MMU.
 */
#ifndef MM_PERCPU_PERCPU_H
#define MM_PERCPU_PERCPU_H

#include <stdio.h>

#include "../machine/machine.h"
#include "../vmap/vmap.h"

#define PCPU_MIN_ALLOC_SHIFT 2
#define PCPU_MIN_ALLOC_SIZE (1U << PCPU_MIN_ALLOC_SHIFT)

/* The area allocator inside of a chunk. */
enum pcpu_allocator {
	PCPU_BITMAP,  /* a bit for every 4 bytes, with hints */
	PCPU_AREAMAP, /* an array of signed sizes */
	NR_PCPU_ALLOCATORS
};

/* The pages of all chunks after the first one. */
enum pcpu_backing {
	PCPU_VM, /* mapped one by one into congruent areas, on demand */
	PCPU_KM, /* a contiguous block of page frames, all at once; one group only */
	NR_PCPU_BACKINGS
};

/* The memory of the first chunk; "percpu_alloc=" on a kernel's command line. */
enum pcpu_fc {
	PCPU_FC_AUTO,  /* embed, and page if the groups lie too far apart */
	PCPU_FC_EMBED, /* a block of boot memory for each group, near its node, not mapped */
	PCPU_FC_PAGE,  /* page by page, mapped */
	NR_PCPU_FC
};

/** pcpu_fc_name() - "auto", "embed", "page" */
const char *pcpu_fc_name(enum pcpu_fc fc);

/* Why an address cannot be freed. */
enum pcpu_bad_free {
	PCPU_FREE_NO_CHUNK, /* it lies in no chunk's lowest unit */
	PCPU_FREE_OUTSIDE,  /* it lies in a part of the first chunk that is never allocated */
	PCPU_FREE_MIDDLE,   /* it lies inside of an object, or between two addresses of objects */
	PCPU_FREE_TWICE,    /* there is no object: freed before, or never allocated */
	NR_PCPU_BAD_FREE
};

/** pcpu_bad_free_name() - "no-chunk", "outside", "middle", "twice" */
const char *pcpu_bad_free_name(enum pcpu_bad_free why);

/**
 * struct pcpu_fc_provider - boot memory for the first chunk: a block for each group, or page by
 * page
 * @alloc: allocate @size bytes of page frames in a row near CPU @cpu, at a multiple of @align.
 *         Return: their address in the direct map, or 0. @size and @align are multiples of the
 *         page size, @align a power of two
 * @free:  give back whole pages of one call of @alloc, all of them or a part
 * @arg:   the first argument of both
 */
struct pcpu_fc_provider {
	u64 (*alloc)(void *arg, unsigned int cpu, u64 size, u64 align);
	void (*free)(void *arg, u64 addr, u64 size);
	void *arg;
};

/**
 * struct pcpu_config - the configuration of an allocator
 * @allocator:     the area allocator inside of chunks
 * @backing:       the pages of chunks after the first
 * @fc:            the memory of the first chunk; ignored without regions
 * @unit_size:     least bytes of a unit; a multiple of the page size. It grows to hold the first
 *                 chunk's three regions, and to fill @atom_size evenly, to at most 512 pages
 * @static_size:   bytes of the static region, at the start of the first chunk; in use for ever
 * @reserved_size: bytes of the next region, from which alloc_reserved_percpu() allocates
 * @dyn_size:      bytes of the last region, from which alloc_percpu() allocates. The rest of the
 *                 unit is never allocated ("hidden"). Each size is rounded up to
 *                 PCPU_MIN_ALLOC_SIZE. 0 for all three: no first chunk
 * @atom_size:     bytes of a piece of boot memory, a power of two; at least a page
 * @static_data:   @static_size bytes, the initial contents of each CPU's copy; NULL: zeroes
 * @provider:      boot memory for the first chunk, until pcpu_destroy(); NULL: page frames. The
 * page table comes from the machine, which has no frames before a hand-over
 * @empty_low:     below this number of empty populated pages, background work populates more
 * @empty_high:    background work populates or reclaims up to this number; at least @empty_low
 * @bad_free:      called for an address that cannot be freed; nothing is changed. NULL:
 * ORACLE_RANGE
 * @notice:        called with each line that a kernel would print at boot; may be NULL
 * @arg:           the first argument of both
 */
struct pcpu_config {
	enum pcpu_allocator allocator;
	enum pcpu_backing backing;
	enum pcpu_fc fc;
	u32 unit_size;
	u32 static_size;
	u32 reserved_size;
	u32 dyn_size;
	u32 atom_size;
	const void *static_data;
	const struct pcpu_fc_provider *provider;
	u16 empty_low;
	u16 empty_high;
	void (*bad_free)(void *arg, enum pcpu_bad_free why, u64 addr);
	void (*notice)(void *arg, const char *text);
	void *arg;
};

struct pcpu;
struct pcpu_alloc_info;

/*
 * The address of a per-CPU object, as handed out: the address of the copy in the unit with the
 * lowest address. It is simulated; per_cpu_ptr() gives that of any CPU. 0 is no object.
 */
typedef u64 pcpu_addr_t;

/**
 * pcpu_create() - create an allocator with its first chunk
 * @m:   the machine, booted
 * @vs:  the space for mapped chunks; unused with PCPU_KM and without PCPU_FC_PAGE
 * @cfg: copied; the objects that it points to are not
 * @out: receives the allocator, for pcpu_destroy(); unchanged on an error
 *
 * Return: 0, -EINVAL (sizes; PCPU_KM with more than one group, or with PCPU_FC_PAGE; PCPU_FC_EMBED
 * with groups further apart than three quarters of the address space), -ENOMEM.
 * Context: may sleep.
 */
int pcpu_create(struct machine *m, struct vmap_space *vs, const struct pcpu_config *cfg,
		struct pcpu **out);

/**
 * pcpu_destroy() - destroy an allocator; objects that are still allocated are ORACLE_LEAK_AREA
 * @pc: the allocator, or NULL
 *
 * Context: may sleep; no other user is left.
 */
void pcpu_destroy(struct pcpu *pc);

/** pcpu_alloc_info() - the layout of units (layout.h), as it was built */
const struct pcpu_alloc_info *pcpu_alloc_info(const struct pcpu *pc);

/** pcpu_fc_kind() - PCPU_FC_EMBED or PCPU_FC_PAGE: the memory of the first chunk */
enum pcpu_fc pcpu_fc_kind(const struct pcpu *pc);

/** pcpu_base_addr() - address of the lowest unit of the first chunk; 0: there is none */
u64 pcpu_base_addr(const struct pcpu *pc);

/**
 * alloc_percpu_gfp() - allocate an object, zeroed on every CPU
 * @pc:    the allocator
 * @size:  bytes, 1 to the unit size
 * @align: a power of two, up to the page size; less than PCPU_MIN_ALLOC_SIZE counts as that
 * @gfp:   GFP_KERNEL may sleep, populate pages and make chunks; GFP_ATOMIC is served
 *         from populated pages only, and starts background work when these run short
 *
 * Return: the object, or 0: bad arguments, no memory, no address space; for an atomic request also:
 * no populated room, or no room in a chunk's area map, which background work then makes.
 * Context: any with GFP_ATOMIC, else one that may sleep. Source: the announcements of 2014 and
 * 2017.
 */
pcpu_addr_t alloc_percpu_gfp(struct pcpu *pc, u32 size, u32 align, gfp_t gfp);

/** alloc_percpu() - alloc_percpu_gfp() with GFP_KERNEL */
pcpu_addr_t alloc_percpu(struct pcpu *pc, u32 size, u32 align);

/**
 * alloc_reserved_percpu() - allocate an object from the reserved region of the first chunk
 *
 * As alloc_percpu(), for objects that must lie near the static ones (a module's static data).
 * Return: the object, or 0: bad arguments, or no room there. Context: may sleep.
 */
pcpu_addr_t alloc_reserved_percpu(struct pcpu *pc, u32 size, u32 align);

/**
 * free_percpu() - give an object back
 * @pc:  the allocator
 * @ptr: an object, or 0. Any other address is reported (pcpu_config.bad_free) and changes nothing
 *
 * Context: any, interrupts included.
 */
void free_percpu(struct pcpu *pc, pcpu_addr_t ptr);

/** per_cpu_ptr() - the simulated address of CPU @cpu's copy; @cpu is possible */
u64 per_cpu_ptr(const struct pcpu *pc, pcpu_addr_t ptr, unsigned int cpu);

/** is_percpu_address() - does @addr lie in the static region, in any possible CPU's copy of it? */
bool is_percpu_address(const struct pcpu *pc, u64 addr);

/**
 * per_cpu_ptr_to_phys() - the physical address of a CPU's copy
 * @pc:   the allocator
 * @addr: from per_cpu_ptr(), of an object or of the static region; other addresses: ORACLE_FAULT
 *
 * Context: any.
 */
u64 per_cpu_ptr_to_phys(const struct pcpu *pc, u64 addr);

/**
 * pcpu_place() - the chunk and the offset of an object
 * @pc:    the allocator
 * @ptr:   an object
 * @chunk: receives the chunk's number: 0 is the first chunk made, and numbers are not reused.
 *         Objects of the reserved region also lie in chunk 0
 * @off:   receives the offset in the chunk's unit, in bytes
 *
 * Return: 0, or -ENOENT if @ptr lies in no chunk. Context: any.
 */
int pcpu_place(const struct pcpu *pc, pcpu_addr_t ptr, u32 *chunk, u32 *off);

/**
 * pcpu_alloc_at() - allocate an object at a given place, for replays of recorded placements
 * @pc:    the allocator
 * @chunk: number of a chunk; the next number creates a chunk
 * @off:   offset, a multiple of PCPU_MIN_ALLOC_SIZE
 * @size:  bytes, at least 1; the object ends within the unit
 *
 * Return: the object, or 0: a bad offset or size, no such chunk, the place is in use or in the
 * reserved region, or no memory. Context: may sleep.
 */
pcpu_addr_t pcpu_alloc_at(struct pcpu *pc, u32 chunk, u32 off, u32 size);

/**
 * struct pcpu_stats - the state of an allocator
 * @chunks:        number of chunks
 * @allocs:        number of objects
 * @alloc_bytes:   bytes of one CPU's copies, rounded up to PCPU_MIN_ALLOC_SIZE
 * @populated:     populated pages of one CPU's units
 * @empty_populated: of these, pages without an object, in chunks that are not isolated
 * @scanned:       steps of searches inside of chunks, a measure of work
 * @made, @freed:  objects ever made and freed; an object without memory for its pages counts too
 * @max_allocs:    largest number of objects at a time
 * @max_chunks:    largest number of chunks at a time
 * @min_size, @max_size: bytes of the smallest and the largest object ever, rounded up in the same
 *                 way; 0: none yet
 */
struct pcpu_stats {
	u64 chunks;
	u64 allocs;
	u64 alloc_bytes;
	u64 populated;
	u64 empty_populated;
	u64 scanned;
	u64 made, freed;
	u64 max_allocs;
	u64 max_chunks;
	u32 min_size, max_size;
};

/** pcpu_stats() - the state of an allocator. Context: any */
void pcpu_stats(struct pcpu *pc, struct pcpu_stats *st);

/**
 * pcpu_print_stats() - print the listing that a kernel shows in percpu_stats
 * @pc: the allocator
 * @f:  receives it: the layout, the sums, and each chunk
 *
 * Return: 0, -ENOMEM. Context: may sleep; no other task uses the allocator.
 */
int pcpu_print_stats(struct pcpu *pc, FILE *f);

/**
 * pcpu_verify() - recompute all that the allocator remembers, and report differences
 * @pc:    the allocator
 * @quiet: no other task is inside of an operation; else only invariants that hold at every
 *         scheduling point are checked
 *
 * ORACLE_HINT, ORACLE_COUNT, ORACLE_LIST, ORACLE_RANGE, ORACLE_OVERLAP. Takes no locks.
 */
void pcpu_verify(struct pcpu *pc, bool quiet);

/**
 * pcpu_owed() - has background work something to do, with nothing to make it run?
 * @pc:    the allocator
 * @asked: a request for an object was made since pcpu_create()
 *
 * Each reason for background work queues it. So whenever no task is inside of an operation or of
 * background work, and that is not queued: no chunk waits for room in its area map, or for its
 * empty pages to be taken; no refusal of an atomic request is unanswered; there is at most one
 * chunk without an object, or as many as background work has left; there are empty_low empty
 * populated pages, unless no task has asked yet or background work found no memory.
 *
 * Return: what it should do, as a clause; NULL: nothing. Takes no lock, passes no scheduling point.
 */
const char *pcpu_owed(const struct pcpu *pc, bool asked);

/**
 * pcpu_fits() - naive search: has an existing chunk a free run for a request?
 * @pc:    the allocator
 * @below: only chunks with numbers below this one (see pcpu_place())
 * @size:  bytes
 * @align: as for alloc_percpu_gfp()
 * @slack: bytes by which a run across pages must be longer than the request, since a hint may
 *         understate such a run by up to a page; not required of a run within a page
 *
 * It looks only at what is allocated, bit by bit or area by area, and at no hint.
 */
bool pcpu_fits(struct pcpu *pc, u32 below, u32 size, u32 align, u32 slack);

/** pcpu_populated_fits() - the same for populated pages of all chunks, for atomic requests */
bool pcpu_populated_fits(struct pcpu *pc, u32 size, u32 align, u32 slack);

/** pcpu_reserved_fits() - the same for the reserved region */
bool pcpu_reserved_fits(struct pcpu *pc, u32 size, u32 align, u32 slack);

#endif

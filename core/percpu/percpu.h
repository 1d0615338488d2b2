/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * percpu.h - the per-CPU allocator: objects that every CPU has a copy of.
 *
 * After "implement and use sparse embedding first chunk allocator" (2009): chunks of a unit a
 * CPU, the units of a chunk as far apart as those of the first chunk are; after "percpu: replace
 * area map allocator with bitmap" (2017) and, beside it, the area map that it replaced: what is
 * free inside of a unit; after "percpu: implement kernel memory based chunk allocation" (2010):
 * chunks for machines without an MMU.
 */
#ifndef MM_PERCPU_PERCPU_H
#define MM_PERCPU_PERCPU_H

#include <stdio.h>

#include "../machine/machine.h"
#include "../vmap/vmap.h"

#define PCPU_MIN_ALLOC_SHIFT 2
#define PCPU_MIN_ALLOC_SIZE (1U << PCPU_MIN_ALLOC_SHIFT)

/* What keeps the books inside of a chunk. */
enum pcpu_allocator {
	PCPU_BITMAP,  /* a bit for every 4 bytes, with hints */
	PCPU_AREAMAP, /* an array of signed sizes */
	NR_PCPU_ALLOCATORS
};

/* What chunks behind the first one are made of. */
enum pcpu_backing {
	PCPU_VM, /* pages mapped one by one into congruent areas, as they are needed */
	PCPU_KM, /* a contiguous block of page frames, all of it at once; one group only */
	NR_PCPU_BACKINGS
};

/* How the first chunk comes to its memory; "percpu_alloc=" on a kernel's command line. */
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
	PCPU_FREE_TWICE,    /* no object is there: freed before, or never allocated */
	NR_PCPU_BAD_FREE
};

/** pcpu_bad_free_name() - "no-chunk", "outside", "middle", "twice" */
const char *pcpu_bad_free_name(enum pcpu_bad_free why);

/**
 * struct pcpu_fc_provider - boot memory, as the first chunk asks for it: a block for each group, or
 * page by page
 * @alloc: @size bytes of page frames in a row near CPU @cpu, the first at a multiple of @align.
 *         Return: their address in the direct map, or 0. @size and @align are multiples
 *         of the page size, @align a power of two
 * @free:  whole pages of what @alloc gave, of one call or of a part of it
 * @arg:   for both
 */
struct pcpu_fc_provider {
	u64 (*alloc)(void *arg, unsigned int cpu, u64 size, u64 align);
	void (*free)(void *arg, u64 addr, u64 size);
	void *arg;
};

/**
 * struct pcpu_config - how an allocator is made
 * @allocator:     inside of chunks
 * @backing:       of chunks behind the first
 * @fc:            how the first chunk is made; without regions it says nothing
 * @unit_size:     least bytes of a CPU's share of a chunk; a multiple of the page size. It grows to
 *                 hold the first chunk's three regions, and to fill @atom_size evenly, to at
 *                 most 512 pages
 * @static_size:   bytes at the start of the first chunk that are taken for ever
 * @reserved_size: bytes behind them that alloc_reserved_percpu() serves
 * @dyn_size:      bytes behind these that the first chunk serves. What is left of the unit is
 *                 never served ("hidden"). Each is rounded up to PCPU_MIN_ALLOC_SIZE.
 *                 0 for all three: no first chunk
 * @atom_size:     bytes that boot memory comes in, a power of two; less than a page counts as one
 * @static_data:   @static_size bytes that each CPU's copy begins with; NULL: zeroes
 * @provider:      boot memory for the first chunk, until pcpu_destroy(); NULL: page frames. Tables
 *                 to map it page by page are the machine's, which has none before a hand-over
 * @empty_low:     background work keeps at least so many empty populated pages
 * @empty_high:    and at most so many; less than @empty_low counts as that
 * @bad_free:      told of an address that cannot be freed, nothing is changed; NULL: ORACLE_RANGE
 * @notice:        told what a kernel would print at boot; NULL: nobody is
 * @arg:           for both
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
 * pcpu_create() - make an allocator, with its first chunk
 * @m:   the machine, booted
 * @vs:  where chunks are mapped; with PCPU_KM and without PCPU_FC_PAGE never used
 * @cfg: copied, but for what it points to
 * @out: receives the allocator, for pcpu_destroy(); unchanged on an error
 *
 * Return: 0, -EINVAL (sizes; PCPU_KM with more than one group, or with PCPU_FC_PAGE; PCPU_FC_EMBED
 * with groups further apart than three quarters of the address space), -ENOMEM.
 * Context: may sleep.
 */
int pcpu_create(struct machine *m, struct vmap_space *vs, const struct pcpu_config *cfg,
		struct pcpu **out);

/**
 * pcpu_destroy() - take it down
 * @pc: the allocator; NULL is allowed. Objects still allocated are ORACLE_LEAK_AREA
 *
 * Context: may sleep; no other user is left.
 */
void pcpu_destroy(struct pcpu *pc);

/** pcpu_alloc_info() - the layout of units (layout.h), as it was built */
const struct pcpu_alloc_info *pcpu_alloc_info(const struct pcpu *pc);

/** pcpu_fc_kind() - PCPU_FC_EMBED or PCPU_FC_PAGE: how the first chunk was made */
enum pcpu_fc pcpu_fc_kind(const struct pcpu *pc);

/** pcpu_base_addr() - address of the lowest unit of the first chunk; 0: there is none */
u64 pcpu_base_addr(const struct pcpu *pc);

/**
 * alloc_percpu_gfp() - an object, zeroed on every CPU
 * @pc:    the allocator
 * @size:  bytes, 1 to the unit size
 * @align: a power of two, up to the page size; less than PCPU_MIN_ALLOC_SIZE counts as that
 * @gfp:   GFP_KERNEL may sleep, populate pages and make chunks; GFP_ATOMIC is served
 *         from populated pages only, and starts background work when these run short
 *
 * Return: the object, or 0: bad arguments, no memory, no address space; of an atomic request also:
 * no populated room, or no room in a chunk's area map, both of which are made in the background.
 * Context: any with GFP_ATOMIC, else one that may sleep. Source: the announcements of 2014 and
 * 2017.
 */
pcpu_addr_t alloc_percpu_gfp(struct pcpu *pc, u32 size, u32 align, gfp_t gfp);

/** alloc_percpu() - alloc_percpu_gfp() with GFP_KERNEL */
pcpu_addr_t alloc_percpu(struct pcpu *pc, u32 size, u32 align);

/**
 * alloc_reserved_percpu() - an object from the reserved region of the first chunk alone
 *
 * As alloc_percpu(), for objects that must lie near the static ones (a module's static data).
 * Return: the object, or 0: bad arguments, or no room there. Context: may sleep.
 */
pcpu_addr_t alloc_reserved_percpu(struct pcpu *pc, u32 size, u32 align);

/**
 * free_percpu() - give an object back
 * @pc:  the allocator
 * @ptr: from one of the allocating functions; 0 is allowed. Anything else is told of
 *       (pcpu_config.bad_free) and changes nothing
 *
 * Context: any, interrupts included.
 */
void free_percpu(struct pcpu *pc, pcpu_addr_t ptr);

/** per_cpu_ptr() - simulated address of CPU @cpu's copy; @cpu is possible */
u64 per_cpu_ptr(const struct pcpu *pc, pcpu_addr_t ptr, unsigned int cpu);

/** is_percpu_address() - does @addr lie in the static region, in any possible CPU's copy of it? */
bool is_percpu_address(const struct pcpu *pc, u64 addr);

/**
 * per_cpu_ptr_to_phys() - the physical address behind a CPU's copy
 * @pc:   the allocator
 * @addr: from per_cpu_ptr(), of an object or of the static region; anything else is ORACLE_FAULT
 *
 * Context: any.
 */
u64 per_cpu_ptr_to_phys(const struct pcpu *pc, u64 addr);

/**
 * pcpu_place() - where an object lies
 * @pc:    the allocator
 * @ptr:   an object
 * @chunk: receives the chunk's number: 0 is the first made, numbers are not used again. Objects of
 *         the reserved region lie in chunk 0 too
 * @off:   receives the offset in the chunk's unit, in bytes
 *
 * Return: 0, or -ENOENT if @ptr lies in no chunk. Context: any.
 */
int pcpu_place(const struct pcpu *pc, pcpu_addr_t ptr, u32 *chunk, u32 *off);

/**
 * pcpu_alloc_at() - an object at a given place, for replays of recorded placements
 * @pc:    the allocator
 * @chunk: number of a chunk; one that does not exist yet must be the next number, and
 *         is made
 * @off:   offset, a multiple of PCPU_MIN_ALLOC_SIZE
 * @size:  bytes, from 1; not beyond the unit
 *
 * Return: the object, or 0: a bad offset or size, no such chunk, the place is taken or in the
 * reserved region, or no memory. Context: may sleep.
 */
pcpu_addr_t pcpu_alloc_at(struct pcpu *pc, u32 chunk, u32 off, u32 size);

/**
 * struct pcpu_stats - as of now
 * @chunks:        chunks
 * @allocs:        objects
 * @alloc_bytes:   bytes of one CPU's copies, rounded up to PCPU_MIN_ALLOC_SIZE
 * @populated:     populated pages of one CPU's units
 * @empty_populated: of these, pages with no object in them, in chunks that keep account
 * @scanned:       steps taken by searches inside of chunks, a measure of work
 * @made, @freed:  objects ever made and freed, those included whose pages could not be had
 * @max_allocs:    most objects at a time
 * @max_chunks:    most chunks at a time
 * @min_size, @max_size: least and greatest bytes of an object, rounded up likewise; 0: none yet
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

/** pcpu_stats() - as of now. Context: any */
void pcpu_stats(struct pcpu *pc, struct pcpu_stats *st);

/**
 * pcpu_print_stats() - what a kernel shows in percpu_stats, in its form
 * @pc: the allocator
 * @f:  receives it: the layout, the sums, and each chunk
 *
 * Return: 0, -ENOMEM. Context: may sleep; nobody else is at work.
 */
int pcpu_print_stats(struct pcpu *pc, FILE *f);

/**
 * pcpu_verify() - recompute all that the allocator remembers, and report what differs
 * @pc:    the allocator
 * @quiet: no other task is inside of an operation; without it only what holds at every
 *         scheduling point is checked
 *
 * ORACLE_HINT, ORACLE_COUNT, ORACLE_LIST, ORACLE_RANGE, ORACLE_OVERLAP. Takes no locks.
 */
void pcpu_verify(struct pcpu *pc, bool quiet);

/**
 * pcpu_fits() - naive search: is there a free run for a request in an existing chunk?
 * @pc:    the allocator
 * @below: only chunks with numbers below this one (see pcpu_place())
 * @size:  bytes
 * @align: as for alloc_percpu_gfp()
 * @slack: bytes that a run across pages must be longer than the request: a hint may understate
 *         such a run by up to a page. One within a page must be known as it is
 *
 * Looks at what is allocated alone, bit by bit or area by area, at no hint.
 */
bool pcpu_fits(struct pcpu *pc, u32 below, u32 size, u32 align, u32 slack);

/** pcpu_reserved_fits() - the same for the reserved region */
bool pcpu_reserved_fits(struct pcpu *pc, u32 size, u32 align, u32 slack);

#endif

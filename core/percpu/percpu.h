/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * percpu.h - the per-CPU allocator: objects that every CPU has a copy of.
 *
 * After "percpu: replace area map allocator with bitmap" (2017): chunks of one unit a
 * CPU, a bitmap of 4-byte units in each, with a metadata block a page.
 */
#ifndef MM_PERCPU_PERCPU_H
#define MM_PERCPU_PERCPU_H

#include "../machine/machine.h"
#include "../vmap/vmap.h"

#define PCPU_MIN_ALLOC_SHIFT 2
#define PCPU_MIN_ALLOC_SIZE (1U << PCPU_MIN_ALLOC_SHIFT)

/**
 * struct pcpu_config - how an allocator is made
 * @unit_size:     bytes of a CPU's share of a chunk; a multiple of the page size
 * @static_size:   bytes at the start of the first chunk that are taken for ever
 * @dyn_size:      bytes behind them that the first chunk serves; together at most a unit.
 *                 What is left of the unit is never served ("hidden"). Both are rounded up
 *                 to PCPU_MIN_ALLOC_SIZE. 0 for both: no first chunk
 * @empty_low:     background work keeps at least so many empty populated pages
 * @empty_high:    and at most so many
 */
struct pcpu_config {
	u32 unit_size;
	u32 static_size;
	u32 dyn_size;
	u16 empty_low;
	u16 empty_high;
};

struct pcpu;

/*
 * The address of a per-CPU object, as handed out: the address of CPU 0's copy. It is
 * simulated; per_cpu_ptr() gives that of any CPU. 0 is no object.
 */
typedef u64 pcpu_addr_t;

/**
 * pcpu_create() - make an allocator, with its first chunk
 * @m:   the machine, booted
 * @vs:  where chunks are mapped
 * @cfg: copied
 * @out: receives the allocator
 *
 * Return: 0, -EINVAL, -ENOMEM. Context: may sleep.
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

/**
 * alloc_percpu_gfp() - an object, zeroed on every CPU
 * @pc:    the allocator
 * @size:  bytes, 1 to the unit size
 * @align: a power of two, up to the page size; less than PCPU_MIN_ALLOC_SIZE counts as that
 * @gfp:   GFP_KERNEL may sleep, populate pages and make chunks; GFP_ATOMIC is served
 *         from populated pages only, and starts background work when these run short
 *
 * Return: the object, or 0: bad arguments, no memory, or no address space.
 */
pcpu_addr_t alloc_percpu_gfp(struct pcpu *pc, u32 size, u32 align, gfp_t gfp);

/**
 * free_percpu() - give an object back
 * @pc:  the allocator
 * @ptr: from alloc_percpu_gfp(); 0 is allowed
 *
 * Context: any, interrupts included.
 */
void free_percpu(struct pcpu *pc, pcpu_addr_t ptr);

/** per_cpu_ptr() - simulated address of CPU @cpu's copy */
u64 per_cpu_ptr(const struct pcpu *pc, pcpu_addr_t ptr, unsigned int cpu);

/**
 * pcpu_place() - where an object lies
 * @pc:    the allocator
 * @ptr:   an object
 * @chunk: receives the chunk's number: 0 is the first made, numbers are not used again
 * @off:   receives the offset in the chunk's unit, in bytes
 *
 * Return: 0, or -ENOENT if @ptr lies in no chunk.
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
 * Return: the object, or 0: the place is taken, or no memory. Context: may sleep.
 */
pcpu_addr_t pcpu_alloc_at(struct pcpu *pc, u32 chunk, u32 off, u32 size);

/**
 * struct pcpu_stats - as of now
 * @chunks:        chunks
 * @allocs:        objects
 * @alloc_bytes:   bytes of one CPU's copies, rounded up to PCPU_MIN_ALLOC_SIZE
 * @populated:     populated pages of one CPU's units
 * @empty_populated: of these, pages with no object in them, in chunks that keep account
 * @scanned:       bits and blocks looked at by searches, a measure of work
 */
struct pcpu_stats {
	u64 chunks;
	u64 allocs;
	u64 alloc_bytes;
	u64 populated;
	u64 empty_populated;
	u64 scanned;
};

void pcpu_stats(struct pcpu *pc, struct pcpu_stats *st);

/**
 * pcpu_verify() - recompute all that the allocator remembers, and report what differs
 * @pc:    the allocator
 * @quiet: no other task is inside of an operation; without it only what holds at every
 *         scheduling point is checked
 *
 * ORACLE_HINT, ORACLE_COUNT, ORACLE_LIST, ORACLE_RANGE. Takes no locks.
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
 * Looks at the allocation bitmaps alone, bit by bit, at no hint.
 */
bool pcpu_fits(struct pcpu *pc, u32 below, u32 size, u32 align, u32 slack);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * percpu_backend.h - a per-CPU allocator as operations and oracles see it: a table of functions,
 * and the promises of its implementation.
 *
 * The rules of vmap_backend.h hold here. A per-CPU allocator stands on a space of the
 * same implementation, which is created before it and destroyed after it. The space must have
 * congruent areas, since chunks are made of them.
 *
 * Page frames of chunks belong to "percpu", those of contiguous chunks to "percpu km".
 *
 * The address of an object is that of its copy in the unit with the lowest address; 0 is no
 * object.
 */
#ifndef MM_HARNESS_PERCPU_BACKEND_H
#define MM_HARNESS_PERCPU_BACKEND_H

#include <stdio.h>

#include "machine/machine.h"
#include "machine/topology.h"
#include "vmap_backend.h"

/* How the first chunk gets its memory, in the order of "machine percpu_alloc=". */
enum percpu_first {
	PERCPU_FIRST_AUTO,  /* embed; page by page if the groups lie too far apart */
	PERCPU_FIRST_EMBED, /* a block of memory for each group, not mapped */
	PERCPU_FIRST_PAGE,  /* page by page, mapped */
};

/* How a free ended. */
enum percpu_freed {
	PERCPU_FREED,
	PERCPU_NO_CHUNK, /* refused: it lies in no chunk's lowest unit */
	PERCPU_OUTSIDE,	 /* refused: it lies in a part of the first chunk that is never allocated */
	PERCPU_MIDDLE,	 /* refused: it lies inside of an object, or between two of them */
	PERCPU_TWICE,	 /* refused: no object is there */
	NR_PERCPU_FREED
};

/** percpu_freed_name() - "freed", "no-chunk", "outside", "middle", "twice" */
const char *percpu_freed_name(enum percpu_freed how);

/**
 * struct percpu_caps - what a back end promises
 * @complete:  a request that may sleep is refused only if no new chunk can be had either
 * @reserved_anywhere: without a reserved region, requests for it are served as others are
 * @rounds_dynamic: the dynamic region of a first chunk reaches to the end of a page or of a unit.
 *             Page by page it is as long as @min_dyn asks for, and no program can say more; all
 *             pages of a unit are there then
 * @min_size:  bytes that sizes and alignments are rounded up to
 * @max_size:  bytes of the largest request; 0: a unit
 * @min_static, @min_dyn: least bytes of these regions of a first chunk, whatever is asked for
 * @slack:     a free run that is longer than a request by so many bytes, and by its alignment,
 *             must be found; a hint may understate a run by that much where it spans pages
 * @set_aside: a chunk is looked at again only after a free once it could not serve a request of
 *             less than so many bytes
 * @local_pages: the pages of a new chunk are of the node of the CPU that they are for, as long as
 *             that node has free ones
 * @counts_work: percpu_account.scanned counts each block asked and each word read: no more than
 *             one chunk's blocks and one block's words for a request
 */
struct percpu_caps {
	bool complete;
	bool reserved_anywhere;
	bool rounds_dynamic;
	u32 min_size;
	u32 max_size;
	u32 min_static, min_dyn;
	u32 slack;
	u32 set_aside;
	bool local_pages;
	bool counts_work;
};

/**
 * struct percpu_provider - boot memory for a first chunk
 * @alloc: @size bytes of page frames in a row near a CPU, at a multiple of @align: multiples of
 *         the page size. Their address in the direct map, or 0
 * @free:  whole pages of what @alloc gave
 * @arg:   first argument of both
 */
struct percpu_provider {
	u64 (*alloc)(void *arg, unsigned int cpu, u64 size, u64 align);
	void (*free)(void *arg, u64 addr, u64 size);
	void *arg;
};

/**
 * struct percpu_params - how an allocator is made; sizes in bytes
 * @km:          chunks are contiguous blocks of page frames, not mapped: one group only
 * @first:       enum percpu_first
 * @unit_size:   least size of a CPU's share of a chunk; a multiple of the page size
 * @static_size, @reserved_size, @dyn_size: regions of the first chunk; all 0: there is none
 * @atom_size:   boot memory comes in multiples of it; a power of two, at least a page
 * @static_data: first contents of each CPU's static region; NULL: zeroes
 * @provider:    boot memory for the first chunk, until @destroy; NULL: page frames
 * @empty_low, @empty_high: empty populated pages that background work keeps, at least and at most
 * @notice:      gets the lines that a kernel would print at boot. May be NULL
 * @arg:         first argument of @notice
 */
struct percpu_params {
	bool km;
	u32 first;
	u32 unit_size;
	u32 static_size, reserved_size, dyn_size;
	u32 atom_size;
	const void *static_data;
	const struct percpu_provider *provider;
	u32 empty_low, empty_high;
	void (*notice)(void *arg, const char *text);
	void *arg;
};

/* A unit without a CPU. */
#define PERCPU_NO_CPU UINT32_MAX

/**
 * struct percpu_group - CPUs near to each other: their units lie side by side
 * @base_offset: of its first unit, from the lowest unit of all
 * @nr_units:    units without a CPU included
 * @first_unit:  index of its first unit in percpu_layout.cpu_map
 */
struct percpu_group {
	u64 base_offset;
	u32 nr_units;
	u32 first_unit;
};

/**
 * struct percpu_layout - where the units of every chunk lie; sizes in bytes
 * @static_size, @reserved_size, @dyn_size: regions of the first chunk
 * @unit_size:  of a unit
 * @atom_size:  boot memory comes in multiples of it
 * @alloc_size: boot memory is allocated in pieces of this size: @upa units
 * @upa:        units of a piece
 * @nr_groups:  entries of @group
 * @nr_units:   entries of @cpu_map
 * @cpu_map:    the CPU of each unit, or PERCPU_NO_CPU
 */
struct percpu_layout {
	u32 static_size, reserved_size, dyn_size;
	u32 unit_size;
	u32 atom_size, alloc_size, upa;
	u32 nr_groups, nr_units;
	const u32 *cpu_map;
	struct percpu_group group[TOPOLOGY_MAX_NODES];
};

/**
 * struct percpu_instance - an allocator of a world
 * @be:     its back end
 * @ctx:    the back end's own: percpu_backend.ctx_size bytes
 * @on:     the space that it stands on
 * @layout: of its units
 * @base:   address of the lowest unit of the first chunk; 0: there is none
 * @first:  PERCPU_FIRST_EMBED or PERCPU_FIRST_PAGE: how the first chunk was made
 */
struct percpu_instance {
	const struct percpu_backend *be;
	void *ctx;
	const struct vmap_instance *on;
	struct percpu_layout layout;
	u64 base;
	u32 first;
};

/**
 * struct percpu_account - the numbers that an allocator gives of itself
 * @chunks:      chunks
 * @allocs:      objects
 * @alloc_bytes: bytes of one CPU's copies, each rounded up to percpu_caps.min_size
 * @populated:   populated pages of one CPU's units
 * @scanned:     steps that searches have taken inside of chunks
 * @own_pages:   page frames of memory of vmalloc() that it keeps its records in
 */
struct percpu_account {
	u64 chunks;
	u64 allocs;
	u64 alloc_bytes;
	u64 populated;
	u64 scanned;
	u64 own_pages;
};

/**
 * struct percpu_backend - an implementation of the per-CPU allocator
 * @name:     its kind, as in the tables of targets
 * @help:     one line
 * @caps:     what it promises
 * @ctx_size: as in struct vmap_backend
 *
 * @create:  make an allocator, with its first chunk, on v->on; params are copied, except for the
 *           memory that they point to. Sets layout, base and first of @v. 0; -EINVAL (sizes; a
 *           combination that the implementation does not have; groups too far apart); -ENOMEM;
 *           nothing is kept after an error. May sleep
 * @destroy: take it down. Objects that are left are a leak: ORACLE_LEAK_AREA. May sleep
 * @verify:  as in struct vmap_backend
 * @account: the numbers that it gives of itself; takes locks. Any context
 * @print_layout: groups and units, in the form of the kernel's boot log
 * @print_stats: the layout, the sums and each chunk, in the form of the kernel's percpu_stats. 0 or
 *           -ENOMEM. May sleep; no other task is at work. May be NULL
 *
 * @alloc:   an object, zeroed on every CPU. The address, or 0: bad arguments, no memory, no
 *           addresses; of a request that may not sleep also no populated page
 * @alloc_reserved: an object of the reserved region. The address, or 0. May sleep
 * @free:    give an object back. An address that is none changes nothing, and its
 *           enum percpu_freed says why. Any context
 * @ptr:     address of a CPU's copy
 * @is_static: does an address lie in the static region of any CPU?
 * @to_phys: physical address of a copy, or of a byte in a static region. Any context
 *
 * @place:   chunk and offset of an object: number 0 is the first chunk made, and numbers are not
 *           used again. 0; -ENOENT: it lies in no chunk. NULL: new chunks are not judged
 * @alloc_at: an object at a given place; the next chunk is made if it has that number. The
 *           address, or 0: the place is taken or bad, no memory. NULL: recordings cannot be
 *           replayed. May sleep
 * @fits:    for oracles, from the objects and not from hints: has a chunk with a number below
 *           @below a free run for a request, longer by @slack where it spans pages?
 * @reserved_fits: the same for the reserved region
 * @populated_fits: the same for the populated pages of all chunks: what an atomic request can have
 * @owed:    what background work has to do, as a clause, if nothing will make it run; else NULL.
 *           @asked: an object was requested since @create. Called while nothing is in flight; no
 *           lock, no scheduling point. NULL: background work is not judged
 */
struct percpu_backend {
	const char *name;
	const char *help;
	struct percpu_caps caps;
	size_t ctx_size;

	int (*create)(struct percpu_instance *v, struct machine *m, const struct percpu_params *p);
	void (*destroy)(void *ctx);
	void (*verify)(void *ctx, bool quiet);
	void (*account)(void *ctx, struct percpu_account *a);
	void (*print_layout)(void *ctx, FILE *f);
	int (*print_stats)(void *ctx, FILE *f);

	u64 (*alloc)(void *ctx, u32 size, u32 align, gfp_t gfp);
	u64 (*alloc_reserved)(void *ctx, u32 size, u32 align);
	enum percpu_freed (*free)(void *ctx, u64 addr);
	u64 (*ptr)(void *ctx, u64 addr, unsigned int cpu);
	bool (*is_static)(void *ctx, u64 addr);
	u64 (*to_phys)(void *ctx, u64 addr);

	int (*place)(void *ctx, u64 addr, u32 *chunk, u32 *off);
	u64 (*alloc_at)(void *ctx, u32 chunk, u32 off, u32 size);
	bool (*fits)(void *ctx, u32 below, u32 size, u32 align, u32 slack);
	bool (*reserved_fits)(void *ctx, u32 size, u32 align, u32 slack);
	bool (*populated_fits)(void *ctx, u32 size, u32 align, u32 slack);
	const char *(*owed)(void *ctx, bool asked);
};

#endif

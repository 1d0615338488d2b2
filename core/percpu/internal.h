/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * internal.h - a map of the per-CPU allocator: its types, and what holds between them.
 *
 * A chunk is one range of addresses with a unit for each CPU in it, CPU c's at
 * base + c * unit_size. All units of a chunk look alike: what is allocated at an offset of one is
 * allocated at that offset of all, and a page is populated in the units of all possible
 * CPUs or of none. So one set of maps describes them all:
 *
 *   alloc_map, bound_map, blocks, hints   what is allocated (bitmap.c)
 *   populated                             which pages there are (populate.c)
 *
 * Chunks hang in lists, "slots", by the size of their largest free run, and in a tree by address
 * (chunk.c). alloc_percpu_gfp() looks from the tightest slot that can fit upwards.
 *
 * Locks, outermost first:
 *
 *   alloc_mutex   mutex: population and depopulation, creation and destruction of chunks, and so
 *                 the scratch array pcpu.pages. A chunk does not go away while it is held, nor
 *                 while there is an object in it
 *   lock          irqsave: maps, slots, tree, counts. A populated bit changes under both locks,
 *                 so either is enough to read it
 *
 * A populated bit is set after the page is mapped and cleared before it is unmapped: what is
 * found populated under the lock, in a page that one has an object in, stays.
 */
#ifndef MM_PERCPU_INTERNAL_H
#define MM_PERCPU_INTERNAL_H

#include <bsd/sys/tree.h>
#include <urcu/list.h>

#include "percpu.h"
#include "bitops.h"
#include "../machine/meta.h"
#include "../machine/pgtable.h"

#define PCPU_MAX_UNIT_PAGES 256u
#define PCPU_BLOCK_BITS ((u32)(PAGE_SIZE >> PCPU_MIN_ALLOC_SHIFT))
#define PCPU_BLOCK_WORDS (PCPU_BLOCK_BITS / WORD_BITS)

/*
 * Slot 0 holds chunks that are full, or as good as full: a chunk from a slot below
 * PCPU_SLOT_FAIL_THRESHOLD that could not serve a request is put there until something in it is
 * freed. The last slot holds chunks without an object.
 */
#define PCPU_SLOT_BASE_SHIFT 5
#define PCPU_SLOT_FAIL_THRESHOLD 3u
#define PCPU_MAX_SLOTS 24u

/**
 * struct pcpu_hints - what is remembered of the free runs in a range of bits
 * @first_free:   first free bit; the number of bits of the range if there is none
 * @contig:       length of the largest free run known; 0: none
 * @contig_start: where it begins
 * @scan:         length of a second free run; 0: none is remembered
 * @scan_start:   where it begins
 *
 * See bitmap.c for what holds between them.
 */
struct pcpu_hints {
	u32 first_free;
	u32 contig;
	u32 contig_start;
	u32 scan;
	u32 scan_start;
};

/**
 * struct pcpu_block - metadata of PCPU_BLOCK_BITS bits, a page
 * @h:          its hints, relative to the block; @h.contig is exact
 * @left_free:  length of the free run at its start
 * @right_free: length of the free run at its end
 */
struct pcpu_block {
	struct pcpu_hints h;
	u32 left_free;
	u32 right_free;
};

/**
 * struct pcpu_chunk - a unit for each CPU
 * @list:       in pcpu.slot[@slot]
 * @node:       in pcpu.chunks, by @base
 * @pc:         the allocator
 * @va:         its range of addresses
 * @base:       start of the range: unit of CPU 0
 * @number:     chunks made before it
 * @slot:       pcpu_chunk_slot(), or 0 after a failure, see above
 * @immutable:  the first chunk: never depopulated, never destroyed
 * @hidden_start: objects lie at or above this bit, and
 * @hidden_end:   below this one; the bits outside are marked allocated for ever
 * @nr_allocs:  objects
 * @free_bits:  zeroes in @alloc_map
 * @nr_populated: ones in @populated
 * @nr_empty:   of these, pages with no bit allocated
 * @hints:      of the whole unit
 * @blocks:     one for each page of a unit
 * @alloc_map:  1: allocated
 * @bound_map:  1: an object begins here, or ended before. One bit longer than @alloc_map. Bits
 *              within objects are 0; those of free bits mean nothing
 * @populated:  1: the page is there, in the units of all possible CPUs
 */
struct pcpu_chunk {
	struct cds_list_head list;
	RB_ENTRY(pcpu_chunk) node;
	struct pcpu *pc;
	struct vmap_area *va;
	u64 base;
	u32 number;
	u32 slot;
	bool immutable;
	u32 hidden_start;
	u32 hidden_end;
	u32 nr_allocs;
	u32 free_bits;
	u32 nr_populated;
	u32 nr_empty;
	struct pcpu_hints hints;
	struct pcpu_block *blocks;
	u64 *alloc_map;
	u64 *bound_map;
	u64 *populated;
};

RB_HEAD(pcpu_chunk_tree, pcpu_chunk);

/**
 * struct pcpu - a per-CPU allocator
 * @m, @vs:      where pages and addresses come from
 * @topology:    the machine's
 * @unit_size:   bytes of a unit
 * @unit_pages:  the same in pages, which is also the number of blocks of a chunk
 * @map_bits:    the same in bits of an alloc_map
 * @nr_cpus:     units of a chunk
 * @nr_slots:    entries of @slot that are in use
 * @empty_low, @empty_high: bounds for @nr_empty, kept by background work
 * @lock:        see above
 * @alloc_mutex: see above
 * @balance_work: background work: see pcpu_balance_work()
 * @pages:       scratch, one entry for each page of a chunk that can be populated. Under
 * alloc_mutex
 * @atomic_failed: an atomic request found no populated space since background work last ran
 * @slot:        chunks by size of the largest free run known
 * @chunks:      all chunks, by address
 * @nr_chunks, @nr_allocs, @alloc_bits: sums over the chunks
 * @nr_populated, @nr_empty: likewise; @nr_empty <= @nr_populated at every moment
 * @next_number: number of the next chunk
 * @scanned:     see struct pcpu_stats
 */
struct pcpu {
	struct machine *m;
	struct vmap_space *vs;
	const struct topology *topology;
	u32 unit_size;
	u32 unit_pages;
	u32 map_bits;
	u32 nr_cpus;
	u32 nr_slots;
	u32 empty_low;
	u32 empty_high;
	spinlock_t lock;
	struct mutex alloc_mutex;
	struct work_struct balance_work;
	struct page **pages;
	bool atomic_failed;
	struct pcpu_chunk_tree chunks;
	u32 next_number;
	u64 nr_chunks;
	u64 nr_allocs;
	u64 alloc_bits;
	u64 nr_populated;
	u64 nr_empty;
	u64 scanned;
	struct cds_list_head slot[PCPU_MAX_SLOTS];
};

/*
 * bitmap.c: what is free inside of a unit. The allocator knows no more of it than this. Offsets,
 * sizes and alignments are in bits, of PCPU_MIN_ALLOC_SIZE bytes each; pcpu.lock is held.
 */

/* The alloc_map, bound_map and blocks of a new chunk: all free. Return: 0 or -ENOMEM. No lock. */
int pcpu_bitmap_init(struct pcpu_chunk *chunk, gfp_t gfp);
void pcpu_bitmap_exit(struct pcpu_chunk *chunk);

#define PCPU_NO_FIT UINT32_MAX

/**
 * pcpu_bitmap_alloc() - the first free area for a request
 * @chunk:     the chunk
 * @bits:      size
 * @align:     a power of two, at most PCPU_BLOCK_BITS
 * @populated: only areas in populated pages will do
 *
 * Return: its offset, or PCPU_NO_FIT.
 */
u32 pcpu_bitmap_alloc(struct pcpu_chunk *chunk, u32 bits, u32 align, bool populated);

/* An area at a given place. Return: false if not all of it is free, or is in the unit. */
bool pcpu_bitmap_alloc_at(struct pcpu_chunk *chunk, u32 off, u32 bits);

/* Give back the area that begins at @off. Return: its size; 0 if none begins there. */
u32 pcpu_bitmap_free(struct pcpu_chunk *chunk, u32 off);

/* Is page @i of the units without an object? */
static inline bool pcpu_bitmap_page_empty(const struct pcpu_chunk *chunk, u32 i)
{
	return chunk->blocks[i].h.contig == PCPU_BLOCK_BITS;
}

/* Largest free run known. */
static inline u32 pcpu_bitmap_largest(const struct pcpu_chunk *chunk)
{
	return chunk->hints.contig;
}

/* Called by bitmap.c when a page loses its last object or gets its first: chunk.c counts. */
void pcpu_page_emptied(struct pcpu_chunk *chunk, u32 page);
void pcpu_page_used(struct pcpu_chunk *chunk, u32 page);

/* chunk.c: chunks, and where to find them. */
struct pcpu_chunk *pcpu_chunk_create(struct pcpu *pc, gfp_t gfp);
void pcpu_chunk_destroy(struct pcpu_chunk *chunk);
void pcpu_chunk_hide(struct pcpu_chunk *chunk, u32 static_size, u32 dyn_size);
void pcpu_chunk_link(struct pcpu_chunk *chunk);
void pcpu_chunk_unlink(struct pcpu_chunk *chunk);
void pcpu_chunk_relocate(struct pcpu_chunk *chunk);
void pcpu_chunk_side(struct pcpu_chunk *chunk);
struct pcpu_chunk *pcpu_chunk_by_addr(struct pcpu *pc, u64 addr);
struct pcpu_chunk *pcpu_chunk_by_number(struct pcpu *pc, u32 number);

/* The slot of chunks without an object. */
static inline u32 pcpu_free_slot(const struct pcpu *pc)
{
	return pc->nr_slots - 1;
}

/* Where chunks with a free run of @size bytes are. */
static inline u32 pcpu_size_to_slot(const struct pcpu *pc, u32 size)
{
	int slot = fls64(size) - PCPU_SLOT_BASE_SHIFT + 2;

	if (size == pc->unit_size)
		return pcpu_free_slot(pc);
	return (u32)max(slot, 1);
}

/* Where a chunk belongs. */
static inline u32 pcpu_chunk_slot(const struct pcpu_chunk *chunk)
{
	u32 bits = pcpu_bitmap_largest(chunk);

	return bits ? pcpu_size_to_slot(chunk->pc, bits << PCPU_MIN_ALLOC_SHIFT) : 0;
}

/* Chunks in order of address; the lock is held. NULL: none, or no more. */
static inline struct pcpu_chunk *pcpu_chunk_first(const struct pcpu *pc)
{
	struct pcpu_chunk *chunk = RB_ROOT(&pc->chunks);

	while (chunk && RB_LEFT(chunk, node))
		chunk = RB_LEFT(chunk, node);
	return chunk;
}

static inline struct pcpu_chunk *pcpu_chunk_next(const struct pcpu_chunk *chunk)
{
	struct pcpu_chunk *next = RB_RIGHT(chunk, node);

	if (!next) {
		for (next = RB_PARENT(chunk, node); next && chunk == RB_RIGHT(next, node);
		     next = RB_PARENT(next, node))
			chunk = next;
		return next;
	}
	while (RB_LEFT(next, node))
		next = RB_LEFT(next, node);
	return next;
}

/* populate.c: pages. alloc_mutex is held, or nobody else knows the chunk yet. */
int pcpu_populate_chunk(struct pcpu_chunk *chunk, u32 start, u32 end, gfp_t gfp);
void pcpu_depopulate_chunk(struct pcpu_chunk *chunk, const u64 *which);
void pcpu_chunk_populated(struct pcpu_chunk *chunk, u32 start, u32 end);
void pcpu_chunk_depopulated(struct pcpu_chunk *chunk, u32 page);

/* balance.c: background work. */
void pcpu_balance_work(struct work_struct *work);

static inline u64 pcpu_unit_addr(const struct pcpu_chunk *chunk, unsigned int cpu)
{
	return chunk->base + (u64)cpu * chunk->pc->unit_size;
}

static inline u64 pcpu_chunk_bytes(const struct pcpu *pc)
{
	return (u64)pc->nr_cpus * pc->unit_size;
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * internal.h - a map of the per-CPU allocator: its types, and what holds between them.
 *
 * A chunk has a unit for each CPU, CPU c's at base + unit_off[c]. The distances between units
 * are those of the first chunk in all chunks (layout.h, first.c), so a chunk may be scattered
 * over several ranges of addresses, one a group; base is where the lowest unit of all begins. All
 * units of a chunk look alike: what is allocated at an offset of one is allocated at that offset
 * of all, and a page is populated in the units of all possible CPUs or of none. So one set of
 * books describes them all:
 *
 *   what is allocated      by one of two allocators behind struct pcpu_area_ops: bitmap.c
 *                          (alloc_map, bound_map, blocks, hints) or areamap.c (map)
 *   which pages there are  the bitmap populated; where they come from is one of two backings
 *                          behind struct pcpu_backing_ops: vm.c or km.c
 *
 * Chunks hang in lists, "slots", by the size of their largest free run, and in a tree by address
 * (chunk.c). alloc_percpu_gfp() looks from the tightest slot that can fit upwards. The first
 * chunk's reserved region has a chunk structure of its own, in no slot and not in the tree.
 *
 * Locks, outermost first:
 *
 *   alloc_mutex   mutex: population and depopulation, creation and destruction of chunks, longer
 *                 area maps, and so the scratch array pcpu.pages. A chunk goes away at the hands of
 *                 its holder alone, and not while there is an object in it
 *   lock          irqsave: books, slots, tree, counts, pcpu.extend, pcpu.found. A populated bit
 *                 changes under both locks, so either is enough to read it
 *
 * alloc_mutex is outside of the vmap layer's locks; under lock nothing is called but
 * schedule_work().
 *
 * A populated bit is set after the page is mapped and cleared before it is unmapped: what is
 * found populated under the lock, in a page that one has an object in, stays.
 */
#ifndef MM_PERCPU_INTERNAL_H
#define MM_PERCPU_INTERNAL_H

#include <bsd/sys/tree.h>
#include <urcu/list.h>

#include "percpu.h"
#include "layout.h"
#include "../machine/meta.h"
#include "../machine/pgtable.h"
#include "../sched/bitops.h"

#define PCPU_BLOCK_BITS ((u32)(PAGE_SIZE >> PCPU_MIN_ALLOC_SHIFT))
#define PCPU_BLOCK_WORDS (PCPU_BLOCK_BITS / WORD_BITS)

/*
 * Slot 0 holds chunks that are full, or as good as full: a chunk from a slot below
 * PCPU_SLOT_FAIL_THRESHOLD that could not serve a request is put there until something in it is
 * freed. Then come the slots by size, and behind these
 *
 *   the sidelined slot      isolated chunks that have given their empty pages back: to be used
 *                           again only where no other chunk with an object has room
 *   the free slot           chunks without an object
 *   the to-depopulate slot  isolated chunks that background work is to take empty pages from
 */
#define PCPU_SLOT_BASE_SHIFT 5
#define PCPU_SLOT_FAIL_THRESHOLD 3u
#define PCPU_MAX_SLOTS 26u

/**
 * struct pcpu_hints - what is remembered of the free runs in a range of bits
 * @first_free:   first free bit; the number of bits of the range if there is none
 * @contig:       length of the largest free run known; 0: none
 * @contig_start: where it begins
 * @scan:         length of a second free run; 0: none is remembered
 * @scan_start:   where it begins
 * @rest:         no run but the contig one is longer than this
 *
 * See hints.h for what holds between them.
 */
struct pcpu_hints {
	u32 first_free;
	u32 contig;
	u32 contig_start;
	u32 scan;
	u32 scan_start;
	u32 rest;
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
 * struct pcpu_areamap - the books of an area map
 * @size:    sizes in bits, in order of address: free areas are positive, those in use negative
 * @used:    entries of it
 * @room:    entries that there is memory for
 * @largest: the largest positive entry; 0: none
 *
 * See areamap.c for what holds between them.
 */
struct pcpu_areamap {
	s32 *size;
	u32 used;
	u32 room;
	u32 largest;
};

/**
 * struct pcpu_chunk - a unit for each CPU
 * @list:       in pcpu.slot[@slot]
 * @node:       in pcpu.chunks, by @base
 * @pc:         the allocator
 * @base:       address of the lowest unit
 * @number:     chunks made before it
 * @slot:       pcpu_chunk_slot(), or 0 after a failure, or that of isolated chunks, see above
 * @immutable:  of the first chunk: never depopulated, never destroyed
 * @isolated:   in one of the two slots for that; its empty pages do not count in pcpu.nr_empty
 * @hidden_start: objects lie at or above this bit, and
 * @hidden_end:   below this one; the bits outside are marked allocated for ever
 * @nr_allocs:  objects
 * @max_size:   bytes of the largest object that it ever had
 * @free_bits:  bits that are free
 * @nr_populated: ones in @populated
 * @nr_empty:   of these, pages with no bit allocated
 * @populated:  1: the page is there, in the units of all possible CPUs
 * @hints:      bitmap: of the whole unit
 * @parted:     bitmap: @hints may know a free run by its parts alone, see bitmap.c
 * @blocks:     bitmap: one for each page of a unit
 * @alloc_map:  bitmap: 1: allocated
 * @bound_map:  bitmap: 1: an object begins here, or ended before. One bit longer than @alloc_map.
 *              Bits within objects are 0; those of free bits mean nothing
 * @map:        area map
 * @extend:     area map: in pcpu.extend while background work is to make room in @map
 * @block:      km: its page frames, the first of them
 * @va:         vm: its ranges of addresses, one for each group
 */
struct pcpu_chunk {
	struct cds_list_head list;
	RB_ENTRY(pcpu_chunk) node;
	struct pcpu *pc;
	u64 base;
	u32 number;
	u32 slot;
	bool immutable;
	bool isolated;
	bool parted;
	u32 hidden_start;
	u32 hidden_end;
	u32 nr_allocs;
	u32 max_size;
	u32 free_bits;
	u32 nr_populated;
	u32 nr_empty;
	u64 *populated;
	struct pcpu_hints hints;
	struct pcpu_block *blocks;
	u64 *alloc_map;
	u64 *bound_map;
	struct pcpu_areamap map;
	struct cds_list_head extend;
	struct page *block;
	struct vmap_area *va[];
};

RB_HEAD(pcpu_chunk_tree, pcpu_chunk);

#define PCPU_NO_FIT UINT32_MAX

/* Has a chunk's book-keeping room for the entries that one more object may need? */
enum pcpu_room {
	PCPU_ROOM_ENOUGH,
	PCPU_ROOM_SHORT, /* yes, but background work should make more */
	PCPU_ROOM_NONE,
};

struct pcpu_survey;

/**
 * struct pcpu_area_ops - what is free inside of a unit
 *
 * The allocator knows no more of it than this. Offsets, sizes and alignments are in bits, of
 * PCPU_MIN_ALLOC_SIZE bytes each. pcpu.lock is held, or nobody else knows the chunk.
 *
 * @init:    the books of a new chunk, of which all is free. Sets free_bits. 0 or -ENOMEM. No lock
 * @exit:    give them back; no lock
 * @alloc:   the first free area for a request; @align is a power of two, at most PCPU_BLOCK_BITS;
 *           @populated: only areas in populated pages will do. Return: offset or PCPU_NO_FIT
 * @alloc_at: an area at a given place. Return: false if not all of it is free, or in the unit, or
 *           there is no room for it in the books
 * @free:    give back the area that begins at an offset below pcpu.map_bits. Return: its size; 0
 *           if none begins there, and nothing is changed
 * @why:     after @free returned 0: PCPU_FREE_MIDDLE or PCPU_FREE_TWICE
 * @room:    before @alloc and @alloc_at; NULL: always PCPU_ROOM_ENOUGH
 * @extend:  make room. Called with alloc_mutex and without pcpu.lock, which it takes to put the
 *           larger books in place: others may have changed the chunk before that. 0 or -ENOMEM
 * @verify:  check the books against themselves, and that what is hidden is in use; say what they
 *           hold. Hidden from ThreadSanitizer, with all that it calls
 * @fits:    naive search, see pcpu_fits()
 * @each:    call @fn for each area in order of address: free ones, objects, hidden parts
 *
 * @alloc, @alloc_at and @free change free_bits, and call pcpu_page_used() and
 * pcpu_page_emptied() for each page that gets its first object or loses its last.
 */
struct pcpu_area_ops {
	int (*init)(struct pcpu_chunk *chunk, gfp_t gfp);
	void (*exit)(struct pcpu_chunk *chunk);
	u32 (*alloc)(struct pcpu_chunk *chunk, u32 bits, u32 align, bool populated);
	bool (*alloc_at)(struct pcpu_chunk *chunk, u32 off, u32 bits);
	u32 (*free)(struct pcpu_chunk *chunk, u32 off);
	enum pcpu_bad_free (*why)(const struct pcpu_chunk *chunk, u32 off);
	enum pcpu_room (*room)(const struct pcpu_chunk *chunk);
	int (*extend)(struct pcpu_chunk *chunk, gfp_t gfp);
	void (*verify)(const struct pcpu_chunk *chunk, struct pcpu_survey *s);
	bool (*fits)(const struct pcpu_chunk *chunk, u64 bits, u32 align, u64 slack);
	void (*each)(const struct pcpu_chunk *chunk,
		     void (*fn)(void *arg, u32 off, u32 bits, bool free), void *arg);
};

/**
 * struct pcpu_survey - what @verify found in a chunk
 * @free_bits: free bits
 * @objects:   areas in use, hidden parts included
 * @empty:     bitmap of pages without an allocated bit
 */
struct pcpu_survey {
	u32 free_bits;
	u32 objects;
	u64 empty[BITS_TO_WORDS(PCPU_MAX_UNIT_PAGES)];
};

extern const struct pcpu_area_ops pcpu_bitmap_ops;
extern const struct pcpu_area_ops pcpu_areamap_ops;

/**
 * struct pcpu_backing_ops - where the pages of chunks behind the first one come from
 * @whole:      all pages of a chunk are there from its beginning to its end
 * @create:     give a new chunk its place, chunk.base. 0 or a negative error
 * @destroy:    take it away; @depopulate was called for all pages before, unless @whole
 * @populate:   pages [@start, @end) of all possible CPUs' units; none of them is there. On success
 *              the caller says so with pcpu_chunk_populated(). 0 or a negative error: nothing
 *              has changed. NULL if @whole
 * @depopulate: unmap pages and give them back; atomic requests do not see them any more. NULL if
 *              @whole
 *
 * alloc_mutex is held, or nobody else knows the chunk.
 */
struct pcpu_backing_ops {
	bool whole;
	int (*create)(struct pcpu_chunk *chunk, gfp_t gfp);
	void (*destroy)(struct pcpu_chunk *chunk);
	int (*populate)(struct pcpu_chunk *chunk, u32 start, u32 end, gfp_t gfp);
	void (*depopulate)(struct pcpu_chunk *chunk, const u64 *which);
};

extern const struct pcpu_backing_ops pcpu_vm_ops;
extern const struct pcpu_backing_ops pcpu_km_ops;

/**
 * struct pcpu - a per-CPU allocator
 * @m, @vs:      where pages and addresses come from
 * @topology:    the machine's
 * @cfg:         as given to pcpu_create()
 * @area:        what keeps the books inside of chunks
 * @backing:     where pages come from
 * @unit_size:   bytes of a unit
 * @unit_pages:  the same in pages
 * @map_bits:    the same in bits of PCPU_MIN_ALLOC_SIZE bytes
 * @nr_possible: possible CPUs
 * @unit_off:    of each CPU id: its unit's offset from the lowest; 0 for those that are not
 *               possible
 * @copy_off:    the same of the possible CPUs alone, @nr_possible of them, in order of unit
 * @ai:          the layout that all of this comes from (first.c)
 * @group_off, @group_size: of each group: offset of its first unit from the lowest, and bytes
 * @low_unit_cpu, @high_unit_cpu: CPUs of the lowest and of the highest unit with a CPU
 * @fc_kind:     how the first chunk was made: PCPU_FC_EMBED or PCPU_FC_PAGE
 * @first_base:  address of its lowest unit; 0: there is no first chunk
 * @first_pages: pages of each unit, from its start, that there are; 0: no first chunk
 * @first_va:    PCPU_FC_PAGE: where it is mapped
 * @first_page:  PCPU_FC_PAGE: its pages, @first_pages for each possible CPU, in order of unit
 * @nr_slots:    entries of @slot that are in use
 * @empty_low, @empty_high: bounds for @nr_empty, kept by background work
 * @lock:        see above
 * @alloc_mutex: see above
 * @balance_work: background work: see pcpu_balance_work()
 * @pages:       scratch, one entry for each page of a chunk that can be populated. Under
 * alloc_mutex
 * @atomic_failed: an atomic request was refused since background work last ran
 * @extend:      chunks whose area map is short
 * @first:       the first chunk's dynamic region, or NULL
 * @reserved:    the first chunk's reserved region, or NULL
 * @chunks:      all chunks but @reserved, by address
 * @nr_chunks:   how many
 * @nr_allocs, @alloc_bits: sums over these and @reserved
 * @nr_populated: sum over @chunks
 * @nr_empty:    sum over those that are not isolated; @nr_empty <= @nr_populated at every moment
 * @next_number: number of the next chunk
 * @scanned, @made, @max_allocs, @max_chunks, @min_size, @max_size: see struct pcpu_stats
 * @slot:        chunks by size of the largest free run known
 * @slots_used:  bit for each slot that has a chunk
 * @found:       the chunk that an address was last found in, or NULL
 */
struct pcpu {
	struct machine *m;
	struct vmap_space *vs;
	const struct topology *topology;
	struct pcpu_config cfg;
	const struct pcpu_area_ops *area;
	const struct pcpu_backing_ops *backing;
	u32 unit_size;
	u32 unit_pages;
	u32 map_bits;
	u32 nr_possible;
	u64 *unit_off;
	u64 *copy_off;
	struct pcpu_alloc_info *ai;
	u64 *group_off;
	u64 *group_size;
	unsigned int low_unit_cpu;
	unsigned int high_unit_cpu;
	enum pcpu_fc fc_kind;
	u64 first_base;
	u32 first_pages;
	struct vmap_area *first_va;
	struct page **first_page;
	u32 nr_slots;
	u32 empty_low;
	u32 empty_high;
	spinlock_t lock;
	struct mutex alloc_mutex;
	struct work_struct balance_work;
	struct page **pages;
	bool atomic_failed;
	struct cds_list_head extend;
	struct pcpu_chunk *first;
	struct pcpu_chunk *reserved;
	struct pcpu_chunk_tree chunks;
	u32 next_number;
	u64 nr_chunks;
	u64 nr_allocs;
	u64 alloc_bits;
	u64 nr_populated;
	u64 nr_empty;
	u64 scanned;
	u64 made;
	u64 max_allocs;
	u64 max_chunks;
	u32 min_size;
	u32 max_size;
	struct cds_list_head slot[PCPU_MAX_SLOTS];
	u32 slots_used;
	struct pcpu_chunk *found;
};

/* bitmap.c, also called from its tests. See struct pcpu_area_ops. */
int pcpu_bitmap_init(struct pcpu_chunk *chunk, gfp_t gfp);
void pcpu_bitmap_exit(struct pcpu_chunk *chunk);
u32 pcpu_bitmap_alloc(struct pcpu_chunk *chunk, u32 bits, u32 align, bool populated);
bool pcpu_bitmap_alloc_at(struct pcpu_chunk *chunk, u32 off, u32 bits);
u32 pcpu_bitmap_free(struct pcpu_chunk *chunk, u32 off);
enum pcpu_bad_free pcpu_bitmap_why(const struct pcpu_chunk *chunk, u32 off);
void pcpu_bitmap_each(const struct pcpu_chunk *chunk,
		      void (*fn)(void *arg, u32 off, u32 bits, bool free), void *arg);

/* bitmap_verify.c */
void pcpu_bitmap_verify(const struct pcpu_chunk *chunk, struct pcpu_survey *s);
bool pcpu_bitmap_fits(const struct pcpu_chunk *chunk, u64 bits, u32 align, u64 slack);

/* areamap.c: is a page without an object? */
bool pcpu_areamap_page_empty(const struct pcpu_chunk *chunk, u32 page);

/* areamap_verify.c. See struct pcpu_area_ops. */
void pcpu_areamap_verify(const struct pcpu_chunk *chunk, struct pcpu_survey *s);
bool pcpu_areamap_fits(const struct pcpu_chunk *chunk, u64 bits, u32 align, u64 slack);

/* Is page @i of the units without an object? */
static inline bool pcpu_page_empty(const struct pcpu_chunk *chunk, u32 i)
{
	if (chunk->pc->area == &pcpu_bitmap_ops)
		return chunk->blocks[i].h.contig == PCPU_BLOCK_BITS;
	return pcpu_areamap_page_empty(chunk, i);
}

/* Largest free run known. */
static inline u32 pcpu_chunk_largest(const struct pcpu_chunk *chunk)
{
	return chunk->pc->area == &pcpu_bitmap_ops ? chunk->hints.contig : chunk->map.largest;
}

/* Called by the area allocators when a page loses its last object or gets its first. */
void pcpu_page_emptied(struct pcpu_chunk *chunk, u32 page);
void pcpu_page_used(struct pcpu_chunk *chunk, u32 page);

/*
 * first.c: the layout of units, and the memory of the first chunk. Sets, in @pc, what is said there
 * to come from there; unit_size and what follows from it included. On error nothing is left behind.
 */
int pcpu_first_chunk_create(struct pcpu *pc);
void pcpu_first_chunk_destroy(struct pcpu *pc);

/* chunk.c: chunks, and where to find them. */
struct pcpu_chunk *pcpu_chunk_create(struct pcpu *pc, gfp_t gfp);
struct pcpu_chunk *pcpu_chunk_create_first(struct pcpu *pc, u32 start, u32 end);
void pcpu_chunk_destroy(struct pcpu_chunk *chunk);
void pcpu_chunk_link(struct pcpu_chunk *chunk);
void pcpu_chunk_unlink(struct pcpu_chunk *chunk);
void pcpu_chunk_relocate(struct pcpu_chunk *chunk);
void pcpu_chunk_side(struct pcpu_chunk *chunk);
void pcpu_chunk_isolate(struct pcpu_chunk *chunk);
void pcpu_chunk_sideline(struct pcpu_chunk *chunk);
void pcpu_chunk_reintegrate(struct pcpu_chunk *chunk);
void pcpu_chunk_populated(struct pcpu_chunk *chunk, u32 start, u32 end);
void pcpu_chunk_depopulated(struct pcpu_chunk *chunk, u32 page);
struct pcpu_chunk *pcpu_chunk_by_addr(struct pcpu *pc, u64 addr);
struct pcpu_chunk *pcpu_chunk_by_number(struct pcpu *pc, u32 number);

static inline u32 pcpu_to_depopulate_slot(const struct pcpu *pc)
{
	return pc->nr_slots - 1;
}

/* The slot of chunks without an object. */
static inline u32 pcpu_free_slot(const struct pcpu *pc)
{
	return pc->nr_slots - 2;
}

static inline u32 pcpu_sidelined_slot(const struct pcpu *pc)
{
	return pc->nr_slots - 3;
}

/* Where chunks with a free run of @size bytes are. */
static inline u32 pcpu_size_to_slot(const struct pcpu *pc, u32 size)
{
	int slot = fls64(size) - PCPU_SLOT_BASE_SHIFT + 2;

	if (size == pc->unit_size)
		return pcpu_free_slot(pc);
	return (u32)max(slot, 1);
}

/* Where a chunk that is not isolated belongs. */
static inline u32 pcpu_chunk_slot(const struct pcpu_chunk *chunk)
{
	u32 bits = pcpu_chunk_largest(chunk);

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

/* free.c: give the area back that begins at @off. Return: its bits, 0 if none begins there. */
u32 pcpu_give_area(struct pcpu_chunk *chunk, u32 off);
bool pcpu_find_work(struct pcpu_chunk *chunk);

/* balance.c: background work. */
void pcpu_balance_work(struct work_struct *work);

/*
 * Bytes of the lowest unit that are the chunk's. Of its units the first chunk has the pages of its
 * regions alone: an embedded one gives the others back, and a chunk of kernel memory may lie there.
 */
static inline u64 pcpu_chunk_span(const struct pcpu_chunk *chunk)
{
	const struct pcpu *pc = chunk->pc;

	return chunk->immutable ? (u64)pc->first_pages << PAGE_SHIFT : pc->unit_size;
}

static inline u64 pcpu_unit_addr(const struct pcpu_chunk *chunk, unsigned int cpu)
{
	return chunk->base + chunk->pc->unit_off[cpu];
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * internal.h - a map of the per-CPU allocator: its types, and the rules between them.
 *
 * A chunk has a unit for each CPU, CPU c's at base + unit_off[c]. All chunks have the distances
 * between units of the first chunk (layout.h, first.c), so a chunk may lie in several ranges of
 * addresses, one for each group; base is the address of the lowest unit. All units of a chunk look
 * alike: an area that is allocated at an offset of one unit is allocated at that offset of all, and
 * a page is populated in the units of all possible CPUs or of none. So a chunk has one set of
 * records:
 *
 *   allocated areas   by one of two area allocators (struct pcpu_area_ops): bitmap.c (alloc_map,
 *                     bound_map, blocks, hints) or areamap.c (map)
 *   populated pages   the bitmap populated; the pages come from one of two backings (struct
 *                     pcpu_backing_ops): vm.c or km.c
 *
 * Chunks are in lists, "slots", by the size of their largest free run, and in a tree by address
 * (chunk.c). alloc_percpu_gfp() searches upwards from the tightest slot that can fit. The first
 * chunk's reserved region has a chunk structure of its own, in no slot and not in the tree.
 *
 * Locks, outermost first:
 *
 *   alloc_mutex   mutex: population and depopulation, creation and destruction of chunks, longer
 *                 area maps, and so the scratch array pcpu.pages. Only its holder destroys a chunk,
 *                 and only a chunk without an object
 *   lock          irqsave: records, slots, tree, counts, pcpu.extend, pcpu.found. A populated bit
 *                 changes under both locks, so either is enough to read it
 *
 * alloc_mutex is outside of the vmap layer's locks. Under lock only schedule_work() is called.
 *
 * A populated bit is set after the page is mapped, and cleared before the page is unmapped. A page
 * with an object stays populated.
 *
 * Longer than 500 lines: it is one map, and each type in it refers to the others.
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
 * Slot 0 has chunks that are full, or nearly: a chunk from a slot below PCPU_SLOT_FAIL_THRESHOLD
 * that could not serve a request goes there until something in it is freed. The slots by size
 * follow, and after them
 *
 *   the sidelined slot      isolated chunks without empty pages: used again only if no other chunk
 *                           with an object has room
 *   the free slot           chunks without an object
 *   the to-depopulate slot  isolated chunks whose empty pages background work takes
 */
#define PCPU_SLOT_BASE_SHIFT 5
#define PCPU_SLOT_FAIL_THRESHOLD 3u
#define PCPU_MAX_SLOTS 26u

/**
 * struct pcpu_hints - a summary of the free runs in a range of bits; hints.h has the invariants
 * @first_free:   first free bit; the number of bits of the range if there is none
 * @contig:       length of the largest free run known; 0: none
 * @contig_start: its first bit
 * @scan:         length of a second free run; 0: none is remembered
 * @scan_start:   its first bit
 * @rest:         all other runs have at most this length
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
 * struct pcpu_block - the summary of a page, of PCPU_BLOCK_BITS bits
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
 * struct pcpu_areamap - an area map; areamap.c has the invariants
 * @size:    sizes in bits, in order of address: positive for free areas, negative for areas in use
 * @used:    number of entries
 * @room:    number of entries for which there is memory
 * @largest: the largest positive entry; 0: none
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
 * @number:     number of chunks made before it
 * @slot:       pcpu_chunk_slot(), or 0 after a failure, or a slot of isolated chunks
 * @immutable:  of the first chunk: never depopulated, never destroyed
 * @isolated:   in one of the two slots of isolated chunks; pcpu.nr_empty leaves out its pages
 * @hidden_start, @hidden_end: objects lie in bits [@hidden_start, @hidden_end); the other bits are
 *              marked allocated for ever
 * @nr_allocs:  objects
 * @max_size:   bytes of the largest object ever
 * @free_bits:  number of free bits
 * @nr_populated: ones in @populated
 * @nr_empty:   of these, pages with no bit allocated
 * @populated:  1: the page is populated, in the units of all possible CPUs
 * @hints:      bitmap: of the whole unit
 * @parted:     bitmap: @hints may know a free run by its parts alone, see bitmap.c
 * @blocks:     bitmap: one for each page of a unit
 * @alloc_map:  bitmap: 1: allocated
 * @bound_map:  bitmap: 1: an object begins here, or one ends before this bit. One bit longer than
 *              @alloc_map. Bits inside of objects are 0; bits of free areas are undefined
 * @map:        area map
 * @extend:     area map: in pcpu.extend while @map waits for more room
 * @block:      km: the first of its page frames
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

/* Has an area map room for the entries of one more object? */
enum pcpu_room {
	PCPU_ROOM_ENOUGH,
	PCPU_ROOM_SHORT, /* yes, and background work should make more */
	PCPU_ROOM_NONE,
};

struct pcpu_survey;

/**
 * struct pcpu_area_ops - an area allocator: the free areas inside of a unit
 *
 * Offsets, sizes and alignments are in bits, of PCPU_MIN_ALLOC_SIZE bytes each. The caller holds
 * pcpu.lock, or no other task knows the chunk.
 *
 * @init:    make the records of a new chunk, all free, and set free_bits. 0 or -ENOMEM. No lock
 * @exit:    free the records; no lock
 * @alloc:   the first free area for a request; @align is a power of two, at most PCPU_BLOCK_BITS;
 *           @populated: in populated pages only. Return: offset or PCPU_NO_FIT
 * @alloc_at: an area at a given place. Return: false: a part of it is in use or outside of the
 * unit, or the records have no room for it
 * @free:    give back the area that begins at an offset below pcpu.map_bits. Return: its size; 0:
 * no area begins there, and nothing is changed
 * @why:     after @free returned 0: PCPU_FREE_MIDDLE or PCPU_FREE_TWICE
 * @room:    before @alloc and @alloc_at; NULL: always PCPU_ROOM_ENOUGH
 * @extend:  make room, under alloc_mutex. It takes pcpu.lock to install the larger array; other
 *           tasks may change the chunk before that. 0 or -ENOMEM
 * @verify:  check the invariants, and that hidden parts are in use; survey the chunk. Hidden from
 *           ThreadSanitizer, with all that it calls
 * @fits:    naive search, see pcpu_fits()
 * @each:    call @fn for each area in order of address: free areas, objects, hidden parts
 *
 * @alloc, @alloc_at and @free change free_bits, and call pcpu_page_used() or pcpu_page_emptied()
 * for each page that gets its first object or loses its last.
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
 * struct pcpu_survey - the result of @verify for a chunk
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
 * struct pcpu_backing_ops - the pages of all chunks after the first one
 * @whole:      all pages of a chunk are populated during its whole life
 * @create:     give a new chunk its addresses, chunk.base. 0 or a negative error
 * @destroy:    take them away; @depopulate was called for all pages before, unless @whole
 * @populate:   populate pages [@start, @end) of all possible CPUs' units, none of which is
 * populated. After success the caller calls pcpu_chunk_populated(). 0 or a negative error: nothing
 * has changed. NULL if @whole
 * @depopulate: unmap pages and give them back; the caller called pcpu_chunk_depopulated() before.
 *              NULL if @whole
 *
 * The caller holds alloc_mutex, or no other task knows the chunk.
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
 * @m, @vs:      the machine and the address space
 * @topology:    the machine's
 * @cfg:         as given to pcpu_create()
 * @area:        the area allocator inside of chunks
 * @backing:     the source of pages
 * @unit_size:   bytes of a unit
 * @unit_pages:  the same in pages
 * @map_bits:    the same in bits of PCPU_MIN_ALLOC_SIZE bytes
 * @nr_possible: possible CPUs
 * @unit_off:    of each CPU id: its unit's offset from the lowest; 0: not possible
 * @copy_off:    the same of the @nr_possible possible CPUs, in order of unit
 * @ai:          the layout, from which all of this is computed (first.c)
 * @group_off, @group_size: of each group: offset of its first unit from the lowest, and bytes
 * @low_unit_cpu, @high_unit_cpu: CPUs of the lowest and of the highest unit
 * @fc_kind:     how the first chunk was made: PCPU_FC_EMBED or PCPU_FC_PAGE
 * @first_base:  address of its lowest unit; 0: there is no first chunk
 * @first_pages: number of populated pages at the start of each unit; 0: no first chunk
 * @first_va:    PCPU_FC_PAGE: the area in which it is mapped
 * @first_page:  PCPU_FC_PAGE: its pages, @first_pages for each possible CPU, in order of unit
 * @nr_slots:    number of entries of @slot that are in use
 * @empty_low, @empty_high: watermarks of background work for @nr_empty
 * @lock:        see above
 * @alloc_mutex: see above
 * @balance_work: background work: see pcpu_balance_work()
 * @pages:       scratch array, an entry for each page of a chunk; under alloc_mutex
 * @atomic_failed: an atomic request was refused since background work last ran
 * @starved:     background work last ended without memory or addresses for empty pages
 * @spares:      chunks without an object that background work last left
 * @extend:      chunks whose area map is short
 * @first:       the first chunk's dynamic region, or NULL
 * @reserved:    the first chunk's reserved region, or NULL
 * @chunks:      all chunks except @reserved, by address
 * @nr_chunks:   number of chunks
 * @nr_allocs, @alloc_bits: sums over these and @reserved
 * @nr_populated: sum over @chunks
 * @nr_empty:    sum over chunks that are not isolated; at most @nr_populated at every moment
 * @next_number: number of the next chunk
 * @scanned, @made, @max_allocs, @max_chunks, @min_size, @max_size: see struct pcpu_stats
 * @slot:        chunks by size of the largest free run known
 * @slots_used:  a bit for each slot that has a chunk
 * @found:       the chunk of the last address that was looked up, or NULL
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
	bool starved;
	u32 spares;
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

/* bitmap.c and bitmap_free.c, also called from tests. See struct pcpu_area_ops. */
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
 * first.c: the layout of units, and the memory of the first chunk. Sets the fields of @pc that
 * depend on the layout, from unit_size on. After an error nothing is left allocated.
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

/* The slot of chunks with a largest free run of @size bytes. */
static inline u32 pcpu_size_to_slot(const struct pcpu *pc, u32 size)
{
	int slot = fls64(size) - PCPU_SLOT_BASE_SHIFT + 2;

	if (size == pc->unit_size)
		return pcpu_free_slot(pc);
	return (u32)max(slot, 1);
}

/* The slot of a chunk that is not isolated (C1). */
static inline u32 pcpu_chunk_slot(const struct pcpu_chunk *chunk)
{
	u32 bits = pcpu_chunk_largest(chunk);

	return bits ? pcpu_size_to_slot(chunk->pc, bits << PCPU_MIN_ALLOC_SHIFT) : 0;
}

/*
 * Chunks in order of address (C2). The caller holds the lock, or knows that no other task is in an
 * operation. NULL: no more.
 */
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

/* free.c: give back the area at @off; background work after a free. */
u32 pcpu_give_area(struct pcpu_chunk *chunk, u32 off);
bool pcpu_find_work(struct pcpu_chunk *chunk);

/* balance.c: background work. */
void pcpu_balance_work(struct work_struct *work);

/*
 * Bytes of the lowest unit that belong to the chunk. The first chunk has only the pages of its
 * regions: embedding gives the other pages back, and a chunk of kernel memory may lie there.
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

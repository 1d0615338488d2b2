/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify.c - recompute what the allocator remembers, from the bitmaps.
 *
 * Each invariant named in hints.h (H), bitmap.c (B) and chunk.c (C) is checked, and the text of
 * a finding says where, what was remembered, and what was found. A chunk's maps are read once, and
 * each run of free bits in a block is looked at; blocks that are all free or all taken, the
 * most common ones, cost a comparison a word.
 *
 * No lock is taken and no scheduling point passed: in the fibers engine it happens at one
 * moment. ThreadSanitizer must not see it (the pragma below): that other tasks are between
 * operations is the caller's knowledge (@quiet), not order between tasks. With tasks inside of
 * operations only the sums are judged, by the order in which they are counted: lists and maps
 * may be in the middle of a change.
 *
 * pcpu_fits() is here too, as the other judge: it believes the allocation maps and nothing else.
 */
#ifdef __clang__
#pragma clang attribute push(__attribute__((no_sanitize("thread", "coverage"))),                   \
			     apply_to = function)
#endif

#include <stdio.h>

#include "hints.h"

#define NUM(x) ((unsigned long long)(x))

/* Whose hints are looked at: a block's, or with WHOLE_CHUNK the chunk's own. */
#define WHOLE_CHUNK UINT32_MAX

struct where {
	u32 chunk;
	u32 block;
};

static const char *where_name(const struct where *w, char name[48])
{
	if (w->block == WHOLE_CHUNK)
		snprintf(name, 48, "chunk %u", w->chunk);
	else
		snprintf(name, 48, "chunk %u, block %u", w->chunk, w->block);
	return name;
}

#define HINT_CHECK(cond, where, fmt, ...)                                                          \
	MM_CHECK(cond, HINT, "%s: " fmt, where_name(where, (char[48]){0}), __VA_ARGS__)

/**
 * struct found - what a summary's free runs really are
 * @first_free: first free bit
 * @longest:    of the runs that the summary was told of
 * @front:      longest of these that begin in front of its scan run
 */
struct found {
	u32 first_free;
	u32 longest;
	u32 front;
};

/* H1 to H5. @map is where the summary's bits begin. */
static void verify_hints(const struct where *w, const struct pcpu_hints *h, const u64 *map,
			 u32 nr_bits, const struct found *f)
{
	u32 scan_end = h->scan_start + h->scan, contig_end = h->contig_start + h->contig;

	HINT_CHECK(h->first_free == f->first_free, w, "first_free is %u, the first free bit is %u",
		   h->first_free, f->first_free);
	HINT_CHECK(h->contig >= f->longest, w, "contig is %u, a free run has %u bits", h->contig,
		   f->longest);
	HINT_CHECK(!h->contig || (contig_end <= nr_bits &&
				  find_next_bit(map, contig_end, h->contig_start) == contig_end),
		   w, "contig: %u bits from %u are not all free", h->contig, h->contig_start);
	if (!h->scan)
		return;
	HINT_CHECK(scan_end <= nr_bits && find_next_bit(map, scan_end, h->scan_start) == scan_end,
		   w, "scan: %u bits from %u are not all free", h->scan, h->scan_start);
	HINT_CHECK(scan_end < h->contig_start || contig_end < h->scan_start, w,
		   "scan, %u bits from %u, touches contig, %u from %u", h->scan, h->scan_start,
		   h->contig, h->contig_start);
	HINT_CHECK(h->scan <= h->contig &&
			   (h->scan == h->contig) == (h->scan_start > h->contig_start),
		   w, "scan, %u bits from %u, is on the wrong side of contig, %u from %u", h->scan,
		   h->scan_start, h->contig, h->contig_start);
	HINT_CHECK(f->front <= h->scan, w, "scan is %u bits from %u, in front a free run has %u",
		   h->scan, h->scan_start, f->front);
}

/**
 * struct survey - a chunk, read from its first block to its last
 * @f:         the runs that the chunk was told of
 * @free_bits: zeroes in the allocation map
 * @objects:   allocated bits with a bound: where objects begin
 * @taken:     the last bit of the block read last is allocated
 * @run:       free bits up to the end of the block read last
 * @run_start: where they begin
 * @run_whole: they contain a whole block
 */
struct survey {
	struct found f;
	u32 free_bits;
	u32 objects;
	bool taken;
	u32 run;
	u32 run_start;
	bool run_whole;
};

static void end_run(const struct pcpu_chunk *chunk, struct survey *s)
{
	if (s->run_whole) {
		s->f.longest = max(s->f.longest, s->run);
		if (s->run_start < chunk->hints.scan_start)
			s->f.front = max(s->f.front, s->run);
	}
	s->run_whole = false;
}

/* The runs of a block that is neither all free nor all taken. */
static void read_runs(const struct pcpu_chunk *chunk, u32 block, const u64 *map, struct found *f,
		      struct survey *s)
{
	const u32 base = block * PCPU_BLOCK_BITS;
	const struct pcpu_block *b = &chunk->blocks[block];
	u32 start = find_next_zero_bit(map, PCPU_BLOCK_BITS, 0), end = 0;

	f->first_free = start;
	for (; start < PCPU_BLOCK_BITS; start = find_next_zero_bit(map, PCPU_BLOCK_BITS, end)) {
		end = find_next_bit(map, PCPU_BLOCK_BITS, start);
		f->longest = max(f->longest, end - start);
		s->free_bits += end - start;
		if (start < b->h.scan_start)
			f->front = max(f->front, end - start);
		if (base + start < chunk->hints.scan_start)
			s->f.front = max(s->f.front, end - start);
	}
}

/* Each side of each allocated run is the bound of an object. */
static void read_bounds(const struct pcpu_chunk *chunk, u32 block, struct survey *s)
{
	const u32 from = block * PCPU_BLOCK_WORDS;
	u64 carry = s->taken;

	for (u32 i = from; i < from + PCPU_BLOCK_WORDS; i++) {
		u64 taken = chunk->alloc_map[i], bound = chunk->bound_map[i];
		u64 unbound = (taken ^ (taken << 1 | carry)) & ~bound;

		MM_CHECK(!unbound, COUNT,
			 "chunk %u: an object begins or ends at bit %u, and its bound is not set",
			 chunk->number, i * WORD_BITS + (u32)__builtin_ctzll(unbound));
		s->objects += (u32)__builtin_popcountll(taken & bound);
		carry = taken >> (WORD_BITS - 1);
	}
	s->taken = carry;
}

/* A block that is all free, B1. */
static void verify_whole(const struct pcpu_chunk *chunk, u32 block, struct survey *s)
{
	const struct where w = {chunk->number, block};
	const struct pcpu_block *b = &chunk->blocks[block];
	const u32 base = block * PCPU_BLOCK_BITS;

	HINT_CHECK(b->left_free == PCPU_BLOCK_BITS && b->right_free == PCPU_BLOCK_BITS &&
			   b->h.contig == PCPU_BLOCK_BITS && !b->h.contig_start,
		   &w, "all is free, and left_free is %u, right_free %u, contig %u from %u",
		   b->left_free, b->right_free, b->h.contig, b->h.contig_start);
	HINT_CHECK(!b->h.first_free && !b->h.scan, &w,
		   "all is free, and first_free is %u, scan %u from %u", b->h.first_free, b->h.scan,
		   b->h.scan_start);
	MM_CHECK(!s->taken || test_bit(chunk->bound_map, base), COUNT,
		 "chunk %u: an object ends at bit %u, and its bound is not set", chunk->number,
		 base);
	s->f.first_free = min(s->f.first_free, base);
	s->free_bits += PCPU_BLOCK_BITS;
	s->taken = false;
	s->run_start = s->run ? s->run_start : base;
	s->run += PCPU_BLOCK_BITS;
	s->run_whole = true;
}

static void verify_block(const struct pcpu_chunk *chunk, u32 block, struct survey *s)
{
	const u64 *map = chunk->alloc_map + block * PCPU_BLOCK_WORDS;
	const struct where w = {chunk->number, block};
	const struct pcpu_block *b = &chunk->blocks[block];
	struct found f = {.first_free = PCPU_BLOCK_BITS};
	u64 any = 0, all = ~0ULL;
	u32 left, right;

	for (u32 i = 0; i < PCPU_BLOCK_WORDS; i++) {
		any |= map[i];
		all &= map[i];
	}
	if (!any) {
		verify_whole(chunk, block, s);
		return;
	}
	if (~all)
		read_runs(chunk, block, map, &f, s);
	left = find_next_bit(map, PCPU_BLOCK_BITS, 0);
	right = PCPU_BLOCK_BITS - find_zero_start(map, 0, PCPU_BLOCK_BITS);
	HINT_CHECK(b->left_free == left, &w, "left_free is %u, %u bits are free there",
		   b->left_free, left);
	HINT_CHECK(b->right_free == right, &w, "right_free is %u, %u bits are free there",
		   b->right_free, right);
	HINT_CHECK(b->h.contig <= f.longest, &w, "contig is %u, the longest free run has %u bits",
		   b->h.contig, f.longest);
	verify_hints(&w, &b->h, map, PCPU_BLOCK_BITS, &f);
	read_bounds(chunk, block, s);

	s->run += left;
	end_run(chunk, s);
	s->run = right;
	s->run_start = (block + 1) * PCPU_BLOCK_BITS - right;
	s->f.longest = max(s->f.longest, f.longest);
	if (f.first_free < PCPU_BLOCK_BITS)
		s->f.first_free = min(s->f.first_free, block * PCPU_BLOCK_BITS + f.first_free);
}

/* What the survey says of the objects. */
static void verify_objects(const struct pcpu_chunk *chunk, const struct survey *s)
{
	const u32 bits = chunk->pc->map_bits;
	u32 objects = chunk->nr_allocs + (chunk->hidden_start > 0) + (chunk->hidden_end < bits);

	MM_CHECK(!s->taken || test_bit(chunk->bound_map, bits), COUNT,
		 "chunk %u: the last object has no end", chunk->number);
	MM_CHECK(s->objects == objects, COUNT,
		 "chunk %u: %u objects counted, hidden parts included, %u found", chunk->number,
		 objects, s->objects);
	MM_CHECK(chunk->free_bits == s->free_bits, COUNT,
		 "chunk %u: %u free bits counted, %u found", chunk->number, chunk->free_bits,
		 s->free_bits);
	MM_CHECK(find_next_zero_bit(chunk->alloc_map, chunk->hidden_start, 0) ==
				 chunk->hidden_start &&
			 find_next_zero_bit(chunk->alloc_map, bits, chunk->hidden_end) == bits,
		 OVERLAP, "chunk %u: bits outside of [%u, %u) are free", chunk->number,
		 chunk->hidden_start, chunk->hidden_end);
}

static void verify_pages(const struct pcpu_chunk *chunk)
{
	const u32 pages = chunk->pc->unit_pages;
	u32 populated = 0, empty = 0;

	for (u32 i = 0; i < pages; i++) {
		if (!test_bit(chunk->populated, i))
			continue;
		populated++;
		empty += pcpu_bitmap_page_empty(chunk, i);
	}
	MM_CHECK(find_next_bit(chunk->populated, BITS_TO_WORDS(pages) * WORD_BITS, pages) ==
			 BITS_TO_WORDS(pages) * WORD_BITS,
		 RANGE, "chunk %u: pages behind its %u are populated", chunk->number, pages);
	MM_CHECK(chunk->nr_populated == populated, COUNT,
		 "chunk %u: %u populated pages counted, %u found", chunk->number,
		 chunk->nr_populated, populated);
	MM_CHECK(chunk->nr_empty == empty, COUNT,
		 "chunk %u: %u empty populated pages counted, %u found", chunk->number,
		 chunk->nr_empty, empty);
}

static void verify_chunk(const struct pcpu_chunk *chunk)
{
	const struct pcpu *pc = chunk->pc;
	const struct where w = {chunk->number, WHOLE_CHUNK};
	struct survey s = {.f.first_free = pc->map_bits};

	MM_CHECK(chunk->base && IS_ALIGNED(chunk->base, PAGE_SIZE) &&
			 chunk->base + pcpu_chunk_bytes(pc) > chunk->base,
		 RANGE, "chunk %u begins at %#llx, which is no place for %llu bytes", chunk->number,
		 NUM(chunk->base), NUM(pcpu_chunk_bytes(pc)));
	for (u32 i = 0; i < pc->unit_pages; i++)
		verify_block(chunk, i, &s);
	end_run(chunk, &s);
	verify_hints(&w, &chunk->hints, chunk->alloc_map, pc->map_bits, &s.f);
	verify_objects(chunk, &s);
	verify_pages(chunk);
}

static void verify_slots(const struct pcpu *pc)
{
	const struct cds_list_head *pos;
	u64 found = 0;

	for (u32 slot = 0; slot < pc->nr_slots; slot++) {
		const struct cds_list_head *head = &pc->slot[slot];

		for (pos = head->next; pos != head; pos = pos->next) {
			const struct pcpu_chunk *chunk = container_of(pos, struct pcpu_chunk, list);
			u32 right = pcpu_chunk_slot(chunk);

			MM_CHECK(found++ < pc->nr_chunks && pos->next->prev == pos, LIST,
				 "the list of slot %u is broken, or has more than the %llu chunks",
				 slot, NUM(pc->nr_chunks));
			MM_CHECK(chunk->slot == slot, LIST,
				 "chunk %u says that it is in slot %u, and is in slot %u",
				 chunk->number, chunk->slot, slot);
			MM_CHECK(
				slot == right || (!slot && right < PCPU_SLOT_FAIL_THRESHOLD), LIST,
				"chunk %u is in slot %u, with %u bits free in a row its slot is %u",
				chunk->number, slot, pcpu_bitmap_largest(chunk), right);
		}
	}
	MM_CHECK(found == pc->nr_chunks, LIST, "%llu chunks counted, %llu are in slots",
		 NUM(pc->nr_chunks), NUM(found));
}

/*
 * The tree is walked here and not by chunk.c: what is called from here is to be hidden as well, and
 * what others call is not.
 */
static const struct pcpu_chunk *leftmost(const struct pcpu_chunk *chunk)
{
	while (chunk && RB_LEFT(chunk, node))
		chunk = RB_LEFT(chunk, node);
	return chunk;
}

static const struct pcpu_chunk *next_chunk(const struct pcpu_chunk *chunk)
{
	const struct pcpu_chunk *up = RB_PARENT(chunk, node);

	if (RB_RIGHT(chunk, node))
		return leftmost(RB_RIGHT(chunk, node));
	while (up && chunk == RB_RIGHT(up, node)) {
		chunk = up;
		up = RB_PARENT(chunk, node);
	}
	return up;
}

void pcpu_verify(struct pcpu *pc, bool quiet)
{
	const struct pcpu_chunk *chunk, *prev = NULL;
	u64 chunks = 0, allocs = 0, taken = 0, populated = 0, empty = 0;

	MM_CHECK(pc->nr_empty <= pc->nr_populated, COUNT,
		 "%llu empty populated pages counted, of %llu populated ones", NUM(pc->nr_empty),
		 NUM(pc->nr_populated));
	MM_CHECK(pc->nr_populated <= pc->nr_chunks * pc->unit_pages, COUNT,
		 "%llu populated pages counted, in %llu chunks of %u pages", NUM(pc->nr_populated),
		 NUM(pc->nr_chunks), pc->unit_pages);
	if (!quiet)
		return;

	for (chunk = leftmost(RB_ROOT(&pc->chunks)); chunk;
	     prev = chunk, chunk = next_chunk(chunk)) {
		MM_CHECK(chunks++ < pc->nr_chunks, LIST,
			 "the tree has more than the %llu chunks counted", NUM(pc->nr_chunks));
		MM_CHECK(!prev || prev->base + pcpu_chunk_bytes(pc) <= chunk->base, OVERLAP,
			 "chunk %u at %#llx and chunk %u at %#llx overlap", prev->number,
			 NUM(prev->base), chunk->number, NUM(chunk->base));
		verify_chunk(chunk);
		allocs += chunk->nr_allocs;
		taken += chunk->hidden_end - chunk->hidden_start - chunk->free_bits;
		populated += chunk->nr_populated;
		empty += chunk->nr_empty;
	}
	MM_CHECK(chunks == pc->nr_chunks, LIST, "%llu chunks counted, %llu are in the tree",
		 NUM(pc->nr_chunks), NUM(chunks));
	MM_CHECK(pc->nr_allocs == allocs, COUNT, "%llu objects counted, the chunks have %llu",
		 NUM(pc->nr_allocs), NUM(allocs));
	MM_CHECK(pc->alloc_bits == taken, COUNT, "%llu bits in use counted, the chunks have %llu",
		 NUM(pc->alloc_bits), NUM(taken));
	MM_CHECK(pc->nr_populated == populated, COUNT,
		 "%llu populated pages counted, the chunks have %llu", NUM(pc->nr_populated),
		 NUM(populated));
	MM_CHECK(pc->nr_empty == empty, COUNT,
		 "%llu empty populated pages counted, the chunks have %llu", NUM(pc->nr_empty),
		 NUM(empty));
	verify_slots(pc);
}

/*
 * Is there an aligned run of @bits within a page, or one of @bits and @slack more across pages?
 * Bit by bit, words of one kind in a step.
 */
static bool chunk_fits(const struct pcpu_chunk *chunk, u64 bits, u32 align, u64 slack)
{
	const u64 *map = chunk->alloc_map;
	u64 run_start = 0, in_page;

	for (u64 i = 0; i < chunk->pc->map_bits;) {
		if (i % WORD_BITS == 0 && !map[i / WORD_BITS]) {
			i += WORD_BITS;
		} else if (i % WORD_BITS == 0 && !~map[i / WORD_BITS]) {
			i += WORD_BITS;
			run_start = i;
		} else {
			bool taken = map[i / WORD_BITS] >> (i % WORD_BITS) & 1;

			i++;
			if (taken)
				run_start = i;
		}
		in_page = max(run_start, (i - 1) / PCPU_BLOCK_BITS * PCPU_BLOCK_BITS);
		if (ALIGN(in_page, align) + bits <= i ||
		    ALIGN(run_start, align) + bits + slack <= i)
			return true;
	}
	return false;
}

bool pcpu_fits(struct pcpu *pc, u32 below, u32 size, u32 align, u32 slack)
{
	u64 bits = DIV_ROUND_UP((u64)size, PCPU_MIN_ALLOC_SIZE);
	u64 slack_bits = DIV_ROUND_UP((u64)slack, PCPU_MIN_ALLOC_SIZE);
	struct pcpu_chunk *chunk;
	unsigned long flags;
	bool fits = false;

	align = max(align, PCPU_MIN_ALLOC_SIZE) >> PCPU_MIN_ALLOC_SHIFT;
	spin_lock_irqsave(&pc->lock, flags);
	for (chunk = pcpu_chunk_first(pc); chunk && !fits; chunk = pcpu_chunk_next(chunk))
		fits = chunk->number < below && chunk_fits(chunk, bits, align, slack_bits);
	spin_unlock_irqrestore(&pc->lock, flags);
	return fits;
}

#ifdef __clang__
#pragma clang attribute pop
#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bitmap_verify.c - recompute the summaries of a bitmap from its maps.
 *
 * The verifier checks each invariant of hints.h (H1 to H6) and bitmap.c (B1 to B3), and a finding
 * says where, the value that was remembered, and the value that was found. It reads a chunk's maps
 * once, and looks at each free run of a block. Most blocks are all free or all taken, and cost one
 * comparison for each word.
 *
 * It is hidden from ThreadSanitizer, as verify.c is, for the same reason.
 */
#include "../sched/types.h"

VERIFIER_BEGIN

#include <stdio.h>

#include "hints.h"

/* The owner of a summary: a block, or with WHOLE_CHUNK the chunk. */
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
 * struct found - the free runs of a summary, from the map
 * @first_free: first free bit
 * @longest:    longest run that the summary was told of
 * @front:      longest of these that begins in front of the scan run
 * @rest:       longest run except the contig run
 */
struct found {
	u32 first_free;
	u32 longest;
	u32 front;
	u32 rest;
};

/* Count the run [@start, @end) of the summary for H6. */
static void find_rest(struct found *f, const struct pcpu_hints *h, u32 start, u32 end)
{
	if (end < h->contig_start || start > h->contig_start + h->contig)
		f->rest = max(f->rest, end - start);
}

/* H1, H2, H6, H3, H4 and H5, in this order. @map: the bits of the summary. */
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
	HINT_CHECK(f->rest <= h->rest, w, "rest is %u, a free run beside contig has %u", h->rest,
		   f->rest);
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
 * @out:       the result. Objects are counted as allocated bits with a bound
 * @taken:     the last bit of the last block is allocated
 * @run:       free bits up to the end of the last block
 * @run_start: the first of these bits
 * @run_whole: these bits contain a whole block
 */
struct survey {
	struct found f;
	struct pcpu_survey *out;
	bool taken;
	u32 run;
	u32 run_start;
	bool run_whole;
};

static void end_run(const struct pcpu_chunk *chunk, struct survey *s)
{
	if (s->run)
		find_rest(&s->f, &chunk->hints, s->run_start, s->run_start + s->run);
	/* B3: a run across two blocks, neither of them whole, is known unless the chunk is parted.
	 */
	if (s->run_whole || !chunk->parted) {
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
		find_rest(f, &b->h, start, end);
		/* A run at an end of the block may go on in the next block. */
		if (start && end < PCPU_BLOCK_BITS)
			find_rest(&s->f, &chunk->hints, base + start, base + end);
		s->out->free_bits += end - start;
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
		s->out->objects += (u32)__builtin_popcountll(taken & bound);
		carry = taken >> (WORD_BITS - 1);
	}
	s->taken = carry;
}

/* B1 of a block that is all free. */
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
	set_bit(s->out->empty, block);
	s->f.first_free = min(s->f.first_free, base);
	s->out->free_bits += PCPU_BLOCK_BITS;
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
	/* B1 and B2. */
	HINT_CHECK(b->left_free == left, &w, "left_free is %u, %u bits are free there",
		   b->left_free, left);
	HINT_CHECK(b->right_free == right, &w, "right_free is %u, %u bits are free there",
		   b->right_free, right);
	HINT_CHECK(b->h.contig <= f.longest, &w, "contig is %u, the longest free run has %u bits",
		   b->h.contig, f.longest);
	verify_hints(&w, &b->h, map, PCPU_BLOCK_BITS, &f);
	read_bounds(chunk, block, s);

	if (!s->run)
		s->run_start = block * PCPU_BLOCK_BITS;
	s->run += left;
	end_run(chunk, s);
	s->run = right;
	s->run_start = (block + 1) * PCPU_BLOCK_BITS - right;
	s->f.longest = max(s->f.longest, f.longest);
	if (f.first_free < PCPU_BLOCK_BITS)
		s->f.first_free = min(s->f.first_free, block * PCPU_BLOCK_BITS + f.first_free);
}

void pcpu_bitmap_verify(const struct pcpu_chunk *chunk, struct pcpu_survey *out)
{
	const struct pcpu *pc = chunk->pc;
	const struct where w = {chunk->number, WHOLE_CHUNK};
	struct survey s = {.f.first_free = pc->map_bits, .out = out};

	for (u32 i = 0; i < pc->unit_pages; i++)
		verify_block(chunk, i, &s);
	end_run(chunk, &s);
	/* B3: a parted chunk knows some runs by their parts alone. */
	if (chunk->parted)
		s.f.rest = 0;
	verify_hints(&w, &chunk->hints, chunk->alloc_map, pc->map_bits, &s.f);
	MM_CHECK(!s.taken || test_bit(chunk->bound_map, pc->map_bits), COUNT,
		 "chunk %u: the last object has no end", chunk->number);
	MM_CHECK(find_next_zero_bit(chunk->alloc_map, chunk->hidden_start, 0) ==
				 chunk->hidden_start &&
			 find_next_zero_bit(chunk->alloc_map, pc->map_bits, chunk->hidden_end) ==
				 pc->map_bits,
		 OVERLAP, "chunk %u: bits outside of [%u, %u) are free", chunk->number,
		 chunk->hidden_start, chunk->hidden_end);
}

/*
 * Is there an aligned run of @bits within a page, or one of @bits and @slack more across pages?
 * Bit by bit, words of one kind in a step.
 */
bool pcpu_bitmap_fits(const struct pcpu_chunk *chunk, u64 bits, u32 align, u64 slack)
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

VERIFIER_END

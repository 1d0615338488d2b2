/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bitmap.c - what is free inside of a unit: a bit for every 4 bytes, and a summary a page.
 *
 * After "percpu: replace area map allocator with bitmap" (2017). A block is the part of the map
 * that stands for one page. It remembers the free runs at its two ends, and its largest one with
 * the hints of hints.h; the same hints exist once more for the whole unit. So a search goes
 * from block to block, adding up what touches between them, and reads bits in the one block only
 * that is known to have room.
 *
 * Invariants, besides H1 to H5 of hints.h for each block and for the chunk, all verified:
 *
 *   B1  left_free and right_free are the lengths of the free runs at the block's ends; both are
 *       PCPU_BLOCK_BITS if and only if contig is, and the page is then empty
 *   B2  a block was told of every free run in it, so its contig run is its longest
 *   B3  the chunk was told of every free run that contains a whole block, and of that part
 *       of every free run that lies in one block. Only a run that spans two blocks, neither of
 *       them whole, may be known by its parts alone. So the chunk's contig never overstates, and
 *       understates by less than a block
 *
 * B3 is what makes a free cheap: the chunk's summary is built anew, from the blocks, only if
 * a block becomes whole or an object that spanned blocks goes.
 *
 * Allocating takes away free bits: nothing gets longer, so a summary changes only if what it
 * remembers is broken into. Then the block is read again, or the chunk's blocks are, from
 * the scan run on.
 */
#include "hints.h"

static u64 *block_map(const struct pcpu_chunk *chunk, u32 block)
{
	return chunk->alloc_map + block * PCPU_BLOCK_WORDS;
}

static bool block_whole(const struct pcpu_block *b)
{
	return b->h.contig == PCPU_BLOCK_BITS;
}

/**
 * struct region - free bits, as blocks tell of them
 * @start: first bit
 * @bits:  how many
 */
struct region {
	u32 start;
	u32 bits;
};

/*
 * The next free region at or behind @from, put together from the blocks' ends, or the
 * contig run of a block. @from is not inside of a free run. A block's other runs are passed
 * over: none of them is longer.
 */
static bool next_free_region(const struct pcpu_chunk *chunk, u32 from, struct region *r)
{
	u32 i = from / PCPU_BLOCK_BITS, block_off = from % PCPU_BLOCK_BITS;

	r->bits = 0;
	for (; i < chunk->pc->unit_pages; i++) {
		const struct pcpu_block *b = &chunk->blocks[i];

		if (r->bits) {
			r->bits += b->left_free;
			if (b->left_free == PCPU_BLOCK_BITS)
				continue;
			return true;
		}
		if (b->h.contig && b->h.contig_start >= block_off &&
		    b->h.contig_start + b->h.contig < PCPU_BLOCK_BITS) {
			r->start = i * PCPU_BLOCK_BITS + b->h.contig_start;
			r->bits = b->h.contig;
			return true;
		}
		/* Only the first block is entered in its middle. */
		block_off = 0;
		r->bits = b->right_free;
		r->start = (i + 1) * PCPU_BLOCK_BITS - b->right_free;
	}
	return r->bits;
}

/*
 * The next region that has room for an aligned request of @bits, at or behind @from: where to
 * start looking, and how far until the request ends. In a block it starts where the block's scan
 * hint says, in front of the room itself.
 */
static bool next_fit_region(const struct pcpu_chunk *chunk, u32 from, u32 bits, u32 align,
			    struct region *r)
{
	u32 i = from / PCPU_BLOCK_BITS, block_off = from % PCPU_BLOCK_BITS;

	r->bits = 0;
	for (; i < chunk->pc->unit_pages; i++) {
		const struct pcpu_block *b = &chunk->blocks[i];

		chunk->pc->scanned++;
		if (r->bits) {
			r->bits += b->left_free;
			if (r->bits >= bits)
				return true;
			if (b->left_free == PCPU_BLOCK_BITS)
				continue;
		}
		if (b->h.contig_start >= block_off && pcpu_hints_fit(&b->h, bits, align)) {
			u32 start = pcpu_hints_skip(&b->h, bits);

			r->start = i * PCPU_BLOCK_BITS + start;
			r->bits = ALIGN(b->h.contig_start, align) + bits - start;
			return true;
		}
		block_off = 0;
		r->start = ALIGN(PCPU_BLOCK_BITS - b->right_free, align);
		r->bits = PCPU_BLOCK_BITS - r->start;
		r->start += i * PCPU_BLOCK_BITS;
		if (r->bits >= bits)
			return true;
	}
	return false;
}

/* Are all pages of a region populated? If not, @next is where to go on looking. */
static bool region_populated(const struct pcpu_chunk *chunk, const struct region *r, u32 *next)
{
	u32 pages = chunk->pc->unit_pages;
	u32 start = r->start / PCPU_BLOCK_BITS;
	u32 end = DIV_ROUND_UP(r->start + r->bits, PCPU_BLOCK_BITS);
	u32 hole = find_next_zero_bit(chunk->populated, end, start);

	if (hole >= end)
		return true;
	*next = find_next_bit(chunk->populated, pages, hole + 1) * PCPU_BLOCK_BITS;
	return false;
}

/* Where to look for an area; PCPU_NO_FIT: not in this chunk. */
static u32 find_region(const struct pcpu_chunk *chunk, u32 bits, u32 align, bool populated)
{
	u32 from = pcpu_hints_skip(&chunk->hints, bits);
	struct region r;

	if (!pcpu_hints_fit(&chunk->hints, bits, align))
		return PCPU_NO_FIT;
	while (next_fit_region(chunk, from, bits, align, &r))
		if (!populated || region_populated(chunk, &r, &from))
			return r.start;
	return PCPU_NO_FIT;
}

/*
 * The first aligned area of @bits in [@start, @end); @passed receives the longest free run in
 * front of it, the last one of several.
 */
static u32 find_area(const u64 *map, u32 start, u32 end, u32 bits, u32 align, struct region *passed)
{
	passed->bits = 0;
	for (;;) {
		u32 run = find_next_zero_bit(map, end, start);
		u32 run_end = find_next_bit(map, end, run);
		u32 area = ALIGN(run, align);

		if (area + bits <= run_end)
			return area;
		if (run_end >= end)
			return PCPU_NO_FIT;
		if (run_end - run >= passed->bits)
			*passed = (struct region){.start = run, .bits = run_end - run};
		start = run_end;
	}
}

/* Read a block again, from bit @from on. */
static void block_refresh(struct pcpu_chunk *chunk, u32 block, u32 from)
{
	const u64 *map = block_map(chunk, block);
	struct pcpu_hints *h = &chunk->blocks[block].h;
	u32 start, end;

	for (start = from;
	     (start = find_next_zero_bit(map, PCPU_BLOCK_BITS, start)) < PCPU_BLOCK_BITS;
	     start = end) {
		end = find_next_bit(map, PCPU_BLOCK_BITS, start);
		pcpu_hints_add(h, start, end);
	}
}

/* Build the chunk's summary from its blocks, from bit @from on. */
static void chunk_refresh(struct pcpu_chunk *chunk, u32 from)
{
	struct region r;

	for (; next_free_region(chunk, from, &r); from = r.start + r.bits)
		pcpu_hints_add(&chunk->hints, r.start, r.start + r.bits);
}

/*
 * [@start, @end) of the @nr_bits of @map are taken, and marked already. Return: the contig run
 * is broken into.
 */
static bool hints_take(struct pcpu_hints *h, const u64 *map, u32 nr_bits, u32 start, u32 end)
{
	if (h->first_free >= start && h->first_free < end)
		h->first_free = find_next_zero_bit(map, nr_bits, end);
	if (ranges_overlap(h->scan_start, h->scan, start, end - start))
		h->scan = 0;
	return ranges_overlap(h->contig_start, h->contig, start, end - start);
}

/* Bits [@start, @end) of a block are taken, and marked already. */
static void block_take(struct pcpu_chunk *chunk, u32 block, u32 start, u32 end)
{
	struct pcpu_block *b = &chunk->blocks[block];

	if (block_whole(b))
		pcpu_page_used(chunk, block);
	if (end - start == PCPU_BLOCK_BITS) {
		*b = (struct pcpu_block){.h.first_free = PCPU_BLOCK_BITS};
		return;
	}
	b->left_free = min(b->left_free, start);
	b->right_free = min(b->right_free, PCPU_BLOCK_BITS - end);
	if (hints_take(&b->h, block_map(chunk, block), PCPU_BLOCK_BITS, start, end))
		block_refresh(chunk, block, pcpu_hints_promote(&b->h));
}

static void take(struct pcpu_chunk *chunk, u32 off, u32 bits)
{
	u32 end = off + bits, last = (end - 1) / PCPU_BLOCK_BITS;

	set_range(chunk->alloc_map, off, bits);
	set_bit(chunk->bound_map, off);
	clear_range(chunk->bound_map, off + 1, bits - 1);
	set_bit(chunk->bound_map, end);
	chunk->free_bits -= bits;

	for (u32 i = off / PCPU_BLOCK_BITS, start = off % PCPU_BLOCK_BITS; i <= last; i++) {
		block_take(chunk, i, start,
			   i == last ? end - i * PCPU_BLOCK_BITS : PCPU_BLOCK_BITS);
		start = 0;
	}
	if (hints_take(&chunk->hints, chunk->alloc_map, chunk->pc->map_bits, off, end))
		chunk_refresh(chunk, pcpu_hints_promote(&chunk->hints));
}

u32 pcpu_bitmap_alloc(struct pcpu_chunk *chunk, u32 bits, u32 align, bool populated)
{
	u32 start = find_region(chunk, bits, align, populated), end, off;
	struct pcpu_hints *h;
	struct region passed;

	if (start == PCPU_NO_FIT)
		return PCPU_NO_FIT;
	/* The room is found by the end of the block in which the search starts, or of the request.
	 */
	end = min(start + bits + PCPU_BLOCK_BITS, chunk->pc->map_bits);
	off = find_area(chunk->alloc_map, start, end, bits, align, &passed);
	if (off == PCPU_NO_FIT)
		return PCPU_NO_FIT;
	chunk->pc->scanned += off + bits - start;

	h = &chunk->blocks[start / PCPU_BLOCK_BITS].h;
	if (passed.bits && off / PCPU_BLOCK_BITS == start / PCPU_BLOCK_BITS &&
	    start % PCPU_BLOCK_BITS == pcpu_hints_skip(h, bits))
		pcpu_hints_passed(h, passed.start % PCPU_BLOCK_BITS, passed.bits);
	take(chunk, off, bits);
	return off;
}

bool pcpu_bitmap_alloc_at(struct pcpu_chunk *chunk, u32 off, u32 bits)
{
	u32 map_bits = chunk->pc->map_bits;

	if (!bits || bits > map_bits || off > map_bits - bits ||
	    find_next_bit(chunk->alloc_map, off + bits, off) < off + bits)
		return false;
	take(chunk, off, bits);
	return true;
}

/* Bits [@start, @end) of a block are free, the bits around them are not. */
static void block_give(struct pcpu_chunk *chunk, u32 block, u32 start, u32 end)
{
	struct pcpu_block *b = &chunk->blocks[block];

	if (end - start == PCPU_BLOCK_BITS) {
		*b = (struct pcpu_block){.h.contig = PCPU_BLOCK_BITS,
					 .left_free = PCPU_BLOCK_BITS,
					 .right_free = PCPU_BLOCK_BITS};
		pcpu_page_emptied(chunk, block);
		return;
	}
	if (!start)
		b->left_free = end;
	if (end == PCPU_BLOCK_BITS)
		b->right_free = PCPU_BLOCK_BITS - start;
	pcpu_hints_add(&b->h, start, end);
}

/*
 * A free run of one block grew. Whole blocks next to it belong to it, and what they touch
 * in turn; the chunk knows their run already if it is the contig run.
 */
static void chunk_give(struct pcpu_chunk *chunk, u32 start, u32 end)
{
	const struct pcpu_block *blocks = chunk->blocks;
	struct pcpu_hints *h = &chunk->hints;
	u32 i;

	if (start % PCPU_BLOCK_BITS == 0 && start != h->contig_start + h->contig) {
		for (i = start / PCPU_BLOCK_BITS; i && block_whole(&blocks[i - 1]); i--)
			start -= PCPU_BLOCK_BITS;
		if (i && block_whole(&blocks[i]))
			start -= blocks[i - 1].right_free;
	}
	if (end % PCPU_BLOCK_BITS == 0 && end != h->contig_start) {
		for (i = end / PCPU_BLOCK_BITS;
		     i < chunk->pc->unit_pages && block_whole(&blocks[i]); i++)
			end += PCPU_BLOCK_BITS;
		if (i < chunk->pc->unit_pages && block_whole(&blocks[i - 1]))
			end += blocks[i].left_free;
	}
	pcpu_hints_add(h, start, end);
}

u32 pcpu_bitmap_free(struct pcpu_chunk *chunk, u32 off)
{
	u32 first = off / PCPU_BLOCK_BITS, start = off % PCPU_BLOCK_BITS, last, end, bits;

	if (!test_bit(chunk->alloc_map, off) || !test_bit(chunk->bound_map, off))
		return 0;
	end = find_next_bit(chunk->bound_map, chunk->pc->map_bits + 1, off + 1);
	bits = end - off;
	last = (end - 1) / PCPU_BLOCK_BITS;
	end -= last * PCPU_BLOCK_BITS;
	clear_range(chunk->alloc_map, off, bits);
	chunk->free_bits += bits;

	/* The free run that the area is now part of, as far as its first and last block go. */
	start = find_zero_start(block_map(chunk, first), 0, start);
	end = find_next_bit(block_map(chunk, last), PCPU_BLOCK_BITS, end);
	for (u32 i = first; i <= last; i++)
		block_give(chunk, i, i == first ? start : 0, i == last ? end : PCPU_BLOCK_BITS);

	if (first != last || end - start == PCPU_BLOCK_BITS) {
		chunk->hints.first_free =
			min(chunk->hints.first_free, first * PCPU_BLOCK_BITS + start);
		chunk_refresh(chunk, pcpu_hints_forget(&chunk->hints));
	} else {
		chunk_give(chunk, first * PCPU_BLOCK_BITS + start, last * PCPU_BLOCK_BITS + end);
	}
	return bits;
}

int pcpu_bitmap_init(struct pcpu_chunk *chunk, gfp_t gfp)
{
	struct pcpu *pc = chunk->pc;
	u32 words = BITS_TO_WORDS(pc->map_bits);

	chunk->alloc_map = kcalloc(pc->m, words, sizeof(u64), gfp);
	chunk->bound_map = kcalloc(pc->m, words + 1, sizeof(u64), gfp);
	chunk->blocks = kcalloc(pc->m, pc->unit_pages, sizeof(*chunk->blocks), gfp);
	if (!chunk->alloc_map || !chunk->bound_map || !chunk->blocks) {
		pcpu_bitmap_exit(chunk);
		return -ENOMEM;
	}
	for (u32 i = 0; i < pc->unit_pages; i++)
		chunk->blocks[i] = (struct pcpu_block){.h.contig = PCPU_BLOCK_BITS,
						       .left_free = PCPU_BLOCK_BITS,
						       .right_free = PCPU_BLOCK_BITS};
	chunk->hints = (struct pcpu_hints){.contig = pc->map_bits};
	chunk->free_bits = pc->map_bits;
	return 0;
}

void pcpu_bitmap_exit(struct pcpu_chunk *chunk)
{
	struct machine *m = chunk->pc->m;

	kfree(m, chunk->blocks);
	kfree(m, chunk->bound_map);
	kfree(m, chunk->alloc_map);
}

enum pcpu_bad_free pcpu_bitmap_why(const struct pcpu_chunk *chunk, u32 off)
{
	return test_bit(chunk->alloc_map, off) ? PCPU_FREE_MIDDLE : PCPU_FREE_TWICE;
}

void pcpu_bitmap_each(const struct pcpu_chunk *chunk,
		      void (*fn)(void *arg, u32 off, u32 bits, bool free), void *arg)
{
	const u32 end = chunk->pc->map_bits;
	u32 off, to;

	for (off = 0; off < end; off = to) {
		bool free = !test_bit(chunk->alloc_map, off);

		to = free ? find_next_bit(chunk->alloc_map, end, off)
			  : min(find_next_bit(chunk->bound_map, end + 1, off + 1), end);
		fn(arg, off, to - off, free);
	}
}

const struct pcpu_area_ops pcpu_bitmap_ops = {
	.init = pcpu_bitmap_init,
	.exit = pcpu_bitmap_exit,
	.alloc = pcpu_bitmap_alloc,
	.alloc_at = pcpu_bitmap_alloc_at,
	.free = pcpu_bitmap_free,
	.why = pcpu_bitmap_why,
	.verify = pcpu_bitmap_verify,
	.fits = pcpu_bitmap_fits,
	.each = pcpu_bitmap_each,
};

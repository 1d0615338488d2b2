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
 *       them whole, may be known by its parts alone, and then the chunk is marked as parted. So
 *       the chunk's contig never overstates, and understates by less than a block
 *
 * B3 is what makes a free cheap: a run's other half, in the next block, is looked for only if
 * a block becomes whole or an object that spanned blocks goes. If then the chunk is parted, its
 * summary is built anew from the blocks, so that such runs do not stay unknown.
 *
 * Allocating takes away free bits: nothing gets longer, so a summary changes only if what it
 * remembers is broken into. Then what is left is still the longest run (H6); or the block is
 * read again, or the chunk's blocks are, from the scan run on.
 *
 * What a search costs: a chunk whose contig run does not serve is refused by its hints alone, one
 * whose contig run does serves. (If only populated pages will do, it may be the wrong ones: then
 * each block is looked at once, in vain.) On the way to the area each block is asked by
 * its hints, and in one of them the words are read, many starts at a time: no more than those of a
 * block and of the request.
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
 * The next region that has room for an aligned request of @bits, at or behind @from: where to
 * start looking, and how far until the request ends. In a block it starts where the block's scan
 * hint says, in front of the room itself.
 */
static bool next_fit_region(const struct pcpu_chunk *chunk, u32 from, u32 bits, u32 align,
			    struct region *r)
{
	u32 first = from / PCPU_BLOCK_BITS, i = first, block_off = from % PCPU_BLOCK_BITS;
	const u32 pages = chunk->pc->unit_pages;

	r->bits = 0;
	for (; i < pages; i++) {
		const struct pcpu_block *b = &chunk->blocks[i];

		if (r->bits) {
			r->bits += b->left_free;
			if (r->bits >= bits)
				break;
			if (b->left_free == PCPU_BLOCK_BITS)
				continue;
		}
		if (b->h.contig_start >= block_off && pcpu_hints_fit(&b->h, bits, align)) {
			u32 start = pcpu_hints_skip(&b->h, bits);

			r->start = i * PCPU_BLOCK_BITS + start;
			r->bits = ALIGN(b->h.contig_start, align) + bits - start;
			break;
		}
		block_off = 0;
		r->start = ALIGN(PCPU_BLOCK_BITS - b->right_free, align);
		r->bits = PCPU_BLOCK_BITS - r->start;
		r->start += i * PCPU_BLOCK_BITS;
		if (r->bits >= bits)
			break;
	}
	chunk->pc->scanned += min(i + 1, pages) - first;
	return i < pages;
}

/*
 * Are all pages of a region populated? If not, @next is where to go on looking: behind the last one
 * that is missing. Between two missing ones there is no room, or the region would be there.
 */
static bool region_populated(const struct pcpu_chunk *chunk, const struct region *r, u32 *next)
{
	u32 start = r->start / PCPU_BLOCK_BITS;
	u32 end = DIV_ROUND_UP(r->start + r->bits, PCPU_BLOCK_BITS);

	while (end > start && test_bit(chunk->populated, end - 1))
		end--;
	if (end == start)
		return true;
	*next = find_next_bit(chunk->populated, chunk->pc->unit_pages, end) * PCPU_BLOCK_BITS;
	return false;
}

/*
 * Does the block in which the chunk's contig run serves remember another run? One that is as
 * long, but aligned in another way; or a longer one, if the contig run serves from the block's
 * start on, and most of it lies in front.
 */
static bool blocks_contig_differs(const struct pcpu_chunk *chunk, u32 area)
{
	u32 block = area / PCPU_BLOCK_BITS;
	u32 run = max(chunk->hints.contig_start, block * PCPU_BLOCK_BITS);

	return chunk->blocks[block].h.contig_start != run % PCPU_BLOCK_BITS;
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
	r = (struct region){ALIGN(chunk->hints.contig_start, align), bits};
	if (!blocks_contig_differs(chunk, r.start))
		return PCPU_NO_FIT;
	return !populated || region_populated(chunk, &r, &from) ? r.start : PCPU_NO_FIT;
}

/* A search that reads fewer words is done again with less work than remembering takes. */
#define PASSED_WORDS 8

/*
 * A search for @bits in block @h, from its bit @start on, led to @area. If it passed many words,
 * the longest run in them is remembered, so that the next search begins behind it.
 */
static void remember_passed(const u64 *map, struct pcpu_hints *h, u32 start, u32 area, u32 bits)
{
	u32 run = 0, end;

	if (area / WORD_BITS < start / WORD_BITS + PASSED_WORDS || bits <= h->scan ||
	    h->scan >= h->contig || start != pcpu_hints_skip(h, bits))
		return;
	/* The run that the area is in may be longer than the area. */
	end = find_zero_start(map, start, area);
	bits = longest_zero_run(map, end, start, &run);
	if (bits)
		pcpu_hints_passed(h, run, bits);
}

/*
 * Read a block again, from bit @from on, which is not inside of a free run: from each place where
 * taken bits and free ones meet to the next. Words that lie in the free run at the end are not
 * read.
 */
static void block_refresh(struct pcpu_chunk *chunk, u32 block, u32 from)
{
	const u64 *map = block_map(chunk, block);
	struct pcpu_block *b = &chunk->blocks[block];
	const u32 tail = PCPU_BLOCK_BITS - b->right_free;
	u64 unseen = ~mask_from(from), last = 1;
	u32 start = PCPU_BLOCK_BITS;

	for (u32 i = from / WORD_BITS; i * WORD_BITS < tail; i++, unseen = 0) {
		const u64 word = map[i] | unseen;
		u64 edges = word ^ (word << 1 | last);

		last = word >> (WORD_BITS - 1);
		for (; edges; edges &= edges - 1) {
			u32 at = i * WORD_BITS + (u32)__builtin_ctzll(edges);

			if (start == PCPU_BLOCK_BITS) {
				start = at;
			} else {
				pcpu_hints_add_next(&b->h, start, at);
				start = PCPU_BLOCK_BITS;
			}
		}
	}
	if (b->right_free && from <= tail)
		pcpu_hints_add_next(&b->h, tail, PCPU_BLOCK_BITS);
}

/*
 * Build the chunk's summary from its blocks, from bit @from on, which is not inside of a free run.
 * What it is told of a block is the contig run, and the ends together with what they touch.
 */
static void chunk_refresh(struct pcpu_chunk *chunk, u32 from)
{
	struct pcpu_hints *h = &chunk->hints;
	u32 i = from / PCPU_BLOCK_BITS, block_off = from % PCPU_BLOCK_BITS;
	struct region r = {0};

	if (from == h->first_free)
		chunk->parted = false;
	for (; i < chunk->pc->unit_pages; i++) {
		const struct pcpu_block *b = &chunk->blocks[i];
		u32 start = i * PCPU_BLOCK_BITS;

		h->rest = max(h->rest, b->h.rest);
		if (r.bits) {
			r.bits += b->left_free;
			if (b->left_free == PCPU_BLOCK_BITS)
				continue;
			pcpu_hints_add_next(h, r.start, r.start + r.bits);
			block_off = b->left_free;
		}
		if (b->h.contig && b->h.contig_start >= block_off &&
		    b->h.contig_start + b->h.contig < PCPU_BLOCK_BITS)
			pcpu_hints_add_next(h, start + b->h.contig_start,
					    start + b->h.contig_start + b->h.contig);
		/* Only the first block is entered in its middle. */
		block_off = 0;
		r.start = start + PCPU_BLOCK_BITS - b->right_free;
		r.bits = b->right_free;
	}
	if (r.bits)
		pcpu_hints_add_next(h, r.start, r.start + r.bits);
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
	if (b->h.first_free >= start && b->h.first_free < end)
		b->h.first_free = find_next_zero_bit(block_map(chunk, block), PCPU_BLOCK_BITS, end);
	if (pcpu_hints_take(&b->h, start, end, true))
		block_refresh(chunk, block, pcpu_hints_promote(&b->h));
}

/* The first free bit of a chunk is not in front of @block. */
static u32 first_free_from(const struct pcpu_chunk *chunk, u32 block)
{
	for (; block < chunk->pc->unit_pages; block++)
		if (chunk->blocks[block].h.first_free < PCPU_BLOCK_BITS)
			return block * PCPU_BLOCK_BITS + chunk->blocks[block].h.first_free;
	return chunk->pc->map_bits;
}

static void take(struct pcpu_chunk *chunk, u32 off, u32 bits)
{
	u32 end = off + bits, last = (end - 1) / PCPU_BLOCK_BITS;
	struct pcpu_hints *h = &chunk->hints;

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
	if (h->first_free >= off && h->first_free < end)
		h->first_free = first_free_from(chunk, last);
	if (pcpu_hints_take(h, off, end, !chunk->parted))
		chunk_refresh(chunk, pcpu_hints_promote(h));
}

u32 pcpu_bitmap_alloc(struct pcpu_chunk *chunk, u32 bits, u32 align, bool populated)
{
	u32 start = find_region(chunk, bits, align, populated), end, off, block;

	if (start == PCPU_NO_FIT)
		return PCPU_NO_FIT;
	/* The room is found by the end of the block in which the search starts, or of the request.
	 */
	end = min(start + bits + PCPU_BLOCK_BITS, chunk->pc->map_bits);
	off = find_zero_run(chunk->alloc_map, end, start, bits, align);
	if (off == end)
		return PCPU_NO_FIT;
	chunk->pc->scanned += (off + bits - 1) / WORD_BITS - start / WORD_BITS + 1;

	block = start / PCPU_BLOCK_BITS;
	if (off / PCPU_BLOCK_BITS == block)
		remember_passed(block_map(chunk, block), &chunk->blocks[block].h,
				start % PCPU_BLOCK_BITS, off % PCPU_BLOCK_BITS, bits);
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
 * Where the free run that continues, in front of @block's first bit, a run of this block begins.
 * Whole blocks belong to it, and the part of a block next to one; with @spans any part. Not
 * asked for where the contig run tells: it goes over the border.
 */
static u32 join_front(struct pcpu_chunk *chunk, u32 block, bool spans)
{
	const struct pcpu_block *blocks = chunk->blocks;
	u32 i = block;

	while (i && block_whole(&blocks[i - 1]))
		i--;
	if (!i || !blocks[i - 1].right_free)
		return i * PCPU_BLOCK_BITS;
	if (spans || i < block)
		return i * PCPU_BLOCK_BITS - blocks[i - 1].right_free;
	chunk->parted = true;
	return i * PCPU_BLOCK_BITS;
}

/* The same for the end of the run, behind the last bit of the block in front of @block. */
static u32 join_back(struct pcpu_chunk *chunk, u32 block, bool spans)
{
	const struct pcpu_block *blocks = chunk->blocks;
	u32 i = block;

	while (i < chunk->pc->unit_pages && block_whole(&blocks[i]))
		i++;
	if (i == chunk->pc->unit_pages || !blocks[i].left_free)
		return i * PCPU_BLOCK_BITS;
	if (spans || i > block)
		return i * PCPU_BLOCK_BITS + blocks[i].left_free;
	chunk->parted = true;
	return i * PCPU_BLOCK_BITS;
}

/*
 * A free run grew to [@start, @end), as far as the blocks that it grew in go. @spans: it contains a
 * whole block, or came from an object that lay in several.
 */
static void chunk_give(struct pcpu_chunk *chunk, u32 start, u32 end, bool spans)
{
	struct pcpu_hints *h = &chunk->hints;
	const u32 contig_end = h->contig_start + h->contig;

	if (start % PCPU_BLOCK_BITS == 0)
		start = h->contig_start < start && start <= contig_end
				? h->contig_start
				: join_front(chunk, start / PCPU_BLOCK_BITS, spans);
	if (end % PCPU_BLOCK_BITS == 0)
		end = h->contig_start <= end && end < contig_end
			      ? contig_end
			      : join_back(chunk, end / PCPU_BLOCK_BITS, spans);
	pcpu_hints_add(h, start, end);
}

/* Bits from @start on became free in a chunk that is parted. */
static void chunk_rebuild(struct pcpu_chunk *chunk, u32 start)
{
	chunk->hints.first_free = min(chunk->hints.first_free, start);
	chunk_refresh(chunk, pcpu_hints_forget(&chunk->hints));
}

/* The free run around bits of a block that were given back; its ends are often known. */
static u32 run_start(const struct pcpu_block *b, const u64 *map, u32 start)
{
	return b->left_free == start ? 0 : find_zero_start(map, 0, start);
}

static u32 run_end(const struct pcpu_block *b, const u64 *map, u32 end)
{
	return b->right_free == PCPU_BLOCK_BITS - end ? PCPU_BLOCK_BITS
						      : find_next_bit(map, PCPU_BLOCK_BITS, end);
}

/* Bits [@start, @end) of @block are free again; most objects lie in one block. */
static void free_in_block(struct pcpu_chunk *chunk, u32 block, u32 start, u32 end)
{
	const u64 *map = block_map(chunk, block);
	const struct pcpu_block *b = &chunk->blocks[block];
	const u32 base = block * PCPU_BLOCK_BITS;
	bool whole;

	start = run_start(b, map, start);
	end = run_end(b, map, end);
	block_give(chunk, block, start, end);
	whole = end - start == PCPU_BLOCK_BITS;
	if (unlikely(whole && chunk->parted))
		chunk_rebuild(chunk, base);
	else
		chunk_give(chunk, base + start, base + end, whole);
}

/* The same for bits of the chunk in several blocks; all but the first and the last become whole. */
static void free_across_blocks(struct pcpu_chunk *chunk, u32 start, u32 end)
{
	const u32 first = start / PCPU_BLOCK_BITS, last = (end - 1) / PCPU_BLOCK_BITS;
	const u32 last_base = last * PCPU_BLOCK_BITS;

	start = run_start(&chunk->blocks[first], block_map(chunk, first), start % PCPU_BLOCK_BITS);
	end = run_end(&chunk->blocks[last], block_map(chunk, last), end - last_base);
	block_give(chunk, first, start, PCPU_BLOCK_BITS);
	for (u32 i = first + 1; i < last; i++)
		block_give(chunk, i, 0, PCPU_BLOCK_BITS);
	block_give(chunk, last, 0, end);
	start += first * PCPU_BLOCK_BITS;
	if (chunk->parted)
		chunk_rebuild(chunk, start);
	else
		chunk_give(chunk, start, last_base + end, true);
}

u32 pcpu_bitmap_free(struct pcpu_chunk *chunk, u32 off)
{
	const u32 first = off / PCPU_BLOCK_BITS, base = first * PCPU_BLOCK_BITS;
	u32 end, bits;

	if (!test_bit(chunk->alloc_map, off) || !test_bit(chunk->bound_map, off))
		return 0;
	end = find_next_bit(chunk->bound_map, chunk->pc->map_bits + 1, off + 1);
	bits = end - off;
	clear_range(chunk->alloc_map, off, bits);
	chunk->free_bits += bits;
	if (likely(end - base <= PCPU_BLOCK_BITS))
		free_in_block(chunk, first, off - base, end - base);
	else
		free_across_blocks(chunk, off, end);
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

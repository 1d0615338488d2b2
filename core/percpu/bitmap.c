/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bitmap.c - the bitmap: the free areas of a unit as a bit for every 4 bytes, a summary a page.
 *
 * After "percpu: replace area map allocator with bitmap" (2017). A block is the part of the map for
 * one page. It remembers the free runs at its two ends, and its largest run with the hints of
 * hints.h; the chunk has the same hints for the whole unit. So a search goes from block to block,
 * adds up the runs that touch between them, and reads bits only in the block that has room.
 * bitmap_free.c gives areas back.
 *
 * Invariants, verified by bitmap_verify.c, besides H1 to H6 of hints.h for each block and chunk:
 *
 *   B1  left_free and right_free are the lengths of the free runs at the block's ends; both are
 *       PCPU_BLOCK_BITS if and only if contig is, and the page is then empty
 *   B2  a block was told of every free run in it, so its contig run is its longest
 *   B3  the chunk was told of every free run that contains a whole block, and of the part of every
 *       free run that lies in one block. Only a run that spans two blocks, neither of them whole,
 *       may be known by its parts alone, and then the chunk is marked as parted. So the chunk's
 *       contig never overstates, and understates by less than a block (mainline's: two pages)
 *
 * An allocation makes no run longer, so a summary changes only if a remembered run is cut. Then the
 * rest of the run is still the longest run (H6); or the block is read again, or the chunk's blocks
 * are, from the scan run on.
 *
 * Cost of a search: the hints alone refuse a chunk whose contig run does not serve, and a chunk
 * whose contig run serves has the area. (If only populated pages will do, they may be the wrong
 * ones: then each block is looked at once, in vain.) On the way to the area each block is tested by
 * its hints, and in one block the words are read, many starts at a time: no more words than those
 * of a block and of the request.
 */
#include "bitmap.h"

/**
 * struct region - free bits, by the summaries of blocks
 * @start: first bit
 * @bits:  number of bits
 */
struct region {
	u32 start;
	u32 bits;
};

/*
 * The next region at or after @from with room for an aligned request of @bits: where to start the
 * search, and the number of bits until the request ends. In a block the search starts where the
 * block's scan hint says (H5), in front of the room itself.
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
 * Are all pages of a region populated? If not, the search goes on at @next, after the last missing
 * page. Between two missing pages there is no room, or the region would be there.
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
 * Does the block in which the chunk's contig run serves remember another run? That is a run of the
 * same length with another alignment; or a longer one, if the contig run serves from the start of
 * the block on, and most of it lies in front of the block.
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

/* A search that reads fewer words is cheaper to repeat than to remember. */
#define PASSED_WORDS 8

/*
 * A search for @bits in the block of @h, from its bit @start on, found @area. If it passed many
 * words, remember the longest run in them (H5), so that the next search begins after that run.
 */
static void remember_passed(const u64 *map, struct pcpu_hints *h, u32 start, u32 area, u32 bits)
{
	u32 run = 0, end;

	if (area / WORD_BITS < start / WORD_BITS + PASSED_WORDS || bits <= h->scan ||
	    h->scan >= h->contig || start != pcpu_hints_skip(h, bits))
		return;
	/* The area may lie inside of a longer run. */
	end = find_zero_start(map, start, area);
	bits = longest_zero_run(map, end, start, &run);
	if (bits)
		pcpu_hints_passed(h, run, bits);
}

/*
 * Read a block again (B2) from bit @from on, which is not inside of a free run, from each edge
 * between taken and free bits to the next. Words in the free run at the end are not read.
 */
static void block_refresh(struct pcpu_chunk *chunk, u32 block, u32 from)
{
	const u64 *map = pcpu_block_map(chunk, block);
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
 * Rebuild the chunk's summary from its blocks, from bit @from on, which is not inside of a free
 * run. The summary is told of each block's contig run, and of the ends together with the runs that
 * they touch (B1).
 */
void pcpu_bitmap_refresh(struct pcpu_chunk *chunk, u32 from)
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
		/* Only the first block may begin in its middle. */
		block_off = 0;
		r.start = start + PCPU_BLOCK_BITS - b->right_free;
		r.bits = b->right_free;
	}
	if (r.bits)
		pcpu_hints_add_next(h, r.start, r.start + r.bits);
}

/* Update the summary of a block after bits [@start, @end) were marked as taken. */
static void block_take(struct pcpu_chunk *chunk, u32 block, u32 start, u32 end)
{
	struct pcpu_block *b = &chunk->blocks[block];

	if (pcpu_block_whole(b))
		pcpu_page_used(chunk, block);
	if (end - start == PCPU_BLOCK_BITS) {
		*b = (struct pcpu_block){.h.first_free = PCPU_BLOCK_BITS};
		return;
	}
	b->left_free = min(b->left_free, start);
	b->right_free = min(b->right_free, PCPU_BLOCK_BITS - end);
	if (b->h.first_free >= start && b->h.first_free < end)
		b->h.first_free =
			find_next_zero_bit(pcpu_block_map(chunk, block), PCPU_BLOCK_BITS, end);
	if (pcpu_hints_take(&b->h, start, end, true))
		block_refresh(chunk, block, pcpu_hints_promote(&b->h));
}

/* The first free bit of a chunk (H1), which is not in front of @block. */
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
		pcpu_bitmap_refresh(chunk, pcpu_hints_promote(h));
}

u32 pcpu_bitmap_alloc(struct pcpu_chunk *chunk, u32 bits, u32 align, bool populated)
{
	u32 start = find_region(chunk, bits, align, populated), end, off, block;

	if (start == PCPU_NO_FIT)
		return PCPU_NO_FIT;
	/* The area ends within a block after the request's length. */
	end = min(start + bits + PCPU_BLOCK_BITS, chunk->pc->map_bits);
	off = find_zero_run(chunk->alloc_map, end, start, bits, align);
	if (off == end)
		return PCPU_NO_FIT;
	chunk->pc->scanned += (off + bits - 1) / WORD_BITS - start / WORD_BITS + 1;

	block = start / PCPU_BLOCK_BITS;
	if (off / PCPU_BLOCK_BITS == block)
		remember_passed(pcpu_block_map(chunk, block), &chunk->blocks[block].h,
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bitmap_free.c - the bitmap: give an area back, and tell the summaries of the free run.
 *
 * B3 (bitmap.c) makes a free cheap: it looks for a run's other half, in the next block, only if a
 * block becomes whole or the object spanned blocks. If the chunk is parted then, its summary is
 * rebuilt from the blocks, so that such runs become known.
 */
#include "bitmap.h"

/* Update the summary of a block: [@start, @end) is a whole free run now. */
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
 * A free run begins at the first bit of @block: where does the run begin that it continues? Whole
 * blocks belong to it, and the free end of the block next to them. The free end of the block next
 * to
 * @block belongs to it only with @spans; else the chunk is parted (B3).
 */
static u32 join_front(struct pcpu_chunk *chunk, u32 block, bool spans)
{
	const struct pcpu_block *blocks = chunk->blocks;
	u32 i = block;

	while (i && pcpu_block_whole(&blocks[i - 1]))
		i--;
	if (!i || !blocks[i - 1].right_free)
		return i * PCPU_BLOCK_BITS;
	if (spans || i < block)
		return i * PCPU_BLOCK_BITS - blocks[i - 1].right_free;
	chunk->parted = true;
	return i * PCPU_BLOCK_BITS;
}

/* The same for a free run that ends at the first bit of @block: where does the run end? */
static u32 join_back(struct pcpu_chunk *chunk, u32 block, bool spans)
{
	const struct pcpu_block *blocks = chunk->blocks;
	u32 i = block;

	while (i < chunk->pc->unit_pages && pcpu_block_whole(&blocks[i]))
		i++;
	if (i == chunk->pc->unit_pages || !blocks[i].left_free)
		return i * PCPU_BLOCK_BITS;
	if (spans || i > block)
		return i * PCPU_BLOCK_BITS + blocks[i].left_free;
	chunk->parted = true;
	return i * PCPU_BLOCK_BITS;
}

/*
 * Tell the chunk of a free run that grew to [@start, @end) within its blocks. @spans: the run
 * contains a whole block, or the freed object lay in several blocks (B3).
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

/* Rebuild the summary of a parted chunk after bits from @start on were freed (B3). */
static void chunk_rebuild(struct pcpu_chunk *chunk, u32 start)
{
	chunk->hints.first_free = min(chunk->hints.first_free, start);
	pcpu_bitmap_refresh(chunk, pcpu_hints_forget(&chunk->hints));
}

/* The ends of the free run around freed bits of a block; the summary often knows them (B1). */
static u32 run_start(const struct pcpu_block *b, const u64 *map, u32 start)
{
	return b->left_free == start ? 0 : find_zero_start(map, 0, start);
}

static u32 run_end(const struct pcpu_block *b, const u64 *map, u32 end)
{
	return b->right_free == PCPU_BLOCK_BITS - end ? PCPU_BLOCK_BITS
						      : find_next_bit(map, PCPU_BLOCK_BITS, end);
}

/* Free bits [@start, @end) of @block; most objects lie in one block. */
static void free_in_block(struct pcpu_chunk *chunk, u32 block, u32 start, u32 end)
{
	const u64 *map = pcpu_block_map(chunk, block);
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

/* Free bits of several blocks: all except the first and the last become whole. */
static void free_across_blocks(struct pcpu_chunk *chunk, u32 start, u32 end)
{
	const u32 first = start / PCPU_BLOCK_BITS, last = (end - 1) / PCPU_BLOCK_BITS;
	const u32 last_base = last * PCPU_BLOCK_BITS;

	start = run_start(&chunk->blocks[first], pcpu_block_map(chunk, first),
			  start % PCPU_BLOCK_BITS);
	end = run_end(&chunk->blocks[last], pcpu_block_map(chunk, last), end - last_base);
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

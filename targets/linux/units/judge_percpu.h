/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge_percpu.h - is what mm/percpu.c remembers consistent? A part of unit_percpu.c.
 *
 * The bitmaps are compared with the live objects, which the bridge lists; all else is recomputed
 * from the bitmaps:
 *
 *   allocation map, boundaries   an object's bits are set, and its first and its end are boundaries
 *   chunk                        free bytes, populated pages, empty populated pages, slot
 *   block (page of a unit)       first free bit, free runs at both ends, longest run: exact. The
 *                                scan hint is a free run before which no longer one begins
 *   chunk's hint                 a free run; it is no shorter than the longest run inside of one
 *                                page, and a run across pages may be longer by less than a page
 *   sums                         empty populated and populated pages of all chunks
 */
#ifndef MM_LINUX_JUDGE_PERCPU_H
#define MM_LINUX_JUDGE_PERCPU_H

JUDGE_BEGIN

#define JUDGE_BITS PCPU_BITMAP_BLOCK_BITS

static bool judge_bit(const unsigned long *map, unsigned long n)
{
	return map[n / 64] >> n % 64 & 1;
}

/* The next bit from @n on that is @set, or @end. */
static unsigned long judge_next(const unsigned long *map, unsigned long n, unsigned long end,
				bool set)
{
	while (n < end) {
		unsigned long word = (set ? map[n / 64] : ~map[n / 64]) >> n % 64;

		if (word)
			return min(end, n + (unsigned long)__builtin_ctzl(word));
		n = (n / 64 + 1) * 64;
	}
	return end;
}

/**
 * struct judge_runs - the free runs of a range of bits
 * @most, @most_at: the longest, the first of several
 * @first, @last:   free bits at both ends
 * @free:           all free bits
 */
struct judge_runs {
	unsigned long most, most_at;
	unsigned long first, last;
	unsigned long free;
};

static struct judge_runs judge_runs_of(const unsigned long *map, unsigned long start,
				       unsigned long end)
{
	struct judge_runs r = {0};
	unsigned long at = start;

	while ((at = judge_next(map, at, end, false)) < end) {
		unsigned long stop = judge_next(map, at, end, true);

		if (stop - at > r.most) {
			r.most = stop - at;
			r.most_at = at;
		}
		if (at == start)
			r.first = stop - at;
		if (stop == end)
			r.last = stop - at;
		r.free += stop - at;
		at = stop;
	}
	return r;
}

static bool judge_is_free(const unsigned long *map, unsigned long start, unsigned long nr)
{
	return judge_next(map, start, start + nr, true) == start + nr;
}

/* The scan hint of a block or a chunk, whose bits begin at @start. @slack: see the head. */
static void judge_scan_hint(const struct pcpu_block_md *b, const unsigned long *map,
			    unsigned long start, unsigned long slack, const char *what)
{
	struct judge_runs r;

	if (!b->scan_hint)
		return;
	JUDGE(b->scan_hint <= b->contig_hint, HINT, "%s: scan hint of %d bits, hint of %d", what,
	      b->scan_hint, b->contig_hint);
	JUDGE(judge_is_free(map, start + (unsigned long)b->scan_hint_start,
			    (unsigned long)b->scan_hint),
	      HINT, "%s: the scan hint of %d bits at %d is no free run", what, b->scan_hint,
	      b->scan_hint_start);
	if (b->scan_hint_start > b->contig_hint_start)
		return;
	r = judge_runs_of(map, start, start + (unsigned long)b->scan_hint_start);
	JUDGE(r.most <= (unsigned long)b->scan_hint + slack, HINT,
	      "%s: a scan skips %lu free bits at %lu, since the scan hint says %d at %d", what,
	      r.most, r.most_at - start, b->scan_hint, b->scan_hint_start);
}

static void judge_block(const struct pcpu_chunk *chunk, int i)
{
	const struct pcpu_block_md *b = &chunk->md_blocks[i];
	const unsigned long start = (unsigned long)i * JUDGE_BITS;
	const struct judge_runs r = judge_runs_of(chunk->alloc_map, start, start + JUDGE_BITS);

	JUDGE((unsigned long)b->contig_hint == r.most, HINT,
	      "page %d: longest free run is %lu bits at %lu, and the hint says %d at %d", i, r.most,
	      r.most_at - start, b->contig_hint, b->contig_hint_start);
	JUDGE(!b->contig_hint || judge_is_free(chunk->alloc_map,
					       start + (unsigned long)b->contig_hint_start, r.most),
	      HINT, "page %d: the hint of %d bits at %d is no free run", i, b->contig_hint,
	      b->contig_hint_start);
	JUDGE((unsigned long)b->left_free == r.first && (unsigned long)b->right_free == r.last,
	      HINT, "page %d: %lu and %lu bits are free at its ends, and it says %d and %d", i,
	      r.first, r.last, b->left_free, b->right_free);
	JUDGE(!r.free || (unsigned long)b->first_free ==
				 judge_next(chunk->alloc_map, start, start + JUDGE_BITS, false) -
					 start,
	      HINT, "page %d: first free bit is %lu, and it says %d", i,
	      judge_next(chunk->alloc_map, start, start + JUDGE_BITS, false) - start,
	      b->first_free);
	judge_scan_hint(b, chunk->alloc_map, start, 0, "page");
}

static void judge_chunk_hint(const struct pcpu_chunk *chunk, unsigned long bits)
{
	const struct pcpu_block_md *md = &chunk->chunk_md;
	const struct judge_runs r = judge_runs_of(chunk->alloc_map, 0, bits);
	unsigned long in_page = 0;

	for (int i = 0; i < chunk->nr_pages; i++)
		in_page = max(in_page, (unsigned long)chunk->md_blocks[i].contig_hint);
	JUDGE(judge_is_free(chunk->alloc_map, (unsigned long)md->contig_hint_start,
			    (unsigned long)md->contig_hint),
	      HINT, "chunk: the hint of %d bits at %d is no free run", md->contig_hint,
	      md->contig_hint_start);
	JUDGE((unsigned long)md->contig_hint >= in_page, HINT,
	      "chunk: a page has %lu free bits in a row, and the chunk's hint says %d", in_page,
	      md->contig_hint);
	JUDGE((unsigned long)md->contig_hint + JUDGE_BITS > r.most, HINT,
	      "chunk: %lu bits are free in a row at %lu, and the hint says %d: less by a page or "
	      "more",
	      r.most, r.most_at, md->contig_hint);
	JUDGE(!r.free ||
		      (unsigned long)md->first_free <= judge_next(chunk->alloc_map, 0, bits, false),
	      HINT, "chunk: first free bit is %lu, and it says %d",
	      judge_next(chunk->alloc_map, 0, bits, false), md->first_free);
	judge_scan_hint(md, chunk->alloc_map, 0, JUDGE_BITS, "chunk");
}

/* The maps of a chunk against its live objects. Return: how many objects are in it. */
static unsigned long judge_maps(const struct pcpu_chunk *chunk, unsigned long bits,
				const struct tree_object *live, unsigned long nr)
{
	const unsigned long lo = (unsigned long)chunk->base_addr;
	/* The chunks of the first chunk's regions may share a page. */
	const unsigned long low = lo + (unsigned long)chunk->start_offset;
	const unsigned long high = lo + bits * 4 - (unsigned long)chunk->end_offset;
	unsigned long at = (unsigned long)chunk->start_offset / 4, in = 0;
	const unsigned long last = bits - (unsigned long)chunk->end_offset / 4;

	JUDGE(judge_next(chunk->alloc_map, 0, at, false) == at &&
		      judge_next(chunk->alloc_map, last, bits, false) == bits,
	      COUNT, "chunk: bits outside of its region are free");
	for (unsigned long i = 0; i < nr; i++) {
		unsigned long first = (live[i].addr - lo) / 4, end = first + (live[i].size + 3) / 4;

		if (live[i].addr < low || live[i].addr >= high)
			continue;
		in++;
		JUDGE(first >= at && end <= last, OVERLAP,
		      "object 0x%lx of %lu bytes overlaps another one, or leaves the region",
		      live[i].addr, live[i].size);
		JUDGE(judge_is_free(chunk->alloc_map, at, first - at), COUNT,
		      "chunk: bit %lu is set, and no object is there",
		      judge_next(chunk->alloc_map, at, first, true));
		JUDGE(judge_next(chunk->alloc_map, first, end, false) == end, COUNT,
		      "object 0x%lx of %lu bytes: bit %lu is free", live[i].addr, live[i].size,
		      judge_next(chunk->alloc_map, first, end, false));
		JUDGE(judge_bit(chunk->bound_map, first) &&
			      judge_next(chunk->bound_map, first + 1, end, true) == end &&
			      judge_bit(chunk->bound_map, end),
		      COUNT, "object 0x%lx of %lu bytes: its boundaries are lost", live[i].addr,
		      live[i].size);
		at = end;
	}
	JUDGE(judge_is_free(chunk->alloc_map, at, last - at), COUNT,
	      "chunk: bit %lu is set, and no object is there",
	      judge_next(chunk->alloc_map, at, last, true));
	return in;
}

/* Everything of one chunk. Return: how many objects are in it. */
static unsigned long judge_chunk(const struct pcpu_chunk *chunk, const struct tree_object *live,
				 unsigned long nr)
{
	const unsigned long bits = (unsigned long)chunk->nr_pages * JUDGE_BITS;
	const struct judge_runs r = judge_runs_of(chunk->alloc_map, 0, bits);
	/* The maps first: all else is recomputed from them. */
	const unsigned long in = judge_maps(chunk, bits, live, nr);
	int populated = 0, empty = 0;

	for (int i = 0; i < chunk->nr_pages; i++) {
		const bool there = judge_bit(chunk->populated, (unsigned long)i);

		populated += there;
		empty += there &&
			 judge_is_free(chunk->alloc_map, (unsigned long)i * JUDGE_BITS, JUDGE_BITS);
		judge_block(chunk, i);
	}
	JUDGE((unsigned long)chunk->free_bytes == r.free * 4, COUNT,
	      "chunk: %lu bytes are free, and it says %d", r.free * 4, chunk->free_bytes);
	JUDGE(chunk->nr_populated == populated, COUNT, "chunk: %d pages populated, and it says %d",
	      populated, chunk->nr_populated);
	JUDGE(chunk->nr_empty_pop_pages == empty, COUNT,
	      "chunk: %d populated pages are empty, and it says %d", empty,
	      chunk->nr_empty_pop_pages);
	judge_chunk_hint(chunk, bits);
	return in;
}

/* The slot that a chunk's free bytes and hint ask for. */
static int judge_slot(const struct pcpu_chunk *chunk)
{
	const int bytes = chunk->chunk_md.contig_hint * PCPU_MIN_ALLOC_SIZE;

	return chunk->free_bytes < PCPU_MIN_ALLOC_SIZE || !bytes ? 0 : pcpu_size_to_slot(bytes);
}

static void judge_percpu(bool quiet, const struct tree_object *live, unsigned long nr)
{
	unsigned long in = 0, populated;
	int empty = 0;

	if (!quiet || !pcpu_first_chunk)
		return;
	populated = PFN_DOWN(pcpu_stats_ai.static_size + pcpu_stats_ai.reserved_size +
			     pcpu_stats_ai.dyn_size);
	if (pcpu_reserved_chunk)
		in += judge_chunk(pcpu_reserved_chunk, live, nr);
	for (int slot = 0; slot < pcpu_nr_slots; slot++) {
		const struct pcpu_chunk *chunk;

		list_for_each_entry(chunk, &pcpu_chunk_lists[slot], list)
		{
			const int right = judge_slot(chunk);

			/* A chunk that could not serve a small request is set aside in slot 0. */
			JUDGE(chunk->isolated ? slot == pcpu_sidelined_slot ||
							slot == pcpu_to_depopulate_slot
					      : slot == right || !slot,
			      LIST,
			      "chunk with a hint of %d bits: on slot %d, and it belongs to %d",
			      chunk->chunk_md.contig_hint, slot, right);
			in += judge_chunk(chunk, live, nr);
			if (!chunk->isolated)
				empty += chunk->nr_empty_pop_pages;
			if (chunk != pcpu_first_chunk)
				populated += (unsigned long)chunk->nr_populated;
		}
	}
	JUDGE(in == nr, COUNT, "%lu objects are live, %lu lie in a chunk", nr, in);
	JUDGE(pcpu_nr_empty_pop_pages == empty, COUNT,
	      "%d populated pages are empty in all chunks, and the sum says %d", empty,
	      pcpu_nr_empty_pop_pages);
	JUDGE(pcpu_nr_populated == populated, COUNT,
	      "%lu pages are populated in all chunks, and the sum says %lu", populated,
	      pcpu_nr_populated);
}

JUDGE_END

#endif

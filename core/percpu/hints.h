/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hints.h - a summary of the free runs in a range of bits.
 *
 * A block and the whole chunk have the same kind of summary. It remembers two runs: the largest
 * known run ("contig"), and a second run ("scan") that saves a search the holes in front of it. Of
 * two runs of one size the one with the better aligned start is the contig run, since it serves
 * more requests.
 *
 * Invariants, verified by bitmap_verify.c. A run is a maximal sequence of free bits that the
 * summary was told of:
 *
 *   H1  first_free is the first free bit
 *   H2  contig bits from contig_start are free, and no run is longer
 *   H3  scan bits from scan_start are free, and do not touch the contig run
 *   H4  scan <= contig, and scan == contig if and only if scan_start > contig_start: a smaller run
 *       is remembered only if it lies before the contig run, an equal one only if it lies after it
 *   H5  if scan != 0, no run in front of scan_start is longer than scan
 *   H6  except the contig run, no run is longer than rest
 *
 * Searches rely on H5: a request of more than scan bits may start after the scan run
 * (pcpu_hints_skip()). When the contig run is cut, the scan run is the largest run up to its own
 * end, so the search for the largest run goes on from there (pcpu_hints_promote()). With scan == 0
 * searches start at first_free. In mainline the scan hint may lie after a larger hole that it
 * forgot; here it skips only holes that are too small. So in a recording of a real kernel this
 * allocator uses a few holes that the kernel passed over: 2 of 7,202 allocations lie elsewhere
 * (corpus/traces), and with plain first fit 7.
 *
 * Sequences of requests rely on H6: the rest of a contig run that was cut is still the longest run
 * while it is longer than rest, and no bits have to be read again (pcpu_hints_take()). rest is a
 * bound, and becomes smaller only when runs are added again.
 */
#ifndef MM_PERCPU_HINTS_H
#define MM_PERCPU_HINTS_H

#include "internal.h"

/* Do the ranges of @a_len bits from @a and of @b_len from @b share a bit? */
static inline bool ranges_overlap(u32 a, u32 a_len, u32 b, u32 b_len)
{
	return a < b + b_len && b < a + a_len;
}

/* Does a remembered run of @len bits from @start touch or overlap the run [@from, @to)? */
static inline bool run_touches(u32 start, u32 len, u32 from, u32 to)
{
	return len && start <= to && from <= start + len;
}

/* Is @start aligned to a larger power of two than @other? 0 has the largest alignment. */
static inline bool better_aligned(u32 start, u32 other)
{
	return other && (!start || __builtin_ctz(start) > __builtin_ctz(other));
}

/* Does an aligned request fit into the contig run? */
static inline bool pcpu_hints_fit(const struct pcpu_hints *h, u32 bits, u32 align)
{
	u32 pad = ALIGN(h->contig_start, align) - h->contig_start;

	return h->contig >= bits + pad;
}

/* Where a search for @bits starts: by H1 and H5, no run in front is long enough. */
static inline u32 pcpu_hints_skip(const struct pcpu_hints *h, u32 bits)
{
	if (h->scan && h->scan_start < h->contig_start && bits > h->scan)
		return h->scan_start + h->scan;
	return h->first_free;
}

/**
 * pcpu_hints_promote() - forget the contig run; the scan run replaces it
 *
 * Return: the bit from which on the caller adds all runs again (H5).
 */
static inline u32 pcpu_hints_promote(struct pcpu_hints *h)
{
	h->contig = h->scan;
	h->contig_start = h->scan_start;
	/* Runs in front of the scan run are not added again. */
	h->rest = min(h->rest, h->scan);
	h->scan = 0;
	return h->contig ? h->contig_start + h->contig : h->first_free;
}

/* Forget both runs. Return: the bit from which on the caller adds all runs again. */
static inline u32 pcpu_hints_forget(struct pcpu_hints *h)
{
	h->contig = 0;
	h->scan = 0;
	h->rest = 0;
	return h->first_free;
}

/*
 * [@start, @end) was taken; the caller updates first_free. @known: the summary was told of all
 * runs. Return: true: the rest of the contig run may not be the longest run, so the caller calls
 * pcpu_hints_promote() and adds runs again.
 */
static inline bool pcpu_hints_take(struct pcpu_hints *h, u32 start, u32 end, bool known)
{
	u32 contig_end = h->contig_start + h->contig, left, right;

	if (ranges_overlap(h->scan_start, h->scan, start, end - start))
		h->scan = 0;
	if (!ranges_overlap(h->contig_start, h->contig, start, end - start))
		return false;
	left = start > h->contig_start ? start - h->contig_start : 0;
	right = contig_end > end ? contig_end - end : 0;
	/* Of two equal halves, or runs, the better aligned one has to be found. */
	if (!known || max(left, right) <= h->rest || left == right)
		return true;
	/* The scan run is not longer than rest (H6), so it lies before both halves (H4). */
	if (left > right) {
		h->contig = left;
		h->rest = max(h->rest, right);
		return false;
	}
	if (left && left >= h->rest) {
		h->scan = left;
		h->scan_start = h->contig_start;
	}
	h->rest = max(h->rest, left);
	h->contig_start = end;
	h->contig = right;
	return false;
}

/* A search passed the run of @bits from @start: this run and all before it are too short. */
static inline void pcpu_hints_passed(struct pcpu_hints *h, u32 start, u32 bits)
{
	if (bits < h->contig && h->scan < h->contig && start < h->contig_start &&
	    (bits > h->scan || (bits == h->scan && start > h->scan_start))) {
		h->scan = bits;
		h->scan_start = start;
	}
}

void pcpu_hints_add_any(struct pcpu_hints *h, u32 start, u32 end);

/**
 * pcpu_hints_add() - add the free run [@start, @end), which is new or was forgotten
 * @h:     the summary
 * @start: first bit
 * @end:   the bit after the last. The bits around the run are in use, or unknown to the summary
 */
static inline void pcpu_hints_add(struct pcpu_hints *h, u32 start, u32 end)
{
	/* The contig run grows, and there is no scan run that it could touch. */
	if (h->contig && !h->scan && start <= h->contig_start &&
	    end >= h->contig_start + h->contig) {
		h->first_free = min(h->first_free, start);
		h->contig_start = start;
		h->contig = end - start;
		return;
	}
	pcpu_hints_add_any(h, start, end);
}

/* pcpu_hints_add() for runs in order of address: most of them change only rest. */
static inline void pcpu_hints_add_next(struct pcpu_hints *h, u32 start, u32 end)
{
	if (end - start < h->contig && start > h->contig_start + h->contig)
		h->rest = max(h->rest, end - start);
	else
		pcpu_hints_add_any(h, start, end);
}

#endif

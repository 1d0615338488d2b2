/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hints.h - what is remembered of the free runs in a range of bits, and how it is kept.
 *
 * The same summary serves a block and the whole chunk. Two runs are remembered: the largest known
 * one ("contig"), and a second one ("scan") that spares a search the holes in front of it. Of
 * two runs of one size the one with the better aligned start is the contig run, since it serves
 * more requests.
 *
 * Invariants, with "run" for a maximal sequence of free bits that the summary was told of:
 *
 *   H1  first_free is the first free bit
 *   H2  contig bits from contig_start are free, and no run is longer
 *   H3  scan bits from scan_start are free, and do not touch the contig run
 *   H4  scan <= contig, and scan == contig if and only if scan_start > contig_start: a smaller
 *       run is remembered only if it lies in front, an equal one only if it lies behind
 *   H5  if scan != 0, no run in front of scan_start is longer than scan
 *   H6  no run but the contig one is longer than rest
 *
 * H5 is what a search lives by: a request of more than scan bits may start behind the scan
 * run (pcpu_hints_skip()), and when the contig run is broken into, the scan run is the largest up
 * to its end, so the search for the largest goes on from there (pcpu_hints_promote()). scan == 0
 * says nothing: searches then start at first_free.
 *
 * H6 is what a sequence of requests lives by: what is left of a contig run that was broken
 * into is still the longest while it is longer than rest, and nothing has to be read again
 * (pcpu_hints_take()). rest is a bound: it falls only when runs are added anew.
 */
#ifndef MM_PERCPU_HINTS_H
#define MM_PERCPU_HINTS_H

#include "internal.h"

/* Do the ranges of @a_len bits from @a and of @b_len from @b share a bit? */
static inline bool ranges_overlap(u32 a, u32 a_len, u32 b, u32 b_len)
{
	return a < b + b_len && b < a + a_len;
}

/* Is a remembered run, of @len bits from @start, next to or part of the run [@from, @to)? */
static inline bool run_touches(u32 start, u32 len, u32 from, u32 to)
{
	return len && start <= to && from <= start + len;
}

/* Is @start aligned to a larger power of two than @other? Nothing beats 0. */
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

/* Where a search for @bits starts: there is no such run in front. */
static inline u32 pcpu_hints_skip(const struct pcpu_hints *h, u32 bits)
{
	if (h->scan && h->scan_start < h->contig_start && bits > h->scan)
		return h->scan_start + h->scan;
	return h->first_free;
}

/**
 * pcpu_hints_promote() - forget the contig run; the scan run takes its place
 *
 * Return: from where on runs are to be added again.
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

/* Forget both runs, before all are added again. */
static inline u32 pcpu_hints_forget(struct pcpu_hints *h)
{
	h->contig = 0;
	h->scan = 0;
	h->rest = 0;
	return h->first_free;
}

/*
 * [@start, @end) is not free any more; first_free is the caller's. @known: the summary was told of
 * all runs. Return: what is left of the contig run may not be the longest. pcpu_hints_promote(),
 * and add what it says.
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
	/* Of two equal halves, or runs, the better aligned one is to be found. */
	if (!known || max(left, right) <= h->rest || left == right)
		return true;
	/* The scan run is not longer than rest, and so lies in front of both halves: H4. */
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

/* A search passed the run of @bits from @start: it and all runs in front are too short. */
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
 * pcpu_hints_add() - [@start, @end) is free, and was not before or was forgotten
 * @h:     the summary
 * @start: first bit
 * @end:   behind the last; the bits around the run are in use, or unknown to the summary
 */
static inline void pcpu_hints_add(struct pcpu_hints *h, u32 start, u32 end)
{
	/* The contig run grows, and there is nothing that it could grow into. */
	if (h->contig && !h->scan && start <= h->contig_start &&
	    end >= h->contig_start + h->contig) {
		h->first_free = min(h->first_free, start);
		h->contig_start = start;
		h->contig = end - start;
		return;
	}
	pcpu_hints_add_any(h, start, end);
}

/* pcpu_hints_add() for runs that are added one behind the other: most are nothing to remember. */
static inline void pcpu_hints_add_next(struct pcpu_hints *h, u32 start, u32 end)
{
	if (end - start < h->contig && start > h->contig_start + h->contig)
		h->rest = max(h->rest, end - start);
	else
		pcpu_hints_add_any(h, start, end);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hints.c - add a free run to a summary; hints.h has the invariants.
 *
 * The rules are those of "percpu: introduce scan_hint" (2019). Three differences keep H3 to H5:
 *
 * - a run that touches a remembered run is merged with it (H3). A chunk is told of a run block by
 *   block; it would remember the run twice, and the scan hint would skip half of it;
 * - a run in front of the contig run becomes the scan run only if no longer run can lie in front of
 *   it: after a run that was not remembered, H5 would be a guess;
 * - if a better aligned start moves the contig run to a place after an equally long scan run, the
 *   scan run is forgotten (H4).
 */
#include "hints.h"

static void remember_scan(struct pcpu_hints *h, u32 start, u32 bits)
{
	h->scan_start = start;
	h->scan = bits;
}

/* Add a run that contains the contig run, or touches it. */
static void extend_contig(struct pcpu_hints *h, u32 start, u32 end)
{
	start = min(start, h->contig_start);
	end = max(end, h->contig_start + h->contig);
	if (run_touches(h->scan_start, h->scan, start, end)) {
		start = min(start, h->scan_start);
		end = max(end, h->scan_start + h->scan);
		h->scan = 0;
	} else if (h->scan == h->contig && end - start > h->contig) {
		/* H4: the scan run lies after the contig run, and is smaller now. */
		h->scan = 0;
	}
	h->contig_start = start;
	h->contig = end - start;
}

/* Add a run that is longer than the contig run and touches neither run. */
static void replace_contig(struct pcpu_hints *h, u32 start, u32 bits)
{
	if (h->contig && h->contig_start < start) {
		/* Of two equally long runs in front, the later one skips more (H5). */
		if (h->scan < h->contig || h->scan_start > start)
			remember_scan(h, h->contig_start, h->contig);
	} else if (h->scan_start > start) {
		h->scan = 0;
	}
	h->rest = max(h->rest, h->contig);
	h->contig_start = start;
	h->contig = bits;
}

/* Add a run that is as long as the contig run and touches neither run (H4). */
static void equal_contig(struct pcpu_hints *h, u32 start)
{
	bool scan_equal = h->scan == h->contig;

	h->rest = max(h->rest, h->contig);
	if (better_aligned(start, h->contig_start)) {
		if (start < h->contig_start) {
			if (!scan_equal)
				remember_scan(h, h->contig_start, h->contig);
		} else if (scan_equal && h->scan_start < start) {
			h->scan = 0;
		}
		h->contig_start = start;
	} else if (start > h->contig_start) {
		if (!scan_equal || start > h->scan_start)
			remember_scan(h, start, h->contig);
	} else if (!scan_equal && start < h->scan_start) {
		h->scan = 0;
	}
}

/* pcpu_hints_add() for any run. */
void pcpu_hints_add_any(struct pcpu_hints *h, u32 start, u32 end)
{
	bool was_scan = false;
	u32 bits;

	h->first_free = min(h->first_free, start);
	if (run_touches(h->contig_start, h->contig, start, end)) {
		extend_contig(h, start, end);
		return;
	}
	if (run_touches(h->scan_start, h->scan, start, end)) {
		start = min(start, h->scan_start);
		end = max(end, h->scan_start + h->scan);
		was_scan = true;
		h->scan = 0;
	}

	bits = end - start;
	if (bits > h->contig) {
		replace_contig(h, start, bits);
	} else if (bits == h->contig) {
		equal_contig(h, start);
	} else {
		h->rest = max(h->rest, bits);
		if (start < h->contig_start && h->scan < h->contig &&
		    (was_scan ||
		     (h->scan ? bits > h->scan && start < h->scan_start : start == h->first_free)))
			remember_scan(h, start, bits);
	}
}

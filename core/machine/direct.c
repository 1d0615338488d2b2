/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * direct.c - access through the direct map of all page frames.
 *
 * Neighbours in the direct map are neighbours in the host's memory too, so one access may span
 * several. The reverse does not hold: the host's memory has no holes between ranges.
 */
#include "internal.h"

/* The index of the frame at @addr of the direct map, and its range; or NO_FRAME. */
static u32 direct_frame(const struct machine *m, u64 addr, const struct frame_range **range)
{
	u64 pfn = (addr - m->direct_start) >> PAGE_SHIFT;
	const struct frame_range *r = range_of_pfn(m, pfn);

	*range = r;
	return r ? r->first + (pfn - r->start) : NO_FRAME;
}

/* Pointer to the byte at @addr of the direct map, or NULL if there is none. */
void *direct_address(struct machine *m, u64 addr)
{
	const struct frame_range *r;
	u32 i = direct_frame(m, addr, &r);

	if (i == NO_FRAME)
		return NULL;
	return (u8 *)frame_ready(m, i, r->memory + (u64)(i - r->first) * PAGE_SIZE) +
	       (addr & (PAGE_SIZE - 1));
}

/*
 * @addr is the start of a page in the direct map. Return: how many of the @len bytes from there lie
 * in the same range of frames, and so side by side in the host's memory. A free frame among them is
 * a finding.
 */
size_t direct_extent(struct machine *m, u64 addr, size_t len)
{
	const struct frame_range *r;
	u32 i = direct_frame(m, addr, &r);
	size_t more;

	if (i == NO_FRAME)
		return 0;
	for (more = 0; more < len && i < r->first + r->nr; i++, more += PAGE_SIZE)
		frame_ready(m, i, NULL);
	return min(more, len);
}

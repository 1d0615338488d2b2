/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * direct.c - access through the direct map of all page frames.
 *
 * Neighbours in the direct map are neighbours in our own memory, so that an access may run on
 * over them. The reverse is not so: our memory leaves the holes between ranges out.
 */
#include "internal.h"

/* The index of the frame at @addr, and its range; or NO_FRAME: as for virt_to_page(). */
static u32 direct_frame(const struct machine *m, u64 addr, const struct frame_range **range)
{
	u64 pfn = (addr - MACHINE_DIRECT_START) >> PAGE_SHIFT;
	const struct frame_range *r = range_of_pfn(m, pfn);

	*range = r;
	return r ? r->first + (pfn - r->start) : NO_FRAME;
}

/* The byte behind an address of the direct map, or NULL if it has none there. */
void *direct_address(struct machine *m, u64 addr)
{
	const struct frame_range *r;
	u32 i = direct_frame(m, addr, &r);

	if (i == NO_FRAME)
		return NULL;
	return (u8 *)frame_address(m, i) + (addr & (PAGE_SIZE - 1));
}

/*
 * How many of @len bytes from @addr on, the start of a page behind one of the direct map, can
 * be had without another look-up. A frame among them that is free is a finding.
 */
size_t direct_more(struct machine *m, u64 addr, size_t len)
{
	const struct frame_range *r;
	u32 i = direct_frame(m, addr, &r);
	size_t more;

	if (i == NO_FRAME)
		return 0;
	for (more = 0; more < len && i < r->first + r->nr; i++, more += PAGE_SIZE)
		frame_address(m, i);
	return min(more, len);
}

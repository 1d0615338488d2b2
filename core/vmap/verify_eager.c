/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify_eager.c - recompute what an eager space remembers: its list of areas, and the counts.
 *
 * What a judge may and may not do: see verify.c. What is free is remembered nowhere, so with areas
 * that lie in the space, in order, and do not overlap, the partition is complete. No translation of
 * a free page is left in any TLB: that is what the flush at each unmap is for.
 */
#ifdef __clang__
#pragma clang attribute push(__attribute__((no_sanitize("thread", "coverage"))),                   \
			     apply_to = function)
#endif

#include "internal.h"

/* verify_eager_space() - see vmap_verify() */
void verify_eager_space(const struct vmap_space *vs, bool quiet)
{
	const struct cds_list_head *pos;
	u64 areas = 0, pages = 0, at = vs->start;

	MM_CHECK(vs->busy.pages <= (vs->end - vs->start) >> PAGE_SHIFT, COUNT,
		 "%llu pages are busy, of %llu", vs->busy.pages,
		 (vs->end - vs->start) >> PAGE_SHIFT);
	if (!quiet)
		return;
	for (pos = vs->busy.list.next; pos != &vs->busy.list; pos = pos->next) {
		const struct vmap_area *va = container_of(pos, struct vmap_area, list);

		MM_CHECK(pos->prev->next == pos && pos->next->prev == pos, LIST,
			 "area %#llx is not its neighbours' neighbour", va->va_start);
		MM_CHECK(va->va_start < va->va_end &&
				 IS_ALIGNED(va->va_start | va->va_end, PAGE_SIZE) &&
				 va->va_start >= vs->start && va->va_end <= vs->end,
			 LIST, "area [%#llx, %#llx) is no range of pages of the space",
			 va->va_start, va->va_end);
		/* Each ends above the one before, so a list without an end is met here too. */
		MM_CHECK(va->va_end > at, LIST, "area %#llx stands behind one that ends at %#llx",
			 va->va_start, at);
		MM_CHECK(va->va_start >= at, OVERLAP,
			 "areas overlap: one ends at %#llx, the next is [%#llx, %#llx)", at,
			 va->va_start, va->va_end);
		at = va->va_end;
		areas++;
		pages += va_pages(va);
	}
	MM_CHECK(vs->busy.nr == areas, COUNT, "busy areas: %llu remembered, %llu found",
		 vs->busy.nr, areas);
	MM_CHECK(vs->busy.pages == pages, COUNT, "busy pages: %llu remembered, %llu found",
		 vs->busy.pages, pages);
}

/* eager_busy_next() - see struct vmap_kva_ops */
const struct vmap_area *eager_busy_next(const struct vmap_space *vs, const struct vmap_area *va)
{
	const struct cds_list_head *next = va ? va->list.next : vs->busy.list.next;

	return next == &vs->busy.list ? NULL : container_of(next, struct vmap_area, list);
}

#ifdef __clang__
#pragma clang attribute pop
#endif

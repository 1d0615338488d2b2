/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify_eager.c - recompute what an eager space remembers: its list of areas, and the counts.
 *
 * See verify.c for the rules of a verifier. An eager space does not remember what is free, so areas
 * that lie in the space, in order, and do not overlap make the partition complete (V9).
 */
#include "../sched/types.h"

VERIFIER_BEGIN

#include "verify.h"

/* verify_eager_space() - see vmap_verify(). V1, V2, V5, with the list in the place of a tree */
void verify_eager_space(const struct vmap_space *vs, bool quiet)
{
	const u64 all = (vs->end - vs->start) >> PAGE_SHIFT;
	const struct cds_list_head *pos;
	u64 areas = 0, pages = 0, at = vs->start;

	MM_CHECK(vs->busy.pages <= all, COUNT, "busy pages: %llu counted, in a space of %llu",
		 vs->busy.pages, all);
	if (!quiet)
		return;
	for (pos = vs->busy.list.next; pos != &vs->busy.list; pos = pos->next) {
		const struct vmap_area *va = container_of(pos, struct vmap_area, list);

		MM_CHECK(pos->prev->next == pos && pos->next->prev == pos, LIST,
			 "area %#llx: its neighbours on the list do not link back to it",
			 va->va_start);
		verify_range(vs, va, ORACLE_LIST, "busy");
		/* Each area ends above the one before, so a list without an end is found here. */
		MM_CHECK(va->va_end > at, LIST, "area %#llx stands after one that ends at %#llx",
			 va->va_start, at);
		MM_CHECK(va->va_start >= at, OVERLAP,
			 "areas overlap: one ends at %#llx, the next is [%#llx, %#llx)", at,
			 va->va_start, va->va_end);
		at = va->va_end;
		areas++;
		pages += va_pages(va);
	}
	MM_CHECK(vs->busy.nr == areas, COUNT, "busy areas: %llu counted, %llu found", vs->busy.nr,
		 areas);
	MM_CHECK(vs->busy.pages == pages, COUNT, "busy pages: %llu counted, %llu found",
		 vs->busy.pages, pages);
}

/* eager_busy_next() - see struct vmap_kva_ops */
const struct vmap_area *eager_busy_next(const struct vmap_space *vs, const struct vmap_area *va)
{
	return area_list_next(va ? &va->list : &vs->busy.list, &vs->busy.list);
}

VERIFIER_END

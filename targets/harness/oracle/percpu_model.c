/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * percpu_model.c - see percpu_model.h.
 */
#include "percpu_model.h"

#include "congruent.h"
#include "world/percpu_world.h"

/* Free page frames in a row, the first at a multiple of their number, in one piece of memory. */
static bool frames_in_a_row(const struct world *w, u64 nr)
{
	const struct topology *t = machine_topology(w->machine);

	for (u32 r = 0; r < t->nr_ranges; r++) {
		u64 end = t->range[r].start + t->range[r].nr, row = 0;

		for (u64 pfn = ALIGN(t->range[r].start, nr); pfn < end; pfn++) {
			row = pfn_to_page(w->machine, pfn)->count ? 0 : row + 1;
			if (row == nr)
				return true;
			if ((pfn + 1) % nr == 0)
				row = 0;
		}
	}
	return false;
}

bool percpu_new_chunk_fits(struct world *w, u32 k)
{
	const struct percpu_layout *l = &percpu_of(w, k)->layout;
	const struct vmap_instance *on = percpu_of(w, k)->on;
	u64 offset[TOPOLOGY_MAX_NODES], size[TOPOLOGY_MAX_NODES];
	struct congruent c = {
		.nr = l->nr_groups, .offset = offset, .size = size, .align = l->atom_size};
	const struct kva_snapshot *s;
	u64 pages = 0;

	for (u32 i = 0; i < l->nr_groups; i++) {
		offset[i] = l->group[i].base_offset;
		size[i] = (u64)l->group[i].nr_units * l->unit_size;
		pages += size[i] >> PAGE_SHIFT;
	}
	if (w->program->machine.km)
		return frames_in_a_row(w, 1ULL << fls64(pages - 1));
	/* Table pages: one for each 512 pages, and one a level for each group, twice where it ends.
	 */
	if (nr_free_pages(w->machine) < pages + pages / 512 + 6 * (u64)l->nr_groups)
		return false;
	if (!on || !on->be->caps.complete || !kva_is_known(on->be))
		return false;
	/* There may be more chunks of many groups than the snapshot has room for. */
	s = kva_snapshot_concurrent(w, on);
	return s && congruent_highest(s, &c);
}

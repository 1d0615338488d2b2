/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vm_areas.c - congruent areas: several areas at given distances from each other.
 *
 * After "implement and use sparse embedding first chunk allocator" (2009). The units of a per-CPU
 * chunk lie as far from each other as those of the first chunk, group by group. So a chunk needs
 * one area a group, at fixed offsets from a common base. These areas come from the top of the
 * space, away from the small areas, which come from its bottom: so all the distant ranges are
 * likely to be free at once. The offsets may be in any order and are multiples of a page; the
 * alignment is that of the base. (Linux wants the offsets aligned too.)
 *
 * The search goes downward from the highest possible base. At each moment no higher base is
 * possible (I). It looks at the areas in turn, from the highest to the lowest, and then at the
 * highest again. An area must lie inside of one free area that is at least as long and starts below
 * the area's end; the highest of those is the candidate. There are two ways to miss it, and each
 * has a move of its own:
 *
 *   end    The area ends above the candidate's end. By (I) and the choice of the candidate the area
 *          cannot end higher than the candidate: the base falls until the two ends meet.
 *   start  The area ends within the candidate or below it, and starts below its start. No lower
 *          base brings it in again: the next free area below that is long enough becomes the
 *          candidate, and the base falls until the area ends where that one ends.
 *
 * The two are separate tests. To move on to the next candidate in the first case would skip every
 * base at which the area lies in the candidate; a bug of 2019 was one test for both. The search
 * looks at the end first, and at the start only if the end fits. It rounds a base down to the
 * alignment. When as many areas in a row as there are have fitted without a move, all of them fit.
 * The result is exact: unlike a search for one area (free.c), it counts no misses.
 *
 * Termination: the base never rises, since a candidate starts below the area's end and its lower
 * neighbour ends below that. A move that leaves the base as it is, which rounding can cause, goes
 * to a lower candidate, and there are finitely many. If no candidate is left, there is no base.
 *
 * Cost: O(log F) a look, for F free areas. An area moves the base at most once in each way from one
 * candidate, so there are at most 2 N F moves for N areas, with less than N looks between two of
 * them. The tree passes over free areas that are too short (V4).
 */
#include "internal.h"

/**
 * struct vm_areas - a request
 * @offsets, @sizes: of each area, as the caller gave them
 * @nr:              how many
 * @align:           of the base
 * @vas:             structures for the areas; until they are taken, @purge_next of each is the free
 *                   area in which it fitted at the last look
 * @order:           numbers of the areas, in ascending order of offset; they do not overlap
 */
struct vm_areas {
	const u64 *offsets, *sizes;
	unsigned int nr;
	u64 align;
	struct vmap_area **vas;
	u16 order[VM_AREAS_MAX];
};

static u64 area_end(const struct vm_areas *r, unsigned int area)
{
	return r->offsets[area] + r->sizes[area];
}

/* Check the request against the contract, apart from the space; fill in @order. 0 or -EINVAL */
static int check_request(struct vm_areas *r)
{
	u16 *order = r->order;
	unsigned int i, at;

	if (!is_power_of_2(r->align) || r->align < PAGE_SIZE)
		return -EINVAL;
	/* Insertion sort: groups are few, and mostly in order already. */
	for (i = 0; i < r->nr; i++) {
		if (!r->sizes[i] || !IS_ALIGNED(r->offsets[i] | r->sizes[i], PAGE_SIZE) ||
		    area_end(r, i) < r->offsets[i])
			return -EINVAL;
		for (at = i; at && r->offsets[order[at - 1]] > r->offsets[i]; at--)
			order[at] = order[at - 1];
		order[at] = (u16)i;
	}
	for (i = 1; i < r->nr; i++)
		if (area_end(r, order[i - 1]) > r->offsets[order[i]])
			return -EINVAL;
	return 0;
}

/* The highest base at which the area ends at or below @addr. False: there is none. */
static bool base_below(const struct vm_areas *r, unsigned int area, u64 addr, u64 *base)
{
	u64 end = area_end(r, area);

	if (addr < end)
		return false;
	*base = ALIGN_DOWN(addr - end, r->align);
	return true;
}

/*
 * The highest base at which every area is free. False: there is none. With the base that was found,
 * each area fits in the free area of its last look.
 */
static bool find_base(struct vmap_space *vs, const struct vm_areas *r, u64 *base)
{
	unsigned int turn = r->nr - 1, fitted = 0, area = r->order[turn];
	struct vmap_area *va;

	if (!base_below(r, area, vs->end, base))
		return false;
	va = free_last(&vs->heap, *base + area_end(r, area), r->sizes[area]);
	while (va) {
		if (*base + area_end(r, area) > va->va_end) {
			/* The candidate stays: the base comes down to it. */
			fitted = 0;
		} else if (*base + r->offsets[area] < va->va_start) {
			va = free_prev(va, r->sizes[area]);
			fitted = 0;
		} else {
			r->vas[area]->purge_next = va;
			if (++fitted == r->nr)
				return true;
			turn = turn ? turn - 1 : r->nr - 1;
			area = r->order[turn];
			va = free_last(&vs->heap, *base + area_end(r, area), r->sizes[area]);
			continue;
		}
		if (va && !base_below(r, area, va->va_end, base))
			return false;
	}
	return false;
}

/* How many of the areas leave a free part on both sides: each of these takes a spare. */
static unsigned int count_cuts(const struct vm_areas *r, u64 base)
{
	unsigned int cuts = 0;

	for (unsigned int i = 0; i < r->nr; i++) {
		const struct vmap_area *in = r->vas[i]->purge_next;

		cuts += base + r->offsets[i] > in->va_start && base + area_end(r, i) < in->va_end;
	}
	return cuts;
}

/*
 * Cut the areas out of the heap, from the lowest to the highest. If a free area is cut in two, the
 * upper part keeps the structure, and the areas that are still to be cut out of it lie in that
 * part.
 */
static void take_areas(struct vmap_space *vs, const struct vm_areas *r, u64 base,
		       struct vmap_area **spares)
{
	for (unsigned int i = 0; i < r->nr; i++) {
		struct vmap_area *spare = *spares, *next = spare ? spare->purge_next : NULL;
		unsigned int area = r->order[i];
		struct vmap_area *va = r->vas[area];

		va->va_start = base + r->offsets[area];
		va->va_end = base + area_end(r, area);
		va_clip(vs->m, &vs->heap, va->purge_next, va->va_start, r->sizes[area], &spare);
		va->vm = NULL;
		/* Areas at the top of the space are not for the pools of small areas. */
		va->home = NO_HOME;
		if (!spare)
			*spares = next;
	}
}

static void free_areas(struct vmap_space *vs, struct vmap_area *va)
{
	while (va) {
		struct vmap_area *next = va->purge_next;

		kfree(vs->m, va);
		va = next;
	}
}

/* Put @nr more structures on a list, linked by @purge_next. 0 or -ENOMEM */
static int alloc_areas(struct vmap_space *vs, unsigned int nr, gfp_t gfp, struct vmap_area **list)
{
	while (nr--) {
		struct vmap_area *va = kmalloc(vs->m, sizeof(*va), gfp);

		if (!va)
			return -ENOMEM;
		va->purge_next = *list;
		*list = va;
	}
	return 0;
}

/*
 * Search and take; if nothing fits, purge once and do it again.
 * @spares: an empty list; receives the spares that were not needed
 *
 * The number of spares is known when a base was found. Mostly it is 0: free areas end where areas
 * like these were before. If there are too few spares, more are allocated and the search starts
 * anew. That terminates, since an area takes at most one.
 *
 * Return: 0, -EBUSY or -ENOMEM.
 */
static int find_and_take(struct vmap_space *vs, const struct vm_areas *r, gfp_t gfp,
			 struct vmap_area **spares)
{
	unsigned int cuts, nr_spares = 0;
	bool purged = false, found;
	unsigned long flags;
	u64 base;

	for (;;) {
		spin_lock_irqsave(&vs->heap.lock, flags);
		found = find_base(vs, r, &base);
		cuts = found ? count_cuts(r, base) : 0;
		if (found && cuts <= nr_spares)
			take_areas(vs, r, base, spares);
		spin_unlock_irqrestore(&vs->heap.lock, flags);
		if (!found) {
			if (purged)
				return -EBUSY;
			vs->ops->reclaim(vs);
			purged = true;
		} else if (cuts <= nr_spares) {
			return 0;
		} else {
			if (alloc_areas(vs, cuts - nr_spares, gfp, spares))
				return -ENOMEM;
			nr_spares = cuts;
		}
	}
}

int pcpu_get_vm_areas(struct vmap_space *vs, const u64 *offsets, const u64 *sizes, unsigned int nr,
		      u64 align, gfp_t gfp, struct vmap_area **vas)
{
	struct vmap_area *areas = NULL, *spares = NULL;
	struct vm_areas r;
	u64 end;
	int err;

	if (!vs->ops->congruent)
		return -EOPNOTSUPP;
	if (!nr || nr > VM_AREAS_MAX || !gfpflags_allow_blocking(gfp))
		return -EINVAL;
	r.offsets = offsets;
	r.sizes = sizes;
	r.nr = nr;
	r.align = align;
	r.vas = vas;
	err = check_request(&r);
	if (err)
		return err;
	might_sleep();
	/* No purge makes room for areas that span more than the space, or must lie above it. */
	end = area_end(&r, r.order[nr - 1]);
	if (end > vs->end || end - offsets[r.order[0]] > vs->end - vs->start)
		return -EBUSY;

	err = alloc_areas(vs, nr, gfp, &areas);
	if (err) {
		free_areas(vs, areas);
		return err;
	}
	for (unsigned int i = 0; i < nr; i++) {
		vas[i] = areas;
		areas = areas->purge_next;
	}
	err = find_and_take(vs, &r, gfp, &spares);
	free_areas(vs, spares);
	if (!err)
		vs->ops->insert(vs, vas, nr);
	if (err == -EBUSY)
		notice_refusal(vs, end - offsets[r.order[0]]);
	for (unsigned int i = 0; err && i < nr; i++)
		kfree(vs->m, vas[i]);
	return err;
}

void pcpu_free_vm_areas(struct vmap_space *vs, struct vmap_area **vas, unsigned int nr)
{
	vs->ops->free_many(vs, vas, nr);
}

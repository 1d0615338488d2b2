/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vm_areas.c - congruent areas: several areas at given distances from each other.
 *
 * After "implement and use sparse embedding first chunk allocator" (2009): the units of a per-CPU
 * chunk lie as far from each other as those of the first chunk do, group by group, so a chunk
 * needs one area a group, at fixed offsets from a base that is the same for all. They are taken
 * from the top of the space, away from the small areas, which come from its bottom: then there is
 * some hope that all the distant ranges are free at once.
 *
 * The search goes from the highest possible base downward and knows at each moment that no higher
 * base is possible (I). It looks at the areas in turn, from the highest to the lowest and then the
 * highest again. An area must lie inside of one free area that is at least as long and starts
 * below the area's end; the highest of those is the candidate. There are two ways to miss it, and
 * each has its own move:
 *
 *   end    the area ends above the candidate's end. By (I) and the choice of the candidate, the
 *          area cannot end higher than the candidate does: the base falls until the ends meet.
 *   start  the area ends within the candidate, or below it, and starts below its start. No lower
 *          base brings it in again, so the next long enough free area below is the candidate, and
 *          the base falls until the area ends where that ends.
 *
 * To move on from the candidate in the first case would skip every base at which the area lies in
 * it; so the end is looked at first, and the start only where the end fits. A base is rounded down
 * to the alignment. When as many areas in a row as there are have fitted with no move, all of them
 * do.
 *
 * It ends: the base never rises, since a candidate starts below the area's end and its lower
 * neighbour ends below that; a move that leaves it as it is (rounding can do that) goes to a lower
 * candidate; and there are finitely many. Where no candidate is left, there is no base.
 *
 * Cost: O(log F) a look, F free areas. An area moves the base at most once in each way from one
 * candidate, so there are at most 2 N F moves for N areas, and less than N looks between two of
 * them. Free areas that are too short are not met: the tree knows.
 */
#include "internal.h"

/**
 * struct vm_areas - a request
 * @offsets, @sizes: of each area, as the caller gave them
 * @nr:              how many
 * @align:           of the base
 * @vas:             structures for the areas; until they are taken, each one's @purge_next is the
 *                   free area in which it fitted when it was looked at last
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

/* What the contract says of a request, apart from the space. Fills in @order. */
static int check_request(struct vm_areas *r)
{
	u16 *order = r->order;
	unsigned int i, at;

	if (!is_power_of_2(r->align) || r->align < PAGE_SIZE)
		return -EINVAL;
	/* By insertion: groups are few, and mostly in order already. */
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

/* The highest base at which the area ends at or below @addr. False: none, it would be negative. */
static bool base_below(const struct vm_areas *r, unsigned int area, u64 addr, u64 *base)
{
	u64 end = area_end(r, area);

	if (addr < end)
		return false;
	*base = ALIGN_DOWN(addr - end, r->align);
	return true;
}

/*
 * The highest base at which every area is free; free_vmap_area_lock held. False: none. Where an
 * area fitted last, it fits with the base that was found.
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

/* How many of the areas leave something free on both sides: these may take a spare each. */
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
 * Cut the areas out of the free space, from the lowest to the highest: of a free area that is cut
 * in two, the upper part keeps the structure, and the areas that are still to be cut out of it.
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
		/* At the top of the space, away from what is kept for small areas. */
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

/* @nr structures more on a list, linked by what only lazy areas use otherwise. 0 or -ENOMEM. */
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
 * Search and take, or purge once and do it again.
 * @spares: none; receives those that were asked for and not needed
 *
 * How many spares it needs is known when a base was found, and mostly these are none: where areas
 * like these have been before, free areas end. If there are too few, more are asked for and the
 * base is looked for again. That ends: an area takes no more than one.
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
	/* No purge makes room for what is longer than the space, or has to lie behind it. */
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

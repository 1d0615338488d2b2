/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * busy.c - areas in use: a tree by address, and a list in the same order that is walked under RCU.
 *
 * A lazy space has one such set; a space of zones or pools has one for each node (lazy.c). The lock
 * is the caller's to take.
 *
 * The list holds what the tree holds, by address, and is walked under RCU alone. What a walk meets:
 * each area that is in use from its beginning to its end, once; and of those that come or go
 * meanwhile, any. Two areas that it meets one after the other have been on the list together, so
 * they are in order and do not overlap. Both need that an area which was taken off keeps its bounds
 * and its way on as long as a walker may stand on it: its purge waits for a grace period, one for
 * all that it frees (purge.c), and nothing else ends the life of an area that was on the list.
 */
#include "internal.h"

/*
 * Areas that overlap compare equal: a range of one byte finds the area around an address.
 */
static inline int busy_cmp(const struct vmap_area *a, const struct vmap_area *b)
{
	touch_area(b, false);
	if (a->va_end <= b->va_start)
		return -1;
	if (a->va_start >= b->va_end)
		return 1;
	return 0;
}

RB_GENERATE_INTERNAL(busy_tree, vmap_area, rb, busy_cmp, __maybe_unused static)

/*
 * busy_link() - an area comes into use; lock held
 *
 * An insertion of our own: what it passes on the way is the predecessor, for the list.
 */
void busy_link(struct busy_areas *ba, struct vmap_area *va)
{
	struct vmap_area *node = RB_ROOT(&ba->root), *parent = NULL, *prev = NULL;

	while (node) {
		parent = node;
		touch_area(node, false);
		if (va->va_end <= node->va_start) {
			node = RB_LEFT(node, rb);
			continue;
		}
		MM_CHECK(va->va_start >= node->va_end, OVERLAP,
			 "area [%#llx, %#llx) was handed out, and [%#llx, %#llx) is in use",
			 va->va_start, va->va_end, node->va_start, node->va_end);
		prev = node;
		node = RB_RIGHT(node, rb);
	}
	RB_SET(va, parent, rb);
	if (!parent)
		RB_ROOT(&ba->root) = va;
	else if (parent == prev)
		RB_RIGHT(parent, rb) = va;
	else
		RB_LEFT(parent, rb) = va;
	touch_area(va, true);
	if (parent)
		touch_area(parent, true);
	busy_tree_RB_INSERT_COLOR(&ba->root, va);
	list_add_rcu(&va->list, prev ? &prev->list : &ba->list);
	ba->nr++;
	ba->pages += va_pages(va);
}

/* busy_unlink() - an area is no longer in use; lock held */
void busy_unlink(struct busy_areas *ba, struct vmap_area *va)
{
	touch_area(va, true);
	if (RB_PARENT(va, rb))
		touch_area(RB_PARENT(va, rb), true);
	RB_REMOVE(busy_tree, &ba->root, va);
	list_del_rcu(&va->list);
	ba->nr--;
	ba->pages -= va_pages(va);
}

/* busy_find() - the area that contains @addr, or NULL; lock held */
struct vmap_area *busy_find(struct busy_areas *ba, u64 addr)
{
	struct vmap_area key = {.va_start = addr, .va_end = addr + 1};

	return RB_FIND(busy_tree, &ba->root, &key);
}

/*
 * busy_from() - the lowest area that ends above @addr, or NULL; lock held
 *
 * Looked for with an empty range, which, unlike one of a byte, does not wrap at the last address of
 * all.
 */
struct vmap_area *busy_from(struct busy_areas *ba, u64 addr)
{
	struct vmap_area key = {.va_start = addr, .va_end = addr};

	return RB_NFIND(busy_tree, &ba->root, &key);
}

/* busy_areas_init() - none is in use */
void busy_areas_init(struct busy_areas *ba)
{
	spin_lock_init(&ba->lock, "vmap_area_lock");
	RB_INIT(&ba->root);
	CDS_INIT_LIST_HEAD(&ba->list);
	ba->nr = ba->pages = 0;
}

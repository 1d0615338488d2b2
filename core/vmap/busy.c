/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * busy.c - a set of areas in use: a tree by address, and a list in the same order for RCU readers.
 *
 * After vmap_area_root and vmap_area_list of "mm: rewrite vmap layer" (2008). A lazy space has one
 * such set; a space of zones or pools has one for each node (lazy.c). The caller holds
 * busy_areas.lock; V2, V5 and V6 (area.h) hold whenever it does not.
 *
 * Ordering. The list is walked under RCU alone. A walk meets each area that is in use from its
 * beginning to its end exactly once, and any of those that come or go meanwhile. Two areas that it
 * meets one after the other were on the list together, so they are in order and do not overlap.
 * Both rest on this: an area that was taken off keeps its bounds and its link forward as long as a
 * reader may stand on it. Its purge waits for a grace period (purge.c), and nothing else ends the
 * life of an area that was on the list.
 */
#include "internal.h"
#include "rculist.h"

/*
 * A step of RB_FIND() and RB_NFIND(): @b is the node that the search has reached. Areas that
 * overlap compare equal, so a range of one byte finds the area around an address.
 */
static inline int busy_cmp(const struct vmap_area *a, struct vmap_area *b)
{
	area_reached(b);
	if (a->va_end <= b->va_start)
		return -1;
	if (a->va_start >= b->va_end)
		return 1;
	return 0;
}

RB_GENERATE_INTERNAL(busy_tree, vmap_area, rb, busy_cmp, __maybe_unused static)

/*
 * busy_link() - an area comes into use
 *
 * The insertion searches by itself: on the way it meets the predecessor, which the list needs.
 */
void busy_link(struct busy_areas *ba, struct vmap_area *va)
{
	struct vmap_area *node = tree_top(&ba->root), *parent = NULL, *prev = NULL;

	lockdep_assert_spin_held(&ba->lock);
	while (node) {
		parent = node;
		if (va->va_end <= node->va_start) {
			node = tree_left(node);
			continue;
		}
		MM_CHECK(va->va_start >= node->va_end, OVERLAP,
			 "area [%#llx, %#llx) was handed out, and [%#llx, %#llx) is in use",
			 va->va_start, va->va_end, node->va_start, node->va_end);
		prev = node;
		node = tree_right(node);
	}
	tree_hang(&RB_ROOT(&ba->root), va, parent, parent == prev);
	if (parent)
		area_written(parent);
	busy_tree_RB_INSERT_COLOR(&ba->root, va);
	list_add_rcu(&va->list, prev ? &prev->list : &ba->list);
	ba->nr++;
	ba->pages += va_pages(va);
}

/* busy_unlink() - an area goes out of use */
void busy_unlink(struct busy_areas *ba, struct vmap_area *va)
{
	lockdep_assert_spin_held(&ba->lock);
	area_written(va);
	if (RB_PARENT(va, rb))
		area_written(RB_PARENT(va, rb));
	RB_REMOVE(busy_tree, &ba->root, va);
	list_del_rcu(&va->list);
	ba->nr--;
	ba->pages -= va_pages(va);
}

/* busy_find() - the area that contains @addr, or NULL */
struct vmap_area *busy_find(struct busy_areas *ba, u64 addr)
{
	struct vmap_area key = {.va_start = addr, .va_end = addr + 1};

	lockdep_assert_spin_held(&ba->lock);
	return RB_FIND(busy_tree, &ba->root, &key);
}

/*
 * busy_from() - the lowest area that ends above @addr, or NULL
 *
 * The search ends at an area that contains the key, a range of one byte. No area contains the
 * highest address, where that range would wrap: there the key is empty.
 */
struct vmap_area *busy_from(struct busy_areas *ba, u64 addr)
{
	struct vmap_area key = {.va_start = addr, .va_end = addr == ~0ULL ? addr : addr + 1};

	lockdep_assert_spin_held(&ba->lock);
	return RB_NFIND(busy_tree, &ba->root, &key);
}

/* busy_areas_init() - an empty set */
void busy_areas_init(struct busy_areas *ba)
{
	spin_lock_init(&ba->lock, "vmap_area_lock");
	RB_INIT(&ba->root);
	CDS_INIT_LIST_HEAD(&ba->list);
	ba->nr = ba->pages = 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify_trees.c - what trees of areas must be: order, links, colours, augmentation, the list
 * beside a busy tree, and counts; whichever part of a space they are.
 *
 * What a judge may and may not do: see verify.c.
 */
#ifdef __clang__
#pragma clang attribute push(__attribute__((no_sanitize("thread", "coverage"))),                   \
			     apply_to = function)
#endif

#include "internal.h"
#include "../sched/random.h"

/* tally_area() - an area is part of the space */
void tally_area(struct tally *t, const struct vmap_area *va)
{
	t->sum += random_mix(va->va_end) - random_mix(va->va_start);
	t->pages += va_pages(va);
	t->areas++;
}

/* tree_min() - the lowest area of a tree, or NULL */
const struct vmap_area *tree_min(const struct vmap_area *va)
{
	while (va && RB_LEFT(va, rb))
		va = RB_LEFT(va, rb);
	return va;
}

/* tree_next() - the next one, or NULL */
const struct vmap_area *tree_next(const struct vmap_area *va)
{
	const struct vmap_area *from;

	if (RB_RIGHT(va, rb))
		return tree_min(RB_RIGHT(va, rb));
	do {
		from = va;
		va = RB_PARENT(va, rb);
	} while (va && from == RB_RIGHT(va, rb));
	return va;
}

/* What every node of either tree must be, whatever it stands for. */
static void verify_node(const struct vmap_space *vs, const struct vmap_area *va, const char *tree)
{
	const struct vmap_area *left = RB_LEFT(va, rb), *right = RB_RIGHT(va, rb);

	MM_CHECK(va->va_start < va->va_end && IS_ALIGNED(va->va_start | va->va_end, PAGE_SIZE) &&
			 va->va_start >= vs->start && va->va_end <= vs->end,
		 TREE, "%s area [%#llx, %#llx) is no range of pages of the space", tree,
		 va->va_start, va->va_end);
	MM_CHECK((!left || RB_PARENT(left, rb) == va) && (!right || RB_PARENT(right, rb) == va),
		 TREE, "%s area %#llx is not its children's parent", tree, va->va_start);
	MM_CHECK(RB_COLOR(va, rb) == RB_BLACK || ((!left || RB_COLOR(left, rb) == RB_BLACK) &&
						  (!right || RB_COLOR(right, rb) == RB_BLACK)),
		 TREE, "%s area %#llx is red and has a red child", tree, va->va_start);
}

/* tally_free_areas() - a tree of free areas is what it has to be, and part of the space */
void tally_free_areas(const struct vmap_space *vs, const struct free_areas *fa, struct tally *t)
{
	const struct vmap_area *va, *prev = NULL;
	u64 pages = t->pages;

	for (va = tree_min(RB_ROOT(&fa->root)); va; prev = va, va = tree_next(va)) {
		const struct vmap_area *left = RB_LEFT(va, rb), *right = RB_RIGHT(va, rb);
		u64 largest = va_size(va);

		verify_node(vs, va, "free");
		MM_CHECK(!prev || prev->va_end != va->va_start, TREE,
			 "free areas [%#llx, %#llx) and [%#llx, %#llx) touch and are not merged",
			 prev->va_start, prev->va_end, va->va_start, va->va_end);
		MM_CHECK(!prev || prev->va_end < va->va_start, TREE,
			 "free area %#llx stands before %#llx, which begins before it ends",
			 prev->va_start, va->va_start);
		if (left)
			largest = max(largest, left->subtree_max_size);
		if (right)
			largest = max(largest, right->subtree_max_size);
		MM_CHECK(va->subtree_max_size == largest, TREE,
			 "free area %#llx remembers %#llx as the largest size below, it is %#llx",
			 va->va_start, va->subtree_max_size, largest);
		tally_area(t, va);
	}
	pages = t->pages - pages;
	MM_CHECK(fa->pages == pages, COUNT, "free pages: %llu remembered, %llu found", fa->pages,
		 pages);
}

static void verify_busy_tree(const struct vmap_space *vs, const struct busy_areas *ba,
			     struct tally *t)
{
	const struct vmap_area *va, *prev = NULL;
	struct tally busy = {0};

	for (va = tree_min(RB_ROOT(&ba->root)); va; prev = va, va = tree_next(va)) {
		verify_node(vs, va, "busy");
		MM_CHECK(!prev || prev->va_start < va->va_start, TREE,
			 "busy area %#llx stands before %#llx", prev->va_start, va->va_start);
		MM_CHECK(!prev || prev->va_end <= va->va_start, OVERLAP,
			 "busy areas [%#llx, %#llx) and [%#llx, %#llx) overlap", prev->va_start,
			 prev->va_end, va->va_start, va->va_end);
		tally_area(&busy, va);
	}
	MM_CHECK(ba->nr == busy.areas, COUNT, "busy areas: %llu remembered, %llu found", ba->nr,
		 busy.areas);
	MM_CHECK(ba->pages == busy.pages, COUNT, "busy pages: %llu remembered, %llu found",
		 ba->pages, busy.pages);
	t->sum += busy.sum;
	t->pages += busy.pages;
	t->areas += busy.areas;
}

/* The list is the tree in order: both are gone through step by step. */
static void verify_busy_list(const struct busy_areas *ba)
{
	const struct cds_list_head *at = &ba->list;
	const struct vmap_area *va;

	for (va = tree_min(RB_ROOT(&ba->root)); va; va = tree_next(va)) {
		MM_CHECK(at->next == &va->list && va->list.prev == at, LIST,
			 "busy area %#llx is not where it belongs on the list", va->va_start);
		at = at->next;
	}
	MM_CHECK(at->next == &ba->list && ba->list.prev == at, LIST,
		 "the list of %llu busy areas does not end behind the last", ba->nr);
}

/* tally_busy_areas() - the same for areas in use */
void tally_busy_areas(const struct vmap_space *vs, const struct busy_areas *ba, struct tally *t)
{
	verify_busy_tree(vs, ba, t);
	verify_busy_list(ba);
}

#ifdef __clang__
#pragma clang attribute pop
#endif

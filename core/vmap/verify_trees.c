/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify_trees.c - verify the sets of areas (V1 to V6, area.h), whichever part of a space they are.
 *
 * See verify.c for the rules of a verifier.
 */
#include "../sched/types.h"

VERIFIER_BEGIN

#include "../sched/random.h"
#include "verify.h"

/* tally_area() - the area is part of the space */
void tally_area(struct tally *t, const struct vmap_area *va)
{
	t->sum += random_mix(va->va_end) - random_mix(va->va_start);
	t->pages += va_pages(va);
	t->areas++;
}

/* tally_add() - so are the areas of another tally */
void tally_add(struct tally *t, const struct tally *more)
{
	t->sum += more->sum;
	t->pages += more->pages;
	t->areas += more->areas;
}

/* tree_min() - the lowest area of a tree, or NULL */
const struct vmap_area *tree_min(const struct vmap_area *va)
{
	while (va && RB_LEFT(va, rb))
		va = RB_LEFT(va, rb);
	return va;
}

/* tree_next() - the next one in ascending order, or NULL */
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

/*
 * verify_range() - V1
 * @oracle: what a violation is reported as
 * @what:   what the area is: "busy" and so on
 */
void verify_range(const struct vmap_space *vs, const struct vmap_area *va, enum oracle oracle,
		  const char *what)
{
	if (unlikely(va->va_start >= va->va_end ||
		     !IS_ALIGNED(va->va_start | va->va_end, PAGE_SIZE) ||
		     va->va_start < vs->start || va->va_end > vs->end))
		mm_report(oracle, "%s area [%#llx, %#llx) is no range of pages of the space", what,
			  va->va_start, va->va_end);
}

/* V1, and the links and colours of V2. */
static void verify_node(const struct vmap_space *vs, const struct vmap_area *va, const char *tree)
{
	const struct vmap_area *left = RB_LEFT(va, rb), *right = RB_RIGHT(va, rb);

	verify_range(vs, va, ORACLE_TREE, tree);
	MM_CHECK((!left || RB_PARENT(left, rb) == va) && (!right || RB_PARENT(right, rb) == va),
		 TREE, "%s area %#llx: a child in the tree has another parent", tree, va->va_start);
	MM_CHECK(RB_COLOR(va, rb) == RB_BLACK || ((!left || RB_COLOR(left, rb) == RB_BLACK) &&
						  (!right || RB_COLOR(right, rb) == RB_BLACK)),
		 TREE, "%s area %#llx is red and has a red child", tree, va->va_start);
}

/* tally_free_areas() - V1 to V5 for a set of free areas, which is part of the space */
void tally_free_areas(const struct vmap_space *vs, const struct free_areas *fa, struct tally *t)
{
	const struct vmap_area *va, *prev = NULL;
	struct tally found = {0};

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
			 "free area %#llx: the largest size below is %#llx, %#llx remembered",
			 va->va_start, largest, va->subtree_max_size);
		tally_area(&found, va);
	}
	MM_CHECK(fa->pages == found.pages, COUNT, "free pages: %llu counted, %llu found", fa->pages,
		 found.pages);
	tally_add(t, &found);
}

/* V1, V2, V5. */
static void verify_busy_tree(const struct vmap_space *vs, const struct busy_areas *ba,
			     struct tally *t)
{
	const struct vmap_area *va, *prev = NULL;
	struct tally found = {0};

	for (va = tree_min(RB_ROOT(&ba->root)); va; prev = va, va = tree_next(va)) {
		verify_node(vs, va, "busy");
		MM_CHECK(!prev || prev->va_start < va->va_start, TREE,
			 "busy area %#llx stands before %#llx", prev->va_start, va->va_start);
		MM_CHECK(!prev || prev->va_end <= va->va_start, OVERLAP,
			 "busy areas [%#llx, %#llx) and [%#llx, %#llx) overlap", prev->va_start,
			 prev->va_end, va->va_start, va->va_end);
		tally_area(&found, va);
	}
	MM_CHECK(ba->nr == found.areas, COUNT, "busy areas: %llu counted, %llu found", ba->nr,
		 found.areas);
	MM_CHECK(ba->pages == found.pages, COUNT, "busy pages: %llu counted, %llu found", ba->pages,
		 found.pages);
	tally_add(t, &found);
}

/* V6: a walk along the tree and the list at the same time. */
static void verify_busy_list(const struct busy_areas *ba)
{
	const struct cds_list_head *at = &ba->list;
	const struct vmap_area *va;

	for (va = tree_min(RB_ROOT(&ba->root)); va; va = tree_next(va)) {
		MM_CHECK(at->next == &va->list && va->list.prev == at, LIST,
			 "busy area %#llx has another place on the list than in the tree",
			 va->va_start);
		at = at->next;
	}
	MM_CHECK(at->next == &ba->list && ba->list.prev == at, LIST,
		 "the list of %llu busy areas does not end after the last", ba->nr);
}

/* tally_busy_areas() - V1, V2, V5 and V6 for a set of busy areas, which is part of the space */
void tally_busy_areas(const struct vmap_space *vs, const struct busy_areas *ba, struct tally *t)
{
	verify_busy_tree(vs, ba, t);
	verify_busy_list(ba);
}

VERIFIER_END

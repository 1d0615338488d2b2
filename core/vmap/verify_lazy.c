/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify_lazy.c - recompute what a lazy space remembers of its addresses: order of the trees and
 * their augmentation, the list of busy areas against their tree, every count, and the partition of
 * the space into free, busy and lazy areas.
 *
 * What a judge may and may not do: see verify.c.
 *
 * It costs O(areas) and no memory. That lazy areas, which are in no order, fit exactly
 * between the others is told by a sum: with h a mixing function, the sum of h(end) - h(start) over
 * the parts of a partition is h(end) - h(start) of the whole, and for anything else it is that by
 * an accident of 2^-64. Only when it is not, the fault is searched for, slowly, to name it.
 */
#ifdef __clang__
#pragma clang attribute push(__attribute__((no_sanitize("thread", "coverage"))),                   \
			     apply_to = function)
#endif

#include "internal.h"
#include "../sched/random.h"

#define HEX(x) ((unsigned long long)(x))

/* Sum over areas, see above, and of their pages. */
struct tally {
	u64 sum;
	u64 pages;
	u64 areas;
};

static void tally_add(struct tally *t, const struct vmap_area *va)
{
	t->sum += random_mix(va->va_end) - random_mix(va->va_start);
	t->pages += va_pages(va);
	t->areas++;
}

static const struct vmap_area *tree_min(const struct vmap_area *va)
{
	while (va && RB_LEFT(va, rb))
		va = RB_LEFT(va, rb);
	return va;
}

static const struct vmap_area *tree_next(const struct vmap_area *va)
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
		 HEX(va->va_start), HEX(va->va_end));
	MM_CHECK((!left || RB_PARENT(left, rb) == va) && (!right || RB_PARENT(right, rb) == va),
		 TREE, "%s area %#llx is not its children's parent", tree, HEX(va->va_start));
	MM_CHECK(RB_COLOR(va, rb) == RB_BLACK || ((!left || RB_COLOR(left, rb) == RB_BLACK) &&
						  (!right || RB_COLOR(right, rb) == RB_BLACK)),
		 TREE, "%s area %#llx is red and has a red child", tree, HEX(va->va_start));
}

static void verify_free(const struct vmap_space *vs, struct tally *t)
{
	const struct vmap_area *va, *prev = NULL;
	u64 pages = t->pages;

	for (va = tree_min(RB_ROOT(&vs->free_root)); va; prev = va, va = tree_next(va)) {
		const struct vmap_area *left = RB_LEFT(va, rb), *right = RB_RIGHT(va, rb);
		u64 largest = va_size(va);

		verify_node(vs, va, "free");
		MM_CHECK(!prev || prev->va_end != va->va_start, TREE,
			 "free areas [%#llx, %#llx) and [%#llx, %#llx) touch and are not merged",
			 HEX(prev->va_start), HEX(prev->va_end), HEX(va->va_start),
			 HEX(va->va_end));
		MM_CHECK(!prev || prev->va_end < va->va_start, TREE,
			 "free area %#llx stands before %#llx, which begins before it ends",
			 HEX(prev->va_start), HEX(va->va_start));
		if (left)
			largest = max(largest, left->subtree_max_size);
		if (right)
			largest = max(largest, right->subtree_max_size);
		MM_CHECK(va->subtree_max_size == largest, TREE,
			 "free area %#llx remembers %#llx as the largest size below, it is %#llx",
			 HEX(va->va_start), HEX(va->subtree_max_size), HEX(largest));
		tally_add(t, va);
	}
	pages = t->pages - pages;
	MM_CHECK(vs->free_pages == pages, COUNT, "free pages: %llu remembered, %llu found",
		 HEX(vs->free_pages), HEX(pages));
}

static void verify_busy(const struct vmap_space *vs, struct tally *t)
{
	const struct vmap_area *va, *prev = NULL;
	struct tally busy = {0};

	for (va = tree_min(RB_ROOT(&vs->busy_root)); va; prev = va, va = tree_next(va)) {
		verify_node(vs, va, "busy");
		MM_CHECK(!prev || prev->va_start < va->va_start, TREE,
			 "busy area %#llx stands before %#llx", HEX(prev->va_start),
			 HEX(va->va_start));
		MM_CHECK(!prev || prev->va_end <= va->va_start, OVERLAP,
			 "busy areas [%#llx, %#llx) and [%#llx, %#llx) overlap",
			 HEX(prev->va_start), HEX(prev->va_end), HEX(va->va_start),
			 HEX(va->va_end));
		tally_add(&busy, va);
	}
	MM_CHECK(vs->nr_busy == busy.areas, COUNT, "busy areas: %llu remembered, %llu found",
		 HEX(vs->nr_busy), HEX(busy.areas));
	MM_CHECK(vs->busy_pages == busy.pages, COUNT, "busy pages: %llu remembered, %llu found",
		 HEX(vs->busy_pages), HEX(busy.pages));
	t->sum += busy.sum;
	t->pages += busy.pages;
	t->areas += busy.areas;
}

/* The list is the tree in order: both are gone through step by step. */
static void verify_busy_list(const struct vmap_space *vs)
{
	const struct cds_list_head *at = &vs->busy_list;
	const struct vmap_area *va;

	for (va = tree_min(RB_ROOT(&vs->busy_root)); va; va = tree_next(va)) {
		MM_CHECK(at->next == &va->list && va->list.prev == at, LIST,
			 "busy area %#llx is not where it belongs on the list", HEX(va->va_start));
		at = at->next;
	}
	MM_CHECK(at->next == &vs->busy_list && vs->busy_list.prev == at, LIST,
		 "the list of %llu busy areas does not end behind the last", HEX(vs->nr_busy));
}

static void verify_lazy(const struct vmap_space *vs, struct tally *t)
{
	const u64 most = (vs->end - vs->start) >> PAGE_SHIFT;
	struct tally lazy = {0};
	const struct vmap_area *va;

	for (va = vs->purge_list; va; va = va->purge_next) {
		MM_CHECK(va->va_start < va->va_end &&
				 IS_ALIGNED(va->va_start | va->va_end, PAGE_SIZE) &&
				 va->va_start >= vs->start && va->va_end <= vs->end,
			 LIST, "lazy area [%#llx, %#llx) is no range of pages of the space",
			 HEX(va->va_start), HEX(va->va_end));
		MM_CHECK(lazy.areas < most, LIST, "the list of lazy areas has no end");
		tally_add(&lazy, va);
	}
	MM_CHECK((u64)vs->vmap_lazy_nr.counter == lazy.pages, COUNT,
		 "lazy pages: %ld counted, %llu found", vs->vmap_lazy_nr.counter, HEX(lazy.pages));
	t->sum += lazy.sum;
	t->pages += lazy.pages;
	t->areas += lazy.areas;
}

/* The area of a tree that overlaps [start, end) with the lowest address, other than @self. */
static const struct vmap_area *overlapping(const struct vmap_area *va, u64 start, u64 end,
					   const struct vmap_area *self)
{
	for (va = tree_min(va); va; va = tree_next(va))
		if (va != self && va->va_start < end && start < va->va_end)
			return va;
	return NULL;
}

/* The parts do not make the whole: say which two overlap, or what is missing. */
static __noreturn void blame_partition(const struct vmap_space *vs)
{
	const struct vmap_area *va, *other;
	u64 at = vs->start, next;

	for (va = tree_min(RB_ROOT(&vs->busy_root)); va; va = tree_next(va)) {
		other = overlapping(RB_ROOT(&vs->free_root), va->va_start, va->va_end, NULL);
		MM_CHECK(!other, OVERLAP, "[%#llx, %#llx) is busy, and [%#llx, %#llx) is free",
			 HEX(va->va_start), HEX(va->va_end), HEX(other->va_start),
			 HEX(other->va_end));
	}
	for (va = vs->purge_list; va; va = va->purge_next) {
		other = overlapping(RB_ROOT(&vs->free_root), va->va_start, va->va_end, NULL);
		if (!other)
			other = overlapping(RB_ROOT(&vs->busy_root), va->va_start, va->va_end,
					    NULL);
		for (const struct vmap_area *l = va->purge_next; l && !other; l = l->purge_next)
			if (l->va_start < va->va_end && va->va_start < l->va_end)
				other = l;
		MM_CHECK(!other, OVERLAP,
			 "[%#llx, %#llx) is lazily freed, and [%#llx, %#llx) is known too",
			 HEX(va->va_start), HEX(va->va_end), HEX(other->va_start),
			 HEX(other->va_end));
	}
	/* No two overlap, so something is missing. Follow the areas to the first gap. */
	do {
		next = at;
		other = overlapping(RB_ROOT(&vs->free_root), at, at + PAGE_SIZE, NULL);
		if (!other)
			other = overlapping(RB_ROOT(&vs->busy_root), at, at + PAGE_SIZE, NULL);
		for (va = vs->purge_list; va && !other; va = va->purge_next)
			if (va->va_start <= at && at < va->va_end)
				other = va;
		if (other)
			at = other->va_end;
	} while (at != next);
	mm_report(ORACLE_LEAK_AREA, "address %#llx is neither free nor busy nor lazily freed",
		  HEX(at));
}

/* verify_lazy_space() - see vmap_verify() */
void verify_lazy_space(const struct vmap_space *vs, bool quiet)
{
	const u64 pages = (vs->end - vs->start) >> PAGE_SHIFT;
	struct tally t = {0};

	MM_CHECK(vs->vmap_lazy_nr.counter >= 0, COUNT, "lazy pages: %ld counted",
		 vs->vmap_lazy_nr.counter);
	MM_CHECK(vs->free_pages <= pages, COUNT, "%llu pages are free, of %llu",
		 HEX(vs->free_pages), HEX(pages));
	if (!quiet)
		return;

	verify_free(vs, &t);
	verify_busy(vs, &t);
	verify_busy_list(vs);
	verify_lazy(vs, &t);
	if (t.pages != pages || t.sum != random_mix(vs->end) - random_mix(vs->start))
		blame_partition(vs);
}

/* lazy_in_use() - is @va what the tree has at @addr? It is not looked into, and may be gone */
bool lazy_in_use(const struct vmap_space *vs, u64 addr, const struct vmap_area *va)
{
	const struct vmap_area *node = RB_ROOT(&vs->busy_root);

	while (node && node != va)
		node = addr < node->va_start ? RB_LEFT(node, rb) : RB_RIGHT(node, rb);
	return node;
}

/* for_each_purge_list() - see for_each_lazy_area() */
void for_each_purge_list(const struct vmap_space *vs, void (*fn)(u64 start, u64 end, void *arg),
			 void *arg)
{
	for (const struct vmap_area *va = vs->purge_list; va; va = va->purge_next)
		fn(va->va_start, va->va_end, arg);
}

#ifdef __clang__
#pragma clang attribute pop
#endif

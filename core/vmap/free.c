/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * free.c - a set of free areas: a tree that knows where room is.
 *
 * After "mm/vmalloc: keep track of free blocks for KVA allocation" (2019). Free areas are in a
 * red-black tree by address. Each node is augmented with the size of the largest area at or below
 * it, so a search turns away from every subtree that cannot serve it.
 *
 * A search is first fit: it finds the lowest address that fits, with one exception. An area can be
 * long enough and still not fit, because of alignment. Many such areas in a row would make the
 * search linear; so it counts them, and after VMAP_MAX_MISSES it asks for areas that fit whatever
 * their alignment, of size + align - PAGE_SIZE. It follows that
 *
 *   - the result does not depend on the shape of the tree;
 *   - a request is refused only if no free area of size + align - PAGE_SIZE lies inside its range;
 *   - a request as long as its range is served whenever the range is free: its area is the first
 *     one that the search looks at.
 *
 * (Linux asks for the larger size from the beginning, and takes what fits on its way down.)
 *
 * A space has one set, its heap (heap.c). In a space of zones each CPU has another, of the ranges
 * that it has prefetched (zone.c). The caller holds free_areas.lock; V1 to V5 (area.h) hold
 * whenever it does not.
 *
 * Cost: O(log n) to find, cut and merge. <bsd/sys/tree.h> updates the augmentation in rotations
 * under the condition that it was right before (V4); free_link() and free_unlink() see to that.
 */
#include "internal.h"

static void augment(struct vmap_area *va)
{
	const struct vmap_area *left = RB_LEFT(va, rb), *right = RB_RIGHT(va, rb);
	u64 largest = va_size(va);

	if (left && left->subtree_max_size > largest)
		largest = left->subtree_max_size;
	if (right && right->subtree_max_size > largest)
		largest = right->subtree_max_size;
	va->subtree_max_size = largest;
}

#undef RB_AUGMENT
#define RB_AUGMENT(va) augment(va)

/* For RB_GENERATE alone: an insertion searches by itself, and finds the neighbours on the way. */
static inline int free_cmp(const struct vmap_area *a, const struct vmap_area *b)
{
	return a->va_start < b->va_start ? -1 : a->va_start > b->va_start;
}

RB_GENERATE_INTERNAL(free_tree, vmap_area, rb, free_cmp, __maybe_unused static)

/* An area changed its size: restore V4 upward, to the first node that stays as it is. */
static void augment_propagate(struct vmap_area *va)
{
	for (; va; va = RB_PARENT(va, rb)) {
		u64 was = va->subtree_max_size;

		area_written(va);
		augment(va);
		if (va->subtree_max_size == was)
			break;
	}
}

/* Hang @va below @parent, where a search for its address ended. */
static void free_link(struct free_areas *fa, struct vmap_area *va, struct vmap_area *parent,
		      bool right)
{
	tree_hang(&RB_ROOT(&fa->root), va, parent, right);
	va->subtree_max_size = va_size(va);
	augment_propagate(parent);
	free_tree_RB_INSERT_COLOR(&fa->root, va);
}

/* Take @va out of the tree. It is made empty first, so that its removal changes no maximum (V4). */
static void free_unlink(struct free_areas *fa, struct vmap_area *va)
{
	va->va_start = va->va_end;
	augment_propagate(va);
	RB_REMOVE(free_tree, &fa->root, va);
}

/* The lowest free area that ends above @addr. */
static struct vmap_area *free_first(struct free_areas *fa, u64 addr)
{
	struct vmap_area *va = tree_top(&fa->root), *first = NULL;

	while (va) {
		if (va->va_end > addr) {
			first = va;
			va = tree_left(va);
		} else {
			va = tree_right(va);
		}
	}
	return first;
}

/*
 * The free area next to @va, above (@up) or below, that is at least @length long. Going up: down to
 * the right, and then left as long as there is one on the left; or to the first ancestor that is
 * reached from its left. Going down is the mirror image. By V4 every subtree that is entered holds
 * such an area.
 */
static inline struct vmap_area *free_neighbour(struct vmap_area *va, u64 length, bool up)
{
#define TOWARDS(va) (up ? RB_RIGHT(va, rb) : RB_LEFT(va, rb))
#define BACK(va) (up ? RB_LEFT(va, rb) : RB_RIGHT(va, rb))
	do {
		struct vmap_area *child = TOWARDS(va);

		if (child && child->subtree_max_size >= length) {
			do {
				va = child;
				child = BACK(va);
			} while (child && child->subtree_max_size >= length);
		} else {
			do {
				child = va;
				va = RB_PARENT(va, rb);
			} while (va && child == TOWARDS(va));
		}
		area_reached(va);
	} while (va && va_size(va) < length);
	return va;
#undef TOWARDS
#undef BACK
}

static struct vmap_area *free_next(struct vmap_area *va, u64 length)
{
	return free_neighbour(va, length, true);
}

/* free_prev() - the highest free area below @va that is at least @length long, or NULL */
struct vmap_area *free_prev(struct vmap_area *va, u64 length)
{
	return free_neighbour(va, length, false);
}

/*
 * free_last() - the highest free area that starts below @addr and is at least @length long
 *
 * Return: the area, or NULL.
 */
struct vmap_area *free_last(struct free_areas *fa, u64 addr, u64 length)
{
	struct vmap_area *va = tree_top(&fa->root), *last = NULL;

	lockdep_assert_spin_held(&fa->lock);
	while (va) {
		if (va->va_start < addr) {
			last = va;
			va = tree_right(va);
		} else {
			va = tree_left(va);
		}
	}
	return last && va_size(last) < length ? free_prev(last, length) : last;
}

/* Does the request fit into this area? @addr receives the lowest place in it. */
static bool is_within_this_va(const struct vmap_area *va, u64 size, u64 align, u64 vstart, u64 vend,
			      u64 *addr)
{
	u64 from = max(va->va_start, vstart);
	u64 at = ALIGN(from, align);

	/* Near the top of the address space, both the alignment and the sum may wrap. */
	if (at < from || at + size < at)
		return false;
	*addr = at;
	return at + size <= min(va->va_end, vend);
}

static struct vmap_area *find_vmap_lowest_match(struct free_areas *fa, u64 size, u64 align,
						u64 vstart, u64 vend, u64 *addr)
{
	struct vmap_area *va = free_first(fa, vstart);
	unsigned int misses = 0;
	u64 length = size;

	if (va && va_size(va) < length)
		va = free_next(va, length);
	while (va && va->va_start < vend) {
		if (is_within_this_va(va, size, align, vstart, vend, addr))
			return va;
		if (++misses == VMAP_MAX_MISSES)
			length = max(length, length + (align - PAGE_SIZE));
		va = free_next(va, length);
	}
	return NULL;
}

/*
 * va_clip() - cut [@addr, @addr + @size) out of the free area @va
 * @spare: a structure; set to NULL if it was used
 *
 * The cut takes the whole of it, and frees the structure; or one of its ends; or the middle, which
 * makes two areas of one and needs @spare for the lower one.
 */
void va_clip(struct machine *m, struct free_areas *fa, struct vmap_area *va, u64 addr, u64 size,
	     struct vmap_area **spare)
{
	struct vmap_area *lower, *prev;

	lockdep_assert_spin_held(&fa->lock);
	if (va->va_start == addr && va_size(va) == size) {
		free_unlink(fa, va);
		kfree(m, va);
	} else if (va->va_start == addr) {
		va->va_start = addr + size;
		augment_propagate(va);
	} else if (va->va_end == addr + size) {
		va->va_end = addr;
		augment_propagate(va);
	} else {
		lower = *spare;
		*spare = NULL;
		lower->va_start = va->va_start;
		lower->va_end = addr;
		va->va_start = addr + size;
		augment_propagate(va);

		/* Its place in the tree is directly before @va. */
		prev = RB_LEFT(va, rb);
		while (prev && RB_RIGHT(prev, rb))
			prev = RB_RIGHT(prev, rb);
		free_link(fa, lower, prev ? prev : va, prev);
	}
	fa->pages -= size >> PAGE_SHIFT;
}

/*
 * __alloc_vmap_area() - find room and take it
 * @spare: a structure for the case that an area is cut in two; set to NULL if it was used. That
 *         happens only if @align is more than a page or @vstart lies above the lowest free address
 *
 * Return: the address, or @vend if there is no room.
 */
u64 __alloc_vmap_area(struct machine *m, struct free_areas *fa, struct vmap_area **spare, u64 size,
		      u64 align, u64 vstart, u64 vend)
{
	struct vmap_area *va;
	u64 addr;

	lockdep_assert_spin_held(&fa->lock);
	va = find_vmap_lowest_match(fa, size, align, vstart, vend, &addr);
	if (!va)
		return vend;
	va_clip(m, fa, va, addr, size, spare);
	return addr;
}

/*
 * merge_or_add_vmap_area() - an area becomes free
 *
 * It is merged with the neighbours that it touches (V3). The structure is taken over: it becomes a
 * node, or is freed if a neighbour grows over it.
 */
void merge_or_add_vmap_area(struct machine *m, struct free_areas *fa, struct vmap_area *va)
{
	struct vmap_area *node = tree_top(&fa->root), *parent = NULL;
	struct vmap_area *prev = NULL, *next = NULL;
	u64 end = va->va_end;

	lockdep_assert_spin_held(&fa->lock);
	while (node) {
		parent = node;
		if (va->va_start < node->va_start) {
			next = node;
			node = tree_left(node);
		} else {
			prev = node;
			node = tree_right(node);
		}
	}
	MM_CHECK(!prev || prev->va_end <= va->va_start, OVERLAP,
		 "[%#llx, %#llx) becomes free, and [%#llx, %#llx) is free", va->va_start,
		 va->va_end, prev->va_start, prev->va_end);
	MM_CHECK(!next || va->va_end <= next->va_start, OVERLAP,
		 "[%#llx, %#llx) becomes free, and [%#llx, %#llx) is free", va->va_start,
		 va->va_end, next->va_start, next->va_end);

	fa->pages += va_pages(va);
	if (prev && prev->va_end == va->va_start) {
		kfree(m, va);
		if (next && next->va_start == end) {
			end = next->va_end;
			free_unlink(fa, next);
			kfree(m, next);
		}
		prev->va_end = end;
		augment_propagate(prev);
	} else if (next && next->va_start == end) {
		next->va_start = va->va_start;
		augment_propagate(next);
		kfree(m, va);
	} else {
		free_link(fa, va, parent, parent && parent == prev);
	}
}

/*
 * free_take_all() - hand all areas of the set to the caller
 *
 * Return: the areas, linked by @purge_next, or NULL. The walk through the tree needs the links of
 * its nodes and not their augmentation, which @purge_next overwrites.
 */
struct vmap_area *free_take_all(struct free_areas *fa)
{
	struct vmap_area *list = NULL, *va, *next;

	lockdep_assert_spin_held(&fa->lock);
	for (va = RB_MAX(free_tree, &fa->root); va; va = next) {
		next = RB_PREV(free_tree, &fa->root, va);
		va->purge_next = list;
		list = va;
	}
	RB_INIT(&fa->root);
	fa->pages = 0;
	return list;
}

/* free_largest() - bytes of the largest free area */
u64 free_largest(const struct free_areas *fa)
{
	lockdep_assert_spin_held(&fa->lock);
	return RB_EMPTY(&fa->root) ? 0 : RB_ROOT(&fa->root)->subtree_max_size;
}

/*
 * free_areas_init() - a set that holds @first, or nothing if it is NULL
 * @lock: the name of its lock, for lockdep
 */
void free_areas_init(struct free_areas *fa, const char *lock, struct vmap_area *first)
{
	spin_lock_init(&fa->lock, lock);
	RB_INIT(&fa->root);
	fa->pages = 0;
	if (first) {
		free_link(fa, first, NULL, false);
		fa->pages = va_pages(first);
	}
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * free.c - free areas: a tree that knows where room is.
 *
 * After "mm/vmalloc: keep track of free blocks for KVA allocation" (2019). Free areas
 * are in a red-black tree by address, each node augmented with the size of the largest area at
 * or below it, so a search turns away from every subtree that cannot serve it.
 *
 * What a search finds: the lowest address that fits, with one exception. An area can be long
 * enough and still not fit, because of alignment. If many such areas came in a row, the search
 * would no longer be logarithmic; so after VMAP_MAX_MISSES of them it asks for areas that are
 * so long that alignment does not matter: size + align - PAGE_SIZE. Hence a request is refused only
 * if no free area that long lies inside the range; and one that is exactly as long as its
 * range is never refused while the range is free, because its area is the first one looked at.
 *
 * A space has one such tree, its heap (heap.c); in a space of zones each CPU has another, of what
 * it has fetched (zone.c).
 *
 * Invariants, all under free_areas.lock, which is the caller's to take, all checked by verify:
 * - areas lie inside the space, in order, and no two touch (touching ones are merged);
 * - subtree_max_size of a node is the maximum of its own size and of its children's;
 * - free_areas.pages is the sum of all sizes.
 *
 * Cost: O(log n) to find, cut and merge. <bsd/sys/tree.h> keeps the augmentation in rotations,
 * given that it was right before; free_link() and free_unlink() see to that.
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

/* For RB_GENERATE alone: insertion has its own search, which finds the neighbours too. */
static inline int free_cmp(const struct vmap_area *a, const struct vmap_area *b)
{
	return a->va_start < b->va_start ? -1 : a->va_start > b->va_start;
}

RB_GENERATE_INTERNAL(free_tree, vmap_area, rb, free_cmp, __maybe_unused static)

/* An area changed its size: correct the nodes above, up to the first that stays as it is. */
static void augment_propagate(struct vmap_area *va)
{
	for (; va; va = RB_PARENT(va, rb)) {
		u64 was = va->subtree_max_size;

		touch_area(va, true);
		augment(va);
		if (va->subtree_max_size == was)
			break;
	}
}

/* Hang @va below @parent, where a search for its address ended. */
static void free_link(struct free_areas *fa, struct vmap_area *va, struct vmap_area *parent,
		      bool right)
{
	RB_SET(va, parent, rb);
	va->subtree_max_size = va_size(va);
	touch_area(va, true);
	if (!parent)
		RB_ROOT(&fa->root) = va;
	else if (right)
		RB_RIGHT(parent, rb) = va;
	else
		RB_LEFT(parent, rb) = va;
	augment_propagate(parent);
	free_tree_RB_INSERT_COLOR(&fa->root, va);
}

/* Take @va out of the tree. Made empty first, it can go without anybody noticing. */
static void free_unlink(struct free_areas *fa, struct vmap_area *va)
{
	va->va_start = va->va_end;
	augment_propagate(va);
	RB_REMOVE(free_tree, &fa->root, va);
}

/* The lowest free area that ends above @addr. */
static struct vmap_area *free_first(struct free_areas *fa, u64 addr)
{
	struct vmap_area *va = RB_ROOT(&fa->root), *first = NULL;

	while (va) {
		touch_area(va, false);
		if (va->va_end > addr) {
			first = va;
			va = RB_LEFT(va, rb);
		} else {
			va = RB_RIGHT(va, rb);
		}
	}
	return first;
}

/*
 * The free area next to @va, above (@up) or below, that is at least @length long. Each subtree
 * that is entered holds one. Above: down to the right and then left as long as there is one on the
 * left, or up to the first area of which we come from the left. Below, the same in a mirror.
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
		if (va)
			touch_area(va, false);
	} while (va && va_size(va) < length);
	return va;
#undef TOWARDS
#undef BACK
}

static struct vmap_area *free_next(struct vmap_area *va, u64 length)
{
	return free_neighbour(va, length, true);
}

/* free_prev() - the highest free area below @va that is at least @length long; lock held */
struct vmap_area *free_prev(struct vmap_area *va, u64 length)
{
	return free_neighbour(va, length, false);
}

/*
 * free_last() - the highest free area that starts below @addr and is at least @length long
 *
 * Lock held. NULL if there is none.
 */
struct vmap_area *free_last(struct free_areas *fa, u64 addr, u64 length)
{
	struct vmap_area *va = RB_ROOT(&fa->root), *last = NULL;

	while (va) {
		if (va->va_start < addr) {
			last = va;
			va = RB_RIGHT(va, rb);
		} else {
			va = RB_LEFT(va, rb);
		}
	}
	return last && va_size(last) < length ? free_prev(last, length) : last;
}

/* Does the request fit into this area? Where, is the lowest place in it. */
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
 * va_clip() - cut [@addr, @addr + @size) out of the free area @va; lock held
 * @spare: a structure; set to NULL if it was used
 *
 * All of it, one of its ends, or the middle, which makes two areas of one and needs @spare for the
 * lower. With the whole of it gone, @va is freed.
 */
void va_clip(struct machine *m, struct free_areas *fa, struct vmap_area *va, u64 addr, u64 size,
	     struct vmap_area **spare)
{
	struct vmap_area *lower, *prev;

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

		/* Its place in the tree is directly in front of @va. */
		prev = RB_LEFT(va, rb);
		while (prev && RB_RIGHT(prev, rb))
			prev = RB_RIGHT(prev, rb);
		free_link(fa, lower, prev ? prev : va, prev);
	}
	fa->pages -= size >> PAGE_SHIFT;
}

/*
 * __alloc_vmap_area() - find room and take it
 * @fa:    where, lock held
 * @spare: a structure for the case that an area is cut in two, which happens only if @align is
 *         more than a page or @vstart lies behind the lowest free address; NULL when used
 *
 * Return: the address, or @vend if there is no room.
 */
u64 __alloc_vmap_area(struct machine *m, struct free_areas *fa, struct vmap_area **spare, u64 size,
		      u64 align, u64 vstart, u64 vend)
{
	struct vmap_area *va;
	u64 addr;

	va = find_vmap_lowest_match(fa, size, align, vstart, vend, &addr);
	if (!va)
		return vend;
	va_clip(m, fa, va, addr, size, spare);
	return addr;
}

/*
 * merge_or_add_vmap_area() - an area becomes free; lock held
 *
 * The structure is taken over: it becomes a node, or is freed if a neighbour grows over it.
 */
void merge_or_add_vmap_area(struct machine *m, struct free_areas *fa, struct vmap_area *va)
{
	struct vmap_area *node = RB_ROOT(&fa->root), *parent = NULL;
	struct vmap_area *prev = NULL, *next = NULL;
	u64 end = va->va_end;

	while (node) {
		parent = node;
		touch_area(node, false);
		if (va->va_start < node->va_start) {
			next = node;
			node = RB_LEFT(node, rb);
		} else {
			prev = node;
			node = RB_RIGHT(node, rb);
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
 * free_take_all() - all that is free is the caller's; lock held
 *
 * Return: the areas, linked by @purge_next, or NULL. The way through the tree needs the links of
 * its nodes, but no longer what they say of those below.
 */
struct vmap_area *free_take_all(struct free_areas *fa)
{
	struct vmap_area *list = NULL, *va, *next;

	for (va = RB_MAX(free_tree, &fa->root); va; va = next) {
		next = RB_PREV(free_tree, &fa->root, va);
		va->purge_next = list;
		list = va;
	}
	RB_INIT(&fa->root);
	fa->pages = 0;
	return list;
}

/* free_largest() - bytes of the largest free area; lock held */
u64 free_largest(const struct free_areas *fa)
{
	return RB_EMPTY(&fa->root) ? 0 : RB_ROOT(&fa->root)->subtree_max_size;
}

/* free_areas_init() - nothing is free */
void free_areas_init(struct free_areas *fa, const char *lock)
{
	spin_lock_init(&fa->lock, lock);
	RB_INIT(&fa->root);
	fa->pages = 0;
}

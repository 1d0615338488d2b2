/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify.c - recompute what a vmap space remembers.
 *
 * Each invariant of internal.h is checked from the plain facts: order of the trees and their
 * augmentation, the partition of the space into free, busy and lazy areas, every count, each
 * block's map against its counts, the lists and the index of blocks, and the bound on a
 * CPU's queue that block.c proves.
 *
 * No lock is taken and no scheduling point passed: in the fibers engine it happens at one
 * moment. That nobody else is at work is the caller's knowledge (@quiet), not order
 * between tasks, so ThreadSanitizer must not see it; neither is it a subject of coverage: it is a
 * judge. With tasks inside of operations only what holds everywhere is judged: trees may be in the
 * middle of a change, and then even a walk would be unsafe, so these are the counters.
 *
 * It costs O(areas + blocks) and no memory. That lazy areas, which are in no order, fit exactly
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

static void verify_block_counts(const struct vmap_space *vs, const struct vmap_block *vb)
{
	const unsigned int bits = 8 * sizeof(long);
	unsigned int live = 0, above = 0, i, handed_out = vs->block_pages - vb->free;

	MM_CHECK(vb->free < vs->block_pages && vb->dirty <= handed_out, COUNT,
		 "block %#llx: %u pages, of them %u free and %u dirty", HEX(vb->start),
		 vs->block_pages, vb->free, vb->dirty);
	for (i = 0; i < vs->block_pages / bits; i++) {
		unsigned long word = vb->used_map[i];

		live += (unsigned int)__builtin_popcountl(word);
		if ((i + 1) * bits > handed_out) {
			if (i * bits < handed_out)
				word &= ~0UL << (handed_out - i * bits);
			above += (unsigned int)__builtin_popcountl(word);
		}
	}
	MM_CHECK(!above, COUNT, "block %#llx: %u of the %u pages never handed out are in use",
		 HEX(vb->start), above, vb->free);
	MM_CHECK(vb->free + vb->dirty + live == vs->block_pages, COUNT,
		 "block %#llx: %u free, %u dirty and %u in use are not %u pages", HEX(vb->start),
		 vb->free, vb->dirty, live, vs->block_pages);
	MM_CHECK(vb->dirty < vs->block_pages, COUNT,
		 "block %#llx: all pages are dirty, and it was not freed", HEX(vb->start));
	MM_CHECK(vb->dirty_max
			 ? vb->dirty_min < vb->dirty_max && vb->dirty_max <= handed_out && vb->dirty
			 : vb->dirty_min == vs->block_pages,
		 HINT, "block %#llx: pages %u to %u are to be flushed, of %u handed out, %u dirty",
		 HEX(vb->start), vb->dirty_min, vb->dirty_max, handed_out, vb->dirty);
}

static void verify_block(const struct vmap_space *vs, const struct vmap_block *vb, unsigned int cpu)
{
	u64 idx = addr_to_vb_idx(vs, vb->start);
	struct vmap_block **leaf = vs->block_leaf[idx >> VB_LEAF_SHIFT];
	const struct vmap_area *va = RB_ROOT(&vs->busy_root);

	MM_CHECK(vb->vs == vs && vb->cpu == cpu, LIST, "block %#llx of CPU %u is listed by CPU %u",
		 HEX(vb->start), vb->cpu, cpu);
	while (va && va != vb->va)
		va = vb->start < va->va_start ? RB_LEFT(va, rb) : RB_RIGHT(va, rb);
	MM_CHECK(va, TREE, "the area of block %#llx is not busy", HEX(vb->start));
	MM_CHECK(va->va_start == vb->start && va_pages(va) == vs->block_pages &&
			 IS_ALIGNED(vb->start, 1ULL << vs->block_shift),
		 RANGE, "block %#llx of %u pages has the area [%#llx, %#llx)", HEX(vb->start),
		 vs->block_pages, HEX(va->va_start), HEX(va->va_end));
	MM_CHECK(leaf && leaf[idx & ((1U << VB_LEAF_SHIFT) - 1)] == vb, LIST,
		 "block %#llx is not found by its address", HEX(vb->start));
	verify_block_counts(vs, vb);
}

/*
 * The queue of a CPU. With @rooms the sizes, powers of two, for which a block met so far is the
 * one to serve them: a block that has not raced and adds none need not have been made.
 */
static u64 verify_queue(const struct vmap_space *vs, unsigned int cpu, u64 most)
{
	const struct cds_list_head *head = &vs->vbq[cpu].free, *pos;
	unsigned int rooms = 0, room;
	u64 nr = 0;

	for (pos = head->next; pos != head; pos = pos->next, nr++) {
		const struct vmap_block *vb = vb_from_list(pos, queue);

		MM_CHECK(nr < most && pos->next->prev == pos, LIST,
			 "the queue of CPU %u is not made of its %llu blocks with room", cpu,
			 HEX(most));
		MM_CHECK(vb->cpu == cpu && vb->free, LIST,
			 "block %#llx of CPU %u, %u pages free, is queued by CPU %u",
			 HEX(vb->start), vb->cpu, vb->free, cpu);
		room = 1U << (fls64(vb->free) - 1);
		MM_CHECK(vb->raced || !(rooms & room), KVA_BOUND,
			 "CPU %u: block %#llx has room for %u pages, and so has an older one: "
			 "of %llu blocks not all are needed",
			 cpu, HEX(vb->start), room, HEX(most));
		rooms |= room;
	}
	return nr;
}

/* A CPU's blocks, all of them. Return: how many. */
static u64 verify_cpu(const struct vmap_space *vs, unsigned int cpu, u64 most)
{
	const struct cds_list_head *head = &vs->vbq[cpu].blocks, *pos;
	u64 nr = 0, with_room = 0, queued;

	for (pos = head->next; pos != head; pos = pos->next, nr++) {
		const struct vmap_block *vb = vb_from_list(pos, all);

		MM_CHECK(nr < most && pos->next->prev == pos, LIST,
			 "the list of CPU %u's blocks is broken, or has more than the %llu counted",
			 cpu, HEX(most));
		verify_block(vs, vb, cpu);
		with_room += vb->free != 0;
	}
	queued = verify_queue(vs, cpu, with_room);
	MM_CHECK(queued == with_room, LIST,
		 "CPU %u has %llu blocks with room, and %llu of them are queued", cpu,
		 HEX(with_room), HEX(queued));
	return nr;
}

void vmap_verify(struct vmap_space *vs, bool quiet)
{
	const u64 pages = (vs->end - vs->start) >> PAGE_SHIFT;
	u64 blocks = (u64)vs->nr_blocks.counter, found = 0;
	struct tally t = {0};
	unsigned int cpu;

	MM_CHECK(vs->vmap_lazy_nr.counter >= 0, COUNT, "lazy pages: %ld counted",
		 vs->vmap_lazy_nr.counter);
	/* Each for itself: in the threads engine they are not read at one moment. */
	MM_CHECK(vs->free_pages <= pages && vs->busy_pages <= pages, COUNT,
		 "%llu pages are free and %llu busy, of %llu", HEX(vs->free_pages),
		 HEX(vs->busy_pages), HEX(pages));
	if (!quiet)
		return;

	verify_free(vs, &t);
	verify_busy(vs, &t);
	verify_lazy(vs, &t);
	if (t.pages != pages || t.sum != random_mix(vs->end) - random_mix(vs->start))
		blame_partition(vs);

	for (cpu = 0; cpu < vs->nr_cpus; cpu++)
		found += verify_cpu(vs, cpu, blocks - found);
	MM_CHECK(found == blocks, COUNT, "vmap blocks: %llu counted, %llu found", HEX(blocks),
		 HEX(found));
}

void for_each_lazy_area(struct vmap_space *vs, void (*fn)(u64 start, u64 end, void *arg), void *arg)
{
	for (const struct vmap_area *va = vs->purge_list; va; va = va->purge_next)
		fn(va->va_start, va->va_end, arg);
}

#ifdef __clang__
#pragma clang attribute pop
#endif

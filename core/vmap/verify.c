/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify.c - recompute what a vmap space remembers: its back end's part, owners, and vmap blocks.
 *
 * Each invariant of internal.h is checked from the plain facts. Here are each block's map against
 * its counts, the lists and the index of blocks, and the bound on a CPU's queue that block.c
 * proves; what keeps the addresses is in verify_lazy.c and verify_eager.c.
 *
 * No lock is taken and no scheduling point passed: in the fibers engine it happens at one
 * moment. That nobody else is at work is the caller's knowledge (@quiet), not order
 * between tasks, so ThreadSanitizer must not see it; neither is it a subject of coverage: it is a
 * judge. With tasks inside of operations only what holds everywhere is judged: trees and lists may
 * be in the middle of a change, and then even a walk would be unsafe, so these are the counters.
 */
#ifdef __clang__
#pragma clang attribute push(__attribute__((no_sanitize("thread", "coverage"))),                   \
			     apply_to = function)
#endif

#include "internal.h"

static void verify_block_counts(const struct vmap_space *vs, const struct vmap_block *vb)
{
	const unsigned int bits = 8 * sizeof(long);
	unsigned int live = 0, above = 0, i, handed_out = vs->block_pages - vb->free;

	MM_CHECK(vb->free < vs->block_pages && vb->dirty <= handed_out, COUNT,
		 "block %#llx: %u pages, of them %u free and %u dirty", vb->start, vs->block_pages,
		 vb->free, vb->dirty);
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
		 vb->start, above, vb->free);
	MM_CHECK(vb->free + vb->dirty + live == vs->block_pages, COUNT,
		 "block %#llx: %u free, %u dirty and %u in use are not %u pages", vb->start,
		 vb->free, vb->dirty, live, vs->block_pages);
	MM_CHECK(vb->dirty < vs->block_pages, COUNT,
		 "block %#llx: all pages are dirty, and it was not freed", vb->start);
	MM_CHECK(vb->dirty_max
			 ? vb->dirty_min < vb->dirty_max && vb->dirty_max <= handed_out && vb->dirty
			 : vb->dirty_min == vs->block_pages,
		 HINT, "block %#llx: pages %u to %u are to be flushed, of %u handed out, %u dirty",
		 vb->start, vb->dirty_min, vb->dirty_max, handed_out, vb->dirty);
}

static void verify_block(const struct vmap_space *vs, const struct vmap_block *vb, unsigned int cpu)
{
	u64 idx = addr_to_vb_idx(vs, vb->start);
	struct vmap_block **leaf = vs->block_leaf[idx >> VB_LEAF_SHIFT];
	const struct vmap_area *va = vb->va;

	MM_CHECK(vb->vs == vs && vb->cpu == cpu, LIST, "block %#llx of CPU %u is listed by CPU %u",
		 vb->start, vb->cpu, cpu);
	MM_CHECK(vs->ops->in_use(vs, vb->start, va), TREE, "the area of block %#llx is not busy",
		 vb->start);
	MM_CHECK(va->va_start == vb->start && va_pages(va) == vs->block_pages &&
			 IS_ALIGNED(vb->start, 1ULL << vs->block_shift),
		 RANGE, "block %#llx of %u pages has the area [%#llx, %#llx)", vb->start,
		 vs->block_pages, va->va_start, va->va_end);
	MM_CHECK(leaf && leaf[idx & ((1U << VB_LEAF_SHIFT) - 1)] == vb, LIST,
		 "block %#llx is not found by its address", vb->start);
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
			 "the queue of CPU %u is not made of its %llu blocks with room", cpu, most);
		MM_CHECK(vb->cpu == cpu && vb->free, LIST,
			 "block %#llx of CPU %u, %u pages free, is queued by CPU %u", vb->start,
			 vb->cpu, vb->free, cpu);
		room = 1U << (fls64(vb->free) - 1);
		MM_CHECK(vb->raced || !(rooms & room), KVA_BOUND,
			 "CPU %u: block %#llx has room for %u pages, and so has an older one: "
			 "of %llu blocks not all are needed",
			 cpu, vb->start, room, most);
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
			 cpu, most);
		verify_block(vs, vb, cpu);
		with_room += vb->free != 0;
	}
	queued = verify_queue(vs, cpu, with_room);
	MM_CHECK(queued == with_room, LIST,
		 "CPU %u has %llu blocks with room, and %llu of them are queued", cpu, with_room,
		 queued);
	return nr;
}

/*
 * The owners of areas in use: each has the area that says so, all of it, and no more frames than
 * fit in front of the guard page. Areas are in order by then: the back end has looked at them.
 */
static void verify_owners(const struct vmap_space *vs)
{
	const struct vmap_area *va = NULL;

	while ((va = vs->ops->busy_next(vs, va))) {
		const struct vm_struct *vm = va->vm;

		if (!vm)
			continue;
		MM_CHECK(vm->va == va && vm->addr == va->va_start && vm->size == va_size(va), RANGE,
			 "area [%#llx, %#llx) belongs to who has %llu bytes at %#llx", va->va_start,
			 va->va_end, vm->size, vm->addr);
		MM_CHECK(vm->nr_pages < va_pages(va), COUNT,
			 "area [%#llx, %#llx) has %lu frames and a guard page", va->va_start,
			 va->va_end, vm->nr_pages);
	}
}

/* All blocks, of all CPUs. */
static void verify_blocks(const struct vmap_space *vs)
{
	u64 blocks = (u64)vs->nr_blocks.counter, found = 0;

	for (unsigned int cpu = 0; cpu < vs->nr_cpus; cpu++)
		found += verify_cpu(vs, cpu, blocks - found);
	MM_CHECK(found == blocks, COUNT, "vmap blocks: %llu counted, %llu found", blocks, found);
}

void vmap_verify(struct vmap_space *vs, bool quiet)
{
	vs->ops->verify(vs, quiet);
	if (!quiet)
		return;
	verify_owners(vs);
	if (vs->ops->blocks)
		verify_blocks(vs);
}

void for_each_lazy_area(struct vmap_space *vs, void (*fn)(u64 start, u64 end, void *arg), void *arg)
{
	if (vs->ops->for_each_lazy)
		vs->ops->for_each_lazy(vs, fn, arg);
}

void for_each_busy_area(struct vmap_space *vs, void (*fn)(u64 start, u64 end, void *arg), void *arg)
{
	for (const struct vmap_area *va = NULL; (va = vs->ops->busy_next(vs, va));)
		fn(va->va_start, va->va_end, arg);
}

void for_each_cached_area(struct vmap_space *vs,
			  void (*fn)(u64 start, u64 end, unsigned int cpu, void *arg), void *arg)
{
	if (vs->source && vs->source->for_each_cached)
		vs->source->for_each_cached(vs, fn, arg);
}

#ifdef __clang__
#pragma clang attribute pop
#endif

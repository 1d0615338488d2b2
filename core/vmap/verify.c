/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify.c - recompute all that a vmap space remembers: the back end's part, owners, vmap blocks.
 *
 * Each invariant of area.h, internal.h, block.h and cached.h is checked from the plain facts, and
 * cited where it is checked. Owners and blocks are here; the rest is in verify_lazy.c (V7 to V9),
 * verify_eager.c, verify_trees.c (V1 to V6), zone.c (Z1, Z2) and pool.c (P1 to P4).
 *
 * A verifier takes no lock and passes no scheduling point, so in the fibers engine all of it
 * happens at one moment. The caller knows that no other task is at work (@quiet); that is no order
 * between tasks, so ThreadSanitizer must not see a verifier. While tasks are inside of operations,
 * trees and lists may be in the middle of a change, and even a walk would be unsafe: then only
 * counters are checked.
 */
#include "../sched/types.h"

VERIFIER_BEGIN

#include "block.h"
#include "verify.h"

/* B1, B2, B5. */
static void verify_block_counts(const struct vmap_space *vs, const struct vmap_block *vb)
{
	const unsigned int bits = 8 * sizeof(long);
	unsigned int live = 0, above = 0, i, handed_out = vs->block_pages - vb->free;

	MM_CHECK(vb->free < vs->block_pages && vb->dirty <= handed_out, COUNT,
		 "block %#llx: %u pages, %u free and %u dirty", vb->start, vs->block_pages,
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

/* B3, the first half of B4, and the counts. */
static void verify_block(const struct vmap_space *vs, const struct vmap_block *vb, unsigned int cpu)
{
	u64 idx = addr_to_vb_idx(vs, vb->start);
	struct vmap_block **leaf = vs->block_leaf[idx >> VB_LEAF_SHIFT];
	const struct vmap_area *va = vb->va;

	MM_CHECK(vb->vs == vs && vb->cpu == cpu, LIST,
		 "block %#llx of CPU %u is on the list of CPU %u", vb->start, vb->cpu, cpu);
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
 * B6, the second half of B4: a CPU's free list. @rooms has the rooms of the blocks met so far,
 * which are powers of two: no block that has not raced was needed for one of these.
 */
static u64 verify_queue(const struct vmap_space *vs, unsigned int cpu, u64 most)
{
	const struct cds_list_head *head = &vs->vbq[cpu].free, *pos;
	unsigned int rooms = 0, room;
	u64 nr = 0;

	for (pos = head->next; pos != head; pos = pos->next, nr++) {
		const struct vmap_block *vb = vb_from_list(pos, queue);

		MM_CHECK(nr < most && pos->next->prev == pos, LIST,
			 "the free list of CPU %u is broken, or longer than its %llu blocks with "
			 "room",
			 cpu, most);
		MM_CHECK(vb->cpu == cpu && vb->free, LIST,
			 "block %#llx of CPU %u, %u pages free, is on the free list of CPU %u",
			 vb->start, vb->cpu, vb->free, cpu);
		room = 1U << (fls64(vb->free) - 1);
		MM_CHECK(vb->raced || !(rooms & room), KVA_BOUND,
			 "CPU %u: block %#llx has room for %u pages, and so has an older one: "
			 "of %llu blocks not all are needed",
			 cpu, vb->start, room, most);
		rooms |= room;
	}
	return nr;
}

/* B4: all blocks of a CPU. Return: how many. */
static u64 verify_cpu(const struct vmap_space *vs, unsigned int cpu, u64 most)
{
	const struct cds_list_head *head = &vs->vbq[cpu].blocks, *pos;
	u64 nr = 0, with_room = 0, queued;

	for (pos = head->next; pos != head; pos = pos->next, nr++) {
		const struct vmap_block *vb = vb_from_list(pos, all);

		MM_CHECK(nr < most && pos->next->prev == pos, LIST,
			 "the list of CPU %u's blocks is broken, or longer than the %llu counted",
			 cpu, most);
		verify_block(vs, vb, cpu);
		with_room += vb->free != 0;
	}
	queued = verify_queue(vs, cpu, with_room);
	MM_CHECK(queued == with_room, LIST,
		 "CPU %u: %llu blocks have room, and %llu of them are on the free list", cpu,
		 with_room, queued);
	return nr;
}

/* B7: all blocks of all CPUs. */
static void verify_blocks(const struct vmap_space *vs)
{
	u64 blocks = (u64)vs->nr_blocks.counter, found = 0;

	for (unsigned int cpu = 0; cpu < vs->nr_cpus; cpu++)
		found += verify_cpu(vs, cpu, blocks - found);
	MM_CHECK(found == blocks, COUNT, "vmap blocks: %llu counted, %llu found", blocks, found);
}

/* V10. The back end has been verified before, so the areas are in order. */
static void verify_owners(const struct vmap_space *vs)
{
	const struct vmap_area *va = NULL;

	while ((va = vs->ops->busy_next(vs, va))) {
		const struct vm_struct *vm = va->vm;

		if (!vm)
			continue;
		MM_CHECK(vm->va == va && vm->addr == va->va_start && vm->size == va_size(va), RANGE,
			 "area [%#llx, %#llx): its owner claims %llu bytes at %#llx", va->va_start,
			 va->va_end, vm->size, vm->addr);
		MM_CHECK(vm->nr_pages < va_pages(va), COUNT,
			 "area [%#llx, %#llx): its owner has %lu frames, and no room is left for a "
			 "guard page",
			 va->va_start, va->va_end, vm->nr_pages);
	}
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

const char *vmap_owed(const struct vmap_space *vs)
{
	if (vs->vfree_list && !vs->vfree_work.pending)
		return "memory that vfree() deferred is not freed";
	if ((u64)vs->vmap_lazy_nr.counter > vs->lazy_max_pages && !vs->purge_work.pending &&
	    !vs->purge_missed)
		return "too many lazily freed pages have gathered";
	return NULL;
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

VERIFIER_END

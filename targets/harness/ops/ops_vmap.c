/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ops_vmap.c - operations on short mappings and their aliases, and their checks.
 *
 * Mappings are made of the frames of the pool (frame_pool.h). A mapping is judged in three ways:
 * each of its pages that is looked at must translate to the frame that was mapped there, a word
 * written through the mapping must be read back through the frame, and so it must through the
 * other mappings of that frame (alias_oracle.h).
 */
#include "access.h"
#include "oracle/alias_oracle.h"
#include "oracle/kva_checker.h"
#include "oracle/kva_model.h"
#include "machine/pgtable.h"
#include "mapping.h"
#include "ops.h"
#include "world/vmap_world.h"

/* Pages of a mapping that are checked, spread over it. */
#define PAGES_LOOKED_AT 4

static struct page *frame(struct world *w, const struct object *o, u64 i)
{
	return object_frames(w, o)->page[(o->first + i) % FRAME_POOL];
}

u32 mapping_slot(const struct world *w, const struct object *o)
{
	return object_record(w, o) % MAPPING_SLOTS;
}

/* The word of an object in each of its frames is its own as long as there are enough. */
static bool owns_slot(const struct world *w)
{
	return w->run->objects.nr <= MAPPING_SLOTS * w->nr_frame_pools;
}

static u64 looked_at(u64 pages, unsigned int i)
{
	return pages <= PAGES_LOOKED_AT ? i : i * (pages - 1) / (PAGES_LOOKED_AT - 1);
}

void mapping_check_page(struct world *w, struct object *o, u64 i, u64 addr)
{
	struct page *found = vmalloc_to_page(w->machine, addr), *expected = frame(w, o, i);
	u64 value = o->id << 32 | i;

	MM_CHECK(found == expected, CONTENTS,
		 "page %llu of the mapping at 0x%llx: frame %lld, expected %llu", i, o->addr,
		 found ? (s64)found->pfn : -1LL, expected->pfn);
	if (!owns_slot(w))
		return;
	access_write64(w->machine, addr + mapping_slot(w, o) * sizeof(u64), value);
	MM_CHECK(access_frame64(w->machine, expected, mapping_slot(w, o)) == value, CONTENTS,
		 "page %llu of the mapping at 0x%llx: a write does not reach frame %llu", i,
		 o->addr, expected->pfn);
	alias_check_page(w, o, i, mapping_slot(w, o) * sizeof(u64), value);
}

void mapping_check(struct world *w, struct object *o)
{
	u64 pages = o->size >> PAGE_SHIFT;

	for_each_space (k, w) {
		/* Of most objects there is one only, in the first space. */
		if (k && !vmap_object_addr(o, k))
			break;
		for (u64 n = 0; n < min(pages, (u64)PAGES_LOOKED_AT); n++) {
			u64 i = looked_at(pages, n);

			mapping_check_page(w, o, i, vmap_object_addr(o, k) + (i << PAGE_SHIFT));
		}
	}
}

void mapping_check_handed_out(struct world *w, const struct vmap_instance *v, u64 addr, u64 size)
{
	u64 stale;

	MM_CHECK(addr >= v->start && addr < v->end && size <= v->end - addr, RANGE,
		 "range at 0x%llx of %llu bytes lies outside the address space", addr, size);
	MM_CHECK(!tlb_stale_in_range(w->machine, addr, addr + size, &stale), STALE,
		 "range at 0x%llx of %llu bytes handed out: 0x%llx is not flushed", addr, size,
		 stale);
}

/* Table pages that a mapping may need: one a level, and one where it crosses a boundary. */
static bool tables_fit(const struct world *w, u64 pages)
{
	return nr_free_pages(w->machine) >= pages / 512 + 6;
}

/* A refusal of a request that ran alone must have a reason. */
static void judge_refusal(struct world *w, const struct op_call *c, const struct vmap_instance *v,
			  u64 pages, gfp_t gfp)
{
	const bool own = pages > v->be->caps.block_max;
	const u64 need = (own ? pages : v->block_pages) << PAGE_SHIFT;
	const bool waits = gfpflags_allow_blocking(gfp);
	const struct kva_request r = {
		.size = need, .align = own ? PAGE_SIZE : need, .from = v->start, .to = v->end};

	if (!v->be->caps.complete || !kva_is_known(v->be))
		return;
	/* An atomic request must not purge: lazily freed space is out of its reach at first. */
	if (!c->alone || !(waits || (c->drained && v->be->owed)) || !tables_fit(w, pages))
		return;
	MM_CHECK(!kva_lowest(kva_snapshot_busy(w, v), &r) || !op_ran_alone(w, c), SPURIOUS,
		 "vm_map_ram of %llu pages: refused, and a range of %llu bytes is free", pages,
		 need);
	/* So there was no room, and all blocks in which nothing is mapped were given up. */
	if (waits && v->be->caps.drops_blocks && kva_checker_wanted(w) && op_ran_alone(w, c))
		kva_checker_check_blocks(w, c, "a refusal");
}

static void unmap_in(const struct vmap_instance *v, u64 addr, u32 pages)
{
	v->be->vm_unmap_ram(v->ctx, addr, pages);
}

/* Map in each space. If one refuses, none holds the mapping. */
static bool map_all(struct world *w, const struct op_call *c, struct page **frames, u32 pages,
		    gfp_t gfp, u64 addr[WORLD_VMAP])
{
	bool all = true;

	for_each_space (k, w) {
		const struct vmap_instance *v = space_of(w, k);

		addr[k] = v->be->vm_map_ram(v->ctx, frames, pages, gfp);
		if (!addr[k])
			judge_refusal(w, c, v, pages, gfp);
		all &= addr[k] != 0;
	}
	for (u32 k = 0; k < w->nr_vmap && !all; k++)
		if (addr[k])
			unmap_in(space_of(w, k), addr[k], pages);
	return all;
}

void op_vm_map_ram(struct world *w, const struct op_call *c)
{
	gfp_t gfp = c->op->arg[1] ? GFP_ATOMIC : c->gfp;
	u64 addr[WORLD_VMAP] = {0};
	u32 pages = c->op->arg[0];
	struct object *o = c->object;
	struct page *frames[256];

	MM_CHECK(pages <= ARRAY_SIZE(frames), CRASH, "vm_map_ram: operand above its range");
	if (!frame_pool_take(object_frames(w, o), w->machine, &o->first, pages, gfp, frames)) {
		object_refused(w, c);
		return;
	}
	kva_checker_note_mapping(w, pages);
	if (!map_all(w, c, frames, pages, gfp, addr)) {
		object_refused(w, c);
		return;
	}
	o->size = (u64)pages << PAGE_SHIFT;
	o->align = PAGE_SIZE;
	object_track_in(w, c, addr, w->nr_vmap);
	for_each_space (k, w)
		mapping_check_handed_out(w, space_of(w, k), addr[k], o->size);
	mapping_check(w, o);
}

void free_ram_object(struct world *w, struct object *o)
{
	mapping_check(w, o);
	object_untrack(w, o);
	for_each_space (k, w)
		unmap_in(space_of(w, k), vmap_object_addr(o, k), (u32)(o->size >> PAGE_SHIFT));
}

void op_vm_unmap_ram(struct world *w, const struct op_call *c)
{
	free_ram_object(w, c->object);
}

void op_touch_ram(struct world *w, const struct op_call *c)
{
	unsigned long flags = object_lock(c->object);

	mapping_check(w, c->object);
	object_unlock(c->object, flags);
}

/*
 * After the call no TLB may hold a page that an operation has unmapped which ended before the call.
 * Operations in flight are exempt. If none is in flight, no block without a mapping may be left,
 * and in the target vmap_aliases a second call must find nothing to flush. (A block is flushed once
 * more as a whole, but only after a task has unmapped the last of its pages in between.)
 */
void op_vm_unmap_aliases(struct world *w, const struct op_call *c)
{
	const struct vmap_instance *v = &w->vmap[0];
	u64 ended = oldest_ticket(), addr;
	struct machine_stats before, after;

	for_each_space (k, w)
		space_of(w, k)->be->vm_unmap_aliases(space_of(w, k)->ctx);
	MM_CHECK(!tlb_stale_before(w->machine, ended, &addr), ALIAS,
		 "0x%llx was unmapped before the call and may still be translated", addr);
	if (!kva_checker_wanted(w) || !op_ran_alone(w, c))
		return;
	if (v->be->caps.drops_blocks)
		kva_checker_check_blocks(w, c, "vm_unmap_aliases()");
	if (w->program->target != TARGET_VMAP_ALIASES)
		return;
	machine_stats(w->machine, &before);
	v->be->vm_unmap_aliases(v->ctx);
	machine_stats(w->machine, &after);
	MM_CHECK(after.flushes == before.flushes || !op_ran_alone(w, c), WORK,
		 "vm_unmap_aliases() flushed %llu times, expected 0: all was flushed just before",
		 (after.flushes - before.flushes));
}

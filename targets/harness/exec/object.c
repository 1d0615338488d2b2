/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * object.c - the books on live objects, and what they say when one is added.
 *
 * The books are kept by harness code that no schedule can interrupt: an object enters them
 * as soon as the allocator has returned it, and leaves them before the allocator is given
 * it back. So two objects in the books at a time are two that their users may write to.
 */
#include "ops/areas.h"
#include "machine/pgtable.h"
#include "world/world.h"

/*
 * Is the object on some address of a range? A per-CPU object stands at the same offset of every
 * unit, and units do not overlap (the verifier sees to that): CPU 0's copy speaks for all.
 */
static bool covers(const struct world *w, const struct object *o, u64 start, u64 end)
{
	struct areas_request r;

	if (likely(o->type != OBJECT_AREAS))
		return o->addr < end && start < o->addr + o->size;
	areas_request(&w->program->op[o - w->object], &r);
	for (u32 i = 0; i < r.nr; i++) {
		u64 at = o->addr + r.offset[i];

		if (at < end && start < at + r.size[i])
			return true;
	}
	return false;
}

static bool overlaps(const struct world *w, const struct object *a, const struct object *b)
{
	struct areas_request r;

	if (likely(a->type != OBJECT_AREAS))
		return covers(w, b, a->addr, a->addr + a->size);
	areas_request(&w->program->op[a - w->object], &r);
	for (u32 i = 0; i < r.nr; i++) {
		u64 at = a->addr + r.offset[i];

		if (covers(w, b, at, at + r.size[i]))
			return true;
	}
	return false;
}

void object_track(struct world *w, const struct op_call *c, u64 addr)
{
	struct object *o = c->object;

	o->addr = addr;
	MM_CHECK(IS_ALIGNED(addr, o->align), ALIGNMENT, "object at 0x%llx: not a multiple of %llu",
		 addr, o->align);
	for (u32 i = 0; i < w->nr_live; i++) {
		const struct object *other = &w->object[w->live[i]];

		MM_CHECK(!overlaps(w, o, other), OVERLAP,
			 "object at 0x%llx of %llu bytes: operation %u has 0x%llx of %llu bytes",
			 addr, o->size, w->live[i], other->addr, other->size);
	}
	o->state = OBJECT_LIVE;
	w->live_at[c->record] = w->nr_live;
	w->live[w->nr_live++] = c->record;
}

/* What object_track() judges, in a further allocator. */
static void born_too(struct world *w, const struct object *o, u32 k)
{
	const u64 addr = o->addrs[k];

	MM_CHECK(IS_ALIGNED(addr, o->align), ALIGNMENT, "object at 0x%llx: not a multiple of %llu",
		 addr, o->align);
	for (u32 i = 0; i < w->nr_live; i++) {
		const struct object *other = &w->object[w->live[i]];
		const u64 at = other->addrs[k];

		MM_CHECK(other == o || addr >= at + other->size || at >= addr + o->size, OVERLAP,
			 "object at 0x%llx of %llu bytes: operation %u has 0x%llx of %llu", addr,
			 o->size, w->live[i], at, other->size);
	}
}

void object_track_in(struct world *w, const struct op_call *c, const u64 *addr, u32 nr)
{
	for (u32 k = 0; k < nr; k++)
		c->object->addrs[k] = addr[k];
	object_track(w, c, addr[0]);
	for (u32 k = 1; k < nr; k++)
		born_too(w, c->object, k);
}

void object_refused(struct world *w, const struct op_call *c)
{
	c->object->state = OBJECT_FAILED;
	w->failed++;
}

unsigned long object_lock(struct object *o)
{
	unsigned long flags = 0;

	if (o->shared)
		spin_lock_irqsave(&o->lock, flags);
	return flags;
}

void object_unlock(struct object *o, unsigned long flags)
{
	if (o->shared)
		spin_unlock_irqrestore(&o->lock, flags);
}

void object_untrack(struct world *w, struct object *o)
{
	u32 record = o - w->object, last = w->live[--w->nr_live];

	w->live[w->live_at[record]] = last;
	w->live_at[last] = w->live_at[record];
	o->state = OBJECT_DEAD;
}

void object_free_all(struct world *w)
{
	static void (*const give_back[NR_OBJECT_TYPES])(struct world * w, struct object * o) = {
		[OBJECT_PERCPU] = free_percpu_object,	[OBJECT_RAM] = free_ram_object,
		[OBJECT_AREA] = free_area_object,	[OBJECT_AREAS] = free_areas_object,
		[OBJECT_VMALLOC] = free_vmalloc_object, [OBJECT_VMAP] = free_vmap_object,
		[OBJECT_VM_AREA] = free_vm_area_object,
	};

	for (u32 i = 0; w->nr_live; i++) {
		struct object *o = &w->object[i];

		/* Entries of records that make nothing hold what an earlier program left. */
		if (!op_table[w->program->op[i].op].makes || o->state != OBJECT_LIVE)
			continue;
		give_back[o->type](w, o);
	}
}

struct gap_search {
	u64 size, align;
	u64 free; /* first address behind the areas seen so far */
	bool found;
};

static void look_at_gap(u64 start, u64 end, void *arg)
{
	struct gap_search *s = arg;
	u64 slack = s->align > PAGE_SIZE ? s->align - PAGE_SIZE : 0;

	/*
	 * The search of the augmented tree looks for size and slack together, by design: a range
	 * that only fits because it happens to be aligned may be passed over.
	 */
	if (start - s->free >= s->size + slack)
		s->found = true;
	s->free = end;
}

bool world_kva_fits(struct vmap_space *vs, u64 size, u64 align)
{
	struct gap_search s = {.size = size, .align = align, .free = vmap_start(vs)};

	for_each_vmap_area(vs, look_at_gap, &s);
	look_at_gap(vmap_end(vs), 0, &s);
	return s.found;
}

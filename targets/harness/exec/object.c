/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * object.c - the table of live objects, and the checks of an object that is added.
 *
 * An object is added as soon as the allocator has returned it, and removed before the allocator
 * gets it back, by harness code that passes no scheduling point. So two objects that are live at
 * the same time are objects that their users may write to at that time.
 */
#include <stdlib.h>
#include <string.h>

#include "bodies.h"
#include "run.h"

bool objects_reserve(struct objects *os, u32 nr)
{
	if (nr <= os->max)
		return true;
	objects_free(os);
	os->object = malloc(nr * sizeof(*os->object));
	os->live = malloc(nr * sizeof(*os->live));
	os->live_at = malloc(nr * sizeof(*os->live_at));
	os->max = os->object && os->live && os->live_at ? nr : 0;
	return os->max;
}

void objects_free(struct objects *os)
{
	free(os->object);
	free(os->live);
	free(os->live_at);
}

static void init_object(struct object *o, u8 type)
{
	o->type = type;
	o->state = OBJECT_UNBORN;
	o->shared = o->used = o->mapped = false;
	o->users = 0;
	o->area = NULL;
	memset(o->addrs, 0, sizeof(o->addrs));
	o->reserved = false;
	o->nr_areas = 0;
	spin_lock_init(&o->lock, "object");
	init_completion(&o->made);
	init_completion(&o->idle);
}

void objects_prepare(struct objects *os, const struct program *p)
{
	os->nr_live = 0;
	for (u32 i = 0; i < p->nr_ops; i++) {
		const struct program_op *r = &p->op[i];
		const struct op *op = &op_table[r->op];
		struct object *o;

		if (op->makes)
			init_object(&os->object[i], op->makes);
		if (r->object < 0)
			continue;
		o = &os->object[r->object];
		if (r->task != p->op[r->object].task)
			o->shared = true;
		if (!op->consumes) {
			o->used = true;
			o->users++;
		}
	}
}

/*
 * The addresses of an object. A per-CPU object has the same offset in every unit, and the verifier
 * checks that units do not overlap. So CPU 0's copy represents all.
 */
static u32 pieces_of(const struct world *w, const struct object *o, struct object_piece *piece)
{
	piece[0] = (struct object_piece){.start = o->addr, .size = o->size};
	return object_bodies[o->type].pieces ? object_bodies[o->type].pieces(w, o, piece) : 1;
}

static bool overlaps(const struct world *w, const struct object *a, const struct object *b)
{
	struct object_piece of_a[AREAS_MAX], of_b[AREAS_MAX];
	u32 nr_a, nr_b;

	if (likely(!object_bodies[a->type].pieces && !object_bodies[b->type].pieces))
		return a->addr < b->addr + b->size && b->addr < a->addr + a->size;
	nr_a = pieces_of(w, a, of_a);
	nr_b = pieces_of(w, b, of_b);
	for (u32 i = 0; i < nr_a; i++)
		for (u32 j = 0; j < nr_b; j++)
			if (of_a[i].start < of_b[j].start + of_b[j].size &&
			    of_b[j].start < of_a[i].start + of_a[i].size)
				return true;
	return false;
}

void object_track(struct world *w, const struct op_call *c, u64 addr)
{
	struct objects *os = &w->run->objects;
	struct object *o = c->object;

	o->addr = addr;
	MM_CHECK(IS_ALIGNED(addr, o->align), ALIGNMENT, "object at 0x%llx: not a multiple of %llu",
		 addr, o->align);
	for (u32 i = 0; i < os->nr_live; i++) {
		const struct object *other = &os->object[os->live[i]];

		MM_CHECK(!overlaps(w, o, other), OVERLAP,
			 "object at 0x%llx of %llu bytes: operation %u has 0x%llx of %llu bytes",
			 addr, o->size, os->live[i], other->addr, other->size);
	}
	o->state = OBJECT_LIVE;
	os->live_at[c->record] = os->nr_live;
	os->live[os->nr_live++] = c->record;
}

/* The checks of object_track(), in another allocator. */
static void check_place(struct world *w, const struct object *o, u32 k)
{
	const struct objects *os = &w->run->objects;
	const u64 addr = o->addrs[k];

	MM_CHECK(IS_ALIGNED(addr, o->align), ALIGNMENT, "object at 0x%llx: not a multiple of %llu",
		 addr, o->align);
	for (u32 i = 0; i < os->nr_live; i++) {
		const struct object *other = &os->object[os->live[i]];
		const u64 at = other->addrs[k];

		MM_CHECK(other == o || addr >= at + other->size || at >= addr + o->size, OVERLAP,
			 "object at 0x%llx of %llu bytes: operation %u has 0x%llx of %llu", addr,
			 o->size, os->live[i], at, other->size);
	}
}

void object_track_in(struct world *w, const struct op_call *c, const u64 *addr, u32 nr)
{
	for (u32 k = 0; k < nr; k++)
		c->object->addrs[k] = addr[k];
	object_track(w, c, addr[0]);
	for (u32 k = 1; k < nr; k++)
		check_place(w, c->object, k);
}

void object_refused(struct world *w, const struct op_call *c)
{
	c->object->state = OBJECT_FAILED;
	w->run->failed++;
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
	struct objects *os = &w->run->objects;
	u32 record = object_record(w, o), last = os->live[--os->nr_live];

	os->live[os->live_at[record]] = last;
	os->live_at[last] = os->live_at[record];
	o->state = OBJECT_DEAD;
}

void object_free_all(struct world *w)
{
	for (u32 i = 0; nr_live_objects(w); i++) {
		struct object *o = object_of(w, i);

		/* Entries of records that make no object hold leftovers of an earlier program. */
		if (!op_table[w->program->op[i].op].makes || o->state != OBJECT_LIVE)
			continue;
		object_bodies[o->type].free(w, o);
	}
}

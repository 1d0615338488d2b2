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
	claims_free(&os->claims);
}

void object_reset(struct object *o, const struct program_op *op, u64 id)
{
	o->type = op_table[op->op].makes;
	o->state = OBJECT_UNBORN;
	o->id = id;
	o->made_by = op;
	o->shared = o->used = o->mapped = false;
	o->users = 0;
	o->area = NULL;
	memset(o->addrs, 0, sizeof(o->addrs));
	o->reserved = false;
	o->nr_areas = 0;
}

void object_init(struct object *o, const struct program_op *op, u64 id)
{
	object_reset(o, op, id);
	spin_lock_init(&o->lock, "object");
	init_completion(&o->made);
	init_completion(&o->idle);
}

void objects_prepare(struct objects *os, const struct program *p)
{
	os->nr_live = 0;
	os->nr = p->nr_ops;
	for (u32 i = 0; i < p->nr_ops; i++) {
		const struct program_op *r = &p->op[i];
		const struct op *op = &op_table[r->op];
		struct object *o;

		/* Other entries hold leftovers of an earlier program. */
		os->object[i].state = OBJECT_UNBORN;
		if (op->makes)
			object_init(&os->object[i], r, i);
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

static bool whole_pages(const struct object *o)
{
	return o->type != OBJECT_PERCPU;
}

static void claim(struct world *w, const struct object *o, u64 addr, u64 size)
{
	u64 taken = claims_take(&w->run->objects.claims, addr, size, whole_pages(o));

	MM_CHECK(!taken, OVERLAP,
		 "object at 0x%llx of %llu bytes: 0x%llx belongs to another object, or to none",
		 addr, size, taken);
}

/* In each allocator. Congruent areas are in one space. */
static void claim_object(struct world *w, const struct object *o)
{
	struct object_piece piece[AREAS_MAX];

	if (object_bodies[o->type].pieces) {
		for (u32 i = pieces_of(w, o, piece); i--;)
			claim(w, o, piece[i].start, piece[i].size);
		return;
	}
	for (u32 k = 0; k < OBJECT_PLACES && o->addrs[k]; k++)
		claim(w, o, o->addrs[k], o->size);
}

static void give_up_object(struct world *w, const struct object *o)
{
	struct claims *claims = &w->run->objects.claims;
	struct object_piece piece[AREAS_MAX];

	if (object_bodies[o->type].pieces) {
		for (u32 i = pieces_of(w, o, piece); i--;)
			claims_give(claims, piece[i].start, piece[i].size, true);
		return;
	}
	for (u32 k = 0; k < OBJECT_PLACES && o->addrs[k]; k++)
		claims_give(claims, o->addrs[k], o->size, whole_pages(o));
}

static void check_alignment(const struct object *o, u64 addr)
{
	MM_CHECK(IS_ALIGNED(addr, o->align), ALIGNMENT, "object at 0x%llx: not a multiple of %llu",
		 addr, o->align);
}

static void list_object(struct objects *os, u32 record)
{
	os->live_at[record] = os->nr_live;
	os->live[os->nr_live++] = record;
}

/* In its first allocator. */
static void compare_and_list(struct world *w, const struct op_call *c)
{
	struct objects *os = &w->run->objects;
	const struct object *o = c->object;

	for (u32 i = 0; i < os->nr_live; i++) {
		const struct object *other = &os->object[os->live[i]];

		MM_CHECK(!overlaps(w, o, other), OVERLAP,
			 "object at 0x%llx of %llu bytes: operation %u has 0x%llx of %llu bytes",
			 o->addr, o->size, os->live[i], other->addr, other->size);
	}
	list_object(os, c->record);
}

/* The checks of compare_and_list(), in another allocator. */
static void check_place(struct world *w, const struct object *o, u32 k)
{
	const struct objects *os = &w->run->objects;
	const u64 addr = o->addrs[k];

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
	struct object *o = c->object;
	const bool at_once = run_at_once(w->run);

	for (u32 k = 0; k < nr; k++)
		o->addrs[k] = addr[k];
	check_alignment(o, addr[0]);
	if (at_once)
		claim_object(w, o);
	else
		compare_and_list(w, c);
	o->state = OBJECT_LIVE;
	for (u32 k = 1; k < nr; k++) {
		check_alignment(o, addr[k]);
		if (!at_once)
			check_place(w, o, k);
	}
}

void object_track(struct world *w, const struct op_call *c, u64 addr)
{
	object_track_in(w, c, &addr, 1);
}

void object_refused(struct world *w, const struct op_call *c)
{
	c->object->state = OBJECT_FAILED;
	if (!c->again)
		w->run->count[c->op->task].failed++;
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
	u32 record = object_record(w, o), last;

	o->state = OBJECT_DEAD;
	if (run_at_once(w->run)) {
		give_up_object(w, o);
		return;
	}
	last = os->live[--os->nr_live];
	os->live[os->live_at[record]] = last;
	os->live_at[last] = os->live_at[record];
}

static bool is_tracked(const struct object *o)
{
	return o->state == OBJECT_LIVE && object_bodies[o->type].free;
}

int objects_begin_at_once(struct world *w)
{
	struct objects *os = &w->run->objects;
	int err = claims_prepare(&os->claims, w->machine);

	if (err)
		return err;
	w->run->at_once = true;
	for (u32 i = 0; i < os->nr; i++)
		if (is_tracked(&os->object[i]))
			claim_object(w, &os->object[i]);
	return 0;
}

void objects_end_at_once(struct world *w)
{
	struct objects *os = &w->run->objects;

	w->run->at_once = false;
	os->nr_live = 0;
	for (u32 i = 0; i < os->nr; i++) {
		if (!is_tracked(&os->object[i]))
			continue;
		give_up_object(w, &os->object[i]);
		list_object(os, i);
	}
}

void object_free_all(struct world *w)
{
	for (u32 i = 0; nr_live_objects(w); i++) {
		struct object *o = object_of(w, i);

		if (is_tracked(o))
			object_bodies[o->type].free(w, o);
	}
}

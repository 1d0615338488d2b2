/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pair.c - the inference of pair.h, in two passes.
 *
 * The first pass walks the events, and keeps the live objects in a tree by address. They never
 * overlap, since an allocation first removes those that it overlaps. The second pass sorts all
 * objects by address, to size those from before and to find the ranges that are never shown.
 */
#include "pair.h"

#include <bsd/sys/tree.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Live objects; they do not overlap. */
struct live {
	RB_ENTRY(live) node;
	const struct pair_object *object;
};

static int live_cmp(const struct live *a, const struct live *b)
{
	if (a->object->chunk != b->object->chunk)
		return a->object->chunk < b->object->chunk ? -1 : 1;
	if (a->object->start != b->object->start)
		return a->object->start < b->object->start ? -1 : 1;
	return 0;
}

RB_HEAD(live_tree, live);
RB_GENERATE_INTERNAL(live_tree, live, node, live_cmp, static __maybe_unused)

/**
 * struct pass - the first pass
 * @live:  live objects
 * @node:  by object: its node in @live
 * @shown: starts of all objects so far, an open hash table of object numbers + 1 by chunk and start
 * @mask:  size of @shown, minus one
 */
struct pass {
	struct pairing *p;
	struct live_tree live;
	struct live *node;
	u32 *shown;
	u32 mask;
};

static u64 granule(const struct pairing *p)
{
	return p->family == PAIR_PERCPU ? 4 : 4096;
}

static u32 *shown_slot(struct pass *s, u32 chunk, u64 start)
{
	u32 i = ((start / granule(s->p) + chunk) * 0x9e3779b97f4a7c15ULL) >> 32;

	for (;; i++) {
		u32 *slot = &s->shown[i & s->mask];
		const struct pair_object *o;

		if (!*slot)
			return slot;
		o = &s->p->object[*slot - 1];
		if (o->chunk == chunk && o->start == start)
			return slot;
	}
}

static struct pair_object *add_object(struct pass *s, u32 chunk, u64 start, u64 size, u64 align)
{
	struct pairing *p = s->p;
	struct pair_object *o = &p->object[p->nr++];

	*o = (struct pair_object){
		.alloc = PAIR_NONE,
		.free = PAIR_NONE,
		.inferred = PAIR_NONE,
		.next = PAIR_NONE,
		.chunk = chunk,
		.start = start,
		.size = ALIGN(size, granule(p)),
		.align = align,
	};
	*shown_slot(s, chunk, start) = p->nr;
	return o;
}

static int chunk_number(struct pairing *p, u64 base)
{
	struct pair_chunk *c;

	for (u32 i = 0; i < p->nr_chunks; i++)
		if (p->chunk[i].base == base)
			return i;
	c = realloc(p->chunk, (p->nr_chunks + 1) * sizeof(*c));
	if (!c)
		return -ENOMEM;
	p->chunk = c;
	c[p->nr_chunks] = (struct pair_chunk){.base = base, .low = UINT64_MAX};
	return p->nr_chunks++;
}

/* The live object with the lowest address that overlaps a range. */
static struct live *overlapping(struct pass *s, u32 chunk, u64 start, u64 end)
{
	struct pair_object at = {.chunk = chunk, .start = start};
	struct live key = {.object = &at};
	struct live *above = RB_NFIND(live_tree, &s->live, &key);
	struct live *below =
		above ? RB_PREV(live_tree, &s->live, above) : RB_MAX(live_tree, &s->live);

	if (below && below->object->chunk == chunk &&
	    below->object->start + below->object->size > start)
		return below;
	if (above && above->object->chunk == chunk && above->object->start < end)
		return above;
	return NULL;
}

static void on_alloc(struct pass *s, u32 event, u32 chunk)
{
	const struct trace_event *e = &s->p->trace->event[event];
	struct pairing *p = s->p;
	u64 size = ALIGN(e->size, granule(p));
	struct pair_object *o;
	struct live *l;

	while ((l = overlapping(s, chunk, e->start, e->start + size))) {
		o = &p->object[l - s->node];
		o->inferred = event;
		o->next = p->missing[event];
		p->missing[event] = o - p->object;
		p->inferred++;
		RB_REMOVE(live_tree, &s->live, l);
	}
	o = add_object(s, chunk, e->start, e->size, e->align);
	o->alloc = event;
	p->of_event[event] = o - p->object;
	p->allocs++;
	l = &s->node[o - p->object];
	l->object = o;
	RB_INSERT(live_tree, &s->live, l);
}

static void on_free(struct pass *s, u32 event, u32 chunk)
{
	const struct trace_event *e = &s->p->trace->event[event];
	u64 unit = granule(s->p), best = s->p->family == PAIR_PERCPU ? 8 : unit;
	struct pairing *p = s->p;
	struct pair_object *o, at = {.chunk = chunk, .start = e->start};
	struct live key = {.object = &at};
	struct live *l = RB_FIND(live_tree, &s->live, &key);

	p->frees++;
	if (l) {
		o = &p->object[l - s->node];
		RB_REMOVE(live_tree, &s->live, l);
		p->pairs++;
	} else if (*shown_slot(s, chunk, e->start) ||
		   overlapping(s, chunk, e->start, e->start + unit)) {
		p->orphans++;
		return;
	} else {
		o = add_object(s, chunk, e->start, unit, IS_ALIGNED(e->start, best) ? best : unit);
		p->before++;
	}
	o->free = event;
	p->of_event[event] = o - p->object;
}

static int walk_events(struct pass *s)
{
	struct pairing *p = s->p;

	for (u32 i = 0; i < p->trace->nr; i++) {
		const struct trace_event *e = &p->trace->event[i];
		bool percpu = e->kind == TRACE_PERCPU_ALLOC || e->kind == TRACE_PERCPU_FREE;
		int chunk = 0;

		if (e->kind == TRACE_KVA_PURGE || percpu != (p->family == PAIR_PERCPU))
			continue;
		p->events++;
		if (e->failed) {
			p->failed++;
			continue;
		}
		chunk = chunk_number(p, percpu ? e->base : 0);
		if (chunk < 0)
			return chunk;
		if (e->kind == TRACE_PERCPU_ALLOC || e->kind == TRACE_KVA_ALLOC)
			on_alloc(s, i, chunk);
		else
			on_free(s, i, chunk);
	}
	p->outlive = p->nr - p->inferred - p->pairs - p->before;
	return 0;
}

static int object_cmp(const void *a, const void *b)
{
	const struct pair_object *x = *(struct pair_object *const *)a;
	const struct pair_object *y = *(struct pair_object *const *)b;

	if (x->chunk != y->chunk)
		return x->chunk < y->chunk ? -1 : 1;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x < y ? -1 : 1; /* the order of appearance */
}

/* Set the size of an object from before; @at is its place among @nr sorted objects. */
static void infer_size(struct pairing *p, struct pair_object **sorted, u32 at, u32 nr)
{
	struct pair_object *o = sorted[at];
	u64 size = 0;

	for (u32 i = at + 1; i < nr && sorted[i]->chunk == o->chunk; i++) {
		if (sorted[i]->start != o->start) {
			size = min(size, sorted[i]->start - o->start);
			break;
		}
		if (!size)
			size = sorted[i]->size;
	}
	o->size = max(size, granule(p));
}

/* Find the ranges between the shown objects of each chunk, from 0 or the lowest address on. */
static void find_taken(struct pairing *p, struct pair_object **sorted)
{
	u64 end = 0;

	for (u32 i = 0; i < p->nr; i++) {
		const struct pair_object *o = sorted[i];
		struct pair_chunk *c = &p->chunk[o->chunk];
		bool first = !i || sorted[i - 1]->chunk != o->chunk;

		if (first) {
			c->low = o->start;
			end = p->family == PAIR_PERCPU ? 0 : o->start;
		}
		if (o->start > end)
			p->taken[p->nr_taken++] = (struct pair_range){
				.chunk = o->chunk,
				.start = end,
				.end = o->start,
			};
		end = max(end, o->start + o->size);
		c->high = end;
	}
}

static int infer_from_addresses(struct pairing *p)
{
	struct pair_object **sorted = calloc(p->nr + 1, sizeof(struct pair_object *));

	u32 early = 0;

	p->taken = calloc(p->nr + 1, sizeof(*p->taken));
	p->early = calloc(p->before + 1, sizeof(*p->early));
	if (!sorted || !p->taken || !p->early) {
		free(sorted);
		return -ENOMEM;
	}
	for (u32 i = 0; i < p->nr; i++)
		sorted[i] = &p->object[i];
	qsort(sorted, p->nr, sizeof(struct pair_object *), object_cmp);
	for (u32 i = 0; i < p->nr; i++) {
		if (sorted[i]->alloc != PAIR_NONE)
			continue;
		infer_size(p, sorted, i, p->nr);
		p->early[early++] = sorted[i] - p->object;
	}
	find_taken(p, sorted);
	free(sorted);
	return 0;
}

int pair_events(struct pairing *p, const struct trace *t, enum pair_family f)
{
	struct pass s = {.p = p, .live = RB_INITIALIZER(&s.live)};
	int err = -ENOMEM;

	*p = (struct pairing){.trace = t, .family = f};
	s.mask = 1;
	while (s.mask < 2 * t->nr)
		s.mask = 2 * s.mask + 1;
	/* Each event adds at most one object. */
	p->object = malloc((t->nr + 1) * sizeof(*p->object));
	p->of_event = malloc((t->nr + 1) * sizeof(*p->of_event));
	p->missing = malloc((t->nr + 1) * sizeof(*p->missing));
	s.node = calloc(t->nr + 1, sizeof(*s.node));
	s.shown = calloc(s.mask + 1, sizeof(*s.shown));
	if (p->object && p->of_event && p->missing && s.node && s.shown) {
		memset(p->of_event, 0xff, t->nr * sizeof(*p->of_event));
		memset(p->missing, 0xff, t->nr * sizeof(*p->missing));
		err = walk_events(&s);
	}
	if (!err)
		err = infer_from_addresses(p);
	free(s.node);
	free(s.shown);
	return err;
}

void pair_free(struct pairing *p)
{
	free(p->object);
	free(p->of_event);
	free(p->missing);
	free(p->chunk);
	free(p->taken);
	free(p->early);
	*p = (struct pairing){0};
}

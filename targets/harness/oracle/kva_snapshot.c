/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kva_snapshot.c - a sorted list of ranges; see kva_snapshot.h.
 */
#include "kva_snapshot.h"

#include <stdlib.h>

#include "sched/keep.h"

/*
 * Ranges that there can be: those of each record, lazily freed or not, and the first chunk's. Where
 * a program asks for areas and for chunks, a chunk may be made by a record or after it, with an
 * area for each group. Where records are used again and again, only the pages limit them.
 */
static u32 most_ranges(const struct world *w)
{
	const struct program *p = w->program;
	u32 each = AREAS_MAX + (p->target == TARGET_BOOT ? 2 * p->machine.nodes : 0);

	if (w->run->objects.nr > p->nr_ops)
		return p->machine.kva;
	return p->nr_ops * each + 16;
}

struct kva_snapshot *kva_snapshot_last(const struct world *w)
{
	return subsystem_state(w, &kva_snapshots);
}

static int reserve(struct world *w)
{
	const u32 most = most_ranges(w);
	struct kva_snapshot *s = kva_snapshot_last(w);

	s->nr = 0;
	s->ticket = 0;
	if (most <= s->max)
		return 0;
	keep_free(s->range);
	s->max = most;
	s->range = keep_alloc(most * sizeof(*s->range));
	if (!s->range)
		abort();
	return 0;
}

static void free_ranges(struct world *w)
{
	free(kva_snapshot_last(w)->range);
}

struct subsystem kva_snapshots = {
	.state_size = sizeof(struct kva_snapshot),
	.wanted = world_has_allocators,
	.boot = reserve,
	.free = free_ranges,
};

/*
 * Sorted by hand and not with qsort(): ThreadSanitizer does not see what harness code hands from
 * task to task, but it sees into the C library.
 */
static void add(struct kva_snapshot *s, const struct kva_range *r)
{
	u32 at;

	/* One more than there is room for stands for too many. */
	if (s->nr >= s->max) {
		s->nr = s->max + 1;
		return;
	}
	for (at = s->nr++; at && s->range[at - 1].start > r->start; at--)
		s->range[at] = s->range[at - 1];
	s->range[at] = *r;
}

static void add_busy(u64 start, u64 end, void *arg)
{
	add(arg, &(struct kva_range){.start = start, .end = end});
}

static void add_lazy(u64 start, u64 end, void *arg)
{
	add(arg, &(struct kva_range){.start = start, .end = end, .lazy = true});
}

static void add_cached(u64 start, u64 end, unsigned int owner, void *arg)
{
	add(arg, &(struct kva_range){.start = start, .end = end, .cached = true, .owner = owner});
}

bool kva_is_known(const struct vmap_backend *be)
{
	return be->for_each_area && be->for_each_busy && (be->for_each_lazy || !be->caps.lazy) &&
	       (be->for_each_cached || be->caps.cache == VMAP_CACHE_NONE);
}

static struct kva_snapshot *begin(struct world *w, const struct vmap_instance *v)
{
	struct kva_snapshot *s = kva_snapshot_last(w);

	s->space = v;
	s->ticket = 0;
	s->nr = 0;
	return s;
}

static void check_room(const struct kva_snapshot *s)
{
	MM_CHECK(s->nr <= s->max, CRASH, "more areas than operations can make");
}

struct kva_snapshot *kva_snapshot_busy(struct world *w, const struct vmap_instance *v)
{
	struct kva_snapshot *s = begin(w, v);

	v->be->for_each_busy(v->ctx, add_busy, s);
	check_room(s);
	return s;
}

struct kva_snapshot *kva_snapshot_concurrent(struct world *w, const struct vmap_instance *v)
{
	struct kva_snapshot *s = begin(w, v);

	v->be->for_each_area(v->ctx, add_busy, s);
	return s->nr <= s->max ? s : NULL;
}

struct kva_snapshot *kva_snapshot_all(struct world *w, const struct vmap_instance *v)
{
	struct kva_snapshot *s = kva_snapshot_busy(w, v);

	if (v->be->caps.lazy)
		v->be->for_each_lazy(v->ctx, add_lazy, s);
	if (v->be->caps.cache != VMAP_CACHE_NONE)
		v->be->for_each_cached(v->ctx, add_cached, s);
	s->cpu = raw_smp_processor_id();
	check_room(s);
	return s;
}

void kva_snapshot_cache(struct kva_snapshot *s, u64 start, u64 size, u32 owner)
{
	add_cached(start, start + size, owner, s);
	check_room(s);
}

void kva_snapshot_drop_cached(struct kva_snapshot *s)
{
	u32 nr = 0;

	for (u32 i = 0; i < s->nr; i++)
		if (!s->range[i].cached)
			s->range[nr++] = s->range[i];
	s->nr = nr;
}

void kva_snapshot_drop_purgeable(struct kva_snapshot *s)
{
	u32 nr = 0;

	for (u32 i = 0; i < s->nr; i++)
		if (!s->range[i].lazy && !s->range[i].cached)
			s->range[nr++] = s->range[i];
	s->nr = nr;
}

void kva_snapshot_drop(struct kva_snapshot *s, u64 start)
{
	u32 nr = 0;

	for (u32 i = 0; i < s->nr; i++)
		if (s->range[i].start != start)
			s->range[nr++] = s->range[i];
	s->nr = nr;
}

struct kva_range *kva_snapshot_at(const struct kva_snapshot *s, u64 addr)
{
	u32 lo = 0, hi = s->nr;

	while (lo < hi) {
		u32 mid = (lo + hi) / 2;

		if (s->range[mid].end <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < s->nr ? &s->range[lo] : NULL;
}

bool kva_snapshot_is_free(const struct kva_snapshot *s, u64 start, u64 size)
{
	const struct kva_range *next;

	/* At the top of all addresses sums wrap. */
	if (start < s->space->start || start > s->space->end || size > s->space->end - start)
		return false;
	next = kva_snapshot_at(s, start);
	return !next || next->start >= start + size;
}

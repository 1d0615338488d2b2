/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kva_model.c - what is not free, and the lowest address that fits: a list and a walk along it. See
 * kva_model.h.
 */
#include "kva_model.h"

#include <stdlib.h>

#include "sched/keep.h"

/*
 * Ranges that there can be: those of each record, lazily freed or not, and the first chunk's. Where
 * a program asks for areas and for chunks, a chunk may be made by a record or after it, with an
 * area for each group.
 */
static u32 most_ranges(const struct program *p)
{
	u32 each = AREAS_MAX + (p->target == TARGET_BOOT ? 2 * p->machine.nodes : 0);

	return p->nr_ops * each + 16;
}

static int reserve(struct world *w)
{
	const u32 most = most_ranges(w->program);

	w->nr_ranges = 0;
	w->noted_ticket = 0;
	if (most <= w->max_ranges)
		return 0;
	keep_free(w->range);
	w->max_ranges = most;
	w->range = keep_alloc(most * sizeof(*w->range));
	if (!w->range)
		abort();
	return 0;
}

static void free_ranges(struct world *w)
{
	free(w->range);
}

const struct subsystem kva_model = {
	.wanted = world_has_allocators,
	.boot = reserve,
	.free = free_ranges,
};

/*
 * By hand, where qsort() would do: what harness code hands from task to task is hidden from
 * ThreadSanitizer, but not what the C library does for it.
 */
static void note_range(struct world *w, const struct kva_range *r)
{
	u32 at;

	/* One more than there is room for says that there are too many. */
	if (w->nr_ranges >= w->max_ranges) {
		w->nr_ranges = w->max_ranges + 1;
		return;
	}
	for (at = w->nr_ranges++; at && w->range[at - 1].start > r->start; at--)
		w->range[at] = w->range[at - 1];
	w->range[at] = *r;
}

static void note_busy(u64 start, u64 end, void *arg)
{
	note_range(arg, &(struct kva_range){.start = start, .end = end});
}

static void note_lazy(u64 start, u64 end, void *arg)
{
	note_range(arg, &(struct kva_range){.start = start, .end = end, .lazy = true});
}

static void note_kept(u64 start, u64 end, unsigned int owner, void *arg)
{
	note_range(arg,
		   &(struct kva_range){.start = start, .end = end, .kept = true, .owner = owner});
}

bool kva_is_known(const struct vmap_instance *v)
{
	const struct vmap_backend *be = v->be;

	return be->for_each_area && be->for_each_busy && (be->for_each_lazy || !be->caps.lazy) &&
	       (be->for_each_cached || be->caps.cache == VMAP_CACHE_NONE);
}

bool kva_snapshot(struct world *w, const struct vmap_instance *v, bool quiet)
{
	w->noted = v;
	w->noted_ticket = 0;
	w->nr_ranges = 0;
	if (quiet)
		v->be->for_each_busy(v->ctx, note_busy, w);
	else
		v->be->for_each_area(v->ctx, note_busy, w);
	if (v->be->caps.lazy)
		v->be->for_each_lazy(v->ctx, note_lazy, w);
	return w->nr_ranges <= w->max_ranges;
}

void kva_snapshot_all(struct world *w, const struct vmap_instance *v)
{
	kva_snapshot(w, v, true);
	if (v->be->caps.cache != VMAP_CACHE_NONE)
		v->be->for_each_cached(v->ctx, note_kept, w);
	w->noted_on = raw_smp_processor_id();
	MM_CHECK(w->nr_ranges <= w->max_ranges, CRASH, "more areas than operations can make");
}

void kva_fetch(struct world *w, u64 start, u64 size, u32 owner)
{
	note_kept(start, start + size, owner, w);
	MM_CHECK(w->nr_ranges <= w->max_ranges, CRASH, "more areas than operations can make");
}

void kva_snapshot_drop_cached(struct world *w)
{
	u32 nr = 0;

	for (u32 i = 0; i < w->nr_ranges; i++)
		if (!w->range[i].kept)
			w->range[nr++] = w->range[i];
	w->nr_ranges = nr;
}

void kva_snapshot_drop_purgeable(struct world *w)
{
	u32 nr = 0;

	for (u32 i = 0; i < w->nr_ranges; i++)
		if (!w->range[i].lazy && !w->range[i].kept)
			w->range[nr++] = w->range[i];
	w->nr_ranges = nr;
}

void kva_snapshot_drop(struct world *w, u64 start)
{
	u32 nr = 0;

	for (u32 i = 0; i < w->nr_ranges; i++)
		if (w->range[i].start != start)
			w->range[nr++] = w->range[i];
	w->nr_ranges = nr;
}

struct kva_range *kva_at(struct world *w, u64 addr)
{
	u32 lo = 0, hi = w->nr_ranges;

	while (lo < hi) {
		u32 mid = (lo + hi) / 2;

		if (w->range[mid].end <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < w->nr_ranges ? &w->range[lo] : NULL;
}

bool kva_is_free(struct world *w, u64 start, u64 size)
{
	const struct kva_range *next;

	/* At the top of all addresses sums wrap. */
	if (start < w->noted->start || start > w->noted->end || size > w->noted->end - start)
		return false;
	next = kva_at(w, start);
	return !next || next->start >= start + size;
}

/**
 * struct search - for the lowest place among free ranges, which are shown to it in order of address
 * @from, @to: the request's, cut to the space
 * @length:    shorter ranges are not looked at
 * @misses:    that were looked at, and did not fit; @most_misses: vmap_caps.misses
 */
struct search {
	const struct kva_request *r;
	u64 from, to;
	u64 length;
	u32 misses, most_misses;
};

static bool search_begin(struct search *s, const struct world *w, const struct kva_request *r)
{
	*s = (struct search){
		.r = r,
		.from = max(r->from, w->noted->start),
		.to = min(r->to, w->noted->end),
		.length = r->size,
		.most_misses = w->noted->be->caps.misses,
	};
	return s->from < s->to && r->size <= s->to - s->from;
}

/* A free range. Return: where the request fits in it, or 0. */
static u64 look_at(struct search *s, u64 start, u64 limit)
{
	const struct kva_request *r = s->r;
	u64 at = ALIGN(max(start, s->from), r->align), last = min(limit, s->to);

	if (limit <= s->from || start >= s->to || limit - start < s->length)
		return 0;
	/* At the top of all addresses sums wrap. */
	if (at >= start && at <= last && r->size <= last - at)
		return at;
	if (++s->misses == s->most_misses)
		s->length += r->align - PAGE_SIZE;
	return 0;
}

u64 kva_lowest(const struct world *w, const struct kva_request *r)
{
	u64 end = w->noted->end, start = w->noted->start, at = 0;
	struct search s;

	if (!search_begin(&s, w, r))
		return 0;
	/* Each free range in turn: [start, up to what is noted next). */
	for (u32 n = 0; n <= w->nr_ranges && start < s.to && !at; n++) {
		at = look_at(&s, start, n < w->nr_ranges ? w->range[n].start : end);
		start = n < w->nr_ranges ? w->range[n].end : end;
	}
	return at;
}

/* From number @i on: how many kept ranges of one owner lie side by side. */
static u32 kept_run(const struct world *w, u32 i)
{
	u32 n = i + 1;

	while (n < w->nr_ranges && w->range[n].kept && w->range[n].owner == w->range[i].owner &&
	       w->range[n].start == w->range[n - 1].end)
		n++;
	return n - i;
}

u64 kva_lowest_kept(const struct world *w, const struct kva_request *r, u32 owner, u64 *largest)
{
	struct search s;
	u64 at = 0;

	*largest = 0;
	if (!search_begin(&s, w, r))
		return 0;
	for (u32 i = 0, n; i < w->nr_ranges && !at; i += n) {
		u64 start = w->range[i].start, end;

		n = 1;
		if (!w->range[i].kept || w->range[i].owner != owner)
			continue;
		n = kept_run(w, i);
		end = w->range[i + n - 1].end;
		*largest = max(*largest, end - start);
		at = look_at(&s, start, end);
	}
	return at;
}

bool kva_fits(struct world *w, const struct vmap_instance *v, u64 size)
{
	const struct kva_request r = {
		.size = size, .align = PAGE_SIZE, .from = v->start, .to = v->end};

	if (!v->be->caps.complete || !kva_is_known(v) || !kva_snapshot(w, v, false))
		return false;
	kva_snapshot_drop_purgeable(w);
	return kva_lowest(w, &r);
}

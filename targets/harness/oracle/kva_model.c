/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kva_model.c - a walk along the free ranges of a snapshot; see kva_model.h.
 */
#include "kva_model.h"

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

static bool search_begin(struct search *s, const struct kva_snapshot *snap,
			 const struct kva_request *r)
{
	*s = (struct search){
		.r = r,
		.from = max(r->from, snap->space->start),
		.to = min(r->to, snap->space->end),
		.length = r->size,
		.most_misses = snap->space->be->caps.misses,
	};
	if (!s->most_misses && r->align > PAGE_SIZE && r->to - r->from != r->size)
		s->length = r->size + r->align;
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

u64 kva_lowest(const struct kva_snapshot *snap, const struct kva_request *r)
{
	u64 end = snap->space->end, start = snap->space->start, at = 0;
	struct search s;

	if (!search_begin(&s, snap, r))
		return 0;
	/* Each free range in turn: [start, up to the next range that is not free). */
	for (u32 n = 0; n <= snap->nr && start < s.to && !at; n++) {
		at = look_at(&s, start, n < snap->nr ? snap->range[n].start : end);
		start = n < snap->nr ? snap->range[n].end : end;
	}
	return at;
}

/* From number @i on: how many cached ranges of one owner lie side by side. */
static u32 cached_run(const struct kva_snapshot *snap, u32 i)
{
	u32 n = i + 1;

	while (n < snap->nr && snap->range[n].cached &&
	       snap->range[n].owner == snap->range[i].owner &&
	       snap->range[n].start == snap->range[n - 1].end)
		n++;
	return n - i;
}

u64 kva_lowest_cached(const struct kva_snapshot *snap, const struct kva_request *r, u32 owner,
		      u64 *largest)
{
	struct search s;
	u64 at = 0;

	*largest = 0;
	if (!search_begin(&s, snap, r))
		return 0;
	for (u32 i = 0, n; i < snap->nr && !at; i += n) {
		u64 start = snap->range[i].start, end;

		n = 1;
		if (!snap->range[i].cached || snap->range[i].owner != owner)
			continue;
		n = cached_run(snap, i);
		end = snap->range[i + n - 1].end;
		*largest = max(*largest, end - start);
		at = look_at(&s, start, end);
	}
	return at;
}

bool kva_fits(struct world *w, const struct vmap_instance *v, u64 size)
{
	const struct kva_request r = {
		.size = size, .align = PAGE_SIZE, .from = v->start, .to = v->end};
	const struct kva_snapshot *s;

	if (!v->be->caps.complete || !kva_is_known(v->be))
		return false;
	s = kva_snapshot_concurrent(w, v);
	return s && kva_lowest(s, &r);
}

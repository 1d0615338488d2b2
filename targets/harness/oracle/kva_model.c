/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kva_model.c - what is not free, and the lowest address that fits: a list and a walk along it. See
 * kva_model.h.
 */
#include "kva_model.h"

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

bool kva_snapshot(struct world *w, struct vmap_space *vs, bool quiet)
{
	w->noted = vs;
	w->noted_ticket = 0;
	w->nr_ranges = 0;
	if (quiet)
		for_each_busy_area(vs, note_busy, w);
	else
		for_each_vmap_area(vs, note_busy, w);
	for_each_lazy_area(vs, note_lazy, w);
	return w->nr_ranges <= w->max_ranges;
}

void kva_snapshot_all(struct world *w, struct vmap_space *vs)
{
	kva_snapshot(w, vs, true);
	for_each_kept_area(vs, note_kept, w);
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
	if (start < vmap_start(w->noted) || start > vmap_end(w->noted) ||
	    size > vmap_end(w->noted) - start)
		return false;
	next = kva_at(w, start);
	return !next || next->start >= start + size;
}

/**
 * struct search - for the lowest place among free ranges, which are shown to it in order of address
 * @from, @to: the request's, cut to the space
 * @length:    shorter ranges are not looked at
 * @misses:    that were looked at, and did not fit
 */
struct search {
	const struct kva_request *r;
	u64 from, to;
	u64 length;
	u32 misses;
	bool exact;
};

static bool search_begin(struct search *s, const struct world *w, const struct kva_request *r)
{
	*s = (struct search){
		.r = r,
		.from = max(r->from, vmap_start(w->noted)),
		.to = min(r->to, vmap_end(w->noted)),
		.length = r->size,
		.exact = vmap_kva(w->noted) == VMAP_EAGER,
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
	if (++s->misses == VMAP_MAX_MISSES && !s->exact)
		s->length += r->align - PAGE_SIZE;
	return 0;
}

u64 kva_lowest(const struct world *w, const struct kva_request *r)
{
	u64 end = vmap_end(w->noted), start = vmap_start(w->noted), at = 0;
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

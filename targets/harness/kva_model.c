/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kva_model.c - what is not free, and the lowest address that fits: a list and a walk along it; and
 * the judge of an answer. See kva_model.h.
 */
#include "kva_model.h"

/*
 * By hand, where qsort() would do: what harness code hands from task to task is hidden from
 * ThreadSanitizer, but not what the C library does for it.
 */
static void note_range(struct world *w, u64 start, u64 end, bool lazy)
{
	u32 at;

	/* One more than there is room for says that there are too many. */
	if (w->nr_ranges >= w->max_ranges) {
		w->nr_ranges = w->max_ranges + 1;
		return;
	}
	for (at = w->nr_ranges++; at && w->range[at - 1].start > start; at--)
		w->range[at] = w->range[at - 1];
	w->range[at] = (struct kva_range){.start = start, .end = end, .lazy = lazy};
}

static void note_busy(u64 start, u64 end, void *arg)
{
	note_range(arg, start, end, false);
}

static void note_lazy(u64 start, u64 end, void *arg)
{
	note_range(arg, start, end, true);
}

bool kva_note(struct world *w, struct vmap_space *vs, bool quiet)
{
	w->noted = vs;
	w->nr_ranges = 0;
	if (quiet)
		for_each_busy_area(vs, note_busy, w);
	else
		for_each_vmap_area(vs, note_busy, w);
	for_each_lazy_area(vs, note_lazy, w);
	return w->nr_ranges <= w->max_ranges;
}

void kva_forget_lazy(struct world *w)
{
	u32 nr = 0;

	for (u32 i = 0; i < w->nr_ranges; i++)
		if (!w->range[i].lazy)
			w->range[nr++] = w->range[i];
	w->nr_ranges = nr;
}

void kva_forget(struct world *w, u64 start)
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

u64 kva_lowest(const struct world *w, const struct kva_request *r)
{
	u64 end = vmap_end(w->noted), start = vmap_start(w->noted), length = r->size;
	u64 from = max(r->from, start), to = min(r->to, end);
	u32 misses = 0;

	if (from >= to || r->size > to - from)
		return 0;
	/* Each free range in turn: [start, up to what is noted next). */
	for (u32 n = 0; n <= w->nr_ranges && start < to; n++) {
		u64 limit = n < w->nr_ranges ? w->range[n].start : end;

		if (limit > from && limit - start >= length) {
			u64 at = ALIGN(max(start, from), r->align), last = min(limit, to);

			/* At the top of all addresses sums wrap. */
			if (at >= start && at <= last && r->size <= last - at)
				return at;
			if (++misses == VMAP_MAX_MISSES && vmap_kva(w->noted) == VMAP_LAZY)
				length += r->align - PAGE_SIZE;
		}
		start = n < w->nr_ranges ? w->range[n].end : end;
	}
	return 0;
}

/* An atomic request neither purges nor waits: that it is refused may have any reason but one. */
static bool may_be_refused(const struct kva_request *r, int err, u64 fits)
{
	return !gfpflags_allow_blocking(r->gfp) && !(err == -EBUSY && fits);
}

bool kva_judged(const struct world *w, const struct op_call *c)
{
	return c->alone && (w->nr_ranges < KVA_MANY || c->record % 16 == 0);
}

u64 kva_expect(struct world *w, struct vmap_space *vs, const struct kva_request *r)
{
	MM_CHECK(kva_note(w, vs, true), CRASH, "more areas than operations can make");
	return kva_lowest(w, r);
}

void kva_judge(struct world *w, const struct op_call *c, struct vmap_space *vs,
	       const struct kva_request *r, int err, u64 addr, u64 expected)
{
	const char *name = op_table[c->op->op].name;

	if (err ? may_be_refused(r, err, expected) : addr == expected)
		return;
	if (!call_undisturbed(w, c))
		return;
	if (!expected && gfpflags_allow_blocking(r->gfp)) {
		MM_CHECK(kva_note(w, vs, true), CRASH, "more areas than operations can make");
		kva_forget_lazy(w);
		kva_forget(w, addr);
		expected = kva_lowest(w, r);
	}
	if (err) {
		MM_CHECK(!expected, SPURIOUS,
			 "%s of %llu bytes: refused with error %d, and it fits at 0x%llx", name,
			 (unsigned long long)r->size, err, (unsigned long long)expected);
		return;
	}
	MM_CHECK(kva_is_free(w, addr, r->size), OVERLAP,
		 "%s of %llu bytes: served at 0x%llx, which was not free before", name,
		 (unsigned long long)r->size, (unsigned long long)addr);
	MM_CHECK(!expected || addr <= expected, RANGE,
		 "%s of %llu bytes: served at 0x%llx, and it fits at 0x%llx", name,
		 (unsigned long long)r->size, (unsigned long long)addr,
		 (unsigned long long)expected);
}

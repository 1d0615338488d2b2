/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kva_oracle.c - where must a request for addresses be served, by what its back end promises; and
 * the check of an answer. See kva_model.h.
 *
 * Where nothing is cached, the lowest address that fits is the one right answer. Otherwise that
 * holds for requests that go to the heap. Which ones do, and which other answers are right, follows
 * from the capabilities (vmap_backend.h) and from the ranges that were cached before the call:
 *
 *   by CPU   the lowest that fits of what the CPU has fetched. If none does, and the CPU's ranges
 *            are all shorter than cache_refill, the lowest of these and of what it fetches then,
 *            the lowest range of that size in the heap
 *   by node  any range of the node's pool of that size that is aligned. If cache_misses of them
 *            are not, the allocator may not have met it: then the heap is right as well
 *
 * If the schedule may move the task, the answer for any CPU is right: it does not say which one
 * was asked. An operation that may not sleep runs in an interrupt and is not moved.
 */
#include "kva_model.h"
#include "machine/machine.h"

static bool whole_space(const struct world *w, const struct kva_request *r)
{
	return r->from <= w->noted->start && r->to >= w->noted->end;
}

static const struct topology *topology(const struct world *w)
{
	return machine_topology(w->machine);
}

/* The CPU or node that a range is cached for if it serves a CPU. */
static u32 owner_for(const struct world *w, u32 cpu)
{
	return w->noted->be->cache_owner(w->noted->ctx, cpu);
}

static u64 answer_by_cpu(struct world *w, const struct kva_request *r, u32 cpu)
{
	const struct vmap_caps *caps = &w->noted->be->caps;
	const u64 zone = w->noted->fetch, most = r->size + (r->align - PAGE_SIZE);
	const struct kva_request fetch = {
		.size = zone, .align = PAGE_SIZE, .from = r->from, .to = r->to};
	const u32 owner = owner_for(w, cpu);
	u64 at, largest, from;

	if (!whole_space(w, r) || most * caps->cache_parts > zone)
		return kva_lowest(w, r);
	at = kva_lowest_kept(w, r, owner, &largest);
	if (at)
		return at;
	from = largest < caps->cache_refill ? kva_lowest(w, &fetch) : 0;
	if (!from)
		return kva_lowest(w, r);
	kva_fetch(w, from, zone, owner);
	at = kva_lowest_kept(w, r, owner, &largest);
	kva_snapshot_drop(w, from);
	return at;
}

/* A range of the pool that the request would be served from: is it one that can serve it? */
static bool pooled(const struct kva_range *range, const struct kva_request *r, u32 node)
{
	return range->kept && range->owner == node && range->end - range->start == r->size;
}

/*
 * The first range that a pool can serve the request with, or where the heap does.
 * @heap: receives whether the heap is right too
 */
static u64 answer_by_node(const struct world *w, const struct kva_request *r, u32 cpu, bool *heap)
{
	const u32 node = owner_for(w, cpu);
	u32 misses = 0;
	u64 at = 0;

	for (u32 i = 0; whole_space(w, r) && i < w->nr_ranges; i++) {
		const struct kva_range *range = &w->range[i];

		if (!pooled(range, r, node))
			continue;
		if (!IS_ALIGNED(range->start, r->align))
			misses++;
		else if (!at)
			at = range->start;
	}
	*heap = !at || misses >= w->noted->be->caps.cache_misses;
	return at ? at : kva_lowest(w, r);
}

static u64 answer(struct world *w, const struct kva_request *r, u32 cpu)
{
	bool heap;

	switch (w->noted->be->caps.cache) {
	case VMAP_CACHE_BY_CPU:
		return answer_by_cpu(w, r, cpu);
	case VMAP_CACHE_BY_NODE:
		return answer_by_node(w, r, cpu, &heap);
	default:
		return kva_lowest(w, r);
	}
}

/* Is this an answer of a CPU that is right too, where answer() says another one? */
static bool also_right(struct world *w, const struct kva_request *r, u32 cpu, u64 addr)
{
	const struct kva_range *range = kva_at(w, addr);
	bool heap;

	if (w->noted->be->caps.cache != VMAP_CACHE_BY_NODE)
		return addr == answer(w, r, cpu);
	answer_by_node(w, r, cpu, &heap);
	if (whole_space(w, r) && range && range->start == addr && IS_ALIGNED(addr, r->align) &&
	    pooled(range, r, owner_for(w, cpu)))
		return true;
	return heap && addr == kva_lowest(w, r);
}

/* May the schedule move a task to another CPU in the midst of a call? */
static bool may_be_moved(const struct world *w)
{
	const struct schedule *s = w->run->options->schedule ?: &w->program->schedule;

	if (s->kind != SCHEDULE_SPARSE)
		return false;
	for (u32 i = 0; i < s->nr; i++)
		if (s->changes[i].kind == CHANGE_MIGRATE)
			return true;
	return false;
}

static bool is_right(struct world *w, const struct kva_request *r, u64 addr)
{
	unsigned int cpu;

	if (also_right(w, r, w->noted_on, addr))
		return true;
	if (!may_be_moved(w))
		return false;
	for_each_possible_cpu (cpu, topology(w))
		if (also_right(w, r, cpu, addr))
			return true;
	return false;
}

bool kva_oracle_applies(const struct world *w, const struct op_call *c,
			const struct vmap_instance *v)
{
	return c->alone && kva_is_known(v) && (w->nr_ranges < KVA_MANY || c->record % 16 == 0);
}

u64 kva_oracle_expect(struct world *w, const struct vmap_instance *v, const struct kva_request *r)
{
	/* The accounts were the last to look, and the caller's is the first operation since. */
	if (w->noted == v && w->noted_ticket && task_ticket() == w->noted_ticket + 1)
		w->noted_on = raw_smp_processor_id();
	else
		kva_snapshot_all(w, v);
	return answer(w, r, w->noted_on);
}

/* A call that may wait has made free what can be: so it is what is in use that was in its way. */
static u64 expect_after_purge(struct world *w, const struct kva_request *r, u64 addr)
{
	MM_CHECK(kva_snapshot(w, w->noted, true), CRASH, "more areas than operations can make");
	kva_snapshot_drop_purgeable(w);
	kva_snapshot_drop(w, addr);
	return answer(w, r, w->noted_on);
}

/* What is longer than its own range is refused before anything is looked at. */
static bool looked_for(const struct world *w, const struct kva_request *r)
{
	u64 from = max(r->from, w->noted->start), to = min(r->to, w->noted->end);

	return from < to && r->size <= to - from;
}

static void judge_refusal(struct world *w, const char *name, const struct kva_request *r, int err,
			  u64 expected)
{
	const bool waits = gfpflags_allow_blocking(r->gfp);

	if (!w->noted->be->caps.complete)
		return;
	/* It neither purges nor waits: that it is refused may have any reason but one. */
	if (!waits && err != -EBUSY)
		return;
	if (waits && !expected)
		expected = expect_after_purge(w, r, 0);
	MM_CHECK(!expected, SPURIOUS,
		 "%s of %llu bytes: refused with error %d, and it fits at 0x%llx", name, r->size,
		 err, expected);
	if (!waits || !looked_for(w, r))
		return;
	kva_snapshot_all(w, w->noted);
	for (u32 i = 0; i < w->nr_ranges; i++)
		MM_CHECK(!w->range[i].kept, LEAK_AREA,
			 "%s of %llu bytes: refused, and [0x%llx, 0x%llx) is kept ready", name,
			 r->size, w->range[i].start, w->range[i].end);
}

/* The right answer is known, and this is another one. */
static void judge_place(const struct world *w, const char *name, const struct kva_request *r,
			u64 addr, u64 expected)
{
	static const char *const elsewhere[] = {
		[VMAP_CACHE_NONE] = "",
		[VMAP_CACHE_BY_CPU] = ", which the CPU has, or fetches, or the heap",
		[VMAP_CACHE_BY_NODE] = ", of a pool of the CPU's node, or the heap",
	};
	const struct vmap_caps *caps = &w->noted->be->caps;

	MM_CHECK(IS_ALIGNED(addr, r->align), ALIGNMENT,
		 "%s of %llu bytes: served at 0x%llx, not a multiple of %llu", name, r->size, addr,
		 r->align);
	MM_CHECK(!caps->lowest || !expected || (addr <= expected && caps->cache == VMAP_CACHE_NONE),
		 RANGE, "%s of %llu bytes: served at 0x%llx, and it fits at 0x%llx%s", name,
		 r->size, addr, expected, elsewhere[caps->cache]);
}

void kva_oracle_check(struct world *w, const struct op_call *c, const struct vmap_instance *v,
		      const struct kva_request *r, int err, u64 addr, u64 expected)
{
	const char *name = op_table[c->op->op].name;

	if (err ? !expected && !gfpflags_allow_blocking(r->gfp) : addr == expected)
		return;
	if (!op_ran_alone(w, c))
		return;
	MM_CHECK(v == w->noted, CRASH, "another space was noted since");
	if (err) {
		judge_refusal(w, name, r, err, expected);
		return;
	}
	if (is_right(w, r, addr))
		return;
	if (!expected && gfpflags_allow_blocking(r->gfp))
		expected = expect_after_purge(w, r, addr);
	kva_snapshot_drop_cached(w);
	/* Only the order of search that gives the lowest address says when it purges. */
	if (!v->be->caps.lowest)
		kva_snapshot_drop_purgeable(w);
	MM_CHECK(kva_is_free(w, addr, r->size), OVERLAP,
		 "%s of %llu bytes: served at 0x%llx, which was not free before", name, r->size,
		 addr);
	if (addr != expected)
		judge_place(w, name, r, addr, expected);
}

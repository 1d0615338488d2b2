/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kva_oracle.c - where must a request for addresses be served, by what its back end promises; and
 * the check of an answer. See kva_oracle.h.
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
 * If nothing fitted before the call, the call has purged. Then what is in use when it returns was
 * in use when it searched again, whatever blocks it gave up; so a refusal, an address too high, and
 * one that was not free are distinct findings. A request that could wait and was refused leaves
 * nothing cached, except one that is longer than its own range, which is refused without a search.
 * An atomic request may be refused for any reason but -EBUSY while a range is free without a purge;
 * if it is made again after background work (exec/again.h), also what that work has purged counts.
 *
 * If the schedule may move the task, the answer for any CPU is right: it does not say which one
 * was asked. An operation that may not sleep runs in an interrupt and is not moved.
 *
 * The snapshot that kva_checker.c took after one operation is the one that the next operation would
 * take, if no ticket was taken in between: it is used again.
 */
#include "kva_oracle.h"

static bool whole_space(const struct kva_snapshot *s, const struct kva_request *r)
{
	return r->from <= s->space->start && r->to >= s->space->end;
}

/* The CPU or node that a range is cached for if it serves a CPU. */
static u32 owner_for(const struct kva_snapshot *s, u32 cpu)
{
	return s->space->be->cache_owner(s->space->ctx, cpu);
}

static u64 answer_by_cpu(struct kva_snapshot *s, const struct kva_request *r, u32 cpu)
{
	const struct vmap_caps *caps = &s->space->be->caps;
	const u64 zone = s->space->fetch, most = r->size + (r->align - PAGE_SIZE);
	const struct kva_request fetch = {
		.size = zone, .align = PAGE_SIZE, .from = r->from, .to = r->to};
	const u32 owner = owner_for(s, cpu);
	u64 at, largest, from;

	if (!whole_space(s, r) || most * caps->cache_parts > zone)
		return kva_lowest(s, r);
	at = kva_lowest_cached(s, r, owner, &largest);
	if (at)
		return at;
	from = largest < caps->cache_refill ? kva_lowest(s, &fetch) : 0;
	if (!from)
		return kva_lowest(s, r);
	kva_snapshot_cache(s, from, zone, owner);
	at = kva_lowest_cached(s, r, owner, &largest);
	kva_snapshot_drop(s, from);
	return at;
}

/* A range of the pool that the request would be served from: is it one that can serve it? */
static bool pooled(const struct kva_range *range, const struct kva_request *r, u32 node)
{
	return range->cached && range->owner == node && range->end - range->start == r->size;
}

/*
 * The first range that a pool can serve the request with, or where the heap does.
 * @heap: receives whether the heap is right too
 */
static u64 answer_by_node(const struct kva_snapshot *s, const struct kva_request *r, u32 cpu,
			  bool *heap)
{
	const u32 node = owner_for(s, cpu);
	u32 misses = 0;
	u64 at = 0;

	for (u32 i = 0; whole_space(s, r) && i < s->nr; i++) {
		const struct kva_range *range = &s->range[i];

		if (!pooled(range, r, node))
			continue;
		if (!IS_ALIGNED(range->start, r->align))
			misses++;
		else if (!at)
			at = range->start;
	}
	*heap = !at || misses >= s->space->be->caps.cache_misses;
	return at ? at : kva_lowest(s, r);
}

static u64 answer(struct kva_snapshot *s, const struct kva_request *r, u32 cpu)
{
	bool heap;

	switch (s->space->be->caps.cache) {
	case VMAP_CACHE_BY_CPU:
		return answer_by_cpu(s, r, cpu);
	case VMAP_CACHE_BY_NODE:
		return answer_by_node(s, r, cpu, &heap);
	default:
		return kva_lowest(s, r);
	}
}

/*
 * Where the heap is sure to find longer ranges alone (vmap_caps.misses is 0), it may find another
 * one that fits: any free place up to the one that it is sure to find.
 */
static bool found_by_chance(const struct kva_snapshot *s, const struct kva_request *r, u64 addr,
			    u64 sure)
{
	return !s->space->be->caps.misses && (!sure || addr < sure) && IS_ALIGNED(addr, r->align) &&
	       kva_snapshot_is_free(s, addr, r->size);
}

/* Is this an answer of a CPU that is right too, where answer() says another one? */
static bool also_right(struct kva_snapshot *s, const struct kva_request *r, u32 cpu, u64 addr)
{
	const struct kva_range *range = kva_snapshot_at(s, addr);
	bool heap = true;
	u64 sure;

	switch (s->space->be->caps.cache) {
	case VMAP_CACHE_BY_CPU:
		return addr == answer_by_cpu(s, r, cpu);
	case VMAP_CACHE_BY_NODE:
		answer_by_node(s, r, cpu, &heap);
		if (whole_space(s, r) && range && range->start == addr &&
		    IS_ALIGNED(addr, r->align) && pooled(range, r, owner_for(s, cpu)))
			return true;
		break;
	default:
		break;
	}
	sure = heap ? kva_lowest(s, r) : 0;
	return heap && (addr == sure || found_by_chance(s, r, addr, sure));
}

static bool is_right(struct world *w, struct kva_snapshot *s, const struct kva_request *r, u64 addr)
{
	unsigned int cpu;

	if (also_right(s, r, s->cpu, addr))
		return true;
	if (!sched_moves_tasks())
		return false;
	for_each_possible_cpu (cpu, machine_topology(w->machine))
		if (also_right(s, r, cpu, addr))
			return true;
	return false;
}

bool kva_oracle_applies(const struct world *w, const struct op_call *c,
			const struct vmap_instance *v)
{
	return c->alone && kva_is_known(v->be) &&
	       (kva_snapshot_last(w)->nr < KVA_MANY || c->record % 16 == 0);
}

u64 kva_oracle_expect(struct world *w, const struct vmap_instance *v, const struct kva_request *r)
{
	struct kva_snapshot *s = kva_snapshot_last(w);

	/* kva_checker.c took it, and the caller's is the first operation since. */
	if (s->space == v && s->ticket && task_ticket() == s->ticket + 1)
		s->cpu = raw_smp_processor_id();
	else
		s = kva_snapshot_all(w, v);
	return answer(s, r, s->cpu);
}

/*
 * A call that may wait has made free what can be, so only what is in use was in its way. @addr:
 * what it was given, or 0.
 */
static u64 expect_after_purge(struct world *w, const struct vmap_instance *v,
			      const struct kva_request *r, u64 addr)
{
	struct kva_snapshot *s = kva_snapshot_busy(w, v);

	kva_snapshot_drop(s, addr);
	return answer(s, r, s->cpu);
}

/* A request longer than its range is refused before any search. */
static bool looked_for(const struct vmap_instance *v, const struct kva_request *r)
{
	u64 from = max(r->from, v->start), to = min(r->to, v->end);

	return from < to && r->size <= to - from;
}

static void check_refusal(struct world *w, const char *name, const struct vmap_instance *v,
			  const struct kva_request *r, bool drained, int err, u64 expected)
{
	const bool waits = gfpflags_allow_blocking(r->gfp);
	const struct kva_snapshot *s;

	if (!v->be->caps.complete)
		return;
	/* It neither purges nor waits: it may be refused for any reason but one. */
	if (!waits && err != -EBUSY)
		return;
	if ((waits || drained) && !expected)
		expected = expect_after_purge(w, v, r, 0);
	MM_CHECK(!expected, SPURIOUS,
		 "%s of %llu bytes: refused with error %d, and it fits at 0x%llx", name, r->size,
		 err, expected);
	if (!waits || !looked_for(v, r))
		return;
	s = kva_snapshot_all(w, v);
	for (u32 i = 0; i < s->nr; i++)
		MM_CHECK(!s->range[i].cached, LEAK_AREA,
			 "%s of %llu bytes: refused, and [0x%llx, 0x%llx) is cached", name, r->size,
			 s->range[i].start, s->range[i].end);
}

/* The right answer is known, and this is another one. */
static void check_place(const struct kva_snapshot *s, const char *name, const struct kva_request *r,
			u64 addr, u64 expected)
{
	static const char *const elsewhere[] = {
		[VMAP_CACHE_NONE] = "",
		[VMAP_CACHE_BY_CPU] = ", which the CPU has, or fetches, or the heap",
		[VMAP_CACHE_BY_NODE] = ", of a pool of the CPU's node, or the heap",
	};
	const struct vmap_caps *caps = &s->space->be->caps;
	/* A lower address is no fault of the order of search. */
	const bool lower = caps->cache == VMAP_CACHE_NONE || !caps->misses;

	MM_CHECK(IS_ALIGNED(addr, r->align), ALIGNMENT,
		 "%s of %llu bytes: served at 0x%llx, not a multiple of %llu", name, r->size, addr,
		 r->align);
	MM_CHECK(!caps->lowest || !expected || (addr <= expected && lower), RANGE,
		 "%s of %llu bytes: served at 0x%llx, and it fits at 0x%llx%s", name, r->size, addr,
		 expected, elsewhere[caps->cache]);
}

void kva_oracle_check(struct world *w, const struct op_call *c, const struct vmap_instance *v,
		      const struct kva_request *r, int err, u64 addr, u64 expected)
{
	const char *name = op_table[c->op->op].name;
	struct kva_snapshot *s = kva_snapshot_last(w);

	const bool drained = c->drained && v->be->owed;

	if (err ? !expected && !gfpflags_allow_blocking(r->gfp) && !drained : addr == expected)
		return;
	if (!op_ran_alone(w, c))
		return;
	MM_CHECK(v == s->space, CRASH, "a snapshot of another space was taken since");
	if (err) {
		check_refusal(w, name, v, r, drained, err, expected);
		return;
	}
	if (is_right(w, s, r, addr))
		return;
	/* Where all functions may sleep, a request that must not wait for memory purges too. */
	if (!expected && (gfpflags_allow_blocking(r->gfp) || v->be->caps.sleeps))
		expected = expect_after_purge(w, v, r, addr);
	kva_snapshot_drop_cached(s);
	/* Only the order of search that gives the lowest address says when it purges. */
	if (!v->be->caps.lowest)
		kva_snapshot_drop_purgeable(s);
	MM_CHECK(kva_snapshot_is_free(s, addr, r->size), OVERLAP,
		 "%s of %llu bytes: served at 0x%llx, which was not free before", name, r->size,
		 addr);
	if (addr != expected)
		check_place(s, name, r, addr, expected);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kva_oracle.c - where a request has to be served, by the kind of its space; and the judge of an
 * answer. See kva_model.h.
 *
 * In a lazy and in an eager space the lowest address that fits is the one right answer. In one of
 * zones or pools that is so for what goes to the heap. What goes there, and what else is right,
 * follows from the contract (vmap.h, the heads of zone.c and pool.c) and from the ranges that are
 * kept ready, as they were before the call:
 *
 *   zone  the lowest that fits of what the CPU has fetched. If none does, and it has nothing of
 *         four pages, the lowest of that and of what it fetches then, the lowest zone of the heap
 *   pool  any range of the pool of that size, of the CPU's node, that is aligned. If more than
 *         eight are not, the allocator may not have met it: then the heap is right as well
 *
 * Of a task that the schedule may move, any CPU's answer is right: it does not say which one was
 * asked. Who may not wait stands in an interrupt, and is not moved.
 */
#include "kva_model.h"
#include "machine/machine.h"

#define ZONE_FITS 3
#define ZONE_REFILL (4 * PAGE_SIZE)
#define ZONE_MOST (4ULL << 20)
#define POOL_MISSES 8

static bool whole_space(const struct world *w, const struct kva_request *r)
{
	return r->from <= vmap_start(w->noted) && r->to >= vmap_end(w->noted);
}

static const struct topology *topology(const struct world *w)
{
	return machine_topology(w->machine);
}

/* Bytes that a CPU fetches at once; 0: none does. */
static u64 zone_size(const struct world *w)
{
	const u32 pages = w->program->machine.zone, cpus = num_possible(topology(w));

	if (cpus == 1 || pages == 1)
		return 0;
	if (pages)
		return (u64)pages << PAGE_SHIFT;
	return min((u64)fls64(cpus) * 100 << PAGE_SHIFT, ZONE_MOST);
}

/* Nodes that have pools. */
static u32 pool_nodes(const struct world *w)
{
	return w->program->machine.pools ?: min(num_possible(topology(w)), VMAP_MAX_NODES);
}

/* The node whose pools a CPU asks: possible CPUs are dealt out to them in turn. */
static u32 pool_node(const struct world *w, u32 cpu)
{
	const u64 below = w->possible & ((1ULL << cpu) - 1);

	return (u32)__builtin_popcountll(below) % pool_nodes(w);
}

static u64 zone_answer(struct world *w, const struct kva_request *r, u32 cpu)
{
	const u64 zone = zone_size(w), most = r->size + (r->align - PAGE_SIZE);
	const struct kva_request fetch = {
		.size = zone, .align = PAGE_SIZE, .from = r->from, .to = r->to};
	u64 at, largest, from;

	if (!whole_space(w, r) || most * ZONE_FITS > zone)
		return kva_lowest(w, r);
	at = kva_lowest_kept(w, r, cpu, &largest);
	if (at)
		return at;
	from = largest < ZONE_REFILL ? kva_lowest(w, &fetch) : 0;
	if (!from)
		return kva_lowest(w, r);
	kva_fetch(w, from, zone, cpu);
	at = kva_lowest_kept(w, r, cpu, &largest);
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
static u64 pool_answer(const struct world *w, const struct kva_request *r, u32 cpu, bool *heap)
{
	const u32 node = pool_node(w, cpu);
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
	*heap = !at || misses >= POOL_MISSES;
	return at ? at : kva_lowest(w, r);
}

static u64 answer(struct world *w, const struct kva_request *r, u32 cpu)
{
	bool heap;

	switch (vmap_kva(w->noted)) {
	case VMAP_ZONE:
		return zone_answer(w, r, cpu);
	case VMAP_POOL:
		return pool_answer(w, r, cpu, &heap);
	default:
		return kva_lowest(w, r);
	}
}

/* Is this an answer of a CPU that is right too, where answer() says another one? */
static bool also_right(struct world *w, const struct kva_request *r, u32 cpu, u64 addr)
{
	const struct kva_range *range = kva_at(w, addr);
	bool heap;

	if (vmap_kva(w->noted) != VMAP_POOL)
		return addr == answer(w, r, cpu);
	pool_answer(w, r, cpu, &heap);
	if (whole_space(w, r) && range && range->start == addr && IS_ALIGNED(addr, r->align) &&
	    pooled(range, r, pool_node(w, cpu)))
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

bool kva_oracle_applies(const struct world *w, const struct op_call *c)
{
	return c->alone && (w->nr_ranges < KVA_MANY || c->record % 16 == 0);
}

u64 kva_oracle_expect(struct world *w, struct vmap_space *vs, const struct kva_request *r)
{
	/* The accounts were the last to look, and the caller's is the first operation since. */
	if (w->noted == vs && w->noted_ticket && task_ticket() == w->noted_ticket + 1)
		w->noted_on = raw_smp_processor_id();
	else
		kva_snapshot_all(w, vs);
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
	u64 from = max(r->from, vmap_start(w->noted)), to = min(r->to, vmap_end(w->noted));

	return from < to && r->size <= to - from;
}

static void judge_refusal(struct world *w, const char *name, const struct kva_request *r, int err,
			  u64 expected)
{
	const bool waits = gfpflags_allow_blocking(r->gfp);

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
	const enum vmap_kva kva = vmap_kva(w->noted);

	MM_CHECK(IS_ALIGNED(addr, r->align), ALIGNMENT,
		 "%s of %llu bytes: served at 0x%llx, not a multiple of %llu", name, r->size, addr,
		 r->align);
	MM_CHECK(!expected || (addr <= expected && (kva == VMAP_LAZY || kva == VMAP_EAGER)), RANGE,
		 "%s of %llu bytes: served at 0x%llx, and it fits at 0x%llx%s", name, r->size, addr,
		 expected,
		 kva == VMAP_ZONE   ? ", which the CPU has, or fetches, or the heap"
		 : kva == VMAP_POOL ? ", of a pool of the CPU's node, or the heap"
				    : "");
}

void kva_oracle_check(struct world *w, const struct op_call *c, struct vmap_space *vs,
		      const struct kva_request *r, int err, u64 addr, u64 expected)
{
	const char *name = op_table[c->op->op].name;

	if (err ? !expected && !gfpflags_allow_blocking(r->gfp) : addr == expected)
		return;
	if (!op_ran_alone(w, c))
		return;
	MM_CHECK(vs == w->noted, CRASH, "another space was noted since");
	if (err) {
		judge_refusal(w, name, r, err, expected);
		return;
	}
	if (is_right(w, r, addr))
		return;
	if (!expected && gfpflags_allow_blocking(r->gfp))
		expected = expect_after_purge(w, r, addr);
	kva_snapshot_drop_cached(w);
	MM_CHECK(kva_is_free(w, addr, r->size), OVERLAP,
		 "%s of %llu bytes: served at 0x%llx, which was not free before", name, r->size,
		 addr);
	if (addr != expected)
		judge_place(w, name, r, addr, expected);
}

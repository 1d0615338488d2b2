/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fidelity_kva.c - replay the KVA areas of a recording.
 *
 * The kernel's heap serves the lowest address that fits, and so does ours: with the same free space
 * they must agree. But the recording does not show the free space. A freed range becomes free only
 * at the next purge, and a range that is first shown after the n-th purge may have waited for that
 * purge. So the replay assumes that a page first shown by an allocation after the n-th purge
 * becomes free at that purge (n = 0: it was free before the recording), and that a page that is
 * never shown, below the highest address shown, is in use.
 *
 * Since 6.9 the kernel keeps purged areas in a cache of each node, and serves requests from there,
 * last in first out, before it asks the heap. The space of the replay has no such cache, so its
 * places differ after the first purge. The allocations before that purge are the check, and are
 * counted separately.
 *
 * Freed areas are freed here at the recorded purge: until then the range is in use in the kernel
 * too, and our misplaced areas can be purged at once without freeing others.
 *
 * The replay is always resynchronised: a free-running one without the cache would mean nothing. No
 * area is mapped.
 */
#include "fidelity.h"

#include <stdlib.h>

#include "machine/machine.h"
#include "sched/kernel.h"
#include "sched/sched.h"
#include "world/ours.h"

#define VERIFY_EVERY 64

/* Recorded addresses that span more than 16 GiB are not replayed. */
#define MAX_PAGES (1ULL << 22)

#define NEVER UINT16_MAX

/**
 * struct held - a range in use before the recording
 * @area:  the area that holds it
 * @epoch: number of the purge at which it becomes free, or NEVER
 */
struct held {
	struct vmap_handle *area;
	u16 epoch;
};

/**
 * struct replay - state of a replay
 * @range:      the range that is replayed, identified by its vstart
 * @low, @high: lowest and highest address of it that the recording shows
 * @end:        end of the address space: as much again above @high
 * @epoch:      by page from @low: number of the purge at which it becomes free, or NEVER
 * @area:       by object: its area
 * @held:       ranges in use before the recording
 * @lazy:       areas freed since the last purge
 * @now:        number of purges so far
 */
struct replay {
	struct fidelity *f;
	const struct pairing *p;
	u64 range;
	u64 low, high, end;
	u16 *epoch;
	struct machine *machine;
	struct vmap_instance vmap;
	struct vmap_handle **area;
	struct held *held;
	u32 nr_held;
	struct vmap_handle **lazy;
	u32 nr_lazy;
	u16 now;
};

static u64 align_of(const struct trace_event *e)
{
	return max(e->align, (u64)PAGE_SIZE);
}

/* Only one range is replayed: modules and other users have separate ranges, far away. */
static bool replayed(const struct replay *r, const struct pair_object *o)
{
	if (o->alloc != PAIR_NONE)
		return r->p->trace->event[o->alloc].base == r->range;
	return o->start >= r->low && o->start < r->high;
}

static void find_range(struct replay *r)
{
	const struct pairing *p = r->p;
	bool any = false;

	r->low = UINT64_MAX;
	for (u32 i = 0; i < p->nr; i++) {
		const struct pair_object *o = &p->object[i];

		if (o->alloc == PAIR_NONE)
			continue;
		if (!any)
			r->range = p->trace->event[o->alloc].base;
		any = true;
		if (!replayed(r, o))
			continue;
		r->low = min(r->low, ALIGN_DOWN(o->start, PAGE_SIZE));
		r->high = max(r->high, o->start + o->size);
	}
	if (!any)
		r->low = r->high = 0;
	r->end = r->high + (r->high - r->low) + (64 << PAGE_SHIFT);
}

/* Find the purge at which each page becomes free. */
static void find_epochs(struct replay *r)
{
	const struct pairing *p = r->p;
	u16 now = 0;

	for (u64 i = 0; i < (r->high - r->low) >> PAGE_SHIFT; i++)
		r->epoch[i] = NEVER;
	for (u32 i = 0; i < p->trace->nr; i++) {
		const struct pair_object *o;

		if (p->trace->event[i].kind == TRACE_KVA_PURGE && now < NEVER - 1)
			now++;
		if (p->of_event[i] == PAIR_NONE)
			continue;
		o = &p->object[p->of_event[i]];
		if (o->alloc != (s32)i || !replayed(r, o))
			continue;
		for (u64 a = o->start; a < o->start + o->size; a += PAGE_SIZE)
			if (r->epoch[(a - r->low) >> PAGE_SHIFT] == NEVER)
				r->epoch[(a - r->low) >> PAGE_SHIFT] = now;
	}
}

static struct vmap_handle *alloc(struct replay *r, u64 size, u64 align, u64 from, u64 to)
{
	struct vmap_handle *area =
		r->vmap.be->alloc_vmap_area(r->vmap.ctx, size, align, from, to, GFP_KERNEL);

	return IS_ERR(area) ? NULL : area;
}

static struct vmap_handle *area_at(struct replay *r, u64 start, u64 size)
{
	return alloc(r, size, PAGE_SIZE, start, start + size);
}

static void free_area(struct replay *r, struct vmap_handle *area)
{
	r->vmap.be->free_vmap_area(r->vmap.ctx, area);
}

static void purge(struct replay *r)
{
	r->vmap.be->purge(r->vmap.ctx);
}

/*
 * Allocate the objects from before first, and hold the rest in pieces whose pages become free
 * together. The recording itself frees an object from before whose pages are shown again.
 */
static void recreate_state(struct replay *r)
{
	const struct pairing *p = r->p;
	u64 pages = (r->high - r->low) >> PAGE_SHIFT;

	for (u32 i = 0; i < p->before; i++) {
		const struct pair_object *o = &p->object[p->early[i]];

		if (!replayed(r, o) || o->start + o->size > r->high)
			continue;
		r->area[p->early[i]] = area_at(r, o->start, o->size);
		for (u64 a = o->start; a < o->start + o->size; a += PAGE_SIZE)
			r->epoch[(a - r->low) >> PAGE_SHIFT] = 0;
	}
	for (u64 i = 0, n; i < pages; i += n) {
		u16 epoch = r->epoch[i];

		for (n = 1; i + n < pages && r->epoch[i + n] == epoch; n++)
			;
		if (!epoch)
			continue;
		r->held[r->nr_held].epoch = epoch;
		r->held[r->nr_held].area = area_at(r, r->low + (i << PAGE_SHIFT), n << PAGE_SHIFT);
		MM_CHECK(r->held[r->nr_held].area, SPURIOUS,
			 "range at 0x%llx of %llu pages: empty, and refused",
			 (r->low + (i << PAGE_SHIFT)), n);
		r->nr_held++;
	}
}

static void on_purge(struct replay *r)
{
	r->now += r->now < NEVER - 1;
	r->f->purges++;
	for (u32 i = 0; i < r->nr_held; i++) {
		if (r->held[i].epoch != r->now)
			continue;
		free_area(r, r->held[i].area);
		r->held[i].area = NULL;
	}
	while (r->nr_lazy)
		free_area(r, r->lazy[--r->nr_lazy]);
	purge(r);
}

static void free_object(struct replay *r, s32 object)
{
	if (r->area[object])
		r->lazy[r->nr_lazy++] = r->area[object];
	r->area[object] = NULL;
}

static void free_and_purge(struct replay *r, s32 object)
{
	if (!r->area[object])
		return;
	free_area(r, r->area[object]);
	r->area[object] = NULL;
	purge(r);
}

static enum fidelity_reason reason(const struct replay *r, u32 event, u64 start)
{
	const struct pair_object *o = &r->p->object[r->p->of_event[event]];

	if (r->p->missing[event] != PAIR_NONE)
		return FIDELITY_MISSING;
	if (start > o->start)
		return FIDELITY_OURS;
	return r->now ? FIDELITY_REUSE : FIDELITY_KERNEL;
}

static void on_alloc(struct replay *r, u32 event, s32 object)
{
	const struct trace_event *e = &r->p->trace->event[event];
	const struct pair_object *o = &r->p->object[object];
	const struct vmap_backend *be = r->vmap.be;
	struct vmap_handle *area;

	/* The kernel served this range, so the missing free was followed by a purge. */
	for (s32 m = r->p->missing[event]; m != PAIR_NONE; m = r->p->object[m].next)
		free_and_purge(r, m);
	area = alloc(r, o->size, align_of(e), r->low, r->end);
	r->f->compared++;
	r->f->early += !r->now;
	if (area) {
		const u64 start = be->area_start(area), size = be->area_size(area);

		MM_CHECK(IS_ALIGNED(start, align_of(e)), ALIGNMENT,
			 "area at 0x%llx: not a multiple of %llu", start, align_of(e));
		MM_CHECK(start >= r->low && size == o->size && start + size <= r->end, RANGE,
			 "area at 0x%llx: not as asked for", start);
		if (start == o->start) {
			r->area[object] = area;
			return;
		}
		fidelity_note(r->f, event, reason(r, event, start), 0, start, PAIR_NONE);
		free_area(r, area);
		purge(r);
	} else {
		fidelity_note(r->f, event, FIDELITY_REFUSED, 0, 0, PAIR_NONE);
	}
	r->f->early_miss += !r->now;
	r->area[object] = area_at(r, o->start, o->size);
	if (!r->area[object])
		fidelity_note(r->f, event, FIDELITY_CONFLICT, 0, o->start, PAIR_NONE);
}

static void replay_events(struct replay *r)
{
	for (u32 i = 0, n = 0; i < r->p->trace->nr; i++) {
		s32 object = r->p->of_event[i];

		task_set_op(i);
		if (r->p->trace->event[i].kind == TRACE_KVA_PURGE)
			on_purge(r);
		else if (object == PAIR_NONE)
			continue;
		else if (!replayed(r, &r->p->object[object]))
			r->f->skipped += r->p->trace->event[i].kind == TRACE_KVA_ALLOC;
		else if (r->p->trace->event[i].kind == TRACE_KVA_ALLOC)
			on_alloc(r, i, object);
		else
			free_object(r, object);
		task_set_op(-1);
		cond_resched();
		if (++n % VERIFY_EVERY == 0)
			r->vmap.be->verify(r->vmap.ctx, true);
	}
}

static void boot_machine(struct replay *r)
{
	struct machine_config mc = {.kva_start = r->low, .kva_size = r->end - r->low};
	struct vmap_params vp = {
		.start = r->low,
		.size = mc.kva_size,
		/* The only purges are those of the recording. */
		.lazy_pages = (u32)(mc.kva_size >> PAGE_SHIFT),
	};
	int err;

	topology_init(&mc.topology, fidelity_cpus(r->p), 1, 256);
	err = machine_boot(r->machine, &mc);
	if (!err)
		err = r->vmap.be->create(&r->vmap, r->machine, &vp);
	MM_CHECK(!err, SPURIOUS, "boot failed with error %d", err);
}

static void replay_body(void *arg)
{
	struct replay *r = arg;

	boot_machine(r);
	recreate_state(r);
	replay_events(r);
	for (u32 i = 0; i < r->p->nr; i++)
		free_object(r, i);
	for (u32 i = 0; i < r->nr_held; i++)
		if (r->held[i].area)
			free_area(r, r->held[i].area);
	while (r->nr_lazy)
		free_area(r, r->lazy[--r->nr_lazy]);
	purge(r);
	r->vmap.be->verify(r->vmap.ctx, true);
	r->vmap.be->destroy(r->vmap.ctx);
	machine_check_leaks(r->machine);
}

static int replay(struct replay *r)
{
	u64 pages = (r->high - r->low) >> PAGE_SHIFT;
	int err = -ENOMEM;

	r->area = calloc(r->p->nr + 1, sizeof(struct vmap_handle *));
	r->lazy = calloc(r->p->nr + 1, sizeof(struct vmap_handle *));
	r->epoch = malloc((pages + 1) * sizeof(*r->epoch));
	r->held = malloc((pages + 1) * sizeof(*r->held));
	r->vmap.be = ours_vmap[0];
	r->vmap.ctx = malloc(r->vmap.be->ctx_size);
	if (r->area && r->lazy && r->epoch && r->held && r->vmap.ctx) {
		find_epochs(r);
		err = fidelity_replay(r->f, &r->machine, replay_body, r);
	}
	free(r->area);
	free(r->lazy);
	free(r->epoch);
	free(r->held);
	free(r->vmap.ctx);
	return err;
}

int fidelity_kva(struct fidelity *f, const struct pairing *p)
{
	struct replay r = {.f = f, .p = p};

	*f = (struct fidelity){.pairing = p, .diverge = PAIR_NONE};
	find_range(&r);
	if (r.low == r.high)
		return 0;
	if ((r.high - r.low) >> PAGE_SHIFT > MAX_PAGES || r.end < r.high) {
		f->too_wide = true;
		return 0;
	}
	f->miss = malloc((2 * (size_t)p->nr + 1) * sizeof(*f->miss));
	return f->miss ? replay(&r) : -ENOMEM;
}

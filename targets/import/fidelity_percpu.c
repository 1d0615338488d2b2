/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fidelity_percpu.c - replay the per-CPU events of a recording.
 *
 * The machine has the recorded CPUs, and units of 1 MiB or of the next power of two that holds the
 * highest recorded offset. There is no first chunk, since the offsets of a recording do not
 * distinguish it from a later one. alloc_at() places the ranges in use before the recording, and
 * the objects that the recording frees but does not allocate.
 *
 * Requests use GFP_KERNEL even where the kernel's were atomic: an atomic request needs populated
 * pages, and the recording does not show which pages were populated.
 *
 * The replay checks, in addition to the allocator's callers, that no two objects overlap (by a
 * separate map), that every object is zero at birth and keeps a distinct pattern on every CPU, and
 * that the verifier finds no error.
 */
#include "fidelity.h"

#include <stdlib.h>

#include "ops/access.h"
#include "firstfit.h"
#include "machine/machine.h"
#include "sched/kernel.h"
#include "sched/sched.h"
#include "world/ours.h"

#define UNIT_DEFAULT (1U << 20)
#define UNIT_MAX (1U << 26)
#define VERIFY_EVERY 16

/* An allocation may have happened before a free that is recorded up to this many events earlier. */
#define LATE_EVENTS 8

/**
 * struct replay - a replay under way
 * @resync:  place each object where the kernel placed it
 * @addr:    by object: its address, or 0
 * @at:      by object: our chunk and offset
 * @chunk:   by chunk of the recording: number of ours, or NO_CHUNK
 * @next:    lower bound of the number of the next new chunk
 * @held:    ranges in use before the recording
 * @live:    map of live objects, by our chunks
 */
struct replay {
	struct fidelity *f;
	const struct pairing *p;
	bool resync;
	u32 unit;
	u32 cpus;
	struct machine *machine;
	struct vmap_instance vmap;
	struct percpu_instance percpu;
	u64 *addr;
	struct {
		u32 chunk, off;
	} * at;
	u32 *chunk;
	u32 next;
	u64 *held;
	struct firstfit live;
};

#define NO_CHUNK UINT32_MAX

/* Return: 0 if the units would be too large. */
static u32 unit_size(const struct pairing *p)
{
	u64 high = UNIT_DEFAULT;

	for (u32 i = 0; i < p->nr_chunks; i++)
		high = max(high, p->chunk[i].high);
	return high > UNIT_MAX ? 0 : 1U << fls64(high - 1);
}

static void mark_live(struct replay *r, u32 chunk, u32 off, u64 size, s32 object)
{
	MM_CHECK(off + size <= r->unit, RANGE, "object %d at offset %u of %llu bytes: unit of %u",
		 object, off, size, r->unit);
	MM_CHECK(!firstfit_taken(&r->live, chunk, off, size), OVERLAP,
		 "object %d at chunk %u offset %u of %llu bytes: overlaps a live one", object,
		 chunk, off, size);
	MM_CHECK(!firstfit_mark(&r->live, chunk, off, size, true), CRASH, "out of memory");
	r->next = max(r->next, chunk + 1);
}

static u64 copy_addr(struct replay *r, u64 addr, u32 cpu)
{
	return r->percpu.be->ptr(r->percpu.ctx, addr, cpu);
}

static u64 seed(s32 object, u32 cpu)
{
	return (u64)object << 8 | cpu;
}

static void fill(struct replay *r, s32 object)
{
	for (u32 cpu = 0; cpu < r->cpus; cpu++)
		access_fill(r->machine, copy_addr(r, r->addr[object], cpu),
			    r->p->object[object].size, seed(object, cpu), false);
}

static void check_zero(struct replay *r, u64 addr, s32 object)
{
	for (u32 cpu = 0; cpu < r->cpus; cpu++)
		access_check_zero(r->machine, copy_addr(r, addr, cpu), r->p->object[object].size,
				  seed(object, cpu));
}

static void free_object(struct replay *r, s32 object)
{
	if (!r->addr[object])
		return;
	for (u32 cpu = 0; cpu < r->cpus; cpu++)
		access_check(r->machine, copy_addr(r, r->addr[object], cpu),
			     r->p->object[object].size, seed(object, cpu), false);
	firstfit_mark(&r->live, r->at[object].chunk, r->at[object].off, r->p->object[object].size,
		      false);
	r->percpu.be->free(r->percpu.ctx, r->addr[object]);
	r->addr[object] = 0;
}

/* Check the place of a new object, and track it. */
static void track_object(struct replay *r, s32 object, u64 addr)
{
	u32 chunk, off;

	MM_CHECK(!r->percpu.be->place(r->percpu.ctx, addr, &chunk, &off), RANGE,
		 "object %d at 0x%llx lies in no chunk", object, addr);
	MM_CHECK(IS_ALIGNED(off, max(r->p->object[object].align, 4ULL)), ALIGNMENT,
		 "object %d at offset %u: not a multiple of %llu", object, off,
		 r->p->object[object].align);
	mark_live(r, chunk, off, r->p->object[object].size, object);
	r->addr[object] = addr;
	r->at[object].chunk = chunk;
	r->at[object].off = off;
}

/* Allocate an object at a place of the recording, in a new chunk if we do not have that one yet. */
static u64 place_at(struct replay *r, u32 chunk, u32 off, u32 size)
{
	u64 addr;

	if (r->chunk[chunk] != NO_CHUNK)
		return r->percpu.be->alloc_at(r->percpu.ctx, r->chunk[chunk], off, size);
	addr = r->percpu.be->alloc_at(r->percpu.ctx, r->next, off, size);
	if (addr)
		r->chunk[chunk] = r->next++;
	return addr;
}

static u32 recorded_chunk(const struct replay *r, u32 chunk)
{
	for (u32 i = 0; i < r->p->nr_chunks; i++)
		if (r->chunk[i] == chunk)
			return i;
	return UINT32_MAX;
}

/* Find an event among the last few that freed an object at our place. */
static s32 find_recent_free(const struct replay *r, u32 event, u32 chunk, u64 start, u64 size)
{
	u32 seen = 0;

	for (s32 i = (s32)event - 1; i >= 0 && seen < LATE_EVENTS; i--, seen++) {
		const struct pair_object *was;

		if (r->p->of_event[i] == PAIR_NONE)
			continue;
		was = &r->p->object[r->p->of_event[i]];
		if (was->free == i && was->chunk == chunk && was->start < start + size &&
		    start < was->start + was->size)
			return i;
	}
	return PAIR_NONE;
}

static void note_miss(struct replay *r, u32 event, u32 chunk, u32 off)
{
	const struct pair_object *o = &r->p->object[r->p->of_event[event]];
	u32 rec = recorded_chunk(r, chunk);
	enum fidelity_reason why = FIDELITY_OURS;
	s32 hole = PAIR_NONE;

	if (rec == o->chunk && off < o->start) {
		why = FIDELITY_KERNEL;
		hole = find_recent_free(r, event, rec, off, o->size);
		if (hole != PAIR_NONE)
			why = FIDELITY_LATE;
	}
	if (rec != o->chunk)
		why = FIDELITY_CHUNK;
	if (r->p->missing[event] != PAIR_NONE)
		why = FIDELITY_MISSING;
	fidelity_note(r->f, event, why, rec, off, hole);
}

/* Is our place the kernel's? A chunk that is new to both sides is the same chunk. */
static bool same_place(struct replay *r, const struct pair_object *o, u32 chunk, u32 off)
{
	if (off != o->start)
		return false;
	if (r->chunk[o->chunk] == NO_CHUNK && recorded_chunk(r, chunk) == UINT32_MAX)
		r->chunk[o->chunk] = chunk;
	return r->chunk[o->chunk] == chunk;
}

static void place_as_kernel(struct replay *r, u32 event, s32 object)
{
	const struct pair_object *o = &r->p->object[object];
	u64 addr = place_at(r, o->chunk, o->start, o->size);

	if (!addr) {
		fidelity_note(r->f, event, FIDELITY_CONFLICT, o->chunk, o->start, PAIR_NONE);
		return;
	}
	track_object(r, object, addr);
	fill(r, object);
}

static void note_divergence(struct replay *r, u32 event)
{
	if (r->f->diverge == PAIR_NONE)
		r->f->diverge = event;
	r->f->drift++;
}

static void on_alloc(struct replay *r, u32 event, s32 object)
{
	const struct trace_event *e = &r->p->trace->event[event];
	const struct pair_object *o = &r->p->object[object];
	u64 addr;
	u32 chunk, off;

	for (s32 m = r->p->missing[event]; m != PAIR_NONE; m = r->p->object[m].next)
		free_object(r, m);
	if (e->reserved && r->resync) {
		r->f->reserved++;
		place_as_kernel(r, event, object);
		return;
	}
	addr = r->percpu.be->alloc(r->percpu.ctx, (u32)e->size, (u32)min(e->align, (u64)PAGE_SIZE),
				   GFP_KERNEL);
	r->f->compared += r->resync;
	if (addr) {
		track_object(r, object, addr);
		check_zero(r, addr, object);
		chunk = r->at[object].chunk;
		off = r->at[object].off;
		fill(r, object);
		if (same_place(r, o, chunk, off))
			return;
	}
	if (!r->resync) {
		note_divergence(r, event);
		return;
	}
	if (addr) {
		note_miss(r, event, chunk, off);
		free_object(r, object);
	} else {
		fidelity_note(r->f, event, FIDELITY_REFUSED, UINT32_MAX, 0, PAIR_NONE);
	}
	place_as_kernel(r, event, object);
}

static void replay_events(struct replay *r)
{
	for (u32 i = 0, n = 0; i < r->p->trace->nr; i++) {
		s32 object = r->p->of_event[i];

		if (object == PAIR_NONE)
			continue;
		task_set_op(i);
		if (r->p->trace->event[i].kind == TRACE_PERCPU_ALLOC)
			on_alloc(r, i, object);
		else
			free_object(r, object);
		task_set_op(-1);
		cond_resched(); /* let deferred work run */
		if (++n % VERIFY_EVERY == 0)
			r->percpu.be->verify(r->percpu.ctx, true);
	}
}

/* Recreate the state before the recording chunk by chunk, to create the chunks in order. */
static void recreate_state(struct replay *r)
{
	const struct pairing *p = r->p;
	u32 t = 0, b = 0;

	for (u32 c = 0; c < p->nr_chunks; c++) {
		for (; t < p->nr_taken && p->taken[t].chunk == c; t++) {
			const struct pair_range *g = &p->taken[t];

			r->held[t] = place_at(r, c, g->start, g->end - g->start);
			MM_CHECK(r->held[t], SPURIOUS, "chunk %u offset %llu: empty, and refused",
				 c, g->start);
			mark_live(r, r->chunk[c], g->start, g->end - g->start, -1);
		}
		for (; b < p->before && p->object[p->early[b]].chunk == c; b++) {
			s32 o = p->early[b];
			u64 addr = place_at(r, c, p->object[o].start, p->object[o].size);

			MM_CHECK(addr, SPURIOUS, "chunk %u offset %llu: empty, and refused", c,
				 p->object[o].start);
			track_object(r, o, addr);
			fill(r, o);
		}
	}
}

static void boot_machine(struct replay *r)
{
	u64 chunk = (u64)r->unit * r->cpus, chunks = r->p->nr_chunks + 4;
	struct machine_config mc = {
		.kva_start = MACHINE_KVA_START,
		.kva_size = 2 * chunks * chunk + (64 << 20),
	};
	const struct vmap_params vp = {.start = mc.kva_start, .size = mc.kva_size};
	const struct percpu_params pp = {
		.unit_size = r->unit, .atom_size = PAGE_SIZE, .empty_low = 2, .empty_high = 4};
	int err;

	topology_init(&mc.topology, r->cpus, 1, chunks * (chunk >> PAGE_SHIFT) + 4096);
	err = machine_boot(r->machine, &mc);
	if (!err)
		err = r->vmap.be->create(&r->vmap, r->machine, &vp);
	if (!err)
		err = r->percpu.be->create(&r->percpu, r->machine, &pp);
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
	for (u32 i = 0; i < r->p->nr_taken; i++)
		r->percpu.be->free(r->percpu.ctx, r->held[i]);
	r->percpu.be->verify(r->percpu.ctx, true);
	r->percpu.be->destroy(r->percpu.ctx);
	r->vmap.be->destroy(r->vmap.ctx);
	machine_check_leaks(r->machine);
}

static int replay(struct fidelity *f, bool resync)
{
	const struct pairing *p = f->pairing;
	struct replay r = {
		.f = f,
		.p = p,
		.resync = resync,
		.unit = unit_size(p),
		.cpus = fidelity_cpus(p),
		.vmap.be = ours_vmap[0],
		.percpu = {.be = ours_percpu[0], .on = &r.vmap},
	};
	int err = -ENOMEM;

	r.addr = calloc(p->nr + 1, sizeof(*r.addr));
	r.at = calloc(p->nr + 1, sizeof(*r.at));
	r.held = calloc(p->nr_taken + 1, sizeof(*r.held));
	r.chunk = malloc((p->nr_chunks + 1) * sizeof(*r.chunk));
	r.vmap.ctx = malloc(r.vmap.be->ctx_size);
	r.percpu.ctx = malloc(r.percpu.be->ctx_size);
	firstfit_init(&r.live, r.unit);
	if (r.addr && r.at && r.held && r.chunk && r.vmap.ctx && r.percpu.ctx) {
		for (u32 i = 0; i < p->nr_chunks; i++)
			r.chunk[i] = NO_CHUNK;
		err = fidelity_replay(f, &r.machine, replay_body, &r);
	}
	free(r.addr);
	free(r.at);
	free(r.held);
	free(r.chunk);
	free(r.vmap.ctx);
	free(r.percpu.ctx);
	firstfit_fini(&r.live);
	return err;
}

/* The same replay with plain first fit. */
static int replay_first_fit(struct fidelity *f)
{
	const struct pairing *p = f->pairing;
	struct firstfit ff;
	int err = 0;

	firstfit_init(&ff, unit_size(p));
	for (u32 i = 0; i < p->nr_taken && !err; i++)
		err = firstfit_mark(&ff, p->taken[i].chunk, p->taken[i].start,
				    p->taken[i].end - p->taken[i].start, true);
	for (u32 i = 0; i < p->before && !err; i++) {
		const struct pair_object *o = &p->object[p->early[i]];

		err = firstfit_mark(&ff, o->chunk, o->start, o->size, true);
	}
	for (u32 i = 0; i < p->trace->nr && !err; i++) {
		const struct pair_object *o;
		u32 chunk, start;

		if (p->of_event[i] == PAIR_NONE)
			continue;
		o = &p->object[p->of_event[i]];
		if (o->alloc != (s32)i) {
			err = firstfit_mark(&ff, o->chunk, o->start, o->size, false);
			continue;
		}
		for (s32 m = p->missing[i]; m != PAIR_NONE && !err; m = p->object[m].next)
			err = firstfit_mark(&ff, p->object[m].chunk, p->object[m].start,
					    p->object[m].size, false);
		firstfit_find(&ff, o->size, o->align, &chunk, &start);
		if (!p->trace->event[i].reserved)
			f->first_fit += chunk != o->chunk || start != o->start;
		if (!err)
			err = firstfit_mark(&ff, o->chunk, o->start, o->size, true);
	}
	firstfit_fini(&ff);
	return err;
}

int fidelity_percpu(struct fidelity *f, const struct pairing *p)
{
	int err;

	*f = (struct fidelity){.pairing = p, .diverge = PAIR_NONE};
	f->too_wide = !unit_size(p);
	if (!p->nr || f->too_wide)
		return 0;
	f->miss = malloc((2 * (size_t)p->nr + 1) * sizeof(*f->miss));
	if (!f->miss)
		return -ENOMEM;
	err = replay_first_fit(f);
	if (!err)
		err = replay(f, true);
	if (!err && f->report.oracle == ORACLE_NONE)
		err = replay(f, false);
	return err;
}

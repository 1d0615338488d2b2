/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ops_percpu.c - the operations of the per-CPU allocator, and what is expected of each.
 *
 * An object's pattern is another on every CPU: a copy that is written through the wrong
 * CPU's address is noticed.
 */
#include "access.h"
#include "machine/pgtable.h"
#include "ops.h"

static u64 pattern_seed(const struct world *w, const struct object *o, unsigned int cpu)
{
	return (u64)(o - w->object) << 8 | cpu;
}

static void fill(struct world *w, struct object *o, bool whole)
{
	unsigned int cpu;

	for_each_possible_cpu (cpu, machine_topology(w->machine))
		access_fill(w->machine, per_cpu_ptr(w->pcpu, o->addr, cpu), o->size,
			    pattern_seed(w, o, cpu), whole);
}

static void check(struct world *w, struct object *o, bool whole)
{
	unsigned int cpu;

	for_each_possible_cpu (cpu, machine_topology(w->machine))
		access_check(w->machine, per_cpu_ptr(w->pcpu, o->addr, cpu), o->size,
			     pattern_seed(w, o, cpu), whole);
}

static void check_zero(struct world *w, struct object *o)
{
	unsigned int cpu;

	for_each_possible_cpu (cpu, machine_topology(w->machine))
		access_check_zero(w->machine, per_cpu_ptr(w->pcpu, o->addr, cpu), o->size,
				  pattern_seed(w, o, cpu));
}

static bool arguments_valid(const struct world *w, u64 size, u64 align)
{
	return size <= (u64)w->program->machine.unit << PAGE_SHIFT && align <= PAGE_SIZE;
}

static bool new_chunk_fits(struct world *w)
{
	const struct program_machine *pm = &w->program->machine;

	return nr_free_pages(w->machine) >= world_chunk_frames(w) &&
	       world_kva_fits(w, ((u64)pm->unit * pm->cpus) << PAGE_SHIFT, PAGE_SIZE);
}

/*
 * A refusal of a request that nothing disturbed must have a reason. Atomic requests are not
 * judged: they are served from populated pages only, and which pages are populated is the
 * allocator's own affair.
 */
static void judge_refusal(struct world *w, const struct op_call *c, u64 size, u64 align)
{
	if (!arguments_valid(w, size, align))
		return;
	MM_CHECK(!new_chunk_fits(w) || !call_undisturbed(w, c), SPURIOUS,
		 "alloc_percpu of %llu bytes, aligned to %llu: refused, and a new chunk fits",
		 (unsigned long long)size, (unsigned long long)align);
}

/*
 * A new chunk is made only if no chunk at hand can serve the request. What is allowed, by design:
 * - a hint understates a run that spans pages by up to a page;
 * - the search for an aligned start stops at a run that is long enough and not aligned, so only
 *   one that is longer by the alignment obliges the allocator;
 * - a chunk that could not serve a small request is set aside until something in it is freed, but
 *   not while it has room for MUST_SERVE bytes.
 */
#define MUST_SERVE 128

static void judge_new_chunk(struct world *w, const struct op_call *c, u64 chunks_before)
{
	struct object *o = c->object;
	u64 room = o->size + (o->align > PCPU_MIN_ALLOC_SIZE ? o->align : 0);
	struct pcpu_stats st;
	u32 chunk, off;

	pcpu_stats(w->pcpu, &st);
	if (likely(st.chunks <= chunks_before) || pcpu_place(w->pcpu, o->addr, &chunk, &off))
		return;
	MM_CHECK(!pcpu_fits(w->pcpu, chunk, max(room, (u64)MUST_SERVE), PCPU_MIN_ALLOC_SIZE,
			    PAGE_SIZE) ||
			 !call_undisturbed(w, c),
		 SPURIOUS,
		 "alloc_percpu of %llu bytes: chunk %u was made, and an older one has room",
		 (unsigned long long)o->size, chunk);
}

/* What the first chunk hides, its static data and what lies behind its last byte, is no object's.
 */
static void check_first_chunk(const struct world *w, const struct object *o)
{
	const struct program_machine *pm = &w->program->machine;
	u64 start = ALIGN((u64)pm->stat, PCPU_MIN_ALLOC_SIZE);
	u64 end = start + ALIGN((u64)pm->dyn, PCPU_MIN_ALLOC_SIZE);
	u32 chunk, off;

	if (!end || pcpu_place(w->pcpu, o->addr, &chunk, &off) || chunk)
		return;
	MM_CHECK(off >= start && off + o->size <= end, RANGE,
		 "object at %u of %llu bytes in the first chunk, which serves bytes %llu to %llu",
		 off, (unsigned long long)o->size, (unsigned long long)start,
		 (unsigned long long)end);
}

void op_alloc_percpu(struct world *w, const struct op_call *c)
{
	u64 size = c->op->arg[0], align = c->op->arg[1];
	gfp_t gfp = c->op->arg[2] ? GFP_ATOMIC : c->gfp;
	struct object *o = c->object;
	struct pcpu_stats st;
	pcpu_addr_t addr;

	pcpu_stats(w->pcpu, &st);
	addr = alloc_percpu_gfp(w->pcpu, size, align, gfp);
	if (!addr) {
		object_refused(w, c);
		if (gfpflags_allow_blocking(gfp))
			judge_refusal(w, c, size, align);
		return;
	}
	MM_CHECK(arguments_valid(w, size, align), RANGE,
		 "alloc_percpu of %llu bytes, aligned to %llu: served, and must be refused",
		 (unsigned long long)size, (unsigned long long)align);
	o->size = size;
	o->align = align;
	object_born(w, c, addr);
	check_first_chunk(w, o);
	judge_new_chunk(w, c, st.chunks);
	check_zero(w, o);
	fill(w, o, false);
}

void free_percpu_object(struct world *w, struct object *o)
{
	check(w, o, false);
	object_dies(w, o);
	free_percpu(w->pcpu, o->addr);
}

void op_free_percpu(struct world *w, const struct op_call *c)
{
	free_percpu_object(w, c->object);
}

void op_touch_percpu(struct world *w, const struct op_call *c)
{
	unsigned long flags = object_lock(c->object);

	check(w, c->object, false);
	if (c->op->arg[0]) {
		fill(w, c->object, true);
		check(w, c->object, true);
	}
	object_unlock(c->object, flags);
}

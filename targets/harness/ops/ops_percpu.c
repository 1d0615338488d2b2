/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ops_percpu.c - the operations of the per-CPU allocator, and their checks.
 *
 * An object's pattern differs from CPU to CPU, so a write through the wrong CPU's address is found.
 * In the target percpu_pair each operation runs on both allocators. If only one of them serves a
 * request, it gets the object back at once: so both hold the same objects, and must count the same.
 *
 * Frees of an address that is no object are refused for a reason, which is checked by its name.
 * "twice" can be expected only where there is one task: with another one the address may be an
 * object again. The chunk of a last object may be gone; then "no-chunk" is right as well.
 */
#include "access.h"
#include "oracle/layout_oracle.h"
#include "oracle/background.h"
#include "oracle/node_model.h"
#include "oracle/percpu_model.h"
#include "machine/pgtable.h"
#include "ops.h"
#include "world/percpu_world.h"
#include "world/topology_of.h"

static u64 pattern_seed(const struct world *w, const struct object *o, u32 k, unsigned int cpu)
{
	return o->id << 8 | k << 7 | cpu;
}

static u64 copy_addr(const struct world *w, const struct object *o, u32 k, unsigned int cpu)
{
	const struct percpu_instance *v = percpu_of(w, k);

	return v->be->ptr(v->ctx, percpu_object_addr(o, k), cpu);
}

static void fill(struct world *w, struct object *o, bool whole)
{
	unsigned int cpu;

	for_each_percpu (k, w)
		for_each_possible_cpu (cpu, machine_topology(w->machine))
			access_fill(w->machine, copy_addr(w, o, k, cpu), o->size,
				    pattern_seed(w, o, k, cpu), whole);
}

static void check(struct world *w, struct object *o, bool whole)
{
	unsigned int cpu;

	for_each_percpu (k, w)
		for_each_possible_cpu (cpu, machine_topology(w->machine))
			access_check(w->machine, copy_addr(w, o, k, cpu), o->size,
				     pattern_seed(w, o, k, cpu), whole);
}

static void check_zero(struct world *w, struct object *o)
{
	unsigned int cpu;

	for_each_percpu (k, w)
		for_each_possible_cpu (cpu, machine_topology(w->machine))
			access_check_zero(w->machine, copy_addr(w, o, k, cpu), o->size,
					  pattern_seed(w, o, k, cpu));
}

/* Each copy's first byte lies where to_phys() says, and in no static region. */
static void check_addresses(struct world *w, const struct object *o)
{
	unsigned int cpu;

	for_each_percpu (k, w) {
		const struct percpu_instance *v = percpu_of(w, k);

		for_each_possible_cpu (cpu, machine_topology(w->machine)) {
			u64 addr = copy_addr(w, o, k, cpu);

			percpu_check_phys(w, k, cpu, addr);
			MM_CHECK(!v->be->is_static(v->ctx, addr), RANGE,
				 "CPU %u's copy at 0x%llx is said to be a static one", cpu, addr);
		}
	}
}

/* A request, as the operation makes it. */
struct percpu_request {
	u64 size, align;
	gfp_t gfp;
	bool reserved;
};

/* Is an object of the reserved region in the reserved region? There may be none. */
static bool from_reserved(const struct percpu_instance *v, bool reserved)
{
	return reserved && (v->layout.reserved_size || !v->be->caps.reserved_anywhere);
}

static bool arguments_valid(const struct percpu_instance *v, const struct percpu_request *r)
{
	const u32 max_size = v->be->caps.max_size;

	return r->size <= v->layout.unit_size && (!max_size || r->size <= max_size) &&
	       r->align <= PAGE_SIZE;
}

/* A pair asks all of its allocators, and each has a limit. */
static bool valid_for_all(const struct world *w, const struct percpu_request *r)
{
	for_each_percpu (k, w)
		if (!arguments_valid(percpu_of(w, k), r))
			return false;
	return true;
}

/*
 * A free run that is longer than this by percpu_caps.slack must serve the request. The search for
 * an aligned start stops at a run that is long enough and not aligned, so only one that is longer
 * by the alignment obliges the allocator.
 */
static u32 room_of(const struct percpu_caps *caps, const struct percpu_request *r)
{
	return (u32)(r->size + (r->align > caps->min_size ? r->align : 0));
}

static bool fits(const struct percpu_instance *v, u32 below, u32 room)
{
	return v->be->fits &&
	       v->be->fits(v->ctx, below, room, v->be->caps.min_size, v->be->caps.slack);
}

static bool reserved_fits(const struct percpu_instance *v, u32 room)
{
	return v->be->reserved_fits &&
	       v->be->reserved_fits(v->ctx, room, v->be->caps.min_size, v->be->caps.slack);
}

/*
 * The second refusal of an atomic request, after background work. Such requests are served from
 * populated pages, and not from a chunk that was set aside.
 */
static void judge_drained(struct world *w, const struct op_call *c, const struct percpu_instance *v,
			  const struct percpu_request *r)
{
	const struct percpu_caps *caps = &v->be->caps;
	const u32 room = max(room_of(caps, r), caps->set_aside);

	MM_CHECK(!v->be->populated_fits ||
			 !v->be->populated_fits(v->ctx, room, caps->min_size, caps->slack) ||
			 !op_ran_alone(w, c),
		 SPURIOUS,
		 "alloc_percpu of %llu bytes, aligned to %llu: refused again after background "
		 "work, and populated pages have room",
		 r->size, r->align);
}

/*
 * A refusal of a request that ran alone must have a reason. Atomic requests are judged only after
 * all background work: they are served from populated pages, and the allocator decides which pages
 * are populated.
 */
static void judge_refusal(struct world *w, const struct op_call *c, u32 k,
			  const struct percpu_request *r)
{
	const struct percpu_instance *v = percpu_of(w, k);

	if (!v->be->caps.complete || !arguments_valid(v, r) || !c->alone)
		return;
	if (!gfpflags_allow_blocking(r->gfp)) {
		if (c->drained)
			judge_drained(w, c, v, r);
		return;
	}
	if (from_reserved(v, r->reserved))
		MM_CHECK(!reserved_fits(v, room_of(&v->be->caps, r)) || !op_ran_alone(w, c),
			 SPURIOUS,
			 "alloc_reserved_percpu of %llu bytes, aligned to %llu: refused, and there "
			 "is room",
			 r->size, r->align);
	else
		MM_CHECK(!percpu_new_chunk_fits(w, k) || !op_ran_alone(w, c), SPURIOUS,
			 "alloc_percpu of %llu bytes, aligned to %llu: refused, and a new chunk "
			 "fits",
			 r->size, r->align);
}

/*
 * The pages of a new chunk are near to the CPUs that use them, if the nodes had enough before: for
 * all of the chunk, and its tables. @free: frames that the machine had free then.
 */
static void judge_nodes(struct world *w, const struct op_call *c, u32 k, u64 free)
{
	const struct percpu_instance *v = percpu_of(w, k);
	const struct topology *t = machine_topology(w->machine);
	const u64 pages = (u64)v->layout.nr_units * (v->layout.unit_size >> PAGE_SHIFT);
	const u64 need = pages + pages / 512 + 6 * (u64)v->layout.nr_groups;
	unsigned int cpu;

	if (t->nr_nodes == 1 || !v->be->caps.local_pages || w->program->machine.km || !c->alone)
		return;
	for_each_possible_cpu (cpu, t) {
		const u64 addr = copy_addr(w, c->object, k, cpu);
		const struct page *page = vmalloc_to_page(w->machine, addr);
		const unsigned int nid = cpu_to_node(t, cpu);

		MM_CHECK(page->nid == nid || node_surely_free(w, (int)nid, free) < need ||
				 !op_ran_alone(w, c),
			 RANGE,
			 "the copy at 0x%llx of CPU %u, of node %u, is on node %u: node %u had "
			 "%llu free frames",
			 addr, cpu, nid, page->nid, nid, node_surely_free(w, (int)nid, free));
	}
}

/*
 * A new chunk is made only if no chunk at hand can serve the request. One that could not serve a
 * small request is set aside until something in it is freed, but not while it has room for
 * percpu_caps.set_aside bytes.
 */
static void judge_new_chunk(struct world *w, const struct op_call *c, u32 k,
			    const struct percpu_request *r, u64 chunks_before, u64 free)
{
	const struct percpu_instance *v = percpu_of(w, k);
	struct percpu_account a;
	u32 chunk, off;

	v->be->account(v->ctx, &a);
	if (likely(a.chunks <= chunks_before) || !v->be->place ||
	    v->be->place(v->ctx, percpu_object_addr(c->object, k), &chunk, &off))
		return;
	MM_CHECK(!fits(v, chunk, max(room_of(&v->be->caps, r), v->be->caps.set_aside)) ||
			 !op_ran_alone(w, c),
		 SPURIOUS,
		 "alloc_percpu of %llu bytes: chunk %u was made, and an older one has room",
		 r->size, chunk);
	/* Background work may have made a chunk, and an older one, as the first, served. */
	if (chunk >= chunks_before)
		judge_nodes(w, c, k, free);
}

/*
 * Hints say which chunk can serve, alignment included. So one chunk is searched, however many there
 * are: each of its blocks is asked once, and words are read in one block and at the object's place.
 * (An atomic request may find that the wrong pages are populated, and search further.)
 */
static void judge_work(struct world *w, const struct op_call *c, u32 k,
		       const struct percpu_request *r, u64 scanned_before)
{
	const struct percpu_instance *v = percpu_of(w, k);
	const u64 words = (r->size + PAGE_SIZE) / (v->be->caps.min_size * 64) + 2;
	const u64 bound = (v->layout.unit_size >> PAGE_SHIFT) + words;
	struct percpu_account a;

	if (!v->be->caps.counts_work || !gfpflags_allow_blocking(r->gfp) || !c->alone)
		return;
	v->be->account(v->ctx, &a);
	MM_CHECK(a.scanned - scanned_before <= bound || !op_ran_alone(w, c), WORK,
		 "alloc_percpu of %llu bytes, aligned to %llu: searched %llu blocks and words "
		 "in %llu chunks, expected at most %llu",
		 r->size, r->align, (a.scanned - scanned_before), a.chunks, bound);
}

/* An object in the first chunk lies in its region. Reserved objects lie in no other chunk. */
static void check_region(const struct percpu_instance *v, const struct object *o, u32 k)
{
	const struct percpu_layout *l = &v->layout;
	const bool reserved = from_reserved(v, o->reserved);
	u64 start = l->static_size + (reserved ? 0 : l->reserved_size);
	u64 end = start + (reserved ? l->reserved_size : l->dyn_size);
	u64 off = percpu_object_addr(o, k) - v->base;
	/* The pages of a unit after the regions may belong to another chunk. */
	u64 used = ALIGN((u64)l->static_size + l->reserved_size + l->dyn_size, PAGE_SIZE);
	bool first = v->base && off < used;

	MM_CHECK(first ? off >= start && off + o->size <= end : !reserved, RANGE,
		 "%s object of %llu bytes at offset 0x%llx of the first chunk, whose region is "
		 "0x%llx to 0x%llx",
		 reserved ? "reserved" : "dynamic", o->size, off, start, end);
}

static u64 ask(const struct percpu_instance *v, const struct percpu_request *r)
{
	return r->reserved ? v->be->alloc_reserved(v->ctx, (u32)r->size, (u32)r->align)
			   : v->be->alloc(v->ctx, (u32)r->size, (u32)r->align, r->gfp);
}

static enum percpu_freed free_in(const struct world *w, u32 k, u64 addr)
{
	return percpu_of(w, k)->be->free(percpu_of(w, k)->ctx, addr);
}

/* Give a live object back. */
static void give_back(struct world *w, u32 k, u64 addr)
{
	enum percpu_freed how = free_in(w, k, addr);

	MM_CHECK(how == PERCPU_FREED, RANGE, "free of the live object at 0x%llx: %s", addr,
		 percpu_freed_name(how));
}

/*
 * Ask each allocator. Return: true if all of them served. If not, none holds the object: memory may
 * suffice for one of two.
 */
static bool ask_all(struct world *w, const struct op_call *c, const struct percpu_request *r,
		    u64 addr[WORLD_PERCPU])
{
	bool all = true;

	for_each_percpu (k, w) {
		addr[k] = ask(percpu_of(w, k), r);
		if (!addr[k]) {
			judge_refusal(w, c, k, r);
			all = false;
			continue;
		}
		MM_CHECK(arguments_valid(percpu_of(w, k), r), RANGE,
			 "alloc_percpu of %llu bytes, aligned to %llu: served, and must be refused",
			 r->size, r->align);
	}
	for (u32 k = 0; k < w->nr_percpu && !all; k++)
		if (addr[k])
			give_back(w, k, addr[k]);
	return all;
}

static void alloc_object(struct world *w, const struct op_call *c, const struct percpu_request *r)
{
	struct percpu_account before[WORLD_PERCPU] = {0};
	u64 addr[WORLD_PERCPU] = {0};
	const u64 free = nr_free_pages(w->machine);
	struct object *o = c->object;

	/* Numbers are judged only for an operation that runs alone. */
	for (u32 k = 0; k < w->nr_percpu && !run_at_once(w->run); k++)
		percpu_of(w, k)->be->account(percpu_of(w, k)->ctx, &before[k]);
	if (!r->reserved && valid_for_all(w, r))
		background_note_request(w);
	if (!ask_all(w, c, r, addr)) {
		object_refused(w, c);
		return;
	}
	o->size = r->size;
	o->align = r->align;
	o->reserved = r->reserved;
	object_track_in(w, c, addr, w->nr_percpu);
	for_each_percpu (k, w) {
		check_region(percpu_of(w, k), o, k);
		if (run_at_once(w->run))
			continue;
		if (!r->reserved)
			judge_new_chunk(w, c, k, r, before[k].chunks, free);
		judge_work(w, c, k, r, before[k].scanned);
	}
	check_zero(w, o);
	fill(w, o, false);
}

void op_alloc_percpu(struct world *w, const struct op_call *c)
{
	const struct percpu_request r = {.size = c->op->arg[0],
					 .align = c->op->arg[1],
					 .gfp = c->op->arg[2] ? GFP_ATOMIC : c->gfp};

	alloc_object(w, c, &r);
}

void op_alloc_reserved_percpu(struct world *w, const struct op_call *c)
{
	const struct percpu_request r = {
		.size = c->op->arg[0], .align = c->op->arg[1], .gfp = c->gfp, .reserved = true};

	alloc_object(w, c, &r);
}

void free_percpu_object(struct world *w, struct object *o)
{
	check(w, o, false);
	object_untrack(w, o);
	for_each_percpu (k, w)
		give_back(w, k, percpu_object_addr(o, k));
}

static void expect_bad_free(struct world *w, u32 k, u64 addr, enum percpu_freed expected)
{
	enum percpu_freed why = free_in(w, k, addr);

	/* The chunk of an object that was the last in it may be gone by now. */
	MM_CHECK(why == expected || (expected == PERCPU_TWICE && why == PERCPU_NO_CHUNK), RANGE,
		 "free of 0x%llx: found %s, expected %s", addr, percpu_freed_name(why),
		 percpu_freed_name(expected));
}

void op_free_percpu(struct world *w, const struct op_call *c)
{
	struct object *o = c->object;

	free_percpu_object(w, o);
	/* If there is another task, it may have got the address by now. */
	if (!c->op->arg[0] || w->program->nr_tasks > 1)
		return;
	for_each_percpu (k, w)
		expect_bad_free(w, k, percpu_object_addr(o, k), PERCPU_TWICE);
}

/* A wrong address for a free, by the operation's "how" and "at". */
static u64 bad_address(struct world *w, const struct op_call *c, u32 k, enum percpu_freed *why)
{
	const struct percpu_instance *v = percpu_of(w, k);
	const struct topology *t = machine_topology(w->machine);
	const u32 how = c->op->arg[0], at = c->op->arg[1];
	const struct object *o = c->object;
	u64 addr = percpu_object_addr(o, k);
	unsigned int cpu = possible_cpu(w->possible, at % t->nr_cpu_ids);

	*why = PERCPU_NO_CHUNK;
	if (how == 1 && copy_addr(w, o, k, cpu) != addr)
		return copy_addr(w, o, k, cpu);
	if (how == 2)
		return machine_config(w->machine)->kva_start - PAGE_SIZE + at % PAGE_SIZE;
	if (how == 3 && v->base && v->layout.static_size) {
		*why = PERCPU_OUTSIDE;
		return v->base + at % v->layout.static_size;
	}
	*why = PERCPU_MIDDLE;
	return addr + 1 + at % (ALIGN(o->size, v->be->caps.min_size) - 1);
}

void op_misfree_percpu(struct world *w, const struct op_call *c)
{
	for_each_percpu (k, w) {
		enum percpu_freed why;
		u64 addr = bad_address(w, c, k, &why);

		expect_bad_free(w, k, addr, why);
	}
}

void op_touch_percpu(struct world *w, const struct op_call *c)
{
	unsigned long flags = object_lock(c->object);

	check(w, c->object, false);
	if (c->op->arg[0]) {
		check_addresses(w, c->object);
		fill(w, c->object, true);
		check(w, c->object, true);
	}
	object_unlock(c->object, flags);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ops_percpu.c - the operations of the per-CPU allocator, and what is expected of each.
 *
 * An object's pattern is another on every CPU: a copy that is written through the wrong
 * CPU's address is noticed. In the target percpu_pair each operation is carried out on both
 * allocators, and an object that only one of them could serve is given back to it at once: so
 * they hold the same objects, and must give the same account of them.
 */
#include "access.h"
#include "oracle/layout_oracle.h"
#include "machine/pgtable.h"
#include "ops.h"
#include "percpu/layout.h"
#include "world/percpu_world.h"
#include "world/topology_of.h"

static u64 pattern_seed(const struct world *w, const struct object *o, u32 k, unsigned int cpu)
{
	return (u64)object_record(w, o) << 8 | k << 7 | cpu;
}

static u64 copy_addr(const struct world *w, const struct object *o, u32 k, unsigned int cpu)
{
	return per_cpu_ptr(w->pcpu[k], percpu_object_addr(o, k), cpu);
}

static void fill(struct world *w, struct object *o, bool whole)
{
	unsigned int cpu;

	for_each_pcpu (k, w)
		for_each_possible_cpu (cpu, machine_topology(w->machine))
			access_fill(w->machine, copy_addr(w, o, k, cpu), o->size,
				    pattern_seed(w, o, k, cpu), whole);
}

static void check(struct world *w, struct object *o, bool whole)
{
	unsigned int cpu;

	for_each_pcpu (k, w)
		for_each_possible_cpu (cpu, machine_topology(w->machine))
			access_check(w->machine, copy_addr(w, o, k, cpu), o->size,
				     pattern_seed(w, o, k, cpu), whole);
}

static void check_zero(struct world *w, struct object *o)
{
	unsigned int cpu;

	for_each_pcpu (k, w)
		for_each_possible_cpu (cpu, machine_topology(w->machine))
			access_check_zero(w->machine, copy_addr(w, o, k, cpu), o->size,
					  pattern_seed(w, o, k, cpu));
}

/* Each copy's first byte lies where per_cpu_ptr_to_phys() says, and is no static one. */
static void check_addresses(struct world *w, const struct object *o)
{
	unsigned int cpu;

	for_each_pcpu (k, w) {
		for_each_possible_cpu (cpu, machine_topology(w->machine)) {
			u64 addr = copy_addr(w, o, k, cpu);

			percpu_check_phys(w, k, cpu, addr);
			MM_CHECK(!is_percpu_address(w->pcpu[k], addr), RANGE,
				 "CPU %u's copy at 0x%llx is said to be a static one", cpu, addr);
		}
	}
}

/* What is asked for. */
struct percpu_request {
	u64 size, align;
	gfp_t gfp;
	bool reserved;
};

static bool arguments_valid(const struct world *w, u32 k, const struct percpu_request *r)
{
	return r->size <= pcpu_alloc_info(w->pcpu[k])->unit_size && r->align <= PAGE_SIZE;
}

/*
 * A request that is shorter than a free run by this much, and by its alignment, must be served.
 * What is allowed, by design:
 * - a hint understates a run that spans pages by up to a page;
 * - the search for an aligned start stops at a run that is long enough and not aligned, so only
 *   one that is longer by the alignment obliges the allocator.
 */
#define SLACK PAGE_SIZE

static u64 room_of(const struct percpu_request *r)
{
	return r->size + (r->align > PCPU_MIN_ALLOC_SIZE ? r->align : 0);
}

/*
 * A refusal of a request that nothing disturbed must have a reason. Atomic requests are not
 * judged: they are served from populated pages only, and which pages are populated is the
 * allocator's own affair.
 */
static void judge_refusal(struct world *w, const struct op_call *c, u32 k,
			  const struct percpu_request *r)
{
	if (!arguments_valid(w, k, r) || !gfpflags_allow_blocking(r->gfp) || !c->alone)
		return;
	if (r->reserved)
		MM_CHECK(!pcpu_reserved_fits(w->pcpu[k], room_of(r), PCPU_MIN_ALLOC_SIZE, SLACK) ||
				 !op_ran_alone(w, c),
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
 * A new chunk is made only if no chunk at hand can serve the request. One that could not serve a
 * small request is set aside until something in it is freed, but not while it has room for
 * MUST_SERVE bytes.
 */
#define MUST_SERVE 128

static void judge_new_chunk(struct world *w, const struct op_call *c, u32 k,
			    const struct percpu_request *r, u64 chunks_before)
{
	struct pcpu_stats st;
	u32 chunk, off;

	pcpu_stats(w->pcpu[k], &st);
	if (likely(st.chunks <= chunks_before) ||
	    pcpu_place(w->pcpu[k], percpu_object_addr(c->object, k), &chunk, &off))
		return;
	MM_CHECK(!pcpu_fits(w->pcpu[k], chunk, max(room_of(r), (u64)MUST_SERVE),
			    PCPU_MIN_ALLOC_SIZE, SLACK) ||
			 !op_ran_alone(w, c),
		 SPURIOUS,
		 "alloc_percpu of %llu bytes: chunk %u was made, and an older one has room",
		 r->size, chunk);
}

/*
 * Hints tell which chunk can serve, alignment included, so only one is searched, however many there
 * are: each of its blocks is asked once, and words are read in one block and where the object comes
 * to lie. (An atomic request may find the wrong pages populated, and go on.)
 */
static void judge_work(struct world *w, const struct op_call *c, u32 k,
		       const struct percpu_request *r, u64 scanned_before)
{
	const struct pcpu_alloc_info *ai = pcpu_alloc_info(w->pcpu[k]);
	const u64 words = (r->size + PAGE_SIZE) / (PCPU_MIN_ALLOC_SIZE * 64) + 2;
	const u64 bound = (ai->unit_size >> PAGE_SHIFT) + words;
	struct pcpu_stats st;

	if (!percpu_has_hints(w, k) || !gfpflags_allow_blocking(r->gfp) || !c->alone)
		return;
	pcpu_stats(w->pcpu[k], &st);
	MM_CHECK(
		st.scanned - scanned_before <= bound || !op_ran_alone(w, c), WORK,
		"alloc_percpu of %llu bytes, aligned to %llu: %llu blocks and words were looked at "
		"in %llu chunks, where %llu suffice",
		r->size, r->align, (st.scanned - scanned_before), st.chunks, bound);
}

/* Objects in the first chunk lie in the region that they were asked from, the others elsewhere. */
static void check_region(const struct world *w, const struct object *o, u32 k)
{
	const struct pcpu_alloc_info *ai = pcpu_alloc_info(w->pcpu[k]);
	u64 start = ai->static_size + (o->reserved ? 0 : ai->reserved_size);
	u64 end = start + (o->reserved ? ai->reserved_size : ai->dyn_size);
	u64 off = percpu_object_addr(o, k) - pcpu_base_addr(w->pcpu[k]);
	/* Of its units it has the pages of its regions: what is behind them may be another chunk's.
	 */
	u64 used = ALIGN((u64)ai->static_size + ai->reserved_size + ai->dyn_size, PAGE_SIZE);
	bool first = pcpu_base_addr(w->pcpu[k]) && off < used;

	MM_CHECK(first ? off >= start && off + o->size <= end : !o->reserved, RANGE,
		 "%s object of %llu bytes at offset 0x%llx of the first chunk, whose region is "
		 "0x%llx to 0x%llx",
		 o->reserved ? "reserved" : "dynamic", o->size, off, start, end);
}

static pcpu_addr_t ask(struct pcpu *pc, const struct percpu_request *r)
{
	return r->reserved ? alloc_reserved_percpu(pc, r->size, r->align)
			   : alloc_percpu_gfp(pc, r->size, r->align, r->gfp);
}

/* Free, and say what the allocator had against it: NR_PCPU_BAD_FREE if nothing. */
static enum pcpu_bad_free free_in(struct world *w, u32 k, u64 addr)
{
	free_percpu(w->pcpu[k], addr);
	if (w->bad_free.addr != addr || w->bad_free.ticket != task_ticket())
		return NR_PCPU_BAD_FREE;
	w->bad_free.addr = 0;
	return w->bad_free.why;
}

/* Give a live object back. */
static void give_back(struct world *w, u32 k, u64 addr)
{
	enum pcpu_bad_free why = free_in(w, k, addr);

	MM_CHECK(why == NR_PCPU_BAD_FREE, RANGE, "free of the live object at 0x%llx: %s", addr,
		 pcpu_bad_free_name(why));
}

/*
 * Ask each allocator. Return: true if all of them served. If not, none holds the object: it may
 * be that memory sufficed for one of two.
 */
static bool ask_all(struct world *w, const struct op_call *c, const struct percpu_request *r,
		    pcpu_addr_t addr[WORLD_PCPU])
{
	bool all = true;

	for_each_pcpu (k, w) {
		addr[k] = ask(w->pcpu[k], r);
		if (!addr[k]) {
			judge_refusal(w, c, k, r);
			all = false;
			continue;
		}
		MM_CHECK(arguments_valid(w, k, r), RANGE,
			 "alloc_percpu of %llu bytes, aligned to %llu: served, and must be refused",
			 r->size, r->align);
	}
	for (u32 k = 0; k < w->nr_pcpu && !all; k++)
		if (addr[k])
			give_back(w, k, addr[k]);
	return all;
}

static void alloc_object(struct world *w, const struct op_call *c, const struct percpu_request *r)
{
	struct pcpu_stats before[WORLD_PCPU] = {0};
	pcpu_addr_t addr[WORLD_PCPU] = {0};
	struct object *o = c->object;

	for_each_pcpu (k, w)
		pcpu_stats(w->pcpu[k], &before[k]);
	if (!ask_all(w, c, r, addr)) {
		object_refused(w, c);
		return;
	}
	o->size = r->size;
	o->align = r->align;
	o->reserved = r->reserved;
	object_track_in(w, c, addr, w->nr_pcpu);
	for_each_pcpu (k, w) {
		check_region(w, o, k);
		if (!r->reserved)
			judge_new_chunk(w, c, k, r, before[k].chunks);
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
	for_each_pcpu (k, w)
		give_back(w, k, percpu_object_addr(o, k));
}

static const char *bad_free_name(enum pcpu_bad_free why)
{
	return why == NR_PCPU_BAD_FREE ? "freed" : pcpu_bad_free_name(why);
}

static void expect_bad_free(struct world *w, u32 k, u64 addr, enum pcpu_bad_free expected)
{
	enum pcpu_bad_free why = free_in(w, k, addr);

	/* The chunk of an object that was the last in it may be gone by now. */
	MM_CHECK(why == expected || (expected == PCPU_FREE_TWICE && why == PCPU_FREE_NO_CHUNK),
		 RANGE, "free of 0x%llx: found %s, expected %s", addr, bad_free_name(why),
		 bad_free_name(expected));
}

void op_free_percpu(struct world *w, const struct op_call *c)
{
	struct object *o = c->object;

	free_percpu_object(w, o);
	/* With another task, the address may have been handed out to it by now. */
	if (!c->op->arg[0] || w->program->nr_tasks > 1)
		return;
	for_each_pcpu (k, w)
		expect_bad_free(w, k, percpu_object_addr(o, k), PCPU_FREE_TWICE);
}

/* An address in place of the object's, by the operation's "how" and "at". */
static u64 bad_address(struct world *w, const struct op_call *c, u32 k, enum pcpu_bad_free *why)
{
	const struct pcpu_alloc_info *ai = pcpu_alloc_info(w->pcpu[k]);
	const struct topology *t = machine_topology(w->machine);
	const u32 how = c->op->arg[0], at = c->op->arg[1];
	const struct object *o = c->object;
	u64 addr = percpu_object_addr(o, k);
	unsigned int cpu = possible_cpu(w->possible, at % t->nr_cpu_ids);

	*why = PCPU_FREE_NO_CHUNK;
	if (how == 1 && copy_addr(w, o, k, cpu) != addr)
		return copy_addr(w, o, k, cpu);
	if (how == 2)
		return machine_config(w->machine)->kva_start - PAGE_SIZE + at % PAGE_SIZE;
	if (how == 3 && pcpu_base_addr(w->pcpu[k]) && ai->static_size) {
		*why = PCPU_FREE_OUTSIDE;
		return pcpu_base_addr(w->pcpu[k]) + at % ai->static_size;
	}
	*why = PCPU_FREE_MIDDLE;
	return addr + 1 + at % (ALIGN(o->size, PCPU_MIN_ALLOC_SIZE) - 1);
}

void op_misfree_percpu(struct world *w, const struct op_call *c)
{
	for_each_pcpu (k, w) {
		enum pcpu_bad_free why;
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

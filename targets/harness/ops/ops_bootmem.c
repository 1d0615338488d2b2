/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ops_bootmem.c - the operations of boot memory, and their checks.
 *
 * In the target bootmem_pair each operation runs on both allocators. If only one of them serves a
 * request, it gets the memory back at once. They may choose different places, but must take the
 * same number of pages for a request that begins a page and is aligned to one. Any other request
 * may take one page more or less.
 *
 * The number `place` of a request gives its goal and limit. From the lowest bit on:
 *   2  no goal and no limit; a goal; a limit; both, an eighth of the memory between
 *   5  in thirty-seconds, how much of the memory is below
 *   3  bytes beside the start of a page there, as place_bytes[] has it
 * In alloc_bootmem_node the lowest 6 bits are the node, modulo the number of nodes.
 */
#include "ops_bootmem.h"

static const u16 place_bytes[] = {0, 1, 64, 100, 2048, 4000, 4095, 4160};

static void draw_place(const struct bootmem_model *m, u32 place, struct bootmem_request *r)
{
	const u64 all = m->pages << PAGE_SHIFT;
	u64 at = ((place >> 2 & 31) * m->pages / 32) << PAGE_SHIFT;
	u64 addr = bootmem_nth(m, at) + place_bytes[place >> 7];

	if (place & 1)
		r->goal = addr;
	if (place & 2)
		r->limit = place & 1 ? addr + r->size + all / 8 : addr;
}

static u64 ask(struct boot_mem *boot, const struct bootmem_request *r)
{
	switch (r->call) {
	case BOOTMEM_NODE:
		return boot_alloc_node(boot, r->nid, r->size, r->align, r->goal, r->limit);
	case BOOTMEM_CROSS:
		return boot_alloc_cross(boot, r->size, r->align, r->goal, r->limit);
	default:
		return boot_alloc(boot, r->size, r->align, r->goal, r->limit);
	}
}

const struct bootmem_calls bootmem_calls = {
	.alloc = ask,
	.reserve = boot_reserve,
	.free = boot_free,
};

static bool may_cross(const struct world *w, u32 k, const struct bootmem_request *r)
{
	return r->call == BOOTMEM_CROSS && bootmem_kind(w, k) == BOOT_ROOTMEM;
}

/* The node that must serve, or -1. */
static int must_serve(const struct world *w, u32 k, const struct bootmem_request *r)
{
	return r->call == BOOTMEM_NODE && bootmem_kind(w, k) == BOOT_ROOTMEM ? (int)r->nid : -1;
}

static bool fits(const struct world *w, u32 k, const struct bootmem_request *r, u64 goal, int nid)
{
	const struct bootmem_model *m = &bootmem_of(w)->model;

	return bootmem_fits(m, &m->map[k], r, goal, nid, may_cross(w, k, r));
}

/*
 * Does this request find the page that the previous one has used in part? bootmem remembers one
 * page for each node; which node it asks first is certain only if the request names it or there is
 * no other. rootmem remembers one page for each node that a request named, and one for all others.
 */
static bool same_page(const struct world *w, u32 k, const struct bootmem_request *r)
{
	const struct bootmem_end *end = &bootmem_of(w)->end[k];
	const struct bootmem_model *m = &bootmem_of(w)->model;

	if (bootmem_kind(w, k) == BOOT_ROOTMEM)
		return r->call == BOOTMEM_NODE
			       ? end->request.call == BOOTMEM_NODE && end->request.nid == r->nid
			       : end->request.call != BOOTMEM_NODE;
	return m->topo->nr_nodes == 1 ||
	       (r->call == BOOTMEM_NODE &&
		m->nid[((end->addr - 1) >> PAGE_SHIFT) - m->base] == r->nid);
}

/* The address at which the request continues the page that the previous one has used in part. */
static u64 packed_at(const struct world *w, u32 k, const struct bootmem_request *r)
{
	const struct bootmem_end *end = &bootmem_of(w)->end[k];
	const struct bootmem_model *m = &bootmem_of(w)->model;
	u64 start, behind, p;

	if (!end->known || IS_ALIGNED(end->addr, PAGE_SIZE) || !same_page(w, k, r))
		return BOOT_NONE;
	start = ALIGN(end->addr, r->align);
	behind = ALIGN(end->addr, PAGE_SIZE);
	if (start >= behind || start < r->goal || (r->limit && start + r->size > r->limit))
		return BOOT_NONE;
	for (p = (behind >> PAGE_SHIFT) - m->base; bootmem_addr(m, p) < start + r->size; p++)
		if (p >= m->span || m->map[k].state[p] != BOOTMEM_FREE ||
		    (m->nid[p] != m->nid[p - 1] && !may_cross(w, k, r)))
			return BOOT_NONE;
	return start;
}

static void judge_refusal(const struct world *w, u32 k, const struct bootmem_request *r)
{
	MM_CHECK(!fits(w, k, r, 0, must_serve(w, k, r)) && packed_at(w, k, r) == BOOT_NONE,
		 SPURIOUS, "%s has no %llu bytes, aligned to %llu, limit 0x%llx: and they are free",
		 boot_kind_name(bootmem_kind(w, k)), r->size, r->align, r->limit);
}

/* All pages are free, except a first one that is used in part, and of nodes that may serve. */
static void judge_pages(const struct world *w, u32 k, const struct bootmem_request *r, u64 addr)
{
	const struct bootmem_model *m = &bootmem_of(w)->model;
	const struct bootmem_map *map = &m->map[k];
	const u64 first = (addr >> PAGE_SHIFT) - m->base, in_page = addr & (PAGE_SIZE - 1);
	const u64 last = ((addr + r->size - 1) >> PAGE_SHIFT) - m->base;

	MM_CHECK(addr + r->size > addr && first <= last && last < m->span, RANGE,
		 "0x%llx of %llu bytes is outside of all memory", addr, r->size);
	for (u64 p = first; p <= last; p++) {
		bool rest = p == first && map->state[p] == BOOTMEM_USED && in_page >= map->fill[p];

		MM_CHECK(map->state[p] != BOOTMEM_HOLE, RANGE,
			 "0x%llx of %llu bytes: frame %llu belongs to no node", addr, r->size,
			 (p + m->base));
		MM_CHECK(rest || (map->state[p] == BOOTMEM_FREE && (p > first || !in_page)),
			 OVERLAP, "0x%llx of %llu bytes: of frame %llu that was not free", addr,
			 r->size, (p + m->base));
		MM_CHECK(m->nid[p] == m->nid[first] || may_cross(w, k, r), RANGE,
			 "0x%llx of %llu bytes: frame %llu is of node %u, the first of node %u",
			 addr, r->size, (p + m->base), m->nid[p], m->nid[first]);
	}
}

/* Goal and node: memory that is preferred was not available. */
static void judge_choice(const struct world *w, u32 k, const struct bootmem_request *r, u64 addr)
{
	const struct bootmem_model *m = &bootmem_of(w)->model;
	const int nid = m->nid[(addr >> PAGE_SHIFT) - m->base], must = must_serve(w, k, r);
	const bool near = r->call != BOOTMEM_NODE || nid == (int)r->nid, met = addr >= r->goal;

	MM_CHECK(must < 0 || nid == must, RANGE, "0x%llx is of node %d, and %u was asked for", addr,
		 nid, r->nid);
	MM_CHECK(met || !fits(w, k, r, r->goal, must), RANGE,
		 "0x%llx is below the goal 0x%llx, above which %llu bytes are free", addr, r->goal,
		 r->size);
	MM_CHECK(near || !fits(w, k, r, met ? r->goal : 0, (int)r->nid), RANGE,
		 "0x%llx is of node %d, expected node %u, which has %llu bytes free", addr, nid,
		 r->nid, r->size);
}

static void judge_address(const struct world *w, u32 k, const struct bootmem_request *r, u64 addr)
{
	const u64 packed = packed_at(w, k, r);

	MM_CHECK(IS_ALIGNED(addr, r->align), ALIGNMENT, "0x%llx is not a multiple of %llu", addr,
		 r->align);
	MM_CHECK(!r->limit || addr + r->size <= r->limit, RANGE,
		 "0x%llx of %llu bytes is not below 0x%llx", addr, r->size, r->limit);
	judge_pages(w, k, r, addr);
	judge_choice(w, k, r, addr);
	MM_CHECK(packed == BOOT_NONE || addr == packed, RANGE,
		 "0x%llx of %llu bytes: the previous page is free from 0x%llx on", addr, r->size,
		 packed);
}

/**
 * struct served - the result of a request
 * @addr:       where it was served, or BOOT_NONE
 * @from, @to:  addresses of the pages that it took
 */
struct served {
	u64 addr;
	u64 from, to;
};

static void serve(struct world *w, u32 k, const struct bootmem_request *r,
		  const struct bootmem_calls *calls, struct served *s)
{
	const struct bootmem_refusal want = {.why = bootmem_of(w)->over ? BOOT_OVER
									: NR_BOOT_ERRORS};
	struct bootmem_model *m = &bootmem_of(w)->model;

	s->addr = calls->alloc(w->bootmem.boot[k], r);
	bootmem_expect(w, k, "request", &want);
	if (s->addr == BOOT_NONE) {
		if (!bootmem_of(w)->over)
			judge_refusal(w, k, r);
		return;
	}
	judge_address(w, k, r, s->addr);
	if (calls->served)
		calls->served(w, r, s->addr);
	s->from = s->addr & PAGE_MASK;
	if (m->map[k].state[(s->addr >> PAGE_SHIFT) - m->base] == BOOTMEM_USED)
		s->from += PAGE_SIZE;
	s->to = max(s->from, ALIGN(s->addr + r->size, PAGE_SIZE));
	bootmem_take(m, &m->map[k], s->addr, s->addr + r->size);
	bootmem_of(w)->end[k] =
		(struct bootmem_end){.known = true, .request = *r, .addr = s->addr + r->size};
}

/* Both allocators took the same number of pages. @exact: otherwise one more or less is right. */
static void compare(struct world *w, const u64 before[WORLD_BOOTMEM], bool exact)
{
	u64 took[WORLD_BOOTMEM] = {0};

	if (w->bootmem.nr < 2)
		return;
	/* A free gives negative numbers; their differences are the same. */
	for_each_bootmem (k, w)
		took[k] = before[k] - bootmem_free_pages(w, k);
	MM_CHECK(took[0] == took[1] || (!exact && took[0] - took[1] + 1 <= 2), DIFFERENTIAL,
		 "bootmem took %lld pages, rootmem %lld", took[0], took[1]);
}

static void count_free(const struct world *w, u64 before[WORLD_BOOTMEM])
{
	for_each_bootmem (k, w)
		before[k] = bootmem_free_pages(w, k);
}

/* Give back the pages of a request that the other allocator refused. */
static void give_back(struct world *w, u32 k, const struct served *s)
{
	if (s->from < s->to)
		bootmem_free(w, k, s->from, s->to - s->from);
	bootmem_of(w)->end[k].known = false;
}

static void object_made(struct world *w, const struct op_call *c, const u64 addr[WORLD_BOOTMEM],
			u64 size)
{
	struct object *o = c->object;

	for_each_bootmem (k, w)
		o->addrs[k] = addr[k];
	o->size = size;
	/* It is not tracked: the model knows the owner of each page. */
	o->state = OBJECT_LIVE;
}

void bootmem_op_alloc(struct world *w, const struct op_call *c, const struct bootmem_request *r,
		      const struct bootmem_calls *calls)
{
	u64 before[WORLD_BOOTMEM], addr[WORLD_BOOTMEM] = {0};
	struct served s[WORLD_BOOTMEM] = {0};
	bool all = true;

	count_free(w, before);
	for_each_bootmem (k, w) {
		serve(w, k, r, calls, &s[k]);
		addr[k] = s[k].addr;
		all = all && addr[k] != BOOT_NONE;
	}
	if (all) {
		object_made(w, c, addr, r->size);
		c->object->align = r->align;
		compare(w, before, r->align >= PAGE_SIZE);
	} else {
		object_refused(w, c);
	}
	for_each_bootmem (k, w) {
		if (addr[k] == BOOT_NONE)
			continue;
		if (!all)
			give_back(w, k, &s[k]);
		bootmem_check(w, k, addr[k], addr[k] + r->size);
	}
}

static void alloc_placed(struct world *w, const struct op_call *c, struct bootmem_request *r,
			 u32 place)
{
	r->size = c->op->arg[0];
	r->align = c->op->arg[1];
	draw_place(&bootmem_of(w)->model, place, r);
	bootmem_op_alloc(w, c, r, &bootmem_calls);
}

void op_alloc_bootmem(struct world *w, const struct op_call *c)
{
	struct bootmem_request r = {.call = BOOTMEM_ANY};

	alloc_placed(w, c, &r, c->op->arg[2]);
}

void op_alloc_bootmem_node(struct world *w, const struct op_call *c)
{
	struct bootmem_request r = {.call = BOOTMEM_NODE,
				    .nid = c->op->arg[2] % TOPOLOGY_MAX_NODES %
					   w->bootmem.topo.nr_nodes};

	alloc_placed(w, c, &r, c->op->arg[2] / TOPOLOGY_MAX_NODES);
}

void op_alloc_bootmem_cross(struct world *w, const struct op_call *c)
{
	struct bootmem_request r = {.call = BOOTMEM_CROSS};

	alloc_placed(w, c, &r, c->op->arg[2]);
}

void bootmem_op_reserve(struct world *w, const struct op_call *c, enum boot_reserve how,
			const struct bootmem_calls *calls)
{
	const u64 start = bootmem_nth(&bootmem_of(w)->model, c->op->arg[0]), size = c->op->arg[1];
	u64 before[WORLD_BOOTMEM], addr[WORLD_BOOTMEM] = {start, start};
	const struct served taken = {
		.from = start & PAGE_MASK,
		.to = ALIGN(start + size, PAGE_SIZE),
	};
	bool done[WORLD_BOOTMEM] = {0}, all = true;

	count_free(w, before);
	for_each_bootmem (k, w) {
		done[k] = bootmem_reserve_by(w, k, start, size, how, calls);
		all = all && done[k];
	}
	if (all) {
		object_made(w, c, addr, size);
		c->object->align = PAGE_SIZE;
		if (how == BOOT_EXCLUSIVE)
			compare(w, before, true);
	} else {
		object_refused(w, c);
	}
	for_each_bootmem (k, w) {
		/* Both refuse a shared one for memory that lies outside. */
		if (done[k] && !all)
			give_back(w, k, &taken);
		bootmem_check(w, k, start, start + size);
	}
}

void op_reserve_bootmem(struct world *w, const struct op_call *c)
{
	bootmem_op_reserve(w, c, c->op->arg[2] ? BOOT_SHARED : BOOT_EXCLUSIVE, &bootmem_calls);
}

static u64 object_addr(const struct object *o, u32 k)
{
	return o->addrs[k];
}

/* Of bytes [@from, @to) of an object, in each allocator. */
static void free_part(struct world *w, const struct object *o, u64 from, u64 to,
		      const struct bootmem_calls *calls)
{
	u64 before[WORLD_BOOTMEM];
	bool done = true;

	if (from >= to)
		return;
	count_free(w, before);
	for_each_bootmem (k, w)
		done = bootmem_free_by(w, k, object_addr(o, k) + from, to - from, calls) && done;
	/* After the hand-over no page is free, neither before this call nor after it. */
	if (done)
		compare(w, before, o->align >= PAGE_SIZE || o->addr == o->addrs[w->bootmem.nr - 1]);
	for_each_bootmem (k, w)
		bootmem_check(w, k, object_addr(o, k) + from, object_addr(o, k) + to);
}

void bootmem_op_free(struct world *w, const struct op_call *c, const struct bootmem_calls *calls)
{
	free_part(w, c->object, 0, c->object->size, calls);
	c->object->state = OBJECT_DEAD;
}

void op_free_bootmem(struct world *w, const struct op_call *c)
{
	struct object *o = c->object;
	const u64 times = c->op->arg[1] ? 2 : 1;

	for (u64 i = 0; i < times; i++) {
		if (!c->op->arg[0]) {
			free_part(w, o, 0, o->size, &bootmem_calls);
			continue;
		}
		/* The pages around it, with all that they hold. */
		for_each_bootmem (k, w) {
			u64 from = object_addr(o, k) & PAGE_MASK;
			u64 to = ALIGN(object_addr(o, k) + o->size, PAGE_SIZE);

			bootmem_free(w, k, from, to - from);
			bootmem_check(w, k, from, to);
		}
	}
	o->state = OBJECT_DEAD;
}

void op_free_bootmem_part(struct world *w, const struct op_call *c)
{
	const struct object *o = c->object;
	u64 from = c->op->arg[0] % o->size;

	free_part(w, o, from, min(from + c->op->arg[1], o->size), &bootmem_calls);
}

/* After the hand-over nearly every call is refused, so random programs should seldom get there. */
void op_free_all_bootmem(struct world *w, const struct op_call *c)
{
	const struct bootmem_model *m = &bootmem_of(w)->model;
	const u64 part = c->op->arg[0];

	if (!part) {
		bootmem_hand_over(w);
		return;
	}
	for_each_bootmem (k, w)
		bootmem_check_pages(w, k, (part - 1) * m->span / 15, part * m->span / 15);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify_lazy.c - recompute what a space that is not eager remembers of its addresses: its trees
 * (verify_trees.c), which node has which area, the lists of lazy areas, what its source keeps,
 * every count, and the partition of the space into free, busy and lazy areas.
 *
 * What a judge may and may not do: see verify.c.
 *
 * It costs O(areas) and no memory. That lazy areas, which are in no order, fit exactly
 * between the others is told by a sum: with h a mixing function, the sum of h(end) - h(start) over
 * the parts of a partition is h(end) - h(start) of the whole, and for anything else it is that by
 * an accident of 2^-64. Only when it is not, the fault is searched for, slowly, to name it.
 */
#ifdef __clang__
#pragma clang attribute push(__attribute__((no_sanitize("thread", "coverage"))),                   \
			     apply_to = function)
#endif

#include "internal.h"
#include "../sched/random.h"

/* Areas of a node, in use and lazily freed, have to be in that one. */
static void verify_node_of(const struct vmap_space *vs, const struct vmap_area *va,
			   const struct vmap_node *n)
{
	MM_CHECK(addr_to_node(vs, va->va_start) == n, LIST,
		 "area [%#llx, %#llx) is in node %td, and belongs into node %td", va->va_start,
		 va->va_end, n - vs->node, addr_to_node(vs, va->va_start) - vs->node);
}

static void tally_lazy(const struct vmap_space *vs, const struct vmap_node *n, struct tally *t)
{
	const u64 most = (vs->end - vs->start) >> PAGE_SHIFT;

	for (const struct vmap_area *va = n->purge_list; va; va = va->purge_next) {
		MM_CHECK(va->va_start < va->va_end &&
				 IS_ALIGNED(va->va_start | va->va_end, PAGE_SIZE) &&
				 va->va_start >= vs->start && va->va_end <= vs->end,
			 LIST, "lazy area [%#llx, %#llx) is no range of pages of the space",
			 va->va_start, va->va_end);
		MM_CHECK(t->areas < most, LIST, "the list of lazy areas has no end");
		verify_node_of(vs, va, n);
		tally_area(t, va);
	}
}

#define for_each_node(n, vs)                                                                       \
	for (const struct vmap_node *n = (vs)->node; n < (vs)->node + (vs)->nr_nodes; n++)

static void verify_nodes(const struct vmap_space *vs, struct tally *t)
{
	struct tally lazy = {0};

	for_each_node (n, vs) {
		tally_busy_areas(vs, &n->busy, t);
		for (const struct vmap_area *va = tree_min(RB_ROOT(&n->busy.root)); va;
		     va = tree_next(va))
			verify_node_of(vs, va, n);
		tally_lazy(vs, n, &lazy);
	}
	MM_CHECK((u64)vs->vmap_lazy_nr.counter == lazy.pages, COUNT,
		 "lazy pages: %ld counted, %llu found", vs->vmap_lazy_nr.counter, lazy.pages);
	t->sum += lazy.sum;
	t->pages += lazy.pages;
	t->areas += lazy.areas;
}

/* What is known of a range of addresses: who has it, to say what is wrong with it. */
struct claim {
	u64 start, end;
	const char *who;
};

/**
 * struct search - for what is wrong with the partition
 * @of:  the range of which others are looked for; NULL: ranges that contain @at
 * @met: @of itself was met
 * @at:  an address
 * @found: the other; start and end 0: none yet
 */
struct search {
	const struct claim *of;
	bool met;
	u64 at;
	struct claim found;
};

static void look(struct search *s, u64 start, u64 end, const char *who)
{
	if (s->of ? end <= s->of->start || start >= s->of->end : s->at < start || s->at >= end)
		return;
	if (s->of && !s->met && s->of->start == start && s->of->end == end && s->of->who == who) {
		s->met = true;
		return;
	}
	if (!s->found.end)
		s->found = (struct claim){start, end, who};
}

struct each {
	void (*fn)(void *arg, u64 start, u64 end, const char *who);
	void *arg;
};

static void each_cached(u64 start, u64 end, unsigned int cpu __maybe_unused, void *arg)
{
	const struct each *e = arg;

	e->fn(e->arg, start, end, "cached");
}

/* Every range that somebody has. */
static void for_each_claim(const struct vmap_space *vs,
			   void (*fn)(void *arg, u64 start, u64 end, const char *who), void *arg)
{
	struct each e = {fn, arg};
	const struct vmap_area *va;

	for_each_node (n, vs) {
		for (va = tree_min(RB_ROOT(&n->busy.root)); va; va = tree_next(va))
			fn(arg, va->va_start, va->va_end, "busy");
		for (va = n->purge_list; va; va = va->purge_next)
			fn(arg, va->va_start, va->va_end, "lazily freed");
	}
	for (va = tree_min(RB_ROOT(&vs->heap.root)); va; va = tree_next(va))
		fn(arg, va->va_start, va->va_end, "free");
	if (vs->source->for_each_cached)
		vs->source->for_each_cached(vs, each_cached, &e);
}

static void look_at(void *arg, u64 start, u64 end, const char *who)
{
	look(arg, start, end, who);
}

struct blame {
	const struct vmap_space *vs;
};

static void blame_overlap(void *arg, u64 start, u64 end, const char *who)
{
	const struct blame *b = arg;
	struct claim of = {start, end, who};
	struct search s = {.of = &of};

	for_each_claim(b->vs, look_at, &s);
	MM_CHECK(!s.found.end, OVERLAP, "[%#llx, %#llx) is %s, and [%#llx, %#llx) is %s", start,
		 end, who, s.found.start, s.found.end, s.found.who);
}

/* The parts do not make the whole: say which two overlap, or what is missing. */
static __noreturn void blame_partition(const struct vmap_space *vs)
{
	struct blame b = {vs};
	struct search s;
	u64 at = vs->start;

	for_each_claim(vs, blame_overlap, &b);
	/* No two overlap, so something is missing. Follow the ranges to the first gap. */
	do {
		s = (struct search){.at = at};
		for_each_claim(vs, look_at, &s);
		if (s.found.end)
			at = s.found.end;
	} while (s.found.end);
	mm_report(ORACLE_LEAK_AREA, "address %#llx is neither free nor busy nor lazily freed", at);
}

/* verify_lazy_space() - see vmap_verify() */
void verify_lazy_space(const struct vmap_space *vs, bool quiet)
{
	const u64 pages = (vs->end - vs->start) >> PAGE_SHIFT;
	struct tally t = {0};

	MM_CHECK(vs->vmap_lazy_nr.counter >= 0, COUNT, "lazy pages: %ld counted",
		 vs->vmap_lazy_nr.counter);
	MM_CHECK(vs->heap.pages <= pages, COUNT, "%llu pages are free, of %llu", vs->heap.pages,
		 pages);
	for_each_node (n, vs)
		MM_CHECK(n->busy.pages <= pages, COUNT, "%llu pages are busy, of %llu",
			 n->busy.pages, pages);
	if (!quiet)
		return;

	tally_free_areas(vs, &vs->heap, &t);
	verify_nodes(vs, &t);
	if (vs->source->verify)
		vs->source->verify(vs, &t);
	if (t.pages != pages || t.sum != random_mix(vs->end) - random_mix(vs->start))
		blame_partition(vs);
}

/* lazy_in_use() - is @va what the tree has at @addr? It is not looked into, and may be gone */
bool lazy_in_use(const struct vmap_space *vs, u64 addr, const struct vmap_area *va)
{
	const struct vmap_area *node = RB_ROOT(&addr_to_node(vs, addr)->busy.root);

	while (node && node != va)
		node = addr < node->va_start ? RB_LEFT(node, rb) : RB_RIGHT(node, rb);
	return node;
}

/* lazy_busy_next() - see struct vmap_kva_ops: the list of a node, and then that of the next one */
const struct vmap_area *lazy_busy_next(const struct vmap_space *vs, const struct vmap_area *va)
{
	const struct vmap_node *n = va ? addr_to_node(vs, va->va_start) : vs->node;
	const struct cds_list_head *next = va ? va->list.next : n->busy.list.next;

	while (next == &n->busy.list) {
		if (++n == vs->node + vs->nr_nodes)
			return NULL;
		next = n->busy.list.next;
	}
	return container_of(next, struct vmap_area, list);
}

/* for_each_purge_list() - see for_each_lazy_area() */
void for_each_purge_list(const struct vmap_space *vs, void (*fn)(u64 start, u64 end, void *arg),
			 void *arg)
{
	for_each_node (n, vs)
		for (const struct vmap_area *va = n->purge_list; va; va = va->purge_next)
			fn(va->va_start, va->va_end, arg);
}

#ifdef __clang__
#pragma clang attribute pop
#endif

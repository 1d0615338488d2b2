/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify_lazy.c - recompute who has which addresses of a space that is not eager: V7 to V9, and V1
 * to V6 with the help of verify_trees.c.
 *
 * See verify.c for the rules of a verifier.
 *
 * It costs O(areas) and no memory. Lazy areas are in no order; that they fit exactly between the
 * others follows from a sum. With h a mixing function, the sum of h(end) - h(start) over the parts
 * of a partition is h(end) - h(start) of the whole; anything else has that sum by an accident of
 * 2^-64. Only if the sum differs, a slow search finds the fault, to name it.
 */
#include "../sched/types.h"

VERIFIER_BEGIN

#include "../sched/random.h"
#include "verify.h"

#define for_each_node(n, vs)                                                                       \
	for (const struct vmap_node *n = (vs)->node; n < (vs)->node + (vs)->nr_nodes; n++)

/* V7. */
static void verify_node_of(const struct vmap_space *vs, const struct vmap_area *va,
			   const struct vmap_node *n)
{
	MM_CHECK(addr_to_node(vs, va->va_start) == n, LIST,
		 "area [%#llx, %#llx) is in node %td, expected in node %td", va->va_start,
		 va->va_end, n - vs->node, addr_to_node(vs, va->va_start) - vs->node);
}

/* V1, V7. */
static void tally_lazy(const struct vmap_space *vs, const struct vmap_node *n, struct tally *t)
{
	const u64 most = (vs->end - vs->start) >> PAGE_SHIFT;

	for (const struct vmap_area *va = n->purge_list; va; va = va->purge_next) {
		verify_range(vs, va, ORACLE_LIST, "lazy");
		MM_CHECK(t->areas < most, LIST, "the list of lazy areas has no end");
		verify_node_of(vs, va, n);
		tally_area(t, va);
	}
}

/* V7, V8. */
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
	tally_add(t, &lazy);
}

/* A range of addresses, and the set that has it. */
struct claim {
	u64 start, end;
	const char *who;
};

struct each_cached {
	const struct vmap_space *vs;
	void (*fn)(const struct vmap_space *vs, const struct claim *c, void *arg);
	void *arg;
};

static void claim_cached(u64 start, u64 end, unsigned int cpu __maybe_unused, void *arg)
{
	const struct each_cached *e = arg;

	e->fn(e->vs, &(struct claim){start, end, "cached"}, e->arg);
}

/* Every range that some set has. */
static void
for_each_claim(const struct vmap_space *vs,
	       void (*fn)(const struct vmap_space *vs, const struct claim *c, void *arg), void *arg)
{
	struct each_cached e = {vs, fn, arg};
	const struct vmap_area *va;

	for_each_node (n, vs) {
		for (va = tree_min(RB_ROOT(&n->busy.root)); va; va = tree_next(va))
			fn(vs, &(struct claim){va->va_start, va->va_end, "busy"}, arg);
		for (va = n->purge_list; va; va = va->purge_next)
			fn(vs, &(struct claim){va->va_start, va->va_end, "lazily freed"}, arg);
	}
	for (va = tree_min(RB_ROOT(&vs->heap.root)); va; va = tree_next(va))
		fn(vs, &(struct claim){va->va_start, va->va_end, "free"}, arg);
	if (vs->source->for_each_cached)
		vs->source->for_each_cached(vs, claim_cached, &e);
}

/**
 * struct search - for a fault in the partition
 * @of:    look for another claim that overlaps this one; NULL: look for one that contains @at
 * @met:   @of itself was met
 * @at:    an address
 * @found: the claim found; its end is 0 as long as there is none
 */
struct search {
	const struct claim *of;
	bool met;
	u64 at;
	struct claim found;
};

static void look(const struct vmap_space *vs __maybe_unused, const struct claim *c, void *arg)
{
	struct search *s = arg;
	const struct claim *of = s->of;

	if (of ? c->end <= of->start || c->start >= of->end : s->at < c->start || s->at >= c->end)
		return;
	if (of && !s->met && of->start == c->start && of->end == c->end && of->who == c->who) {
		s->met = true;
		return;
	}
	if (!s->found.end)
		s->found = *c;
}

static void blame_overlap(const struct vmap_space *vs, const struct claim *c,
			  void *arg __maybe_unused)
{
	struct search s = {.of = c};

	for_each_claim(vs, look, &s);
	MM_CHECK(!s.found.end, OVERLAP, "[%#llx, %#llx) is %s, and [%#llx, %#llx) is %s", c->start,
		 c->end, c->who, s.found.start, s.found.end, s.found.who);
}

/* The claims are no partition: report two that overlap, or else the first address that none has. */
static __noreturn void blame_partition(const struct vmap_space *vs)
{
	struct search s;
	u64 at = vs->start;

	for_each_claim(vs, blame_overlap, NULL);
	do {
		s = (struct search){.at = at};
		for_each_claim(vs, look, &s);
		if (s.found.end)
			at = s.found.end;
	} while (s.found.end);
	mm_report(ORACLE_LEAK_AREA, "address %#llx is neither free nor busy nor lazily freed", at);
}

/* verify_lazy_space() - see vmap_verify(). V9, and with the functions above all of V1 to V8 */
void verify_lazy_space(const struct vmap_space *vs, bool quiet)
{
	const u64 pages = (vs->end - vs->start) >> PAGE_SHIFT;
	struct tally t = {0};

	MM_CHECK(vs->vmap_lazy_nr.counter >= 0, COUNT, "lazy pages: %ld counted",
		 vs->vmap_lazy_nr.counter);
	MM_CHECK(vs->heap.pages <= pages, COUNT, "free pages: %llu counted, in a space of %llu",
		 vs->heap.pages, pages);
	for_each_node (n, vs)
		MM_CHECK(n->busy.pages <= pages, COUNT,
			 "busy pages: %llu counted, in a space of %llu", n->busy.pages, pages);
	if (!quiet)
		return;

	tally_free_areas(vs, &vs->heap, &t);
	verify_nodes(vs, &t);
	if (vs->source->verify)
		vs->source->verify(vs, &t);
	if (t.pages != pages || t.sum != random_mix(vs->end) - random_mix(vs->start))
		blame_partition(vs);
}

/* lazy_in_use() - is @va the area that the tree has at @addr? It may be gone: it is not looked into
 */
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

VERIFIER_END

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_verify_cached.c - test_verify.c for nodes, caches and pools.
 */
#include "../cached.h"
#include "breaks.h"

/* Move a lazy area from one list to another. */
static struct vmap_area *pop_lazy(struct vmap_node *n)
{
	struct vmap_area *va = n->purge_list;

	CHECK(va);
	n->purge_list = va->purge_next;
	return va;
}

static void push_lazy(struct vmap_node *n, struct vmap_area *va)
{
	va->purge_next = n->purge_list;
	n->purge_list = va;
}

/*
 * Zones: CPU 0 has a busy and two lazy areas in a node, and a cache of the 22 pages after them, cut
 * in two by another busy area; the cache of CPU 1 has 27 pages.
 */
struct zone_scene {
	struct vmap_area *busy;
	struct vmap_node *own, *other;
	struct free_areas *cache;
	struct vmap_area *low, *high;
};

static struct zone_scene zone_scene(struct fixture *f)
{
	struct vmap_area *lazy[2];
	struct zone_scene s;

	s.busy = alloc_pages_any(f, 2);
	for (int i = 0; i < 2; i++)
		lazy[i] = alloc_pages_any(f, 2);
	s.high = alloc_vmap_area(f->vs, 2 * PAGE_SIZE, 8 * PAGE_SIZE, KVA, f->vs->end, GFP_KERNEL);
	CHECK(s.high->va_start == KVA + 8 * PAGE_SIZE);
	task_migrate(1);
	alloc_pages_any(f, 3);
	for (int i = 0; i < 2; i++)
		free_unmap_vmap_area(f->vs, lazy[i]);
	s.own = addr_to_node(f->vs, KVA);
	s.other = s.own == f->vs->node ? f->vs->node + 1 : f->vs->node;
	s.cache = &f->vs->cache[0].free;
	s.low = RB_ROOT(&s.cache->root);
	while (RB_LEFT(s.low, rb))
		s.low = RB_LEFT(s.low, rb);
	s.high = RB_ROOT(&s.cache->root);
	while (RB_RIGHT(s.high, rb))
		s.high = RB_RIGHT(s.high, rb);
	CHECK(s.low->va_start == KVA + 6 * PAGE_SIZE && s.high->va_end == KVA + ZONE * PAGE_SIZE);
	CHECK(s.own->purge_list == lazy[1]);
	vmap_verify(f->vs, true);
	return s;
}

/* Give an area of a cache other bounds, and keep V4 and V5. */
static void resize(struct free_areas *fa, struct vmap_area *va, u64 start, u64 end)
{
	fa->pages += ((end - start) >> PAGE_SHIFT) - va_pages(va);
	va->va_start = start;
	va->va_end = end;
	for (; va; va = RB_PARENT(va, rb)) {
		const struct vmap_area *left = RB_LEFT(va, rb), *right = RB_RIGHT(va, rb);

		va->subtree_max_size = va_size(va);
		if (left)
			va->subtree_max_size = max(va->subtree_max_size, left->subtree_max_size);
		if (right)
			va->subtree_max_size = max(va->subtree_max_size, right->subtree_max_size);
	}
}

/* Enter a busy area into a node, whichever it belongs to. */
static void link_to(struct vmap_node *n, struct vmap_area *va)
{
	unsigned long flags;

	spin_lock_irqsave(&n->busy.lock, flags);
	busy_link(&n->busy, va);
	spin_unlock_irqrestore(&n->busy.lock, flags);
}

#define BREAK(name, scene, ...)                                                                    \
	static void name(struct fixture *f)                                                        \
	{                                                                                          \
		struct scene s = scene(f);                                                         \
		struct vmap_space *vs = f->vs;                                                     \
                                                                                                   \
		(void)s, (void)vs;                                                                 \
		__VA_ARGS__;                                                                       \
		vmap_verify(vs, true);                                                             \
	}

BREAK(node_busy, zone_scene, unlink_vmap_areas(vs, &s.busy, 1); link_to(s.other, s.busy))
BREAK(node_lazy, zone_scene, push_lazy(s.other, pop_lazy(s.own)))
BREAK(node_lost, zone_scene, vs->vmap_lazy_nr.counter -= 2; pop_lazy(s.own))
BREAK(node_count, zone_scene, s.other->busy.nr++)
BREAK(node_pages, zone_scene, s.own->busy.pages--)
BREAK(node_list, zone_scene, cds_list_del(&s.busy->list))
BREAK(cache_count, zone_scene, s.cache->pages--)
BREAK(cache_augment, zone_scene, s.low->subtree_max_size += PAGE_SIZE)
BREAK(cache_heap, zone_scene,
      resize(s.cache, s.high, s.high->va_start, s.high->va_end + 31 * PAGE_SIZE))
BREAK(cache_cache, zone_scene, resize(s.cache, s.high, KVA + 40 * PAGE_SIZE, KVA + 42 * PAGE_SIZE))
BREAK(cache_busy, zone_scene, resize(s.cache, s.low, KVA + PAGE_SIZE, s.low->va_end))
BREAK(cache_lost, zone_scene, resize(s.cache, s.high, s.high->va_start, s.high->va_end - PAGE_SIZE))
BREAK(cache_gone, zone_scene, RB_INIT(&s.cache->root); s.cache->pages = 0)
BREAK(cache_fill, zone_scene, vs->cache[2].fill_in_progress = true)

static void test_zone(void **state)
{
	static const struct broken list[] = {
		{node_busy, ORACLE_LIST, "is in node"},
		{node_lazy, ORACLE_LIST, "is in node"},
		{node_lost, ORACLE_LEAK_AREA, "neither free nor busy"},
		{node_count, ORACLE_COUNT, "busy areas:"},
		{node_pages, ORACLE_COUNT, "busy pages:"},
		{node_list, ORACLE_LIST, "has another place on the list"},
		{cache_count, ORACLE_COUNT, "free pages:"},
		{cache_augment, ORACLE_TREE, "the largest size below is"},
		{cache_heap, ORACLE_OVERLAP, "cached"},
		{cache_cache, ORACLE_OVERLAP, "cached, and"},
		{cache_busy, ORACLE_OVERLAP, "cached"},
		{cache_lost, ORACLE_LEAK_AREA, "neither free nor busy"},
		{cache_gone, ORACLE_LEAK_AREA, "neither free nor busy"},
		{cache_fill, ORACLE_HINT, "CPU 2: a prefetch is in progress"},
	};
	struct fixture *f = *state;

	f->vmap.kva = VMAP_ZONE;
	f->vmap.zone_pages = ZONE;
	expect_broken(f, list, ARRAY_SIZE(list));
}

/* Pools: three areas of 2 pages and one of 5, all in one node; then two areas in use. */
struct pool_scene {
	struct vmap_area *busy;
	struct vmap_pools *p, *other;
	struct vmap_pool *twos, *fives;
	struct vmap_area *two, *five;
};

static struct pool_scene pool_scene(struct fixture *f)
{
	struct vmap_area *va[4];
	struct pool_scene s;

	for (int i = 0; i < 4; i++)
		va[i] = alloc_pages_any(f, i < 3 ? 2 : 5);
	s.busy = alloc_pages_any(f, 2);
	alloc_pages_any(f, 1);
	for (int i = 0; i < 4; i++)
		free_unmap_vmap_area(f->vs, va[i]);
	purge_vmap_area_lazy(f->vs);
	s.p = &f->vs->pools[addr_to_node(f->vs, KVA) - f->vs->node];
	s.other = s.p == f->vs->pools ? s.p + 1 : f->vs->pools;
	s.twos = &s.p->pool[1];
	s.fives = &s.p->pool[4];
	CHECK(s.twos->nr == 3 && s.fives->nr == 1 && s.p->pages == 11);
	s.two = container_of(s.twos->areas.next, struct vmap_area, list);
	s.five = container_of(s.fives->areas.next, struct vmap_area, list);
	vmap_verify(f->vs, true);
	return s;
}

/* Move an area from one pool to another, with the counts. */
static void move(struct vmap_area *va, struct vmap_pools *p, struct vmap_pool *from,
		 struct vmap_pools *q, struct vmap_pool *to)
{
	cds_list_del(&va->list);
	if (!to->nr++)
		CDS_INIT_LIST_HEAD(&to->areas);
	cds_list_add(&va->list, &to->areas);
	q->filled[0] |= 1ULL << (to - q->pool);
	from->nr--;
	p->pages -= va_pages(va);
	q->pages += va_pages(va);
}

BREAK(pool_size, pool_scene, move(s.two, s.p, s.twos, s.p, s.fives))
BREAK(pool_node, pool_scene, move(s.two, s.p, s.twos, s.other, &s.other->pool[1]))
BREAK(pool_outside, pool_scene, s.two->va_start += vs->end - vs->start;
      s.two->va_end += vs->end - vs->start)
BREAK(pool_count, pool_scene, s.twos->nr++)
BREAK(pool_few, pool_scene, s.twos->nr--)
BREAK(pool_back, pool_scene, s.two->list.prev = &s.two->list)
BREAK(pool_tail, pool_scene, s.twos->areas.prev = &s.two->list)
BREAK(pool_endless, pool_scene, s.twos->areas.prev->next = &s.two->list;
      s.two->list.prev = s.twos->areas.prev)
BREAK(pool_pages, pool_scene, s.p->pages--)
BREAK(pool_no_pages, pool_scene, s.p->pages = 0)
BREAK(pool_todo, pool_scene, s.other->todo = s.busy)
BREAK(pool_empty, pool_scene, cds_list_del(&s.five->list); s.fives->nr--; s.p->pages -= 5)
BREAK(pool_lost, pool_scene, s.p->filled[0] &= ~(1ULL << 4); s.p->pages -= 5)
BREAK(pool_twice, pool_scene,
      struct vmap_area *next = container_of(s.two->list.next, struct vmap_area, list);
      next->va_start = s.two->va_start; next->va_end = s.two->va_end)
BREAK(pool_busy, pool_scene, s.two->va_start = s.busy->va_start; s.two->va_end = s.busy->va_end)
BREAK(pool_heap, pool_scene, u64 heap = RB_ROOT(&vs->heap.root)->va_start;
      while (addr_to_node(vs, heap) != addr_to_node(vs, KVA)) heap += PAGE_SIZE;
      s.two->va_start = heap; s.two->va_end = heap + 2 * PAGE_SIZE)

static void test_pool(void **state)
{
	static const struct broken list[] = {
		{pool_size, ORACLE_RANGE, "is in the pool for 5 pages"},
		{pool_node, ORACLE_LIST, "is in a pool of node"},
		{pool_outside, ORACLE_RANGE, "is in the pool for 2 pages"},
		{pool_count, ORACLE_COUNT, "4 areas counted, 3 found"},
		{pool_few, ORACLE_LIST, "longer than the 2 areas counted"},
		{pool_back, ORACLE_LIST, "is broken"},
		{pool_tail, ORACLE_LIST, "does not end at the oldest"},
		{pool_endless, ORACLE_LIST, "is broken"},
		{pool_pages, ORACLE_COUNT, "10 pages counted, 11 found"},
		{pool_no_pages, ORACLE_COUNT, "0 pages counted, 11 found"},
		{pool_todo, ORACLE_LIST, "areas to be put back"},
		{pool_empty, ORACLE_COUNT, "marked as filled, and is empty"},
		{pool_lost, ORACLE_LEAK_AREA, "neither free nor busy"},
		{pool_twice, ORACLE_OVERLAP, "is cached, and"},
		{pool_busy, ORACLE_OVERLAP, "is cached"},
		{pool_heap, ORACLE_OVERLAP, "is cached"},
	};
	struct fixture *f = *state;

	f->vmap.kva = VMAP_POOL;
	f->vmap.nodes = 2;
	expect_broken(f, list, ARRAY_SIZE(list));
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {T(test_zone), T(test_pool)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

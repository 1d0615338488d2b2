/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pool.c - pools: a purge caches the areas that it frees by size, for the next request of that
 * size.
 *
 * After "Mitigate a vmap lock contention" (2024), which is what the zones of 2023 became. There are
 * up to VMAP_MAX_NODES nodes of busy and lazy areas (lazy.c), and each node has pools: one for each
 * size up to VMAP_POOL_MAX_PAGES, of areas of exactly so many pages. A CPU asks the pools of one
 * node. An area in a pool has been flushed; it is taken without a search and without the heap's
 * lock.
 *
 * Purges fill the pools. An area goes back to the pool of its size in the node of the CPU for which
 * it was allocated (vmap_area.home), as in Linux, whichever CPU frees it and wherever it lies: a
 * CPU that allocates and frees again and again gets its areas back. Larger areas and congruent
 * areas go to the heap.
 *
 * Decay. A purge that frees anything first moves a quarter of each pool back to the heap, the
 * oldest areas first, so that a size that is no longer asked for does not hold its addresses for
 * ever. (Up to three areas of a size stay until room is short.) A request that finds no room has
 * all pools emptied.
 *
 * A request goes to the heap at once if it names a range or is too large; and if the pool is empty,
 * or none of the first POOL_MISSES areas in it is aligned as the request wants it.
 *
 * Helpers. One flush and one grace period are for all nodes. Putting the areas back is shared out
 * when they are at least twice lazy_max_pages: the nodes go in even shares to the purge itself and
 * to workers on other CPUs. The purge does its share, and then looks at each worker: if the worker
 * has not begun, the purge cancels it and does its share too; if it has, the purge waits for it,
 * and that worker needs only the locks of its nodes and of the heap. So a purge never waits for a
 * worker that waits for vmap_purge_lock, even if all workers do.
 */
#include "cached.h"
#include "verify.h"

/* A request looks at so many areas of a pool for one that is aligned. */
#define POOL_MISSES 8

static struct vmap_pool *pool_of(struct vmap_pools *p, u64 pages)
{
	return pages <= VMAP_POOL_MAX_PAGES ? &p->pool[pages - 1] : NULL;
}

static void set_filled(struct vmap_pools *p, const struct vmap_pool *pool, bool filled)
{
	size_t k = (size_t)(pool - p->pool);
	u64 bit = 1ULL << k % 64;

	if (filled)
		p->filled[k / 64] |= bit;
	else
		p->filled[k / 64] &= ~bit;
}

static void pool_add(struct vmap_pools *p, struct vmap_pool *pool, struct vmap_area *va)
{
	lockdep_assert_spin_held(&p->lock);
	if (!pool->nr++) {
		CDS_INIT_LIST_HEAD(&pool->areas);
		set_filled(p, pool, true);
	}
	area_list_add(va, &pool->areas);
	p->pages += va_pages(va);
}

static void pool_remove(struct vmap_pools *p, struct vmap_pool *pool, struct vmap_area *va)
{
	lockdep_assert_spin_held(&p->lock);
	area_list_del(va);
	if (!--pool->nr)
		set_filled(p, pool, false);
	p->pages -= va_pages(va);
}

/* An area of the pool that is aligned, or NULL. */
static struct vmap_area *pool_find(const struct vmap_pools *p, const struct vmap_pool *pool,
				   u64 align)
{
	const struct cds_list_head *at = &pool->areas;

	lockdep_assert_spin_held(&p->lock);
	for (int i = 0; i < POOL_MISSES && pool->nr; i++) {
		struct vmap_area *va = area_reached(area_list_next(at, &pool->areas));

		if (!va || IS_ALIGNED(va->va_start, align))
			return va;
		at = &va->list;
	}
	return NULL;
}

static u64 pool_take(struct vmap_space *vs, struct vmap_area **spare, u64 size, u64 align,
		     u64 vstart, u64 vend, gfp_t gfp)
{
	const unsigned int node = home_node(vs);
	struct vmap_pools *p = &vs->pools[node];
	struct vmap_pool *pool = pool_of(p, size >> PAGE_SHIFT);
	struct vmap_area *va;
	unsigned long flags;
	u64 addr;

	if (!pool || vstart != vs->start || vend != vs->end)
		return heap_take(vs, spare, size, align, vstart, vend, gfp);

	spin_lock_irqsave(&p->lock, flags);
	va = pool_find(p, pool, align);
	if (va) {
		if (home_node(vs) != node)
			count_event(vs, VMAP_CPU_LEFT);
		pool_remove(p, pool, va);
		__atomic_store_n(&p->hits, p->hits + 1, __ATOMIC_RELAXED);
	}
	spin_unlock_irqrestore(&p->lock, flags);
	if (!va)
		return heap_take(vs, spare, size, align, vstart, vend, gfp);

	addr = va->va_start;
	kfree(vs->m, va);
	return addr;
}

/*
 * Take the oldest quarter of each pool of a node, or with @all everything. Return: @list, with
 * these areas before it.
 */
static struct vmap_area *decay(struct vmap_space *vs, struct vmap_pools *p, struct vmap_area *list,
			       bool all)
{
	struct vmap_area *va;
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&p->lock, flags);
	for_each_filled (i, p) {
		struct vmap_pool *pool = &p->pool[i];

		for (unsigned long n = all ? pool->nr : pool->nr / 4; n; n--) {
			va = container_of(pool->areas.prev, struct vmap_area, list);
			pool_remove(p, pool, va);
			va->purge_next = list;
			list = va;
			count_event(vs, VMAP_POOL_DECAY);
		}
	}
	spin_unlock_irqrestore(&p->lock, flags);
	return list;
}

/* A node's pools decay, and then the pools and the heap take the areas that the purge has freed. */
static void put_back_node(struct vmap_pools *p)
{
	struct vmap_space *vs = p->vs;
	struct vmap_area *heap = decay(vs, p, NULL, false), *va, *next;
	unsigned long flags;

	spin_lock_irqsave(&p->lock, flags);
	for (va = p->todo; va; va = next) {
		struct vmap_pool *pool = pool_of(p, va_pages(va));

		next = va->purge_next;
		if (pool) {
			pool_add(p, pool, va);
		} else {
			va->purge_next = heap;
			heap = va;
		}
	}
	p->todo = NULL;
	spin_unlock_irqrestore(&p->lock, flags);
	heap_put_back(vs, heap, false);
}

static void put_back_nodes(struct vmap_pools *p)
{
	for (unsigned int i = 0; i < p->help; i++)
		put_back_node(p + i);
}

static void put_back_work(struct work_struct *work)
{
	put_back_nodes(container_of(work, struct vmap_pools, work));
}

/*
 * How many tasks share the work, the purge itself included: one for each lazy_max_pages that have
 * gathered, and at most one a node.
 */
static unsigned int count_helpers(const struct vmap_space *vs, u64 pages)
{
	u64 most = min(vs->nr_nodes, num_online(machine_topology(vs->m)));

	return (unsigned int)max(min(pages / vs->lazy_max_pages, most), (u64)1);
}

/* Put back the nodes' areas in shares that are as even as can be. The first is the purge's own. */
static void share_out(struct vmap_space *vs, unsigned int helpers)
{
	const struct topology *t = machine_topology(vs->m);
	const unsigned int each = (vs->nr_nodes + helpers - 1) / helpers;
	unsigned int cpu = raw_smp_processor_id();

	for (unsigned int i = 0; i < vs->nr_nodes; i += each) {
		struct vmap_pools *p = &vs->pools[i];

		p->help = min(each, vs->nr_nodes - i);
		if (i)
			schedule_work_on(cpu, &p->work);
		do {
			cpu = cpu + 1 < t->nr_cpu_ids ? cpu + 1 : 0;
		} while (!cpu_online(t, cpu));
	}
	put_back_nodes(vs->pools);
	for (unsigned int i = each; i < vs->nr_nodes; i += each)
		if (cancel_work_sync(&vs->pools[i].work))
			put_back_nodes(&vs->pools[i]);
}

static void pool_put_back(struct vmap_space *vs, struct vmap_area *list, bool all)
{
	struct vmap_area *va, *next, *heap = NULL;
	u64 pages = 0;

	lockdep_assert_mutex_held(&vs->vmap_purge_lock);
	if (all) {
		for (unsigned int i = 0; i < vs->nr_nodes; i++)
			list = decay(vs, &vs->pools[i], list, true);
		heap_put_back(vs, list, true);
		return;
	}
	if (!list)
		return;
	for (va = list; va; va = next) {
		struct vmap_area **list_of;

		next = va->purge_next;
		pages += va_pages(va);
		list_of = va->home == NO_HOME ? &heap : &vs->pools[va->home].todo;
		va->purge_next = *list_of;
		*list_of = va;
	}
	heap_put_back(vs, heap, false);
	share_out(vs, count_helpers(vs, pages));
}

static void pool_exit(struct vmap_space *vs)
{
	kfree(vs->m, vs->pools_of);
	kfree(vs->m, vs->pools);
}

static int pool_init(struct vmap_space *vs)
{
	unsigned int cpu, nr = 0;

	vs->pools = kcalloc(vs->m, vs->nr_nodes, sizeof(*vs->pools), GFP_KERNEL);
	vs->pools_of = kcalloc(vs->m, vs->nr_cpus, sizeof(*vs->pools_of), GFP_KERNEL);
	if (!vs->pools || !vs->pools_of) {
		pool_exit(vs);
		return -ENOMEM;
	}
	for_each_possible_cpu (cpu, machine_topology(vs->m))
		vs->pools_of[cpu] = nr++ % vs->nr_nodes;
	for (unsigned int i = 0; i < vs->nr_nodes; i++) {
		struct vmap_pools *p = &vs->pools[i];

		p->vs = vs;
		spin_lock_init(&p->lock, "vmap_pool_lock");
		INIT_WORK(&p->work, put_back_work);
	}
	return 0;
}

static u64 pool_cached_pages(struct vmap_space *vs)
{
	unsigned long flags;
	u64 pages = 0;

	for (unsigned int i = 0; i < vs->nr_nodes; i++) {
		struct vmap_pools *p = &vs->pools[i];

		spin_lock_irqsave(&p->lock, flags);
		pages += p->pages;
		spin_unlock_irqrestore(&p->lock, flags);
	}
	return pages;
}

static u64 pool_hits(struct vmap_space *vs)
{
	u64 hits = 0;

	for (unsigned int i = 0; i < vs->nr_nodes; i++)
		hits += __atomic_load_n(&vs->pools[i].hits, __ATOMIC_RELAXED);
	return hits;
}

VERIFIER_BEGIN

/* P1, P2: the pool of a node for areas of @pages pages. Return: how many there are. */
static u64 verify_pool(const struct vmap_space *vs, unsigned int node, const struct vmap_pool *pool,
		       u64 pages, struct tally *t)
{
	const struct cds_list_head *prev = &pool->areas, *at;
	u64 nr = 0;

	MM_CHECK(pool->nr, COUNT, "pool for %llu pages: it is marked as filled, and is empty",
		 pages);
	for (at = prev->next; at != &pool->areas; prev = at, at = at->next, nr++) {
		const struct vmap_area *va = container_of(at, struct vmap_area, list);

		MM_CHECK(nr < pool->nr && at->prev == prev, LIST,
			 "pool for %llu pages: its list is broken, or longer than the %lu areas "
			 "counted",
			 pages, pool->nr);
		MM_CHECK(va_pages(va) == pages && va->va_start >= vs->start &&
				 va->va_end <= vs->end,
			 RANGE, "[%#llx, %#llx) is in the pool for %llu pages", va->va_start,
			 va->va_end, pages);
		MM_CHECK(va->home == node, LIST,
			 "[%#llx, %#llx) is in a pool of node %u, and its home is node %u",
			 va->va_start, va->va_end, node, va->home);
		tally_area(t, va);
	}
	MM_CHECK(nr == pool->nr, COUNT, "pool for %llu pages: %lu areas counted, %llu found", pages,
		 pool->nr, nr);
	MM_CHECK(at->prev == prev, LIST, "pool for %llu pages: its list does not end at the oldest",
		 pages);
	return nr;
}

/* P1 to P4. */
static void pool_verify(const struct vmap_space *vs, struct tally *t)
{
	for (unsigned int i = 0; i < vs->nr_nodes; i++) {
		const struct vmap_pools *p = &vs->pools[i];
		unsigned int k;
		u64 pages = 0;

		/* A pool whose bit is clear is passed over; an area in it is then missed (V9). */
		for_each_filled (k, p)
			pages += (k + 1) * verify_pool(vs, i, &p->pool[k], k + 1, t);
		MM_CHECK(pages == p->pages, COUNT,
			 "pools of node %u: %llu pages counted, %llu found", i, p->pages, pages);
		MM_CHECK(!p->todo, LIST,
			 "node %u has areas to be put back, and no purge is in flight", i);
	}
}

static void pool_for_each_cached(const struct vmap_space *vs,
				 void (*fn)(u64 start, u64 end, unsigned int cpu, void *arg),
				 void *arg)
{
	for (unsigned int i = 0; i < vs->nr_nodes; i++) {
		const struct vmap_pools *p = &vs->pools[i];
		unsigned int k;

		for_each_filled (k, p) {
			const struct cds_list_head *head = &p->pool[k].areas, *at;

			for (at = head->next; at != head; at = at->next) {
				const struct vmap_area *va;

				va = container_of(at, struct vmap_area, list);
				fn(va->va_start, va->va_end, i, arg);
			}
		}
	}
}

VERIFIER_END

const struct vmap_source_ops vmap_pool_source = {
	.init = pool_init,
	.exit = pool_exit,
	.take = pool_take,
	.put_back = pool_put_back,
	.cached_pages = pool_cached_pages,
	.hits = pool_hits,
	.verify = pool_verify,
	.for_each_cached = pool_for_each_cached,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pool.c - pools: what a purge frees is cached by its size, for the next request of that size.
 *
 * After "Mitigate a vmap lock contention" (2024), which is what became of the zones of 2023.
 * There are up to VMAP_MAX_NODES nodes, for areas in use and lazily freed (lazy.c), and each node
 * has pools: one for each size up to VMAP_POOL_MAX_PAGES, of areas of exactly so many pages. A CPU
 * asks the pools of one node; what it finds has been flushed, and is taken without a search, and
 * without the heap.
 *
 * A purge fills the pools: an area that was lazily freed goes to the pool of its size of the node
 * for whose CPU it was allocated (vmap_area.home), whoever frees it and wherever it lies, so that
 * who allocates and frees again and again has it back; a larger one, and a congruent area, goes to
 * the heap. Before that a purge, if it frees anything, takes a quarter of what is in each pool back
 * to the heap: a size that nobody asks for any more does not keep its addresses for ever. A request
 * that finds no room has all pools emptied.
 *
 * A request goes to the heap at once if it is particular about its place or too large; and if the
 * pool is empty, or what is looked at there is not aligned as it has to be.
 *
 * Helpers. When more has gathered than a purge is meant to free, as when many CPUs free at a time,
 * the nodes are dealt out to workers on several CPUs. The purge waits for them; but what none has
 * begun with when the purge has done its own share it does itself. So it waits for no worker that
 * waits for it, as one does that wants to purge.
 */
#include "cached.h"

/* Areas of a pool that are looked at for one that is aligned. */
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
	touch_area(va, true);
	if (!pool->nr++) {
		CDS_INIT_LIST_HEAD(&pool->areas);
		set_filled(p, pool, true);
	}
	cds_list_add(&va->list, &pool->areas);
	p->pages += va_pages(va);
}

static void pool_remove(struct vmap_pools *p, struct vmap_pool *pool, struct vmap_area *va)
{
	touch_area(va, true);
	cds_list_del(&va->list);
	if (!--pool->nr)
		set_filled(p, pool, false);
	p->pages -= va_pages(va);
}

/* An area of the pool that is aligned, or NULL; lock held. */
static struct vmap_area *pool_find(const struct vmap_pool *pool, u64 align)
{
	const struct cds_list_head *at = pool->nr ? pool->areas.next : &pool->areas;

	for (int i = 0; i < POOL_MISSES && at != &pool->areas; i++, at = at->next) {
		struct vmap_area *va = container_of(at, struct vmap_area, list);

		touch_area(va, false);
		if (IS_ALIGNED(va->va_start, align))
			return va;
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
	va = pool_find(pool, align);
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

/* Of each pool of a node the oldest quarter, or all, is put in front of @list, which is returned.
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

/* A node: its pools decay, and then they, or the heap, take what has been freed. */
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
 * How many share the work, the purge itself included: one for each lazy_max_pages that have
 * gathered, and no more than there are nodes.
 */
static unsigned int count_helpers(const struct vmap_space *vs, u64 pages)
{
	u64 most = min(vs->nr_nodes, num_online(machine_topology(vs->m)));

	return (unsigned int)max(min(pages / vs->lazy_max_pages, most), (u64)1);
}

/* The nodes in shares, as even as can be. The first is the purge's own. */
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

static void pool_stats(struct vmap_space *vs, struct vmap_stats *st)
{
	unsigned long flags;

	for (unsigned int i = 0; i < vs->nr_nodes; i++) {
		struct vmap_pools *p = &vs->pools[i];

		spin_lock_irqsave(&p->lock, flags);
		st->cached_pages += p->pages;
		spin_unlock_irqrestore(&p->lock, flags);
	}
	st->free_pages = st->cached_pages;
	heap_stats(vs, st);
}

static u64 pool_hits(struct vmap_space *vs)
{
	u64 hits = 0;

	for (unsigned int i = 0; i < vs->nr_nodes; i++)
		hits += __atomic_load_n(&vs->pools[i].hits, __ATOMIC_RELAXED);
	return hits;
}

/* What follows are judges: see verify.c. */
#ifdef __clang__
#pragma clang attribute push(__attribute__((no_sanitize("thread", "coverage"))),                   \
			     apply_to = function)
#endif

/* A pool of areas of @pages pages, of that node. Returns how many there are. */
static u64 verify_pool(const struct vmap_space *vs, unsigned int node, const struct vmap_pool *pool,
		       u64 pages, struct tally *t)
{
	const struct cds_list_head *prev = &pool->areas, *at;
	u64 nr = 0;

	MM_CHECK(pool->nr, COUNT, "the pool for %llu pages is noted as filled, and is empty",
		 pages);
	for (at = prev->next; at != &pool->areas; prev = at, at = at->next, nr++) {
		const struct vmap_area *va = container_of(at, struct vmap_area, list);

		MM_CHECK(
			nr < pool->nr && at->prev == prev, LIST,
			"the pool for %llu pages is broken, or has more than the %lu areas counted",
			pages, pool->nr);
		MM_CHECK(va_pages(va) == pages && va->va_start >= vs->start &&
				 va->va_end <= vs->end,
			 RANGE, "[%#llx, %#llx) is in the pool for %llu pages", va->va_start,
			 va->va_end, pages);
		MM_CHECK(va->home == node, LIST,
			 "[%#llx, %#llx) is in a pool of node %u, and belongs into node %u",
			 va->va_start, va->va_end, node, va->home);
		tally_area(t, va);
	}
	MM_CHECK(nr == pool->nr, COUNT, "the pool for %llu pages: %lu areas remembered, %llu found",
		 pages, pool->nr, nr);
	MM_CHECK(at->prev == prev, LIST, "the pool for %llu pages does not end at its oldest area",
		 pages);
	return nr;
}

static void pool_verify(const struct vmap_space *vs, struct tally *t)
{
	for (unsigned int i = 0; i < vs->nr_nodes; i++) {
		const struct vmap_pools *p = &vs->pools[i];
		unsigned int k;
		u64 pages = 0;

		/* An area in another pool is missed as part of the space. */
		for_each_filled (k, p)
			pages += (k + 1) * verify_pool(vs, i, &p->pool[k], k + 1, t);
		MM_CHECK(pages == p->pages, COUNT,
			 "pools of node %u: %llu pages remembered, %llu found", i, p->pages, pages);
		MM_CHECK(!p->todo, LIST, "nobody purges, and node %u has areas to be put back", i);
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

#ifdef __clang__
#pragma clang attribute pop
#endif

const struct vmap_source_ops vmap_pool_source = {
	.by_size = true,
	.init = pool_init,
	.exit = pool_exit,
	.take = pool_take,
	.put_back = pool_put_back,
	.stats = pool_stats,
	.hits = pool_hits,
	.verify = pool_verify,
	.for_each_cached = pool_for_each_cached,
};

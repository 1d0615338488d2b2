/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zone.c - zones: each CPU prefetches a range of addresses for several requests.
 *
 * After "mm: vmalloc: Offload free_vmap_area_lock global lock" (2023). A zone is a CPU's share of
 * the layer: a cache of free ranges, and a node of busy and lazy areas (lazy.c). The two are about
 * different addresses: the cache has what the CPU has fetched, from anywhere, and the node has the
 * areas that begin in its slices, whichever CPU uses them.
 *
 * A request goes to the heap at once if it names a range, or if fewer than three requests like it,
 * alignment included, fit a prefetched range. Every other request asks the cache of its CPU. If
 * nothing in there fits, and no range of REFILL_PAGES pages is left, the task fetches zone_size
 * bytes from the heap. The heap gives the lowest range, so ranges that CPUs fetch one after the
 * other lie side by side, and addresses in use are not spread over the whole space. A cache that is
 * too fragmented for the request and yet has REFILL_PAGES pages in one piece is not refilled: the
 * request goes to the heap. So does one that finds no memory or no room for a prefetch.
 *
 * The prefetch race. fill_in_progress keeps other tasks of the CPU from fetching at the same time:
 * they go to the heap. A task sets it after it has found the cache empty, and does not look at the
 * cache again. So two tasks of a CPU that both find it empty may fetch one after the other. That is
 * tolerated: the second range is cached like the first, and is used, or goes back with the next
 * purge (VMAP_PREFETCH_EXTRA counts it).
 *
 * A task may be migrated at any moment; it uses the cache of the CPU that it was on. Nothing about
 * a cache is reserved to its own CPU.
 *
 * A purge empties every cache into the heap. Otherwise a range that one CPU has fetched and does
 * not use would be lost to all others: a request that finds no room purges, and asks again.
 */
#include "cached.h"
#include "verify.h"

/* A cache whose largest range is smaller is refilled. */
#define REFILL_PAGES 4

static bool worth_fetching(const struct free_areas *fa)
{
	return free_largest(fa) < REFILL_PAGES * PAGE_SIZE;
}

/*
 * Fetch a range, and serve the request from it.
 * @fetched: the cache's count at the moment that it was found empty
 *
 * Return: the address; @vend if one of the two was not possible.
 */
static u64 prefetch(struct vmap_space *vs, struct vmap_cache *c, unsigned long fetched,
		    struct vmap_area **spare, u64 size, u64 align, u64 vend, gfp_t gfp)
{
	struct vmap_area *va, *none = NULL;
	unsigned long flags;
	u64 addr = vend;

	if (xchg(&c->fill_in_progress, true)) {
		count_event(vs, VMAP_PREFETCH_LOST);
		return vend;
	}
	va = kmalloc(vs->m, sizeof(*va), gfp);
	if (va)
		addr = heap_take(vs, &none, vs->zone_size, PAGE_SIZE, vs->start, vend, gfp);
	if (addr == vend) {
		kfree(vs->m, va);
	} else {
		va->va_start = addr;
		va->va_end = addr + vs->zone_size;
		spin_lock_irqsave(&c->free.lock, flags);
		count_event(vs, VMAP_PREFETCH);
		if (c->fetched++ != fetched)
			count_event(vs, VMAP_PREFETCH_EXTRA);
		merge_or_add_vmap_area(vs->m, &c->free, va);
		addr = __alloc_vmap_area(vs->m, &c->free, spare, size, align, vs->start, vend);
		spin_unlock_irqrestore(&c->free.lock, flags);
	}
	smp_store_release(&c->fill_in_progress, false);
	return addr;
}

static u64 cache_take(struct vmap_space *vs, struct vmap_area **spare, u64 size, u64 align,
		      u64 vend, gfp_t gfp)
{
	const unsigned int cpu = raw_smp_processor_id();
	struct vmap_cache *c = &vs->cache[cpu];
	unsigned long flags, fetched;
	bool fetch;
	u64 addr;

	spin_lock_irqsave(&c->free.lock, flags);
	addr = __alloc_vmap_area(vs->m, &c->free, spare, size, align, vs->start, vend);
	if (addr != vend && raw_smp_processor_id() != cpu)
		count_event(vs, VMAP_CPU_LEFT);
	fetch = addr == vend && worth_fetching(&c->free);
	fetched = c->fetched;
	spin_unlock_irqrestore(&c->free.lock, flags);
	return fetch ? prefetch(vs, c, fetched, spare, size, align, vend, gfp) : addr;
}

/* Do fewer than three such requests fit a prefetched range? The sum may wrap: it is large then. */
static bool too_large(const struct vmap_space *vs, u64 size, u64 align)
{
	u64 most = size + (align - PAGE_SIZE);

	return most < size || vs->zone_size / most < 3;
}

static u64 zone_take(struct vmap_space *vs, struct vmap_area **spare, u64 size, u64 align,
		     u64 vstart, u64 vend, gfp_t gfp)
{
	u64 addr = vend;

	if (vs->zone_size && vstart == vs->start && vend == vs->end && !too_large(vs, size, align))
		addr = cache_take(vs, spare, size, align, vend, gfp);
	if (addr == vend)
		addr = heap_take(vs, spare, size, align, vstart, vend, gfp);
	return addr;
}

static void zone_put_back(struct vmap_space *vs, struct vmap_area *list, bool all)
{
	unsigned int cpu;

	lockdep_assert_mutex_held(&vs->vmap_purge_lock);
	heap_put_back(vs, list, all);
	if (!vs->cache)
		return;
	for_each_possible_cpu (cpu, machine_topology(vs->m)) {
		struct vmap_cache *c = &vs->cache[cpu];
		struct vmap_area *cached;
		unsigned long flags;

		spin_lock_irqsave(&c->free.lock, flags);
		cached = free_take_all(&c->free);
		if (cached && __atomic_load_n(&c->fill_in_progress, __ATOMIC_RELAXED))
			count_event(vs, VMAP_EMPTIED_IN_FILL);
		spin_unlock_irqrestore(&c->free.lock, flags);
		heap_put_back(vs, cached, all);
	}
}

static int zone_init(struct vmap_space *vs)
{
	unsigned int cpu;

	if (!vs->zone_size)
		return 0;
	vs->cache = kcalloc(vs->m, vs->nr_cpus, sizeof(*vs->cache), GFP_KERNEL);
	if (!vs->cache)
		return -ENOMEM;
	for_each_possible_cpu (cpu, machine_topology(vs->m))
		free_areas_init(&vs->cache[cpu].free, "vmap_zone_lock", NULL);
	return 0;
}

static void zone_exit(struct vmap_space *vs)
{
	kfree(vs->m, vs->cache);
}

static u64 zone_cached_pages(struct vmap_space *vs)
{
	unsigned long flags;
	unsigned int cpu;
	u64 pages = 0;

	if (!vs->cache)
		return 0;
	for_each_possible_cpu (cpu, machine_topology(vs->m)) {
		struct free_areas *fa = &vs->cache[cpu].free;

		spin_lock_irqsave(&fa->lock, flags);
		pages += fa->pages;
		spin_unlock_irqrestore(&fa->lock, flags);
	}
	return pages;
}

VERIFIER_BEGIN

/* Z1, Z2. */
static void zone_verify(const struct vmap_space *vs, struct tally *t)
{
	if (!vs->cache)
		return;
	for (unsigned int cpu = 0; cpu < vs->nr_cpus; cpu++) {
		tally_free_areas(vs, &vs->cache[cpu].free, t);
		MM_CHECK(!vs->cache[cpu].fill_in_progress, HINT,
			 "CPU %u: a prefetch is in progress, and no task is at work", cpu);
	}
}

static void zone_for_each_cached(const struct vmap_space *vs,
				 void (*fn)(u64 start, u64 end, unsigned int cpu, void *arg),
				 void *arg)
{
	for (unsigned int cpu = 0; vs->cache && cpu < vs->nr_cpus; cpu++) {
		const struct vmap_area *va = tree_min(RB_ROOT(&vs->cache[cpu].free.root));

		for (; va; va = tree_next(va))
			fn(va->va_start, va->va_end, cpu, arg);
	}
}

VERIFIER_END

const struct vmap_source_ops vmap_zone_source = {
	.init = zone_init,
	.exit = zone_exit,
	.take = zone_take,
	.put_back = zone_put_back,
	.cached_pages = zone_cached_pages,
	.verify = zone_verify,
	.for_each_cached = zone_for_each_cached,
};

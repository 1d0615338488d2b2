/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zone.c - zones: each CPU fetches addresses for several requests at once.
 *
 * After "mm: vmalloc: Offload free_vmap_area_lock global lock" (2023). A zone is a CPU's share of
 * the layer: a cache of free addresses, and a node for areas in use and lazily freed (lazy.c). The
 * two are not of the same addresses: the cache has what the CPU has fetched, from anywhere, and the
 * node has the areas that begin in its slices, whoever uses them.
 *
 * A request goes to the heap at once if it is particular about its place, or so large, alignment
 * included, that fewer than three like it fit what is fetched. Else the cache of the CPU is asked.
 * If that has nothing that fits, and nothing of REFILL_PAGES pages any more, one range of zone_size
 * is fetched from the heap, where it is the lowest: so what CPUs fetch one after the other lies
 * side by side, and the addresses in use are not spread over all there are.
 *
 * fill_in_progress keeps others of the CPU from fetching too: who finds it set goes to the heap. It
 * is looked at after the cache was found empty, and the cache is not looked at again. So two tasks
 * of a CPU that find it empty may both fetch, one after the other. That is tolerated: the second
 * range is in the cache like the first, and is used, or goes back at the next purge
 * (VMAP_PREFETCH_EXTRA counts it).
 *
 * A task may be moved to another CPU at any moment: it asks the cache of the one that it was on.
 * There is nothing about a cache that only its own CPU may do.
 *
 * A purge empties every cache into the heap. Otherwise what one CPU has fetched and does not use
 * would be lost to all others: a request that finds no room purges, and asks again.
 */
#include "cached.h"

/* A cache whose largest range is smaller is as good as empty. */
#define REFILL_PAGES 4

static bool worth_fetching(const struct free_areas *fa)
{
	return free_largest(fa) < REFILL_PAGES * PAGE_SIZE;
}

/*
 * Fetch a range, and serve the request from it. @vend: neither was possible.
 * @fetched: of the cache, when it was found empty
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

/* Fewer than three of these fit what is fetched. The sum may wrap; then it is large. */
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
		free_areas_init(&vs->cache[cpu].free, "vmap_zone_lock");
	return 0;
}

static void zone_exit(struct vmap_space *vs)
{
	kfree(vs->m, vs->cache);
}

static void zone_stats(struct vmap_space *vs, struct vmap_stats *st)
{
	unsigned long flags;
	unsigned int cpu;

	if (vs->cache) {
		for_each_possible_cpu (cpu, machine_topology(vs->m)) {
			struct free_areas *fa = &vs->cache[cpu].free;

			spin_lock_irqsave(&fa->lock, flags);
			st->cached_pages += fa->pages;
			spin_unlock_irqrestore(&fa->lock, flags);
		}
	}
	st->free_pages = st->cached_pages;
	heap_stats(vs, st);
}

/* What follows are judges: see verify.c. */
#ifdef __clang__
#pragma clang attribute push(__attribute__((no_sanitize("thread", "coverage"))),                   \
			     apply_to = function)
#endif

static void zone_verify(const struct vmap_space *vs, struct tally *t)
{
	if (!vs->cache)
		return;
	for (unsigned int cpu = 0; cpu < vs->nr_cpus; cpu++) {
		tally_free_areas(vs, &vs->cache[cpu].free, t);
		MM_CHECK(!vs->cache[cpu].fill_in_progress, HINT,
			 "nobody is at work, and somebody fetches for CPU %u", cpu);
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

#ifdef __clang__
#pragma clang attribute pop
#endif

const struct vmap_source_ops vmap_zone_source = {
	.by_cpu = true,
	.purge_empties = true,
	.init = zone_init,
	.exit = zone_exit,
	.take = zone_take,
	.put_back = zone_put_back,
	.stats = zone_stats,
	.verify = zone_verify,
	.for_each_cached = zone_for_each_cached,
};

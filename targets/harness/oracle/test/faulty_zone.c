/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * faulty_zone.c - the kinds of the naive vmap layer, and what two of them keep ready: zones and
 * pools; see faulty_vmap.h.
 *
 * A range that is cached is an entry of the list of areas, so the search for a gap passes it by. Of
 * zones those that touch are one. Nothing is lazy, so a pool is filled when an area is freed, and
 * not by a purge. All under the space's lock.
 */
#include "faulty_vmap.h"

#include "machine/meta.h"

void faulty_cache_init(struct vmap_space *vs, const struct vmap_config *cfg)
{
	const u32 cpus = num_possible(machine_topology(vs->m));

	vs->zone = vs->nodes = 0;
	/* How many pages it is without being told is not known here: no program asks for it. */
	if (vs->kva == VMAP_ZONE && cfg->zone_pages != VMAP_ZONES_OFF && cpus > 1)
		vs->zone = (u64)cfg->zone_pages << PAGE_SHIFT;
	if (vs->kva == VMAP_POOL)
		vs->nodes = cfg->nodes ?: cpus;
}

/* The lowest range of an owner that the request fits in; @at receives where. */
static struct vmap_area *find_cached(struct vmap_space *vs, u32 owner, u64 size, u64 align, u64 *at)
{
	struct vmap_area *va;

	cds_list_for_each_entry (va, &vs->areas, list) {
		*at = ALIGN(va->start, align);
		if (va->cached && va->owner == owner && *at + size <= va->end)
			return va;
	}
	return NULL;
}

static u64 largest_cached(struct vmap_space *vs, u32 owner)
{
	struct vmap_area *va;
	u64 largest = 0;

	cds_list_for_each_entry (va, &vs->areas, list)
		if (va->cached && va->owner == owner)
			largest = max(largest, va->end - va->start);
	return largest;
}

static void drop(struct vmap_space *vs, struct vmap_area *va)
{
	cds_list_del(&va->list);
	kfree(vs->m, va);
}

/* Cut the request out of a cached range, whose rest stays. */
static void cut(struct vmap_space *vs, struct vmap_area *cached, struct vmap_area *va, u64 at,
		u64 size, struct vmap_area **spare)
{
	*va = (struct vmap_area){.start = at, .end = at + size};
	if (at + size < cached->end) {
		**spare = (struct vmap_area){.start = at + size,
					     .end = cached->end,
					     .cached = true,
					     .owner = cached->owner};
		cds_list_add(&(*spare)->list, &cached->list);
		*spare = NULL;
	}
	cds_list_add(&va->list, &cached->list);
	cached->end = at;
	if (cached->start == at)
		drop(vs, cached);
}

static void join(struct vmap_space *vs, struct vmap_area *va)
{
	struct vmap_area *below;

	if (va->list.prev == &vs->areas)
		return;
	below = cds_list_entry(va->list.prev, struct vmap_area, list);
	if (below->cached && below->owner == va->owner && below->end == va->start) {
		va->start = below->start;
		drop(vs, below);
	}
}

static void fetch(struct vmap_space *vs, u32 cpu, u64 size, struct vmap_area **spare)
{
	struct vmap_area *va = *spare;

	if (faulty_find_gap(vs, va, size, PAGE_SIZE, vs->start, vs->end))
		return;
	va->cached = true;
	va->owner = cpu;
	*spare = NULL;
	join(vs, va);
}

static bool zone_take(struct vmap_space *vs, struct vmap_area *va, u64 size, u64 align,
		      struct vmap_area *spare[2])
{
	const u32 cpu = faulty(FAULT_ZONE_OTHER) ? 0 : raw_smp_processor_id();
	struct vmap_area *cached = NULL;
	u64 at;

	if ((size + align - PAGE_SIZE) * (faulty(FAULT_ZONE_LARGE) ? 2 : 3) > vs->zone)
		return false;
	if (!faulty(FAULT_ZONE_SKIPPED))
		cached = find_cached(vs, cpu, size, align, &at);
	if (!cached && (largest_cached(vs, cpu) < 4 * PAGE_SIZE || faulty(FAULT_ZONE_SKIPPED))) {
		fetch(vs, cpu, vs->zone, &spare[1]);
		if (!faulty(FAULT_ZONE_SKIPPED))
			cached = find_cached(vs, cpu, size, align, &at);
	}
	if (cached)
		cut(vs, cached, va, at, size, &spare[0]);
	return cached;
}

static bool pool_take(struct vmap_space *vs, struct vmap_area *va, u64 size, u64 align,
		      struct vmap_area **spare)
{
	const u32 node = raw_smp_processor_id() % vs->nodes;
	struct vmap_area *cached;

	if (size >> PAGE_SHIFT > VMAP_POOL_MAX_PAGES || faulty(FAULT_POOL_SKIPPED))
		return false;
	cds_list_for_each_entry (cached, &vs->areas, list) {
		u64 has = cached->end - cached->start;

		if (!cached->cached || cached->owner != node || !IS_ALIGNED(cached->start, align) ||
		    (faulty(FAULT_POOL_LARGER) ? has <= size : has != size))
			continue;
		cut(vs, cached, va, cached->start, size, spare);
		return true;
	}
	return false;
}

static bool cache_take(struct vmap_space *vs, struct vmap_area *va, u64 size, u64 align, u64 vstart,
		       u64 vend, struct vmap_area *spare[2])
{
	if ((vstart > vs->start || vend < vs->end) && !faulty(FAULT_ZONE_RANGE))
		return false;
	if (vs->zone)
		return zone_take(vs, va, size, align, spare);
	return vs->nodes && pool_take(vs, va, size, align, &spare[0]);
}

int faulty_take(struct vmap_space *vs, struct vmap_area *va, u64 size, u64 align, u64 vstart,
		u64 vend, struct vmap_area *spare[2])
{
	int err;

	if (cache_take(vs, va, size, align, vstart, vend, spare))
		return 0;
	err = faulty_find_gap(vs, va, size, align, vstart, vend);
	if (!err || faulty(FAULT_CACHED_STAYS))
		return err;
	faulty_give_back(vs);
	if (cache_take(vs, va, size, align, vstart, vend, spare))
		return 0;
	return faulty_find_gap(vs, va, size, align, vstart, vend);
}

bool faulty_keep(struct vmap_space *vs, struct vmap_area *va)
{
	if (!vs->nodes || va->end - va->start > VMAP_POOL_MAX_PAGES << PAGE_SHIFT)
		return false;
	va->cached = true;
	va->block = false;
	va->owner = va->start / (VMAP_SLICE_PAGES << PAGE_SHIFT) % vs->nodes;
	return true;
}

void faulty_give_back(struct vmap_space *vs)
{
	struct vmap_area *va, *next;

	cds_list_for_each_entry_safe (va, next, &vs->areas, list)
		if (va->cached)
			drop(vs, va);
}

void purge_vmap_area_lazy(struct vmap_space *vs)
{
	if (vs->zone && !faulty(FAULT_ZONE_CACHED))
		faulty_give_back(vs);
}

void for_each_cached_area(struct vmap_space *vs,
			  void (*fn)(u64 start, u64 end, unsigned int cpu, void *arg), void *arg)
{
	struct vmap_area *va;

	cds_list_for_each_entry (va, &vs->areas, list)
		if (va->cached)
			fn(va->start - (faulty(FAULT_CACHED_OVERLAP) ? PAGE_SIZE : 0), va->end,
			   va->owner, arg);
}

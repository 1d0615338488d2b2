/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * faulty_vmap.c - a naive vmap layer for the executor's tests; see faulty_allocators.h.
 *
 * First fit over a list, with one lock; a free unmaps, flushes and frees at once. Under the lock
 * areas are disjoint and sorted; a search and the allocation of its result are one critical
 * section. Each short mapping has a separate vmap block, except in an eager space, which is the
 * only difference of the two kinds. The search for congruent areas tries base by base from the top.
 *
 * Longer than 500 lines: it has a fault for each check of a target.
 */
#include "faulty_vmap.h"

#include "machine/meta.h"
#include "machine/pgtable.h"

static enum fault chosen;

void faulty_choose(enum fault fault)
{
	chosen = fault;
}

bool faulty(enum fault fault)
{
	return unlikely(chosen == fault);
}

void faulty_enter(struct vmap_space *vs)
{
	atomic_inc(&vs->inside);
}

void faulty_leave(struct vmap_space *vs)
{
	atomic_dec(&vs->inside);
}

void faulty_check_quiet(struct vmap_space *vs, bool quiet)
{
	/* Read without a scheduling point, where another operation could begin. */
	if (quiet)
		MM_CHECK(!vs->inside.counter, CRASH, "quiet, and an operation is under way");
}

int vmap_create(struct machine *m, const struct vmap_config *cfg, struct vmap_space **out)
{
	struct vmap_space *vs;

	if (faulty(FAULT_VMAP_CREATE) || (cfg->kva == VMAP_EAGER && faulty(FAULT_EAGER_CREATE)) ||
	    (cfg->kva == VMAP_POOL && faulty(FAULT_POOL_CREATE)))
		return -ENOMEM;
	vs = kzalloc(m, sizeof(*vs), GFP_KERNEL);
	if (!vs)
		return -ENOMEM;
	vs->m = m;
	vs->start = cfg->start;
	vs->end = cfg->start + cfg->size;
	vs->kva = cfg->kva;
	vs->eager = cfg->kva == VMAP_EAGER;
	faulty_cache_init(vs, cfg);
	/* A size that the space chooses is one that fits all mappings. */
	vs->block = (u64)(cfg->block_pages ?: 2 * VMAP_MAX_ALLOC) << PAGE_SHIFT;
	spin_lock_init(&vs->lock, "areas");
	CDS_INIT_LIST_HEAD(&vs->areas);
	*out = vs;
	return 0;
}

void vmap_destroy(struct vmap_space *vs)
{
	if (!vs)
		return;
	faulty_give_back(vs);
	MM_CHECK(cds_list_empty(&vs->areas), LEAK_AREA, "areas are left");
	kfree(vs->m, vs);
}

/* A fault of one of two spaces. */
static bool eager_faulty(const struct vmap_space *vs, enum fault fault)
{
	return vs->eager && faulty(fault);
}

static bool lazy_faulty(const struct vmap_space *vs, enum fault fault)
{
	return vs->kva == VMAP_LAZY && faulty(fault);
}

static bool pool_faulty(const struct vmap_space *vs, enum fault fault)
{
	return vs->kva == VMAP_POOL && faulty(fault);
}

u64 vmap_start(const struct vmap_space *vs)
{
	return vs->start;
}

u64 vmap_end(const struct vmap_space *vs)
{
	return vs->end;
}

unsigned int vmap_block_pages(const struct vmap_space *vs)
{
	return vs->block >> PAGE_SHIFT;
}

int faulty_find_gap(struct vmap_space *vs, struct vmap_area *va, u64 size, u64 align, u64 vstart,
		    u64 vend)
{
	struct cds_list_head *before = &vs->areas;
	struct vmap_area *other;
	u64 at = ALIGN(max(faulty(FAULT_AREA_ELSEWHERE) ? 0 : vstart, vs->start), align);

	vend = min(faulty(FAULT_AREA_ELSEWHERE) ? ~0ULL : vend, vs->end);
	if (faulty(FAULT_AREA_BEHIND))
		at = vend - PAGE_SIZE;
	else if (faulty(FAULT_AREA_BELOW))
		at -= PAGE_SIZE;
	else if (faulty(FAULT_AREA_HIGHER))
		at += align;
	else if (faulty(FAULT_AREA_NO_EXACT))
		vend -= PAGE_SIZE;
	cds_list_for_each_entry (other, &vs->areas, list) {
		if ((other->lazy && faulty(FAULT_AREAS_NO_FLUSH)) ||
		    (other->cached && faulty(FAULT_CACHED_TAKEN)))
			continue;
		before = &other->list;
		if (at + size <= other->start || faulty(FAULT_AREA_OVERLAP) ||
		    eager_faulty(vs, FAULT_EAGER_OVERLAP))
			break;
		at = max(at, ALIGN(other->end, align));
		before = &vs->areas;
	}
	if (at + size > vend && !faulty(FAULT_AREA_BEHIND))
		return -EBUSY;
	va->start = at;
	va->end = at + size;
	va->lazy = va->cached = va->block = false;
	cds_list_add_tail(&va->list, before);
	return 0;
}

/* Create an additional area. */
static struct vmap_area *one_more(struct vmap_space *vs, u64 size, u64 align, gfp_t gfp)
{
	struct vmap_area *va = kmalloc(vs->m, sizeof(*va), gfp);
	unsigned long flags;

	MM_CHECK(va, CRASH, "no memory for a fault");
	spin_lock_irqsave(&vs->lock, flags);
	MM_CHECK(!faulty_find_gap(vs, va, size, align, vs->start, vs->end), CRASH,
		 "no room for a fault");
	spin_unlock_irqrestore(&vs->lock, flags);
	return va;
}

struct vmap_area *alloc_vmap_area(struct vmap_space *vs, u64 size, u64 align, u64 vstart, u64 vend,
				  gfp_t gfp)
{
	struct vmap_area *va, *spare[2] = {NULL, NULL};
	unsigned long flags;
	int err;

	if (faulty(FAULT_AREA_REFUSED) || eager_faulty(vs, FAULT_EAGER_REFUSED) ||
	    lazy_faulty(vs, FAULT_LAZY_REFUSED))
		return ERR_PTR(-EBUSY);
	if (faulty(FAULT_AREA_ERROR))
		return ERR_PTR(-EINVAL);
	if (faulty(FAULT_AREA_MISALIGNED) || eager_faulty(vs, FAULT_EAGER_MISALIGNED) ||
	    pool_faulty(vs, FAULT_POOL_MISALIGNED))
		align = PAGE_SIZE;
	if (faulty(FAULT_AREA_LONG))
		size += PAGE_SIZE;
	faulty_enter(vs);
	va = kmalloc(vs->m, sizeof(*va), gfp);
	err = va ? 0 : -ENOMEM;
	for (u32 i = 0; i < 2 && (vs->zone || vs->nodes); i++)
		spare[i] = kmalloc(vs->m, sizeof(*va), gfp);
	if (va) {
		spin_lock_irqsave(&vs->lock, flags);
		err = faulty_take(vs, va, size, align, vstart, vend, spare);
		spin_unlock_irqrestore(&vs->lock, flags);
	}
	kfree(vs->m, spare[0]);
	kfree(vs->m, spare[1]);
	if (err)
		kfree(vs->m, va);
	else if (faulty(FAULT_AREA_LAZY))
		one_more(vs, size, align, gfp)->lazy = true;
	faulty_leave(vs);
	return err ? ERR_PTR(err) : va;
}

void free_unmap_vmap_area(struct vmap_space *vs, struct vmap_area *va)
{
	unsigned long flags;

	faulty_enter(vs);
	if (!faulty(FAULT_NO_UNMAP))
		vunmap_range(vs->m, va->start, (va->end - va->start) >> PAGE_SHIFT);
	if (!faulty(FAULT_NO_FLUSH) && !faulty(FAULT_ALIAS))
		flush_tlb_kernel_range(vs->m, va->start, va->end);
	if (faulty(FAULT_AREAS_NO_PURGE) || faulty(FAULT_AREAS_NO_FLUSH)) {
		va->lazy = true;
	} else if (!faulty(FAULT_AREA_NOT_FREED) && !faulty(FAULT_ALIAS)) {
		spin_lock_irqsave(&vs->lock, flags);
		vs->purges += !faulty(FAULT_PURGE_UNCOUNTED);
		if (faulty_keep(vs, va))
			va = NULL;
		else
			cds_list_del(&va->list);
		spin_unlock_irqrestore(&vs->lock, flags);
		kfree(vs->m, va);
	}
	faulty_leave(vs);
}

struct vmap_area *find_vmap_area(struct vmap_space *vs, u64 addr)
{
	struct vmap_area *va, *found = NULL;
	unsigned long flags;

	if (faulty(FAULT_AREA_NOT_FOUND) || faulty(FAULT_AREAS_NOT_FOUND))
		return NULL;
	spin_lock_irqsave(&vs->lock, flags);
	cds_list_for_each_entry (va, &vs->areas, list)
		if (va->start <= addr && addr < va->end && !va->cached)
			found = va;
	spin_unlock_irqrestore(&vs->lock, flags);
	return found;
}

/* Is the range free, as the search for congruent areas sees it? Lock held. */
static bool range_free(struct vmap_space *vs, u64 start, u64 end)
{
	struct vmap_area *va;

	cds_list_for_each_entry (va, &vs->areas, list)
		if (va->start < end && start < va->end && !faulty(FAULT_AREAS_OVERLAP) &&
		    !(va->lazy && faulty(FAULT_AREAS_NO_FLUSH)))
			return false;
	return start >= vs->start && end <= vs->end;
}

static bool base_fits(struct vmap_space *vs, const u64 *offsets, const u64 *sizes, unsigned int nr,
		      u64 base)
{
	for (unsigned int i = 0; i < nr; i++)
		if (!range_free(vs, base + offsets[i], base + offsets[i] + sizes[i]))
			return false;
	return true;
}

/* Insert an area by its address. Lock held. */
static void enter(struct vmap_space *vs, struct vmap_area *va, u64 start, u64 size)
{
	struct cds_list_head *before = &vs->areas;
	struct vmap_area *other;

	va->start = start;
	va->end = start + size;
	va->lazy = va->cached = va->block = false;
	cds_list_for_each_entry (other, &vs->areas, list)
		if (before == &vs->areas && other->start > start)
			before = &other->list;
	cds_list_add_tail(&va->list, before);
}

/* Find the highest base and insert its areas. Lock held. */
static int find_base(struct vmap_space *vs, const u64 *offsets, const u64 *sizes, unsigned int nr,
		     u64 align, struct vmap_area **vas)
{
	bool skip = faulty(FAULT_AREAS_LOWER);
	u64 base = ALIGN_DOWN(vs->end - PAGE_SIZE, align), lowest = vs->end - vs->start;

	if (faulty(FAULT_AREAS_REFUSED))
		return -EBUSY;
	/* A lower base places all areas below the space. */
	for (unsigned int i = 0; i < nr; i++)
		lowest = max(lowest, offsets[i]);
	for (lowest = vs->start - min(vs->start, lowest); base >= lowest; base -= align) {
		if (!base_fits(vs, offsets, sizes, nr, base))
			continue;
		if (skip) {
			skip = false;
			continue;
		}
		for (unsigned int i = 0; i < nr; i++) {
			bool last = i == nr - 1;

			enter(vs, vas[i],
			      base + offsets[i] -
				      (last && faulty(FAULT_AREAS_APART) ? PAGE_SIZE : 0),
			      sizes[i] + (last && faulty(FAULT_AREAS_LONG) ? PAGE_SIZE : 0));
		}
		return 0;
	}
	return -EBUSY;
}

int pcpu_get_vm_areas(struct vmap_space *vs, const u64 *offsets, const u64 *sizes, unsigned int nr,
		      u64 align, gfp_t gfp, struct vmap_area **vas)
{
	unsigned long flags;
	unsigned int i;
	int err = 0;

	if (faulty(FAULT_AREAS_ERROR))
		return -EINVAL;
	faulty_enter(vs);
	for (i = 0; i < nr; i++) {
		vas[i] = kmalloc(vs->m, sizeof(*vas[i]), gfp);
		if (!vas[i])
			err = -ENOMEM;
	}
	if (!err) {
		spin_lock_irqsave(&vs->lock, flags);
		err = find_base(vs, offsets, sizes, nr, align, vas);
		spin_unlock_irqrestore(&vs->lock, flags);
	}
	for (i = 0; err && i < nr; i++)
		kfree(vs->m, vas[i]);
	faulty_leave(vs);
	return err;
}

void pcpu_free_vm_areas(struct vmap_space *vs, struct vmap_area **vas, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		free_unmap_vmap_area(vs, vas[i]);
}

u64 vmap_area_start(const struct vmap_area *va)
{
	return va->start;
}

u64 vmap_area_end(const struct vmap_area *va)
{
	return va->end;
}

/* Map the frames at @addr, with the fault. */
static int map_frames(struct vmap_space *vs, u64 addr, struct page **pages, unsigned int count,
		      gfp_t gfp)
{
	struct page *reversed[256];

	if (faulty(FAULT_RAM_SHORT))
		count--;
	if (!faulty(FAULT_RAM_REVERSED) && !eager_faulty(vs, FAULT_EAGER_REVERSED))
		return vmap_pages_range(vs->m, addr, pages, count, gfp);
	for (unsigned int i = 0; i < count; i++)
		reversed[i] = pages[count - 1 - i];
	return vmap_pages_range(vs->m, addr, reversed, count, gfp);
}

/* Map another frame at the first address in use. */
void faulty_map_first(struct vmap_space *vs, struct page **page, gfp_t gfp)
{
	u64 addr = cds_list_first_entry(&vs->areas, struct vmap_area, list)->start;

	vunmap_range(vs->m, addr, 1);
	flush_tlb_kernel_range(vs->m, addr, addr + PAGE_SIZE);
	MM_CHECK(!vmap_pages_range(vs->m, addr, page, 1, gfp), CRASH, "no memory for a fault");
}

/* Allocate addresses for a mapping: a block, or an area as long as the mapping. */
static struct vmap_area *ram_area(struct vmap_space *vs, unsigned int count, gfp_t gfp)
{
	bool block = count <= VMAP_MAX_ALLOC && !vs->eager && !faulty(FAULT_RAM_NO_BLOCK);
	bool more = faulty(FAULT_RAM_LONG) || eager_faulty(vs, FAULT_EAGER_LONG) ||
		    lazy_faulty(vs, FAULT_LAZY_LONG);
	u64 size = block ? vs->block : (u64)(count + more) << PAGE_SHIFT;
	struct vmap_area *va;

	if (eager_faulty(vs, FAULT_EAGER_ONE_MORE) || pool_faulty(vs, FAULT_POOL_ONE_MORE) ||
	    lazy_faulty(vs, FAULT_LAZY_ONE_MORE))
		one_more(vs, size, PAGE_SIZE, gfp);

	if (block && faulty(FAULT_RAM_TWO_BLOCKS))
		one_more(vs, size, size, gfp)->block = true;
	va = alloc_vmap_area(vs, size, block ? size : PAGE_SIZE, vs->start, vs->end, gfp);
	if (!IS_ERR(va))
		va->block = block;
	return va;
}

u64 vm_map_ram(struct vmap_space *vs, struct page **pages, unsigned int count, gfp_t gfp)
{
	struct vmap_area *va;

	if (faulty(FAULT_RAM_REFUSED))
		return 0;
	if ((faulty(FAULT_RAM_OVERLAP) || eager_faulty(vs, FAULT_EAGER_SHARED) ||
	     pool_faulty(vs, FAULT_POOL_SHARED)) &&
	    !cds_list_empty(&vs->areas))
		return cds_list_first_entry(&vs->areas, struct vmap_area, list)->start + PAGE_SIZE;
	if (faulty(FAULT_RAM_GFP))
		gfp = GFP_KERNEL;
	if ((faulty(FAULT_RAM_REMAPS) || eager_faulty(vs, FAULT_EAGER_REMAPS)) &&
	    !cds_list_empty(&vs->areas))
		faulty_map_first(vs, &pages[count - 1], gfp);
	if (faulty(FAULT_RAM_FRAME_KEPT))
		get_page(vs->m, pages[0]);
	va = ram_area(vs, count, gfp);
	if (IS_ERR(va))
		return 0;
	if (map_frames(vs, va->start, pages, count, gfp)) {
		free_unmap_vmap_area(vs, va);
		return 0;
	}
	return va->start;
}

void vm_unmap_ram(struct vmap_space *vs, u64 addr, unsigned int count)
{
	if (faulty(FAULT_BLOCK_KEPT)) {
		vunmap_range(vs->m, addr, count);
		flush_tlb_kernel_range(vs->m, addr, addr + ((u64)count << PAGE_SHIFT));
		return;
	}
	free_unmap_vmap_area(vs, find_vmap_area(vs, addr));
}

/* Every free has flushed already. */
void vm_unmap_aliases(struct vmap_space *vs)
{
	if (faulty(FAULT_ALIASES_TWICE))
		flush_tlb_kernel_range(vs->m, vs->start, vs->end);
}

void vmap_verify(struct vmap_space *vs, bool quiet)
{
	faulty_check_quiet(vs, quiet);
	MM_CHECK(!faulty(FAULT_VMAP_VERIFY), LIST, "planted");
}

const char *vmap_owed(const struct vmap_space *vs)
{
	return faulty(FAULT_VMAP_OWES) ? "planted" : NULL;
}

void for_each_vmap_area(struct vmap_space *vs, void (*fn)(u64 start, u64 end, void *arg), void *arg)
{
	for_each_busy_area(vs, fn, arg);
}

void for_each_busy_area(struct vmap_space *vs, void (*fn)(u64 start, u64 end, void *arg), void *arg)
{
	struct vmap_area *va;

	cds_list_for_each_entry (va, &vs->areas, list)
		if (!va->lazy && !va->cached &&
		    !(va->list.next == &vs->areas && faulty(FAULT_AREA_HIDDEN)))
			fn(va->start, va->end, arg);
}

void for_each_lazy_area(struct vmap_space *vs, void (*fn)(u64 start, u64 end, void *arg), void *arg)
{
	struct vmap_area *va;

	cds_list_for_each_entry (va, &vs->areas, list)
		if (va->lazy)
			fn(va->start, va->end, arg);
}

/* A naive space has no events. */
u64 vmap_events(struct vmap_space *vs, enum vmap_event event)
{
	return 0;
}

void vmap_stats(struct vmap_space *vs, struct vmap_stats *st)
{
	u64 at = vs->start;
	struct vmap_area *va;
	unsigned long flags;

	*st = (struct vmap_stats){.purges = vs->purges};
	spin_lock_irqsave(&vs->lock, flags);
	cds_list_for_each_entry (va, &vs->areas, list) {
		u64 pages = (va->end - va->start) >> PAGE_SHIFT;

		st->largest_free = max(st->largest_free, va->start - at);
		st->free_pages += (va->start - at) >> PAGE_SHIFT;
		st->blocks += va->block;
		st->areas += !va->lazy && !va->cached;
		st->free_pages += va->cached ? pages : 0;
		*(va->cached ? &st->cached_pages
		  : va->lazy ? &st->lazy_pages
			     : &st->busy_pages) += pages;
		at = va->end;
	}
	spin_unlock_irqrestore(&vs->lock, flags);
	st->largest_free = max(st->largest_free, vs->end - at);
	st->free_pages += (vs->end - at) >> PAGE_SHIFT;
	st->areas += faulty(FAULT_STATS_AREAS);
	st->lazy_pages += faulty(FAULT_STATS_LAZY);
	st->cached_pages += faulty(FAULT_STATS_CACHED);
	st->free_pages += faulty(FAULT_STATS_FREE);
	st->largest_free += faulty(FAULT_STATS_LARGEST) ? PAGE_SIZE : 0;
	st->blocks = faulty(FAULT_STATS_FEWER) ? 0 : st->blocks + faulty(FAULT_STATS_MORE);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * purge.c - lazily freed areas: many unmaps, one flush.
 *
 * After "mm: rewrite vmap layer" (2008). A flush reaches every CPU, so it is not done for
 * each unmap: unmapped areas gather on a list, and when they hold more than lazy_max_pages,
 * or room is short, or somebody must be sure that no alias is left, one flush over
 * the whole range makes all of them free.
 *
 * Order between list and counter ("mm: vmalloc: fix lazy accounting", 88f5004430ba, 2010): the
 * counter rises *before* the area can be found on the list, and falls after it was taken from
 * there. So a purge never subtracts what has not been added; __purge_vmap_area_lazy() checks.
 *
 * The list is a stack: cmpxchg() to push, xchg() to take all of it. The push releases and the
 * take acquires, so the cleared translations are seen as cleared by who flushes. No
 * element is ever popped alone, so there is no ABA.
 *
 * Three ways to purge:
 *   try      drain_vmap_area_lazy(): over the threshold, in a context that could sleep; does
 *            nothing if a purge is under way. In atomic context, drain_vmap_work() does it later
 *   sync     purge_vmap_area_lazy(): waits for a purge under way, then purges
 *   reclaim  reclaim_and_purge_vmap_areas(): fragmented vmap blocks too; when room is short
 * and vm_unmap_aliases() (ram.c), which extends the range by the dirty parts of blocks.
 */
#include "internal.h"

/*
 * add_vmap_area_lazy() - the area is lazily freed: unmapped, in no tree, and ours no longer
 *
 * Return: lazy pages, this one's included, for drain_vmap_area_lazy(). Context: any.
 */
unsigned long add_vmap_area_lazy(struct vmap_space *vs, struct vmap_area *va)
{
	struct vmap_area *first;
	long nr_lazy;

	nr_lazy = atomic_long_add_return((long)va_pages(va), &vs->vmap_lazy_nr);
	do {
		first = READ_ONCE(vs->purge_list);
		va->purge_next = first;
	} while (cmpxchg(&vs->purge_list, first, va) != first);
	return (unsigned long)nr_lazy;
}

/*
 * __purge_vmap_area_lazy() - flush, and free what is on the list; vmap_purge_lock held
 * @start: the flush covers this range too, which is empty if @start >= @end
 *
 * Return: whether there was a flush: not if the list was empty, whatever the range.
 */
bool __purge_vmap_area_lazy(struct vmap_space *vs, u64 start, u64 end)
{
	struct vmap_area *va, *next, *list;
	unsigned long flags;
	long nr = 0, left;

	lockdep_assert_mutex_held(&vs->vmap_purge_lock);
	list = xchg(&vs->purge_list, NULL);
	if (!list)
		return false;
	for (va = list; va; va = va->purge_next) {
		start = min(start, va->va_start);
		end = max(end, va->va_end);
		nr += (long)va_pages(va);
	}
	flush_tlb_kernel_range(vs->m, start, end);
	atomic_long_add(1, &vs->purges);

	spin_lock_irqsave(&vs->free_vmap_area_lock, flags);
	for (va = list; va; va = next) {
		next = va->purge_next;
		merge_or_add_vmap_area(vs, va);
	}
	spin_unlock_irqrestore(&vs->free_vmap_area_lock, flags);

	left = atomic_long_sub_return(nr, &vs->vmap_lazy_nr);
	MM_CHECK(left >= 0, COUNT, "a purge freed %ld lazy pages, %ld more than were counted", nr,
		 -left);
	return true;
}

void purge_vmap_area_lazy(struct vmap_space *vs)
{
	might_sleep();
	mutex_lock(&vs->vmap_purge_lock);
	__purge_vmap_area_lazy(vs, vs->end, vs->start);
	mutex_unlock(&vs->vmap_purge_lock);
}

static void try_purge_vmap_area_lazy(struct vmap_space *vs)
{
	if (!mutex_trylock(&vs->vmap_purge_lock))
		return;
	__purge_vmap_area_lazy(vs, vs->end, vs->start);
	mutex_unlock(&vs->vmap_purge_lock);
}

/*
 * drain_vmap_area_lazy() - purge if too much has gathered
 * @nr_lazy: as add_vmap_area_lazy() found it
 *
 * Context: any; in atomic context the purge is left to a worker.
 */
void drain_vmap_area_lazy(struct vmap_space *vs, unsigned long nr_lazy)
{
	if (likely(nr_lazy <= vs->lazy_max_pages))
		return;
	if (in_atomic())
		schedule_work(&vs->purge_work);
	else
		try_purge_vmap_area_lazy(vs);
}

/* reclaim_and_purge_vmap_areas() - make free what can be made free. Context: may sleep */
void reclaim_and_purge_vmap_areas(struct vmap_space *vs)
{
	mutex_lock(&vs->vmap_purge_lock);
	purge_fragmented_blocks_allcpus(vs);
	__purge_vmap_area_lazy(vs, vs->end, vs->start);
	mutex_unlock(&vs->vmap_purge_lock);
}

void drain_vmap_work(struct work_struct *work)
{
	reclaim_and_purge_vmap_areas(container_of(work, struct vmap_space, purge_work));
}

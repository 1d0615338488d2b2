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
 * Between the flush and the free tree lies a grace period of RCU: until it has passed, somebody
 * may stand on an area that was on the list of those in use (lazy.c). A purge waits for one, for
 * all that it frees; so the hot path pays nothing for it.
 *
 * Four ways to purge, each of its own meaning:
 *   try      try_purge_vmap_area_lazy(): too much has gathered. Unless somebody purges already
 *   sync     sync_purge_vmap_area_lazy(): all that was freed before must be free now
 *   forced   flush_vmap_area_lazy(): a range must be flushed now, whether or not there is
 *            anything to purge; for vm_unmap_aliases() (ram.c)
 *   reclaim  reclaim_and_purge_vmap_areas(): room is short. Fragmented vmap blocks too
 */
#include "internal.h"

/* Areas linked from @head to @tail, @pages in all, come onto the list in one step. */
static unsigned long push_lazy(struct vmap_space *vs, struct vmap_area *head,
			       struct vmap_area *tail, u64 pages)
{
	struct vmap_area *first;
	long nr_lazy;

	nr_lazy = atomic_long_add_return((long)pages, &vs->vmap_lazy_nr);
	do {
		first = READ_ONCE(vs->purge_list);
		tail->purge_next = first;
	} while (cmpxchg(&vs->purge_list, first, head) != first);
	return (unsigned long)nr_lazy;
}

/*
 * add_vmap_area_lazy() - the area is lazily freed: unmapped, in no tree, and ours no longer
 *
 * Return: lazy pages, this one's included, for drain_vmap_area_lazy(). Context: any.
 */
unsigned long add_vmap_area_lazy(struct vmap_space *vs, struct vmap_area *va)
{
	return push_lazy(vs, va, va, va_pages(va));
}

/* add_vmap_areas_lazy() - the same for @nr areas, from 1, at the price of one */
unsigned long add_vmap_areas_lazy(struct vmap_space *vs, struct vmap_area **vas, unsigned int nr)
{
	u64 pages = va_pages(vas[0]);

	for (unsigned int i = 1; i < nr; i++) {
		vas[i]->purge_next = vas[i - 1];
		pages += va_pages(vas[i]);
	}
	return push_lazy(vs, vas[nr - 1], vas[0], pages);
}

/*
 * Flush, and free what is on the list; vmap_purge_lock held. The flush covers [start, end) too,
 * which is empty if @start >= @end. False: the list was empty, and there was no flush, whatever the
 * range.
 */
static bool __purge_vmap_area_lazy(struct vmap_space *vs, u64 start, u64 end)
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
	/* Walkers of the busy list leave these areas. From here on they may change. */
	synchronize_rcu();

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

/*
 * sync_purge_vmap_area_lazy() - what was lazily freed before the call is free when it returns
 *
 * So a purge under way is waited for: it may have taken the list and not yet given back what it
 * took. Nothing is flushed if nothing is on the list then. Context: may sleep.
 */
void sync_purge_vmap_area_lazy(struct vmap_space *vs)
{
	mutex_lock(&vs->vmap_purge_lock);
	__purge_vmap_area_lazy(vs, vs->end, vs->start);
	mutex_unlock(&vs->vmap_purge_lock);
}

/*
 * try_purge_vmap_area_lazy() - keep down what has gathered
 *
 * Nobody needs to know what becomes free by it. So if a purge is under way this does nothing and
 * waits for nothing, and what that purge leaves behind is left to whoever frees next. Context: may
 * sleep, because of the grace period.
 */
static void try_purge_vmap_area_lazy(struct vmap_space *vs)
{
	if (!mutex_trylock(&vs->vmap_purge_lock))
		return;
	__purge_vmap_area_lazy(vs, vs->end, vs->start);
	mutex_unlock(&vs->vmap_purge_lock);
}

/*
 * flush_vmap_area_lazy() - no TLB holds a translation of a range, or of what is lazily freed
 * @start: first address of the range
 * @end:   behind the last; an empty range has @start >= @end
 *
 * One flush for both. That there is nothing to purge is no reason to leave the range unflushed:
 * it is of vmap blocks, which are in use. Only if there is no range either, there is no flush.
 * Context: vmap_purge_lock is held, from before the range was looked for: a purge under way, which
 * may have taken areas and not yet flushed them, has ended then. May sleep.
 */
void flush_vmap_area_lazy(struct vmap_space *vs, u64 start, u64 end)
{
	if (!__purge_vmap_area_lazy(vs, start, end) && start < end)
		flush_tlb_kernel_range(vs->m, start, end);
}

/*
 * drain_vmap_area_lazy() - purge if too much has gathered
 * @nr_lazy: as add_vmap_area_lazy() found it
 *
 * Context: any; where nobody may sleep, the purge is left to a worker. A reader of RCU may not
 * either, though nothing is locked.
 */
void drain_vmap_area_lazy(struct vmap_space *vs, unsigned long nr_lazy)
{
	if (likely(nr_lazy <= vs->lazy_max_pages))
		return;
	if (in_atomic() || (current && rcu_read_lock_held()))
		schedule_work(&vs->purge_work);
	else
		try_purge_vmap_area_lazy(vs);
}

/*
 * reclaim_and_purge_vmap_areas() - make free what can be made free
 *
 * For a request that found no room, and the end of a space. Context: may sleep.
 */
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * purge.c - lazily freed areas: one flush for many unmaps.
 *
 * After "mm: rewrite vmap layer" (2008). A flush reaches every CPU, so not each unmap flushes:
 * unmapped areas gather on the list of their node. One flush over the range that they span makes
 * all of them free, when they hold more than lazy_max_pages, when room is short, or when a caller
 * must know that no alias is left.
 *
 * Ordering:
 *
 *   - The counter rises before an area is on a list and falls after it was taken ("mm: vmalloc: fix
 *     lazy accounting", 88f5004430ba, 2010). So a purge subtracts only pages that were added (V8).
 *   - Translations are cleared before an area is put on a list, under the lock of that list. So
 *     the purge that takes the area flushes after they were cleared.
 *   - A grace period separates the flush from the reuse of the addresses: until it has passed, a
 *     reader may stand on an area that was on the list of those in use (busy.c). A purge waits for
 *     one, for all that it frees; allocating and freeing pay nothing for it.
 *
 * The freed areas go back to the source (struct vmap_source_ops), which also moves cached ranges to
 * the heap: all of them or some.
 *
 * There are four ways to purge:
 *
 *   try      try_purge_vmap_area_lazy(): too many lazy pages have gathered. Skipped while another
 *            purge is in flight
 *   sync     sync_purge_vmap_area_lazy(): all that was freed before must be free now
 *   forced   flush_vmap_area_lazy(): a range must be flushed now, whether or not there is anything
 *            to purge; for vm_unmap_aliases() (ram.c)
 *   reclaim  reclaim_and_purge_vmap_areas(): room is short. Takes fragmented vmap blocks too
 *
 * The task whose free crosses the threshold purges, if it may sleep; in atomic context and inside
 * of rcu_read_lock() it leaves the purge to a work item.
 */
#include "block.h"

/* Put areas linked from @head to @tail on the list of their node, in one step. */
static void push_lazy(struct vmap_node *n, struct vmap_area *head, struct vmap_area *tail)
{
	unsigned long flags;

	spin_lock_irqsave(&n->lazy_lock, flags);
	tail->purge_next = n->purge_list;
	n->purge_list = head;
	spin_unlock_irqrestore(&n->lazy_lock, flags);
}

/* Take the whole list of a node. */
static struct vmap_area *pop_lazy(struct vmap_node *n)
{
	struct vmap_area *list;
	unsigned long flags;

	spin_lock_irqsave(&n->lazy_lock, flags);
	list = n->purge_list;
	n->purge_list = NULL;
	spin_unlock_irqrestore(&n->lazy_lock, flags);
	return list;
}

/*
 * add_vmap_area_lazy() - an area that is unmapped and in no tree is lazily freed
 *
 * From here on it belongs to the next purge. Return: lazy pages, those of this area included, for
 * drain_vmap_area_lazy(). Context: any.
 */
unsigned long add_vmap_area_lazy(struct vmap_space *vs, struct vmap_area *va)
{
	long nr_lazy = atomic_long_add_return((long)va_pages(va), &vs->vmap_lazy_nr);

	push_lazy(addr_to_node(vs, va->va_start), va, va);
	return (unsigned long)nr_lazy;
}

/* add_vmap_areas_lazy() - the same for @nr areas, from 1; runs of one node go onto its list
 * together
 */
unsigned long add_vmap_areas_lazy(struct vmap_space *vs, struct vmap_area **vas, unsigned int nr)
{
	struct vmap_node *group = NULL;
	struct vmap_area *tail = NULL;
	u64 pages = 0;
	long nr_lazy;

	for (unsigned int i = 0; i < nr; i++)
		pages += va_pages(vas[i]);
	nr_lazy = atomic_long_add_return((long)pages, &vs->vmap_lazy_nr);
	for (unsigned int i = 0; i < nr; i++) {
		struct vmap_node *n = addr_to_node(vs, vas[i]->va_start);

		if (n == group) {
			vas[i]->purge_next = vas[i - 1];
			continue;
		}
		if (group)
			push_lazy(group, vas[i - 1], tail);
		group = n;
		tail = vas[i];
	}
	push_lazy(group, vas[nr - 1], tail);
	return (unsigned long)nr_lazy;
}

/* Purges are numbered in the order in which they begin. No scheduling point, see count_event(). */
static u64 take_ticket(struct vmap_space *vs)
{
	return __atomic_add_fetch(&vs->purge_tickets, 1, __ATOMIC_RELAXED);
}

/* lock_purge() - begin a purge, after those in flight. Context: may sleep */
void lock_purge(struct vmap_space *vs)
{
	u64 ticket = take_ticket(vs);

	mutex_lock(&vs->vmap_purge_lock);
	vs->purge_ticket = ticket;
}

/* unlock_purge() - end it */
void unlock_purge(struct vmap_space *vs)
{
	vs->purge_ended = __atomic_load_n(&vs->purge_tickets, __ATOMIC_RELAXED);
	mutex_unlock(&vs->vmap_purge_lock);
}

/*
 * Take the lazy areas of all nodes, as one list.
 * @start, @end: the range to flush; grows to cover them
 * @pages:       receives how many pages they have
 */
static struct vmap_area *take_lazy(struct vmap_space *vs, u64 *start, u64 *end, long *pages)
{
	struct vmap_area *list = NULL, *last = NULL;

	lockdep_assert_mutex_held(&vs->vmap_purge_lock);
	__atomic_store_n(&vs->purge_missed, false, __ATOMIC_RELAXED);
	*pages = 0;
	for (struct vmap_node *n = vs->node; n < vs->node + vs->nr_nodes; n++) {
		struct vmap_area *va = pop_lazy(n);

		if (last)
			last->purge_next = va;
		else
			list = va;
		if (va && n->drained && vs->purge_ticket <= vs->purge_ended)
			count_event(vs, VMAP_LAZY_TWICE);
		n->drained = va;
		for (; va; va = va->purge_next) {
			area_written(va);
			*start = min(*start, va->va_start);
			*end = max(*end, va->va_end);
			*pages += (long)va_pages(va);
			last = va;
		}
	}
	return list;
}

/*
 * Flush, and free the areas on the lists. The flush covers [@start, @end) too; that range is empty
 * if
 * @start >= @end.
 * @all: see vmap_source_ops.put_back()
 *
 * Return: false if the lists were empty. Then nothing was flushed, whatever the range.
 */
static bool __purge_vmap_area_lazy(struct vmap_space *vs, u64 start, u64 end, bool all)
{
	struct vmap_area *list;
	long nr, left;

	list = take_lazy(vs, &start, &end, &nr);
	if (list) {
		flush_tlb_kernel_range(vs->m, start, end);
		atomic_long_add(1, &vs->purges);
		/* No reader stands on these areas any more: from here on they may change. */
		synchronize_rcu();
	}
	vs->source->put_back(vs, list, all);
	if (!list)
		return false;

	left = atomic_long_sub_return(nr, &vs->vmap_lazy_nr);
	MM_CHECK(left >= 0, COUNT, "a purge freed %ld lazy pages, %ld more than were counted", nr,
		 -left);
	return true;
}

/*
 * sync_purge_vmap_area_lazy() - areas that were lazily freed before the call are free on return
 *
 * It waits for a purge in flight, which may have taken the lists and not yet given back the areas.
 * Nothing is flushed if the lists are empty then. Context: may sleep.
 */
void sync_purge_vmap_area_lazy(struct vmap_space *vs)
{
	lock_purge(vs);
	__purge_vmap_area_lazy(vs, vs->end, vs->start, false);
	unlock_purge(vs);
}

/*
 * try_purge_vmap_area_lazy() - keep the number of lazy pages down
 *
 * No caller depends on what becomes free by it. So while a purge is in flight it does nothing and
 * waits for nothing; areas that the purge misses are left to the next free. Context: may sleep, for
 * the grace period.
 */
static void try_purge_vmap_area_lazy(struct vmap_space *vs)
{
	if (!mutex_trylock(&vs->vmap_purge_lock)) {
		/* For vmap_owed(). No scheduling point, see count_event(). */
		__atomic_store_n(&vs->purge_missed, true, __ATOMIC_RELAXED);
		return;
	}
	vs->purge_ticket = take_ticket(vs);
	__purge_vmap_area_lazy(vs, vs->end, vs->start, false);
	unlock_purge(vs);
}

/*
 * flush_vmap_area_lazy() - no TLB holds a translation of a range, or of what is lazily freed
 * @start: first address of the range
 * @end:   one past the last; an empty range has @start >= @end
 *
 * One flush serves both. The range is flushed even if there is nothing to purge: it is of vmap
 * blocks, which are in use. Context: vmap_purge_lock is held since before the range was collected;
 * a purge that had taken areas and not yet flushed them has ended by then. May sleep.
 */
void flush_vmap_area_lazy(struct vmap_space *vs, u64 start, u64 end)
{
	if (!__purge_vmap_area_lazy(vs, start, end, false) && start < end)
		flush_tlb_kernel_range(vs->m, start, end);
}

/*
 * drain_vmap_area_lazy() - purge if too many lazy pages have gathered
 * @nr_lazy: from add_vmap_area_lazy()
 *
 * Context: any. A caller that must not sleep leaves the purge to a work item; one in an RCU
 * read-side section is such a caller, since a purge waits for a grace period.
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
 * reclaim_and_purge_vmap_areas() - make free whatever can be made free
 *
 * For a request that found no room, and at the end of a space. Context: may sleep.
 */
void reclaim_and_purge_vmap_areas(struct vmap_space *vs)
{
	lock_purge(vs);
	purge_fragmented_blocks_allcpus(vs);
	__purge_vmap_area_lazy(vs, vs->end, vs->start, true);
	unlock_purge(vs);
}

static void drain_vmap_work(struct work_struct *work)
{
	reclaim_and_purge_vmap_areas(container_of(work, struct vmap_space, purge_work));
}

/* purge_init() - nothing is lazily freed */
void purge_init(struct vmap_space *vs)
{
	mutex_init(&vs->vmap_purge_lock, "vmap_purge_lock");
	INIT_WORK(&vs->purge_work, drain_vmap_work);
}

/* purge_exit() - the work item has ended, and no user of the space is left. Context: may sleep */
void purge_exit(struct vmap_space *vs)
{
	cancel_work_sync(&vs->purge_work);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * purge.c - lazily freed areas: many unmaps, one flush.
 *
 * After "mm: rewrite vmap layer" (2008). A flush reaches every CPU, so it is not done for
 * each unmap: unmapped areas gather on a list, one for each node, and when they hold more than
 * lazy_max_pages, or room is short, or somebody must be sure that no alias is left, one flush over
 * the whole range makes all of them free.
 *
 * Order between list and counter ("mm: vmalloc: fix lazy accounting", 88f5004430ba, 2010): the
 * counter rises *before* the area can be found on the list, and falls after it was taken from
 * there. So a purge never subtracts what has not been added; __purge_vmap_area_lazy() checks.
 *
 * The lock of a list orders as well: the cleared translations are seen as cleared by who flushes.
 *
 * What becomes free goes back to the source (struct vmap_source_ops), which takes the occasion to
 * put into the heap what it had cached, all of it or some.
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

/* Areas linked from @head to @tail come onto the list of their node in one step. */
static void push_lazy(struct vmap_node *n, struct vmap_area *head, struct vmap_area *tail)
{
	unsigned long flags;

	spin_lock_irqsave(&n->lazy_lock, flags);
	tail->purge_next = n->purge_list;
	n->purge_list = head;
	spin_unlock_irqrestore(&n->lazy_lock, flags);
}

/* All of it is the purge's. */
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
 * add_vmap_area_lazy() - the area is lazily freed: unmapped, in no tree, and ours no longer
 *
 * Return: lazy pages, this one's included, for drain_vmap_area_lazy(). Context: any.
 */
unsigned long add_vmap_area_lazy(struct vmap_space *vs, struct vmap_area *va)
{
	long nr_lazy = atomic_long_add_return((long)va_pages(va), &vs->vmap_lazy_nr);

	push_lazy(addr_to_node(vs, va->va_start), va, va);
	return (unsigned long)nr_lazy;
}

/* add_vmap_areas_lazy() - the same for @nr areas, from 1; for those of one node at the price of one
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

/* Purges are numbered in the order in which they begin. No scheduling point: see count_event(). */
static u64 take_ticket(struct vmap_space *vs)
{
	return __atomic_add_fetch(&vs->purge_tickets, 1, __ATOMIC_RELAXED);
}

/* lock_purge() - a purge begins: wait for others. Context: may sleep */
void lock_purge(struct vmap_space *vs)
{
	u64 ticket = take_ticket(vs);

	mutex_lock(&vs->vmap_purge_lock);
	vs->purge_ticket = ticket;
}

/* unlock_purge() - it ends */
void unlock_purge(struct vmap_space *vs)
{
	vs->purge_ended = __atomic_load_n(&vs->purge_tickets, __ATOMIC_RELAXED);
	mutex_unlock(&vs->vmap_purge_lock);
}

/*
 * Take what is lazily freed, of all nodes, as one list; vmap_purge_lock held.
 * @start, @end: grow to cover it
 * @pages:       receives how many
 */
static struct vmap_area *take_lazy(struct vmap_space *vs, u64 *start, u64 *end, long *pages)
{
	struct vmap_area *list = NULL, *last = NULL;

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
			touch_area(va, true);
			*start = min(*start, va->va_start);
			*end = max(*end, va->va_end);
			*pages += (long)va_pages(va);
			last = va;
		}
	}
	return list;
}

/*
 * Flush, and free what is on the lists; vmap_purge_lock held. The flush covers [start, end) too,
 * which is empty if @start >= @end. False: the lists were empty, and there was no flush, whatever
 * the range.
 * @all: see vmap_source_ops.put_back()
 */
static bool __purge_vmap_area_lazy(struct vmap_space *vs, u64 start, u64 end, bool all)
{
	struct vmap_area *list;
	long nr, left;

	lockdep_assert_mutex_held(&vs->vmap_purge_lock);
	list = take_lazy(vs, &start, &end, &nr);
	if (list) {
		flush_tlb_kernel_range(vs->m, start, end);
		atomic_long_add(1, &vs->purges);
		/* Walkers of busy areas leave these. From here on they may change. */
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
 * sync_purge_vmap_area_lazy() - what was lazily freed before the call is free when it returns
 *
 * So a purge under way is waited for: it may have taken the list and not yet given back what it
 * took. Nothing is flushed if nothing is on the list then. Context: may sleep.
 */
void sync_purge_vmap_area_lazy(struct vmap_space *vs)
{
	lock_purge(vs);
	__purge_vmap_area_lazy(vs, vs->end, vs->start, false);
	unlock_purge(vs);
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
	vs->purge_ticket = take_ticket(vs);
	__purge_vmap_area_lazy(vs, vs->end, vs->start, false);
	unlock_purge(vs);
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
	if (!__purge_vmap_area_lazy(vs, start, end, false) && start < end)
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

/* purge_exit() - nobody purges any more. Context: may sleep */
void purge_exit(struct vmap_space *vs)
{
	cancel_work_sync(&vs->purge_work);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lazy.c - the lazy back end, of all spaces but eager ones: areas in use, and lazily freed.
 *
 * After "mm: rewrite vmap layer" (2008). An area comes from the source of free addresses (heap.c,
 * zone.c, pool.c), is entered into a busy tree (busy.c), used, taken out, unmapped, and put on a
 * list of lazily freed areas. It is free again after a flush and a grace period (purge.c).
 *
 * Free, busy and lazy areas have locks of their own. An area in flight between two of these sets is
 * known to the task that moves it alone, and so are its addresses.
 *
 * Nodes, after "mm: vmalloc: Offload free_vmap_area_lock global lock" (2023). Where areas come from
 * several places at once, a single busy tree would be the next contended lock. So the addresses are
 * cut into slices of node_size bytes, which are dealt out to the nodes in turn. The slice in which
 * an area begins determines in which node it is busy, and later lazy, whichever CPU allocates or
 * frees it (V7). An area may end in another slice, even far from its own: a lookup by an inner
 * address asks the node of the address first, and then all others. A lazy space has one node.
 *
 * Ordering. An area is held by the lock of its node, while areas of other nodes come and go. Hence
 * vmallocinfo(), vread() and a walk of several nodes are not snapshots, as a walk under RCU in a
 * lazy space is none either: they meet, in order, every area that is in use all the time, and any
 * of the others.
 *
 * Memory before locks. A structure is allocated before a lock is taken and freed after the lock is
 * released: no search fails half-way, or is repeated, for want of memory. So an allocation brings a
 * second structure whenever its search can cut a free area in two. Congruent areas would need a
 * spare each and mostly use none; vm_areas.c asks for spares after a search has counted them.
 *
 * A request that finds no room and may wait purges once, with everything cached put back into the
 * heap, and searches again. A GFP_ATOMIC request neither purges nor waits: it starts a purge in the
 * background and is refused.
 */
#include "internal.h"
#include "rculist.h"
#include "verify.h"

static struct vmap_node *next_node(struct vmap_space *vs, struct vmap_node *n)
{
	return n + 1 < vs->node + vs->nr_nodes ? n + 1 : vs->node;
}

/*
 * Areas come into use or, with @busy false, go out of it. Those that follow each other in the
 * request and are of one node do so under one hold of its lock.
 */
static void move_areas(struct vmap_space *vs, struct vmap_area **vas, unsigned int nr, bool busy)
{
	struct vmap_node *held = NULL;
	unsigned long flags = 0;

	for (unsigned int i = 0; i < nr; i++) {
		struct vmap_node *n = addr_to_node(vs, vas[i]->va_start);

		if (n != held) {
			if (held)
				spin_unlock_irqrestore(&held->busy.lock, flags);
			spin_lock_irqsave(&n->busy.lock, flags);
			held = n;
		}
		if (busy)
			busy_link(&n->busy, vas[i]);
		else
			busy_unlink(&n->busy, vas[i]);
	}
	spin_unlock_irqrestore(&held->busy.lock, flags);
}

static void insert_vmap_areas(struct vmap_space *vs, struct vmap_area **vas, unsigned int nr)
{
	move_areas(vs, vas, nr, true);
}

/* unlink_vmap_areas() - areas go out of use: no lookup finds them any more */
void unlink_vmap_areas(struct vmap_space *vs, struct vmap_area **vas, unsigned int nr)
{
	move_areas(vs, vas, nr, false);
}

static struct vmap_area *lazy_find(struct vmap_space *vs, u64 addr)
{
	struct vmap_node *own = addr_to_node(vs, addr), *n = own;
	struct vmap_area *va;
	unsigned long flags;

	do {
		spin_lock_irqsave(&n->busy.lock, flags);
		va = busy_find(&n->busy, addr);
		spin_unlock_irqrestore(&n->busy.lock, flags);
		n = next_node(vs, n);
	} while (!va && n != own);
	return va;
}

static struct vmap_area *lazy_alloc(struct vmap_space *vs, u64 size, u64 align, u64 vstart,
				    u64 vend, gfp_t gfp)
{
	struct vmap_area *va, *spare = NULL;
	struct vmap_node *n;
	bool purged = false;
	unsigned long flags;
	long err = -EBUSY;
	u64 addr;

	va = kmalloc(vs->m, sizeof(*va), gfp);
	if (!va)
		return ERR_PTR(-ENOMEM);
	if (align > PAGE_SIZE || vstart > vs->start) {
		/* Only these can cut a free area in two: see __alloc_vmap_area(). */
		spare = kmalloc(vs->m, sizeof(*spare), gfp);
		if (!spare) {
			err = -ENOMEM;
			goto out_free;
		}
	}

retry:
	addr = vs->source->take(vs, &spare, size, align, vstart, vend, gfp);
	if (addr == vend)
		goto overflow;

	kfree(vs->m, spare);
	va->va_start = addr;
	va->va_end = addr + size;
	va->vm = NULL;
	va->home = home_node(vs);
	n = addr_to_node(vs, addr);
	spin_lock_irqsave(&n->busy.lock, flags);
	busy_link(&n->busy, va);
	spin_unlock_irqrestore(&n->busy.lock, flags);
	return va;

overflow:
	if (!gfpflags_allow_blocking(gfp)) {
		/* For the next request. */
		schedule_work(&vs->purge_work);
	} else if (!purged) {
		reclaim_and_purge_vmap_areas(vs);
		purged = true;
		goto retry;
	}
	notice_refusal(vs, size);
	kfree(vs->m, spare);
out_free:
	kfree(vs->m, va);
	return ERR_PTR(err);
}

static void lazy_free(struct vmap_space *vs, struct vmap_area *va)
{
	struct vmap_node *n = addr_to_node(vs, va->va_start);
	unsigned long flags;

	spin_lock_irqsave(&n->busy.lock, flags);
	busy_unlink(&n->busy, va);
	spin_unlock_irqrestore(&n->busy.lock, flags);
	vunmap_range(vs->m, va->va_start, va_pages(va));
	drain_vmap_area_lazy(vs, add_vmap_area_lazy(vs, va));
}

static void lazy_free_many(struct vmap_space *vs, struct vmap_area **vas, unsigned int nr)
{
	unlink_vmap_areas(vs, vas, nr);
	for (unsigned int i = 0; i < nr; i++)
		vunmap_range(vs->m, vas[i]->va_start, va_pages(vas[i]));
	/* As soon as they are lazy, the areas belong to the next purge. */
	drain_vmap_area_lazy(vs, add_vmap_areas_lazy(vs, vas, nr));
}

static void lazy_free_at(struct vmap_space *vs, u64 addr, unsigned int pages)
{
	struct vmap_node *n = addr_to_node(vs, addr);
	struct vmap_area *va;
	unsigned long flags;

	spin_lock_irqsave(&n->busy.lock, flags);
	va = busy_find(&n->busy, addr);
	check_ram_area(va, addr, pages);
	busy_unlink(&n->busy, va);
	spin_unlock_irqrestore(&n->busy.lock, flags);
	vunmap_range(vs->m, va->va_start, pages);
	drain_vmap_area_lazy(vs, add_vmap_area_lazy(vs, va));
}

static unsigned long lazy_retire(struct vmap_space *vs, struct vmap_area **vas, unsigned int nr)
{
	unlink_vmap_areas(vs, vas, nr);
	return add_vmap_areas_lazy(vs, vas, nr);
}

static unsigned long lazy_hold(struct vmap_space *vs, struct vmap_area *va)
{
	unsigned long flags;

	spin_lock_irqsave(&addr_to_node(vs, va->va_start)->busy.lock, flags);
	return flags;
}

static void lazy_release(struct vmap_space *vs, struct vmap_area *va, unsigned long flags)
{
	spin_unlock_irqrestore(&addr_to_node(vs, va->va_start)->busy.lock, flags);
}

/*
 * The lowest area of all nodes that ends above @addr, or NULL. It may be gone on return: only a
 * caller inside of an RCU read-side section may look into it.
 * @start: receives its start
 */
static struct vmap_area *lowest_from(struct vmap_space *vs, u64 addr, u64 *start)
{
	struct vmap_area *lowest = NULL;

	for (struct vmap_node *n = vs->node; n < vs->node + vs->nr_nodes; n++) {
		struct vmap_area *va;
		unsigned long flags;

		spin_lock_irqsave(&n->busy.lock, flags);
		va = busy_from(&n->busy, addr);
		if (va && (!lowest || va->va_start < *start)) {
			lowest = va;
			*start = va->va_start;
		}
		spin_unlock_irqrestore(&n->busy.lock, flags);
	}
	return lowest;
}

/* Hold the lowest area of a node that ends above @addr, if it still is the one at @start. */
static struct vmap_area *try_hold(struct vmap_node *n, u64 addr, u64 start, unsigned long *flags)
{
	struct vmap_area *va;

	spin_lock_irqsave(&n->busy.lock, *flags);
	va = busy_from(&n->busy, addr);
	if (va && va->va_start == start)
		return va;
	spin_unlock_irqrestore(&n->busy.lock, *flags);
	return NULL;
}

/*
 * An area that contains an address and begins in the same slice is in the node of that address:
 * most areas of zones, and short ones of pools. Then no other node is asked. Otherwise the area is
 * the lowest of all nodes; it may be gone by the time that its node is locked again, and the search
 * starts anew.
 */
static struct vmap_area *lazy_hold_from(struct vmap_space *vs, u64 addr, unsigned long *flags)
{
	struct vmap_node *own = addr_to_node(vs, addr);
	struct vmap_area *va;
	u64 start;

	spin_lock_irqsave(&own->busy.lock, *flags);
	va = busy_from(&own->busy, addr);
	if (va && (vs->nr_nodes == 1 || va->va_start <= addr))
		return va;
	spin_unlock_irqrestore(&own->busy.lock, *flags);
	if (vs->nr_nodes == 1)
		return NULL;
	while (lowest_from(vs, addr, &start)) {
		va = try_hold(addr_to_node(vs, start), addr, start, flags);
		if (va)
			return va;
	}
	return NULL;
}

static unsigned long lazy_walk_lock(struct vmap_space *vs __maybe_unused)
{
	rcu_read_lock();
	return 0;
}

static void lazy_walk_unlock(struct vmap_space *vs __maybe_unused,
			     unsigned long flags __maybe_unused)
{
	rcu_read_unlock();
}

/*
 * With one node the next area on its list, without a lock; with several the lowest area of all
 * nodes above the one on which the walker stands. That one may be in use no longer, but its
 * addresses are not handed out again before the walk has ended: the next area does not overlap it.
 */
static struct vmap_area *lazy_next(struct vmap_space *vs, const struct vmap_area *va)
{
	const struct cds_list_head *head = &vs->node->busy.list, *next;
	u64 start;

	if (vs->nr_nodes > 1)
		return lowest_from(vs, va ? va->va_end : 0, &start);
	next = rcu_dereference((va ? &va->list : head)->next);
	return next == head ? NULL : container_of(next, struct vmap_area, list);
}

static void node_init(struct vmap_node *n)
{
	busy_areas_init(&n->busy);
	spin_lock_init(&n->lazy_lock, "vmap_lazy_lock");
}

/* Empty nodes. 0 or -ENOMEM */
static int nodes_init(struct vmap_space *vs)
{
	vs->node = &vs->only_node;
	if (vs->nr_nodes > 1) {
		vs->node = kcalloc(vs->m, vs->nr_nodes, sizeof(*vs->node), GFP_KERNEL);
		if (!vs->node)
			return -ENOMEM;
	}
	for (unsigned int i = 0; i < vs->nr_nodes; i++)
		node_init(&vs->node[i]);
	return 0;
}

static void nodes_fini(struct vmap_space *vs)
{
	if (vs->node != &vs->only_node)
		kfree(vs->m, vs->node);
}

static int lazy_init(struct vmap_space *vs)
{
	int err = nodes_init(vs);

	if (err)
		return err;
	purge_init(vs);
	err = vs->source->init(vs);
	if (!err) {
		err = heap_init(vs);
		if (err)
			vs->source->exit(vs);
	}
	if (err)
		nodes_fini(vs);
	return err;
}

static void lazy_exit(struct vmap_space *vs)
{
	reclaim_and_purge_vmap_areas(vs);
	purge_exit(vs);
	check_none_left(vs);
	heap_fini(vs);
	vs->source->exit(vs);
	nodes_fini(vs);
}

static void lazy_stats(struct vmap_space *vs, struct vmap_stats *st)
{
	unsigned long flags;

	for (struct vmap_node *n = vs->node; n < vs->node + vs->nr_nodes; n++) {
		spin_lock_irqsave(&n->busy.lock, flags);
		st->areas += n->busy.nr;
		st->busy_pages += n->busy.pages;
		spin_unlock_irqrestore(&n->busy.lock, flags);
	}
	st->cached_pages = vs->source->cached_pages ? vs->source->cached_pages(vs) : 0;
	st->free_pages = st->cached_pages;
	heap_stats(vs, st);
	st->lazy_pages = (u64)atomic_long_read(&vs->vmap_lazy_nr);
	st->purges = (u64)atomic_long_read(&vs->purges);
}

const struct vmap_kva_ops vmap_lazy_ops = {
	.blocks = true,
	.congruent = true,
	.init = lazy_init,
	.exit = lazy_exit,
	.alloc = lazy_alloc,
	.free = lazy_free,
	.free_at = lazy_free_at,
	.find = lazy_find,
	.hold = lazy_hold,
	.hold_from = lazy_hold_from,
	.release = lazy_release,
	.walk_lock = lazy_walk_lock,
	.walk_unlock = lazy_walk_unlock,
	.next = lazy_next,
	.busy_next = lazy_busy_next,
	.purge = sync_purge_vmap_area_lazy,
	.stats = lazy_stats,
	.verify = verify_lazy_space,
	.for_each_lazy = for_each_purge_list,
	.free_many = lazy_free_many,
	.insert = insert_vmap_areas,
	.retire = lazy_retire,
	.drain = drain_vmap_area_lazy,
	.reclaim = reclaim_and_purge_vmap_areas,
	.flush = flush_vmap_area_lazy,
	.in_use = lazy_in_use,
};

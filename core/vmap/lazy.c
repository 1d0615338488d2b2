/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lazy.c - the lazy back end: areas in use, in a tree and on a list.
 *
 * After "mm: rewrite vmap layer" (2008). An area is cut out of the free space (free.c),
 * entered into the busy tree, used, taken out, unmapped, and put on the list of lazily
 * freed areas (purge.c). It is free again after a flush and a grace period.
 *
 * The free tree and the busy tree have locks of their own: between them an area is
 * known only to the task that moves it, and its addresses to nobody else.
 *
 * The list holds what the tree holds, by address, and is walked under RCU alone. What a walk meets:
 * each area that is in use from its beginning to its end, once; and of those that come or go
 * meanwhile, any. Two areas that it meets one after the other have been on the list together, so
 * they are in order and do not overlap. Both need that an area which was taken off keeps its bounds
 * and its way on as long as a walker may stand on it: its purge waits for a grace period, one for
 * all that it frees (purge.c), and nothing else ends the life of an area that was on the list.
 *
 * A structure is allocated before a lock is taken and given back after it was
 * released, so a search never depends on memory.
 */
#include "internal.h"

/*
 * Areas that overlap compare equal: a range of one byte finds the area around an address.
 */
static inline int busy_cmp(const struct vmap_area *a, const struct vmap_area *b)
{
	if (a->va_end <= b->va_start)
		return -1;
	if (a->va_start >= b->va_end)
		return 1;
	return 0;
}

RB_GENERATE_INTERNAL(busy_tree, vmap_area, rb, busy_cmp, __maybe_unused static)

/* An insertion of our own: what it passes on the way is the predecessor, for the list. */
static void link_vmap_area(struct vmap_space *vs, struct vmap_area *va)
{
	struct vmap_area *node = RB_ROOT(&vs->busy_root), *parent = NULL, *prev = NULL;

	while (node) {
		parent = node;
		if (va->va_end <= node->va_start) {
			node = RB_LEFT(node, rb);
			continue;
		}
		MM_CHECK(va->va_start >= node->va_end, OVERLAP,
			 "area [%#llx, %#llx) was handed out, and [%#llx, %#llx) is in use",
			 (unsigned long long)va->va_start, (unsigned long long)va->va_end,
			 (unsigned long long)node->va_start, (unsigned long long)node->va_end);
		prev = node;
		node = RB_RIGHT(node, rb);
	}
	RB_SET(va, parent, rb);
	if (!parent)
		RB_ROOT(&vs->busy_root) = va;
	else if (parent == prev)
		RB_RIGHT(parent, rb) = va;
	else
		RB_LEFT(parent, rb) = va;
	busy_tree_RB_INSERT_COLOR(&vs->busy_root, va);
	list_add_rcu(&va->list, prev ? &prev->list : &vs->busy_list);
	vs->nr_busy++;
	vs->busy_pages += va_pages(va);
}

static void unlink_vmap_area(struct vmap_space *vs, struct vmap_area *va)
{
	RB_REMOVE(busy_tree, &vs->busy_root, va);
	list_del_rcu(&va->list);
	vs->nr_busy--;
	vs->busy_pages -= va_pages(va);
}

/* Areas come into use: whoever finds one finds all of them. */
static void insert_vmap_areas(struct vmap_space *vs, struct vmap_area **vas, unsigned int nr)
{
	unsigned long flags;

	spin_lock_irqsave(&vs->vmap_area_lock, flags);
	for (unsigned int i = 0; i < nr; i++)
		link_vmap_area(vs, vas[i]);
	spin_unlock_irqrestore(&vs->vmap_area_lock, flags);
}

/* unlink_vmap_areas() - areas are no longer in use: nobody finds them any more */
void unlink_vmap_areas(struct vmap_space *vs, struct vmap_area **vas, unsigned int nr)
{
	unsigned long flags;

	spin_lock_irqsave(&vs->vmap_area_lock, flags);
	for (unsigned int i = 0; i < nr; i++)
		unlink_vmap_area(vs, vas[i]);
	spin_unlock_irqrestore(&vs->vmap_area_lock, flags);
}

static struct vmap_area *__find_vmap_area(struct vmap_space *vs, u64 addr)
{
	struct vmap_area key = {.va_start = addr, .va_end = addr + 1};

	return RB_FIND(busy_tree, &vs->busy_root, &key);
}

static struct vmap_area *lazy_find(struct vmap_space *vs, u64 addr)
{
	struct vmap_area *va;
	unsigned long flags;

	spin_lock_irqsave(&vs->vmap_area_lock, flags);
	va = __find_vmap_area(vs, addr);
	spin_unlock_irqrestore(&vs->vmap_area_lock, flags);
	return va;
}

static struct vmap_area *lazy_alloc(struct vmap_space *vs, u64 size, u64 align, u64 vstart,
				    u64 vend, gfp_t gfp)
{
	struct vmap_area *va, *spare = NULL;
	bool purged = false;
	unsigned long flags;
	long err = -EBUSY;
	u64 addr;

	va = kmalloc(vs->m, sizeof(*va), gfp);
	if (!va)
		return ERR_PTR(-ENOMEM);
	if (align > PAGE_SIZE || vstart > vs->start) {
		/* Only then can a free area be cut in two; see __alloc_vmap_area(). */
		spare = kmalloc(vs->m, sizeof(*spare), gfp);
		if (!spare) {
			err = -ENOMEM;
			goto out_free;
		}
	}

retry:
	addr = vstart;
	spin_lock_irqsave(&vs->free_vmap_area_lock, flags);
	addr = __alloc_vmap_area(vs, &spare, size, align, addr, vend);
	spin_unlock_irqrestore(&vs->free_vmap_area_lock, flags);
	if (addr == vend)
		goto overflow;

	kfree(vs->m, spare);
	va->va_start = addr;
	va->va_end = addr + size;
	va->vm = NULL;
	insert_vmap_areas(vs, &va, 1);
	return va;

overflow:
	if (!gfpflags_allow_blocking(gfp)) {
		/* Whoever asks next may be luckier. */
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
	unsigned long flags;

	spin_lock_irqsave(&vs->vmap_area_lock, flags);
	unlink_vmap_area(vs, va);
	spin_unlock_irqrestore(&vs->vmap_area_lock, flags);
	vunmap_range(vs->m, va->va_start, va_pages(va));
	drain_vmap_area_lazy(vs, add_vmap_area_lazy(vs, va));
}

static void lazy_free_many(struct vmap_space *vs, struct vmap_area **vas, unsigned int nr)
{
	unlink_vmap_areas(vs, vas, nr);
	for (unsigned int i = 0; i < nr; i++)
		vunmap_range(vs->m, vas[i]->va_start, va_pages(vas[i]));
	/* From then on the areas belong to whoever purges. */
	drain_vmap_area_lazy(vs, add_vmap_areas_lazy(vs, vas, nr));
}

static void lazy_free_at(struct vmap_space *vs, u64 addr, unsigned int pages)
{
	struct vmap_area *va;
	unsigned long flags;

	spin_lock_irqsave(&vs->vmap_area_lock, flags);
	va = __find_vmap_area(vs, addr);
	check_ram_area(va, addr, pages);
	unlink_vmap_area(vs, va);
	spin_unlock_irqrestore(&vs->vmap_area_lock, flags);
	vunmap_range(vs->m, va->va_start, pages);
	drain_vmap_area_lazy(vs, add_vmap_area_lazy(vs, va));
}

static unsigned long lazy_retire(struct vmap_space *vs, struct vmap_area **vas, unsigned int nr)
{
	unlink_vmap_areas(vs, vas, nr);
	return add_vmap_areas_lazy(vs, vas, nr);
}

static unsigned long lazy_hold(struct vmap_space *vs)
{
	unsigned long flags;

	spin_lock_irqsave(&vs->vmap_area_lock, flags);
	return flags;
}

static void lazy_release(struct vmap_space *vs, unsigned long flags)
{
	spin_unlock_irqrestore(&vs->vmap_area_lock, flags);
}

/* An empty range, unlike one of a byte, does not wrap at the last address of all. */
static struct vmap_area *lazy_from(struct vmap_space *vs, u64 addr)
{
	struct vmap_area key = {.va_start = addr, .va_end = addr};

	return RB_NFIND(busy_tree, &vs->busy_root, &key);
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

static struct vmap_area *lazy_next(struct vmap_space *vs, const struct vmap_area *va)
{
	const struct cds_list_head *at = va ? &va->list : &vs->busy_list;
	struct cds_list_head *next = rcu_dereference(at->next);

	return next == &vs->busy_list ? NULL : container_of(next, struct vmap_area, list);
}

static int lazy_init(struct vmap_space *vs)
{
	spin_lock_init(&vs->free_vmap_area_lock, "free_vmap_area_lock");
	spin_lock_init(&vs->vmap_area_lock, "vmap_area_lock");
	mutex_init(&vs->vmap_purge_lock, "vmap_purge_lock");
	INIT_WORK(&vs->purge_work, drain_vmap_work);
	RB_INIT(&vs->busy_root);
	return free_space_init(vs);
}

static void lazy_exit(struct vmap_space *vs)
{
	reclaim_and_purge_vmap_areas(vs);
	cancel_work_sync(&vs->purge_work);
	check_none_left(vs);
	free_space_fini(vs);
}

static void lazy_stats(struct vmap_space *vs, struct vmap_stats *st)
{
	unsigned long flags;

	spin_lock_irqsave(&vs->vmap_area_lock, flags);
	st->areas = vs->nr_busy;
	st->busy_pages = vs->busy_pages;
	spin_unlock_irqrestore(&vs->vmap_area_lock, flags);

	spin_lock_irqsave(&vs->free_vmap_area_lock, flags);
	st->free_pages = vs->free_pages;
	st->largest_free = RB_EMPTY(&vs->free_root) ? 0 : RB_ROOT(&vs->free_root)->subtree_max_size;
	spin_unlock_irqrestore(&vs->free_vmap_area_lock, flags);

	st->lazy_pages = (u64)atomic_long_read(&vs->vmap_lazy_nr);
	st->purges = (u64)atomic_long_read(&vs->purges);
}

const struct vmap_kva_ops vmap_lazy_ops = {
	.name = "lazy",
	.blocks = true,
	.congruent = true,
	.init = lazy_init,
	.exit = lazy_exit,
	.alloc = lazy_alloc,
	.free = lazy_free,
	.free_at = lazy_free_at,
	.find = lazy_find,
	.hold = lazy_hold,
	.release = lazy_release,
	.from = lazy_from,
	.walk_lock = lazy_walk_lock,
	.walk_unlock = lazy_walk_unlock,
	.next = lazy_next,
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

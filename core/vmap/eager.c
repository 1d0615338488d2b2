/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * eager.c - the eager back end: the layer that the rewrite of 2008 replaced, for comparison.
 *
 * After the vmalloc layer of Linux up to 2.6.27: a list of areas sorted by address, under one
 * reader-writer lock. A search begins at the head of the list and takes the first gap that fits. An
 * unmap clears the translations, flushes the range on all CPUs, and takes the area off the list,
 * all with the lock held for writing. So both cost more the more areas there are, and an unmap
 * costs more the more CPUs there are; all the while every other task waits.
 *
 * The merit of it is simplicity: a range is in use or free, and no TLB holds a translation of a
 * free one whenever the lock is free. There is nothing to purge, and no alias to flush.
 *
 * One thing differs from the original: the lock is taken with interrupts off, so that the same
 * programs run on every back end. The layer of 2.6.27 must not be used in an interrupt, since a
 * real machine cannot wait for all CPUs with interrupts off: another CPU may be waiting for this
 * one. The machine model flushes in one step, and can.
 */
#include "internal.h"
#include "verify.h"

#define for_each_area(va, vs)                                                                      \
	for ((va) = area_list_next(&(vs)->busy.list, &(vs)->busy.list); va;                        \
	     (va) = area_list_next(&(va)->list, &(vs)->busy.list))

/* The lowest area in use that ends above @addr, or NULL. */
static struct vmap_area *eager_from(struct vmap_space *vs, u64 addr)
{
	struct vmap_area *va;

	lockdep_assert_rwlock_held(&vs->vmlist_lock);
	for_each_area(va, vs) if (va->va_end > addr) break;
	return va;
}

static struct vmap_area *__eager_find(struct vmap_space *vs, u64 addr)
{
	struct vmap_area *va = eager_from(vs, addr);

	return va && va->va_start <= addr ? va : NULL;
}

static struct vmap_area *eager_find(struct vmap_space *vs, u64 addr)
{
	struct vmap_area *va;
	unsigned long flags;

	read_lock_irqsave(&vs->vmlist_lock, flags);
	va = __eager_find(vs, addr);
	read_unlock_irqrestore(&vs->vmlist_lock, flags);
	return va;
}

/*
 * First fit: gaps are met in ascending order, and in each the lowest aligned address is tried, so
 * the first that fits is the lowest that fits.
 * @addr: receives the address
 *
 * Return: the element after which the new area goes, or the head of the list; NULL: no room.
 */
static struct cds_list_head *first_fit(struct vmap_space *vs, u64 size, u64 align, u64 vstart,
				       u64 vend, u64 *addr)
{
	struct cds_list_head *prev = &vs->busy.list;
	u64 from = vstart, at;
	struct vmap_area *va;

	lockdep_assert_rwlock_held_write(&vs->vmlist_lock);
	for (;;) {
		va = area_list_next(prev, &vs->busy.list);
		at = ALIGN(from, align);
		/* Near the top of the address space, both the alignment and the sum may wrap. */
		if (at < from || at + size < at || at + size > vend)
			return NULL;
		if (!va || at + size <= va->va_start) {
			*addr = at;
			return prev;
		}
		from = max(from, va->va_end);
		prev = &va->list;
	}
}

static struct vmap_area *eager_alloc(struct vmap_space *vs, u64 size, u64 align, u64 vstart,
				     u64 vend, gfp_t gfp)
{
	struct vmap_area *va = kmalloc(vs->m, sizeof(*va), gfp);
	struct cds_list_head *prev;
	unsigned long flags;
	u64 addr;

	if (!va)
		return ERR_PTR(-ENOMEM);
	write_lock_irqsave(&vs->vmlist_lock, flags);
	prev = first_fit(vs, size, align, vstart, vend, &addr);
	if (prev) {
		va->va_start = addr;
		va->va_end = addr + size;
		va->vm = NULL;
		cds_list_add(&va->list, prev);
		vs->busy.nr++;
		vs->busy.pages += va_pages(va);
	}
	write_unlock_irqrestore(&vs->vmlist_lock, flags);
	if (!prev) {
		kfree(vs->m, va);
		notice_refusal(vs, size);
		return ERR_PTR(-EBUSY);
	}
	return va;
}

/* Unmap, flush, and take off the list. The structure stays the caller's. */
static void eager_unlink(struct vmap_space *vs, struct vmap_area *va)
{
	lockdep_assert_rwlock_held_write(&vs->vmlist_lock);
	vunmap_range(vs->m, va->va_start, va_pages(va));
	flush_tlb_kernel_range(vs->m, va->va_start, va->va_end);
	cds_list_del(&va->list);
	vs->busy.nr--;
	vs->busy.pages -= va_pages(va);
}

static void eager_free(struct vmap_space *vs, struct vmap_area *va)
{
	unsigned long flags;

	write_lock_irqsave(&vs->vmlist_lock, flags);
	eager_unlink(vs, va);
	write_unlock_irqrestore(&vs->vmlist_lock, flags);
	kfree(vs->m, va);
}

static void eager_free_at(struct vmap_space *vs, u64 addr, unsigned int pages)
{
	struct vmap_area *va;
	unsigned long flags;

	write_lock_irqsave(&vs->vmlist_lock, flags);
	va = __eager_find(vs, addr);
	check_ram_area(va, addr, pages);
	eager_unlink(vs, va);
	write_unlock_irqrestore(&vs->vmlist_lock, flags);
	kfree(vs->m, va);
}

/* For writing: the holder of an area may change its owner (vmap_area.vm). */
static unsigned long eager_hold(struct vmap_space *vs, struct vmap_area *va __maybe_unused)
{
	unsigned long flags;

	write_lock_irqsave(&vs->vmlist_lock, flags);
	return flags;
}

static struct vmap_area *eager_hold_from(struct vmap_space *vs, u64 addr, unsigned long *flags)
{
	struct vmap_area *va;

	write_lock_irqsave(&vs->vmlist_lock, *flags);
	va = eager_from(vs, addr);
	if (!va)
		write_unlock_irqrestore(&vs->vmlist_lock, *flags);
	return va;
}

static void eager_release(struct vmap_space *vs, struct vmap_area *va __maybe_unused,
			  unsigned long flags)
{
	write_unlock_irqrestore(&vs->vmlist_lock, flags);
}

static unsigned long eager_walk_lock(struct vmap_space *vs)
{
	unsigned long flags;

	read_lock_irqsave(&vs->vmlist_lock, flags);
	return flags;
}

static void eager_walk_unlock(struct vmap_space *vs, unsigned long flags)
{
	read_unlock_irqrestore(&vs->vmlist_lock, flags);
}

static struct vmap_area *eager_next(struct vmap_space *vs, const struct vmap_area *va)
{
	return area_list_next(va ? &va->list : &vs->busy.list, &vs->busy.list);
}

static void eager_purge(struct vmap_space *vs __maybe_unused)
{
}

static int eager_init(struct vmap_space *vs)
{
	rwlock_init(&vs->vmlist_lock, "vmlist_lock");
	CDS_INIT_LIST_HEAD(&vs->busy.list);
	return 0;
}

static void eager_stats(struct vmap_space *vs, struct vmap_stats *st)
{
	u64 at = vs->start, largest = 0;
	const struct vmap_area *va;
	unsigned long flags;

	read_lock_irqsave(&vs->vmlist_lock, flags);
	for_each_area(va, vs)
	{
		largest = max(largest, va->va_start - at);
		at = va->va_end;
	}
	st->areas = vs->busy.nr;
	st->busy_pages = vs->busy.pages;
	read_unlock_irqrestore(&vs->vmlist_lock, flags);

	st->free_pages = ((vs->end - vs->start) >> PAGE_SHIFT) - st->busy_pages;
	st->largest_free = max(largest, vs->end - at);
}

const struct vmap_kva_ops vmap_eager_ops = {
	.init = eager_init,
	.exit = check_none_left,
	.alloc = eager_alloc,
	.free = eager_free,
	.free_at = eager_free_at,
	.find = eager_find,
	.hold = eager_hold,
	.hold_from = eager_hold_from,
	.release = eager_release,
	.walk_lock = eager_walk_lock,
	.walk_unlock = eager_walk_unlock,
	.next = eager_next,
	.busy_next = eager_busy_next,
	.purge = eager_purge,
	.stats = eager_stats,
	.verify = verify_eager_space,
};

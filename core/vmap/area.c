/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * area.c - areas in use: allocation, lookup, and the way back to the lazily freed.
 *
 * After "mm: rewrite vmap layer" (2008). An area is cut out of the free space (free.c),
 * entered into the busy tree, used, taken out, unmapped, and put on the list of lazily
 * freed areas (purge.c). It is free again after a flush.
 *
 * The free tree and the busy tree have locks of their own: between them an area is
 * known only to the task that moves it, and its addresses to nobody else.
 *
 * A structure is allocated before a lock is taken and given back after it was
 * released, so a search never depends on memory.
 */
#include "internal.h"

/*
 * Areas that overlap compare equal. So an insertion finds an overlap if there is one, and a
 * range of one byte finds the area around an address.
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

u64 vmap_area_start(const struct vmap_area *va)
{
	return va->va_start;
}

u64 vmap_area_end(const struct vmap_area *va)
{
	return va->va_end;
}

/* insert_vmap_areas() - areas come into use: whoever finds one finds all of them */
void insert_vmap_areas(struct vmap_space *vs, struct vmap_area **vas, unsigned int nr)
{
	unsigned long flags;

	spin_lock_irqsave(&vs->vmap_area_lock, flags);
	for (unsigned int i = 0; i < nr; i++) {
		struct vmap_area *va = vas[i];
		const struct vmap_area *other = RB_INSERT(busy_tree, &vs->busy_root, va);

		MM_CHECK(!other, OVERLAP,
			 "area [%#llx, %#llx) was handed out, and [%#llx, %#llx) is in use",
			 (unsigned long long)va->va_start, (unsigned long long)va->va_end,
			 (unsigned long long)other->va_start, (unsigned long long)other->va_end);
		vs->nr_busy++;
		vs->busy_pages += va_pages(va);
	}
	spin_unlock_irqrestore(&vs->vmap_area_lock, flags);
}

static void __unlink_vmap_area(struct vmap_space *vs, struct vmap_area *va)
{
	RB_REMOVE(busy_tree, &vs->busy_root, va);
	vs->nr_busy--;
	vs->busy_pages -= va_pages(va);
}

/* unlink_vmap_areas() - areas are no longer in use: nobody finds them any more */
void unlink_vmap_areas(struct vmap_space *vs, struct vmap_area **vas, unsigned int nr)
{
	unsigned long flags;

	spin_lock_irqsave(&vs->vmap_area_lock, flags);
	for (unsigned int i = 0; i < nr; i++)
		__unlink_vmap_area(vs, vas[i]);
	spin_unlock_irqrestore(&vs->vmap_area_lock, flags);
}

static struct vmap_area *__find_vmap_area(struct vmap_space *vs, u64 addr)
{
	struct vmap_area key = {.va_start = addr, .va_end = addr + 1};

	return RB_FIND(busy_tree, &vs->busy_root, &key);
}

struct vmap_area *find_vmap_area(struct vmap_space *vs, u64 addr)
{
	struct vmap_area *va;
	unsigned long flags;

	spin_lock_irqsave(&vs->vmap_area_lock, flags);
	va = __find_vmap_area(vs, addr);
	spin_unlock_irqrestore(&vs->vmap_area_lock, flags);
	return va;
}

/* find_unlink_vmap_area() - both under one hold of the lock; NULL if there is none */
struct vmap_area *find_unlink_vmap_area(struct vmap_space *vs, u64 addr)
{
	struct vmap_area *va;
	unsigned long flags;

	spin_lock_irqsave(&vs->vmap_area_lock, flags);
	va = __find_vmap_area(vs, addr);
	if (va)
		__unlink_vmap_area(vs, va);
	spin_unlock_irqrestore(&vs->vmap_area_lock, flags);
	return va;
}

/* first_vmap_area() - the area in use with the lowest address; nobody else is at work */
struct vmap_area *first_vmap_area(struct vmap_space *vs)
{
	return RB_MIN(busy_tree, &vs->busy_root);
}

/* hold_vmap_areas() - from here on no area comes into use or leaves it; must not sleep */
unsigned long hold_vmap_areas(struct vmap_space *vs)
{
	unsigned long flags;

	spin_lock_irqsave(&vs->vmap_area_lock, flags);
	return flags;
}

/* release_vmap_areas() - up to here */
void release_vmap_areas(struct vmap_space *vs, unsigned long flags)
{
	spin_unlock_irqrestore(&vs->vmap_area_lock, flags);
}

/* vmap_area_from() - the lowest area in use that ends above @addr; held */
struct vmap_area *vmap_area_from(struct vmap_space *vs, u64 addr)
{
	struct vmap_area key = {.va_start = addr, .va_end = addr + 1};

	return RB_NFIND(busy_tree, &vs->busy_root, &key);
}

struct vmap_area *alloc_vmap_area(struct vmap_space *vs, u64 size, u64 align, u64 vstart, u64 vend,
				  gfp_t gfp)
{
	struct vmap_area *va, *spare = NULL;
	bool purged = false;
	unsigned long flags;
	long err = -EBUSY;
	u64 addr;

	if (!size || !IS_ALIGNED(size, PAGE_SIZE) || !is_power_of_2(align) || align < PAGE_SIZE)
		return ERR_PTR(-EINVAL);
	if (gfpflags_allow_blocking(gfp))
		might_sleep();
	vstart = max(vstart, vs->start);
	vend = min(vend, vs->end);
	if (vstart >= vend)
		return ERR_PTR(-EBUSY);
	vstart = ALIGN(vstart, PAGE_SIZE);
	vend = ALIGN_DOWN(vend, PAGE_SIZE);
	if (vstart >= vend || size > vend - vstart)
		return ERR_PTR(-EBUSY);

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
	kfree(vs->m, spare);
out_free:
	kfree(vs->m, va);
	return ERR_PTR(err);
}

void free_unmap_vmap_area(struct vmap_space *vs, struct vmap_area *va)
{
	unlink_vmap_areas(vs, &va, 1);
	vunmap_range(vs->m, va->va_start, va_pages(va));
	drain_vmap_area_lazy(vs, add_vmap_area_lazy(vs, va));
}

void for_each_vmap_area(struct vmap_space *vs, void (*fn)(u64 start, u64 end, void *arg), void *arg)
{
	struct vmap_area *va;
	unsigned long flags;

	spin_lock_irqsave(&vs->vmap_area_lock, flags);
	RB_FOREACH (va, busy_tree, &vs->busy_root)
		fn(va->va_start, va->va_end, arg);
	spin_unlock_irqrestore(&vs->vmap_area_lock, flags);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * area.c - areas in use, in any kind of space: the interface before the back ends.
 *
 * Arguments are checked here, once: a back end gets requests that make sense.
 */
#include <stdio.h>

#include "internal.h"

u64 vmap_area_start(const struct vmap_area *va)
{
	return va->va_start;
}

u64 vmap_area_end(const struct vmap_area *va)
{
	return va->va_end;
}

/*
 * notice_refusal() - a request of @size bytes found the space full
 *
 * A full space is asked again and again, and a notice each time would leave no time for anything
 * else: the 1st, 2nd, 4th, 8th refusal and so on are noticed. They are spaced by count and not by
 * time, since the machine has no clock. A request that is longer than its own range is not noticed.
 * Context: any.
 */
void notice_refusal(struct vmap_space *vs, u64 size)
{
	u64 nr = (u64)atomic_long_add_return(1, &vs->refusals), suppressed;
	char text[128];
	int len;

	if (!vs->notice || !is_power_of_2(nr))
		return;
	suppressed = nr / 2 ? nr / 2 - 1 : 0;
	len = snprintf(text, sizeof(text),
		       "vmap allocation for size %llu failed: no such range is free", size);
	if (suppressed)
		snprintf(text + len, sizeof(text) - (size_t)len,
			 ", %llu similar messages suppressed", suppressed);
	vs->notice(vs->arg, text);
}

struct vmap_area *alloc_vmap_area(struct vmap_space *vs, u64 size, u64 align, u64 vstart, u64 vend,
				  gfp_t gfp)
{
	if (!size || !IS_ALIGNED(size, PAGE_SIZE) || !is_power_of_2(align) || align < PAGE_SIZE)
		return ERR_PTR(-EINVAL);
	vstart = max(vstart, vs->start);
	vend = min(vend, vs->end);
	if (vstart >= vend)
		return ERR_PTR(-EBUSY);
	vstart = ALIGN(vstart, PAGE_SIZE);
	vend = ALIGN_DOWN(vend, PAGE_SIZE);
	if (vstart >= vend || size > vend - vstart)
		return ERR_PTR(-EBUSY);

	return vs->ops->alloc(vs, size, align, vstart, vend, gfp);
}

void free_unmap_vmap_area(struct vmap_space *vs, struct vmap_area *va)
{
	vs->ops->free(vs, va);
}

/*
 * check_ram_area() - is this the area that vm_unmap_ram() is to unmap?
 * @va:    the area at @addr, held, so that its owner can be read; NULL: there is none
 * @pages: the pages that the caller of vm_unmap_ram() names
 */
void check_ram_area(const struct vmap_area *va, u64 addr, unsigned int pages)
{
	MM_CHECK(va && va->va_start == addr, RANGE, "vm_unmap_ram(): no area begins at %#llx",
		 addr);
	MM_CHECK(va_pages(va) == pages, COUNT,
		 "vm_unmap_ram(): %u pages at %#llx, the area has %llu", pages, addr, va_pages(va));
	MM_CHECK(!va->vm, RANGE,
		 "vm_unmap_ram(): the area at %#llx belongs to the vmalloc interface", addr);
}

struct vmap_area *find_vmap_area(struct vmap_space *vs, u64 addr)
{
	return vs->ops->find(vs, addr);
}

/* first_vmap_area() - the area in use with the lowest address. No other task uses the space */
struct vmap_area *first_vmap_area(struct vmap_space *vs)
{
	return vs->ops->next(vs, NULL);
}

/* check_none_left() - at the end of a space: an area that is still in use was leaked by its user */
void check_none_left(struct vmap_space *vs)
{
	const struct vmap_area *va = first_vmap_area(vs);
	struct vmap_stats st;

	if (!va)
		return;
	vmap_stats(vs, &st);
	mm_report(
		ORACLE_LEAK_AREA,
		"%llu areas of %llu pages are still in use, %ld of them vmap blocks; the first is "
		"[%#llx, %#llx)",
		st.areas, st.busy_pages, atomic_long_read(&vs->nr_blocks), va->va_start,
		va->va_end);
}

/*
 * hold_vmap_area() - an area in use stays so; one task at a time holds it, and must not sleep
 * @va: in use, and the caller knows that it stays so until it is held
 *
 * Return: flags for release_vmap_area().
 */
unsigned long hold_vmap_area(struct vmap_space *vs, struct vmap_area *va)
{
	return vs->ops->hold(vs, va);
}

/*
 * hold_vmap_area_from() - the same for the lowest area in use that ends above @addr
 * @flags: for release_vmap_area(), if there is one
 *
 * Return: the area, or NULL: there is none, and none is held.
 */
struct vmap_area *hold_vmap_area_from(struct vmap_space *vs, u64 addr, unsigned long *flags)
{
	return vs->ops->hold_from(vs, addr, flags);
}

/* release_vmap_area() - end hold_vmap_area() or hold_vmap_area_from() */
void release_vmap_area(struct vmap_space *vs, struct vmap_area *va, unsigned long flags)
{
	vs->ops->release(vs, va, flags);
}

void for_each_vmap_area(struct vmap_space *vs, void (*fn)(u64 start, u64 end, void *arg), void *arg)
{
	unsigned long flags = vs->ops->walk_lock(vs);

	for (const struct vmap_area *va = NULL; (va = vs->ops->next(vs, va));)
		fn(va->va_start, va->va_end, arg);
	vs->ops->walk_unlock(vs, flags);
}

void purge_vmap_area_lazy(struct vmap_space *vs)
{
	might_sleep();
	vs->ops->purge(vs);
}

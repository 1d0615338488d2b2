/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * info.c - the three numbers of /proc/meminfo about a space.
 *
 * In Linux each reader of that file once took the lock of the vmalloc layer and walked all areas
 * under it, and programs that read it often slowed the machine down; so the walk was put under RCU
 * (2013). Here it is what shows that the list of areas can be walked so: that areas are met in
 * order and do not overlap is checked on the way.
 */
#include "internal.h"
#include "vmalloc.h"

void get_vmalloc_info(struct vmap_space *vs, struct vmalloc_info *info)
{
	unsigned long flags = vs->ops->walk_lock(vs);
	u64 at = vs->start, used = 0, largest = 0;

	for (const struct vmap_area *va = NULL; (va = vs->ops->next(vs, va));) {
		MM_CHECK(va->va_start >= at && va->va_start < va->va_end && va->va_end <= vs->end,
			 LIST, "a walk of the areas in use met [%#llx, %#llx) behind %#llx",
			 va->va_start, va->va_end, at);
		largest = max(largest, va->va_start - at);
		used += va_size(va);
		at = va->va_end;
	}
	vs->ops->walk_unlock(vs, flags);

	info->total = vs->end - vs->start;
	info->used = used;
	info->largest_chunk = max(largest, vs->end - at);
}

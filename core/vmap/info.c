/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * info.c - the three numbers of /proc/meminfo about a space.
 *
 * In Linux each reader of that file once walked all areas under the lock of the vmalloc layer, and
 * programs that read it often slowed the machine down. In 2013 the walk was put under RCU. Here it
 * also checks the promise of such a walk (busy.c): areas are met in order and do not overlap.
 */
#include "internal.h"

void get_vmalloc_info(struct vmap_space *vs, struct vmalloc_info *info)
{
	unsigned long flags = vs->ops->walk_lock(vs);
	u64 at = vs->start, used = 0, largest = 0;

	for (const struct vmap_area *va = NULL; (va = vs->ops->next(vs, va));) {
		MM_CHECK(va->va_start >= at && va->va_start < va->va_end && va->va_end <= vs->end,
			 LIST, "a walk of the areas in use met [%#llx, %#llx) after %#llx",
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

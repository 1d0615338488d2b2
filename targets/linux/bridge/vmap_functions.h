/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmap_functions.h - the functions of vmap.c, for the back end of each tree.
 */
#ifndef MM_LINUX_VMAP_FUNCTIONS_H
#define MM_LINUX_VMAP_FUNCTIONS_H

#include "world/vmap_backend.h"

int linux_vmap_create(struct vmap_instance *v, struct machine *m, const struct vmap_params *p);
void linux_vmap_destroy(void *ctx);
void linux_vmap_verify(void *ctx, bool quiet);
void linux_vmap_for_each_area(void *ctx, vmap_range_fn *fn, void *arg);
void linux_vmap_for_each_busy(void *ctx, vmap_range_fn *fn, void *arg);
void linux_vmap_for_each_lazy(void *ctx, vmap_range_fn *fn, void *arg);
void linux_vmap_for_each_cached(void *ctx, vmap_cached_fn *fn, void *arg);
unsigned int linux_vmap_cache_owner(void *ctx, unsigned int cpu);
struct vmap_handle *linux_vmap_alloc_area(void *ctx, u64 size, u64 align, u64 from, u64 to,
					  gfp_t gfp);
void linux_vmap_free_area(void *ctx, struct vmap_handle *area);
struct vmap_handle *linux_vmap_find_area(void *ctx, u64 addr);
u64 linux_vmap_area_start(const struct vmap_handle *area);
u64 linux_vmap_area_size(const struct vmap_handle *area);
void linux_vmap_purge(void *ctx);
int linux_vmap_get_areas(void *ctx, const u64 *offset, const u64 *size, u32 nr, u64 align,
			 gfp_t gfp, struct vmap_handle **area);
void linux_vmap_free_areas(void *ctx, struct vmap_handle **area, u32 nr);
u64 linux_vmap_map_ram(void *ctx, struct page **page, u32 nr, gfp_t gfp);
void linux_vmap_unmap_ram(void *ctx, u64 addr, u32 nr);
void linux_vmap_unmap_aliases(void *ctx);
int linux_vmap_get_vm_area(void *ctx, u64 size, u64 flags, u64 from, u64 to, gfp_t gfp,
			   const char *caller, u64 *addr);
bool linux_vmap_find_owner(void *ctx, u64 addr, struct vmap_owner *o);
bool linux_vmap_remove_area(void *ctx, u64 addr, struct vmap_owner *o);
int linux_vmap_map_area(void *ctx, u64 addr, struct page **page, gfp_t gfp);
void linux_vmap_unmap_range(void *ctx, u64 addr, u64 size);
u64 linux_vmap_map(void *ctx, struct page **page, u64 nr, u64 flags, const char *caller);
void linux_vmap_unmap(void *ctx, u64 addr);
u64 linux_vmap_alloc_memory(void *ctx, u64 size, int node, gfp_t gfp, u64 flags,
			    const char *caller);
void linux_vmap_free_memory(void *ctx, u64 addr);
int linux_vmap_remap(void *ctx, u64 addr, u64 pgoff, struct page **page, u64 nr);
u64 linux_vmap_read(void *ctx, u8 *buf, u64 addr, u64 size);

/* All of them but those of nodes, as members of struct vmap_backend. */
#define LINUX_VMAP_FUNCTIONS                                                                       \
	.create = linux_vmap_create, .destroy = linux_vmap_destroy, .verify = linux_vmap_verify,   \
	.for_each_area = linux_vmap_for_each_area, .for_each_busy = linux_vmap_for_each_busy,      \
	.for_each_lazy = linux_vmap_for_each_lazy, .alloc_vmap_area = linux_vmap_alloc_area,       \
	.free_vmap_area = linux_vmap_free_area, .find_vmap_area = linux_vmap_find_area,            \
	.area_start = linux_vmap_area_start, .area_size = linux_vmap_area_size,                    \
	.purge = linux_vmap_purge, .get_vm_areas = linux_vmap_get_areas,                           \
	.free_vm_areas = linux_vmap_free_areas, .vm_map_ram = linux_vmap_map_ram,                  \
	.vm_unmap_ram = linux_vmap_unmap_ram, .vm_unmap_aliases = linux_vmap_unmap_aliases,        \
	.get_vm_area = linux_vmap_get_vm_area, .find_vm_area = linux_vmap_find_owner,              \
	.remove_vm_area = linux_vmap_remove_area, .map_vm_area = linux_vmap_map_area,              \
	.unmap_kernel_range = linux_vmap_unmap_range, .vmap = linux_vmap_map,                      \
	.vunmap = linux_vmap_unmap, .vmalloc = linux_vmap_alloc_memory,                            \
	.vfree = linux_vmap_free_memory, .remap_vmalloc_range = linux_vmap_remap,                  \
	.vread = linux_vmap_read

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ops_none.c - operations that do nothing, so that tests of programs link without an executor.
 */
#include "ops/ops.h"

#define NONE(name)                                                                                 \
	void name(struct world *w, const struct op_call *c)                                        \
	{                                                                                          \
	}

NONE(op_alloc_percpu)
NONE(op_free_percpu)
NONE(op_touch_percpu)
NONE(op_alloc_reserved_percpu)
NONE(op_misfree_percpu)
NONE(op_vm_map_ram)
NONE(op_vm_unmap_ram)
NONE(op_touch_ram)
NONE(op_vm_unmap_aliases)
NONE(op_alloc_vmap_area)
NONE(op_alloc_vmap_range)
NONE(op_free_vmap_area)
NONE(op_touch_area)
NONE(op_purge_vmap_areas)
NONE(op_get_vm_areas)
NONE(op_free_vm_areas)
NONE(op_vmalloc)
NONE(op_vfree)
NONE(op_touch_vmalloc)
NONE(op_remap_vmalloc_range)
NONE(op_vread)
NONE(op_vread_area)
NONE(op_vmap)
NONE(op_vunmap)
NONE(op_touch_vmap)
NONE(op_get_vm_area)
NONE(op_remove_vm_area)
NONE(op_map_vm_area)
NONE(op_unmap_kernel_range)
NONE(op_vmallocinfo)
NONE(op_alloc_bootmem)
NONE(op_alloc_bootmem_node)
NONE(op_alloc_bootmem_cross)
NONE(op_reserve_bootmem)
NONE(op_free_bootmem)
NONE(op_free_bootmem_part)
NONE(op_free_all_bootmem)
NONE(op_misuse_bootmem)
NONE(op_compat_alloc_bootmem)
NONE(op_compat_alloc_bootmem_node)
NONE(op_compat_reserve_bootmem)
NONE(op_compat_free_bootmem)
NONE(op_migrate)
NONE(op_cond_resched)

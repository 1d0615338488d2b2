/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ops.h - the functions that carry operations out, one for each entry of op_table[].
 *
 * A function finds its numbers in @c->op->arg, in the order of its entry's operands.
 */
#ifndef MM_HARNESS_OPS_H
#define MM_HARNESS_OPS_H

#include "program/op.h"

/* ops_percpu.c */
void op_alloc_percpu(struct world *w, const struct op_call *c);
void op_free_percpu(struct world *w, const struct op_call *c);
void op_touch_percpu(struct world *w, const struct op_call *c);
void op_alloc_reserved_percpu(struct world *w, const struct op_call *c);
void op_misfree_percpu(struct world *w, const struct op_call *c);

/* ops_vmap.c */
void op_vm_map_ram(struct world *w, const struct op_call *c);
void op_vm_unmap_ram(struct world *w, const struct op_call *c);
void op_touch_ram(struct world *w, const struct op_call *c);
void op_vm_unmap_aliases(struct world *w, const struct op_call *c);

/* ops_area.c */
void op_alloc_vmap_area(struct world *w, const struct op_call *c);
void op_alloc_vmap_range(struct world *w, const struct op_call *c);
void op_free_vmap_area(struct world *w, const struct op_call *c);
void op_touch_area(struct world *w, const struct op_call *c);
void op_purge_vmap_areas(struct world *w, const struct op_call *c);

/* ops_vm_areas.c */
void op_get_vm_areas(struct world *w, const struct op_call *c);
void op_free_vm_areas(struct world *w, const struct op_call *c);

/* ops_vmalloc.c */
void op_vmalloc(struct world *w, const struct op_call *c);
void op_vfree(struct world *w, const struct op_call *c);
void op_touch_vmalloc(struct world *w, const struct op_call *c);
void op_remap_vmalloc_range(struct world *w, const struct op_call *c);

/* ops_vread.c */
void op_vread(struct world *w, const struct op_call *c);
void op_vread_area(struct world *w, const struct op_call *c);

/* ops_vm_struct.c */
void op_vmap(struct world *w, const struct op_call *c);
void op_vunmap(struct world *w, const struct op_call *c);
void op_touch_vmap(struct world *w, const struct op_call *c);
void op_get_vm_area(struct world *w, const struct op_call *c);
void op_remove_vm_area(struct world *w, const struct op_call *c);
void op_map_vm_area(struct world *w, const struct op_call *c);
void op_unmap_kernel_range(struct world *w, const struct op_call *c);
void op_vmallocinfo(struct world *w, const struct op_call *c);

/* ops_bootmem.c */
void op_alloc_bootmem(struct world *w, const struct op_call *c);
void op_alloc_bootmem_node(struct world *w, const struct op_call *c);
void op_alloc_bootmem_cross(struct world *w, const struct op_call *c);
void op_reserve_bootmem(struct world *w, const struct op_call *c);
void op_free_bootmem(struct world *w, const struct op_call *c);
void op_free_bootmem_part(struct world *w, const struct op_call *c);
void op_free_all_bootmem(struct world *w, const struct op_call *c);

/* ops_bootmem_compat.c */
void op_compat_alloc_bootmem(struct world *w, const struct op_call *c);
void op_compat_alloc_bootmem_node(struct world *w, const struct op_call *c);
void op_compat_reserve_bootmem(struct world *w, const struct op_call *c);
void op_compat_free_bootmem(struct world *w, const struct op_call *c);

/* ops_bootmem_misuse.c */
void op_misuse_bootmem(struct world *w, const struct op_call *c);

/* ops_sched.c */
void op_migrate(struct world *w, const struct op_call *c);
void op_cond_resched(struct world *w, const struct op_call *c);

#endif

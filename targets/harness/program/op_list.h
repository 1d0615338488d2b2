/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * op_list.h - the list of operations.
 *
 * The position of a name is the number of the operation in the byte form. A new operation goes to
 * the end. No operation is ever removed: that would change what stored programs mean.
 *
 * Two tables follow this list: op_table[] (op_table.c) describes each operation, op_bodies[]
 * (ops/op_bodies.c) has the function op_NAME() that carries it out.
 */
#ifndef MM_HARNESS_OP_LIST_H
#define MM_HARNESS_OP_LIST_H

#define OPERATIONS(X)                                                                              \
	X(alloc_percpu)                                                                            \
	X(free_percpu)                                                                             \
	X(touch_percpu)                                                                            \
	X(vm_map_ram)                                                                              \
	X(vm_unmap_ram)                                                                            \
	X(touch_ram)                                                                               \
	X(vm_unmap_aliases)                                                                        \
	X(alloc_vmap_area)                                                                         \
	X(free_vmap_area)                                                                          \
	X(touch_area)                                                                              \
	X(purge_vmap_areas)                                                                        \
	X(migrate)                                                                                 \
	X(cond_resched)                                                                            \
	X(get_vm_areas)                                                                            \
	X(free_vm_areas)                                                                           \
	X(alloc_reserved_percpu)                                                                   \
	X(misfree_percpu)                                                                          \
	X(alloc_vmap_range)                                                                        \
	X(vmalloc)                                                                                 \
	X(vfree)                                                                                   \
	X(touch_vmalloc)                                                                           \
	X(remap_vmalloc_range)                                                                     \
	X(vread)                                                                                   \
	X(vmap)                                                                                    \
	X(vunmap)                                                                                  \
	X(touch_vmap)                                                                              \
	X(get_vm_area)                                                                             \
	X(remove_vm_area)                                                                          \
	X(map_vm_area)                                                                             \
	X(unmap_kernel_range)                                                                      \
	X(vmallocinfo)                                                                             \
	X(vread_area)                                                                              \
	X(alloc_bootmem)                                                                           \
	X(alloc_bootmem_node)                                                                      \
	X(alloc_bootmem_cross)                                                                     \
	X(reserve_bootmem)                                                                         \
	X(free_bootmem)                                                                            \
	X(free_bootmem_part)                                                                       \
	X(free_all_bootmem)                                                                        \
	X(misuse_bootmem)                                                                          \
	X(compat_alloc_bootmem)                                                                    \
	X(compat_alloc_bootmem_node)                                                               \
	X(compat_reserve_bootmem)                                                                  \
	X(compat_free_bootmem)                                                                     \
	X(vread_ram)

enum op_id {
#define X(name) OP_##name,
	OPERATIONS(X)
#undef X
		NR_OPS
};

#endif

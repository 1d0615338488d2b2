/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot.h - boot memory and the static per-CPU region.
 *
 * A pointer to an object of the percpu allocator is the address of its copy in the lowest unit:
 * the kernel lets an architecture say so (__addr_to_pcpu_ptr). The static region is what the
 * program says, and no section of ours.
 */
#ifndef MM_LINUX_BOOT_H
#define MM_LINUX_BOOT_H

#define __addr_to_pcpu_ptr(addr) ((void *)(addr))
#define __pcpu_ptr_to_addr(ptr) ((void *)(ptr))
#define MM_STATIC_START ((char *)0x10000000UL)
#define __per_cpu_start MM_STATIC_START
#define __per_cpu_end (MM_STATIC_START + br.static_size)
#define __per_cpu_load br.static_data

#define memblock_alloc(size, align) br_boot_alloc(size, align)
#define memblock_alloc_from(size, align, goal) br_boot_frames(size, align, NUMA_NO_NODE)
#define memblock_alloc_try_nid(size, align, goal, limit, node) br_boot_frames(size, align, node)
#define memblock_free(p, size) br_boot_free(p, size)
#define memblock_free_early(p, size) br_boot_free(p, size)

#endif

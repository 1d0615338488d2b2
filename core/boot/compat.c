/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compat.c - the classic calls of bootmem: their alignments, goals and limits, and zeroing.
 */
#include "compat.h"
#include "internal.h"
#include "../machine/pgtable.h"

/* Zero an allocation. Return: its address in the direct map, or 0. */
static u64 boot_zeroed(struct boot_mem *bm, u64 addr, u64 size)
{
	if (addr == BOOT_NONE)
		return 0;
	mem_set(bm->m, direct_map_start(bm->m) + addr, 0, size);
	return direct_map_start(bm->m) + addr;
}

u64 bootmem_phys(const struct boot_mem *bm, u64 addr)
{
	return addr ? addr - direct_map_start(bm->m) : BOOT_NONE;
}

u64 alloc_bootmem(struct boot_mem *bm, u64 size)
{
	return boot_zeroed(bm, boot_alloc(bm, size, SMP_CACHE_BYTES, BOOT_DMA_GOAL, 0), size);
}

u64 alloc_bootmem_pages(struct boot_mem *bm, u64 size)
{
	return boot_zeroed(bm, boot_alloc(bm, size, PAGE_SIZE, BOOT_DMA_GOAL, 0), size);
}

u64 alloc_bootmem_low(struct boot_mem *bm, u64 size)
{
	return boot_zeroed(bm, boot_alloc(bm, size, SMP_CACHE_BYTES, 0, BOOT_LOW_LIMIT), size);
}

u64 alloc_bootmem_low_pages(struct boot_mem *bm, u64 size)
{
	return boot_zeroed(bm, boot_alloc(bm, size, PAGE_SIZE, 0, BOOT_LOW_LIMIT), size);
}

u64 alloc_bootmem_node(struct boot_mem *bm, unsigned int nid, u64 size)
{
	return boot_zeroed(bm, boot_alloc_node(bm, nid, size, SMP_CACHE_BYTES, BOOT_DMA_GOAL, 0),
			   size);
}

u64 alloc_bootmem_pages_node(struct boot_mem *bm, unsigned int nid, u64 size)
{
	return boot_zeroed(bm, boot_alloc_node(bm, nid, size, PAGE_SIZE, BOOT_DMA_GOAL, 0), size);
}

u64 alloc_bootmem_low_pages_node(struct boot_mem *bm, unsigned int nid, u64 size)
{
	return boot_zeroed(bm, boot_alloc_node(bm, nid, size, PAGE_SIZE, 0, BOOT_LOW_LIMIT), size);
}

int free_bootmem(struct boot_mem *bm, u64 addr, u64 size)
{
	return boot_free(bm, addr, size);
}

int reserve_bootmem(struct boot_mem *bm, u64 addr, u64 size, int flags)
{
	return boot_reserve(bm, addr, size,
			    flags & BOOTMEM_EXCLUSIVE ? BOOT_EXCLUSIVE : BOOT_SHARED);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compat.h - the classic calls of bootmem's users, on either allocator.
 *
 * They return zeroed memory, as an address in the direct map of the machine. So they touch the
 * memory, unlike boot_alloc(), and its page frames must be in use. A node is a preference with
 * bootmem, and a promise with rootmem.
 */
#ifndef MM_BOOT_COMPAT_H
#define MM_BOOT_COMPAT_H

#include "boot.h"

/* Alignment of small requests. */
#define SMP_CACHE_BYTES 64u

/* Memory below this is spared for old devices, which can reach no other. */
#define BOOT_DMA_GOAL (16ULL << 20)

/* End of "low" memory, which devices with 32 address bits can reach. */
#define BOOT_LOW_LIMIT (1ULL << 32)

/**
 * alloc_bootmem() - memory, aligned to a cache line, above BOOT_DMA_GOAL if possible
 * @size: bytes, from 1
 *
 * Return: address in the direct map; 0: no room, or refused. (Linux panicked.)
 */
u64 alloc_bootmem(struct boot_mem *bm, u64 size);

/** alloc_bootmem_pages() - alloc_bootmem() aligned to a page */
u64 alloc_bootmem_pages(struct boot_mem *bm, u64 size);

/** alloc_bootmem_low(), alloc_bootmem_low_pages() - below BOOT_LOW_LIMIT, without a goal */
u64 alloc_bootmem_low(struct boot_mem *bm, u64 size);
u64 alloc_bootmem_low_pages(struct boot_mem *bm, u64 size);

/** alloc_bootmem_node(), _pages_node(), _low_pages_node() - the same from node @nid */
u64 alloc_bootmem_node(struct boot_mem *bm, unsigned int nid, u64 size);
u64 alloc_bootmem_pages_node(struct boot_mem *bm, unsigned int nid, u64 size);
u64 alloc_bootmem_low_pages_node(struct boot_mem *bm, unsigned int nid, u64 size);

/** bootmem_phys() - physical address of what a call above returned; of 0, BOOT_NONE */
u64 bootmem_phys(const struct boot_mem *bm, u64 addr);

/** free_bootmem() - boot_free(); @addr is physical */
int free_bootmem(struct boot_mem *bm, u64 addr, u64 size);

#define BOOTMEM_DEFAULT 0
#define BOOTMEM_EXCLUSIVE 1

/**
 * reserve_bootmem() - boot_reserve(); @addr is physical
 * @flags: BOOTMEM_EXCLUSIVE: BOOT_EXCLUSIVE; BOOTMEM_DEFAULT: BOOT_SHARED
 */
int reserve_bootmem(struct boot_mem *bm, u64 addr, u64 size, int flags);

#endif

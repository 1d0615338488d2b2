/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compat.h - the calls that bootmem's users knew, over either allocator.
 *
 * What they give is zeroed, and an address in the direct map of the machine, whose page frames must
 * be in use: boot_alloc() and its sisters do not touch memory, these do. Those of a node have
 * the allocator's own meaning of it: with bootmem a preference, with rootmem a promise.
 */
#ifndef MM_BOOT_COMPAT_H
#define MM_BOOT_COMPAT_H

#include "boot.h"

/* A cache line, what small requests are aligned to. */
#define SMP_CACHE_BYTES 64u

/* What devices of old could reach is spared, if there is other memory. */
#define BOOT_DMA_GOAL (16ULL << 20)

/* And what others can: "low" memory ends here. */
#define BOOT_LOW_LIMIT (1ULL << 32)

/**
 * alloc_bootmem() - memory, aligned to a cache line, from BOOT_DMA_GOAL on if there is any
 * @size: bytes, from 1
 *
 * Return: address in the direct map, the memory zeroed; 0: no room, or refused. (Linux panicked.)
 */
u64 alloc_bootmem(struct boot_mem *bm, u64 size);

/** alloc_bootmem_pages() - alloc_bootmem() aligned to a page */
u64 alloc_bootmem_pages(struct boot_mem *bm, u64 size);

/** alloc_bootmem_low(), alloc_bootmem_low_pages() - below BOOT_LOW_LIMIT, and no goal */
u64 alloc_bootmem_low(struct boot_mem *bm, u64 size);
u64 alloc_bootmem_low_pages(struct boot_mem *bm, u64 size);

/** alloc_bootmem_node(), _pages_node(), _low_pages_node() - the same near node @nid */
u64 alloc_bootmem_node(struct boot_mem *bm, unsigned int nid, u64 size);
u64 alloc_bootmem_pages_node(struct boot_mem *bm, unsigned int nid, u64 size);
u64 alloc_bootmem_low_pages_node(struct boot_mem *bm, unsigned int nid, u64 size);

/** free_bootmem() - boot_free(); @addr is physical, as it always was */
int free_bootmem(struct boot_mem *bm, u64 addr, u64 size);

#define BOOTMEM_DEFAULT 0
#define BOOTMEM_EXCLUSIVE 1

/**
 * reserve_bootmem() - boot_reserve(); @addr is physical
 * @flags: BOOTMEM_DEFAULT: pages that are reserved already are passed over; BOOTMEM_EXCLUSIVE
 */
int reserve_bootmem(struct boot_mem *bm, u64 addr, u64 size, int flags);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pgtable.h - the kernel page table, the TLBs, and access through an address.
 *
 * Page table: four levels of 512 entries, as on x86-64. Table pages are page
 * frames, made on demand, kept until the machine goes.
 *
 * TLB, worst case: from the moment that an entry is cleared until a flush covers it,
 * *every* CPU may still hold the old translation. Such a translation is *stale*. To
 * lay a new mapping over a stale translation is ORACLE_STALE; to reach memory
 * through one is ORACLE_FAULT.
 *
 * Direct map: all page frames, one behind the other, at MACHINE_DIRECT_START. It needs no
 * table and knows no stale translation; what it leads to must be a frame in use.
 *
 * The interface is the MMU's; this implementation is the `model`, in which addresses are
 * numbers. `host` (memfd and mmap) takes its place behind the same functions.
 */
#ifndef MM_MACHINE_PGTABLE_H
#define MM_MACHINE_PGTABLE_H

#include "machine.h"
#include "page.h"

/**
 * vmap_pages_range() - map pages at consecutive addresses
 * @m:     the machine
 * @addr:  first address, page aligned; the range lies inside the KVA
 * @pages: the frames, all in use
 * @nr:    how many pages, from 1
 * @gfp:   for table pages
 *
 * Return: 0; -EBUSY if an entry is in use; -ENOMEM if a table page, or room to remember the
 * translations, cannot be had. On error the pages before the failing one stay mapped, and the
 * caller unmaps them: after -ENOMEM the whole range, of which no more is mapped; after -EBUSY that
 * would clear what is another's. ORACLE_RANGE, ORACLE_FAULT (a frame that is not in use),
 * ORACLE_STALE. Context: may sleep with GFP_KERNEL, any with GFP_ATOMIC.
 */
int vmap_pages_range(struct machine *m, u64 addr, struct page **pages, unsigned long nr, gfp_t gfp);

/**
 * vunmap_range() - clear the entries of a range; no flush
 * @m:    the machine
 * @addr: first address, page aligned; the range lies inside the KVA
 * @nr:   pages; those not mapped are passed over
 *
 * Each cleared entry leaves a stale translation that carries the caller's task_ticket().
 *
 * Return: entries cleared. ORACLE_RANGE. Context: any.
 */
unsigned long vunmap_range(struct machine *m, u64 addr, unsigned long nr);

/**
 * flush_tlb_kernel_range() - all CPUs forget the translations of a range
 * @m:     the machine
 * @start: first address; the page that it lies in is flushed
 * @end:   behind the last; what lies outside of the KVA is passed over, an empty range is counted
 *         as a flush
 *
 * Context: any.
 */
void flush_tlb_kernel_range(struct machine *m, u64 start, u64 end);

/**
 * vmalloc_to_page() - the frame mapped at an address
 *
 * @addr may be any address, that of a byte inside of a page too.
 *
 * Return: the frame, or NULL if nothing is mapped there. Context: any; no scheduling point.
 */
struct page *vmalloc_to_page(struct machine *m, u64 addr);

/* A page-table page: its frame, its level (0: the lowest), the first address that it translates. */
typedef void (*table_fn)(const struct page *page, unsigned int level, u64 addr, void *arg);

/**
 * for_each_table() - name each page-table page, by walking down from the top; for judges
 * @m:   the machine
 * @fn:  called with each; must not map
 * @arg: for @fn
 *
 * The topmost table is part of the machine and costs no frame. Context: nobody maps meanwhile; no
 * lock, no scheduling point.
 */
void for_each_table(struct machine *m, table_fn fn, void *arg);

/**
 * tlb_stale_in_range() - is there a stale translation in a range?
 * @m:     the machine
 * @start: first address
 * @end:   behind the last
 * @addr:  receives the address of the first one found
 */
bool tlb_stale_in_range(struct machine *m, u64 start, u64 end, u64 *addr);

/**
 * tlb_stale_before() - is there a stale translation of an operation that had ended?
 * @m:      the machine
 * @ticket: from oldest_ticket(): only entries cleared under a smaller ticket count
 * @addr:   receives the address of the one found
 */
bool tlb_stale_before(struct machine *m, u64 ticket, u64 *addr);

/**
 * mem_address() - where the bytes behind a simulated address lie in ours
 * @m:    the machine
 * @addr: any address
 * @len:  bytes that must be reachable; the range must not cross a page
 *
 * Return: pointer to the bytes in the frame; ORACLE_FAULT if nothing is mapped there, or
 * the direct map leads to a frame that is free. The
 * access itself is the caller's, in instrumented code, so that sanitizers judge it.
 */
void *mem_address(struct machine *m, u64 addr, size_t len);

/**
 * mem_set() - memset() through simulated addresses, over any number of pages
 *
 * Unmapped pages are ORACLE_FAULT. Accesses are the caller's in the eyes of TSan.
 */
void mem_set(struct machine *m, u64 addr, int byte, size_t len);

/**
 * mem_copy_in() - copy bytes of ours to simulated addresses, over any number of pages
 * @m:    the machine
 * @addr: any address
 * @src:  our own memory
 * @len:  bytes
 *
 * As mem_set() in all else.
 */
void mem_copy_in(struct machine *m, u64 addr, const void *src, size_t len);

#endif

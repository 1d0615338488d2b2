/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pgtable.h - the kernel page table, the TLBs, and access through an address.
 *
 * Page table: four levels of 512 entries, as on x86-64. A table page costs a page frame and a
 * request of the failure plan when a mapping first needs it, and stays for the rest of the run. The
 * topmost table is part of the machine and costs neither.
 *
 * TLB, worst case: from the moment that an entry is cleared until a flush covers it, *every* CPU
 * may still hold the old translation. Such a translation is *stale*. To map over a stale
 * translation is ORACLE_STALE; to access memory through one is ORACLE_FAULT; one that is never
 * flushed is a leak.
 *
 * Direct map: frame number n lies at MACHINE_DIRECT_START + (n << PAGE_SHIFT). The direct map needs
 * no table, has no stale translation and cannot fail. An access to a free frame is ORACLE_FAULT; a
 * frame that has a new owner is reached without complaint, as on the real machine.
 *
 * Addresses are numbers: mem_address() gives the bytes that an address leads to.
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
 * Return: 0; -EBUSY if an entry is in use; -ENOMEM if there is no table page, or no memory to
 * record the translations. On error the pages before the failing one stay mapped, for the caller to
 * unmap. After -ENOMEM it may unmap the whole range; after -EBUSY only those pages, since the next
 * one has another owner. ORACLE_RANGE, ORACLE_FAULT (a frame that is not in use), ORACLE_STALE.
 * Context: may sleep with GFP_KERNEL; any with GFP_ATOMIC.
 */
int vmap_pages_range(struct machine *m, u64 addr, struct page **pages, unsigned long nr, gfp_t gfp);

/**
 * vmap_prepare_range() - make the table pages of a range, so that vmap_set_pages() cannot fail
 * @m:    the machine
 * @addr: first address, page aligned; the range lies inside the KVA
 * @nr:   pages, from 1
 * @gfp:  for table pages
 *
 * Linux sets entries by a function that returns nothing: what can fail comes before.
 *
 * Return: 0; -ENOMEM if there is no table page, no memory to record the translations, or on the
 * host MMU too few mappings (machine_stats.refused). Tables that were made stay. ORACLE_RANGE.
 * Context: may sleep with GFP_KERNEL; any with GFP_ATOMIC.
 */
int vmap_prepare_range(struct machine *m, u64 addr, unsigned long nr, gfp_t gfp);

/**
 * vmap_set_pages() - map pages in a range whose table pages are there
 * @m:     the machine
 * @addr:  first address, page aligned; the range lies inside the KVA
 * @pages: the frames, all in use
 * @nr:    how many pages, from 1
 *
 * The table pages are those of vmap_prepare_range(), or of an earlier mapping in this run. It is
 * called for any part of a prepared range, and again after the part was unmapped and flushed.
 *
 * ORACLE_PTE_BUSY (an entry is in use), ORACLE_RANGE (also: no table page), ORACLE_FAULT (a frame
 * that is not in use), ORACLE_STALE. Context: any.
 */
void vmap_set_pages(struct machine *m, u64 addr, struct page **pages, unsigned long nr);

/**
 * vunmap_range() - clear the entries of a range; no flush
 * @m:    the machine
 * @addr: first address, page aligned; the range lies inside the KVA
 * @nr:   pages; unmapped ones are skipped
 *
 * Each cleared entry leaves a stale translation that carries the caller's task_ticket().
 *
 * Return: entries cleared. ORACLE_RANGE. Context: any.
 */
unsigned long vunmap_range(struct machine *m, u64 addr, unsigned long nr);

/**
 * vmap_set_entry(), vmap_clear_entry() - vmap_set_pages() and vunmap_range() of one page
 *
 * They pass no scheduling point: for loops of kernel code that change entries one by one.
 */
void vmap_set_entry(struct machine *m, u64 addr, struct page *page);
void vmap_clear_entry(struct machine *m, u64 addr);

/**
 * flush_tlb_kernel_range() - evict the translations of a range on all CPUs
 * @m:     the machine
 * @start: first address; the whole page that holds it is flushed
 * @end:   end of the range, exclusive
 *
 * The range may be any, 0 to UINT64_MAX for all; the part outside of the KVA is ignored. Even an
 * empty one counts as a flush, and as an interprocessor interrupt for each other online CPU.
 *
 * Context: any.
 */
void flush_tlb_kernel_range(struct machine *m, u64 start, u64 end);

/**
 * vmalloc_to_page() - the frame mapped at an address
 *
 * @m:    the machine
 * @addr: any address, inside of a page too
 *
 * Return: the frame, or NULL if nothing is mapped there. Context: any.
 */
struct page *vmalloc_to_page(struct machine *m, u64 addr);

/** mem_page() - the frame that an address of the KVA or of the direct map leads to, or NULL */
struct page *mem_page(struct machine *m, u64 addr);

/* A page-table page: its frame, its level (0: the lowest), the first address that it translates. */
typedef void (*table_fn)(const struct page *page, unsigned int level, u64 addr, void *arg);

/**
 * for_each_table() - walk down the page table and call @fn with each table page; for oracles
 * @m:   the machine
 * @fn:  must not map
 * @arg: for @fn
 *
 * The topmost table has no frame and is left out. Context: no task maps meanwhile.
 */
void for_each_table(struct machine *m, table_fn fn, void *arg);

/**
 * tlb_stale_in_range() - is there a stale translation in a range?
 * @m:     the machine
 * @start: first address
 * @end:   end of the range, exclusive
 * @addr:  receives the address of one
 */
bool tlb_stale_in_range(struct machine *m, u64 start, u64 end, u64 *addr);

/**
 * tlb_stale_before() - is there a stale translation of an operation that has ended?
 * @m:      the machine
 * @ticket: from oldest_ticket(): only entries cleared under a smaller ticket count
 * @addr:   receives the address of one
 */
bool tlb_stale_before(struct machine *m, u64 ticket, u64 *addr);

/**
 * mem_address() - translate a simulated address to a pointer
 * @m:    the machine
 * @addr: of a mapping, or of the direct map
 * @len:  bytes that must be reachable; the range must not cross a page
 *
 * Return: pointer to the bytes in the frame. ORACLE_FAULT if nothing is mapped there, if the frame
 * is free, or if the range crosses a page. The caller makes the access, in instrumented code, so
 * that sanitizers judge it.
 */
void *mem_address(struct machine *m, u64 addr, size_t len);

/**
 * mem_set() - memset() through simulated addresses, over any number of pages
 *
 * Unmapped pages are ORACLE_FAULT. ThreadSanitizer sees the accesses as the caller's.
 */
void mem_set(struct machine *m, u64 addr, int byte, size_t len);

/**
 * mem_copy_in() - memcpy() to simulated addresses, over any number of pages
 * @m:    the machine
 * @addr: destination
 * @src:  a pointer of the host
 * @len:  bytes
 *
 * As mem_set() in all else.
 */
void mem_copy_in(struct machine *m, u64 addr, const void *src, size_t len);

/**
 * mem_poison() - an access to these bytes is an error to AddressSanitizer, until mem_unpoison()
 *
 * For allocators, around what they serve; nothing on the model, and in other builds. A part of
 * eight bytes may be left out. Mapped and allocated pages are not poisoned, the others are.
 */
#ifdef MM_ASAN
void mem_poison(struct machine *m, u64 addr, size_t len);
void mem_unpoison(struct machine *m, u64 addr, size_t len);
#else
static inline void mem_poison(struct machine *m, u64 addr, size_t len)
{
}

static inline void mem_unpoison(struct machine *m, u64 addr, size_t len)
{
}
#endif

#endif

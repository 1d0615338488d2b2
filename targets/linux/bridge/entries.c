/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * entries.c - the page-table entries that the kernel reads, and what the machine is told of them.
 *
 * The arrays are as large as the largest window of the process needs. A clean run leaves them
 * empty; after a run that a finding ended, what was set is cleared.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bridge.h"
#include "sched/announce.h"
#include "sched/keep.h"

#define PMD_SHIFT 21
#define PMD_SIZE (1ULL << PMD_SHIFT)

/**
 * struct entries - the arrays that br.pte and br.pmd point to
 * @nr_pmd:  entries of the second level; of the lowest level there are 512 times as many
 * @present: entries of the lowest level that are set
 * @low, @high: pages between which entries were set in this run
 */
static struct {
	unsigned long *pte, *pmd;
	u64 nr_pmd;
	u64 present;
	u64 low, high;
} entries;

static u64 page_number(unsigned long addr)
{
	return (addr - br.kva_base) >> PAGE_SHIFT;
}

/* Entries of the table that page @n belongs to are set in this run. */
static void note_table(u64 n)
{
	const u64 first = ALIGN_DOWN(n, 512);
	u64 low = __atomic_load_n(&entries.low, __ATOMIC_RELAXED);
	u64 high = __atomic_load_n(&entries.high, __ATOMIC_RELAXED);

	while (first < low && !__atomic_compare_exchange_n(&entries.low, &low, first, true,
							   __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
	while (first + 512 > high &&
	       !__atomic_compare_exchange_n(&entries.high, &high, first + 512, true,
					    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

void entries_attach(unsigned long start, u64 size)
{
	void *seen = announce_unseen_begin();
	u64 nr;

	br.kva_base = ALIGN_DOWN(start, PMD_SIZE);
	nr = DIV_ROUND_UP(start + size - br.kva_base, PMD_SIZE);
	if (nr > entries.nr_pmd) {
		keep_free(entries.pte);
		keep_free(entries.pmd);
		entries.pte = keep_alloc(nr * 512 * sizeof(unsigned long));
		entries.pmd = keep_alloc(nr * sizeof(unsigned long));
		if (!entries.pte || !entries.pmd)
			abort();
		entries.nr_pmd = nr;
	} else if (entries.low < entries.high) {
		if (entries.present)
			memset(&entries.pte[entries.low], 0,
			       (entries.high - entries.low) * sizeof(unsigned long));
		memset(&entries.pmd[entries.low / 512], 0,
		       ((entries.high - 1) / 512 - entries.low / 512 + 1) * sizeof(unsigned long));
		announce_fresh(&entries.pte[entries.low],
			       (entries.high - entries.low) * sizeof(unsigned long));
		announce_fresh(&entries.pmd[entries.low / 512],
			       ((entries.high - 1) / 512 - entries.low / 512 + 1) *
				       sizeof(unsigned long));
	}
	entries.present = 0;
	entries.low = UINT64_MAX;
	entries.high = 0;
	br.pte = entries.pte;
	br.pmd = entries.pmd;
	announce_unseen_end(seen);
}

/* The kernel's own flags of a request for a table do not reach it: table pages may always wait. */
int br_prepare_table(unsigned long addr)
{
	const unsigned long at = addr < br.kva_start ? br.kva_start : addr;

	note_table(page_number(addr));
	return vmap_prepare_range(bridge.m, to_machine(at), 1,
				  in_atomic() ? GFP_ATOMIC : GFP_KERNEL);
}

bool entries_are_upper(const void *p)
{
	return (u64)((const unsigned long *)p - entries.pmd) < entries.nr_pmd;
}

/* The kernel must find them when it unmaps the area. */
void entries_adopt(unsigned long addr, u64 size)
{
	for (u64 n = page_number(addr), end = n + (size >> PAGE_SHIFT); n < end; n++) {
		const unsigned long at = br.kva_base + (n << PAGE_SHIFT);
		const struct page *page = vmalloc_to_page(bridge.m, to_machine(at));

		if (!page || entries.pte[n])
			continue;
		note_table(n);
		__atomic_store_n(&entries.pmd[n / 512], 1, __ATOMIC_RELEASE);
		__atomic_store_n(&entries.pte[n], page->pfn << PAGE_SHIFT | 1, __ATOMIC_RELAXED);
		__atomic_fetch_add(&entries.present, 1, __ATOMIC_RELAXED);
	}
}

void br_set_pte(unsigned long addr, struct page *page)
{
	vmap_set_entry(bridge.m, to_machine(addr), page);
	__atomic_fetch_add(&entries.present, 1, __ATOMIC_RELAXED);
}

void br_clear_pte(unsigned long addr)
{
	window_forget(addr);
	vmap_clear_entry(bridge.m, to_machine(addr));
	__atomic_fetch_sub(&entries.present, 1, __ATOMIC_RELAXED);
}

/* A range may begin or end outside of the window, as that of a flush of everything does. */
void br_flush_tlb(unsigned long start, unsigned long end)
{
	const u64 from = start <= br.kva_start ? 0 : end_to_machine(start);
	const u64 to = end >= br.kva_end ? UINT64_MAX : end_to_machine(end);

	flush_tlb_kernel_range(bridge.m, from, start < end ? to : from);
}

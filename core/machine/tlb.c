/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tlb.c - stale translations: the TLBs at their worst.
 *
 * A cleared page-table entry is *stale* until a flush covers its address: any CPU may hold the old
 * translation. Stale translations are an array in no order, and the cleared entry holds its index
 * there, so that each leads to the other (M12). A flush walks the range or the array, whichever is
 * shorter, and fills each hole with the last element.
 *
 * Mapping reserves room for the translation to become stale (M15), so that unmapping needs no
 * memory. A bare machine has no stale translations: a flush is only counted.
 *
 * Invariants: M11, M12 and M15 of internal.h.
 */
#include <stdlib.h>

#include "../sched/vtime.h"
#include "internal.h"

#define STALE_MIN 1024

/* M15: make room for @nr more translations to become stale. Return: 0 or -ENOMEM. */
int tlb_reserve(struct machine *m, u64 nr)
{
	u64 need = m->nr_present + m->nr_stale + nr;
	struct stale *stale;
	void *seen;

	hw_assert_held(&m->mmu_lock);
	if (likely(need <= m->max_stale))
		return 0;
	need = max(max(need, 2 * m->max_stale), (u64)STALE_MIN);
	seen = announce_unseen_begin();
	stale = realloc(m->stale, need * sizeof(*stale));
	announce_unseen_end(seen);
	if (!stale)
		return -ENOMEM;
	m->stale = stale;
	m->max_stale = need;
	return 0;
}

/* Clear the entry of @addr, which led to @frame, and record the stale translation (M12). */
void tlb_add_stale(struct machine *m, u64 *pte, u64 addr, u32 frame, u64 ticket)
{
	struct stale *s = &m->stale[m->nr_stale];

	s->pte = pte;
	s->addr = addr;
	s->ticket = ticket;
	s->frame = frame;
	hw_store(pte, m->nr_stale << PTE_SHIFT | PTE_STALE);
	m->nr_stale++;
}

static void tlb_remove_stale(struct machine *m, u64 i)
{
	u64 last = --m->nr_stale;

	hw_assert_held(&m->mmu_lock);
	hw_store(m->stale[i].pte, 0);
	if (i != last) {
		m->stale[i] = m->stale[last];
		hw_store(m->stale[i].pte, i << PTE_SHIFT | PTE_STALE);
	}
}

/* Cut a range to the KVA. Return: pages in it. */
static u64 clamp_to_kva(const struct machine *m, u64 *start, u64 *end)
{
	u64 kva_end = m->cfg.kva_start + m->cfg.kva_size;

	*start = max(ALIGN_DOWN(*start, PAGE_SIZE), m->cfg.kva_start);
	*end = min(*end, kva_end);
	return *start < *end ? DIV_ROUND_UP(*end - *start, PAGE_SIZE) : 0;
}

/* Index of the first stale translation in [*addr, end), or nr_stale. *addr moves to it. */
static u64 next_stale_pte(struct machine *m, u64 *addr, u64 end)
{
	while (*addr < end) {
		struct table *leaf = pgtable_leaf(m, *addr);
		u64 stop = leaf_end(*addr, end);

		for (; leaf && *addr < stop; *addr += PAGE_SIZE) {
			u64 pte = leaf->pte[pte_index(*addr)];

			if (pte & PTE_STALE)
				return pte >> PTE_SHIFT;
		}
		*addr = stop;
	}
	return m->nr_stale;
}

void flush_tlb_kernel_range(struct machine *m, u64 start, u64 end)
{
	u64 pages, i;

	sched_point_object(&m->mmu_lock, true);
	sched_vtime_flush(m->ipis_each);
	hw_lock(&m->mmu_lock);
	m->flushes++;
	m->ipis += m->ipis_each;
	pages = clamp_to_kva(m, &start, &end);
	if (pages < m->nr_stale) {
		while (m->nr_stale && (i = next_stale_pte(m, &start, end)) < m->nr_stale)
			tlb_remove_stale(m, i);
	} else if (pages) {
		for (i = m->nr_stale; i-- > 0;)
			if (m->stale[i].addr - start < end - start)
				tlb_remove_stale(m, i);
	}
	hw_unlock(&m->mmu_lock);
}

bool tlb_stale_in_range(struct machine *m, u64 start, u64 end, u64 *addr)
{
	u64 pages, i;
	bool found;

	hw_lock(&m->mmu_lock);
	pages = clamp_to_kva(m, &start, &end);
	if (pages < m->nr_stale) {
		i = next_stale_pte(m, &start, end);
	} else {
		for (i = 0; i < m->nr_stale; i++)
			if (pages && m->stale[i].addr - start < end - start)
				break;
	}
	found = i < m->nr_stale;
	if (found)
		*addr = m->stale[i].addr;
	hw_unlock(&m->mmu_lock);
	return found;
}

bool tlb_stale_before(struct machine *m, u64 ticket, u64 *addr)
{
	bool found = false;
	u64 i;

	hw_lock(&m->mmu_lock);
	for (i = 0; i < m->nr_stale && !found; i++) {
		found = m->stale[i].ticket < ticket;
		if (found)
			*addr = m->stale[i].addr;
	}
	hw_unlock(&m->mmu_lock);
	return found;
}

void tlb_sweep(struct machine *m)
{
	while (m->nr_stale)
		*m->stale[--m->nr_stale].pte = 0;
	m->flushes = 0;
	m->ipis = 0;
}

void tlb_destroy(struct machine *m)
{
	tlb_sweep(m);
	free(m->stale);
	m->stale = NULL;
	m->max_stale = 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pgtable.c - the kernel page table of the `model` MMU, and access through it.
 *
 * Four levels of 512 entries. A table page is asked for when a mapping first needs it, costs a page
 * frame and a request number, and stays for the rest of the run. Only the frame is the run's: the
 * table itself stays in the tree from run to run. A table whose @gen is not the run's
 * does not exist yet in this run; all its entries are 0, so that a walk that only looks
 * need not ask.
 *
 * Invariants:
 * - nr_present is the number of PRESENT entries, less what bare_settle() adds;
 * - nr_stale is the number of STALE ones;
 * - an entry is 0 unless its table and all above it are of this run;
 * - of a STALE entry e, stale[e >> PTE_SHIFT].pte is its address;
 * - each table on @leaves is of this run, and each table of this run has a frame of its own.
 *
 * In the threads engine entries change under mmu_lock alone, those of a bare machine without;
 * walks that only look take no lock, as the hardware's do not: a table is never taken away during a
 * run.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Tables kept for later runs; beyond that they are given back at the next boot. */
#define MAX_KEPT_TABLES 16384

static unsigned int level_index(u64 addr, unsigned int level)
{
	return addr >> (PAGE_SHIFT + level * TABLE_SHIFT) & (TABLE_ENTRIES - 1);
}

/* The lowest-level table of an address, or NULL. */
struct table *pgtable_leaf(struct machine *m, u64 addr)
{
	struct table *t = &m->root;
	unsigned int level;
#ifndef MM_ENGINE_THREADS
	u64 key = (addr >> (PAGE_SHIFT + TABLE_SHIFT)) + 1;

	if (likely(m->walk_key == key))
		return m->walk_leaf;
#endif
	for (level = TABLE_LEVELS - 1; level; level--) {
		t = hw_read(&t->child[level_index(addr, level)]);
		if (!t)
			return NULL;
	}
#ifndef MM_ENGINE_THREADS
	m->walk_key = key;
	m->walk_leaf = t;
#endif
	return t;
}

/* Let a table exist in this run. Return: it, or NULL without memory, frame, or by plan. */
static struct table *table_make(struct machine *m, struct table **slot, bool leaf)
{
	struct table *t = *slot;
	bool fails;
	u32 frame;

	m->tables++;
	fail_request(m, FAIL_TABLE, &fails);
	if (fails)
		return NULL;
	if (!t) {
		t = keep_alloc(sizeof(*t));
		if (!t)
			return NULL;
		m->all_tables++;
		hw_write(slot, t);
	}
	hw_lock(&m->page_lock);
	frame = page_take(m, NUMA_NO_NODE, 0, page_table_owner);
	hw_unlock(&m->page_lock);
	if (frame == NO_FRAME)
		return NULL;
	m->nr_tables++;
	t->frame = frame;
	if (leaf) {
		t->next = m->leaves;
		m->leaves = t;
	}
	hw_write(&t->gen, m->gen);
	return t;
}

/* Out of line: a table is made once, and then used often. */
static __attribute__((noinline)) struct table *tables_make(struct machine *m, u64 addr)
{
	struct table *t = &m->root;
	unsigned int level;

	/* Whoever maps on another machine has taken it already. */
	if (m->cfg.bare)
		hw_lock(&m->mmu_lock);
	for (level = TABLE_LEVELS - 1; level && t; level--) {
		struct table **slot = &t->child[level_index(addr, level)];

		t = *slot;
		if (!t || t->gen != m->gen)
			t = table_make(m, slot, level == 1);
	}
	if (m->cfg.bare)
		hw_unlock(&m->mmu_lock);
	return t;
}

/* As pgtable_leaf(); tables that are missing are made. */
static struct table *leaf_make(struct machine *m, u64 addr)
{
	struct table *t = pgtable_leaf(m, addr);

	return likely(t && hw_read(&t->gen) == m->gen) ? t : tables_make(m, addr);
}

/* Entries are to change. Those of a bare machine are the affair of whose addresses they are. */
static void entries_lock(struct machine *m)
{
	if (!m->cfg.bare)
		hw_lock(&m->mmu_lock);
}

static void entries_unlock(struct machine *m)
{
	if (!m->cfg.bare)
		hw_unlock(&m->mmu_lock);
}

static void check_range(struct machine *m, u64 addr, unsigned long nr, const char *what)
{
	MM_CHECK(IS_ALIGNED(addr, PAGE_SIZE) && kva_contains(m, addr) &&
			 nr <= (m->cfg.kva_size - (addr - m->cfg.kva_start)) / PAGE_SIZE,
		 RANGE, "%s of %lu pages at 0x%llx, not within 0x%llx + 0x%llx", what, nr, addr,
		 m->cfg.kva_start, m->cfg.kva_size);
}

/* The frame that is to be mapped. */
static u64 mapped_frame(struct machine *m, const struct page *page, u64 addr)
{
	u64 i = page - m->page;

	MM_CHECK(i < m->nr_frames && page == &m->page[i] &&
			 (page->count > 0 || bootframe_look(m, i)),
		 FAULT, "what is to be mapped at 0x%llx is no page frame in use", addr);
	return i;
}

/*
 * Map @nr pages at @addr, whose entries lie side by side from @pte on. Out of line, as its reverse
 * below: a bare machine should not have to make room for it.
 */
static __attribute__((noinline)) int map_entries(struct machine *m, u64 *pte, struct page **pages,
						 unsigned long nr, u64 addr)
{
	for (; nr; nr--, pte++, pages++, addr += PAGE_SIZE) {
		u64 frame;

		if (unlikely(*pte & PTE_PRESENT))
			return -EBUSY;
		if (unlikely(*pte & PTE_STALE)) {
			const struct stale *s = &m->stale[*pte >> PTE_SHIFT];

			mm_report(ORACLE_STALE,
				  "0x%llx is mapped again while TLBs may still translate it to "
				  "page frame %llu: cleared in operation ticket %llu and not "
				  "flushed since",
				  addr, m->page[s->frame].pfn, s->ticket);
		}
		frame = mapped_frame(m, *pages, addr);
		hw_write(pte, frame << PTE_SHIFT | PTE_PRESENT);
		m->nr_present++;
	}
	return 0;
}

/* The same on a bare machine: what the entries lead to is taken on trust. */
static inline int map_entries_bare(struct machine *m, u64 *pte, struct page **pages,
				   unsigned long nr)
{
	s64 *present = &m->bare_cache[bare_self()].present;

	for (unsigned long i = 0; i < nr; i++) {
		if (unlikely(pte[i])) {
			*present += (s64)i;
			return -EBUSY;
		}
		hw_write(&pte[i], (u64)(pages[i] - m->page) << PTE_SHIFT | PTE_PRESENT);
	}
	*present += (s64)nr;
	return 0;
}

/* How many of the @nr entries from @addr on lie in one table. */
static inline unsigned long entries_here(u64 addr, unsigned long nr)
{
	return min(nr, (unsigned long)TABLE_ENTRIES - pte_index(addr));
}

int vmap_pages_range(struct machine *m, u64 addr, struct page **pages, unsigned long nr, gfp_t gfp)
{
	unsigned long part;
	int err;

	if (gfpflags_allow_blocking(gfp))
		might_sleep();
	sched_point();
	check_range(m, addr, nr, "mapping");
	entries_lock(m);
	err = m->cfg.bare ? 0 : tlb_reserve(m, nr);
	for (; nr && !err; addr += part * PAGE_SIZE, pages += part, nr -= part) {
		struct table *leaf = leaf_make(m, addr);
		u64 *pte = leaf ? &leaf->pte[pte_index(addr)] : NULL;

		part = entries_here(addr, nr);
		if (!leaf)
			err = -ENOMEM;
		else if (m->cfg.bare)
			err = map_entries_bare(m, pte, pages, part);
		else
			err = map_entries(m, pte, pages, part, addr);
	}
	entries_unlock(m);
	return err;
}

/* The reverse of map_entries(). Return: entries cleared. */
static __attribute__((noinline)) unsigned long unmap_entries(struct machine *m, u64 *pte,
							     unsigned long nr, u64 addr)
{
	unsigned long cleared = 0;
	u64 ticket = task_ticket();

	for (; nr; nr--, pte++, addr += PAGE_SIZE) {
		if (!(*pte & PTE_PRESENT))
			continue;
		tlb_add(m, pte, addr, *pte >> PTE_SHIFT, ticket);
		cleared++;
	}
	m->nr_present -= cleared;
	return cleared;
}

/* On a bare machine, no TLB remembers what is cleared. */
static inline unsigned long unmap_entries_bare(struct machine *m, u64 *pte, unsigned long nr)
{
	unsigned long cleared = 0;

	for (unsigned long i = 0; i < nr; i++) {
		cleared += pte[i] != 0;
		hw_write(&pte[i], 0);
	}
	m->bare_cache[bare_self()].present -= (s64)cleared;
	return cleared;
}

unsigned long vunmap_range(struct machine *m, u64 addr, unsigned long nr)
{
	unsigned long cleared = 0, part;

	sched_point();
	check_range(m, addr, nr, "unmapping");
	entries_lock(m);
	for (; nr; addr += part * PAGE_SIZE, nr -= part) {
		struct table *leaf = pgtable_leaf(m, addr);

		part = entries_here(addr, nr);
		if (!leaf)
			continue;
		if (m->cfg.bare)
			cleared += unmap_entries_bare(m, &leaf->pte[pte_index(addr)], part);
		else
			cleared += unmap_entries(m, &leaf->pte[pte_index(addr)], part, addr);
	}
	entries_unlock(m);
	return cleared;
}

static u64 pte_read(struct machine *m, u64 addr)
{
	struct table *leaf = kva_contains(m, addr) ? pgtable_leaf(m, addr) : NULL;

	return leaf ? hw_read(&leaf->pte[pte_index(addr)]) : 0;
}

struct page *vmalloc_to_page(struct machine *m, u64 addr)
{
	u64 pte = pte_read(m, addr);

	return pte & PTE_PRESENT ? &m->page[pte >> PTE_SHIFT] : NULL;
}

/* What walk_tables() calls, and with what. */
struct table_walk {
	table_fn fn;
	void *arg;
};

/* The tables below @t, which is of @level and translates from @addr on: those of this run. */
static void walk_tables(struct machine *m, const struct table *t, unsigned int level, u64 addr,
			const struct table_walk *walk)
{
	for (u64 i = 0; i < TABLE_ENTRIES; i++) {
		const struct table *below = hw_read(&t->child[i]);
		u64 at = addr | i << (PAGE_SHIFT + level * TABLE_SHIFT);

		if (!below || hw_read(&below->gen) != m->gen)
			continue;
		walk->fn(&m->page[below->frame], level - 1, at, walk->arg);
		if (level > 1)
			walk_tables(m, below, level - 1, at, walk);
	}
}

void for_each_table(struct machine *m, table_fn fn, void *arg)
{
	const struct table_walk walk = {fn, arg};

	/* All that is mapped has the same upper 16 bits; see check_kva(). */
	walk_tables(m, &m->root, TABLE_LEVELS - 1, m->cfg.kva_start >> 48 << 48, &walk);
}

static __noreturn void report_fault(struct machine *m, u64 addr, u64 pte)
{
	if (pte & PTE_STALE)
		mm_report(ORACLE_FAULT,
			  "access at 0x%llx, where nothing is mapped since operation ticket %llu",
			  addr, m->stale[pte >> PTE_SHIFT].ticket);
	mm_report(ORACLE_FAULT, "access at 0x%llx, where nothing is mapped%s", addr,
		  kva_contains(m, addr) ? "" : " and no mapping can be: it is outside of the KVA");
}

/* Not through the page table; out of line, as mapped addresses are what most accesses are to. */
static __attribute__((noinline)) void *unmapped_address(struct machine *m, u64 addr, u64 pte)
{
	void *p = pte ? NULL : direct_address(m, addr);

	if (unlikely(!p))
		report_fault(m, addr, pte);
	return p;
}

void *mem_address(struct machine *m, u64 addr, size_t len)
{
	u64 pte = pte_read(m, addr);

	MM_CHECK((addr & (PAGE_SIZE - 1)) + len <= PAGE_SIZE, FAULT,
		 "access of %zu bytes at 0x%llx crosses a page", len, addr);
	if (unlikely(!(pte & PTE_PRESENT)))
		return unmapped_address(m, addr, pte);
	return (u8 *)frame_address(m, pte >> PTE_SHIFT) + (addr & (PAGE_SIZE - 1));
}

static size_t within_page(u64 addr, size_t len)
{
	return min(len, PAGE_SIZE - (addr & (PAGE_SIZE - 1)));
}

/* How many of the @len bytes left at @addr lie directly behind those of the page before. */
static size_t mem_more(struct machine *m, u64 addr, size_t len)
{
	if (likely(!len) || !direct_contains(m, addr - 1))
		return 0;
	return direct_more(m, addr, len);
}

/* In both, a call: where ThreadSanitizer intercepts it, the access is the caller's. */
void mem_set(struct machine *m, u64 addr, int byte, size_t len)
{
	while (len) {
		size_t part = within_page(addr, len);
		void *p = mem_address(m, addr, part);

		part += mem_more(m, addr + part, len - part);
		memset(p, byte, part);
		addr += part;
		len -= part;
	}
}

void mem_copy_in(struct machine *m, u64 addr, const void *src, size_t len)
{
	while (len) {
		size_t part = within_page(addr, len);
		void *p = mem_address(m, addr, part);

		part += mem_more(m, addr + part, len - part);
		memcpy(p, src, part);
		src = (const u8 *)src + part;
		addr += part;
		len -= part;
	}
}

static void tables_free(struct table *t, unsigned int level)
{
	unsigned int i;

	for (i = 0; level && i < TABLE_ENTRIES; i++) {
		if (!t->child[i])
			continue;
		tables_free(t->child[i], level - 1);
		free(t->child[i]);
		t->child[i] = NULL;
	}
}

/* Every table of the last run, emptied; from now on none exists. */
void pgtable_sweep(struct machine *m)
{
	struct table *t;

	tlb_sweep(m);
	bare_settle(m);
	for (t = m->nr_present ? m->leaves : NULL; t; t = t->next)
		memset(t->pte, 0, sizeof(t->pte));
	m->nr_present = 0;
	m->leaves = NULL;
	m->gen++;
	m->tables = 0;
	m->nr_tables = 0;
	if (m->all_tables > MAX_KEPT_TABLES)
		pgtable_destroy(m);
}

void pgtable_check_leaks(struct machine *m)
{
	const struct stale *first = m->stale;
	u64 i;

	bare_settle(m);
	MM_CHECK(!m->nr_present, LEAK_AREA, "%llu pages are still mapped", m->nr_present);
	if (!m->nr_stale)
		return;
	for (i = 1; i < m->nr_stale; i++)
		if (m->stale[i].addr < first->addr)
			first = &m->stale[i];
	mm_report(ORACLE_LEAK_AREA,
		  "%llu translations were never flushed; the lowest: 0x%llx, cleared in operation "
		  "ticket %llu",
		  m->nr_stale, first->addr, first->ticket);
}

/* Give all tables back; nothing is mapped or stale. */
void pgtable_destroy(struct machine *m)
{
	tlb_sweep(m);
	tables_free(&m->root, TABLE_LEVELS - 1);
	m->leaves = NULL;
	m->all_tables = 0;
	m->walk_key = 0;
	m->walk_leaf = NULL;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pgtable.c - the kernel page table, and access through it.
 *
 * Four levels of 512 entries. A table page is made when a mapping first needs it; it costs a page
 * frame and a request number, and stays for the rest of the run. Only the frame belongs to the run:
 * struct table stays in the tree, cached for later runs. A table whose @gen is not that of the run
 * is no table of this run; all its entries are 0 (M13), so a look-up need not compare @gen.
 *
 * Invariants: M11, M13, M14 and M16 of internal.h.
 *
 * Entries change under mmu_lock, those of a bare machine without: there the allocator that owns an
 * address serialises. Look-ups take no lock, as hardware takes none: a table stays for the whole
 * run, and an entry is one word.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Tables that may be cached for later runs; if there are more, the next boot frees all. */
#define MAX_CACHED_TABLES 16384

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
		t = hw_load(&t->child[level_index(addr, level)]);
		if (!t)
			return NULL;
	}
#ifndef MM_ENGINE_THREADS
	m->walk_key = key;
	m->walk_leaf = t;
#endif
	return t;
}

/* Make the table at @slot one of this run (M14). Return: the table, or NULL. */
static struct table *table_create(struct machine *m, struct table **slot, bool leaf)
{
	struct table *t = *slot;
	bool fails;
	u32 frame;

	hw_assert_held(&m->mmu_lock);
	m->tables++;
	number_request(m, FAIL_TABLE, &fails);
	if (fails)
		return NULL;
	if (!t) {
		t = keep_alloc(sizeof(*t));
		if (!t)
			return NULL;
		m->nr_table_structs++;
		hw_store(slot, t);
	}
	hw_lock(&m->page_lock);
	frame = frame_alloc(m, NUMA_NO_NODE, 0, page_table_owner);
	hw_unlock(&m->page_lock);
	if (frame == NO_FRAME)
		return NULL;
	m->nr_tables++;
	t->frame = frame;
	if (leaf) {
		t->next = m->leaves;
		m->leaves = t;
	}
	hw_store(&t->gen, m->gen);
	return t;
}

/* Make the missing tables of an address. Out of line, since a table is made once and used often. */
static __attribute__((noinline)) struct table *tables_create(struct machine *m, u64 addr)
{
	struct table *t = &m->root;
	unsigned int level;

	/* On other machines, entries_lock() has taken it. */
	if (m->cfg.bare)
		hw_lock(&m->mmu_lock);
	for (level = TABLE_LEVELS - 1; level && t; level--) {
		struct table **slot = &t->child[level_index(addr, level)];

		t = *slot;
		if (!t || t->gen != m->gen)
			t = table_create(m, slot, level == 1);
	}
	if (m->cfg.bare)
		hw_unlock(&m->mmu_lock);
	return t;
}

/* pgtable_leaf() that makes missing tables; NULL if that fails. */
static struct table *leaf_get_or_create(struct machine *m, u64 addr)
{
	struct table *t = pgtable_leaf(m, addr);

	return likely(t && hw_load(&t->gen) == m->gen) ? t : tables_create(m, addr);
}

/* Taken to change entries. On a bare machine, the owner of the addresses serialises. */
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

/* The index of a frame that may be mapped. */
static u64 mapped_frame(struct machine *m, const struct page *page, u64 addr)
{
	u64 i = page - m->page;

	MM_CHECK(i < m->nr_frames && page == &m->page[i] &&
			 (page->count > 0 || bootframe_get(m, i)),
		 FAULT, "mapping at 0x%llx of a pointer that is no page frame in use", addr);
	return i;
}

/*
 * Map @nr pages at @addr; their entries lie side by side from @pte on. Out of line, as
 * unmap_entries() is, to keep the path of a bare machine short.
 */
static __attribute__((noinline)) int map_entries(struct machine *m, u64 *pte, struct page **pages,
						 unsigned long nr, u64 addr)
{
	hw_assert_held(&m->mmu_lock);
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
		hw_store(pte, frame << PTE_SHIFT | PTE_PRESENT);
		m->nr_present++;
	}
	return 0;
}

/* map_entries() on a bare machine, which does not check the frames. */
static inline int map_entries_bare(struct machine *m, u64 *pte, struct page **pages,
				   unsigned long nr)
{
	s64 *present = &m->bare_cache[bare_self()].present;

	for (unsigned long i = 0; i < nr; i++) {
		if (unlikely(pte[i])) {
			*present += (s64)i;
			return -EBUSY;
		}
		hw_store(&pte[i], (u64)(pages[i] - m->page) << PTE_SHIFT | PTE_PRESENT);
	}
	*present += (s64)nr;
	return 0;
}

/* How many of the @nr entries from @addr on lie in the same table. */
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
		struct table *leaf = leaf_get_or_create(m, addr);
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

/* Clear the present entries among @nr, and make their translations stale. Return: how many. */
static __attribute__((noinline)) unsigned long unmap_entries(struct machine *m, u64 *pte,
							     unsigned long nr, u64 addr)
{
	unsigned long cleared = 0;
	u64 ticket = task_ticket();

	hw_assert_held(&m->mmu_lock);
	for (; nr; nr--, pte++, addr += PAGE_SIZE) {
		if (!(*pte & PTE_PRESENT))
			continue;
		tlb_add_stale(m, pte, addr, *pte >> PTE_SHIFT, ticket);
		cleared++;
	}
	m->nr_present -= cleared;
	return cleared;
}

/* unmap_entries() on a bare machine, which has no stale translations. */
static inline unsigned long unmap_entries_bare(struct machine *m, u64 *pte, unsigned long nr)
{
	unsigned long cleared = 0;

	for (unsigned long i = 0; i < nr; i++) {
		cleared += pte[i] != 0;
		hw_store(&pte[i], 0);
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

	return leaf ? hw_load(&leaf->pte[pte_index(addr)]) : 0;
}

struct page *vmalloc_to_page(struct machine *m, u64 addr)
{
	u64 pte = pte_read(m, addr);

	return pte & PTE_PRESENT ? &m->page[pte >> PTE_SHIFT] : NULL;
}

struct table_walk {
	table_fn fn;
	void *arg;
};

/* Visit the tables of this run below @t, which is of @level and translates from @addr on. */
static void walk_tables(struct machine *m, const struct table *t, unsigned int level, u64 addr,
			const struct table_walk *walk)
{
	for (u64 i = 0; i < TABLE_ENTRIES; i++) {
		const struct table *below = hw_load(&t->child[i]);
		u64 at = addr | i << (PAGE_SHIFT + level * TABLE_SHIFT);

		if (!below || hw_load(&below->gen) != m->gen)
			continue;
		walk->fn(&m->page[below->frame], level - 1, at, walk->arg);
		if (level > 1)
			walk_tables(m, below, level - 1, at, walk);
	}
}

void for_each_table(struct machine *m, table_fn fn, void *arg)
{
	const struct table_walk walk = {fn, arg};

	/* check_kva(): all addresses of the KVA have the same upper 16 bits. */
	walk_tables(m, &m->root, TABLE_LEVELS - 1, m->cfg.kva_start >> 48 << 48, &walk);
}

static __noreturn void report_fault(struct machine *m, u64 addr, u64 pte)
{
	if (pte & PTE_STALE)
		mm_report(ORACLE_FAULT,
			  "access at 0x%llx, where nothing is mapped: unmapped in operation ticket "
			  "%llu",
			  addr, m->stale[pte >> PTE_SHIFT].ticket);
	mm_report(ORACLE_FAULT, "access at 0x%llx, where nothing is mapped%s", addr,
		  kva_contains(m, addr) ? "" : ": the address is outside of the KVA");
}

/* An address without a mapping. Out of line, since most accesses go through mappings. */
static __attribute__((noinline)) void *direct_or_fault(struct machine *m, u64 addr, u64 pte)
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
		return direct_or_fault(m, addr, pte);
	return (u8 *)frame_address(m, pte >> PTE_SHIFT) + (addr & (PAGE_SIZE - 1));
}

static size_t within_page(u64 addr, size_t len)
{
	return min(len, PAGE_SIZE - (addr & (PAGE_SIZE - 1)));
}

/* How many of the @len bytes at @addr, a page start, follow the last page in the host's memory. */
static size_t mem_extent(struct machine *m, u64 addr, size_t len)
{
	if (likely(!len) || !direct_contains(m, addr - 1))
		return 0;
	return direct_extent(m, addr, len);
}

/* memset() and memcpy() are calls on purpose: ThreadSanitizer intercepts them. */
void mem_set(struct machine *m, u64 addr, int byte, size_t len)
{
	while (len) {
		size_t part = within_page(addr, len);
		void *p = mem_address(m, addr, part);

		part += mem_extent(m, addr + part, len - part);
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

		part += mem_extent(m, addr + part, len - part);
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
		keep_free(t->child[i]);
		t->child[i] = NULL;
	}
}

/* Between runs: clear all entries, and let no table be of the next run (M13). */
void pgtable_sweep(struct machine *m)
{
	struct table *t;

	tlb_sweep(m);
	bare_fold_present(m);
	for (t = m->nr_present ? m->leaves : NULL; t; t = t->next)
		memset(t->pte, 0, sizeof(t->pte));
	m->nr_present = 0;
	m->leaves = NULL;
	m->gen++;
	m->tables = 0;
	m->nr_tables = 0;
	if (m->nr_table_structs > MAX_CACHED_TABLES)
		pgtable_destroy(m);
}

void pgtable_check_leaks(struct machine *m)
{
	const struct stale *first = m->stale;
	u64 i;

	bare_fold_present(m);
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

/* Free all tables. No entry is present. */
void pgtable_destroy(struct machine *m)
{
	tlb_sweep(m);
	tables_free(&m->root, TABLE_LEVELS - 1);
	m->leaves = NULL;
	m->nr_table_structs = 0;
	m->walk_key = 0;
	m->walk_leaf = NULL;
}

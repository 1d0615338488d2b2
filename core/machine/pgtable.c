/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pgtable.c - the kernel page table, and access through it.
 *
 * Table pages are made, walked and freed in tables.c. On the host MMU (host.c) the entries are the
 * same, and the process's own mappings follow them.
 *
 * Invariants: M11, M13 and M16 of internal.h.
 *
 * Entries change under mmu_lock, those of a bare machine without: there the allocator that owns an
 * address serialises. Look-ups take no lock, as hardware takes none: a table stays for the whole
 * run, and an entry is one word.
 */
#include <stdio.h>
#include <string.h>

#include "internal.h"

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

/* pgtable_leaf() that makes missing tables; NULL if that fails. */
static struct table *leaf_get_or_create(struct machine *m, u64 addr)
{
	struct table *t = pgtable_leaf(m, addr);

	return likely(t && hw_load(&t->gen) == m->gen) ? t : tables_create(m, addr);
}

static void entries_lock(struct machine *m)
{
	if (!entries_unlocked(m))
		hw_lock(&m->mmu_lock);
}

static void entries_unlock(struct machine *m)
{
	if (!entries_unlocked(m))
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
	const u64 flags = m->pte_mapped;

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
		hw_store(pte, frame << PTE_SHIFT | flags);
		m->nr_present++;
	}
	return 0;
}

/* map_entries() on a bare machine, which does not check the frames. */
static inline int map_entries_bare(struct machine *m, u64 *pte, struct page **pages,
				   unsigned long nr)
{
	s64 *present = &m->bare_cache[bare_self()].present;
	const u64 flags = m->pte_mapped;

	for (unsigned long i = 0; i < nr; i++) {
		if (unlikely(pte[i])) {
			*present += (s64)i;
			return -EBUSY;
		}
		hw_store(&pte[i], (u64)(pages[i] - m->page) << PTE_SHIFT | flags);
	}
	*present += (s64)nr;
	return 0;
}

/* How many of the @nr entries from @addr on lie in the same table. */
static inline unsigned long entries_here(u64 addr, unsigned long nr)
{
	return min(nr, (unsigned long)TABLE_ENTRIES - pte_index(addr));
}

/* Make tables and map, until that fails. */
static int map_range(struct machine *m, u64 addr, struct page **pages, unsigned long nr)
{
	int err = m->cfg.bare ? 0 : tlb_reserve(m, nr);
	unsigned long part;

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
	return err;
}

/* Entries that the calling task has set, less those that it cleared. */
static u64 count_set(const struct machine *m)
{
	return m->nr_present + (u64)m->bare_cache[bare_self()].present;
}

/* map_range() on the host MMU, which then follows the entries that were set. */
static __attribute__((noinline)) int map_range_host(struct machine *m, u64 addr,
						    struct page **pages, unsigned long nr)
{
	const u64 before = count_set(m);
	int err = host_reserve(m, pages, nr);

	if (err)
		return err;
	err = map_range(m, addr, pages, nr);
	host_map(m, addr, count_set(m) - before);
	return err;
}

/*
 * Changes of entries are in conflict with flushes; with each other only where they are ordered
 * anyway, or where a plan counts the requests for tables.
 */
static inline void entries_point(struct machine *m)
{
	sched_point_object(&m->mmu_lock, m->fail_armed);
}

int vmap_pages_range(struct machine *m, u64 addr, struct page **pages, unsigned long nr, gfp_t gfp)
{
	int err;

	if (gfpflags_allow_blocking(gfp))
		might_sleep();
	entries_point(m);
	check_range(m, addr, nr, "mapping");
	entries_lock(m);
	err = unlikely(m->host) ? map_range_host(m, addr, pages, nr)
				: map_range(m, addr, pages, nr);
	entries_unlock(m);
	return err;
}

int vmap_prepare_range(struct machine *m, u64 addr, unsigned long nr, gfp_t gfp)
{
	unsigned long part;
	int err = 0;

	if (gfpflags_allow_blocking(gfp))
		might_sleep();
	entries_point(m);
	check_range(m, addr, nr, "preparing");
	entries_lock(m);
	if (m->host)
		err = host_reserve(m, NULL, nr);
	if (!err && !m->cfg.bare)
		err = tlb_reserve(m, nr);
	for (; nr && !err; addr += part * PAGE_SIZE, nr -= part) {
		part = entries_here(addr, nr);
		if (!leaf_get_or_create(m, addr))
			err = -ENOMEM;
	}
	entries_unlock(m);
	return err;
}

/* Set entries whose tables exist. */
static int set_range(struct machine *m, u64 addr, struct page **pages, unsigned long nr)
{
	unsigned long part;
	int err = 0;

	for (; nr && !err; addr += part * PAGE_SIZE, pages += part, nr -= part) {
		struct table *leaf = pgtable_leaf(m, addr);

		MM_CHECK(leaf && hw_load(&leaf->gen) == m->gen, RANGE,
			 "setting of %lu pages at 0x%llx, for which no table was prepared", nr,
			 addr);
		part = entries_here(addr, nr);
		if (m->cfg.bare)
			err = map_entries_bare(m, &leaf->pte[pte_index(addr)], pages, part);
		else
			err = map_entries(m, &leaf->pte[pte_index(addr)], pages, part, addr);
	}
	return err;
}

static void set_pages(struct machine *m, u64 addr, struct page **pages, unsigned long nr)
{
	u64 before;
	int err;

	check_range(m, addr, nr, "setting");
	entries_lock(m);
	/* Other mappings may have used the room that was made by vmap_prepare_range(). */
	MM_CHECK(m->cfg.bare || !tlb_reserve(m, nr), CRASH, "no memory for stale translations");
	before = count_set(m);
	err = set_range(m, addr, pages, nr);
	MM_CHECK(!err, PTE_BUSY, "setting of %lu pages at 0x%llx, where page %llu is mapped", nr,
		 addr, count_set(m) - before);
	if (unlikely(m->host))
		host_map(m, addr, nr);
	entries_unlock(m);
}

void vmap_set_pages(struct machine *m, u64 addr, struct page **pages, unsigned long nr)
{
	entries_point(m);
	set_pages(m, addr, pages, nr);
}

void vmap_set_entry(struct machine *m, u64 addr, struct page *page)
{
	set_pages(m, addr, &page, 1);
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

static unsigned long clear_range(struct machine *m, u64 addr, unsigned long nr)
{
	unsigned long cleared = 0, part;

	check_range(m, addr, nr, "unmapping");
	entries_lock(m);
	if (unlikely(m->host))
		host_unmap(m, addr, nr);
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

unsigned long vunmap_range(struct machine *m, u64 addr, unsigned long nr)
{
	entries_point(m);
	return clear_range(m, addr, nr);
}

void vmap_clear_entry(struct machine *m, u64 addr)
{
	clear_range(m, addr, 1);
}

/* The entry of an address; 0 if there is none. */
u64 pgtable_entry(struct machine *m, u64 addr)
{
	struct table *leaf = kva_contains(m, addr) ? pgtable_leaf(m, addr) : NULL;

	return leaf ? hw_load(&leaf->pte[pte_index(addr)]) : 0;
}

struct page *vmalloc_to_page(struct machine *m, u64 addr)
{
	u64 pte = pgtable_entry(m, addr);

	return pte & PTE_PRESENT ? &m->page[pte >> PTE_SHIFT] : NULL;
}

struct page *mem_page(struct machine *m, u64 addr)
{
	struct page *page = vmalloc_to_page(m, addr);

	return page ? page : virt_to_page(m, addr);
}

/* On the host MMU: what was mapped at @addr before it was unmapped and flushed, as a clause. */
static void last_mapped(const struct machine *m, u64 addr, char *text, size_t size)
{
	const struct host_page *l;

	text[0] = '\0';
	if (!m->host || !kva_contains(m, addr))
		return;
	l = &m->host->last[(addr - m->cfg.kva_start) >> PAGE_SHIFT];
	if (l->gen != m->gen)
		return;
	snprintf(text, size,
		 "; mapped there last: page frame %llu of %s, unmapped in operation ticket %llu",
		 m->page[l->frame].pfn, l->owner, l->ticket);
}

/* An access at @addr found no translation. */
__noreturn void pgtable_report_fault(struct machine *m, u64 addr)
{
	const u64 pte = pgtable_entry(m, addr);
	char last[200];

	last_mapped(m, addr, last, sizeof(last));
	if (pte & PTE_STALE)
		mm_report(ORACLE_FAULT,
			  "access at 0x%llx, where nothing is mapped: unmapped in operation ticket "
			  "%llu%s",
			  addr, m->stale[pte >> PTE_SHIFT].ticket, last);
	mm_report(ORACLE_FAULT, "access at 0x%llx, where nothing is mapped%s%s", addr,
		  kva_contains(m, addr) ? "" : ": the address is outside of the KVA", last);
}

/*
 * An address without a mapping of the model. Out of line, since most accesses go through such
 * mappings. Those of the host MMU lead to the address itself.
 */
static __attribute__((noinline)) void *other_address(struct machine *m, u64 addr, u64 pte)
{
	void *p = pte ? NULL : direct_address(m, addr);

	if (pte & PTE_PRESENT) {
		frame_ready(m, pte >> PTE_SHIFT, NULL);
		return (void *)addr;
	}
	if (unlikely(!p))
		pgtable_report_fault(m, addr);
	return p;
}

void *mem_address(struct machine *m, u64 addr, size_t len)
{
	u64 pte = pgtable_entry(m, addr);
	u32 frame;

	MM_CHECK((addr & (PAGE_SIZE - 1)) + len <= PAGE_SIZE, FAULT,
		 "access of %zu bytes at 0x%llx crosses a page", len, addr);
	if (unlikely(!(pte & PTE_MODEL)))
		return other_address(m, addr, pte);
	frame = pte >> PTE_SHIFT;
	return (u8 *)frame_ready(m, frame, m->memory + (u64)frame * PAGE_SIZE) +
	       (addr & (PAGE_SIZE - 1));
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

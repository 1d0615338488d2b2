/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tables.c - the pages of the page table: making, walking, freeing.
 *
 * Four levels of 512 entries. A table page is made when a mapping first needs it; it costs a page
 * frame and a request number, and stays for the rest of the run. Only the frame belongs to the run:
 * struct table stays in the tree, cached for later runs. A table whose @gen is not that of the run
 * is no table of this run; all its entries are 0 (M13), so a look-up need not compare @gen.
 *
 * Invariants: M13 and M14 of internal.h.
 */
#include <string.h>

#include "internal.h"

/* Tables that may be cached for later runs; if there are more, the next boot frees all. */
#define MAX_CACHED_TABLES 16384

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

/* Make the missing tables of an address. Return: the lowest one, or NULL. */
struct table *tables_create(struct machine *m, u64 addr)
{
	struct table *t = &m->root;
	unsigned int level;

	if (entries_unlocked(m))
		hw_lock(&m->mmu_lock);
	for (level = TABLE_LEVELS - 1; level && t; level--) {
		struct table **slot = &t->child[level_index(addr, level)];

		t = *slot;
		if (!t || t->gen != m->gen)
			t = table_create(m, slot, level == 1);
	}
	if (entries_unlocked(m))
		hw_unlock(&m->mmu_lock);
	return t;
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
	if (m->host)
		host_sweep(m);
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify.c - recompute the invariants M1 to M17 of internal.h, from the plainest record of each.
 *
 * The plain facts are: the array of live objects; a frame's count, its contents and the bits of
 * boot memory; the entries of the page table. Hash slots, lists, counters and hints follow from
 * these.
 */
#include "internal.h"

/* M1 to M3. */
static void verify_meta(const struct machine *m)
{
	const u32 slots = 2 * m->max_meta;
	u64 bytes = 0;
	u32 filled = 0;

	for (u32 i = 0; i < m->nr_meta; i++) {
		const struct meta_object *o = &m->meta[i];
		u32 slot = meta_home_slot(m, o->p);

		MM_CHECK(o->slot < slots && m->meta_slot[o->slot] == i + 1, LIST,
			 "M1: object %u is not in slot %u, where it should be", i, o->slot);
		for (; slot != o->slot; slot = (slot + 1) & (slots - 1))
			MM_CHECK(m->meta_slot[slot], LIST,
				 "M2: slot %u is empty, between the home slot of object %u and its "
				 "slot %u",
				 slot, i, o->slot);
		bytes += o->size;
	}
	for (u32 slot = 0; slot < slots; slot++)
		filled += m->meta_slot[slot] != 0;
	MM_CHECK(filled == m->nr_meta, COUNT, "M1: filled slots: found %u, expected %u", filled,
		 m->nr_meta);
	MM_CHECK(m->meta_bytes == bytes && m->meta_peak >= bytes, COUNT,
		 "M3: metadata: found %llu bytes, recorded %llu, peak %llu", bytes, m->meta_bytes,
		 m->meta_peak);
}

/* M4: walk the free list of a node. Return: its length. */
static u32 verify_free_list(const struct machine *m, unsigned int nid)
{
	u32 prev = NO_FRAME, length = 0;

	for (u32 i = m->node[nid].head; i != NO_FRAME; prev = i, i = m->frame[i].next) {
		const struct frame_range *r;

		MM_CHECK(i < m->nr_frames && length++ < m->nr_frames, LIST,
			 "M4: the free list of node %u leaves the frames, or has a cycle", nid);
		r = range_of_frame(m, i);
		MM_CHECK(prev == NO_FRAME || m->frame[i].prev == prev, LIST,
			 "M4: frame %u follows frame %u on the free list of node %u, but names "
			 "frame %u as the one before",
			 i, prev, nid, m->frame[i].prev);
		MM_CHECK(r->nid == nid && i - r->first < r->used && frame_managed(m, i) &&
				 !m->page[i].count,
			 LIST, "M4: frame %u is on the free list of node %u, and is not free", i,
			 nid);
	}
	return length;
}

/* Counts of verify_range(). */
struct frame_counts {
	u32 listed; /* free frames in the used parts of ranges: these are on free lists */
	u32 used, managed, dirty;
};

/* M4 to M7 and M9, for each frame of a range. */
static void verify_range(const struct machine *m, const struct frame_range *r,
			 struct frame_counts *n)
{
	for (u32 i = r->first; i < r->first + r->nr; i++) {
		const struct frame *f = &m->frame[i];
		const bool fresh = i - r->first >= r->used;
		const int count = m->page[i].count;

		n->dirty += f->dirty;
		MM_CHECK(f->contents != CONTENTS_LIVE || (count > 0 && f->dirty), LIST,
			 "M9: frame %u is LIVE with %d references, %s", i, count,
			 f->dirty ? "dirty" : "not dirty");
		if (!frame_managed(m, i)) {
			MM_CHECK((count > 0) == bootframe_materialized(m, i), COUNT,
				 "M7: frame %u of boot memory has %d references and is %s", i,
				 count, count > 0 ? "not materialized" : "materialized");
			continue;
		}
		MM_CHECK(count >= 0 && (!fresh || !count), COUNT,
			 "M4: frame %u, %s, has %d references", i, fresh ? "never used" : "managed",
			 count);
		n->managed++;
		n->used += count > 0;
		n->listed += !count && !fresh;
	}
}

/* M8 for one range: no run of the node's record begins below @run_at. */
static void verify_no_run(const struct machine *m, const struct node *n,
			  const struct frame_range *r)
{
	u64 run = 0;

	for (u32 i = r->first + r->nr; i-- > r->first;) {
		run = frame_managed(m, i) && !m->page[i].count ? run + 1 : 0;
		MM_CHECK(run < n->run_nr || i >= n->run_at ||
				 !IS_ALIGNED(r->start + (i - r->first), n->run_align),
			 HINT, "M8: %llu free frames begin at frame %u, below %u", run, i,
			 n->run_at);
	}
}

static void verify_frames(const struct machine *m)
{
	struct frame_counts found = {0};
	u32 listed = 0;

	for (unsigned int k = 0; k < m->nr_ranges; k++) {
		verify_range(m, &m->range[k], &found);
		verify_no_run(m, &m->node[m->range[k].nid], &m->range[k]);
	}
	for (unsigned int nid = 0; nid < m->cfg.topology.nr_nodes; nid++)
		listed += verify_free_list(m, nid);
	MM_CHECK(listed == found.listed, COUNT, "M4: free lists: found %u frames, expected %u",
		 listed, found.listed);
	MM_CHECK(m->nr_used == found.used && m->peak_used >= found.used, COUNT,
		 "M5: frames in use: found %u, recorded %u, peak %u", found.used, m->nr_used,
		 m->peak_used);
	MM_CHECK(m->nr_managed == found.managed, COUNT, "M6: managed frames: found %u, recorded %u",
		 found.managed, m->nr_managed);
	MM_CHECK(m->nr_dirty == found.dirty, COUNT, "M10: dirty frames: found %u, recorded %u",
		 found.dirty, m->nr_dirty);
	for (u32 i = 0; i < m->nr_dirty; i++)
		MM_CHECK(m->frame[m->dirty[i]].dirty, LIST,
			 "M10: frame %u is on the list of dirty frames, and is not dirty",
			 m->dirty[i]);
}

/* Counts of verify_table(). */
struct table_counts {
	u64 present, stale;
	u32 tables, leaves;
};

/* M11 to M13 for the entries of a lowest-level table. */
static void verify_entries(const struct machine *m, const struct table *t, bool exists,
			   struct table_counts *n)
{
	for (unsigned int i = 0; i < TABLE_ENTRIES; i++) {
		const u64 pte = t->pte[i];

		MM_CHECK(exists || !pte, TREE,
			 "M13: entry %u of a table of an earlier run is %#llx", i, pte);
		n->present += (pte & PTE_PRESENT) != 0;
		if (!(pte & PTE_STALE))
			continue;
		n->stale++;
		MM_CHECK(pte >> PTE_SHIFT < m->nr_stale &&
				 m->stale[pte >> PTE_SHIFT].pte == &t->pte[i],
			 LIST, "M12: stale translation %llu does not lead back to its entry",
			 pte >> PTE_SHIFT);
	}
}

/* M13, M14: a table, and those below it; @exists: it is of this run, and so are all above it. */
static void verify_table(const struct machine *m, const struct table *t, unsigned int level,
			 bool exists, struct table_counts *n)
{
	if (!level) {
		n->leaves += exists;
		verify_entries(m, t, exists, n);
		return;
	}
	for (unsigned int i = 0; i < TABLE_ENTRIES; i++) {
		const struct table *child = t->child[i];
		bool child_exists = child && exists && child->gen == m->gen;

		if (!child)
			continue;
		n->tables += child_exists;
		MM_CHECK(!child_exists || m->page[child->frame].owner == page_table_owner, LIST,
			 "M14: frame %u of a page table belongs to '%s'", child->frame,
			 m->page[child->frame].owner);
		verify_table(m, child, level - 1, child_exists, n);
	}
}

/* M16. */
static void verify_walk(const struct machine *m)
{
	const u64 addr = (m->walk_key - 1) << (PAGE_SHIFT + TABLE_SHIFT);
	const struct table *t = &m->root;

	if (!m->walk_key)
		return;
	for (unsigned int level = TABLE_LEVELS - 1; level && t; level--)
		t = t->child[level_index(addr, level)];
	MM_CHECK(t == m->walk_leaf, TREE, "M16: the table of 0x%llx is not the remembered one",
		 addr);
}

static void verify_mmu(const struct machine *m)
{
	struct table_counts found = {0};
	u64 present = m->nr_present;
	u32 leaves = 0;

	for (u32 i = 0; i < BARE_CACHES; i++)
		present += (u64)m->bare_cache[i].present;
	verify_walk(m);
	verify_table(m, &m->root, TABLE_LEVELS - 1, true, &found);
	MM_CHECK(present == found.present && m->nr_stale == found.stale, COUNT,
		 "M11: entries: found %llu present and %llu stale, recorded %llu and %llu",
		 found.present, found.stale, present, m->nr_stale);
	for (const struct table *t = m->leaves; t && leaves <= found.leaves; t = t->next)
		leaves += t->gen == m->gen;
	MM_CHECK(m->nr_tables == found.tables && leaves == found.leaves, COUNT,
		 "M14: tables: found %u, %u of the lowest level; recorded %u and %u", found.tables,
		 found.leaves, m->nr_tables, leaves);
	MM_CHECK(m->cfg.bare ? !m->nr_stale : m->nr_present + m->nr_stale <= m->max_stale, COUNT,
		 "M15: room for %llu stale translations, %llu are stale and %llu can become so",
		 m->max_stale, m->nr_stale, m->nr_present);
}

/* M17. */
static void verify_edges(struct machine *m)
{
	u64 edges = host_count_edges(m, m->cfg.kva_start, m->cfg.kva_size >> PAGE_SHIFT);

	MM_CHECK(edges == m->host->edges, COUNT, "M17: edges: found %llu, recorded %llu", edges,
		 m->host->edges);
}

void machine_verify(struct machine *m)
{
	verify_meta(m);
	verify_frames(m);
	verify_mmu(m);
	if (m->host)
		verify_edges(m);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * balance.c - background work: empty populated pages between two watermarks, no surplus of empty
 * chunks, and room in area maps.
 *
 * Atomic requests cannot wait for pages, so empty populated pages are kept ready. Below empty_low
 * the work is started. It populates up to empty_high, and reclaims down to empty_high. An
 * empty_high below empty_low counts as empty_low. One chunk without objects is kept too, so that a
 * user at the edge of a chunk does not create and destroy a chunk with every object; the first
 * chunk, which stays for ever, serves as that one if all of it is dynamic.
 *
 * The work holds alloc_mutex from beginning to end. It hides pages and chunks under pcpu.lock
 * first, and releases them afterwards without pcpu.lock.
 */
#include "internal.h"

/* Extend the area maps that atomic requests found short (C5). */
static void extend_maps(struct pcpu *pc)
{
	struct pcpu_chunk *chunk;
	unsigned long flags;

	spin_lock_irqsave(&pc->lock, flags);
	while (!cds_list_empty(&pc->extend)) {
		chunk = cds_list_first_entry(&pc->extend, struct pcpu_chunk, extend);
		cds_list_del_init(&chunk->extend);
		spin_unlock_irqrestore(&pc->lock, flags);
		/* Without memory: the next request lists the chunk again. */
		pc->area->extend(chunk, GFP_KERNEL);
		spin_lock_irqsave(&pc->lock, flags);
	}
	spin_unlock_irqrestore(&pc->lock, flags);
}

/* Destroy all chunks without objects except one; with @bare only those without pages. */
static void free_surplus(struct pcpu *pc, bool bare)
{
	struct cds_list_head *head = &pc->slot[pcpu_free_slot(pc)];
	struct pcpu_chunk *chunk, *next, *keep = NULL;
	struct cds_list_head gone;
	unsigned long flags;

	CDS_INIT_LIST_HEAD(&gone);
	spin_lock_irqsave(&pc->lock, flags);
	cds_list_for_each_entry (chunk, head, list)
		if (!keep || chunk->immutable)
			keep = chunk;
	pc->spares = 0;
	cds_list_for_each_entry_safe (chunk, next, head, list) {
		if (chunk == keep || (bare && chunk->nr_populated)) {
			pc->spares++;
			continue;
		}
		pcpu_chunk_unlink(chunk);
		cds_list_add_tail(&chunk->list, &gone);
	}
	spin_unlock_irqrestore(&pc->lock, flags);

	cds_list_for_each_entry_safe (chunk, next, &gone, list)
		pcpu_chunk_destroy(chunk);
}

/* Hide the empty pages of a chunk, and set their bits in @which. */
static void hide_empty(struct pcpu_chunk *chunk, u64 *which)
{
	for (u32 page = 0; chunk->nr_empty; page++) {
		if (!test_bit(chunk->populated, page) || !pcpu_page_empty(chunk, page))
			continue;
		pcpu_chunk_depopulated(chunk, page);
		set_bit(which, page);
	}
}

/*
 * Take the empty pages of chunks in the to-depopulate slot. If the other chunks have too few empty
 * pages by now, the chunk is reintegrated with its pages.
 */
static void reclaim_populated(struct pcpu *pc)
{
	struct cds_list_head *head = &pc->slot[pcpu_to_depopulate_slot(pc)];
	struct pcpu_chunk *chunk;
	unsigned long flags;

	spin_lock_irqsave(&pc->lock, flags);
	while (!cds_list_empty(head)) {
		u64 which[BITS_TO_WORDS(PCPU_MAX_UNIT_PAGES)] = {0};

		chunk = cds_list_first_entry(head, struct pcpu_chunk, list);
		if (chunk->nr_empty && pc->nr_empty < pc->empty_high) {
			pcpu_chunk_reintegrate(chunk);
			continue;
		}
		if (chunk->nr_empty) {
			hide_empty(chunk, which);
			spin_unlock_irqrestore(&pc->lock, flags);
			pc->backing->depopulate(chunk, which);
			spin_lock_irqsave(&pc->lock, flags);
			/* Frees may have emptied more of its pages. */
			continue;
		}
		if (chunk->nr_allocs)
			pcpu_chunk_sideline(chunk);
		else
			pcpu_chunk_reintegrate(chunk);
	}
	spin_unlock_irqrestore(&pc->lock, flags);
}

/*
 * The fullest chunk with room for a page and with a page to populate; NULL: none. The first chunk
 * never gets more pages (C6).
 */
static struct pcpu_chunk *find_unpopulated(struct pcpu *pc)
{
	struct pcpu_chunk *chunk;

	lockdep_assert_spin_held(&pc->lock);
	for (u32 slot = pcpu_size_to_slot(pc, PAGE_SIZE); slot <= pcpu_free_slot(pc); slot++) {
		cds_list_for_each_entry (chunk, &pc->slot[slot], list) {
			if (chunk->immutable || chunk->nr_populated == pc->unit_pages)
				continue;
			pcpu_chunk_reintegrate(chunk);
			return chunk;
		}
	}
	return NULL;
}

/*
 * Populate up to @want pages of a chunk, from its start. @empty receives the number of pages
 * without an object: a request may have its area there, and wait for the pages. Return: 0 or
 * -ENOMEM.
 */
static int populate_some(struct pcpu_chunk *chunk, u32 want, u32 *empty)
{
	struct pcpu *pc = chunk->pc;
	u32 start = find_next_zero_bit(chunk->populated, pc->unit_pages, 0);
	u32 end = find_next_bit(chunk->populated, pc->unit_pages, start);
	unsigned long flags;

	lockdep_assert_mutex_held(&pc->alloc_mutex);
	end = min(end, start + want);
	if (pc->backing->populate(chunk, start, end, GFP_KERNEL))
		return -ENOMEM;
	spin_lock_irqsave(&pc->lock, flags);
	*empty = chunk->nr_empty;
	pcpu_chunk_populated(chunk, start, end);
	*empty = chunk->nr_empty - *empty;
	spin_unlock_irqrestore(&pc->lock, flags);
	return 0;
}

/* Populate empty pages up to empty_high, in new chunks if necessary. */
static void populate_up(struct pcpu *pc)
{
	struct pcpu_chunk *chunk;
	unsigned long flags;
	u32 want, empty;

	spin_lock_irqsave(&pc->lock, flags);
	/* If an atomic request failed, the empty pages that there are could not serve it. */
	want = pc->empty_high;
	if (!pc->atomic_failed)
		want -= (u32)min(pc->nr_empty, (u64)want);
	pc->atomic_failed = false;
	pc->starved = true;
	while (want) {
		chunk = find_unpopulated(pc);
		spin_unlock_irqrestore(&pc->lock, flags);
		if (!chunk) {
			chunk = pcpu_chunk_create(pc, GFP_KERNEL);
			if (!chunk)
				return;
			spin_lock_irqsave(&pc->lock, flags);
			pcpu_chunk_link(chunk);
			want -= min(want, chunk->nr_populated);
			continue;
		}
		if (populate_some(chunk, want, &empty))
			return;
		want -= empty;
		spin_lock_irqsave(&pc->lock, flags);
	}
	pc->starved = false;
	spin_unlock_irqrestore(&pc->lock, flags);
}

void pcpu_balance_work(struct work_struct *work)
{
	struct pcpu *pc = container_of(work, struct pcpu, balance_work);

	mutex_lock(&pc->alloc_mutex);
	extend_maps(pc);
	free_surplus(pc, false);
	reclaim_populated(pc);
	populate_up(pc);
	free_surplus(pc, true);
	mutex_unlock(&pc->alloc_mutex);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * balance.c - background work: the right amount of empty populated pages, and of empty chunks, and
 * room in area maps.
 *
 * Atomic requests cannot wait for pages, so a few are kept ready: at least empty_low, where the
 * work is started, and at most empty_high, up to which it fills and down to which it gives back.
 * One chunk without objects is kept too, so that a program at the edge of a chunk does not make
 * and destroy one with every object; the first chunk, which stays for ever, serves as that one if
 * all of it is dynamic.
 *
 * What is to go is taken out of sight under pcpu.lock first and undone after, under
 * alloc_mutex alone, which the work holds from its beginning to its end.
 */
#include "internal.h"

/* Room in area maps that atomic requests found short. */
static void extend_maps(struct pcpu *pc)
{
	struct pcpu_chunk *chunk;
	unsigned long flags;

	spin_lock_irqsave(&pc->lock, flags);
	while (!cds_list_empty(&pc->extend)) {
		chunk = cds_list_first_entry(&pc->extend, struct pcpu_chunk, extend);
		cds_list_del_init(&chunk->extend);
		spin_unlock_irqrestore(&pc->lock, flags);
		/* Without memory it is put here again by the next request. */
		pc->area->extend(chunk, GFP_KERNEL);
		spin_lock_irqsave(&pc->lock, flags);
	}
	spin_unlock_irqrestore(&pc->lock, flags);
}

/* Chunks without objects but one; with @bare only those that have no page either. */
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
	cds_list_for_each_entry_safe (chunk, next, head, list) {
		if (chunk == keep || (bare && chunk->nr_populated))
			continue;
		pcpu_chunk_unlink(chunk);
		cds_list_add_tail(&chunk->list, &gone);
	}
	spin_unlock_irqrestore(&pc->lock, flags);

	cds_list_for_each_entry_safe (chunk, next, &gone, list)
		pcpu_chunk_destroy(chunk);
}

/* Take the empty pages of a chunk out of sight. */
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
 * Empty pages of chunks that were isolated for that, unless the others have too few of them by
 * now: then the chunk comes back with what it has.
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
			/* Frees may have emptied more of its pages meanwhile. */
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
 * A chunk with a page to populate, of those with room for a page the fullest; NULL: none. The
 * first chunk never gets more pages than it began with.
 */
static struct pcpu_chunk *find_unpopulated(struct pcpu *pc)
{
	struct pcpu_chunk *chunk;

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
 * Up to @want pages of a chunk, from its start. @empty receives how many of them are without an
 * object: a request may have its area there, and wait for the pages. Return: 0 or -ENOMEM.
 */
static int populate_some(struct pcpu_chunk *chunk, u32 want, u32 *empty)
{
	struct pcpu *pc = chunk->pc;
	u32 start = find_next_zero_bit(chunk->populated, pc->unit_pages, 0);
	u32 end = find_next_bit(chunk->populated, pc->unit_pages, start);
	unsigned long flags;

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

/* Empty pages up to empty_high, in chunks made for them if need be. */
static void populate_up(struct pcpu *pc)
{
	struct pcpu_chunk *chunk;
	unsigned long flags;
	u32 want, empty;

	spin_lock_irqsave(&pc->lock, flags);
	/* Where an atomic request failed, what is there was of no use to it. */
	want = pc->empty_high;
	if (!pc->atomic_failed)
		want -= (u32)min(pc->nr_empty, (u64)want);
	pc->atomic_failed = false;
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

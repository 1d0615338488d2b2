/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * balance.c - background work: the right amount of empty populated pages, and of empty chunks.
 *
 * Atomic requests cannot wait for pages, so a few are kept ready: at least empty_low, where the
 * work is started, and at most empty_high, up to which it fills and down to which it gives back.
 * One chunk without objects is kept too, so that a program at the edge of a chunk does not make
 * and destroy one with every object; the first chunk, which stays for ever, serves as that one.
 *
 * What is to go is taken out of sight under pcpu.lock first and undone after, under
 * alloc_mutex alone, which the work holds from its beginning to its end.
 */
#include "internal.h"

/* Chunks without objects but one. */
static void free_surplus(struct pcpu *pc)
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
		if (chunk == keep)
			continue;
		pcpu_chunk_unlink(chunk);
		cds_list_add_tail(&chunk->list, &gone);
	}
	spin_unlock_irqrestore(&pc->lock, flags);

	cds_list_for_each_entry_safe (chunk, next, &gone, list)
		pcpu_chunk_destroy(chunk);
}

/* Take up to @nr empty pages of a chunk out of sight, those at its end first. */
static u32 hide_empty(struct pcpu_chunk *chunk, u64 *which, u32 nr)
{
	u32 page = chunk->pc->unit_pages, found = 0;

	while (found < nr && chunk->nr_empty && page--) {
		if (!test_bit(chunk->populated, page) || !pcpu_bitmap_page_empty(chunk, page))
			continue;
		pcpu_chunk_depopulated(chunk, page);
		set_bit(which, page);
		found++;
	}
	return found;
}

/* Empty pages above empty_high. */
static void depopulate_surplus(struct pcpu *pc)
{
	struct pcpu_chunk *chunk;
	unsigned long flags;

	spin_lock_irqsave(&pc->lock, flags);
	for (chunk = pcpu_chunk_first(pc); chunk && pc->nr_empty > pc->empty_high;
	     chunk = pcpu_chunk_next(chunk)) {
		u64 which[BITS_TO_WORDS(PCPU_MAX_UNIT_PAGES)] = {0};

		if (chunk->immutable ||
		    !hide_empty(chunk, which, (u32)(pc->nr_empty - pc->empty_high)))
			continue;
		spin_unlock_irqrestore(&pc->lock, flags);
		pcpu_depopulate_chunk(chunk, which);
		spin_lock_irqsave(&pc->lock, flags);
	}
	spin_unlock_irqrestore(&pc->lock, flags);
}

/* A chunk with a page to populate, of those with room for a page the fullest; NULL: none. */
static struct pcpu_chunk *find_unpopulated(struct pcpu *pc)
{
	struct pcpu_chunk *chunk;

	for (u32 slot = pcpu_size_to_slot(pc, PAGE_SIZE); slot <= pcpu_free_slot(pc); slot++)
		cds_list_for_each_entry (chunk, &pc->slot[slot], list)
			if (chunk->nr_populated < pc->unit_pages)
				return chunk;
	return NULL;
}

/* Up to @want pages of a chunk, from its start. Return: how many; 0: no memory. */
static u32 populate_some(struct pcpu_chunk *chunk, u32 want)
{
	struct pcpu *pc = chunk->pc;
	u32 start = find_next_zero_bit(chunk->populated, pc->unit_pages, 0);
	u32 end = find_next_bit(chunk->populated, pc->unit_pages, start);
	unsigned long flags;

	end = min(end, start + want);
	if (pcpu_populate_chunk(chunk, start, end, GFP_KERNEL))
		return 0;
	spin_lock_irqsave(&pc->lock, flags);
	pcpu_chunk_populated(chunk, start, end);
	spin_unlock_irqrestore(&pc->lock, flags);
	return end - start;
}

/* Empty pages up to empty_high, in chunks made for them if need be. */
static void populate_up(struct pcpu *pc)
{
	struct pcpu_chunk *chunk;
	unsigned long flags;
	u32 want, nr;

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
			continue;
		}
		nr = populate_some(chunk, want);
		if (!nr)
			return;
		want -= nr;
		spin_lock_irqsave(&pc->lock, flags);
	}
	spin_unlock_irqrestore(&pc->lock, flags);
}

void pcpu_balance_work(struct work_struct *work)
{
	struct pcpu *pc = container_of(work, struct pcpu, balance_work);

	mutex_lock(&pc->alloc_mutex);
	free_surplus(pc);
	depopulate_surplus(pc);
	populate_up(pc);
	mutex_unlock(&pc->alloc_mutex);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * free.c - frees, and addresses that cannot be freed.
 *
 * The records of a chunk know where objects begin and end, so free_percpu() recognises an address
 * that is no object before it changes anything. It reports the address (pcpu_config.bad_free), and
 * the allocator goes on; without a callback it is a finding (range).
 *
 * Background work destroys empty chunks but one; two may stay where it has just made one for atomic
 * requests. It also reclaims pages: a chunk with a quarter of its pages empty, while the other
 * chunks have more than empty_high without it, is isolated; background work takes its empty pages
 * with one flush, and the chunk is used again only if no other chunk with an object has room.
 * Before a request creates a chunk, it also searches the isolated ones. The first chunk is never
 * reclaimed, and its empty pages count.
 */
#include "internal.h"
#include "poison.h"

/* pcpu_give_area() - give back the area at @off. Return: its bits; 0: no object begins there */
u32 pcpu_give_area(struct pcpu_chunk *chunk, u32 off)
{
	u32 bits;

	lockdep_assert_spin_held(&chunk->pc->lock);
	bits = chunk->pc->area->free(chunk, off);
	if (bits) {
		chunk->nr_allocs--;
		chunk->pc->nr_allocs--;
		chunk->pc->alloc_bits -= bits;
		pcpu_chunk_relocate(chunk);
	}
	return bits;
}

/*
 * Is it worth taking a chunk's empty pages? Yes, if it has enough of them and the other chunks have
 * enough too. Pages of an isolated chunk that become empty are always taken.
 */
static bool worth_reclaiming(const struct pcpu_chunk *chunk)
{
	const struct pcpu *pc = chunk->pc;

	if (chunk->immutable || pc->backing->whole)
		return false;
	/* An isolated chunk that lost its last object leaves its slot (C4), to be destroyed. */
	if (!chunk->nr_empty)
		return chunk->isolated && !chunk->nr_allocs;
	return chunk->isolated || (chunk->nr_empty >= pc->unit_pages / 4 &&
				   pc->nr_empty > pc->empty_high + chunk->nr_empty);
}

/* pcpu_find_work() - after a free in @chunk. Return: there is background work */
bool pcpu_find_work(struct pcpu_chunk *chunk)
{
	const struct pcpu *pc = chunk->pc;
	const struct cds_list_head *empty = &pc->slot[pcpu_free_slot(pc)];

	lockdep_assert_spin_held(&pc->lock);
	/* Two chunks without an object are one too many. */
	if (chunk->slot == pcpu_free_slot(pc) && empty->next != empty->prev)
		return true;
	if (!worth_reclaiming(chunk))
		return false;
	pcpu_chunk_isolate(chunk);
	return true;
}

/* Give an object back. Return: NR_PCPU_BAD_FREE, or why the address cannot be freed. */
static enum pcpu_bad_free give_back(struct pcpu *pc, struct pcpu_chunk *chunk, u64 ptr)
{
	u32 bit, bits;
	u64 off;

	if (!chunk)
		return PCPU_FREE_NO_CHUNK;
	off = ptr - chunk->base;
	bit = (u32)(off >> PCPU_MIN_ALLOC_SHIFT);
	if (bit < chunk->hidden_start || bit >= chunk->hidden_end)
		return PCPU_FREE_OUTSIDE;
	if (off % PCPU_MIN_ALLOC_SIZE)
		return PCPU_FREE_MIDDLE;
	bits = pcpu_give_area(chunk, bit);
	if (!bits)
		return pc->area->why(chunk, bit);
	/* Under the lock: the next request may take the area. */
	pcpu_forbid(chunk, bit, bits);
	return NR_PCPU_BAD_FREE;
}

static void bad_free(const struct pcpu *pc, enum pcpu_bad_free why, u64 ptr)
{
	static const char *const text[NR_PCPU_BAD_FREE] = {
		[PCPU_FREE_NO_CHUNK] = "it lies in no chunk",
		[PCPU_FREE_OUTSIDE] = "it lies in a part of the first chunk that is not served",
		[PCPU_FREE_MIDDLE] = "it lies inside of an object",
		[PCPU_FREE_TWICE] = "no object is there",
	};

	MM_CHECK(pc->cfg.bad_free, RANGE, "free_percpu of %#llx: %s: %s", ptr,
		 pcpu_bad_free_name(why), text[why]);
	pc->cfg.bad_free(pc->cfg.arg, why, ptr);
}

void free_percpu(struct pcpu *pc, pcpu_addr_t ptr)
{
	struct pcpu_chunk *chunk;
	enum pcpu_bad_free why;
	unsigned long flags;
	bool work;

	if (!ptr)
		return;
	spin_lock_irqsave(&pc->lock, flags);
	chunk = pcpu_chunk_by_addr(pc, ptr);
	why = give_back(pc, chunk, ptr);
	work = why == NR_PCPU_BAD_FREE && pcpu_find_work(chunk);
	spin_unlock_irqrestore(&pc->lock, flags);
	if (unlikely(why != NR_PCPU_BAD_FREE))
		bad_free(pc, why, ptr);
	if (work)
		schedule_work(&pc->balance_work);
}

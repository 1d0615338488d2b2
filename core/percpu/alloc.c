/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * alloc.c - requests: from the search to the zeroed object.
 *
 * A request takes its area under pcpu.lock; from then on the chunk stays and the area is known to
 * nobody else. If it may sleep, what is missing comes after that, under alloc_mutex: room in an
 * area map, pages, and a chunk if no chunk has room. Last, every CPU's copy is zeroed, with
 * no lock held: a free of the area's former owner comes before, by the lock.
 *
 * After "percpu: replace area map allocator with bitmap" (2017) for the search, and "percpu:
 * implement asynchronous chunk population" (2014) for atomic requests.
 */
#include "internal.h"

/**
 * struct request - what is asked for, and what a search says of it
 * @bits, @align: in units of PCPU_MIN_ALLOC_SIZE
 * @atomic: may not sleep: populated pages only
 * @only:   if not NULL, no other chunk will do
 * @at:     no other offset will do; PCPU_NO_FIT: any
 * @off:    where it was found
 * @full:   the search ended here: the chunk's area map has no room, and the request may wait
 */
struct request {
	u32 bits;
	u32 align;
	bool atomic;
	struct pcpu_chunk *only;
	u32 at;
	u32 off;
	struct pcpu_chunk *full;
};

/* Background work is to make room in a chunk's area map. */
static void extend_later(struct pcpu_chunk *chunk)
{
	if (cds_list_empty(&chunk->extend)) {
		cds_list_add_tail(&chunk->extend, &chunk->pc->extend);
		schedule_work(&chunk->pc->balance_work);
	}
}

/*
 * May the chunk's area map be written to? (One that is too small says so itself.) Who cannot make
 * room for himself has it made before it is too late; if it is, a request that may wait says so in
 * rq->full.
 */
static bool has_room(struct pcpu_chunk *chunk, struct request *rq)
{
	enum pcpu_room room;

	if (pcpu_chunk_largest(chunk) < rq->bits)
		return true;
	room = chunk->pc->area->room(chunk);
	if (rq->atomic && room != PCPU_ROOM_ENOUGH)
		extend_later(chunk);
	else if (room == PCPU_ROOM_NONE)
		rq->full = chunk;
	return room != PCPU_ROOM_NONE;
}

/* Ask one chunk. The lock is held. */
static bool take_from(struct pcpu_chunk *chunk, struct request *rq)
{
	const struct pcpu_area_ops *area = chunk->pc->area;

	if (likely(rq->at == PCPU_NO_FIT))
		rq->off = area->alloc(chunk, rq->bits, rq->align, rq->atomic);
	else
		rq->off = area->alloc_at(chunk, rq->at, rq->bits) ? rq->at : PCPU_NO_FIT;
	if (rq->off == PCPU_NO_FIT)
		return false;
	pcpu_chunk_reintegrate(chunk);
	pcpu_chunk_relocate(chunk);
	return true;
}

/* The lowest slot from @slot on that has a chunk. */
static u32 next_used_slot(const struct pcpu *pc, u32 slot)
{
	u32 used = pc->slots_used >> slot;

	return used ? slot + (u32)__builtin_ctz(used) : PCPU_MAX_SLOTS;
}

/*
 * An area from the first chunk that has room, tightest slot first, up to slot @last. The lock is
 * held. NULL: none has, or rq->full is in the way.
 */
static struct pcpu_chunk *take_area(struct pcpu *pc, struct request *rq, u32 last)
{
	struct pcpu_chunk *chunk, *next;
	u32 slot = pcpu_size_to_slot(pc, rq->bits << PCPU_MIN_ALLOC_SHIFT);

	rq->full = NULL;
	for (; (slot = next_used_slot(pc, slot)) <= last; slot++) {
		cds_list_for_each_entry_safe (chunk, next, &pc->slot[slot], list) {
			if (unlikely(pc->area->room) && !has_room(chunk, rq)) {
				if (rq->full)
					return NULL;
				continue;
			}
			if (take_from(chunk, rq))
				return chunk;
			if (slot < PCPU_SLOT_FAIL_THRESHOLD)
				pcpu_chunk_side(chunk);
		}
	}
	return NULL;
}

/* An object has its area. */
static void count_alloc(struct pcpu_chunk *chunk, u32 bits)
{
	struct pcpu *pc = chunk->pc;
	u32 size = bits << PCPU_MIN_ALLOC_SHIFT;

	chunk->nr_allocs++;
	chunk->max_size = max(chunk->max_size, size);
	pc->nr_allocs++;
	pc->alloc_bits += bits;
	pc->made++;
	pc->max_allocs = max(pc->max_allocs, pc->nr_allocs);
	pc->min_size = min(pc->min_size, size);
	pc->max_size = max(pc->max_size, size);
}

/* Pages of an area. */
static u32 area_first_page(u32 off)
{
	return off / PCPU_BLOCK_BITS;
}

static u32 area_end_page(u32 off, u32 bits)
{
	return (off + bits - 1) / PCPU_BLOCK_BITS + 1;
}

static bool area_populated(const struct pcpu_chunk *chunk, u32 off, u32 bits)
{
	u32 end = area_end_page(off, bits);

	return find_next_zero_bit(chunk->populated, end, area_first_page(off)) == end;
}

/* Populate what is missing of an area; on failure the area is given back. alloc_mutex is held. */
static int populate_area(struct pcpu_chunk *chunk, u32 off, u32 bits)
{
	struct pcpu *pc = chunk->pc;
	u32 end = area_end_page(off, bits), from, to;
	unsigned long flags;
	bool work;
	int err;

	for (from = area_first_page(off);
	     (from = find_next_zero_bit(chunk->populated, end, from)) < end; from = to) {
		to = find_next_bit(chunk->populated, end, from);
		err = pc->backing->populate(chunk, from, to, GFP_KERNEL);
		spin_lock_irqsave(&pc->lock, flags);
		if (err)
			pcpu_give_area(chunk, off);
		else
			pcpu_chunk_populated(chunk, from, to);
		work = err && pcpu_find_work(chunk);
		spin_unlock_irqrestore(&pc->lock, flags);
		if (work)
			schedule_work(&pc->balance_work);
		if (err)
			return err;
	}
	return 0;
}

/* From the only chunk that will do. The lock is held. */
static struct pcpu_chunk *take_only(struct pcpu *pc, struct request *rq)
{
	rq->full = NULL;
	if (pc->area->room && !has_room(rq->only, rq))
		return NULL;
	return take_from(rq->only, rq) ? rq->only : NULL;
}

/*
 * Under alloc_mutex, with room made where it is short, and from any chunk, those too that wait for
 * background work.
 */
static struct pcpu_chunk *take_any(struct pcpu *pc, struct request *rq)
{
	struct pcpu_chunk *chunk;
	unsigned long flags;

	do {
		spin_lock_irqsave(&pc->lock, flags);
		chunk = rq->only ? take_only(pc, rq)
				 : take_area(pc, rq, pcpu_to_depopulate_slot(pc));
		if (chunk)
			count_alloc(chunk, rq->bits);
		spin_unlock_irqrestore(&pc->lock, flags);
	} while (rq->full && !pc->area->extend(rq->full, GFP_KERNEL));
	return chunk;
}

/*
 * No chunk had room a moment ago. Under alloc_mutex only frees can have changed that, and whoever
 * had the mutex before; so one more look before a chunk is made.
 */
static struct pcpu_chunk *take_any_or_create(struct pcpu *pc, struct request *rq)
{
	struct pcpu_chunk *chunk = take_any(pc, rq);
	unsigned long flags;

	if (chunk || rq->full)
		return chunk;
	chunk = pcpu_chunk_create(pc, GFP_KERNEL);
	if (!chunk)
		return NULL;
	spin_lock_irqsave(&pc->lock, flags);
	pcpu_chunk_link(chunk);
	/* Nobody has seen it yet, so it is empty. */
	take_from(chunk, rq);
	count_alloc(chunk, rq->bits);
	spin_unlock_irqrestore(&pc->lock, flags);
	return chunk;
}

/* Every CPU's copy is zero at birth. Return: the object. */
static pcpu_addr_t born(struct pcpu_chunk *chunk, u32 off, u32 bits)
{
	const struct pcpu *pc = chunk->pc;
	const u64 addr = chunk->base + ((u64)off << PCPU_MIN_ALLOC_SHIFT);

	for (u32 i = 0; i < pc->nr_possible; i++)
		mem_set(pc->m, addr + pc->copy_off[i], 0, (size_t)bits << PCPU_MIN_ALLOC_SHIFT);
	return addr;
}

/* Are there too few empty pages? What was just populated or used has changed their number. */
static bool is_low(struct pcpu *pc)
{
	unsigned long flags;
	bool low;

	spin_lock_irqsave(&pc->lock, flags);
	low = pc->nr_empty < pc->empty_low;
	spin_unlock_irqrestore(&pc->lock, flags);
	return low;
}

/* Return: false if no such request can be served. */
static bool request_init(const struct pcpu *pc, struct request *rq, u32 size, u32 align, gfp_t gfp)
{
	rq->atomic = !gfpflags_allow_blocking(gfp);
	if (!rq->atomic)
		might_sleep();
	rq->bits = DIV_ROUND_UP(size, PCPU_MIN_ALLOC_SIZE);
	rq->align = max(align, PCPU_MIN_ALLOC_SIZE) >> PCPU_MIN_ALLOC_SHIFT;
	rq->only = NULL;
	rq->at = PCPU_NO_FIT;
	rq->full = NULL;
	return size && size <= pc->unit_size && is_power_of_2(align) && align <= PAGE_SIZE;
}

pcpu_addr_t alloc_percpu_gfp(struct pcpu *pc, u32 size, u32 align, gfp_t gfp)
{
	bool missing = false, low;
	struct pcpu_chunk *chunk;
	unsigned long flags;
	struct request rq;

	if (!request_init(pc, &rq, size, align, gfp))
		return 0;

	spin_lock_irqsave(&pc->lock, flags);
	chunk = take_area(pc, &rq, pcpu_free_slot(pc));
	if (chunk) {
		count_alloc(chunk, rq.bits);
		missing = !rq.atomic && !area_populated(chunk, rq.off, rq.bits);
	} else if (rq.atomic) {
		pc->atomic_failed = true;
	}
	low = pc->nr_empty < pc->empty_low || (rq.atomic && !chunk);
	spin_unlock_irqrestore(&pc->lock, flags);

	if (missing || (!chunk && !rq.atomic)) {
		mutex_lock(&pc->alloc_mutex);
		if (!chunk)
			chunk = take_any_or_create(pc, &rq);
		if (chunk && populate_area(chunk, rq.off, rq.bits))
			chunk = NULL;
		mutex_unlock(&pc->alloc_mutex);
		low |= is_low(pc);
	}
	if (low)
		schedule_work(&pc->balance_work);
	return chunk ? born(chunk, rq.off, rq.bits) : 0;
}

pcpu_addr_t alloc_percpu(struct pcpu *pc, u32 size, u32 align)
{
	return alloc_percpu_gfp(pc, size, align, GFP_KERNEL);
}

/* All pages of the region are there. */
pcpu_addr_t alloc_reserved_percpu(struct pcpu *pc, u32 size, u32 align)
{
	struct pcpu_chunk *chunk;
	struct request rq;

	if (!request_init(pc, &rq, size, align, GFP_KERNEL) || !pc->reserved)
		return 0;
	rq.only = pc->reserved;
	mutex_lock(&pc->alloc_mutex);
	chunk = take_any(pc, &rq);
	mutex_unlock(&pc->alloc_mutex);
	return chunk ? born(chunk, rq.off, rq.bits) : 0;
}

/* The chunk of that number, made if it is the next one. alloc_mutex is held. */
static struct pcpu_chunk *chunk_by_number(struct pcpu *pc, u32 number)
{
	struct pcpu_chunk *chunk = NULL;
	unsigned long flags;
	bool new = number == pc->next_number; /* it is changed under both locks */

	if (new) {
		chunk = pcpu_chunk_create(pc, GFP_KERNEL);
		if (!chunk)
			return NULL;
	}
	spin_lock_irqsave(&pc->lock, flags);
	if (new)
		pcpu_chunk_link(chunk);
	else
		chunk = pcpu_chunk_by_number(pc, number);
	spin_unlock_irqrestore(&pc->lock, flags);
	return chunk;
}

pcpu_addr_t pcpu_alloc_at(struct pcpu *pc, u32 number, u32 off, u32 size)
{
	struct pcpu_chunk *chunk = NULL;
	struct request rq;

	if (off % PCPU_MIN_ALLOC_SIZE || !request_init(pc, &rq, size, 1, GFP_KERNEL))
		return 0;
	rq.at = off >> PCPU_MIN_ALLOC_SHIFT;
	mutex_lock(&pc->alloc_mutex);
	rq.only = chunk_by_number(pc, number);
	if (rq.only)
		chunk = take_any(pc, &rq);
	if (chunk && populate_area(chunk, rq.off, rq.bits))
		chunk = NULL;
	mutex_unlock(&pc->alloc_mutex);
	if (is_low(pc))
		schedule_work(&pc->balance_work);
	return chunk ? born(chunk, rq.off, rq.bits) : 0;
}

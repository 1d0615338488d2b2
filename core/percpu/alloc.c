/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * alloc.c - requests: from the search to the zeroed object.
 *
 * A request takes its area under pcpu.lock. From then on the chunk stays, and no other task knows
 * the area. A request that may sleep then makes what is missing, under alloc_mutex: room in an area
 * map, pages, and a chunk if no chunk has room. Last, every CPU's copy is zeroed without a lock:
 * pcpu.lock has ordered the free of the area's former object before.
 *
 * The kernel holds its mutex during every request that may sleep. Here only population, new chunks
 * and longer area maps need it: a request that is served from populated pages takes the spinlock
 * once, and no mutex.
 *
 * Placement is first fit in the chunks of the tightest slot, as in mainline: of these, the first
 * block whose hints promise room. One chunk is searched for a request, however many chunks there
 * are, because hints say who can serve, alignment included (oracle work-bound counts the steps). A
 * request may be refused by a chunk with room if its longest run is not aligned and another run,
 * equally long or shorter, is. A run that is longer than the request by its alignment always
 * serves.
 *
 * A page that was populated for a request that then fails stays, as does a chunk.
 *
 * After "percpu: replace area map allocator with bitmap" (2017) for the search, and "percpu:
 * implement asynchronous chunk population" (2014) for atomic requests.
 */
#include "internal.h"
#include "poison.h"

/**
 * struct request - a request, and the result of its search
 * @bits, @align: in units of PCPU_MIN_ALLOC_SIZE
 * @atomic: the request may not sleep, and is served from populated pages only
 * @only:   the only chunk to search; NULL: all
 * @at:     the only offset to take; PCPU_NO_FIT: any
 * @off:    the offset that was found
 * @full:   the chunk at which the search ended: its area map has no room, and the request may wait
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

/* Let background work make room in a chunk's area map. */
static void extend_later(struct pcpu_chunk *chunk)
{
	lockdep_assert_spin_held(&chunk->pc->lock);
	if (cds_list_empty(&chunk->extend)) {
		cds_list_add_tail(&chunk->extend, &chunk->pc->extend);
		schedule_work(&chunk->pc->balance_work);
	}
}

/*
 * Has the chunk's area map room for the request's entries? Without room, a request that may wait
 * sets rq->full. An atomic request cannot make room, so it asks background work for more while
 * there is still some. A chunk without a free run of that size refuses in any case.
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

/* Take an area from one chunk. */
static bool take_from(struct pcpu_chunk *chunk, struct request *rq)
{
	const struct pcpu_area_ops *area = chunk->pc->area;

	lockdep_assert_spin_held(&chunk->pc->lock);
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

/* The lowest slot from @slot on that has a chunk, by slots_used (C1). */
static u32 next_used_slot(const struct pcpu *pc, u32 slot)
{
	u32 used = pc->slots_used >> slot;

	return used ? slot + (u32)__builtin_ctz(used) : PCPU_MAX_SLOTS;
}

/*
 * Take an area from the first chunk that has room, tightest slot first, up to slot @last. Return:
 * the chunk; NULL: no chunk has room, or rq->full is set.
 */
static struct pcpu_chunk *take_area(struct pcpu *pc, struct request *rq, u32 last)
{
	struct pcpu_chunk *chunk, *next;
	u32 slot = pcpu_size_to_slot(pc, rq->bits << PCPU_MIN_ALLOC_SHIFT);

	lockdep_assert_spin_held(&pc->lock);
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

/* Count an object that has taken its area. */
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

/* The pages of an area are [area_first_page(), area_end_page()). */
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

/* Populate the missing pages of an area; on failure, give the area back. */
static int populate_area(struct pcpu_chunk *chunk, u32 off, u32 bits)
{
	struct pcpu *pc = chunk->pc;
	u32 end = area_end_page(off, bits), from, to;
	unsigned long flags;
	bool work;
	int err;

	lockdep_assert_mutex_held(&pc->alloc_mutex);
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

/* Take an area from the only chunk to search. */
static struct pcpu_chunk *take_only(struct pcpu *pc, struct request *rq)
{
	rq->full = NULL;
	if (pc->area->room && !has_room(rq->only, rq))
		return NULL;
	return take_from(rq->only, rq) ? rq->only : NULL;
}

/*
 * Take an area from any chunk, also from chunks that wait for background work to take their pages,
 * and make room in area maps where it is short.
 */
static struct pcpu_chunk *take_any(struct pcpu *pc, struct request *rq)
{
	struct pcpu_chunk *chunk;
	unsigned long flags;

	lockdep_assert_mutex_held(&pc->alloc_mutex);
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
 * No chunk had room a moment ago. Since then, frees and the former holder of alloc_mutex may have
 * made room, so search once more before creating a chunk.
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
	/* This succeeds: no other task has seen the chunk, so it is empty. */
	take_from(chunk, rq);
	count_alloc(chunk, rq->bits);
	spin_unlock_irqrestore(&pc->lock, flags);
	return chunk;
}

/* Zero every CPU's copy. Return: the object. */
static pcpu_addr_t zero_object(struct pcpu_chunk *chunk, u32 off, u32 bits)
{
	const struct pcpu *pc = chunk->pc;
	const u64 addr = chunk->base + ((u64)off << PCPU_MIN_ALLOC_SHIFT);

	pcpu_allow(chunk, off, bits);
	for (u32 i = 0; i < pc->nr_possible; i++)
		mem_set(pc->m, addr + pc->copy_off[i], 0, (size_t)bits << PCPU_MIN_ALLOC_SHIFT);
	return addr;
}

/* Too few empty populated pages? The request itself may have changed their number. */
static bool is_low(struct pcpu *pc)
{
	unsigned long flags;
	bool low;

	spin_lock_irqsave(&pc->lock, flags);
	low = pc->nr_empty < pc->empty_low;
	spin_unlock_irqrestore(&pc->lock, flags);
	return low;
}

/* Return: false: bad arguments. */
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
	return chunk ? zero_object(chunk, rq.off, rq.bits) : 0;
}

pcpu_addr_t alloc_percpu(struct pcpu *pc, u32 size, u32 align)
{
	return alloc_percpu_gfp(pc, size, align, GFP_KERNEL);
}

/* All pages of the reserved region are populated (C6). */
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
	return chunk ? zero_object(chunk, rq.off, rq.bits) : 0;
}

/* The chunk with this number; the next number creates a chunk. */
static struct pcpu_chunk *chunk_by_number(struct pcpu *pc, u32 number)
{
	struct pcpu_chunk *chunk = NULL;
	unsigned long flags;
	bool new = number == pc->next_number; /* next_number changes under both locks */

	lockdep_assert_mutex_held(&pc->alloc_mutex);
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
	return chunk ? zero_object(chunk, rq.off, rq.bits) : 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * chunk.c - chunks: made, found by size and by address, and taken down.
 *
 * Slots are doubly linked lists of chunks by the largest free run known, one for each power of two.
 * A request starts at the slot of its own size, so it fills the chunks with the least room
 * first, and empty chunks stay empty as long as they can.
 *
 * Invariants, verified:
 *
 *   C1  a chunk is on the list of its @slot, which is pcpu_chunk_slot() or 0; that of an isolated
 *       one is the sidelined slot or the to-depopulate slot. A bit of slots_used is set if and
 *       only if its list has a chunk
 *   C2  the tree holds all chunks but the reserved one, in order of address
 *   C3  nr_populated and nr_empty of a chunk count its pages; nr_populated of the allocator is the
 *       sum, nr_empty the sum over chunks that are not isolated
 *   C4  a sidelined chunk has objects and no empty page; the first chunk is never isolated
 *   C5  what was found last is in the tree; what waits for room in its area map is a chunk
 *   C6  of the first chunk the pages of its regions are populated, and no others; of a chunk of
 *       mapped pages those that are mapped
 *
 * Isolated chunks ("percpu: implement partial chunk depopulation", 2021): a chunk with many empty
 * pages is taken out of the slots by size, background work takes its pages, and from then on
 * it is used only where no other chunk with an object has room. Using it brings it back.
 */
#include "internal.h"

static inline int chunk_cmp(const struct pcpu_chunk *a, const struct pcpu_chunk *b)
{
	return a->base < b->base ? -1 : a->base > b->base;
}

RB_GENERATE_INTERNAL(pcpu_chunk_tree, pcpu_chunk, node, chunk_cmp, __maybe_unused static)

/* Put a chunk that is on no list into a slot. */
static void slot_add(struct pcpu_chunk *chunk, u32 slot, bool front)
{
	struct pcpu *pc = chunk->pc;

	if (front)
		cds_list_add(&chunk->list, &pc->slot[slot]);
	else
		cds_list_add_tail(&chunk->list, &pc->slot[slot]);
	pc->slots_used |= 1U << slot;
	chunk->slot = slot;
}

static void slot_del(struct pcpu_chunk *chunk)
{
	struct pcpu *pc = chunk->pc;

	cds_list_del(&chunk->list);
	if (cds_list_empty(&pc->slot[chunk->slot]))
		pc->slots_used &= ~(1U << chunk->slot);
}

/*
 * Chunks that come from a lower slot gained room and go to the front: what was freed last is used
 * first. Those from a higher slot queue up behind the others.
 */
static void chunk_move(struct pcpu_chunk *chunk, u32 slot, bool front)
{
	slot_del(chunk);
	slot_add(chunk, slot, front);
}

/* pcpu_chunk_relocate() - something was allocated or freed in it */
void pcpu_chunk_relocate(struct pcpu_chunk *chunk)
{
	u32 slot;

	if (chunk->isolated || chunk == chunk->pc->reserved)
		return;
	slot = pcpu_chunk_slot(chunk);
	if (slot != chunk->slot)
		chunk_move(chunk, slot, chunk->slot < slot);
}

/* pcpu_chunk_side() - put it aside, until something in it is freed */
void pcpu_chunk_side(struct pcpu_chunk *chunk)
{
	chunk_move(chunk, 0, true);
}

/* pcpu_chunk_isolate() - background work is to take its empty pages */
void pcpu_chunk_isolate(struct pcpu_chunk *chunk)
{
	if (!chunk->isolated) {
		chunk->isolated = true;
		chunk->pc->nr_empty -= chunk->nr_empty;
	}
	chunk_move(chunk, pcpu_to_depopulate_slot(chunk->pc), false);
}

/* pcpu_chunk_sideline() - they are gone */
void pcpu_chunk_sideline(struct pcpu_chunk *chunk)
{
	chunk_move(chunk, pcpu_sidelined_slot(chunk->pc), false);
}

/* pcpu_chunk_reintegrate() - a chunk, perhaps isolated, is one as all others are */
void pcpu_chunk_reintegrate(struct pcpu_chunk *chunk)
{
	if (!chunk->isolated)
		return;
	chunk->isolated = false;
	chunk->pc->nr_empty += chunk->nr_empty;
	pcpu_chunk_relocate(chunk);
}

/* pcpu_chunk_link() - others may find the chunk from now on; the lock is held */
void pcpu_chunk_link(struct pcpu_chunk *chunk)
{
	struct pcpu *pc = chunk->pc;

	chunk->number = pc->next_number++;
	slot_add(chunk, pcpu_chunk_slot(chunk), true);
	RB_INSERT(pcpu_chunk_tree, &pc->chunks, chunk);
	pc->nr_chunks++;
	pc->max_chunks = max(pc->max_chunks, pc->nr_chunks);
	if (pc->backing->whole && !chunk->immutable)
		pcpu_chunk_populated(chunk, 0, pc->unit_pages);
}

/* pcpu_chunk_unlink() - and no more; the lock is held, and the chunk has no objects */
void pcpu_chunk_unlink(struct pcpu_chunk *chunk)
{
	struct pcpu *pc = chunk->pc;

	slot_del(chunk);
	cds_list_del_init(&chunk->extend);
	if (pc->found == chunk)
		pc->found = NULL;
	RB_REMOVE(pcpu_chunk_tree, &pc->chunks, chunk);
	if (!chunk->isolated)
		pc->nr_empty -= chunk->nr_empty;
	pc->nr_populated -= chunk->nr_populated;
	pc->nr_chunks--;
}

/*
 * pcpu_chunk_by_addr() - the chunk whose lowest unit contains an address; the lock is held
 *
 * Chunks may lie inside of each other, between the groups; what is theirs of their lowest units
 * does not.
 */
struct pcpu_chunk *pcpu_chunk_by_addr(struct pcpu *pc, u64 addr)
{
	struct pcpu_chunk *chunk = pc->found;
	u64 off;

	/* Objects that were allocated together are mostly freed together. */
	if (!chunk || addr - chunk->base >= pcpu_chunk_span(chunk)) {
		chunk = RB_ROOT(&pc->chunks);
		while (chunk && addr - chunk->base >= pcpu_chunk_span(chunk))
			chunk = addr < chunk->base ? RB_LEFT(chunk, node) : RB_RIGHT(chunk, node);
		pc->found = chunk;
	}
	if (chunk && chunk == pc->first && pc->reserved) {
		off = (addr - chunk->base) >> PCPU_MIN_ALLOC_SHIFT;
		if (off >= pc->reserved->hidden_start && off < pc->reserved->hidden_end)
			return pc->reserved;
	}
	return chunk;
}

/* pcpu_chunk_by_number() - it walks over all chunks; the lock is held */
struct pcpu_chunk *pcpu_chunk_by_number(struct pcpu *pc, u32 number)
{
	struct pcpu_chunk *chunk;

	for (chunk = pcpu_chunk_first(pc); chunk; chunk = pcpu_chunk_next(chunk))
		if (chunk->number == number)
			break;
	return chunk;
}

/* A chunk has so many empty populated pages more. */
static void count_empty(struct pcpu_chunk *chunk, int nr)
{
	chunk->nr_empty += nr;
	if (!chunk->isolated && chunk != chunk->pc->reserved)
		chunk->pc->nr_empty += nr;
}

void pcpu_page_emptied(struct pcpu_chunk *chunk, u32 page)
{
	if (test_bit(chunk->populated, page))
		count_empty(chunk, 1);
}

void pcpu_page_used(struct pcpu_chunk *chunk, u32 page)
{
	if (test_bit(chunk->populated, page))
		count_empty(chunk, -1);
}

/* pcpu_chunk_populated() - pages [@start, @end) are there now; both locks are held */
void pcpu_chunk_populated(struct pcpu_chunk *chunk, u32 start, u32 end)
{
	struct pcpu *pc = chunk->pc;

	set_range(chunk->populated, start, end - start);
	chunk->nr_populated += end - start;
	if (chunk != pc->reserved)
		pc->nr_populated += end - start;
	for (; start < end; start++)
		if (pcpu_page_empty(chunk, start))
			pcpu_page_emptied(chunk, start);
}

/* pcpu_chunk_depopulated() - an empty page is about to go; both locks are held */
void pcpu_chunk_depopulated(struct pcpu_chunk *chunk, u32 page)
{
	pcpu_page_used(chunk, page);
	clear_range(chunk->populated, page, 1);
	chunk->nr_populated--;
	chunk->pc->nr_populated--;
}

/* A chunk without a place; NULL without memory. */
static struct pcpu_chunk *chunk_alloc(struct pcpu *pc, u32 nr_areas, gfp_t gfp)
{
	struct pcpu_chunk *chunk =
		kzalloc(pc->m, sizeof(*chunk) + nr_areas * sizeof(chunk->va[0]), gfp);

	if (!chunk)
		return NULL;
	chunk->pc = pc;
	chunk->hidden_end = pc->map_bits;
	CDS_INIT_LIST_HEAD(&chunk->extend);
	chunk->populated = kcalloc(pc->m, BITS_TO_WORDS(pc->unit_pages), sizeof(u64), gfp);
	if (!chunk->populated || pc->area->init(chunk, gfp)) {
		kfree(pc->m, chunk->populated);
		kfree(pc->m, chunk);
		return NULL;
	}
	return chunk;
}

static void chunk_free(struct pcpu_chunk *chunk)
{
	struct machine *m = chunk->pc->m;

	chunk->pc->area->exit(chunk);
	kfree(m, chunk->populated);
	kfree(m, chunk);
}

/**
 * pcpu_chunk_create() - addresses and books; no pages, unless the backing comes with all of them
 * @pc:  the allocator
 * @gfp: GFP_KERNEL
 *
 * Return: a chunk that only the caller knows, or NULL.
 */
struct pcpu_chunk *pcpu_chunk_create(struct pcpu *pc, gfp_t gfp)
{
	u32 nr_areas = pc->backing->whole ? 0 : pc->ai->nr_groups;
	struct pcpu_chunk *chunk = chunk_alloc(pc, nr_areas, gfp);

	if (chunk && pc->backing->create(chunk, gfp)) {
		chunk_free(chunk);
		return NULL;
	}
	return chunk;
}

/* pcpu_chunk_destroy() - of a chunk that only the caller knows */
void pcpu_chunk_destroy(struct pcpu_chunk *chunk)
{
	struct pcpu *pc = chunk->pc;

	if (!chunk->immutable) {
		if (chunk->nr_populated && !pc->backing->whole)
			pc->backing->depopulate(chunk, chunk->populated);
		pc->backing->destroy(chunk);
	}
	chunk_free(chunk);
}

/**
 * pcpu_chunk_create_first() - books for a region of the first chunk
 * @pc:    with the first chunk's memory in place
 * @start: bytes from the start of the unit, served from here on
 * @end:   and before this; both are multiples of PCPU_MIN_ALLOC_SIZE
 *
 * What is outside is hidden: marked as allocated. Pages are counted by whoever makes the chunk
 * known. Return: a chunk that only the caller knows, or NULL.
 */
struct pcpu_chunk *pcpu_chunk_create_first(struct pcpu *pc, u32 start, u32 end)
{
	struct pcpu_chunk *chunk = chunk_alloc(pc, 0, GFP_KERNEL);
	u32 tail;

	if (!chunk)
		return NULL;
	chunk->immutable = true;
	chunk->base = pc->first_base;
	chunk->hidden_start = start >> PCPU_MIN_ALLOC_SHIFT;
	chunk->hidden_end = end >> PCPU_MIN_ALLOC_SHIFT;
	tail = pc->map_bits - chunk->hidden_end;
	MM_CHECK(!start || pc->area->alloc_at(chunk, 0, chunk->hidden_start), OVERLAP,
		 "the first %u bytes of the first chunk are not free", start);
	MM_CHECK(!tail || pc->area->alloc_at(chunk, chunk->hidden_end, tail), OVERLAP,
		 "the first chunk is not free from byte %u on", end);
	return chunk;
}

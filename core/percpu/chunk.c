/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * chunk.c - chunks: create and destroy them, find them by size and by address.
 *
 * Slots are lists of chunks by their largest free run, one list for each power of two. A request
 * starts at the slot of its own size, so it fills the chunks with the least room first, and empty
 * chunks stay empty as long as they can. A chunk from slot 1 or 2 that could not serve a request is
 * put into slot 0 until something in it is freed.
 *
 * An object's address is that of its copy in the lowest unit, which is not always CPU 0's. Chunks
 * of several groups may lie inside of each other; their lowest units do not, so an address belongs
 * to one chunk.
 *
 * The first chunk has a chunk structure for its reserved region, in no slot and not in the tree,
 * and one for its dynamic region. Pages after its three regions do not exist. Without any region
 * there is only a layout.
 *
 * Invariants, verified by verify.c:
 *
 *   C1  a chunk is on the list of its @slot, which is pcpu_chunk_slot() or 0; for an isolated chunk
 *       it is the sidelined slot or the to-depopulate slot. A bit of slots_used is set if and only
 *       if its list has a chunk
 *   C2  the tree holds all chunks except the reserved one, in order of address
 *   C3  nr_populated and nr_empty of a chunk count its pages; nr_populated of the allocator is the
 *       sum, nr_empty the sum over chunks that are not isolated
 *   C4  a sidelined chunk has objects and no empty page; the first chunk is never isolated
 *   C5  pcpu.found is in the tree or NULL; pcpu.extend lists chunks only
 *   C6  the populated pages of the first chunk are those of its regions; the populated pages of a
 *       chunk of mapped pages are those that are mapped
 *
 * Isolated chunks ("percpu: implement partial chunk depopulation", 2021): a chunk with many empty
 * pages leaves the slots by size, background work takes its pages, and from then on it is used only
 * if no other chunk with an object has room. Using it brings it back.
 */
#include "internal.h"
#include "poison.h"

static inline int chunk_cmp(const struct pcpu_chunk *a, const struct pcpu_chunk *b)
{
	return a->base < b->base ? -1 : a->base > b->base;
}

RB_GENERATE_INTERNAL(pcpu_chunk_tree, pcpu_chunk, node, chunk_cmp, __maybe_unused static)

/* Add a chunk that is on no list to a slot. */
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
 * A chunk from a lower slot gained room and goes to the front, so that memory that was freed last
 * is used first. A chunk from a higher slot goes to the end.
 */
static void chunk_move(struct pcpu_chunk *chunk, u32 slot, bool front)
{
	lockdep_assert_spin_held(&chunk->pc->lock);
	slot_del(chunk);
	slot_add(chunk, slot, front);
}

/* pcpu_chunk_relocate() - restore C1 after an allocation or a free in the chunk */
void pcpu_chunk_relocate(struct pcpu_chunk *chunk)
{
	u32 slot;

	if (chunk->isolated || chunk == chunk->pc->reserved)
		return;
	slot = pcpu_chunk_slot(chunk);
	if (slot != chunk->slot)
		chunk_move(chunk, slot, chunk->slot < slot);
}

/* pcpu_chunk_side() - move the chunk to slot 0, until something in it is freed */
void pcpu_chunk_side(struct pcpu_chunk *chunk)
{
	chunk_move(chunk, 0, true);
}

/* pcpu_chunk_isolate() - let background work take the empty pages */
void pcpu_chunk_isolate(struct pcpu_chunk *chunk)
{
	if (!chunk->isolated) {
		chunk->isolated = true;
		chunk->pc->nr_empty -= chunk->nr_empty;
	}
	chunk_move(chunk, pcpu_to_depopulate_slot(chunk->pc), false);
}

/* pcpu_chunk_sideline() - the empty pages of an isolated chunk are gone */
void pcpu_chunk_sideline(struct pcpu_chunk *chunk)
{
	chunk_move(chunk, pcpu_sidelined_slot(chunk->pc), false);
}

/* pcpu_chunk_reintegrate() - end the isolation of a chunk, if it is isolated */
void pcpu_chunk_reintegrate(struct pcpu_chunk *chunk)
{
	if (!chunk->isolated)
		return;
	chunk->isolated = false;
	chunk->pc->nr_empty += chunk->nr_empty;
	pcpu_chunk_relocate(chunk);
}

/* pcpu_chunk_link() - publish a chunk: from now on other tasks may find it */
void pcpu_chunk_link(struct pcpu_chunk *chunk)
{
	struct pcpu *pc = chunk->pc;

	lockdep_assert_spin_held(&pc->lock);
	chunk->number = pc->next_number++;
	slot_add(chunk, pcpu_chunk_slot(chunk), true);
	RB_INSERT(pcpu_chunk_tree, &pc->chunks, chunk);
	pc->nr_chunks++;
	pc->max_chunks = max(pc->max_chunks, pc->nr_chunks);
	if (pc->backing->whole && !chunk->immutable)
		pcpu_chunk_populated(chunk, 0, pc->unit_pages);
}

/*
 * pcpu_chunk_unlink() - from now on no other task can find the chunk, which has no objects. The
 * caller holds the lock, or is pcpu_destroy().
 */
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

/* pcpu_chunk_by_addr() - the chunk whose lowest unit contains an address; NULL: none */
struct pcpu_chunk *pcpu_chunk_by_addr(struct pcpu *pc, u64 addr)
{
	struct pcpu_chunk *chunk = pc->found;
	u64 off;

	lockdep_assert_spin_held(&pc->lock);
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

/* pcpu_chunk_by_number() - walks over all chunks; NULL: no chunk has this number */
struct pcpu_chunk *pcpu_chunk_by_number(struct pcpu *pc, u32 number)
{
	struct pcpu_chunk *chunk;

	lockdep_assert_spin_held(&pc->lock);
	for (chunk = pcpu_chunk_first(pc); chunk; chunk = pcpu_chunk_next(chunk))
		if (chunk->number == number)
			break;
	return chunk;
}

/* Add to the counts of empty populated pages (C3). */
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

/*
 * pcpu_chunk_populated() - pages [@start, @end) are populated now. The caller also holds
 * alloc_mutex, or is pcpu_create().
 */
void pcpu_chunk_populated(struct pcpu_chunk *chunk, u32 start, u32 end)
{
	struct pcpu *pc = chunk->pc;

	lockdep_assert_spin_held(&pc->lock);
	set_range(chunk->populated, start, end - start);
	chunk->nr_populated += end - start;
	if (chunk != pc->reserved)
		pc->nr_populated += end - start;
	for (; start < end; start++)
		if (pcpu_page_empty(chunk, start))
			pcpu_page_emptied(chunk, start);
}

/* pcpu_chunk_depopulated() - an empty page is about to be unmapped */
void pcpu_chunk_depopulated(struct pcpu_chunk *chunk, u32 page)
{
	lockdep_assert_mutex_held(&chunk->pc->alloc_mutex);
	lockdep_assert_spin_held(&chunk->pc->lock);
	pcpu_page_used(chunk, page);
	clear_range(chunk->populated, page, 1);
	chunk->nr_populated--;
	chunk->pc->nr_populated--;
}

/* A chunk without addresses; NULL: no memory. */
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
 * pcpu_chunk_create() - create a chunk: addresses and records, and pages only if backing.whole
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
	if (chunk && pc->backing->whole)
		pcpu_forbid(chunk, 0, pc->map_bits);
	return chunk;
}

/* pcpu_chunk_destroy() - destroy a chunk that only the caller knows */
void pcpu_chunk_destroy(struct pcpu_chunk *chunk)
{
	struct pcpu *pc = chunk->pc;

	if (!chunk->immutable) {
		if (chunk->nr_populated && !pc->backing->whole)
			pc->backing->depopulate(chunk, chunk->populated);
		pc->backing->destroy(chunk);
	} else {
		/* Its memory goes back to the boot-time allocator. */
		pcpu_allow(chunk, chunk->hidden_start, chunk->hidden_end - chunk->hidden_start);
	}
	chunk_free(chunk);
}

/**
 * pcpu_chunk_create_first() - create the chunk of a region of the first chunk
 * @pc:    with the first chunk's memory in place
 * @start: offset in the unit at which the region begins, in bytes
 * @end:   offset at which it ends; both are multiples of PCPU_MIN_ALLOC_SIZE
 *
 * The rest of the unit is hidden: marked as allocated. The caller counts the pages.
 * Return: a chunk that only the caller knows, or NULL.
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
	pcpu_forbid(chunk, chunk->hidden_start, chunk->hidden_end - chunk->hidden_start);
	return chunk;
}

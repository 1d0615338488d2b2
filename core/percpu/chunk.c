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
 *   C1  a chunk is on the list of its @slot, which is pcpu_chunk_slot() or 0
 *   C2  the tree holds all chunks, and no other, in order of address
 *   C3  nr_populated and nr_empty of a chunk count its pages; those of the allocator, the chunks'
 */
#include "internal.h"

static inline int chunk_cmp(const struct pcpu_chunk *a, const struct pcpu_chunk *b)
{
	return a->base < b->base ? -1 : a->base > b->base;
}

RB_GENERATE_INTERNAL(pcpu_chunk_tree, pcpu_chunk, node, chunk_cmp, __maybe_unused static)

/*
 * Chunks that come from a lower slot gained room and go to the front: what was freed last is used
 * first. Those from a higher slot queue up behind the others.
 */
static void chunk_move(struct pcpu_chunk *chunk, u32 slot, bool front)
{
	struct cds_list_head *head = &chunk->pc->slot[slot];

	cds_list_del(&chunk->list);
	if (front)
		cds_list_add(&chunk->list, head);
	else
		cds_list_add_tail(&chunk->list, head);
	chunk->slot = slot;
}

/* pcpu_chunk_relocate() - something was allocated or freed in it */
void pcpu_chunk_relocate(struct pcpu_chunk *chunk)
{
	u32 slot = pcpu_chunk_slot(chunk);

	if (slot != chunk->slot)
		chunk_move(chunk, slot, chunk->slot < slot);
}

/* pcpu_chunk_side() - put it aside, until something in it is freed */
void pcpu_chunk_side(struct pcpu_chunk *chunk)
{
	chunk_move(chunk, 0, true);
}

/* pcpu_chunk_link() - others may find the chunk from now on; the lock is held */
void pcpu_chunk_link(struct pcpu_chunk *chunk)
{
	struct pcpu *pc = chunk->pc;

	chunk->number = pc->next_number++;
	chunk->slot = pcpu_chunk_slot(chunk);
	cds_list_add(&chunk->list, &pc->slot[chunk->slot]);
	RB_INSERT(pcpu_chunk_tree, &pc->chunks, chunk);
	pc->nr_chunks++;
}

/* pcpu_chunk_unlink() - and no more; the lock is held, and the chunk has no objects */
void pcpu_chunk_unlink(struct pcpu_chunk *chunk)
{
	struct pcpu *pc = chunk->pc;

	cds_list_del(&chunk->list);
	RB_REMOVE(pcpu_chunk_tree, &pc->chunks, chunk);
	pc->nr_empty -= chunk->nr_empty;
	pc->nr_populated -= chunk->nr_populated;
	pc->nr_chunks--;
}

/* pcpu_chunk_by_addr() - the chunk with a unit that contains an address; the lock is held */
struct pcpu_chunk *pcpu_chunk_by_addr(struct pcpu *pc, u64 addr)
{
	struct pcpu_chunk *chunk = RB_ROOT(&pc->chunks);

	while (chunk && addr - chunk->base >= pcpu_chunk_bytes(pc))
		chunk = addr < chunk->base ? RB_LEFT(chunk, node) : RB_RIGHT(chunk, node);
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

void pcpu_page_emptied(struct pcpu_chunk *chunk, u32 page)
{
	if (test_bit(chunk->populated, page)) {
		chunk->nr_empty++;
		chunk->pc->nr_empty++;
	}
}

void pcpu_page_used(struct pcpu_chunk *chunk, u32 page)
{
	if (test_bit(chunk->populated, page)) {
		chunk->nr_empty--;
		chunk->pc->nr_empty--;
	}
}

/**
 * pcpu_chunk_create() - addresses and maps, no pages
 * @pc:  the allocator
 * @gfp: GFP_KERNEL
 *
 * Return: a chunk that only the caller knows, or NULL.
 */
struct pcpu_chunk *pcpu_chunk_create(struct pcpu *pc, gfp_t gfp)
{
	struct pcpu_chunk *chunk = kzalloc(pc->m, sizeof(*chunk), gfp);

	if (!chunk)
		return NULL;
	chunk->pc = pc;
	chunk->hidden_end = pc->map_bits;
	chunk->populated = kcalloc(pc->m, BITS_TO_WORDS(pc->unit_pages), sizeof(u64), gfp);
	if (!chunk->populated)
		goto free_chunk;
	if (pcpu_bitmap_init(chunk, gfp))
		goto free_populated;
	chunk->va = alloc_vmap_area(pc->vs, pcpu_chunk_bytes(pc), PAGE_SIZE, 0, ~0ULL, gfp);
	if (IS_ERR(chunk->va))
		goto free_bitmap;
	chunk->base = vmap_area_start(chunk->va);
	return chunk;

free_bitmap:
	pcpu_bitmap_exit(chunk);
free_populated:
	kfree(pc->m, chunk->populated);
free_chunk:
	kfree(pc->m, chunk);
	return NULL;
}

/* pcpu_chunk_destroy() - of a chunk that only the caller knows */
void pcpu_chunk_destroy(struct pcpu_chunk *chunk)
{
	struct pcpu *pc = chunk->pc;

	if (chunk->nr_populated)
		pcpu_depopulate_chunk(chunk, chunk->populated);
	free_unmap_vmap_area(pc->vs, chunk->va);
	pcpu_bitmap_exit(chunk);
	kfree(pc->m, chunk->populated);
	kfree(pc->m, chunk);
}

/**
 * pcpu_chunk_hide() - a first chunk's unit serves only its middle
 * @chunk:       empty
 * @static_size: bytes at the start that are taken for ever
 * @dyn_size:    bytes behind them that are served
 *
 * Both are multiples of PCPU_MIN_ALLOC_SIZE. What is hidden is marked as allocated.
 */
void pcpu_chunk_hide(struct pcpu_chunk *chunk, u32 static_size, u32 dyn_size)
{
	u32 start = static_size >> PCPU_MIN_ALLOC_SHIFT;
	u32 end = (static_size + dyn_size) >> PCPU_MIN_ALLOC_SHIFT;
	u32 tail = chunk->pc->map_bits - end;

	MM_CHECK(!start || pcpu_bitmap_alloc_at(chunk, 0, start), OVERLAP,
		 "the first %u bytes of the first chunk are not free", static_size);
	MM_CHECK(!tail || pcpu_bitmap_alloc_at(chunk, end, tail), OVERLAP,
		 "the first chunk is not free from byte %u on", static_size + dyn_size);
	chunk->hidden_start = start;
	chunk->hidden_end = end;
}

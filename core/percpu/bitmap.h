/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bitmap.h - what bitmap.c and bitmap_free.c share: blocks, and the rebuild of a summary.
 */
#ifndef MM_PERCPU_BITMAP_H
#define MM_PERCPU_BITMAP_H

#include "hints.h"

/* The words of a block in the chunk's alloc_map. */
static inline u64 *pcpu_block_map(const struct pcpu_chunk *chunk, u32 block)
{
	return chunk->alloc_map + block * PCPU_BLOCK_WORDS;
}

/* Are all bits of the block free? */
static inline bool pcpu_block_whole(const struct pcpu_block *b)
{
	return b->h.contig == PCPU_BLOCK_BITS;
}

/* Rebuild the chunk's summary from its blocks, from bit @from on. */
void pcpu_bitmap_refresh(struct pcpu_chunk *chunk, u32 from);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * firstfit.h - plain first fit: the allocator without an idea.
 *
 * Chunks in order of their number, in each the lowest offset that fits. Placements of a real
 * allocator are compared with it, so that "agrees with the kernel" has something to beat.
 */
#ifndef MM_IMPORT_FIRSTFIT_H
#define MM_IMPORT_FIRSTFIT_H

#include "sched/types.h"

/**
 * struct firstfit - the allocator
 * @unit:   units of 4 bytes in a chunk
 * @nr:     chunks
 * @map:    by chunk: a byte a unit, 1: taken
 */
struct firstfit {
	u32 unit;
	u32 nr;
	u8 **map;
};

/** firstfit_init() - an allocator without chunks, of @unit_size bytes each */
void firstfit_init(struct firstfit *ff, u32 unit_size);
void firstfit_fini(struct firstfit *ff);

/**
 * firstfit_mark() - take a range or give it back; taken twice is taken
 * @chunk: the chunk; it is made, with those below it, if it does not exist
 * @start: offset, a multiple of 4
 * @size:  bytes, rounded up to a multiple of 4
 *
 * Return: 0; -EINVAL if it lies outside of a chunk; -ENOMEM.
 */
int firstfit_mark(struct firstfit *ff, u32 chunk, u32 start, u32 size, bool taken);

/**
 * firstfit_find() - where an object would go; it is not taken
 * @align: a power of two; less than 4 counts as 4
 * @chunk: receives the chunk; the number of the next one if no chunk has room
 * @start: receives the offset
 */
void firstfit_find(const struct firstfit *ff, u32 size, u32 align, u32 *chunk, u32 *start);

/** firstfit_taken() - is any byte of a range taken? What lies in no chunk is not */
bool firstfit_taken(const struct firstfit *ff, u32 chunk, u32 start, u32 size);

#endif

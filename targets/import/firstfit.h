/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * firstfit.h - plain first fit: the lowest offset that fits in the first chunk with room.
 *
 * It is the baseline for the placements of a real allocator: agreement with the kernel means
 * something only if it is closer than that of plain first fit.
 */
#ifndef MM_IMPORT_FIRSTFIT_H
#define MM_IMPORT_FIRSTFIT_H

#include "sched/types.h"

/**
 * struct firstfit - the allocator
 * @unit: units of 4 bytes in a chunk
 * @nr:   number of chunks
 * @map:  by chunk: a byte for each unit, 1: in use
 */
struct firstfit {
	u32 unit;
	u32 nr;
	u8 **map;
};

/** firstfit_init() - initialise an allocator without chunks; each will have @unit_size bytes */
void firstfit_init(struct firstfit *ff, u32 unit_size);
void firstfit_fini(struct firstfit *ff);

/**
 * firstfit_mark() - mark a range as used or free, whatever it was before
 * @chunk: the chunk; it is created, with those below it, if it does not exist
 * @start: offset, a multiple of 4
 * @size:  bytes, rounded up to a multiple of 4
 * @taken: used, or free
 *
 * Return: 0; -EINVAL if the range exceeds the chunk; -ENOMEM.
 */
int firstfit_mark(struct firstfit *ff, u32 chunk, u32 start, u32 size, bool taken);

/**
 * firstfit_find() - find the place for an object, without marking it
 * @align: a power of two; less than 4 counts as 4
 * @chunk: receives the chunk, or the number of the next one if no chunk has room
 * @start: receives the offset
 */
void firstfit_find(const struct firstfit *ff, u32 size, u32 align, u32 *chunk, u32 *start);

/** firstfit_taken() - is any byte of a range in use? Bytes outside of all chunks are free */
bool firstfit_taken(const struct firstfit *ff, u32 chunk, u32 start, u32 size);

#endif

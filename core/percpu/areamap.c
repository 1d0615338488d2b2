/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * areamap.c - the area map: the free areas of a unit as an array of sizes.
 *
 * After the allocator of "implement and use sparse embedding first chunk allocator" (2009), which
 * "percpu: replace area map allocator with bitmap" (2017) replaced; margins and background
 * extension after "percpu: implement asynchronous chunk population" (2014). A unit is divided into
 * areas without a gap. The array has their sizes in order of address: positive for a free area,
 * negative for an area in use. An area begins at the sum of all sizes in front of it.
 *
 * Two things differ from the allocator of 2009: the largest free size is exact (A4), and sizes are
 * in units of 4 bytes, so that both area allocators promise the same. Background work extends maps
 * for atomic requests only. A request that may sleep extends the map itself, under alloc_mutex, and
 * searches again.
 *
 * Invariants, verified by areamap_verify.c:
 *
 *   A1  1 <= used <= room, and no entry is 0
 *   A2  the sizes, signs aside, add up to the unit
 *   A3  no two neighbours are both free
 *   A4  largest is the size of the largest free area, exactly
 *   A5  each hidden part is one area in use
 *
 * By A3 the neighbours of a free area are in use, or the area is at an end of the unit. So a page
 * is empty if and only if one free area contains all of it. Of the pages that an object touches,
 * those inside of the free area that it was cut from get their first object, and those inside of
 * the free area that it becomes a part of lose their last.
 *
 * Costs: an allocation walks over all areas in front of the first that fits (first fit, from the
 * start of the unit each time), and a free over all areas in front of the object. Both then move
 * the rest of the array. All are linear in the number of areas, objects and holes. To ask if a page
 * is empty is a walk too, so counting the empty pages of a chunk takes pages times areas, under
 * pcpu.lock. An area has 4 bytes, whatever its size.
 *
 * A4 costs a walk over the rest of the array when the only area of the largest size is cut. (The
 * allocator of 2009 remembered a size that could be too large until a search had failed.) The last
 * area is mostly the largest one, so the rest is mostly empty.
 *
 * An object may cut a free area in three, which takes two entries more. Memory cannot be allocated
 * under pcpu.lock, so room_left() and areamap_extend() make sure that it is there before. map.room
 * changes under pcpu.lock and alloc_mutex, so either lock is enough to read it.
 */
#include <string.h>

#include "internal.h"

#define INIT_ENTRIES 16u

/* Entries that must be left: for an object; else the map is short; after an extension. */
#define OBJECT_ENTRIES 2u
#define MARGIN_LOW 32u
#define MARGIN_HIGH 64u

static u32 area_bits(s32 size)
{
	return (u32)(size < 0 ? -size : size);
}

/* The entry of the area that holds bit @off; @start receives where it begins. */
static u32 area_at(const struct pcpu_chunk *chunk, u32 off, u32 *start)
{
	const struct pcpu_areamap *map = &chunk->map;
	u32 i = 0, from = 0, end;

	for (; (end = from + area_bits(map->size[i])) <= off; i++)
		from = end;
	chunk->pc->scanned += i + 1;
	*start = from;
	return i;
}

/* An aligned place for @bits in the free area [@start, @end); PCPU_NO_FIT: none. */
static u32 place_in(const struct pcpu_chunk *chunk, u32 start, u32 end, u32 bits, u32 align,
		    bool populated)
{
	u32 off = ALIGN(start, align), first, last, hole;

	/* The start of a page has every alignment. */
	for (; off + bits <= end; off = hole * PCPU_BLOCK_BITS) {
		if (!populated)
			return off;
		first = off / PCPU_BLOCK_BITS;
		last = (off + bits - 1) / PCPU_BLOCK_BITS;
		hole = find_next_zero_bit(chunk->populated, last + 1, first);
		if (hole > last)
			return off;
		hole = find_next_bit(chunk->populated, chunk->pc->unit_pages, hole + 1);
	}
	return PCPU_NO_FIT;
}

/* Call @fn for each page of the @bits at @off that lies within [@start, @end). */
static void for_pages_within(struct pcpu_chunk *chunk, u32 off, u32 bits, u32 start, u32 end,
			     void (*fn)(struct pcpu_chunk *chunk, u32 page))
{
	u32 page = max(off / PCPU_BLOCK_BITS, DIV_ROUND_UP(start, PCPU_BLOCK_BITS));
	u32 after = min(DIV_ROUND_UP(off + bits, PCPU_BLOCK_BITS), end / PCPU_BLOCK_BITS);

	for (; page < after; page++)
		fn(chunk, page);
}

/*
 * Cut an object of @bits at @off out of free area @i, which begins at @start. The rest of the area
 * stays free, in front of the object and after it (A2, A3).
 */
static void take(struct pcpu_chunk *chunk, u32 i, u32 start, u32 off, u32 bits)
{
	struct pcpu_areamap *map = &chunk->map;
	u32 end = start + area_bits(map->size[i]);
	s32 head = (s32)(off - start), tail = (s32)(end - off - bits);
	u32 more = (head > 0) + (tail > 0);

	memmove(map->size + i + 1 + more, map->size + i + 1,
		(map->used - i - 1) * sizeof(*map->size));
	map->used += more;
	if (head)
		map->size[i++] = head;
	map->size[i] = -(s32)bits;
	if (tail)
		map->size[i + 1] = tail;
	chunk->free_bits -= bits;
	for_pages_within(chunk, off, bits, start, end, pcpu_page_used);
}

/*
 * Restore A4 after a free area of the largest size was cut. The largest free area in front of entry
 * @i has @longest bits. The search ends at an area as large as the one that was cut.
 */
static void find_largest(struct pcpu_chunk *chunk, u32 i, s32 longest)
{
	struct pcpu_areamap *map = &chunk->map;
	u32 from = i;

	for (; i < map->used && longest < (s32)map->largest; i++)
		longest = max(longest, map->size[i]);
	chunk->pc->scanned += i - from;
	map->largest = (u32)longest;
}

static enum pcpu_room room_left(const struct pcpu_chunk *chunk)
{
	u32 left = chunk->map.room - chunk->map.used;

	if (left < OBJECT_ENTRIES)
		return PCPU_ROOM_NONE;
	return left < MARGIN_LOW ? PCPU_ROOM_SHORT : PCPU_ROOM_ENOUGH;
}

static u32 areamap_alloc(struct pcpu_chunk *chunk, u32 bits, u32 align, bool populated)
{
	struct pcpu_areamap *map = &chunk->map;
	u32 start = 0, off, i;
	s32 longest = 0, size;

	if (bits > map->largest || room_left(chunk) == PCPU_ROOM_NONE)
		return PCPU_NO_FIT;
	for (i = 0; i < map->used; i++, start += area_bits(size)) {
		size = map->size[i];
		if (size < (s32)bits) {
			longest = max(longest, size);
			continue;
		}
		off = place_in(chunk, start, start + (u32)size, bits, align, populated);
		if (off != PCPU_NO_FIT) {
			chunk->pc->scanned += i + 1;
			take(chunk, i, start, off, bits);
			if ((u32)size == map->largest)
				find_largest(chunk, i, longest);
			return off;
		}
		longest = max(longest, size);
	}
	chunk->pc->scanned += i;
	return PCPU_NO_FIT;
}

static bool areamap_alloc_at(struct pcpu_chunk *chunk, u32 off, u32 bits)
{
	u32 map_bits = chunk->pc->map_bits, start, i;
	s32 size;

	if (!bits || bits > map_bits || off > map_bits - bits || room_left(chunk) == PCPU_ROOM_NONE)
		return false;
	i = area_at(chunk, off, &start);
	size = chunk->map.size[i];
	if (size < (s32)(off + bits - start))
		return false;
	take(chunk, i, start, off, bits);
	if ((u32)size == chunk->map.largest)
		find_largest(chunk, 0, 0);
	return true;
}

/* By A3 a free area has at most one free neighbour on each side to merge with. */
static u32 areamap_free(struct pcpu_chunk *chunk, u32 off)
{
	struct pcpu_areamap *map = &chunk->map;
	u32 start, i = area_at(chunk, off, &start), bits = area_bits(map->size[i]);
	u32 merged = 0;
	s32 size = (s32)bits;

	if (start != off || map->size[i] > 0)
		return 0;
	if (i + 1 < map->used && map->size[i + 1] > 0) {
		size += map->size[i + 1];
		merged++;
	}
	if (i && map->size[i - 1] > 0) {
		i--;
		size += map->size[i];
		start -= area_bits(map->size[i]);
		merged++;
	}
	map->largest = max(map->largest, (u32)size);
	map->size[i] = size;
	map->used -= merged;
	memmove(map->size + i + 1, map->size + i + 1 + merged,
		(map->used - i - 1) * sizeof(*map->size));
	chunk->free_bits += bits;
	for_pages_within(chunk, off, bits, start, start + (u32)size, pcpu_page_emptied);
	return bits;
}

static enum pcpu_bad_free areamap_why(const struct pcpu_chunk *chunk, u32 off)
{
	u32 start;

	return chunk->map.size[area_at(chunk, off, &start)] < 0 ? PCPU_FREE_MIDDLE
								: PCPU_FREE_TWICE;
}

bool pcpu_areamap_page_empty(const struct pcpu_chunk *chunk, u32 page)
{
	u32 start, i = area_at(chunk, page * PCPU_BLOCK_BITS, &start);

	return chunk->map.size[i] >= (s32)((page + 1) * PCPU_BLOCK_BITS - start);
}

static void areamap_each(const struct pcpu_chunk *chunk,
			 void (*fn)(void *arg, u32 off, u32 bits, bool free), void *arg)
{
	const struct pcpu_areamap *map = &chunk->map;

	for (u32 i = 0, start = 0; i < map->used; start += area_bits(map->size[i]), i++)
		fn(arg, start, area_bits(map->size[i]), map->size[i] > 0);
}

/*
 * The old array is read under the lock: until then other tasks cut and merge areas in it. They have
 * no more than the old room for that (A1), so MARGIN_HIGH entries are left afterwards.
 */
static int areamap_extend(struct pcpu_chunk *chunk, gfp_t gfp)
{
	struct pcpu_areamap *map = &chunk->map;
	struct pcpu *pc = chunk->pc;
	u32 room = map->room;
	unsigned long flags;
	s32 *size;

	lockdep_assert_mutex_held(&pc->alloc_mutex);
	while (room < map->room + MARGIN_HIGH)
		room *= 2;
	size = kmalloc(pc->m, room * sizeof(*size), gfp);
	if (!size)
		return -ENOMEM;

	spin_lock_irqsave(&pc->lock, flags);
	if (room_left(chunk) != PCPU_ROOM_ENOUGH) {
		s32 *old = map->size;

		memcpy(size, old, map->used * sizeof(*size));
		map->size = size;
		map->room = room;
		size = old;
	}
	spin_unlock_irqrestore(&pc->lock, flags);
	kfree(pc->m, size);
	return 0;
}

static int areamap_init(struct pcpu_chunk *chunk, gfp_t gfp)
{
	u32 bits = chunk->pc->map_bits;
	s32 *size = kmalloc(chunk->pc->m, INIT_ENTRIES * sizeof(*size), gfp);

	if (!size)
		return -ENOMEM;
	size[0] = (s32)bits;
	chunk->map = (struct pcpu_areamap){
		.size = size, .used = 1, .room = INIT_ENTRIES, .largest = bits};
	chunk->free_bits = bits;
	return 0;
}

static void areamap_exit(struct pcpu_chunk *chunk)
{
	kfree(chunk->pc->m, chunk->map.size);
	chunk->map.size = NULL;
}

const struct pcpu_area_ops pcpu_areamap_ops = {
	.init = areamap_init,
	.exit = areamap_exit,
	.alloc = areamap_alloc,
	.alloc_at = areamap_alloc_at,
	.free = areamap_free,
	.why = areamap_why,
	.room = room_left,
	.extend = areamap_extend,
	.verify = pcpu_areamap_verify,
	.fits = pcpu_areamap_fits,
	.each = areamap_each,
};

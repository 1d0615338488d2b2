/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * areamap_verify.c - verify an area map: its invariants (areamap.c), and a survey of the chunk,
 * from the array alone.
 *
 * It takes no lock and is hidden from ThreadSanitizer, as verify.c is, for the same reason.
 */
#include "../sched/types.h"

VERIFIER_BEGIN

#include "internal.h"

/* A5: the first and the last entry are the hidden parts. */
static void verify_hidden(const struct pcpu_chunk *chunk)
{
	const struct pcpu_areamap *map = &chunk->map;
	const u32 bits = chunk->pc->map_bits, tail = bits - chunk->hidden_end;

	MM_CHECK(chunk->hidden_start <= chunk->hidden_end && chunk->hidden_end <= bits, OVERLAP,
		 "chunk %u: [%u, %u) is not inside of its %u bits", chunk->number,
		 chunk->hidden_start, chunk->hidden_end, bits);
	MM_CHECK(!chunk->hidden_start || map->size[0] == -(s32)chunk->hidden_start, OVERLAP,
		 "chunk %u: %u bits are hidden at its start, the first area is %d", chunk->number,
		 chunk->hidden_start, map->size[0]);
	MM_CHECK(!tail || map->size[map->used - 1] == -(s32)tail, OVERLAP,
		 "chunk %u: %u bits are hidden at its end, the last area is %d", chunk->number,
		 tail, map->size[map->used - 1]);
}

void pcpu_areamap_verify(const struct pcpu_chunk *chunk, struct pcpu_survey *s)
{
	const struct pcpu_areamap *map = &chunk->map;
	const u32 bits = chunk->pc->map_bits;
	s32 largest = 0;
	u32 start = 0;

	*s = (struct pcpu_survey){0};
	/* A1 to A3 on the way through the array, then the sums of A2 and A4. */
	MM_CHECK(map->used && map->used <= map->room, RANGE,
		 "chunk %u: %u areas, in an array of %u", chunk->number, map->used, map->room);
	for (u32 i = 0; i < map->used; i++) {
		const s32 size = map->size[i];
		const u32 abs = size < 0 ? -(u32)size : (u32)size;

		MM_CHECK(size, LIST, "chunk %u: area %u, at bit %u, has no bits", chunk->number, i,
			 start);
		MM_CHECK(abs <= bits - start, COUNT,
			 "chunk %u: area %u has %u bits, from %u, the unit has %u", chunk->number,
			 i, abs, start, bits);
		MM_CHECK(!i || size < 0 || map->size[i - 1] < 0, LIST,
			 "chunk %u: areas %u and %u, at bit %u, are neighbours and free",
			 chunk->number, i - 1, i, start);
		if (size > 0) {
			s->free_bits += abs;
			largest = max(largest, size);
			for (u32 page = DIV_ROUND_UP(start, PCPU_BLOCK_BITS);
			     (page + 1) * PCPU_BLOCK_BITS <= start + abs; page++)
				set_bit(s->empty, page);
		} else {
			s->objects++;
		}
		start += abs;
	}
	MM_CHECK(start == bits, COUNT, "chunk %u: its areas have %u bits, the unit has %u",
		 chunk->number, start, bits);
	MM_CHECK(map->largest == (u32)largest, HINT,
		 "chunk %u: largest is %u, the largest free area has %d bits", chunk->number,
		 map->largest, largest);
	verify_hidden(chunk);
}

/* Has the free area [@start, @end) room in the sense of pcpu_fits()? */
static bool area_fits(u32 start, u32 end, u64 bits, u32 align, u64 slack)
{
	if (ALIGN(start, align) + bits + slack <= end)
		return true;
	while (start < end) {
		u32 page_end = (start / PCPU_BLOCK_BITS + 1) * PCPU_BLOCK_BITS;

		if (ALIGN(start, align) + bits <= min(page_end, end))
			return true;
		start = page_end;
	}
	return false;
}

bool pcpu_areamap_fits(const struct pcpu_chunk *chunk, u64 bits, u32 align, u64 slack)
{
	const struct pcpu_areamap *map = &chunk->map;
	u32 start = 0;

	for (u32 i = 0; i < map->used; i++) {
		const s32 size = map->size[i];
		const u32 end = start + (u32)(size < 0 ? -size : size);

		if (size > 0 && area_fits(start, end, bits, align, slack))
			return true;
		start = end;
	}
	return false;
}

VERIFIER_END

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * firstfit.c - plain first fit over a map with a byte for each unit, which memchr() searches.
 */
#include "firstfit.h"

#include <stdlib.h>
#include <string.h>

#define UNIT_SHIFT 2
#define UNIT (1U << UNIT_SHIFT)

void firstfit_init(struct firstfit *ff, u32 unit_size)
{
	*ff = (struct firstfit){.unit = unit_size >> UNIT_SHIFT};
}

void firstfit_fini(struct firstfit *ff)
{
	for (u32 i = 0; i < ff->nr; i++)
		free(ff->map[i]);
	free(ff->map);
	*ff = (struct firstfit){0};
}

static int add_chunk(struct firstfit *ff)
{
	u8 **map = realloc(ff->map, (ff->nr + 1) * sizeof(*map));

	if (!map)
		return -ENOMEM;
	ff->map = map;
	map[ff->nr] = calloc(1, ff->unit);
	if (!map[ff->nr])
		return -ENOMEM;
	ff->nr++;
	return 0;
}

int firstfit_mark(struct firstfit *ff, u32 chunk, u32 start, u32 size, bool taken)
{
	u32 first = start >> UNIT_SHIFT, units = DIV_ROUND_UP((u64)size, UNIT);

	if (first > ff->unit || units > ff->unit - first)
		return -EINVAL;
	while (ff->nr <= chunk)
		if (add_chunk(ff))
			return -ENOMEM;
	memset(ff->map[chunk] + first, taken, units);
	return 0;
}

/* The first unit of the lowest run that fits, or ff->unit. */
static u32 find_run(const struct firstfit *ff, const u8 *map, u32 units, u32 align)
{
	u32 at = 0;

	while (at < ff->unit) {
		const u8 *p = memchr(map + at, 0, ff->unit - at);

		if (!p)
			break;
		at = ALIGN((u32)(p - map), align);
		if (at > ff->unit || units > ff->unit - at)
			break;
		p = memchr(map + at, 1, units);
		if (!p)
			return at;
		at = p - map + 1;
	}
	return ff->unit;
}

void firstfit_find(const struct firstfit *ff, u32 size, u32 align, u32 *chunk, u32 *start)
{
	u32 units = DIV_ROUND_UP((u64)size, UNIT), at;

	align = max(align, UNIT) >> UNIT_SHIFT;
	for (*chunk = 0; *chunk < ff->nr; ++*chunk) {
		at = find_run(ff, ff->map[*chunk], units, align);
		if (at < ff->unit) {
			*start = at << UNIT_SHIFT;
			return;
		}
	}
	*start = 0;
}

bool firstfit_taken(const struct firstfit *ff, u32 chunk, u32 start, u32 size)
{
	u32 first = start >> UNIT_SHIFT, units = DIV_ROUND_UP((u64)size, UNIT);

	if (chunk >= ff->nr || first >= ff->unit)
		return false;
	return memchr(ff->map[chunk] + first, 1, min(units, ff->unit - first)) != NULL;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bitmap.c - bitmaps are made, and runs of clear bits are found in them.
 *
 * A clear bit is a free page, as most are: then a fresh bitmap is what zeroed memory is anyway, and
 * of 1 TiB of free memory no word is written twice.
 */
#include "bitmap.h"
#include "../machine/meta.h"

int bitmap_make(struct machine *m, struct boot_bitmap *map, u64 start, u64 end)
{
	u64 words = bitmap_words(start, end);
	u64 *word = kcalloc(m, words, sizeof(*word), GFP_KERNEL);

	if (!word)
		return -ENOMEM;
	*map = (struct boot_bitmap){
		.base = ALIGN_DOWN(start, WORD_BITS),
		.start = start,
		.end = end,
		.word = word,
	};
	word[0] |= ~mask_from(start);
	word[words - 1] |= ~mask_below(end);
	return 0;
}

void bitmap_drop(struct machine *m, struct boot_bitmap *map)
{
	kfree(m, map->word);
	*map = (struct boot_bitmap){0};
}

/*
 * Of the run of clear bits in front of it, a set bit leaves nothing to begin at: the search goes on
 * behind it, at the next clear bit.
 */
u64 bitmap_find(const struct boot_bitmap *map, u64 start, u64 end, u64 nr, u64 align)
{
	while (start < end) {
		u64 set;

		start = bitmap_next_clear(map, start, end);
		start = ALIGN(start, align);
		if (start >= end || end - start < nr)
			return end;
		set = bitmap_next_set(map, start, start + nr);
		if (set == start + nr)
			return start;
		start = set + 1;
	}
	return end;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bitmap.c - bitmaps are made, and free frames, and runs of them, are found a word at a time.
 *
 * That it is a word at a time is counted where a word is read, and told by boot_stats(): the
 * functions of bitops.h, which do the same, do not count.
 */
#include "bitmap.h"
#include "../machine/meta.h"

int bitmap_init(struct machine *m, struct boot_bitmap *map, u64 start, u64 end)
{
	u64 *word = kcalloc(m, bitmap_words(start, end), sizeof(*word), GFP_KERNEL);

	if (!word)
		return -ENOMEM;
	*map = (struct boot_bitmap){
		.base = ALIGN_DOWN(start, WORD_BITS),
		.start = start,
		.end = end,
		.word = word,
	};
	return 0;
}

void bitmap_destroy(struct machine *m, struct boot_bitmap *map)
{
	kfree(m, map->word);
	*map = (struct boot_bitmap){0};
}

/* A search: it counts in a register, and the bitmap learns of it at the end. */
struct scan {
	const u64 *word;
	u64 words_read;
};

static inline u64 scan_word(struct scan *s, u64 i)
{
	s->words_read++;
	return s->word[i];
}

/* Lowest frame of [@start, @end) whose bit differs from those of @flip, all zeroes or all ones. */
static u64 bitmap_next(struct boot_bitmap *map, u64 start, u64 end, u64 flip)
{
	struct scan s = {.word = map->word};
	u64 i = (start - map->base) / WORD_BITS, last = (end - 1 - map->base) / WORD_BITS;
	u64 word;

	if (start >= end)
		return end;
	word = (scan_word(&s, i) ^ flip) & mask_from(start);
	while (!word && i < last)
		word = scan_word(&s, ++i) ^ flip;
	map->words_read += s.words_read;
	if (!word)
		return end;
	return min(map->base + i * WORD_BITS + (u64)__builtin_ctzll(word), end);
}

u64 bitmap_next_free(struct boot_bitmap *map, u64 start, u64 end)
{
	return bitmap_next(map, start, end, 0);
}

u64 bitmap_next_used(struct boot_bitmap *map, u64 start, u64 end)
{
	return bitmap_next(map, start, end, ~0ULL);
}

u64 bitmap_find_free_end(struct boot_bitmap *map, u64 start, u64 end)
{
	struct scan s = {.word = map->word};
	u64 first = (start - map->base) / WORD_BITS, i = (end - 1 - map->base) / WORD_BITS;
	u64 word;

	if (start >= end)
		return start;
	word = scan_word(&s, i) & mask_below(end);
	while (!word && i > first)
		word = scan_word(&s, --i);
	map->words_read += s.words_read;
	if (!word)
		return start;
	return max(map->base + i * WORD_BITS + (u64)fls64(word), start);
}

/*
 * Of the run of free frames in front of it, a taken one leaves nothing to begin at: the search goes
 * on behind it, at the next free one.
 */
u64 bitmap_find_run(struct boot_bitmap *map, u64 start, u64 end, u64 nr, u64 align)
{
	while (start < end) {
		u64 taken;

		start = bitmap_next_free(map, start, end);
		start = ALIGN(start, align);
		if (start >= end || end - start < nr)
			return end;
		taken = bitmap_next_used(map, start, start + nr);
		if (taken == start + nr)
			return start;
		start = taken + 1;
	}
	return end;
}

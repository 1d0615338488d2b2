/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bitmap.c - bitmaps: creation, and searches a word at a time.
 *
 * Each word is counted where it is read, for boot_stats(), so that a test can prove the cost. The
 * functions of bitops.h search as well, but do not count.
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

/* A search. It counts in a register, and adds to the bitmap's count at its end. */
struct scan {
	const u64 *word;
	u64 words_read;
};

static inline u64 scan_word(struct scan *s, u64 i)
{
	s->words_read++;
	return s->word[i];
}

/* Lowest frame of [@start, @end) whose bit is not that of @flip, which is all zeroes or all ones.
 */
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

/* A used frame rules out every start between the candidate and itself: continue after it. */
u64 bitmap_find_run(struct boot_bitmap *map, u64 start, u64 end, u64 nr, u64 align)
{
	while (start < end) {
		u64 used;

		start = bitmap_next_free(map, start, end);
		start = ALIGN(start, align);
		if (start >= end || end - start < nr)
			return end;
		used = bitmap_next_used(map, start, start + nr);
		if (used == start + nr)
			return start;
		start = used + 1;
	}
	return end;
}

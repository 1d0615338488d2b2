/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bitmap.h - a bit for each page frame of a range that starts and ends anywhere.
 *
 * A set bit is a free page. So a fresh bitmap, which is zeroed memory, has no free page, and the
 * words between the ranges of a node are never written: if the host allocates pages on their first
 * touch, a hole costs addresses, but no memory and no time.
 *
 * B1: bit 0 of the first word is @base, the multiple of WORD_BITS at or below @start.
 * B2: bits of the first and the last word that are outside of [@start, @end) are clear.
 *
 * Through B1, words begin at multiples of WORD_BITS of the frame number itself, and no operation
 * shifts words against each other. All arguments are frame numbers within [@start, @end], and so is
 * alignment. (In two of the four kinds of defects that these allocators had in history, an index
 * was taken for a frame number.)
 */
#ifndef MM_BOOT_BITMAP_H
#define MM_BOOT_BITMAP_H

#include "../machine/machine.h"
#include "../sched/bitops.h"

/**
 * struct boot_bitmap - all zero until bitmap_init()
 * @base:        B1
 * @start, @end: its frames
 * @word:        the bits
 * @words_read:  words that searches have read
 */
struct boot_bitmap {
	u64 base;
	u64 start, end;
	u64 *word;
	u64 words_read;
};

/** bitmap_words() - number of words of a bitmap of frames [@start, @end) */
static inline u64 bitmap_words(u64 start, u64 end)
{
	return BITS_TO_WORDS(end - ALIGN_DOWN(start, WORD_BITS));
}

/** bitmap_init() - make a bitmap without a free page, untouched. Return: 0 or -ENOMEM */
int bitmap_init(struct machine *m, struct boot_bitmap *map, u64 start, u64 end);

/** bitmap_destroy() - free the words; an uninitialised bitmap is allowed */
void bitmap_destroy(struct machine *m, struct boot_bitmap *map);

/** bitmap_bytes() - size of the words */
static inline u64 bitmap_bytes(const struct boot_bitmap *map)
{
	return map->word ? bitmap_words(map->start, map->end) * sizeof(*map->word) : 0;
}

/** bitmap_test() - is @pfn free? */
static inline bool bitmap_test(const struct boot_bitmap *map, u64 pfn)
{
	return test_bit(map->word, pfn - map->base);
}

/** bitmap_test_counted() - bitmap_test() that counts as a word read */
static inline bool bitmap_test_counted(struct boot_bitmap *map, u64 pfn)
{
	map->words_read++;
	return bitmap_test(map, pfn);
}

/** bitmap_mark_free(), bitmap_mark_used() - set or clear the bits of [@start, @end) */
static inline void bitmap_mark_free(struct boot_bitmap *map, u64 start, u64 end)
{
	set_range(map->word, start - map->base, end - start);
}

static inline void bitmap_mark_used(struct boot_bitmap *map, u64 start, u64 end)
{
	clear_range(map->word, start - map->base, end - start);
}

/** bitmap_next_free(), bitmap_next_used() - lowest such frame of [@start, @end), or @end */
u64 bitmap_next_free(struct boot_bitmap *map, u64 start, u64 end);
u64 bitmap_next_used(struct boot_bitmap *map, u64 start, u64 end);

/** bitmap_find_free_end() - 1 + the highest free frame of [@start, @end), or @start */
u64 bitmap_find_free_end(struct boot_bitmap *map, u64 start, u64 end);

/**
 * bitmap_find_run() - find the lowest run of free frames
 * @map:         the bitmap
 * @start, @end: the run lies within [@start, @end)
 * @nr:          its length, from 1
 * @align:       its first frame number is a multiple of this power of two
 *
 * Each word is read once, and twice more for each run that begins in it and is too short.
 *
 * Return: the first frame, or @end if there is no run.
 */
u64 bitmap_find_run(struct boot_bitmap *map, u64 start, u64 end, u64 nr, u64 align);

#endif

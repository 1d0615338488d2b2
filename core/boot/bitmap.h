/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bitmap.h - a bit for each page frame of a range that starts and ends anywhere.
 *
 * A set bit is a free page. So a fresh bitmap, which is zeroed memory, has none, and nobody has to
 * write to what lies between the ranges of a node: where the host gives zeroed pages at their
 * first touch, a hole costs addresses, and no memory and no time.
 *
 * B1: bit 0 of the first word is @base, the multiple of WORD_BITS at or below @start. So words
 * begin at multiples of WORD_BITS of the frame number itself, whatever @start is, and no operation
 * has to shift words against each other.
 * B2: bits of the first and the last word that are outside of [@start, @end) are clear.
 *
 * All arguments are frame numbers within [@start, @end], never indices: so is alignment.
 */
#ifndef MM_BOOT_BITMAP_H
#define MM_BOOT_BITMAP_H

#include "../machine/machine.h"
#include "../sched/bitops.h"

/**
 * struct boot_bitmap - zero-initialised; or made
 * @base:        B1
 * @start, @end: the frames that it has
 * @word:        NULL: not made
 * @words_read:      words that searches have read, each as often as it was
 */
struct boot_bitmap {
	u64 base;
	u64 start, end;
	u64 *word;
	u64 words_read;
};

/** bitmap_words() - of a bitmap of frames [@start, @end) */
static inline u64 bitmap_words(u64 start, u64 end)
{
	return BITS_TO_WORDS(end - ALIGN_DOWN(start, WORD_BITS));
}

/** bitmap_init() - no page is free. Return: 0 or -ENOMEM. No word of it is touched */
int bitmap_init(struct machine *m, struct boot_bitmap *map, u64 start, u64 end);

/** bitmap_destroy() - give its words back; one that was not made is allowed */
void bitmap_destroy(struct machine *m, struct boot_bitmap *map);

/** bitmap_bytes() - of its words */
static inline u64 bitmap_bytes(const struct boot_bitmap *map)
{
	return map->word ? bitmap_words(map->start, map->end) * sizeof(*map->word) : 0;
}

/** bitmap_test() - is @pfn free? */
static inline bool bitmap_test(const struct boot_bitmap *map, u64 pfn)
{
	return test_bit(map->word, pfn - map->base);
}

/** bitmap_test_counted() - the same for a search, which counts it */
static inline bool bitmap_test_counted(struct boot_bitmap *map, u64 pfn)
{
	map->words_read++;
	return bitmap_test(map, pfn);
}

/** bitmap_mark_free(), bitmap_mark_used() - frames of [@start, @end) become free, or are not any
 * more */
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

/** bitmap_find_free_end() - behind the highest free frame of [@start, @end); @start: there is none
 */
u64 bitmap_find_free_end(struct boot_bitmap *map, u64 start, u64 end);

/**
 * bitmap_find_run() - the lowest @nr free frames in a row
 * @start, @end: all of them in here
 * @nr:          from 1
 * @align:       the first frame number is a multiple of this power of two
 *
 * It looks at each word once, and twice more for each run that begins in it and proves too short.
 *
 * Return: the first, or @end: there are none.
 */
u64 bitmap_find_run(struct boot_bitmap *map, u64 start, u64 end, u64 nr, u64 align);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bitmap.h - a bit for each page frame of a range that starts and ends anywhere.
 *
 * M1: bit 0 of the first word is @base, the multiple of WORD_BITS at or below @start. So words
 * begin at multiples of WORD_BITS of the frame number itself, whatever @start is, and no operation
 * has to shift words against each other.
 * M2: bits of the first and the last word that are outside of [@start, @end) are set.
 *
 * All arguments are frame numbers within [@start, @end], never indices: so is alignment.
 */
#ifndef MM_BOOT_BITMAP_H
#define MM_BOOT_BITMAP_H

#include "../machine/machine.h"
#include "../sched/bitops.h"

/**
 * struct boot_bitmap - zero-initialised; or made
 * @base:        M1
 * @start, @end: the frames that it has
 * @word:        NULL: not made
 */
struct boot_bitmap {
	u64 base;
	u64 start, end;
	u64 *word;
};

/** bitmap_words() - of a bitmap of frames [@start, @end) */
static inline u64 bitmap_words(u64 start, u64 end)
{
	return BITS_TO_WORDS(end - ALIGN_DOWN(start, WORD_BITS));
}

/** bitmap_make() - all bits clear. Return: 0 or -ENOMEM. It costs one zeroing of its words */
int bitmap_make(struct machine *m, struct boot_bitmap *map, u64 start, u64 end);

/** bitmap_drop() - give its words back; one that was not made is allowed */
void bitmap_drop(struct machine *m, struct boot_bitmap *map);

/** bitmap_bytes() - of its words */
static inline u64 bitmap_bytes(const struct boot_bitmap *map)
{
	return map->word ? bitmap_words(map->start, map->end) * sizeof(*map->word) : 0;
}

/** bitmap_test() - is the bit of @pfn set? */
static inline bool bitmap_test(const struct boot_bitmap *map, u64 pfn)
{
	return test_bit(map->word, pfn - map->base);
}

/** bitmap_set(), bitmap_clear() - bits of [@start, @end) */
static inline void bitmap_set(struct boot_bitmap *map, u64 start, u64 end)
{
	set_range(map->word, start - map->base, end - start);
}

static inline void bitmap_clear(struct boot_bitmap *map, u64 start, u64 end)
{
	clear_range(map->word, start - map->base, end - start);
}

/** bitmap_next_set(), bitmap_next_clear() - lowest such bit of [@start, @end), or @end */
static inline u64 bitmap_next_set(const struct boot_bitmap *map, u64 start, u64 end)
{
	return map->base + find_next_bit(map->word, end - map->base, start - map->base);
}

static inline u64 bitmap_next_clear(const struct boot_bitmap *map, u64 start, u64 end)
{
	return map->base + find_next_zero_bit(map->word, end - map->base, start - map->base);
}

/**
 * bitmap_find() - the lowest @nr clear bits in a row
 * @start, @end: all of them in here
 * @nr:          from 1
 * @align:       the first frame number is a multiple of this power of two
 *
 * It looks at each word once, and once more for each run that begins in it and proves too short.
 *
 * Return: the first, or @end: there are none.
 */
u64 bitmap_find(const struct boot_bitmap *map, u64 start, u64 end, u64 nr, u64 align);

#endif

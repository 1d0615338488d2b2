/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bitops.h - bitmaps of 64-bit words: find the next bit, set and clear ranges.
 *
 * All offsets are in bits. A search looks at no word behind the one that holds its last bit,
 * and returns the end of the range that it was given when there is nothing to be found.
 */
#ifndef MM_PERCPU_BITOPS_H
#define MM_PERCPU_BITOPS_H

#include "../sched/types.h"

#define WORD_BITS 64u
#define BITS_TO_WORDS(n) DIV_ROUND_UP(n, WORD_BITS)

/* Ones from bit @n of a word upwards, and below bit @n; @n is taken modulo the word. */
static inline u64 mask_from(u32 n)
{
	return ~0ULL << (n % WORD_BITS);
}

static inline u64 mask_below(u32 n)
{
	return ~0ULL >> (-n % WORD_BITS);
}

static inline bool test_bit(const u64 *map, u32 bit)
{
	return map[bit / WORD_BITS] >> (bit % WORD_BITS) & 1;
}

static inline void set_bit(u64 *map, u32 bit)
{
	map[bit / WORD_BITS] |= BIT_ULL(bit % WORD_BITS);
}

/* Lowest bit of [@start, @end) that differs from those of @flip (all zeroes or all ones). */
static inline u32 find_next(const u64 *map, u32 end, u32 start, u64 flip)
{
	u32 i = start / WORD_BITS;
	u64 word;

	if (unlikely(start >= end))
		return end;
	word = (map[i] ^ flip) & mask_from(start);
	while (!word) {
		if (++i * WORD_BITS >= end)
			return end;
		word = map[i] ^ flip;
	}
	start = i * WORD_BITS + (u32)__builtin_ctzll(word);
	return min(start, end);
}

static inline u32 find_next_bit(const u64 *map, u32 end, u32 start)
{
	return find_next(map, end, start, 0);
}

static inline u32 find_next_zero_bit(const u64 *map, u32 end, u32 start)
{
	return find_next(map, end, start, ~0ULL);
}

/* Where the run of zeroes that ends at @end begins, not below @start. */
static inline u32 find_zero_start(const u64 *map, u32 start, u32 end)
{
	u32 i;
	u64 word;

	if (start >= end)
		return end;
	i = (end - 1) / WORD_BITS;
	word = map[i] & mask_below(end);
	while (!word) {
		if (i * WORD_BITS <= start)
			return start;
		word = map[--i];
	}
	return max(start, i * WORD_BITS + (u32)fls64(word));
}

static inline void set_range(u64 *map, u32 start, u32 nr)
{
	u32 i = start / WORD_BITS, last;

	if (!nr)
		return;
	last = (start + nr - 1) / WORD_BITS;
	if (i == last) {
		map[i] |= mask_from(start) & mask_below(start + nr);
		return;
	}
	map[i] |= mask_from(start);
	while (++i < last)
		map[i] = ~0ULL;
	map[last] |= mask_below(start + nr);
}

static inline void clear_range(u64 *map, u32 start, u32 nr)
{
	u32 i = start / WORD_BITS, last;

	if (!nr)
		return;
	last = (start + nr - 1) / WORD_BITS;
	if (i == last) {
		map[i] &= ~(mask_from(start) & mask_below(start + nr));
		return;
	}
	map[i] &= ~mask_from(start);
	while (++i < last)
		map[i] = 0;
	map[last] &= ~mask_below(start + nr);
}

#endif

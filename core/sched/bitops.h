/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bitops.h - bitmaps of 64-bit words: find bits and runs of zeroes, set and clear ranges.
 *
 * All offsets are in bits. A search reads no word after the one that holds its last bit, and
 * returns the end of its range if it finds nothing. Searches for runs of zeroes are for maps of
 * fewer than 2^32 bits, all other functions for any map.
 */
#ifndef MM_SCHED_BITOPS_H
#define MM_SCHED_BITOPS_H

#include "types.h"

#define WORD_BITS 64u
#define BITS_TO_WORDS(n) DIV_ROUND_UP(n, WORD_BITS)

/* Ones from bit @n of a word upwards, and below bit @n; @n is taken modulo the word. */
static inline u64 mask_from(u64 n)
{
	return ~0ULL << (n % WORD_BITS);
}

static inline u64 mask_below(u64 n)
{
	return ~0ULL >> (-n % WORD_BITS);
}

static inline bool test_bit(const u64 *map, u64 bit)
{
	return map[bit / WORD_BITS] >> (bit % WORD_BITS) & 1;
}

static inline void set_bit(u64 *map, u64 bit)
{
	map[bit / WORD_BITS] |= BIT_ULL(bit % WORD_BITS);
}

/* Lowest bit of [@start, @end) that differs from those of @flip (all zeroes or all ones). */
static inline u64 find_next(const u64 *map, u64 end, u64 start, u64 flip)
{
	u64 i = start / WORD_BITS;
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

static inline u64 find_next_bit(const u64 *map, u64 end, u64 start)
{
	return find_next(map, end, start, 0);
}

static inline u64 find_next_zero_bit(const u64 *map, u64 end, u64 start)
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

/*
 * Bit n of the result: @nr ones begin at bit n of @lo, which @hi follows; @nr is 1 to WORD_BITS.
 * In each step a run of @len ones that another one follows becomes a run of twice the length.
 */
static inline u64 runs_of_ones(u64 lo, u64 hi, u32 nr)
{
	u32 len = 1;

	for (; len * 2 <= nr; len *= 2) {
		lo &= lo >> len | hi << (WORD_BITS - len);
		hi &= hi >> len;
	}
	if (len < nr)
		lo &= lo >> (nr - len) | hi << (WORD_BITS - (nr - len));
	return lo;
}

/* The bits of a word that are multiples of @align, a power of two. */
static inline u64 aligned_bits(u32 align)
{
	static const u64 bits[] = {~0ULL,
				   0x5555555555555555,
				   0x1111111111111111,
				   0x0101010101010101,
				   0x0001000100010001,
				   0x0000000100000001,
				   1};

	return bits[min((u32)__builtin_ctz(align), (u32)ARRAY_SIZE(bits) - 1)];
}

/* find_zero_run() for runs that two words hold: all starts within a word are tried at once. */
static inline u32 find_short_zero_run(const u64 *map, u32 end, u32 start, u32 nr, u32 align)
{
	const u64 aligned = aligned_bits(align);
	u64 seen = mask_from(start);

	for (u32 i = start / WORD_BITS; i * WORD_BITS < end; i++, seen = ~0ULL) {
		u64 lo = ~map[i] & seen, hi;

		if (!(lo & aligned) || i * WORD_BITS % align >= WORD_BITS)
			continue;
		hi = (i + 1) * WORD_BITS < end ? ~map[i + 1] : 0;
		lo = runs_of_ones(lo, hi, nr) & aligned;
		if (lo) {
			start = i * WORD_BITS + (u32)__builtin_ctzll(lo);
			return start + nr <= end ? start : end;
		}
	}
	return end;
}

/* And for longer ones: these reach the end of a word, so others need not be looked at. */
static inline u32 find_long_zero_run(const u64 *map, u32 end, u32 start, u32 nr, u32 align)
{
	u64 unseen = ~mask_from(start);
	u32 run = start, run_end;

	for (u32 i = start / WORD_BITS; i * WORD_BITS < end; i++, unseen = 0) {
		u64 word = map[i] | unseen;

		run_end = i * WORD_BITS + (word ? (u32)__builtin_ctzll(word) : WORD_BITS);
		if (ALIGN(run, align) + nr <= min(run_end, end))
			return ALIGN(run, align);
		if (word)
			run = i * WORD_BITS + (u32)fls64(word);
	}
	return end;
}

/* Where the first @nr zeroes in [@start, @end) begin, at a multiple of @align. */
static inline u32 find_zero_run(const u64 *map, u32 end, u32 start, u32 nr, u32 align)
{
	return nr <= WORD_BITS ? find_short_zero_run(map, end, start, nr, align)
			       : find_long_zero_run(map, end, start, nr, align);
}

/*
 * The longest run of zeroes in [@start, @end), the last one of several; @run receives where it
 * begins. Return: its length. Runs inside of a word are tried all at once, and only as far
 * as they beat the longest so far.
 */
static inline u32 longest_zero_run(const u64 *map, u32 end, u32 start, u32 *run)
{
	u32 best = 0, len = 0;
	u64 seen = mask_from(start);

	for (u32 i = start / WORD_BITS; i * WORD_BITS < end; i++, seen = ~0ULL) {
		u64 free = ~map[i] & seen, inner, starts;

		if ((i + 1) * WORD_BITS > end)
			free &= mask_below(end);
		if (!~free) {
			len += WORD_BITS;
			continue;
		}
		len += (u32)__builtin_ctzll(~free);
		if (len && len >= best) {
			best = len;
			*run = i * WORD_BITS + (u32)__builtin_ctzll(~free) - len;
		}
		len = (u32)__builtin_clzll(~free);
		inner = free & ~0ULL << __builtin_ctzll(~free) & ~0ULL >> len;
		starts = best < WORD_BITS ? runs_of_ones(inner, 0, max(best, 1u)) : 0;
		if (!starts)
			continue;
		for (best = max(best, 1u); starts & starts >> 1; best++)
			starts &= starts >> 1;
		*run = i * WORD_BITS + (u32)fls64(starts) - 1;
	}
	if (len && len >= best) {
		best = len;
		*run = end - len;
	}
	return best;
}

static inline void set_range(u64 *map, u64 start, u64 nr)
{
	u64 i = start / WORD_BITS, last;

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

static inline void clear_range(u64 *map, u64 start, u64 nr)
{
	u64 i = start / WORD_BITS, last;

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

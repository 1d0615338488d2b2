/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * access.c - write an object's pattern and read it back.
 *
 * The pattern of a word depends on the object's seed and on the word's place. So the check finds a
 * word that was copied from elsewhere in the same object, or left over from another.
 * If not all of an object is written, its size alone says which words are: the check needs no
 * memory of the write.
 *
 * Objects of less than a word, and the bytes after the last whole word of an object, are handled
 * byte by byte.
 */
#include "access.h"

#include "machine/pgtable.h"

#define WORD 4u
#define SAMPLES 4u

static u32 pattern(u64 seed, u64 word)
{
	u64 x = seed + (word + 1) * 0x9e3779b97f4a7c15ULL;

	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93ULL;
	return (u32)(x >> 29);
}

/* The words that are written of an object of @n words: first, last, and some between. */
static u64 sample(u64 n, unsigned int i)
{
	switch (i) {
	case 0:
		return 0;
	case 1:
		return n - 1;
	default:
		/* Both sides of the middle, and a place that moves with the size. */
		return n * ((i - 1) * 0x9e37 & 0xffff) >> 16;
	}
}

/**
 * struct view - an object's bytes in the host's memory
 * @m, @addr: where it lies in the machine
 * @page:     its first byte, if all of it lies in one page, which is translated once; or NULL
 */
struct view {
	struct machine *m;
	u64 addr;
	u8 *page;
};

static struct view view_of(struct machine *m, u64 addr, u64 size)
{
	const bool within = (addr & ~PAGE_MASK) + size <= PAGE_SIZE;

	return (struct view){
		.m = m, .addr = addr, .page = within ? mem_address(m, addr, size) : NULL};
}

static void *bytes_at(const struct view *v, u64 offset, size_t len)
{
	return v->page ? v->page + offset : mem_address(v->m, v->addr + offset, len);
}

/* Words [@first, @first + @n) of an object, translated once a page. */
static void fill_words(struct machine *m, u64 addr, u64 seed, u64 first, u64 n)
{
	while (n) {
		u64 at = addr + first * WORD;
		u64 len = min(n, (PAGE_SIZE - (at & ~PAGE_MASK)) / WORD);
		volatile u32 *word = mem_address(m, at, len * WORD);

		for (u64 i = 0; i < len; i++)
			word[i] = pattern(seed, first + i);
		first += len;
		n -= len;
	}
}

static __noreturn void report_word(u64 addr, u64 word, u32 found, u32 expected)
{
	mm_report(ORACLE_CONTENTS, "object at 0x%llx, byte %llu: found 0x%08x, expected 0x%08x",
		  addr, word * WORD, found, expected);
}

static void check_words(struct machine *m, u64 addr, u64 seed, u64 first, u64 n)
{
	while (n) {
		u64 at = addr + first * WORD;
		u64 len = min(n, (PAGE_SIZE - (at & ~PAGE_MASK)) / WORD);
		const volatile u32 *word = mem_address(m, at, len * WORD);

		for (u64 i = 0; i < len; i++) {
			u32 found = word[i], expected = pattern(seed, first + i);

			if (unlikely(found != expected))
				report_word(addr, first + i, found, expected);
		}
		first += len;
		n -= len;
	}
}

static void fill_tail(const struct view *v, u64 size, u64 seed)
{
	for (u64 i = size & ~(u64)(WORD - 1); i < size; i++)
		*(volatile u8 *)bytes_at(v, i, 1) = (u8)pattern(seed, i);
}

static void check_tail(const struct view *v, u64 size, u64 seed)
{
	for (u64 i = size & ~(u64)(WORD - 1); i < size; i++) {
		u8 found = *(const volatile u8 *)bytes_at(v, i, 1);

		MM_CHECK(found == (u8)pattern(seed, i), CONTENTS,
			 "object at 0x%llx, byte %llu: found 0x%02x, expected 0x%02x", v->addr, i,
			 found, (u8)pattern(seed, i));
	}
}

void access_fill(struct machine *m, u64 addr, u64 size, u64 seed, bool whole)
{
	const struct view v = view_of(m, addr, size);
	const u64 n = size / WORD;

	if (whole || n <= SAMPLES)
		fill_words(m, addr, seed, 0, n);
	else
		for (unsigned int i = 0; i < SAMPLES; i++)
			*(volatile u32 *)bytes_at(&v, sample(n, i) * WORD, WORD) =
				pattern(seed, sample(n, i));
	fill_tail(&v, size, seed);
}

static void check_sample(const struct view *v, u64 seed, u64 word)
{
	const u32 found = *(const volatile u32 *)bytes_at(v, word * WORD, WORD);

	if (unlikely(found != pattern(seed, word)))
		report_word(v->addr, word, found, pattern(seed, word));
}

void access_check(struct machine *m, u64 addr, u64 size, u64 seed, bool whole)
{
	const struct view v = view_of(m, addr, size);
	const u64 n = size / WORD;

	if (whole || n <= SAMPLES)
		check_words(m, addr, seed, 0, n);
	else
		for (unsigned int i = 0; i < SAMPLES; i++)
			check_sample(&v, seed, sample(n, i));
	check_tail(&v, size, seed);
}

static void check_zero_byte(const struct view *v, u64 i)
{
	u8 found = *(const volatile u8 *)bytes_at(v, i, 1);

	MM_CHECK(!found, ZERO, "new object at 0x%llx, byte %llu: found 0x%02x, expected 0", v->addr,
		 i, found);
}

static void check_zero_word(const struct view *v, u64 word)
{
	u32 found = *(const volatile u32 *)bytes_at(v, word * WORD, WORD);

	MM_CHECK(!found, ZERO, "new object at 0x%llx, byte %llu: found 0x%08x, expected 0", v->addr,
		 word * WORD, found);
}

void access_check_zero(struct machine *m, u64 addr, u64 size, u64 seed)
{
	const struct view v = view_of(m, addr, size);
	const u64 n = size / WORD;

	if (size <= 64) {
		for (u64 i = 0; i < n; i++)
			check_zero_word(&v, i);
	} else {
		for (unsigned int i = 0; i < SAMPLES; i++)
			check_zero_word(&v, sample(n, i));
		/* One word that differs from object to object. */
		check_zero_word(&v, pattern(seed, 0) % n);
	}
	for (u64 i = n * WORD; i < size; i++)
		check_zero_byte(&v, i);
}

void access_write64(struct machine *m, u64 addr, u64 value)
{
	*(volatile u64 *)mem_address(m, addr, sizeof(u64)) = value;
}

u64 access_read64(struct machine *m, u64 addr)
{
	return *(const volatile u64 *)mem_address(m, addr, sizeof(u64));
}

u64 access_frame64(struct machine *m, const struct page *page, u32 word)
{
	return ((const volatile u64 *)page_address(m, page))[word];
}

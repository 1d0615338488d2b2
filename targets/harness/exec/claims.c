/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * claims.c - a word for each page, a bit for each grain; see claims.h.
 *
 * The memory is reserved for all addresses and touched where objects lie. Relaxed order suffices:
 * an address passes from one object to the next through the allocator, which orders the two, or
 * which has the defect that is looked for.
 */
#define _GNU_SOURCE
#include "claims.h"

#include <string.h>
#include <sys/mman.h>

/* The page is part of an object of whole pages. */
#define CLAIM_WHOLE (1U << 31)

#define GRAINS (PAGE_SIZE / CLAIM_GRAIN)
#define GRAIN_WORDS (GRAINS / 64)

static void *reserve(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static void region_free(struct claim_region *r)
{
	if (r->page)
		munmap(r->page, r->room * sizeof(*r->page));
	if (r->grain)
		munmap(r->grain, r->room * GRAIN_WORDS * sizeof(*r->grain));
	memset(r, 0, sizeof(*r));
}

static int region_prepare(struct claim_region *r, u64 start, u64 pages)
{
	if (pages > r->room) {
		region_free(r);
		r->room = pages;
		r->page = reserve(pages * sizeof(*r->page));
		r->grain = reserve(pages * GRAIN_WORDS * sizeof(*r->grain));
		if (!r->page || !r->grain)
			return -ENOMEM;
	}
	r->start = start;
	r->pages = pages;
	return 0;
}

int claims_prepare(struct claims *c, const struct machine *m)
{
	const struct machine_config *cfg = machine_config(m);
	const struct topology *t = &cfg->topology;
	u64 frames = 0;
	int err;

	for (u32 i = 0; i < t->nr_ranges; i++)
		frames = max(frames, t->range[i].start + t->range[i].nr);
	err = region_prepare(&c->region[0], cfg->kva_start, cfg->kva_size >> PAGE_SHIFT);
	return err ? err : region_prepare(&c->region[1], direct_map_start(m), frames);
}

void claims_free(struct claims *c)
{
	for (u32 i = 0; i < ARRAY_SIZE(c->region); i++)
		region_free(&c->region[i]);
}

/* The region that has all of these bytes, or NULL. */
static struct claim_region *region_of(struct claims *c, u64 addr, u64 size)
{
	for (u32 i = 0; i < ARRAY_SIZE(c->region); i++) {
		struct claim_region *r = &c->region[i];
		const u64 bytes = r->pages << PAGE_SHIFT;

		if (addr - r->start < bytes && size <= bytes - (addr - r->start))
			return r;
	}
	return NULL;
}

/* The bits of word @word that belong to grains [@first, @end). */
static u64 bits_of(u64 word, u64 first, u64 end)
{
	u64 mask = ~0ULL;

	if (word == first / 64)
		mask &= ~0ULL << first % 64;
	if (word == (end - 1) / 64)
		mask &= ~0ULL >> (63 - (end - 1) % 64);
	return mask;
}

/* Return: the number of the first grain that is claimed already, or @end. */
static u64 take_grains(struct claim_region *r, u64 first, u64 end)
{
	for (u64 w = first / 64; w <= (end - 1) / 64; w++) {
		const u64 mask = bits_of(w, first, end);
		const u64 old = __atomic_fetch_or(&r->grain[w], mask, __ATOMIC_RELAXED) & mask;

		if (unlikely(old))
			return w * 64 + (u64)__builtin_ctzll(old);
	}
	return end;
}

static u64 take_part(struct claim_region *r, u64 offset, u64 size)
{
	const u64 first = offset / CLAIM_GRAIN, end = DIV_ROUND_UP(offset + size, CLAIM_GRAIN);
	u64 taken = take_grains(r, first, end);

	if (unlikely(taken != end))
		return r->start + taken * CLAIM_GRAIN;
	for (u64 p = offset >> PAGE_SHIFT; p <= (offset + size - 1) >> PAGE_SHIFT; p++)
		if (unlikely(__atomic_add_fetch(&r->page[p], 1, __ATOMIC_RELAXED) & CLAIM_WHOLE))
			return r->start + (p << PAGE_SHIFT);
	return 0;
}

static u64 take_pages(struct claim_region *r, u64 offset, u64 size)
{
	for (u64 p = offset >> PAGE_SHIFT; p < (offset + size) >> PAGE_SHIFT; p++) {
		u32 none = 0;

		if (unlikely(!__atomic_compare_exchange_n(&r->page[p], &none, CLAIM_WHOLE, false,
							  __ATOMIC_RELAXED, __ATOMIC_RELAXED)))
			return r->start + (p << PAGE_SHIFT);
	}
	return 0;
}

u64 claims_take(struct claims *c, u64 addr, u64 size, bool whole)
{
	struct claim_region *r = region_of(c, addr, size);

	if (unlikely(!r))
		return addr;
	return whole ? take_pages(r, addr - r->start, size) : take_part(r, addr - r->start, size);
}

void claims_give(struct claims *c, u64 addr, u64 size, bool whole)
{
	struct claim_region *r = region_of(c, addr, size);
	const u64 offset = addr - r->start;
	const u64 first = offset / CLAIM_GRAIN, end = DIV_ROUND_UP(offset + size, CLAIM_GRAIN);

	if (whole) {
		for (u64 p = offset >> PAGE_SHIFT; p < (offset + size) >> PAGE_SHIFT; p++)
			__atomic_store_n(&r->page[p], 0, __ATOMIC_RELAXED);
		return;
	}
	for (u64 p = offset >> PAGE_SHIFT; p <= (offset + size - 1) >> PAGE_SHIFT; p++)
		__atomic_sub_fetch(&r->page[p], 1, __ATOMIC_RELAXED);
	for (u64 w = first / 64; w <= (end - 1) / 64; w++)
		__atomic_fetch_and(&r->grain[w], ~bits_of(w, first, end), __ATOMIC_RELAXED);
}

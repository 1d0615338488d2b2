/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot.c - boot memory: page frames that are in use before there is a page allocator.
 *
 * A machine with boot memory starts with all of its frames in use and none to allocate. Whoever
 * manages them until then hands them over, in blocks or one by one, and each becomes a free frame
 * as on any machine. What is never handed over stays boot memory until the next boot.
 *
 * Who owns a frame is a bit, so that boot, hand-over and search go by words of 64 frames: a block
 * beyond the used part of its range costs as many writes as it has words, unless a sanitizer is to
 * hear of each frame. struct page of a frame of
 * boot memory is made when somebody looks at it; these frames have a second bit, to find them
 * again.
 *
 * Free frames are where the page allocator expects them: beyond the used part of their range if
 * they can be, then they are handed out lowest first; on the free list if the used part has grown
 * over them while they were boot memory.
 *
 * Invariants, for each frame i of a machine with boot memory:
 *   !handed => on no free list, and page[i].count >= 1 if shown, else 0
 *   handed => as page.c says of a frame of any machine
 *   nr_given == number of frames that are handed
 * On other machines, and between runs: neither handed nor shown.
 */
#include <string.h>

#include "internal.h"

#define WORD_FRAMES 64
#define for_each_shown(m, i, first, end)                                                           \
	for ((i) = next_bit((m)->shown, (first), (end)); (i) < (end);                              \
	     (i) = next_bit((m)->shown, (i) + 1, (end)))

const char boot_memory_owner[] = "boot memory";

/* Of the word that holds bit @i: bits from @i on, and before @end. */
static u64 word_mask(u32 i, u32 end)
{
	u64 mask = ~0ULL << i % WORD_FRAMES;
	u32 left = end - (i - i % WORD_FRAMES);

	return left < WORD_FRAMES ? mask & (BIT_ULL(left) - 1) : mask;
}

/* Where the next word begins. */
static u32 word_next(u32 i)
{
	return (i | (WORD_FRAMES - 1)) + 1;
}

static bool has_bit(const u64 *map, u32 i)
{
	return hw_read(&map[i / WORD_FRAMES]) >> i % WORD_FRAMES & 1;
}

static bool bootframe_owns(const struct machine *m, u32 i)
{
	return m->cfg.boot_memory && !has_bit(m->handed, i);
}

/* The lowest frame from @i on, before @end, whose bit is set; or @end. */
static u32 next_bit(const u64 *map, u32 i, u32 end)
{
	for (; i < end; i = word_next(i)) {
		u64 word = map[i / WORD_FRAMES] & word_mask(i, end);

		if (word)
			return i - i % WORD_FRAMES + (u32)__builtin_ctzll(word);
	}
	return end;
}

/* The highest frame before @i, from @low on, whose bit of handed is as in @bits; or NO_FRAME. */
static u32 last_before(const struct machine *m, u32 low, u32 i, u64 bits)
{
	while (i > low) {
		u32 start = (i - 1) - (i - 1) % WORD_FRAMES;
		u64 word = ~(m->handed[start / WORD_FRAMES] ^ bits);

		word &= word_mask(max(start, low), i);
		if (word)
			return start + (u32)fls64(word) - 1;
		i = start;
	}
	return NO_FRAME;
}

/* The highest frame before @i, from @low on, that was handed over; or NO_FRAME. */
u32 bootframe_handed_before(const struct machine *m, u32 low, u32 i)
{
	return last_before(m, low, i, ~0ULL);
}

/*
 * A run of @nr frames of a range is to begin at its frame @at. Return: @at, or the lowest frame
 * behind it that the boot memory there leaves to try.
 */
u64 bootframe_search(const struct machine *m, const struct frame_range *r, u64 at, u64 nr)
{
	u32 first = r->first + (u32)at;
	u32 boot = last_before(m, first, first + (u32)nr, 0);

	if (boot == NO_FRAME)
		return at;
	return next_bit(m->handed, boot + 1, r->first + r->nr) - r->first;
}

/* The lowest frame of a node that was handed over and never used, or NO_FRAME. */
u32 bootframe_take(struct machine *m, struct node *n)
{
	for (; n->range >= 0; n->range = m->range[n->range].next) {
		struct frame_range *r = &m->range[n->range];
		u32 end = r->first + r->nr;
		u32 i = next_bit(m->handed, r->first + r->used, end);

		if (i == end)
			continue;
		r->used = i + 1 - r->first;
		page_init(m, r, i);
		m->frame[i].freed = 0;
		return i;
	}
	return NO_FRAME;
}

bool bootframe_show(struct machine *m, u32 i)
{
	struct page *page = &m->page[i];

	if (!bootframe_owns(m, i))
		return false;
	if (has_bit(m->shown, i))
		return true;
	m->shown[i / WORD_FRAMES] |= BIT_ULL(i % WORD_FRAMES);
	page_init(m, frame_range_of(m, i), i);
	page->owner = boot_memory_owner;
	page->ticket = 0;
	page->private = 0;
	m->frame[i].zero = false;
	hw_write(&page->count, 1);
	return true;
}

bool bootframe_look(struct machine *m, u32 i)
{
	bool boot = bootframe_owns(m, i);

	if (boot) {
		hw_lock(&m->page_lock);
		boot = bootframe_show(m, i);
		hw_unlock(&m->page_lock);
	}
	return boot;
}

/* If there is more to say of a frame without references than that it is free. */
void bootframe_report(struct machine *m, enum oracle oracle, u32 i, const char *what)
{
	const struct page *page = &m->page[i];

	if (bootframe_owns(m, i))
		mm_report(oracle, "%s page frame %llu, which is boot memory", what, page->pfn);
	if (has_bit(m->shown, i) && page->owner == boot_memory_owner)
		mm_report(oracle,
			  "%s page frame %llu, which is free: boot memory handed over in operation "
			  "ticket %llu",
			  what, page->pfn, m->frame[i].freed);
}

/* Frame @i is to be handed over, and is the page allocator's already. */
static __noreturn void report_given(struct machine *m, u32 i)
{
	const struct page *page = &m->page[i];

	page_init(m, frame_range_of(m, i), i);
	if (page->count > 0)
		mm_report(ORACLE_PAGE_FREE,
			  "hand-over of page frame %llu, which is in use: allocated by %s in "
			  "operation ticket %llu",
			  page->pfn, page->owner, page->ticket);
	mm_report(ORACLE_PAGE_FREE, "hand-over of page frame %llu, which is free already",
		  page->pfn);
}

/* Nothing is changed before all frames are known to be boot memory. Caller holds page_lock. */
static void check_boot(struct machine *m, u32 first, u32 end)
{
	u32 i;

	if (!m->cfg.boot_memory)
		report_given(m, first);
	i = next_bit(m->handed, first, end);
	if (i < end)
		report_given(m, i);
	for_each_shown(m, i, first, end)
		MM_CHECK(m->page[i].count == 1, PAGE_FREE,
			 "hand-over of page frame %llu, which has %d references", m->page[i].pfn,
			 m->page[i].count);
}

/* Somebody looked at frame @i, and may have written to it, while it was boot memory. */
static void give_shown(struct machine *m, u32 i, u64 ticket)
{
	m->page[i].count = 0;
	m->frame[i].freed = ticket;
	if (m->frame[i].contents == CONTENTS_LIVE)
		frame_retire(m, i);
}

/* Frames that the used part of their range has grown over: on the free list, lowest first. */
static void give_passed(struct machine *m, struct frame_range *r, u32 first, u32 end)
{
	u32 i;

	for (i = end; i-- > first;) {
		page_init(m, r, i);
		if (!has_bit(m->shown, i))
			m->page[i].owner = NULL;
		node_push(m, &m->node[r->nid], i);
	}
}

/* Caller holds page_lock; all are boot memory. */
static void give(struct machine *m, struct frame_range *r, u32 first, u32 end)
{
	struct node *n = &m->node[r->nid];
	u64 ticket = task_ticket();
	u32 i, used = r->first + r->used;

	for_each_shown(m, i, first, end) give_shown(m, i, ticket);
	for (i = first; i < end; i = word_next(i)) {
		u64 *word = &m->handed[i / WORD_FRAMES];

		hw_write(word, *word | word_mask(i, end));
	}
	hw_write(&m->nr_given, m->nr_given + (end - first));
	give_passed(m, r, first, min(end, used));
	if (end > used && (n->range < 0 || m->range[n->range].first > r->first))
		n->range = (int)(r - m->range);
	if (first < n->run_at + n->run_nr - 1)
		n->run_at = first < n->run_nr ? 0 : first - (u32)n->run_nr + 1;
}

void hand_over_pages(struct machine *m, u64 pfn, unsigned int order)
{
	const struct frame_range *r = range_of_pfn(m, pfn);
	u32 first;

	sched_point();
	MM_CHECK(r, PAGE_FREE, "hand-over of page frame %llu, which the machine does not have",
		 pfn);
	MM_CHECK(
		order < 32 && IS_ALIGNED(pfn, BIT_ULL(order)), PAGE_FREE,
		"hand-over of a block of order %u from page frame %llu on, which is not aligned to "
		"that",
		order, pfn);
	MM_CHECK(BIT_ULL(order) <= r->nr - (pfn - r->start), PAGE_FREE,
		 "hand-over of a block of order %u from page frame %llu on, beyond frame %llu, the "
		 "last of its range",
		 order, pfn, (r->start + r->nr - 1));
	first = r->first + (u32)(pfn - r->start);
	for (u32 i = 0; i < BIT_ULL(order); i++)
		san_release(&m->page[first + i]);
	hw_lock(&m->page_lock);
	check_boot(m, first, first + (u32)BIT_ULL(order));
	give(m, &m->range[r - m->range], first, first + (u32)BIT_ULL(order));
	hw_unlock(&m->page_lock);
}

/* Between runs: no frame is boot memory, none was handed over. */
void bootframe_sweep(struct machine *m)
{
	size_t words;
	u32 i;

	if (!m->nr_frames)
		return;
	for_each_shown(m, i, 0, m->nr_frames) m->page[i].count = 0;
	words = DIV_ROUND_UP(m->nr_frames, WORD_FRAMES);
	memset(m->shown, 0, words * sizeof(*m->shown));
	memset(m->handed, 0, words * sizeof(*m->handed));
}

enum page_owner page_owner(const struct machine *m, u64 pfn)
{
	const struct frame_range *r = range_of_pfn(m, pfn);
	u32 i;

	if (!r)
		return PAGE_OWNER_NONE;
	i = r->first + (u32)(pfn - r->start);
	if (bootframe_owns(m, i))
		return PAGE_OWNER_BOOT;
	return hw_read(&m->page[i].count) > 0 ? PAGE_OWNER_USER : PAGE_OWNER_FREE;
}

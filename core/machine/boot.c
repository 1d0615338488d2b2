/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot.c - boot memory: page frames that are in use before there is a page allocator.
 *
 * A machine with boot memory starts with all frames in use, reachable through the direct map, and
 * with none to allocate, for table pages either. A boot-time allocator hands frames over, in blocks
 * or one by one; from then on they are managed by the page allocator as on any machine. Frames that
 * are never handed over stay boot memory until the next boot, and are no leak: the statistics count
 * them, for an oracle that compares with the boot-time allocator's own counts.
 *
 * The owner of a frame is one bit, so boot, hand-over and search work on words of 64 frames: a
 * block beyond the used part of its range costs a write for each word. (Under a sanitizer each
 * frame is announced as well.) The struct page of a frame of boot memory is filled in when it is
 * first asked for; a second bit marks these frames as *materialized*.
 *
 * Handed-over frames beyond the used part of their range stay there, and are handed out lowest
 * first. Those that the used part has already grown past go on the free list.
 *
 * Invariants: M6 and M7 of internal.h. On a machine without boot memory, and between runs, both
 * bitmaps are clear.
 */
#include <string.h>

#include "internal.h"

#define WORD_FRAMES 64
#define for_each_materialized(m, i, first, end)                                                    \
	for ((i) = next_bit((m)->materialized, (first), (end)); (i) < (end);                       \
	     (i) = next_bit((m)->materialized, (i) + 1, (end)))

const char boot_memory_owner[] = "boot memory";

/* Mask of the bits [@i, @end) within the word that holds bit @i. */
static u64 word_mask(u32 i, u32 end)
{
	u64 mask = ~0ULL << i % WORD_FRAMES;
	u32 left = end - (i - i % WORD_FRAMES);

	return left < WORD_FRAMES ? mask & (BIT_ULL(left) - 1) : mask;
}

/* First bit of the next word. */
static u32 word_next(u32 i)
{
	return (i | (WORD_FRAMES - 1)) + 1;
}

static bool has_bit(const u64 *map, u32 i)
{
	return hw_load(&map[i / WORD_FRAMES]) >> i % WORD_FRAMES & 1;
}

bool frame_managed(const struct machine *m, u32 i)
{
	return !m->cfg.boot_memory || has_bit(m->handed_over, i);
}

bool bootframe_materialized(const struct machine *m, u32 i)
{
	return has_bit(m->materialized, i);
}

/* The lowest set bit of [@i, @end), or @end. */
static u32 next_bit(const u64 *map, u32 i, u32 end)
{
	for (; i < end; i = word_next(i)) {
		u64 word = map[i / WORD_FRAMES] & word_mask(i, end);

		if (word)
			return i - i % WORD_FRAMES + (u32)__builtin_ctzll(word);
	}
	return end;
}

/* The highest frame of [@low, @i) that is handed over, or that is not; or NO_FRAME. */
static u32 last_frame(const struct machine *m, u32 low, u32 i, bool handed_over)
{
	while (i > low) {
		u32 start = (i - 1) - (i - 1) % WORD_FRAMES;
		u64 word = m->handed_over[start / WORD_FRAMES] ^ (handed_over ? 0 : ~0ULL);

		word &= word_mask(max(start, low), i);
		if (word)
			return start + (u32)fls64(word) - 1;
		i = start;
	}
	return NO_FRAME;
}

/* The highest frame of [@low, @i) that is handed over, or NO_FRAME. */
u32 bootframe_prev_handed(const struct machine *m, u32 low, u32 i)
{
	return last_frame(m, low, i, true);
}

/*
 * May a run of @nr frames begin at frame @at of a range? Return: @at if there is no boot memory in
 * it, else the next frame of the range to try.
 */
u64 bootframe_next_start(const struct machine *m, const struct frame_range *r, u64 at, u64 nr)
{
	u32 first = r->first + (u32)at;
	u32 boot = last_frame(m, first, first + (u32)nr, false);

	if (boot == NO_FRAME)
		return at;
	return next_bit(m->handed_over, boot + 1, r->first + r->nr) - r->first;
}

/* Take the lowest frame of a node that is handed over and was never used, or NO_FRAME. */
u32 bootframe_alloc(struct machine *m, struct node *n)
{
	for (; n->range >= 0; n->range = m->range[n->range].next) {
		struct frame_range *r = &m->range[n->range];
		u32 end = r->first + r->nr;
		u32 i = next_bit(m->handed_over, r->first + r->used, end);

		if (i == end)
			continue;
		r->used = i + 1 - r->first;
		frame_init_page(m, r, i);
		m->frame[i].freed = 0;
		return i;
	}
	return NO_FRAME;
}

bool bootframe_get_locked(struct machine *m, u32 i)
{
	struct page *page = &m->page[i];

	hw_assert_held(&m->page_lock);
	if (frame_managed(m, i))
		return false;
	if (has_bit(m->materialized, i))
		return true;
	m->materialized[i / WORD_FRAMES] |= BIT_ULL(i % WORD_FRAMES);
	frame_init_page(m, range_of_frame(m, i), i);
	page->owner = boot_memory_owner;
	page->ticket = 0;
	page->private = 0;
	m->frame[i].zero = false;
	hw_store(&page->count, 1);
	return true;
}

bool bootframe_get(struct machine *m, u32 i)
{
	bool boot = !frame_managed(m, i);

	if (boot) {
		hw_lock(&m->page_lock);
		boot = bootframe_get_locked(m, i);
		hw_unlock(&m->page_lock);
	}
	return boot;
}

/* Report a use of a free frame, if the frame is or was boot memory. */
void bootframe_report_use(struct machine *m, enum oracle oracle, u32 i, const char *what)
{
	const struct page *page = &m->page[i];

	if (!frame_managed(m, i))
		mm_report(oracle, "%s page frame %llu, which is boot memory", what, page->pfn);
	if (has_bit(m->materialized, i) && page->owner == boot_memory_owner)
		mm_report(oracle,
			  "%s page frame %llu, which is free: boot memory handed over in operation "
			  "ticket %llu",
			  what, page->pfn, m->frame[i].freed);
}

/* Frame @i is to be handed over, but is managed already. */
static __noreturn void report_not_boot(struct machine *m, u32 i)
{
	const struct page *page = &m->page[i];

	frame_init_page(m, range_of_frame(m, i), i);
	if (page->count > 0)
		mm_report(ORACLE_PAGE_FREE,
			  "hand-over of page frame %llu, which is in use: allocated by %s in "
			  "operation ticket %llu",
			  page->pfn, page->owner, page->ticket);
	mm_report(ORACLE_PAGE_FREE, "hand-over of page frame %llu, which is free already",
		  page->pfn);
}

/* All frames of a block must be boot memory; checked before the first one changes. */
static void check_boot_frames(struct machine *m, u32 first, u32 end)
{
	u32 i;

	hw_assert_held(&m->page_lock);
	if (!m->cfg.boot_memory)
		report_not_boot(m, first);
	i = next_bit(m->handed_over, first, end);
	if (i < end)
		report_not_boot(m, i);
	for_each_materialized(m, i, first, end)
		MM_CHECK(m->page[i].count == 1, PAGE_FREE,
			 "hand-over of page frame %llu, which has %d references", m->page[i].pfn,
			 m->page[i].count);
}

/* A materialized frame may have been written to while it was boot memory. */
static void hand_over_materialized(struct machine *m, u32 i, u64 ticket)
{
	m->page[i].count = 0;
	m->frame[i].freed = ticket;
	if (m->frame[i].contents == CONTENTS_LIVE)
		frame_retire(m, i);
}

/* Put frames below the used part of their range on the free list, the lowest as its first. */
static void hand_over_below_used(struct machine *m, struct frame_range *r, u32 first, u32 end)
{
	u32 i;

	for (i = end; i-- > first;) {
		frame_init_page(m, r, i);
		if (!has_bit(m->materialized, i))
			m->page[i].owner = NULL;
		node_push_free(m, &m->node[r->nid], i);
	}
}

/* Make boot frames [@first, @end) of a range managed (M4, M6), and keep M8. */
static void hand_over_frames(struct machine *m, struct frame_range *r, u32 first, u32 end)
{
	struct node *n = &m->node[r->nid];
	u64 ticket = task_ticket();
	u32 i, used = r->first + r->used;

	hw_assert_held(&m->page_lock);
	for_each_materialized(m, i, first, end) hand_over_materialized(m, i, ticket);
	for (i = first; i < end; i = word_next(i)) {
		u64 *word = &m->handed_over[i / WORD_FRAMES];

		hw_store(word, *word | word_mask(i, end));
	}
	hw_store(&m->nr_managed, m->nr_managed + (end - first));
	hand_over_below_used(m, r, first, min(end, used));
	if (end > used && (n->range < 0 || m->range[n->range].first > r->first))
		n->range = (int)(r - m->range);
	if (first < n->run_at + n->run_nr - 1)
		n->run_at = first < n->run_nr ? 0 : first - (u32)n->run_nr + 1;
}

void hand_over_pages(struct machine *m, u64 pfn, unsigned int order)
{
	const struct frame_range *r = range_of_pfn(m, pfn);
	u32 first;

	sched_point_object(&m->page_lock, true);
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
	check_boot_frames(m, first, first + (u32)BIT_ULL(order));
	hand_over_frames(m, &m->range[r - m->range], first, first + (u32)BIT_ULL(order));
	hw_unlock(&m->page_lock);
}

/* Between runs: clear both bitmaps, and the counts of materialized frames. */
void bootframe_sweep(struct machine *m)
{
	size_t words;
	u32 i;

	if (!m->nr_frames)
		return;
	for_each_materialized(m, i, 0, m->nr_frames) m->page[i].count = 0;
	words = DIV_ROUND_UP(m->nr_frames, WORD_FRAMES);
	memset(m->materialized, 0, words * sizeof(*m->materialized));
	memset(m->handed_over, 0, words * sizeof(*m->handed_over));
}

enum page_owner page_owner(const struct machine *m, u64 pfn)
{
	const struct frame_range *r = range_of_pfn(m, pfn);
	u32 i;

	if (!r)
		return PAGE_OWNER_NONE;
	i = r->first + (u32)(pfn - r->start);
	if (!frame_managed(m, i))
		return PAGE_OWNER_BOOT;
	return hw_load(&m->page[i].count) > 0 ? PAGE_OWNER_USER : PAGE_OWNER_FREE;
}

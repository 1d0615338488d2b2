/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * contents.c - what is in a page frame: garbage, poison, and the check for writes after free.
 *
 * To fill and check 4 KiB costs more than all else that happens to a frame, and most frames of a
 * run are mapped and never touched. So a frame is filled and checked when the first pointer to its
 * bytes is handed out (page_address(), mem_address()):
 *
 *   UNKNOWN --first pointer: fill--> LIVE --last put_page(): fill with poison--> POISON
 *   POISON  --first pointer under the next owner: check that the poison is intact--> LIVE
 *   POISON  --machine_check_leaks(): check--> POISON
 *
 * No write is missed: without a pointer there is no write, and a write through an old pointer is
 * found even if the frame has a new owner by then, at that owner's first access or by
 * machine_check_leaks(), whichever is first. Poison and garbage are one pattern, different for each
 * frame, so a frame that was checked needs no second fill; poison stays from run to run.
 *
 * Under AddressSanitizer, a frame that is not LIVE is poisoned memory: the sanitizer reports the
 * write itself, the frame goes back to UNKNOWN, and ORACLE_PAGE_WRITE does not fire.
 *
 * On the host MMU a frame becomes LIVE when it is allocated, since a program may use an address
 * without asking for a pointer; and poison is kept under AddressSanitizer too, which does not see
 * writes through a mapping that was left.
 *
 * On a bare machine a frame is UNKNOWN or LIVE, and is filled only where zeroes are asked for.
 *
 * Invariants: M9 and M10 of internal.h. Between runs no frame is dirty or LIVE.
 */
#include "internal.h"

#define PAGE_WORDS (PAGE_SIZE / sizeof(u64))

static u64 frame_pattern(u32 i)
{
	return 0x5aa5f00d5aa5f00dULL ^ i * 0x9e3779b97f4a7c15ULL;
}

/* Loops instead of memset() and memcmp(): sanitizers intercept those in all code. */
__attribute__((no_sanitize_address)) static void frame_fill(u64 *word, u64 value)
{
	unsigned int i;

	for (i = 0; i < PAGE_WORDS; i++)
		word[i] = value;
}

__attribute__((no_sanitize_address)) static bool words_equal(const u64 *word, u64 value)
{
	u64 diff = 0;
	unsigned int i;

	for (i = 0; i < PAGE_WORDS; i++)
		diff |= word[i] ^ value;
	return !diff;
}

static u64 *frame_words(struct machine *m, u32 i)
{
	return frame_bytes(m, i);
}

static void frame_check_poison(struct machine *m, u32 i)
{
	const u8 *byte = (const u8 *)frame_words(m, i);
	const struct frame *f = &m->frame[i];
	u64 pattern = frame_pattern(i);
	unsigned int at;

	if (likely(words_equal(frame_words(m, i), pattern)))
		return;
	for (at = 0; byte[at] == (u8)(pattern >> at % 8 * 8); at++)
		;
	mm_report(ORACLE_PAGE_WRITE,
		  "page frame %llu was written to after it was freed: byte %u is 0x%02x; its user "
		  "was %s, until operation ticket %llu",
		  m->page[i].pfn, at, byte[at], f->user, f->user_freed);
}

/* Must the frame be filled? On the host MMU, a program may have written to boot memory by now. */
static bool wants_fill(struct machine *m, u32 i)
{
	if (m->host && m->page[i].owner == boot_memory_owner && host_touched(m, i))
		return false;
	return m->frame[i].contents == CONTENTS_UNKNOWN && !m->cfg.bare;
}

/* Make a frame in use LIVE, which it is not. */
void frame_make_live(struct machine *m, u32 i)
{
	struct frame *f = &m->frame[i];

	hw_assert_held(&m->page_lock);
	if (f->contents == CONTENTS_POISON)
		frame_check_poison(m, i);
	san_unpoison(frame_words(m, i), PAGE_SIZE);
	if (f->zero)
		frame_fill(frame_words(m, i), 0);
	else if (wants_fill(m, i))
		frame_fill(frame_words(m, i), frame_pattern(i));
	/* On the host MMU, what is written through a mapping would stay unknown here. */
	if (!f->zero && !m->host)
		san_mark_uninit(frame_words(m, i), PAGE_SIZE);
	f->user = m->page[i].owner;
	if (!f->dirty) {
		f->dirty = true;
		m->dirty[m->nr_dirty++] = i;
		announce_fresh(frame_words(m, i), PAGE_SIZE);
	}
	hw_store(&f->contents, CONTENTS_LIVE);
}

void *frame_materialize(struct machine *m, u32 i)
{
	hw_lock(&m->page_lock);
	if (unlikely(m->page[i].count <= 0) && !bootframe_get_locked(m, i))
		frame_report_free(m, ORACLE_FAULT, i, "access to");
	if (m->frame[i].contents != CONTENTS_LIVE)
		frame_make_live(m, i);
	hw_unlock(&m->page_lock);
	return frame_words(m, i);
}

/* A LIVE frame was freed: poison it. */
void frame_retire(struct machine *m, u32 i)
{
	struct frame *f = &m->frame[i];

	hw_assert_held(&m->page_lock);
	f->user_freed = f->freed;
	if (m->cfg.bare) {
		san_poison(frame_words(m, i), PAGE_SIZE);
		hw_store(&f->contents, CONTENTS_UNKNOWN);
		return;
	}
	san_poison(frame_words(m, i), PAGE_SIZE);
#ifdef MM_ASAN
	if (!m->host) {
		f->contents = CONTENTS_UNKNOWN;
		return;
	}
#endif
	frame_fill(frame_words(m, i), frame_pattern(i));
	hw_store(&f->contents, CONTENTS_POISON);
}

/* Check the poison of the frames that were freed in this run. */
void contents_check(struct machine *m)
{
	u32 i, live = 0;

	for (i = 0; i < m->nr_dirty; i++) {
		u32 n = m->dirty[i];

		if (m->frame[n].contents == CONTENTS_LIVE) {
			m->dirty[live++] = n;
			continue;
		}
		if (m->frame[n].contents == CONTENTS_POISON)
			frame_check_poison(m, n);
		m->frame[n].dirty = false;
	}
	m->nr_dirty = live;
}

/* Between runs: a frame that contents_check() did not check becomes UNKNOWN. */
void contents_sweep(struct machine *m)
{
	u32 i;

	for (i = 0; i < m->nr_dirty; i++) {
		struct frame *f = &m->frame[m->dirty[i]];

		if (f->contents == CONTENTS_LIVE)
			san_poison(frame_words(m, m->dirty[i]), PAGE_SIZE);
		f->contents = CONTENTS_UNKNOWN;
		f->dirty = false;
	}
	m->nr_dirty = 0;
}

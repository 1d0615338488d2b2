/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * contig.c - runs of page frames with consecutive numbers.
 *
 * First fit: the lowest run of the node, whether its frames were freed or never used. A search
 * examines a candidate place from its end: a frame in use rules out all places that contain it, so
 * the search skips most frames of a full stretch, and reads none more than twice. struct node
 * remembers where the last search ended: while memory only grows, the next search starts there and
 * fits at once.
 *
 * A run that is aligned past the used part of its range leaves a gap. The frames of the gap go on
 * the free list, lowest first, as if freed, with no owner.
 *
 * Invariant: M8 of internal.h. It also rules out longer runs and stricter alignments below @run_at.
 * Allocations keep it; freed and handed-over frames lower @run_at.
 */
#include "internal.h"

/* The lowest free run of a range at index @from or above, or NO_FRAME. */
static u32 range_find_run(const struct machine *m, const struct frame_range *r, u32 from, u64 nr,
			  u64 align)
{
	const struct page *page = m->page + r->first;
	u64 at = from > r->first ? from - r->first : 0;

	for (;;) {
		u64 seen;

		at = ALIGN(r->start + at, align) - r->start;
		if (at >= r->nr || nr > r->nr - at)
			return NO_FRAME;
		if (unlikely(m->cfg.boot_memory)) {
			u64 next = bootframe_next_start(m, r, at, nr);

			if (next > at) {
				at = next;
				continue;
			}
		}
		seen = min(at + nr, (u64)r->used);
		while (seen > at && !page[seen - 1].count)
			seen--;
		if (seen <= at)
			return r->first + at;
		at = seen;
	}
}

/* Find the lowest free run of a node. Return: its first index, or NO_FRAME. */
static u32 node_find_run(struct machine *m, struct node *n, u64 nr, u64 align)
{
	bool known = nr >= n->run_nr && align >= n->run_align;
	u32 from = known ? n->run_at : 0, i = NO_FRAME;
	int k;

	for (k = n->first; k >= 0 && i == NO_FRAME; k = m->range[k].next)
		if (from < m->range[k].first + m->range[k].nr)
			i = range_find_run(m, &m->range[k], from, nr, align);
	/* A search that skipped nothing keeps what is known of shorter runs. */
	if (!known || i != from) {
		n->run_nr = nr;
		n->run_align = align;
	}
	n->run_at = i == NO_FRAME ? m->nr_frames : i + nr;
	return i;
}

static bool frame_in_use(const struct machine *m, u64 i)
{
	return i >= m->nr_frames || m->page[i].count;
}

/*
 * M8: frame @i of node @n was freed, and may complete a run that begins below @run_at. A frame
 * between two frames in use completes no run of two or more: single frames that come and go below
 * @run_at must not send each search back to them.
 */
void node_lower_run_at(struct machine *m, struct node *n, u32 i)
{
	if (n->run_nr > 1 && frame_in_use(m, (u64)i - 1) && frame_in_use(m, i + 1ULL))
		return;
	n->run_at = i < n->run_nr ? 0 : i - n->run_nr + 1;
}

static void node_unlink(struct machine *m, struct node *n, u32 i)
{
	const struct frame *f = &m->frame[i];

	if (n->head == i)
		n->head = f->next;
	else
		m->frame[f->prev].next = f->next;
	if (f->next != NO_FRAME)
		m->frame[f->next].prev = f->prev;
}

/* The highest free frame of [@low, @i), none of which was used in this run; or NO_FRAME. */
static u32 prev_fresh(const struct machine *m, u32 low, u32 i)
{
	if (unlikely(m->cfg.boot_memory))
		return bootframe_prev_handed(m, low, i);
	return i > low ? i - 1 : NO_FRAME;
}

/* Grow the used part of a range to @used frames; the new frames below @from are free (M4). */
static void range_grow(struct machine *m, struct frame_range *r, u32 from, u32 used)
{
	u32 old = r->first + r->used, i;

	for (i = r->first + used; i > max(from, old);) {
		frame_init_page(m, r, --i);
		m->frame[i].freed = 0;
	}
	while ((i = prev_fresh(m, old, i)) != NO_FRAME) {
		frame_init_page(m, r, i);
		m->frame[i].freed = 0;
		m->page[i].owner = NULL;
		node_push_free(m, &m->node[r->nid], i);
	}
	r->used = used;
}

/* Allocate a run of node @nid itself. Return: index of the first frame, or NO_FRAME. */
static u32 node_alloc_run(struct machine *m, unsigned int nid, u64 nr, u64 align, gfp_t gfp,
			  const char *owner)
{
	struct node *n = &m->node[nid];
	u32 first = node_find_run(m, n, nr, align), i;
	struct frame_range *r;

	if (first == NO_FRAME)
		return NO_FRAME;
	r = &m->range[n->first];
	while (first - r->first >= r->nr)
		r = &m->range[r->next];
	for (i = first; i < first + nr && i - r->first < r->used; i++)
		node_unlink(m, n, i);
	if (i < first + nr)
		range_grow(m, r, first, first + nr - r->first);
	for (i = first; i < first + nr; i++)
		frame_claim(m, i, gfp, owner);
	return first;
}

/* Allocate a run of the nearest node that has one. */
static u32 alloc_run(struct machine *m, unsigned int nid, u64 nr, u64 align, gfp_t gfp,
		     const char *owner)
{
	int node = nr <= m->nr_managed - m->nr_used ? (int)nid : -1;
	u32 first = NO_FRAME;

	while (node >= 0 && first == NO_FRAME) {
		first = node_alloc_run(m, node, nr, align, gfp, owner);
		node = gfp & __GFP_THISNODE ? -1 : node_next_fallback(m, nid, node);
	}
	return first;
}

struct page *alloc_contig_pages(struct machine *m, int nid, u64 nr, u64 align, gfp_t gfp,
				const char *owner)
{
	struct page *cached = NULL;
	u32 first, i;
	bool fails;

	if (gfpflags_allow_blocking(gfp))
		might_sleep();
	sched_point_object(&m->page_lock, true);
	MM_CHECK(nr && is_power_of_2(align), RANGE, "%s asks for %llu page frames aligned to %llu",
		 owner, nr, align);
	hw_add(&m->pages, 1);
	number_request(m, FAIL_PAGE, &fails);
	if (fails)
		return NULL;
	nid = node_resolve(m, nid);
	hw_lock(&m->page_lock);
	if (m->cfg.bare && !(gfp & __GFP_ZERO))
		cached = bare_reuse_run(m, nid, nr, align);
	first = cached ? (u32)(cached - m->page) : alloc_run(m, nid, nr, align, gfp, owner);
	if (unlikely(first == NO_FRAME) && bare_release_runs(m))
		first = alloc_run(m, nid, nr, align, gfp, owner);
	hw_unlock(&m->page_lock);
	if (first == NO_FRAME)
		return NULL;
	for (i = first; i < first + nr; i++)
		san_acquire(&m->page[i]);
	return &m->page[first];
}

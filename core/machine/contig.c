/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * contig.c - runs of page frames with consecutive numbers.
 *
 * First fit: the lowest run of the node, be its frames freed ones or never used. A search looks
 * at a place for a run from its end: a frame in use there rules out all places that hold
 * it, so that most frames of a full stretch are passed over unseen, and none is looked at more
 * than twice. Where the search before left off is kept in struct node: while memory
 * only grows, the next one starts there and fits at once.
 *
 * A run that starts beyond the used part of its range leaves a gap: frames that were never used
 * go on the free list, lowest first, as if freed, with no owner.
 *
 * Invariant, for each node: no run of @run_nr free frames of it whose first number is a multiple
 * of @run_align begins at an index below @run_at. It says the same of requests that are longer
 * or aligned to more. Allocations keep it; put_page() lowers @run_at.
 */
#include "internal.h"

/* The lowest run of a range from index @from on, or NO_FRAME. */
static u32 range_search(const struct machine *m, const struct frame_range *r, u32 from, u64 nr,
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
			u64 next = bootframe_search(m, r, at, nr);

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

/* The lowest run of a node, not taken yet, or NO_FRAME. */
static u32 node_search(struct machine *m, struct node *n, u64 nr, u64 align)
{
	bool known = nr >= n->run_nr && align >= n->run_align;
	u32 from = known ? n->run_at : 0, i = NO_FRAME;
	int k;

	for (k = n->first; k >= 0 && i == NO_FRAME; k = m->range[k].next)
		if (from < m->range[k].first + m->range[k].nr)
			i = range_search(m, &m->range[k], from, nr, align);
	/* If nothing was passed over, what was known holds on for shorter runs as well. */
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
 * Frame @i of node @n is free again, where it could complete a run that begins below @run_at. Alone
 * between two that are in use it completes none of two frames or more: single frames that come
 * and go below must not send each search back to them.
 */
void run_freed(struct machine *m, struct node *n, u32 i)
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

/* The highest frame before @i, from @low on, that is free; none of them was used in this run. */
static u32 fresh_before(const struct machine *m, u32 low, u32 i)
{
	if (unlikely(m->cfg.boot_memory))
		return bootframe_handed_before(m, low, i);
	return i > low ? i - 1 : NO_FRAME;
}

/* The used part of a range grows to @used frames; of the new ones, those below @from are free. */
static void range_grow(struct machine *m, struct frame_range *r, u32 from, u32 used)
{
	u32 old = r->first + r->used, i;

	for (i = r->first + used; i > max(from, old);) {
		page_init(m, r, --i);
		m->frame[i].freed = 0;
	}
	while ((i = fresh_before(m, old, i)) != NO_FRAME) {
		page_init(m, r, i);
		m->frame[i].freed = 0;
		m->page[i].owner = NULL;
		node_push(m, &m->node[r->nid], i);
	}
	r->used = used;
}

/* References to a run of node @nid itself. Return: index of the first frame, or NO_FRAME. */
static u32 run_take(struct machine *m, unsigned int nid, u64 nr, u64 align, gfp_t gfp,
		    const char *owner)
{
	struct node *n = &m->node[nid];
	u32 first = node_search(m, n, nr, align), i;
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
		page_hand_out(m, i, gfp, owner);
	return first;
}

/* The same of the nearest node that has one. */
static u32 nodes_take(struct machine *m, unsigned int nid, u64 nr, u64 align, gfp_t gfp,
		      const char *owner)
{
	int node = nr <= m->nr_given - m->nr_used ? (int)nid : -1;
	u32 first = NO_FRAME;

	while (node >= 0 && first == NO_FRAME) {
		first = run_take(m, node, nr, align, gfp, owner);
		node = gfp & __GFP_THISNODE ? -1 : node_fallback(m, nid, node);
	}
	return first;
}

struct page *alloc_contig_pages(struct machine *m, int nid, u64 nr, u64 align, gfp_t gfp,
				const char *owner)
{
	struct page *kept = NULL;
	u32 first, i;
	bool fails;

	if (gfpflags_allow_blocking(gfp))
		might_sleep();
	sched_point();
	MM_CHECK(nr && is_power_of_2(align), RANGE, "%s asks for %llu page frames aligned to %llu",
		 owner, nr, align);
	hw_add(&m->pages, 1);
	fail_request(m, FAIL_PAGE, &fails);
	if (fails)
		return NULL;
	nid = node_preferred(m, nid);
	hw_lock(&m->page_lock);
	if (m->cfg.bare && !(gfp & __GFP_ZERO))
		kept = bare_run_take(m, nid, nr, align);
	first = kept ? (u32)(kept - m->page) : nodes_take(m, nid, nr, align, gfp, owner);
	if (unlikely(first == NO_FRAME) && bare_runs_return(m))
		first = nodes_take(m, nid, nr, align, gfp, owner);
	hw_unlock(&m->page_lock);
	if (first == NO_FRAME)
		return NULL;
	for (i = first; i < first + nr; i++)
		san_acquire(&m->page[i]);
	return &m->page[first];
}

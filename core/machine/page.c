/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * page.c - page frames: which one, whose, how often referenced. What is in them: contents.c.
 *
 * A node hands out the frame that was freed last, else the lowest one that was never used in
 * this run (or runs of frames: contig.c): the same requests give the same frames in every run, and
 * a run leaves its mark on as few frames as it can. A node without free frames is helped out by the
 * others in order of distance, then number.
 *
 * Invariants, for each frame i of the run that is not boot memory (boot.c):
 *   page[i].count == 0 <=> on its node's free list, or not yet used in its range
 *   nr_used == number of i with page[i].count > 0
 * Outside of the run's frames, and between runs: count == 0.
 *
 * Ordering: all that was done before the put_page() that freed a frame comes before all that is
 * done after the alloc_page_node() that hands it out again.
 */
#define _GNU_SOURCE
#include <sys/mman.h>

#include "internal.h"

/* Frames up to which room is made by powers of two. */
#define SMALL_MACHINE 65536

const char page_table_owner[] = "page table";

/* The range that holds frame i. */
struct frame_range *frame_range_of(struct machine *m, u32 i)
{
	unsigned int lo = 0, hi = m->nr_ranges - 1;

	while (lo < hi) {
		unsigned int mid = (lo + hi + 1) / 2;

		if (m->range[mid].first <= i)
			lo = mid;
		else
			hi = mid - 1;
	}
	return &m->range[lo];
}

void page_init(struct machine *m, const struct frame_range *r, u32 i)
{
	m->page[i].pfn = r->start + (i - r->first);
	m->page[i].nid = r->nid;
}

/* A frame without references that is on no list becomes the first on its node's. */
void node_push(struct machine *m, struct node *n, u32 i)
{
	m->frame[i].next = n->head;
	if (n->head != NO_FRAME)
		m->frame[n->head].prev = i;
	n->head = i;
}

/* A free frame of node @nid itself, or NO_FRAME. */
static u32 node_take(struct machine *m, unsigned int nid)
{
	struct node *n = &m->node[nid];
	u32 i = n->head;

	if (i != NO_FRAME) {
		n->head = m->frame[i].next;
		return i;
	}
	if (unlikely(m->cfg.boot_memory))
		return bootframe_take(m, n);
	for (; n->range >= 0; n->range = m->range[n->range].next) {
		struct frame_range *r = &m->range[n->range];

		if (r->used < r->nr) {
			i = r->first + r->used++;
			page_init(m, r, i);
			m->frame[i].freed = 0;
			return i;
		}
	}
	return NO_FRAME;
}

/* The node that comes after @prev in the order of distance from @nid, then number; or -1. */
int node_fallback(struct machine *m, unsigned int nid, unsigned int prev)
{
	const struct topology *t = &m->cfg.topology;
	unsigned int after = t->distance[nid][prev] * TOPOLOGY_MAX_NODES + prev;
	unsigned int best = UINT32_MAX, n;

	for (n = 0; n < t->nr_nodes; n++) {
		unsigned int rank = t->distance[nid][n] * TOPOLOGY_MAX_NODES + n;

		if (rank > after && rank < best)
			best = rank;
	}
	return best == UINT32_MAX ? -1 : (int)(best % TOPOLOGY_MAX_NODES);
}

/* The node that a request means: @nid if there is one of that number, else the caller's. */
unsigned int node_preferred(struct machine *m, int nid)
{
	unsigned int cpu;

	if (nid >= 0 && nid < (int)m->cfg.topology.nr_nodes)
		return nid;
	cpu = raw_smp_processor_id();
	return cpu < m->cfg.topology.nr_cpu_ids ? m->cfg.topology.cpu_node[cpu] : 0;
}

/* First reference to a frame that was taken from the free ones. Caller holds page_lock. */
void page_hand_out(struct machine *m, u32 i, gfp_t gfp, const char *owner)
{
	struct page *page = &m->page[i];

	page->count = 1;
	page->owner = owner;
	page->ticket = task_ticket();
	page->private = 0;
	m->frame[i].zero = (gfp & __GFP_ZERO) != 0;
	m->nr_used++;
	m->peak_used = max(m->peak_used, m->nr_used);
}

/* One reference to a free frame, its contents not made yet. Caller holds page_lock. */
u32 page_take(struct machine *m, int nid, gfp_t gfp, const char *owner)
{
	int node;
	u32 i;

	if (m->nr_used == m->nr_given)
		return NO_FRAME;
	nid = node_preferred(m, nid);
	i = node_take(m, nid);
	for (node = nid; unlikely(i == NO_FRAME);) {
		node = gfp & __GFP_THISNODE ? -1 : node_fallback(m, nid, node);
		if (node < 0)
			return NO_FRAME;
		i = node_take(m, node);
	}
	page_hand_out(m, i, gfp, owner);
	return i;
}

struct page *alloc_page_node(struct machine *m, int nid, gfp_t gfp, const char *owner)
{
	bool fails;
	u32 i;

	if (gfpflags_allow_blocking(gfp))
		might_sleep();
	sched_point();
	hw_add(&m->pages, 1);
	fail_request(m, FAIL_PAGE, &fails);
	if (fails)
		return NULL;
	hw_lock(&m->page_lock);
	i = page_take(m, nid, gfp, owner);
	if (unlikely(i == NO_FRAME) && bare_runs_return(m))
		i = page_take(m, nid, gfp, owner);
	hw_unlock(&m->page_lock);
	if (i == NO_FRAME)
		return NULL;
	san_acquire(&m->page[i]);
	return &m->page[i];
}

/* The index of a frame of this machine; anything else is a finding. */
static u32 frame_index(struct machine *m, const struct page *page, const char *what)
{
	u64 i = page - m->page;

	MM_CHECK(i < m->nr_frames && page == &m->page[i], PAGE_FREE,
		 "%s of something that is no page frame of the machine", what);
	return i;
}

__noreturn void page_report_free(struct machine *m, enum oracle oracle, u32 i, const char *what)
{
	const struct frame_range *r = frame_range_of(m, i);

	page_init(m, r, i);
	if (m->cfg.boot_memory)
		bootframe_report(m, oracle, i, what);
	if (i - r->first >= r->used || !m->page[i].owner)
		mm_report(oracle, "%s page frame %llu, which was never allocated", what,
			  m->page[i].pfn);
	mm_report(oracle,
		  "%s page frame %llu, which is free: allocated last by %s in operation ticket "
		  "%llu, freed in operation ticket %llu",
		  what, m->page[i].pfn, m->page[i].owner, m->page[i].ticket, m->frame[i].freed);
}

void get_page(struct machine *m, struct page *page)
{
	u32 i = frame_index(m, page, "get_page()");

	hw_lock(&m->page_lock);
	if (unlikely(page->count <= 0) && !bootframe_show(m, i))
		page_report_free(m, ORACLE_PAGE_FREE, i, "get_page() of");
	page->count++;
	hw_unlock(&m->page_lock);
}

/* One reference less to frame i; the caller holds page_lock. */
void page_drop(struct machine *m, u32 i, u64 ticket)
{
	struct page *page = &m->page[i];
	struct frame *f = &m->frame[i];
	struct node *n;

	if (unlikely(page->count <= 0))
		page_report_free(m, ORACLE_PAGE_FREE, i, "put_page() of");
	if (--page->count)
		return;
	if (unlikely(page->owner == boot_memory_owner))
		page_report_free(m, ORACLE_PAGE_FREE, i, "put_page() of");
	f->freed = ticket;
	if (f->contents == CONTENTS_LIVE)
		frame_retire(m, i);
	n = &m->node[page->nid];
	node_push(m, n, i);
	if (i < n->run_at + n->run_nr - 1)
		run_freed(m, n, i);
	m->nr_used--;
}

void put_page(struct machine *m, struct page *page)
{
	u32 i = frame_index(m, page, "put_page()");

	sched_point();
	san_release(page);
	hw_lock(&m->page_lock);
	page_drop(m, i, task_ticket());
	hw_unlock(&m->page_lock);
}

void put_contig_pages(struct machine *m, struct page *page, u64 nr)
{
	u32 i = frame_index(m, page, "put_contig_pages()");
	u64 ticket = task_ticket();

	MM_CHECK(nr <= m->nr_frames - i, PAGE_FREE,
		 "put_contig_pages() of %llu frames from frame %llu on, which are not there", nr,
		 page->pfn);
	sched_point();
	for (u64 n = 0; n < nr; n++)
		san_release(page + n);
	hw_lock(&m->page_lock);
	if (m->cfg.bare && bare_run_keep(m, page, nr))
		nr = 0;
	/* Backwards, so that the lowest is the first to be handed out again. */
	for (; nr; nr--)
		page_drop(m, i + (u32)nr - 1, ticket);
	hw_unlock(&m->page_lock);
}

struct page *pfn_to_page(struct machine *m, u64 pfn)
{
	const struct frame_range *r = range_of_pfn(m, pfn);
	u32 i;

	if (!r)
		return NULL;
	i = r->first + (pfn - r->start);
	if (pfn - r->start >= r->used)
		page_init(m, r, i);
	if (unlikely(m->cfg.boot_memory))
		bootframe_look(m, i);
	return &m->page[i];
}

struct page *virt_to_page(struct machine *m, u64 addr)
{
	/* An address below the direct map gives a number that is too large for a frame. */
	return pfn_to_page(m, (addr - MACHINE_DIRECT_START) >> PAGE_SHIFT);
}

void *page_address(struct machine *m, const struct page *page)
{
	return frame_address(m, frame_index(m, page, "page_address()"));
}

u64 nr_free_pages(const struct machine *m)
{
	return hw_read(&m->nr_given) - hw_read(&m->nr_used);
}

/* Frames of the last run: all free again. */
void page_sweep(struct machine *m)
{
	unsigned int r;
	u32 i;

	contents_sweep(m);
	if (unlikely(m->cfg.boot_memory))
		bootframe_sweep(m);
	if (!m->nr_used)
		return;
	for (r = 0; r < m->nr_ranges; r++)
		for (i = 0; i < m->range[r].used; i++)
			m->page[m->range[r].first + i].count = 0;
	m->nr_used = 0;
}

static void *reserve(u64 bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static void unreserve(void *p, u64 bytes)
{
	if (p)
		munmap(p, bytes);
}

/* Of a bit for each frame. */
static u64 bitmap_bytes(u64 frames)
{
	return DIV_ROUND_UP(frames, 64) * sizeof(u64);
}

void page_destroy(struct machine *m)
{
	u64 n = m->max_frames;

	if (m->memory)
		san_unpoison(m->memory, n * PAGE_SIZE);
	unreserve(m->page, n * sizeof(*m->page));
	unreserve(m->frame, n * sizeof(*m->frame));
	unreserve(m->dirty, n * sizeof(*m->dirty));
	unreserve(m->handed, bitmap_bytes(n));
	unreserve(m->shown, bitmap_bytes(n));
	unreserve(m->memory, n * PAGE_SIZE);
	m->page = NULL;
	m->frame = NULL;
	m->dirty = NULL;
	m->handed = NULL;
	m->shown = NULL;
	m->memory = NULL;
	m->max_frames = 0;
}

/* Room for so many frames. All of it is zero pages that nothing was written to. */
static int page_reserve(struct machine *m, u64 n)
{
	if (n <= m->max_frames)
		return 0;
	/* Growing costs AddressSanitizer's shadow of all of it: seldom, then. */
	if (n <= SMALL_MACHINE)
		n = 1ULL << fls64(n - 1);
	page_destroy(m);
	m->page = reserve(n * sizeof(*m->page));
	m->frame = reserve(n * sizeof(*m->frame));
	m->dirty = reserve(n * sizeof(*m->dirty));
	m->handed = reserve(bitmap_bytes(n));
	m->shown = reserve(bitmap_bytes(n));
	m->memory = reserve(n * PAGE_SIZE);
	m->max_frames = n;
	if (!m->page || !m->frame || !m->dirty || !m->handed || !m->shown || !m->memory) {
		page_destroy(m);
		return -ENOMEM;
	}
	san_poison(m->memory, n * PAGE_SIZE);
	return 0;
}

/* Lay the frames of a topology out, after page_sweep(). */
int page_layout(struct machine *m, const struct topology *t)
{
	int last[TOPOLOGY_MAX_NODES];
	u64 total = 0;
	unsigned int i;

	m->nr_ranges = 0;
	m->nr_frames = 0;
	for (i = 0; i < t->nr_ranges; i++)
		total += t->range[i].nr;
	if (page_reserve(m, total))
		return -ENOMEM;
	for (i = 0; i < t->nr_nodes; i++) {
		m->node[i].first = -1;
		last[i] = -1;
	}
	for (i = 0; i < t->nr_ranges; i++) {
		const struct node_range *src = &t->range[i];
		struct frame_range *r = &m->range[i];

		r->start = src->start;
		r->first = m->nr_frames;
		r->nr = src->nr;
		r->nid = src->nid;
		r->next = -1;
		if (last[src->nid] < 0)
			m->node[src->nid].first = i;
		else
			m->range[last[src->nid]].next = i;
		last[src->nid] = i;
		m->nr_frames += src->nr;
	}
	m->nr_ranges = t->nr_ranges;
	m->direct_size = (t->range[i - 1].start + t->range[i - 1].nr) << PAGE_SHIFT;
	return 0;
}

/* Free lists and counters as at boot. */
void page_reset(struct machine *m)
{
	unsigned int i;

	for (i = 0; i < m->nr_ranges; i++)
		m->range[i].used = 0;
	for (i = 0; i < m->cfg.topology.nr_nodes; i++) {
		m->node[i].head = NO_FRAME;
		m->node[i].range = m->node[i].first;
		m->node[i].run_at = m->node[i].first < 0 ? 0 : m->range[m->node[i].first].first;
		m->node[i].run_nr = 1;
		m->node[i].run_align = 1;
	}
	m->nr_given = m->cfg.boot_memory ? 0 : m->nr_frames;
	m->peak_used = 0;
	m->pages = 0;
	m->bare_run = NULL;
}

void page_check_leaks(struct machine *m)
{
	unsigned int r;
	u32 leaked, i;

	bare_runs_return(m);
	leaked = m->nr_used - m->nr_tables;
	if (!leaked)
		return;
	for (r = 0; r < m->nr_ranges; r++) {
		for (i = m->range[r].first; i < m->range[r].first + m->range[r].used; i++) {
			const struct page *page = &m->page[i];

			if (page->count <= 0 || page->owner == page_table_owner ||
			    page->owner == boot_memory_owner)
				continue;
			mm_report(ORACLE_LEAK_PAGE,
				  "%u page frames were not freed; the first: frame %llu with %d "
				  "references, allocated by %s in operation ticket %llu",
				  leaked, page->pfn, page->count, page->owner, page->ticket);
		}
	}
}

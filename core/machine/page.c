/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * page.c - page frames: allocation, reference counts, owners. Contents: contents.c.
 *
 * A node hands out the frame that was freed last, else the lowest one that was never used in this
 * run. So the same requests get the same frames in every run, and a run touches as few frames as it
 * can. A node without free frames falls back to the others, in order of distance, then number.
 * Allocation of runs: contig.c.
 *
 * Invariants: M4 and M5 of internal.h. Beyond the frames of the run, and between runs, count is 0.
 *
 * Order: all before the put_page() that frees a frame happens-before all after the
 * alloc_page_node() that hands it out again.
 */
#define _GNU_SOURCE
#include <sys/mman.h>

#include "internal.h"

/* Up to so many frames, page_reserve() rounds up to a power of two. */
#define SMALL_MACHINE 65536

const char page_table_owner[] = "page table";

struct frame_range *range_of_frame(const struct machine *m, u32 i)
{
	unsigned int lo = 0, hi = m->nr_ranges - 1;

	while (lo < hi) {
		unsigned int mid = (lo + hi + 1) / 2;

		if (m->range[mid].first <= i)
			lo = mid;
		else
			hi = mid - 1;
	}
	return (struct frame_range *)&m->range[lo];
}

void frame_init_page(struct machine *m, const struct frame_range *r, u32 i)
{
	m->page[i].pfn = r->start + (i - r->first);
	m->page[i].nid = r->nid;
}

/* Put a frame on its node's free list, as the first (M4). */
void node_push_free(struct machine *m, struct node *n, u32 i)
{
	m->frame[i].next = n->head;
	if (n->head != NO_FRAME)
		m->frame[n->head].prev = i;
	n->head = i;
}

/* Take a free frame of node @nid itself, or NO_FRAME. */
static u32 node_alloc_frame(struct machine *m, unsigned int nid)
{
	struct node *n = &m->node[nid];
	u32 i = n->head;

	if (i != NO_FRAME) {
		n->head = m->frame[i].next;
		return i;
	}
	if (unlikely(m->cfg.boot_memory))
		return bootframe_alloc(m, n);
	for (; n->range >= 0; n->range = m->range[n->range].next) {
		struct frame_range *r = &m->range[n->range];

		if (r->used < r->nr) {
			i = r->first + r->used++;
			frame_init_page(m, r, i);
			m->frame[i].freed = 0;
			return i;
		}
	}
	return NO_FRAME;
}

/* The node after @prev in order of distance from @nid, then number; or -1. */
int node_next_fallback(struct machine *m, unsigned int nid, unsigned int prev)
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

/* The preferred node of a request: @nid if that exists, else the node of the calling CPU. */
unsigned int node_resolve(struct machine *m, int nid)
{
	unsigned int cpu;

	if (nid >= 0 && nid < (int)m->cfg.topology.nr_nodes)
		return nid;
	cpu = raw_smp_processor_id();
	return cpu < m->cfg.topology.nr_cpu_ids ? m->cfg.topology.cpu_node[cpu] : 0;
}

/* Take the first reference to a frame that is off the free list (M4, M5). */
void frame_claim(struct machine *m, u32 i, gfp_t gfp, const char *owner)
{
	struct page *page = &m->page[i];

	hw_assert_held(&m->page_lock);
	page->count = 1;
	page->owner = owner;
	page->ticket = task_ticket();
	page->private = 0;
	m->frame[i].zero = (gfp & __GFP_ZERO) != 0;
	m->nr_used++;
	m->peak_used = max(m->peak_used, m->nr_used);
	if (unlikely(m->host) && owner != page_table_owner)
		frame_make_live(m, i);
}

/* Allocate a frame. Return: its index, or NO_FRAME. */
u32 frame_alloc(struct machine *m, int nid, gfp_t gfp, const char *owner)
{
	int node;
	u32 i;

	hw_assert_held(&m->page_lock);
	if (m->nr_used == m->nr_managed)
		return NO_FRAME;
	nid = node_resolve(m, nid);
	i = node_alloc_frame(m, nid);
	for (node = nid; unlikely(i == NO_FRAME);) {
		node = gfp & __GFP_THISNODE ? -1 : node_next_fallback(m, nid, node);
		if (node < 0)
			return NO_FRAME;
		i = node_alloc_frame(m, node);
	}
	frame_claim(m, i, gfp, owner);
	return i;
}

struct page *alloc_page_node(struct machine *m, int nid, gfp_t gfp, const char *owner)
{
	bool fails;
	u32 i;

	if (gfpflags_allow_blocking(gfp))
		might_sleep();
	sched_point_object(&m->page_lock, true);
	hw_add(&m->pages, 1);
	number_request(m, FAIL_PAGE, &fails);
	if (fails)
		return NULL;
	hw_lock(&m->page_lock);
	i = frame_alloc(m, nid, gfp, owner);
	if (unlikely(i == NO_FRAME) && bare_release_runs(m))
		i = frame_alloc(m, nid, gfp, owner);
	hw_unlock(&m->page_lock);
	if (i == NO_FRAME)
		return NULL;
	san_acquire(&m->page[i]);
	return &m->page[i];
}

/* The index of a frame of this machine. Any other pointer is a finding. */
static u32 frame_index(struct machine *m, const struct page *page, const char *what)
{
	u64 i = page - m->page;

	MM_CHECK(i < m->nr_frames && page == &m->page[i], PAGE_FREE,
		 "%s of a pointer that is no page frame of the machine", what);
	return i;
}

__noreturn void frame_report_free(struct machine *m, enum oracle oracle, u32 i, const char *what)
{
	const struct frame_range *r = range_of_frame(m, i);

	frame_init_page(m, r, i);
	if (m->cfg.boot_memory)
		bootframe_report_use(m, oracle, i, what);
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
	if (unlikely(page->count <= 0) && !bootframe_get_locked(m, i))
		frame_report_free(m, ORACLE_PAGE_FREE, i, "get_page() of");
	page->count++;
	hw_unlock(&m->page_lock);
}

/* Drop a reference to frame @i; the last one frees it. */
void frame_put(struct machine *m, u32 i, u64 ticket)
{
	struct page *page = &m->page[i];
	struct frame *f = &m->frame[i];
	struct node *n;

	hw_assert_held(&m->page_lock);
	if (unlikely(page->count <= 0))
		frame_report_free(m, ORACLE_PAGE_FREE, i, "put_page() of");
	if (--page->count)
		return;
	if (unlikely(page->owner == boot_memory_owner))
		frame_report_free(m, ORACLE_PAGE_FREE, i, "put_page() of");
	f->freed = ticket;
	if (f->contents == CONTENTS_LIVE)
		frame_retire(m, i);
	n = &m->node[page->nid];
	node_push_free(m, n, i);
	if (i < n->run_at + n->run_nr - 1)
		node_lower_run_at(m, n, i);
	m->nr_used--;
}

void put_page(struct machine *m, struct page *page)
{
	u32 i = frame_index(m, page, "put_page()");

	sched_point_object(&m->page_lock, true);
	sched_also(page, true);
	san_release(page);
	hw_lock(&m->page_lock);
	frame_put(m, i, task_ticket());
	hw_unlock(&m->page_lock);
}

void put_contig_pages(struct machine *m, struct page *page, u64 nr)
{
	u32 i = frame_index(m, page, "put_contig_pages()");
	u64 ticket = task_ticket();

	MM_CHECK(nr <= m->nr_frames - i, PAGE_FREE,
		 "put_contig_pages() of %llu frames from frame %llu on, beyond the last frame", nr,
		 page->pfn);
	sched_point_object(&m->page_lock, true);
	sched_also(page, true);
	for (u64 n = 0; n < nr; n++)
		san_release(page + n);
	hw_lock(&m->page_lock);
	if (m->cfg.bare && bare_cache_run(m, page, nr))
		nr = 0;
	/* Backwards, so that the lowest frame is handed out first. */
	for (; nr; nr--)
		frame_put(m, i + (u32)nr - 1, ticket);
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
		frame_init_page(m, r, i);
	if (unlikely(m->cfg.boot_memory))
		bootframe_get(m, i);
	return &m->page[i];
}

struct page *virt_to_page(struct machine *m, u64 addr)
{
	/* For an address below the direct map, the difference wraps to a number no frame has. */
	return pfn_to_page(m, (addr - m->direct_start) >> PAGE_SHIFT);
}

u64 page_to_virt(const struct machine *m, const struct page *page)
{
	return m->direct_start + page_to_phys(page);
}

void *page_address(struct machine *m, const struct page *page)
{
	u32 i = frame_index(m, page, "page_address()");

	return frame_ready(m, i, frame_bytes(m, i));
}

u64 nr_free_pages(const struct machine *m)
{
	return hw_load(&m->nr_managed) - hw_load(&m->nr_used);
}

/* Between runs: reset the counts of the frames that the last run used. */
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

/* Bytes of a map with a bit for each frame. */
static u64 bitmap_bytes(u64 frames)
{
	return DIV_ROUND_UP(frames, 64) * sizeof(u64);
}

void page_destroy(struct machine *m)
{
	u64 n = m->max_frames;

	if (m->memory)
		san_unpoison(m->memory, n * PAGE_SIZE);
	if (m->host)
		host_drop_direct(m);
	unreserve(m->page, n * sizeof(*m->page));
	unreserve(m->frame, n * sizeof(*m->frame));
	unreserve(m->dirty, n * sizeof(*m->dirty));
	unreserve(m->handed_over, bitmap_bytes(n));
	unreserve(m->materialized, bitmap_bytes(n));
	unreserve(m->memory, n * PAGE_SIZE);
	m->page = NULL;
	m->frame = NULL;
	m->dirty = NULL;
	m->handed_over = NULL;
	m->materialized = NULL;
	m->memory = NULL;
	m->max_frames = 0;
	m->nr_ranges = 0;
	m->nr_frames = 0;
}

/* Reserve address space for @n frames and their records; all of it reads as zero. */
static int page_reserve(struct machine *m, u64 n)
{
	if (n <= m->max_frames)
		return 0;
	/* Growth makes AddressSanitizer poison the whole shadow: grow seldom. */
	if (n <= SMALL_MACHINE)
		n = 1ULL << fls64(n - 1);
	page_destroy(m);
	m->page = reserve(n * sizeof(*m->page));
	m->frame = reserve(n * sizeof(*m->frame));
	m->dirty = reserve(n * sizeof(*m->dirty));
	m->handed_over = reserve(bitmap_bytes(n));
	m->materialized = reserve(bitmap_bytes(n));
	m->max_frames = n;
	if (!m->host)
		m->memory = reserve(n * PAGE_SIZE);
	if (!m->page || !m->frame || !m->dirty || !m->handed_over || !m->materialized ||
	    (m->host ? host_resize(m, n) : !m->memory)) {
		page_destroy(m);
		return -ENOMEM;
	}
	if (m->memory)
		san_poison(m->memory, n * PAGE_SIZE);
	return 0;
}

/* Number the frames of a topology, after page_sweep(). */
int page_layout(struct machine *m, const struct topology *t)
{
	int last[TOPOLOGY_MAX_NODES];
	u64 total = 0;
	unsigned int i;

	if (m->host)
		host_drop_direct(m);
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
		r->memory = m->host ? (u8 *)(m->direct_start + (r->start << PAGE_SHIFT))
				    : m->memory + (u64)r->first * PAGE_SIZE;
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
	if (m->host)
		host_lay_direct(m);
	return 0;
}

/* Set free lists and counters for a new run. */
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
	m->nr_managed = m->cfg.boot_memory ? 0 : m->nr_frames;
	m->peak_used = 0;
	m->pages = 0;
	m->bare_run = NULL;
}

void page_check_leaks(struct machine *m)
{
	unsigned int r;
	u32 leaked, i;

	hw_lock(&m->page_lock);
	bare_release_runs(m);
	hw_unlock(&m->page_lock);
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

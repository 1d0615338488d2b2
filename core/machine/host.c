/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host.c - the host MMU: simulated addresses are addresses of the process.
 *
 * Physical memory is a file in memory (memfd). It is mapped once as the direct map, range by range.
 * The KVA is reserved with PROT_NONE, and each entry of the page table is a mapping of the frame's
 * page of the file, MAP_SHARED and MAP_FIXED. To unmap puts PROT_NONE back. A program follows
 * pointers into both windows as into any memory, and an access where nothing is mapped faults:
 * host_fault.c makes a finding of it.
 *
 * The page table, its stale translations and all checks are those of the model; this file follows
 * the entries. Stale translations are records here too: the host flushes its own TLB.
 *
 * System calls. A run of pages whose frames are neighbours is one call, and so is any range that is
 * unmapped. host_window.c makes the calls, and reserves the two windows.
 *
 * Contents. A program may use an address without a call that fills the frame first (contents.c), so
 * a frame is filled when it is allocated. So a write through an old pointer after that goes
 * unnoticed, unless AddressSanitizer sees it. Boot memory is in use from the start: it is filled as
 * on the model if mem_address() comes before any other access, and reads as zero if not.
 *
 * The number of mappings is limited (vm.max_map_count). Neighbouring pages share a mapping unless
 * an *edge* lies between them: one is mapped and the other is not, or their frames are no
 * neighbours. So the KVA costs one more mapping than it has edges. A request that would exceed the
 * limit fails with -ENOMEM, and counts as a failed one. SPARE mappings are kept for the rest of the
 * process, and for a run that is unmapped in its middle.
 *
 * The sanitizers miss something, since one frame at two addresses is two addresses to them:
 * - ThreadSanitizer sees no race between accesses through two mappings of a frame, or through a
 *   mapping and the direct map. On the model it does.
 * - AddressSanitizer sees a write to a free frame through the direct map only. Through a mapping
 *   that was left, ORACLE_PAGE_WRITE finds it later.
 * - MemorySanitizer takes all page frames for initialised.
 * - What TSan remembers of boot memory from an earlier run stays, where a program uses such memory
 *   without mem_address().
 *
 * Invariant: M17 of internal.h.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"

/* AddressSanitizer's shadow of a KVA that is larger would cost too much memory. */
#define SHADOW_MAX (256ULL << 20)

int host_resize(struct machine *m, u64 frames)
{
	return ftruncate(m->host->fd, (off_t)(frames << PAGE_SHIFT)) ? -ENOMEM : 0;
}

/* Call a function of sanitize.h for the direct map of all frames. */
static void for_each_range(struct machine *m, void (*fn)(void *p, size_t size))
{
	for (unsigned int i = 0; i < m->nr_ranges; i++)
		fn(m->range[i].memory, (u64)m->range[i].nr << PAGE_SHIFT);
}

/* Before the ranges change, and at the end. */
void host_drop_direct(struct machine *m)
{
	for_each_range(m, san_unpoison);
	host_map_nothing(m, m->host->base, m->host->direct);
	m->host->direct = 0;
}

/* Map the ranges; then no frame is in use. */
void host_lay_direct(struct machine *m)
{
	m->host->direct = m->direct_size;
	for (unsigned int i = 0; i < m->nr_ranges; i++)
		host_map_frames(m, (u64)m->range[i].memory, m->range[i].first, m->range[i].nr);
	for_each_range(m, san_poison);
}

/* Was boot memory accessed since host_reset_memory()? If not, the file has no such page. */
bool host_touched(struct machine *m, u32 frame)
{
	unsigned char there = 1;

	syscall(SYS_mincore, frame_bytes(m, frame), PAGE_SIZE, &there);
	return there & 1;
}

/*
 * At boot: boot memory is in use from the start, and what a run wrote to it is not known. So all
 * of it is given back to the host, and reads as zero.
 */
void host_reset_memory(struct machine *m, bool was_boot_memory)
{
	if (!m->cfg.boot_memory && !was_boot_memory)
		return;
	syscall(SYS_fallocate, m->host->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
		(u64)m->nr_frames << PAGE_SHIFT);
	for (u32 i = 0; i < m->nr_frames; i++)
		m->frame[i].contents = CONTENTS_UNKNOWN;
	for_each_range(m, m->cfg.boot_memory ? san_unpoison : san_poison);
	for_each_range(m, san_mark_init);
}

/* At boot: the records of a KVA of this size, and what AddressSanitizer knows of it. */
int host_reset_kva(struct machine *m)
{
	const u64 pages = m->cfg.kva_size >> PAGE_SHIFT;
	struct host *h = m->host;

	host_watch(m);
	h->refused = 0;
	h->edges = 0;
	h->low = UINT64_MAX;
	h->high = 0;
	if (h->shadow_start != m->cfg.kva_start || h->nr_last != pages) {
		san_unpoison((void *)h->shadow_start, h->shadowed);
		h->shadow_start = m->cfg.kva_start;
		h->shadowed = m->cfg.kva_size <= SHADOW_MAX ? m->cfg.kva_size : 0;
		san_poison((void *)h->shadow_start, h->shadowed);
	}
	return host_size_records(h, pages);
}

/* Does an edge lie between the page at @addr and the one below? */
static bool edge_at(struct machine *m, u64 addr)
{
	const u64 below = pgtable_entry(m, addr - PAGE_SIZE), above = pgtable_entry(m, addr);

	if (!(below & above & PTE_PRESENT))
		return (below | above) & PTE_PRESENT;
	return above >> PTE_SHIFT != (below >> PTE_SHIFT) + 1;
}

/* Edges within @nr pages, and at both ends. */
u64 host_count_edges(struct machine *m, u64 addr, u64 nr)
{
	u64 edges = 0;

	for (u64 i = 0; i <= nr; i++)
		edges += edge_at(m, addr + i * PAGE_SIZE);
	return edges;
}

/*
 * Before pages are mapped: are there mappings enough? @pages: the frames; NULL if they are not
 * known. Return: 0 or -ENOMEM.
 */
int host_reserve(struct machine *m, struct page *const *pages, u64 nr)
{
	struct host *h = m->host;
	u64 edges = nr + 1;

	hw_assert_held(&m->mmu_lock);
	if (likely(h->edges + edges < h->limit))
		return 0;
	for (u64 i = 1; pages && i < nr; i++)
		edges -= pages[i] == pages[i - 1] + 1;
	if (h->edges + edges < h->limit)
		return 0;
	h->refused++;
	hw_add(&m->failed, 1);
	return -ENOMEM;
}

/* Record what is mapped at a page. ThreadSanitizer forgets what earlier runs did there. */
static void record_mapped(struct machine *m, u64 addr, u32 frame)
{
	struct host_page *l = &m->host->last[(addr - m->cfg.kva_start) >> PAGE_SHIFT];

	if (l->gen != m->gen)
		announce_fresh((void *)addr, PAGE_SIZE);
	*l = (struct host_page){.gen = m->gen, .owner = m->page[frame].owner, .frame = frame};
}

static void map_run(struct machine *m, u64 addr, u32 frame, u64 nr)
{
	for (u64 i = 0; i < nr; i++) {
		/* Boot memory that mem_address() was not asked for yet. */
		if (!m->cfg.bare)
			frame_ready(m, frame + (u32)i, NULL);
		record_mapped(m, addr + i * PAGE_SIZE, frame + (u32)i);
	}
	host_map_frames(m, addr, frame, nr);
	if (addr - m->host->shadow_start < m->host->shadowed)
		san_unpoison((void *)addr, nr << PAGE_SHIFT);
	san_mark_init((void *)addr, nr << PAGE_SHIFT);
}

/* Follow @nr entries from @addr on, which have been set. */
void host_map(struct machine *m, u64 addr, u64 nr)
{
	struct host *h = m->host;
	u64 end = addr + (nr << PAGE_SHIFT), at = addr, run;

	if (!nr)
		return;
	hw_assert_held(&m->mmu_lock);
	/* Before, there was an edge at either end if the neighbour was mapped. */
	h->edges += host_count_edges(m, addr, nr);
	h->edges -= pgtable_entry(m, addr - PAGE_SIZE) & PTE_PRESENT;
	h->edges -= pgtable_entry(m, end) & PTE_PRESENT;
	h->low = min(h->low, addr);
	h->high = max(h->high, end);
	for (; at < end; at += run << PAGE_SHIFT) {
		for (run = 1; at + (run << PAGE_SHIFT) < end; run++)
			if (edge_at(m, at + (run << PAGE_SHIFT)))
				break;
		map_run(m, at, pgtable_entry(m, at) >> PTE_SHIFT, run);
	}
}

static void unmap_bytes(struct machine *m, u64 start, u64 end)
{
	host_map_nothing(m, start, end - start);
	if (start - m->host->shadow_start < m->host->shadowed)
		san_poison((void *)start, end - start);
}

/* Before @nr entries from @addr on are cleared. */
void host_unmap(struct machine *m, u64 addr, u64 nr)
{
	struct host *h = m->host;
	u64 first = 0, end = addr, ticket = task_ticket();

	hw_assert_held(&m->mmu_lock);
	for (u64 at = addr; at < addr + (nr << PAGE_SHIFT); at += PAGE_SIZE) {
		if (!(pgtable_entry(m, at) & PTE_PRESENT))
			continue;
		first = first ? first : at;
		end = at + PAGE_SIZE;
		h->last[(at - m->cfg.kva_start) >> PAGE_SHIFT].ticket = ticket;
	}
	if (!first)
		return;
	nr = (end - first) >> PAGE_SHIFT;
	h->edges -= host_count_edges(m, first, nr);
	h->edges += pgtable_entry(m, first - PAGE_SIZE) & PTE_PRESENT;
	h->edges += pgtable_entry(m, end) & PTE_PRESENT;
	unmap_bytes(m, first, end);
}

/* Between runs: unmap what an abandoned run left. */
void host_sweep(struct machine *m)
{
	struct host *h = m->host;

	if (h->edges)
		unmap_bytes(m, h->low, h->high);
	h->edges = 0;
}

#ifdef MM_ASAN
/* The lock, since two threads may change different bytes that have one byte of the shadow. */
void mem_poison(struct machine *m, u64 addr, size_t len)
{
	if (!m->host)
		return;
	hw_lock(&m->mmu_lock);
	san_poison((void *)addr, len);
	hw_unlock(&m->mmu_lock);
}

void mem_unpoison(struct machine *m, u64 addr, size_t len)
{
	if (!m->host)
		return;
	hw_lock(&m->mmu_lock);
	san_unpoison((void *)addr, len);
	hw_unlock(&m->mmu_lock);
}
#endif

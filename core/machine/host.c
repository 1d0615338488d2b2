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
 * Windows. A machine has a slot: HOST_WINDOW bytes for the direct map and as many for the KVA. The
 * addresses are fixed, so that runs are repeatable, and lie where AddressSanitizer,
 * ThreadSanitizer and MemorySanitizer all have application memory: from 0x5100'0000'0000 to
 * 0x6000'0000'0000 for MSan, 0x5500'0000'0000 to 0x5a00'0000'0000 for TSan, above
 * 0x5400'0000'0000 for ASan, whose heap ends there. Position-independent programs lie below
 * 0x5656'0000'0000 with vm.mmap_rnd_bits=28, the largest value that TSan accepts. The KVA of the
 * first slot equals MACHINE_KVA_START modulo 45 << 35, so that most zones (addr / zone size %
 * nodes) are the same on both MMUs.
 *
 * System calls. A run of pages whose frames are neighbours is one call, and so is any range that is
 * unmapped. They are raw: the sanitizers' mmap() would take them for accesses of the caller.
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
 * A child of fork() shares the file with its parent, and must not use the parent's machine:
 * machine_boot() refuses.
 *
 * Invariant: M17 of internal.h.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"

#define HOST_BASE 0x580000000000ULL
#define HOST_SLOT_BYTES (2 * HOST_WINDOW)

/* Mappings that are left to the rest of the process. */
#define SPARE 1000

/* AddressSanitizer's shadow of a KVA that is larger would cost too much memory. */
#define SHADOW_MAX (256ULL << 20)

static bool slot_used[MMU_HOST_MACHINES];

bool host_slot_of(u64 addr, unsigned int *slot)
{
	*slot = (addr - HOST_BASE) / HOST_SLOT_BYTES;
	return addr - HOST_BASE < MMU_HOST_MACHINES * HOST_SLOT_BYTES;
}

static void *map(u64 addr, u64 bytes, int prot, int flags, int fd, u64 offset)
{
	return (void *)syscall(SYS_mmap, addr, bytes, prot, flags, fd, offset);
}

/* The host refused although the count of mappings allowed it. The run cannot go on. */
static __noreturn void report_refusal(const struct machine *m, u64 addr, u64 bytes)
{
	mm_report(ORACLE_CRASH,
		  "the host MMU cannot map 0x%llx + 0x%llx with %llu mappings: %s; raise "
		  "vm.max_map_count",
		  addr, bytes, m->host->edges + 1, strerror(errno));
}

static void map_frames(struct machine *m, u64 addr, u64 frame, u64 nr)
{
	if (map(addr, nr << PAGE_SHIFT, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, m->host->fd,
		frame << PAGE_SHIFT) == MAP_FAILED)
		report_refusal(m, addr, nr << PAGE_SHIFT);
}

/* The flags of all reservations are equal, so that the host merges neighbours. */
static void map_nothing(struct machine *m, u64 addr, u64 bytes)
{
	if (bytes &&
	    map(addr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1,
		0) == MAP_FAILED)
		report_refusal(m, addr, bytes);
}

static u64 read_map_limit(void)
{
	FILE *f = fopen("/proc/sys/vm/max_map_count", "re");
	unsigned long long limit = 0;

	if (f) {
		if (fscanf(f, "%llu", &limit) != 1)
			limit = 0;
		fclose(f);
	}
	return limit ? limit : 65530;
}

static u64 count_own_maps(void)
{
	FILE *f = fopen("/proc/self/maps", "re");
	u64 lines = 0;
	int c;

	while (f && (c = getc(f)) != EOF)
		lines += c == '\n';
	if (f)
		fclose(f);
	return lines;
}

static int take_slot(void)
{
	for (int slot = 0; slot < MMU_HOST_MACHINES; slot++)
		if (!__atomic_test_and_set(&slot_used[slot], __ATOMIC_ACQ_REL))
			return slot;
	return -1;
}

static void give_slot(unsigned int slot)
{
	__atomic_clear(&slot_used[slot], __ATOMIC_RELEASE);
}

static int open_windows(struct machine *m, struct host *h, int slot)
{
	void *p;

	h->base = HOST_BASE + (u64)slot * HOST_SLOT_BYTES;
	p = map(h->base, HOST_SLOT_BYTES, PROT_NONE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
	if ((u64)p != h->base) {
		if (p != MAP_FAILED)
			munmap(p, HOST_SLOT_BYTES);
		snprintf(m->why, sizeof(m->why),
			 "the host MMU needs addresses 0x%llx to 0x%llx: %s", h->base,
			 h->base + HOST_SLOT_BYTES,
			 p == MAP_FAILED ? strerror(errno) : "taken by something else");
		return -EBUSY;
	}
	h->fd = memfd_create("mmstorm-memory", MFD_CLOEXEC);
	if (h->fd < 0) {
		snprintf(m->why, sizeof(m->why), "the host MMU needs a memfd: %s", strerror(errno));
		munmap(p, HOST_SLOT_BYTES);
		return -ENOMEM;
	}
	return 0;
}

static int open_slot(struct machine *m, struct host *h, int slot)
{
	const u64 max = read_map_limit(), own = count_own_maps() + SPARE;
	int err;

	if (max <= own) {
		snprintf(m->why, sizeof(m->why),
			 "the host MMU needs more mappings than vm.max_map_count=%llu leaves it: "
			 "raise it, to 65530 at least",
			 max);
		return -ENOMEM;
	}
	err = open_windows(m, h, slot);
	if (err)
		return err;
	h->pid = getpid();
	h->limit = max - own;
	m->host_opened = h;
	return 0;
}

int host_open(struct machine *m)
{
	struct host *h;
	int slot, err;

#if !defined(__linux__) || !defined(__x86_64__)
	snprintf(m->why, sizeof(m->why), "the host MMU needs Linux on x86-64");
	return -EOPNOTSUPP;
#endif
	if (m->host_opened) {
		if (m->host_opened->pid == getpid())
			return 0;
		snprintf(m->why, sizeof(m->why),
			 "a machine on the host MMU belongs to the process that made it");
		return -EINVAL;
	}
	slot = take_slot();
	if (slot < 0) {
		snprintf(m->why, sizeof(m->why),
			 "found %d machines on the host MMU, expected fewer than that",
			 MMU_HOST_MACHINES);
		return -EBUSY;
	}
	h = calloc(1, sizeof(*h));
	err = h ? open_slot(m, h, slot) : -ENOMEM;
	if (err) {
		free(h);
		give_slot((unsigned int)slot);
	}
	return err;
}

static void free_last(struct host *h)
{
	if (h->last)
		munmap(h->last, h->nr_last * sizeof(*h->last));
	h->last = NULL;
	h->nr_last = 0;
}

void host_close(struct machine *m)
{
	struct host *h = m->host_opened;
	unsigned int slot;

	if (!h)
		return;
	host_slot_of(h->base, &slot);
	host_unwatch(m);
	san_unpoison((void *)h->shadow_start, h->shadowed);
	free_last(h);
	close(h->fd);
	syscall(SYS_munmap, h->base, HOST_SLOT_BYTES);
	free(h);
	m->host_opened = NULL;
	give_slot(slot);
}

/* Do KVA and page frames fit into the windows? */
int host_check(struct machine *m, const struct machine_config *cfg)
{
	const struct topology *t = &cfg->topology;
	const struct node_range *last = &t->range[t->nr_ranges - 1];
	const u64 kva = m->host_opened->base + HOST_WINDOW;

	if (cfg->kva_start - kva >= HOST_WINDOW ||
	    cfg->kva_size > HOST_WINDOW - (cfg->kva_start - kva)) {
		snprintf(m->why, sizeof(m->why),
			 "the KVA at 0x%llx + 0x%llx is not within the host MMU's 0x%llx + 0x%llx",
			 cfg->kva_start, cfg->kva_size, kva, HOST_WINDOW);
		return -EINVAL;
	}
	if (last->start + last->nr > HOST_WINDOW >> PAGE_SHIFT) {
		snprintf(m->why, sizeof(m->why),
			 "the last page frame is number %llu, and the host MMU maps %llu frames",
			 last->start + last->nr - 1, HOST_WINDOW >> PAGE_SHIFT);
		return -EINVAL;
	}
	return 0;
}

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
	map_nothing(m, m->host->base, m->host->direct);
	m->host->direct = 0;
}

/* Map the ranges; then no frame is in use. */
void host_lay_direct(struct machine *m)
{
	m->host->direct = m->direct_size;
	for (unsigned int i = 0; i < m->nr_ranges; i++)
		map_frames(m, (u64)m->range[i].memory, m->range[i].first, m->range[i].nr);
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
	void *p;

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
	if (h->nr_last == pages)
		return 0;
	free_last(h);
	p = map(0, pages * sizeof(*h->last), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return -ENOMEM;
	h->last = p;
	h->nr_last = pages;
	return 0;
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
	map_frames(m, addr, frame, nr);
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
	map_nothing(m, start, end - start);
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host_window.c - the host MMU's part of the process's address space: reserve it, and map in it.
 *
 * A machine has a slot: HOST_WINDOW bytes for the direct map and as many for the KVA. The
 * addresses are fixed, so that runs are repeatable, and lie where AddressSanitizer,
 * ThreadSanitizer and MemorySanitizer all have application memory: from 0x5100'0000'0000 to
 * 0x6000'0000'0000 for MSan, 0x5500'0000'0000 to 0x5a00'0000'0000 for TSan, above
 * 0x5400'0000'0000 for ASan, whose heap ends there. Position-independent programs lie below
 * 0x5656'0000'0000 with vm.mmap_rnd_bits=28, the largest value that TSan accepts. The KVA of the
 * first slot equals MACHINE_KVA_START modulo 45 << 35, so that most zones (addr / zone size %
 * nodes) are the same on both MMUs.
 *
 * The system calls are raw: the sanitizers' mmap() would take them for accesses of the caller.
 *
 * A child of fork() shares the file with its parent, and must not use the parent's machine:
 * machine_boot() refuses.
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

void host_map_frames(struct machine *m, u64 addr, u64 frame, u64 nr)
{
	if (map(addr, nr << PAGE_SHIFT, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, m->host->fd,
		frame << PAGE_SHIFT) == MAP_FAILED)
		report_refusal(m, addr, nr << PAGE_SHIFT);
}

/* The flags of all reservations are equal, so that the host merges neighbours. */
void host_map_nothing(struct machine *m, u64 addr, u64 bytes)
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

int host_size_records(struct host *h, u64 pages)
{
	void *p;

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

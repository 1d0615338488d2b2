/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memory.c - metadata, page frames and boot memory of the kernel, and access to its memory.
 *
 * While the kernel boots, its metadata is boot memory: it does not count as a request, does not
 * fail, and is gone with the run. Nothing that a program asks for is made then.
 */
#include <stdlib.h>
#include <string.h>

#include "bridge.h"
#include "sched/announce.h"
#include "sched/keep.h"

/* Enough for nodes and first chunks of 64 CPUs. */
#define BOOT_BYTES (16ULL << 20)
#define BOOT_RANGES 1024

/**
 * struct boot_memory - what the kernel got while it booted
 * @base, @used: of br_boot_alloc()
 * @range:       frames of br_boot_frames(), less what was given back
 */
static struct {
	u8 *base;
	u64 used;
	struct {
		u64 addr, size;
	} range[BOOT_RANGES];
	u32 nr;
} boot;

void boot_memory_attach(void)
{
	if (!boot.base)
		boot.base = keep_alloc(BOOT_BYTES);
	if (!boot.base)
		abort();
	memset(boot.base, 0, boot.used);
	announce_fresh(boot.base, boot.used);
	boot.used = 0;
	boot.nr = 0;
}

bool is_boot_memory(const void *p)
{
	return boot.base && (u64)((const u8 *)p - boot.base) < BOOT_BYTES;
}

void *br_boot_alloc(unsigned long size, unsigned long align)
{
	const u64 at = ALIGN(boot.used, max(align, 16UL));

	if (at + size > BOOT_BYTES)
		return NULL;
	boot.used = at + size;
	return boot.base + at;
}

/* The provider of boot memory asks for a CPU; the kernel's request names a node. */
static unsigned int cpu_of_node(int node)
{
	const struct topology *t = machine_topology(bridge.m);
	unsigned int cpu;

	for_each_possible_cpu (cpu, t)
		if ((int)cpu_to_node(t, cpu) == node)
			return cpu;
	return cpu_next_possible(t, 0);
}

void *br_boot_frames(unsigned long size, unsigned long align, int node)
{
	u64 addr = 0;

	if (boot.nr == BOOT_RANGES) {
		br.boot_failed = true;
		return NULL;
	}
	if (bridge.provider) {
		addr = bridge.provider->alloc(bridge.provider->arg, cpu_of_node(node), size, align);
	} else {
		struct page *page = alloc_contig_pages(bridge.m, node, size >> PAGE_SHIFT,
						       align >> PAGE_SHIFT, GFP_KERNEL, "percpu");

		addr = page ? page_to_virt(bridge.m, page) : 0;
	}
	if (!addr)
		return NULL;
	boot.range[boot.nr].addr = addr;
	boot.range[boot.nr++].size = size;
	return (void *)(uintptr_t)addr;
}

static void give_back(u64 addr, u64 size)
{
	if (!size)
		return;
	if (bridge.provider)
		bridge.provider->free(bridge.provider->arg, addr, size);
	else
		put_contig_pages(bridge.m, virt_to_page(bridge.m, addr), size >> PAGE_SHIFT);
}

void br_boot_free(void *p, unsigned long size)
{
	const u64 addr = (uintptr_t)p;

	if (is_boot_memory(p) || !size)
		return;
	for (u32 i = 0; i < boot.nr; i++) {
		const u64 start = boot.range[i].addr, end = start + boot.range[i].size;

		if (addr < start || addr >= end)
			continue;
		boot.range[i].size = addr - start;
		if (addr + size < end && boot.nr < BOOT_RANGES) {
			boot.range[boot.nr].addr = addr + size;
			boot.range[boot.nr++].size = end - (addr + size);
		}
		give_back(addr, size);
		return;
	}
	mm_report(ORACLE_PAGE_FREE, "boot memory at 0x%llx is given back, and is none", addr);
}

void boot_memory_release(void)
{
	while (boot.nr) {
		boot.nr--;
		give_back(boot.range[boot.nr].addr, boot.range[boot.nr].size);
	}
}

void *br_kmalloc(unsigned long size, unsigned int flags)
{
	if (unlikely(br.booting))
		return br_boot_alloc(size, 64);
	return kmalloc(bridge.m, size, from_bridge_gfp(flags));
}

void br_kfree(const void *p)
{
	if (p && !is_boot_memory(p))
		kfree(bridge.m, (void *)p);
}

struct page *br_alloc_pages(int node, unsigned int flags, unsigned int order, const char *owner)
{
	const gfp_t gfp = from_bridge_gfp(flags);

	if (!order)
		return alloc_page_node(bridge.m, node, gfp, owner);
	return alloc_contig_pages(bridge.m, node, 1ULL << order, 1ULL << order, gfp, owner);
}

void br_free_pages(struct page *page, unsigned int order)
{
	if (order)
		put_contig_pages(bridge.m, page, 1ULL << order);
	else
		put_page(bridge.m, page);
}

void br_get_page(struct page *page)
{
	get_page(bridge.m, page);
}

struct page *br_pfn_to_page(unsigned long pfn)
{
	return pfn_to_page(bridge.m, pfn);
}

static bool is_elsewhere(const void *p)
{
	return in_window((unsigned long)p) || (long)p < 0;
}

/* The host's memory for @addr, up to the end of its page. *len is cut to that. */
static void *host_memory(unsigned long addr, size_t *len)
{
	if (!is_elsewhere((void *)addr))
		return (void *)addr;
	*len = min(*len, (size_t)(PAGE_SIZE - (addr & ~PAGE_MASK)));
	if (in_window(addr) && window_has(addr & PAGE_MASK))
		return (void *)addr;
	return mem_address(bridge.m, to_machine(addr), *len);
}

/* While the window is accessed, its pages stay where they are. */
static bool begin_access(const void *a, const void *b)
{
	const bool locked = in_window((unsigned long)a) || in_window((unsigned long)b);

	if (locked)
		window_lock();
	return locked;
}

static void end_access(bool locked)
{
	if (locked)
		window_unlock();
}

/* memset() and memcpy() are calls on purpose: ThreadSanitizer intercepts them. */
void br_memset(void *p, int c, size_t n)
{
	const bool locked = begin_access(p, p);

	while (n) {
		size_t part = n;

		memset(host_memory((unsigned long)p, &part), c, part);
		p = (u8 *)p + part;
		n -= part;
	}
	end_access(locked);
}

void br_memcpy(void *dst, const void *src, size_t n)
{
	bool locked;

	/* A first chunk whose pages could not be mapped is given up. */
	if (unlikely(br.boot_failed))
		return;
	locked = begin_access(dst, src);
	while (n) {
		size_t part = n;
		void *to = host_memory((unsigned long)dst, &part);
		const void *from = host_memory((unsigned long)src, &part);

		/* vread() reads pages that their owner may be writing. */
		if (is_elsewhere(src))
			br_race_begin();
		memcpy(to, from, part);
		if (is_elsewhere(src))
			br_race_end();
		dst = (u8 *)dst + part;
		src = (const u8 *)src + part;
		n -= part;
	}
	end_access(locked);
}

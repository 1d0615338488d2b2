/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * window.c - the kernel's vmalloc space as memory of the process.
 *
 * The kernel keeps a few things of its own in memory that it has mapped: arrays of pages, nodes of
 * deferred frees, metadata of large chunks. Most mapped pages it never looks at. So a page of the
 * window is inaccessible until the kernel touches it, which is a fault: the handler looks the
 * address up in the machine's page table and gives the page the frame's contents. If nothing is
 * mapped there, the access is a finding (fault), as is any later one after the page is unmapped.
 *
 * From then on such a page has its contents in the window, and not in its frame. Accesses of the
 * bridge go where they are (memory.c); the harness never reads what the kernel keeps for itself.
 *
 * On threads several may touch a page at once: it is filled elsewhere and then moved into place,
 * under the lock, which memory.c holds while it accesses the window.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bridge.h"
#include "bridge_lock.h"
#include "sched/announce.h"
#include "sched/keep.h"

/**
 * struct window - pages of the window that the kernel has touched
 * @start:   as the machine's KVA begins
 * @size:    bytes
 * @mapped:  end of what is reserved, from the lowest address ever used
 * @touched: pages with contents, in no order
 * @bit:     a bit for each page of the window: it is in @touched
 * @busy:    protects @touched and the contents
 */
static struct {
	unsigned long start;
	u64 size;
	unsigned long low, high;
	unsigned long *touched;
	u64 nr, max;
	u64 *bit;
	u64 bits;
	struct sigaction before;
	bool handling;
	bool busy;
} window;

/* The sanitizers' interceptors keep shadow memory of what is mapped, which takes long for so much.
 */
static void *map_raw(void *at, size_t size, int prot, int flags)
{
	return (void *)syscall(SYS_mmap, at, size, prot, flags, -1, 0);
}

static void die(const char *what)
{
	static const char text[] = "linux: no memory for the window of the vmalloc space\n";

	(void)what;
	if (write(2, text, sizeof(text) - 1) < 0)
		abort();
	abort();
}

static u64 page_number(unsigned long addr)
{
	return (addr - window.start) >> PAGE_SHIFT;
}

bool window_has(unsigned long addr)
{
	const u64 n = page_number(addr);

	return __atomic_load_n(&window.bit[n / 64], __ATOMIC_ACQUIRE) >> n % 64 & 1;
}

void window_lock(void)
{
	bridge_lock(&window.busy);
}

void window_unlock(void)
{
	bridge_unlock(&window.busy);
}

static void clear_page(unsigned long addr)
{
	const u64 n = page_number(addr);

	__atomic_fetch_and(&window.bit[n / 64], ~(1ULL << n % 64), __ATOMIC_RELAXED);
	announce_fresh((void *)addr, PAGE_SIZE);
	syscall(SYS_madvise, addr, PAGE_SIZE, MADV_DONTNEED);
	syscall(SYS_mprotect, addr, PAGE_SIZE, PROT_NONE);
}

void window_forget(unsigned long addr)
{
	if (likely(!window_has(addr)))
		return;
	window_lock();
	clear_page(addr);
	for (u64 i = 0; i < window.nr; i++)
		if (window.touched[i] == addr) {
			window.touched[i] = window.touched[--window.nr];
			break;
		}
	window_unlock();
}

static void add_page(unsigned long addr)
{
	const u64 n = page_number(addr);

	if (window.nr == window.max) {
		unsigned long *more = keep_alloc(2 * (window.max + 32) * sizeof(*more));

		if (!more)
			die("pages");
		for (u64 i = 0; i < window.nr; i++)
			more[i] = window.touched[i];
		keep_free(window.touched);
		window.touched = more;
		window.max = 2 * (window.max + 32);
	}
	window.touched[window.nr++] = addr;
	__atomic_fetch_or(&window.bit[n / 64], 1ULL << n % 64, __ATOMIC_RELEASE);
}

/* Let @at have the contents of a frame, for all threads at once. */
static void fill_page(unsigned long at, const u64 *contents)
{
	volatile u64 *copy =
		map_raw(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);

	if (copy == MAP_FAILED)
		die("a page");
	for (u32 i = 0; i < PAGE_SIZE / sizeof(u64); i++)
		copy[i] = contents[i];
	if (syscall(SYS_mremap, copy, PAGE_SIZE, PAGE_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, at) < 0)
		die("a page");
}

static void touch(unsigned long addr)
{
	const unsigned long at = addr & PAGE_MASK;
	struct page *page = vmalloc_to_page(bridge.m, to_machine(at));

	MM_CHECK(page, FAULT,
		 "the kernel accesses 0x%llx of its vmalloc space, where nothing is mapped",
		 to_machine(addr));
	window_lock();
	if (!window_has(at)) {
		fill_page(at, page_address(bridge.m, page));
		add_page(at);
	}
	window_unlock();
}

/* A fault elsewhere goes to the handler that was there before: a sanitizer's or a fuzzer's. */
static void on_fault(int sig, siginfo_t *info, void *context)
{
	const unsigned long addr = (unsigned long)info->si_addr;

	if (bridge.m && in_window(addr)) {
		touch(addr);
		return;
	}
	if (window.before.sa_flags & SA_SIGINFO) {
		window.before.sa_sigaction(sig, info, context);
		return;
	}
	sigaction(sig, &window.before, NULL);
}

static void handle_faults(void)
{
	struct sigaction act = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER};

	if (window.handling)
		return;
	window.handling = true;
	sigemptyset(&act.sa_mask);
	if (sigaction(SIGSEGV, &act, &window.before))
		die("sigaction");
}

/* Reserve addresses, once for each largest window of the process. */
static void reserve(unsigned long start, u64 size)
{
	if (start >= window.low && start + size <= window.high)
		return;
	if (window.high)
		syscall(SYS_munmap, window.low, window.high - window.low);
	if (map_raw((void *)start, size, PROT_NONE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE) !=
	    (void *)start)
		die("addresses");
	window.low = start;
	window.high = start + size;
}

void window_attach(u64 start, u64 size)
{
	const u64 words = DIV_ROUND_UP(size >> PAGE_SHIFT, 64);
	void *seen = announce_unseen_begin();

	for (u64 i = 0; i < window.nr; i++)
		clear_page(window.touched[i]);
	window.nr = 0;
	if (words > window.bits) {
		keep_free(window.bit);
		window.bit = keep_alloc(words * sizeof(u64));
		if (!window.bit)
			die("bits");
		window.bits = words;
	}
	/* A finding may have ended the last run in the middle of an access. */
	window.busy = false;
	window.start = start;
	window.size = size;
	reserve(start, size);
	handle_faults();
	announce_unseen_end(seen);
}

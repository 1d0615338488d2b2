/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bridge_words.h - what the words call: the functions of the bridge, without a type of the kernel
 * or of ours, so that both sides include this file.
 *
 * The bridge (bridge/) has the machine of the run. Functions that have no counterpart of the same
 * meaning here are those of the engine itself: spin_lock(), rcu_read_lock() and the like resolve to
 * it at link time (locks.h, rcu.h).
 */
#ifndef MM_LINUX_BRIDGE_WORDS_H
#define MM_LINUX_BRIDGE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct page;

/* Bits of a request's flags on their way through the bridge. */
#define BR_GFP_WAIT 1u
#define BR_GFP_ZERO 2u
#define BR_GFP_THISNODE 4u

/**
 * struct bridge_numbers - what the kernel takes for constants of its machine
 * @kva_start, @kva_end: VMALLOC_START and VMALLOC_END
 * @direct:       the address of frame 0 in the direct map
 * @pte, @pmd:    the entries of the page table, of the lowest level and of the one above, from
 *                @kva_base on: kernel code reads and compares them, the machine keeps its own
 * @kva_base:     multiple of what an entry of @pmd covers, not above @kva_start
 * @total_pages:  frames of the machine
 * @nodes:        nodes are below this number
 * @static_data:  what the static region of a first chunk begins with
 * @static_size:  its bytes
 * @booting:      the first chunk is being made
 * @boot_failed:  a request failed that the kernel takes for granted while it boots
 */
struct bridge_numbers {
	unsigned long kva_start, kva_end;
	unsigned long direct;
	unsigned long *pte, *pmd;
	unsigned long kva_base;
	unsigned long total_pages;
	unsigned int nodes;
	const void *static_data;
	unsigned long static_size;
	bool booting;
	bool boot_failed;
};

extern struct bridge_numbers br;

/* Scheduling points; before a read or write of memory at @p. */
void br_point(void);
void br_point_read(const volatile void *p);
void br_point_write(const volatile void *p);

/* cond_resched(), unless a caller that may not sleep was let in (bridge/vmap.c). */
void br_cond_resched(void);

/* Findings: an assertion of the kernel failed, or it printed a warning. */
void br_bug(const char *file, int line, const char *what) __attribute__((__noreturn__));
void br_warn(const char *file, int line, const char *what);

/* Metadata; of one object of a cache too. */
void *br_kmalloc(unsigned long size, unsigned int flags);
void br_kfree(const void *p);

/* Memory for what the kernel makes while it boots and never gives back. It does not fail. */
void *br_boot_alloc(unsigned long size, unsigned long align);

/* Frames for a first chunk, near a node; their address in the direct map, or NULL. */
void *br_boot_frames(unsigned long size, unsigned long align, int node);
void br_boot_free(void *p, unsigned long size);

/* Page frames. */
struct page *br_alloc_pages(int node, unsigned int flags, unsigned int order, const char *owner);
void br_free_pages(struct page *page, unsigned int order);
void br_get_page(struct page *page);
struct page *br_pfn_to_page(unsigned long pfn);

/* Page table and TLBs. br_prepare_table() returns 0 or a negative error. */
int br_prepare_table(unsigned long addr);
void br_set_pte(unsigned long addr, struct page *page);
void br_clear_pte(unsigned long addr);
void br_flush_tlb(unsigned long start, unsigned long end);

/* A user's mapping receives a page (remap_vmalloc_range()). */
int br_insert_page(void *user, unsigned long uaddr, struct page *page);

/* Memory at an address of the kernel, in the direct map and in the vmalloc space too. */
void br_memset(void *p, int c, size_t n);
void br_memcpy(void *dst, const void *src, size_t n);

/* The percpu allocator has made a chunk, or is about to destroy it; @base: its lowest unit. */
void br_chunk_created(const void *base);
void br_chunk_destroyed(const void *base);

int br_cpu_to_node(unsigned int cpu);

#endif

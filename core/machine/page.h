/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * page.h - page frames: node, owner, reference count, contents, address in the direct map.
 *
 * A free frame holds poison, which is checked when the next owner first reaches its bytes, and at
 * the end of the run. A frame that is handed out holds garbage, the same in every run.
 *
 * On a machine with boot memory, every frame starts in use, its bytes reachable, with one reference
 * of the owner "boot memory". put_page() must not drop that reference; hand_over_pages() does.
 */
#ifndef MM_MACHINE_PAGE_H
#define MM_MACHINE_PAGE_H

#include "machine.h"

/**
 * struct page - a page frame
 * @pfn:     its number
 * @nid:     its node
 * @count:   references; 0: free
 * @owner:   name of the allocating subsystem, a string that outlives the run; for reports
 * @ticket:  task_ticket() of the allocation; for reports
 * @private: for the owner, the only member that the owner may write to
 */
struct page {
	u64 pfn;
	unsigned int nid;
	int count;
	const char *owner;
	u64 ticket;
	u64 private;
};

/**
 * alloc_page_node() - a page frame
 * @m:     the machine
 * @nid:   preferred node; NUMA_NO_NODE: that of the calling CPU
 * @gfp:   GFP_KERNEL may sleep; __GFP_ZERO zeroes the frame; __GFP_THISNODE: no other node
 * @owner: name of the caller, for reports
 *
 * If the preferred node is full, the others are tried in order of distance, then number.
 *
 * Return: the frame with one reference, or NULL: none is free, or the request fails by plan.
 */
struct page *alloc_page_node(struct machine *m, int nid, gfp_t gfp, const char *owner);

/**
 * alloc_contig_pages() - page frames with consecutive numbers
 * @m:     the machine
 * @nid:   as for alloc_page_node()
 * @nr:    how many, from 1
 * @align: the first number is a multiple of this power of two; 1: any
 * @gfp:   as for alloc_page_node()
 * @owner: name of the caller, for reports
 *
 * First fit: the lowest run, of freed and never-used frames alike, in one range of the nearest node
 * that has such a run. It is one request of the failure plan, and no unit in any other respect:
 * each frame can be freed alone.
 *
 * Return: the first of @nr neighbours in an array, each with one reference; or NULL: there is no
 * such run, or the request fails by plan.
 */
struct page *alloc_contig_pages(struct machine *m, int nid, u64 nr, u64 align, gfp_t gfp,
				const char *owner);

/** get_page() - one more reference to a frame in use */
void get_page(struct machine *m, struct page *page);

/**
 * put_page() - drop a reference; the last one frees the frame
 *
 * A frame that is free already is ORACLE_PAGE_FREE.
 */
void put_page(struct machine *m, struct page *page);

/** put_contig_pages() - put_page() of @nr neighbours, as one service */
void put_contig_pages(struct machine *m, struct page *page, u64 nr);

/** pfn_to_page() - the frame with that number, or NULL if the machine has none */
struct page *pfn_to_page(struct machine *m, u64 pfn);

/** page_to_phys() - physical address of a frame */
static inline u64 page_to_phys(const struct page *page)
{
	return page->pfn << PAGE_SHIFT;
}

/** page_to_virt() - address of a frame in the direct map, for mem_address() and mem_set() */
u64 page_to_virt(const struct machine *m, const struct page *page);

/** virt_to_page() - the frame at @addr of the direct map, or NULL if there is none */
struct page *virt_to_page(struct machine *m, u64 addr);

/** page_address() - the PAGE_SIZE bytes of a frame in use, in our own address space */
void *page_address(struct machine *m, const struct page *page);

/**
 * hand_over_pages() - turn boot memory into free frames of the page allocator
 * @m:     the machine
 * @pfn:   number of the first frame, a multiple of the size of the block
 * @order: the block has 2^order frames, all of one range of memory
 *
 * The frames are poisoned if they were written to. Frames that lie above all allocated ones are
 * handed out lowest first; others come before those, as freed frames do. Frames that are never
 * handed over are no leak.
 *
 * ORACLE_PAGE_FREE, before any frame is handed over: a frame that is not boot memory (already
 * handed over, allocated since, none of the machine), a block that is not aligned or leaves its
 * range, a second reference to a frame.
 *
 * Context: any task. Cost: a few steps for each 64 frames, and for each frame whose struct page was
 * asked for.
 */
void hand_over_pages(struct machine *m, u64 pfn, unsigned int order);

/* The owner of a page frame. */
enum page_owner {
	PAGE_OWNER_NONE, /* the machine has no such frame */
	PAGE_OWNER_BOOT, /* boot memory */
	PAGE_OWNER_FREE, /* the page allocator */
	PAGE_OWNER_USER, /* struct page.owner */
};

/** page_owner() - the owner of the frame with that number; for oracles: it changes nothing */
enum page_owner page_owner(const struct machine *m, u64 pfn);

/** nr_free_pages() - number of free frames; table pages and boot memory are not free */
u64 nr_free_pages(const struct machine *m);

#endif

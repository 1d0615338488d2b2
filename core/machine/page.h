/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * page.h - page frames: node, owner, reference count, contents, address in the direct map.
 *
 * A free frame holds a poison that is checked when its next owner first gets at its bytes, and
 * at the end of the run; a frame that is handed out holds garbage that is the same in
 * every run.
 *
 * On a machine with boot memory each frame starts as such: in use, its bytes reachable, with one
 * reference of the owner "boot memory", which put_page() must not drop.
 */
#ifndef MM_MACHINE_PAGE_H
#define MM_MACHINE_PAGE_H

#include "machine.h"

/**
 * struct page - a page frame
 * @pfn:    its number
 * @nid:    its node
 * @count:  references; 0: free
 * @owner:  who allocated it, a string that outlives the run; for reports
 * @ticket: task_ticket() of the allocation; for reports
 * @private: for the owner
 *
 * Only @private may be written by others than the machine.
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
 * @nid:   preferred node; others are tried in order of distance. NUMA_NO_NODE: the caller's
 * @gfp:   GFP_KERNEL may sleep; __GFP_ZERO zeroes the frame; __GFP_THISNODE: no other node
 * @owner: who asks, for reports
 *
 * Return: the frame with one reference, or NULL: none free, or failed by plan.
 */
struct page *alloc_page_node(struct machine *m, int nid, gfp_t gfp, const char *owner);

/**
 * alloc_contig_pages() - page frames with consecutive numbers
 * @m:     the machine
 * @nid:   as for alloc_page_node()
 * @nr:    how many, from 1
 * @align: the first number is a multiple of this power of two; 1: any
 * @gfp:   as for alloc_page_node()
 * @owner: who asks, for reports
 *
 * The lowest run that fits of the nearest node that has one. All frames are of one node and
 * of one range of its memory. The request is a single one of the failure plan.
 *
 * Return: the first of @nr neighbours in an array, each with a reference of its own for
 * put_page(); or NULL: there is no such run, or failed by plan.
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

/** put_contig_pages() - put_page() of @nr neighbours, all at once */
void put_contig_pages(struct machine *m, struct page *page, u64 nr);

/** pfn_to_page() - the frame of that number, or NULL if the machine has none */
struct page *pfn_to_page(struct machine *m, u64 pfn);

/** page_to_phys() - physical address of a frame */
static inline u64 page_to_phys(const struct page *page)
{
	return page->pfn << PAGE_SHIFT;
}

/** page_to_virt() - address of a frame in the direct map, for mem_address() and its sisters */
static inline u64 page_to_virt(const struct page *page)
{
	return MACHINE_DIRECT_START + page_to_phys(page);
}

/** virt_to_page() - the frame that the direct map has at @addr, or NULL: there is none */
struct page *virt_to_page(struct machine *m, u64 addr);

/** page_address() - the PAGE_SIZE bytes of a frame in use, in our own address space */
void *page_address(struct machine *m, const struct page *page);

/**
 * hand_over_pages() - boot memory becomes free frames of the page allocator
 * @m:     the machine
 * @pfn:   number of the first frame, a multiple of the size of the block
 * @order: the block has 2^order frames, all of one range of memory
 *
 * From then on they are free frames like any: what was never allocated is handed out lowest first,
 * and what was written to as boot memory is poisoned. A frame that is not boot
 * memory (handed over already, allocated since, none of the machine), a block that is not
 * aligned or leaves its range, or a reference to a frame besides boot memory's own is
 * ORACLE_PAGE_FREE, before anything is handed over.
 *
 * Context: a scheduling point at entry, any task. Cost: by words of 64 frames, and for each frame
 * that was looked at.
 */
void hand_over_pages(struct machine *m, u64 pfn, unsigned int order);

/* Who has a page frame. */
enum page_owner {
	PAGE_OWNER_NONE, /* the machine has no such frame */
	PAGE_OWNER_BOOT, /* boot memory */
	PAGE_OWNER_FREE, /* the page allocator */
	PAGE_OWNER_USER, /* struct page.owner */
};

/** page_owner() - who has the frame of that number; for judges: nothing is changed by looking */
enum page_owner page_owner(const struct machine *m, u64 pfn);

/** nr_free_pages() - free frames; neither table pages nor boot memory are counted as free */
u64 nr_free_pages(const struct machine *m);

#endif

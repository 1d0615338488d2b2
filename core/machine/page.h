/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * page.h - page frames: node, owner, reference count, contents.
 *
 * A free frame holds a poison that is checked when its next owner first gets at its bytes, and
 * at the end of the run; a frame that is handed out holds garbage that is the same in
 * every run.
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
 * @nid:   preferred node; others are tried in order of distance. NUMA_NO_NODE: any
 * @gfp:   GFP_KERNEL may sleep; __GFP_ZERO zeroes the frame
 * @owner: who asks, for reports
 *
 * Return: the frame with one reference, or NULL: none free, or failed by plan.
 */
struct page *alloc_page_node(struct machine *m, int nid, gfp_t gfp, const char *owner);

/** get_page() - one more reference to a frame in use */
void get_page(struct machine *m, struct page *page);

/**
 * put_page() - drop a reference; the last one frees the frame
 *
 * A frame that is free already is ORACLE_PAGE_FREE.
 */
void put_page(struct machine *m, struct page *page);

/** pfn_to_page() - the frame of that number, or NULL if the machine has none */
struct page *pfn_to_page(struct machine *m, u64 pfn);

/** page_address() - the PAGE_SIZE bytes of a frame in use, in our own address space */
void *page_address(struct machine *m, const struct page *page);

/** nr_free_pages() - free frames, table pages not counted as free */
u64 nr_free_pages(const struct machine *m);

#endif

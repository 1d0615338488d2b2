/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot.h - boot memory: page frames before there is an allocator of page frames.
 *
 * Two allocators behind one interface. bootmem has a bitmap for each node and is Linux's of 1999
 * to 2018; rootmem has one bitmap for the page frames of all nodes and follows "[RFC] Rootmem:
 * boot-time memory allocator" (2008). Which one it is, is said when it is made.
 *
 * The order of calls is fixed, and another one is refused by name:
 *
 *   boot_create()         nothing is known
 *   boot_register_node()  what memory there is, range by range
 *   boot_setup()          bitmaps are made; all that was registered is free
 *   boot_reserve(), boot_free(), boot_alloc() and its sisters, in any order
 *   boot_hand_over()      what is free goes to the allocator of page frames
 *   boot_free()           what was not free goes there, too, when it becomes free
 *
 * Addresses are physical, in bytes: frame number n begins at n << PAGE_SHIFT. The memory itself is
 * never touched, so it need not exist; compat.h has the calls that zero it.
 *
 * Context of all functions: one task, which may sleep. Boot memory has no lock, as it is used
 * before there is a second CPU.
 */
#ifndef MM_BOOT_BOOT_H
#define MM_BOOT_BOOT_H

#include "../machine/machine.h"

enum boot_kind {
	BOOT_BOOTMEM, /* a bitmap a node, over the span of its ranges */
	BOOT_ROOTMEM, /* one bitmap from the lowest to the highest frame of all nodes */
	NR_BOOT_KINDS
};

/** boot_kind_name() - "bootmem", "rootmem" */
const char *boot_kind_name(enum boot_kind kind);

/* Why a call is refused. A request that finds no room is none of these: it just fails. */
enum boot_error {
	BOOT_EARLY,	    /* it has to wait for boot_setup() */
	BOOT_LATE,	    /* it had its time before boot_setup() */
	BOOT_OVER,	    /* memory was handed over */
	BOOT_NO_MEMORY,	    /* nothing was registered that could be set up */
	BOOT_BAD_NODE,	    /* there is no such node */
	BOOT_BAD_ARGUMENT,  /* no bytes are asked for, or the alignment is no power of two */
	BOOT_EMPTY,	    /* the range holds no whole page; of reserve and free: no byte */
	BOOT_BACKWARDS,	    /* the range ends before it starts, or behind the last address */
	BOOT_OVERLAP,	    /* the range shares a byte with one registered before */
	BOOT_ORDER,	    /* the range lies below one registered before for the same node */
	BOOT_OUTSIDE,	    /* a page that the range touches belongs to no node */
	BOOT_RESERVE_TWICE, /* a page that the range touches is reserved or allocated */
	BOOT_FREE_TWICE,    /* a page that the range touches is free */
	NR_BOOT_ERRORS
};

/** boot_error_name() - "early", "late", "over", "no-memory", ..., "free-twice" */
const char *boot_error_name(enum boot_error why);

/** boot_error_text() - the same as a sentence without a full stop */
const char *boot_error_text(enum boot_error why);

/**
 * struct boot_config - how an allocator is made
 * @kind:     which one
 * @nr_nodes: nodes are below this number; from 1 to TOPOLOGY_MAX_NODES
 * @refused:  told why a call is refused, its name, and the bytes [@start, @end) that it is about:
 *            those given, or the first page at fault if the state of a page is the reason; 0, 0
 *            if there are none. Nothing has been changed. NULL: a refusal is ORACLE_RANGE
 * @arg:      for @refused
 */
struct boot_config {
	enum boot_kind kind;
	unsigned int nr_nodes;
	void (*refused)(void *arg, enum boot_error why, const char *call, u64 start, u64 end);
	void *arg;
};

struct boot_mem;

/* No address: 0 is one. */
#define BOOT_NONE (~0ULL)

/* Addresses are below this: those of x86-64 with five levels of page tables. */
#define BOOT_MAX_ADDRESS (1ULL << 52)

/* Blocks that are handed over have at most 1 << BOOT_MAX_ORDER pages. */
#define BOOT_MAX_ORDER 10u

/**
 * boot_create() - make an allocator that knows of no memory
 * @m:   where its metadata comes from
 * @cfg: copied
 * @out: receives it, for boot_destroy(); unchanged on an error
 *
 * Return: 0, -EINVAL (no such kind, or number of nodes), -ENOMEM.
 */
int boot_create(struct machine *m, const struct boot_config *cfg, struct boot_mem **out);

/** boot_destroy() - forget everything, in any state; NULL is allowed */
void boot_destroy(struct boot_mem *bm);

/** boot_config() - what it was made with */
const struct boot_config *boot_config(const struct boot_mem *bm);

/**
 * boot_register_node() - a range of a node's memory
 * @nid:   the node; it may have several ranges, each above those before it
 * @start: first byte
 * @end:   behind the last one
 *
 * Pages of which the range has but a part are left out. So a page in which one range ends and
 * another one begins is nobody's, even if the two have all of it, and even if they are of one node.
 * But no byte may be in two ranges. Ranges of different nodes come in any order, and may lie
 * between each other.
 *
 * Return: 0; -EINVAL: BOOT_LATE, _OVER, _BAD_NODE, _BACKWARDS, _EMPTY, _ORDER; -EEXIST:
 * BOOT_OVERLAP; -ENOMEM.
 */
int boot_register_node(struct boot_mem *bm, unsigned int nid, u64 start, u64 end);

/** boot_register_topology() - boot_register_node() of all ranges of @t, until one is refused */
int boot_register_topology(struct boot_mem *bm, const struct topology *t);

/**
 * boot_setup() - registration is complete: make the bitmaps
 *
 * All that was registered is free then. Holes between ranges are never.
 *
 * Return: 0; -EINVAL: BOOT_LATE, _OVER, _NO_MEMORY; -ENOMEM: as if it had not been called.
 */
int boot_setup(struct boot_mem *bm);

/* What a reservation makes of pages that are reserved already. */
enum boot_reserve {
	BOOT_EXCLUSIVE, /* it is refused */
	BOOT_SHARED,	/* they stay reserved */
};

/**
 * boot_reserve() - take memory of which the place is given, such as the kernel's image
 * @start: first byte
 * @size:  bytes, from 1
 * @how:   see there
 *
 * Each page of which the range has a part is reserved. All or nothing.
 *
 * Return: 0; -EINVAL: BOOT_EARLY, _OVER, _EMPTY, _BACKWARDS, _OUTSIDE; -EBUSY: BOOT_RESERVE_TWICE.
 */
int boot_reserve(struct boot_mem *bm, u64 start, u64 size, enum boot_reserve how);

/**
 * boot_free() - give back what was reserved or allocated
 * @start: first byte
 * @size:  bytes, from 1
 *
 * Pages of which the range has but a part stay reserved: somebody else may have the rest. So
 * pages that small objects share are freed by nobody, unless by one range over them all. But such
 * a page, too, must be a node's and in use: if it is free, then what is freed here was freed
 * before. All or nothing. After boot_hand_over() the pages go where the free ones went.
 *
 * Return: 0, also if there is no whole page; -EINVAL: BOOT_EARLY, _EMPTY, _BACKWARDS, _OUTSIDE,
 * _FREE_TWICE.
 */
int boot_free(struct boot_mem *bm, u64 start, u64 size);

/**
 * boot_alloc() - memory of one node, whichever it is
 * @size:  bytes, from 1
 * @align: of the physical address, a power of two
 * @goal:  an address that is not below this one is preferred, and another one taken if there is
 *         none; 0: no preference
 * @limit: no byte is at this address or above; 0: no limit
 *
 * A request goes on in the page that the one before it has used in part, if its alignment lets it
 * start there and what does not fit there is free behind it; else it begins a page. It fails only
 * if neither is possible anywhere.
 *
 * Return: physical address, or BOOT_NONE: no room, or refused: BOOT_EARLY, _OVER, _BAD_ARGUMENT.
 */
u64 boot_alloc(struct boot_mem *bm, u64 size, u64 align, u64 goal, u64 limit);

/**
 * boot_alloc_node() - boot_alloc() near a node
 * @nid: the node
 *
 * rootmem: memory of @nid, all of it, or none. (The RFC's version took a node's ranges for the span
 * of their ends, and gave out what lay between.) bootmem: that of another node if @nid has no room;
 * as it did, @goal weighs more than @nid.
 *
 * Return: as boot_alloc(), and refused: BOOT_BAD_NODE.
 */
u64 boot_alloc_node(struct boot_mem *bm, unsigned int nid, u64 size, u64 align, u64 goal,
		    u64 limit);

/**
 * boot_alloc_cross() - boot_alloc() of memory that may begin in one node and end in another
 *
 * With bootmem it is boot_alloc(): no bitmap knows two nodes.
 */
u64 boot_alloc_cross(struct boot_mem *bm, u64 size, u64 align, u64 goal, u64 limit);

/* Receives @pfn and the (1 << @order) - 1 pages behind it, which are free; @pfn is aligned to them.
 */
typedef void (*boot_block_fn)(void *arg, u64 pfn, unsigned int order);

/**
 * boot_hand_over() - all free pages go to the allocator of page frames
 * @block_fn: called once for each of the largest naturally aligned blocks that are free, of at most
 *        1 << BOOT_MAX_ORDER pages and of one node; also by boot_free() from now on
 * @arg:  for @block_fn
 *
 * The bitmaps stay: they tell who frees twice.
 *
 * Return: how many pages; 0 also if refused: BOOT_EARLY, _OVER.
 */
u64 boot_hand_over(struct boot_mem *bm, boot_block_fn block_fn, void *arg);

/** boot_page_node() - the node that has page frame @pfn; NUMA_NO_NODE: none, or none yet */
int boot_page_node(const struct boot_mem *bm, u64 pfn);

/** boot_page_free() - is it free to be allocated? Never before boot_setup(), nor in the end */
bool boot_page_free(const struct boot_mem *bm, u64 pfn);

/**
 * struct boot_stats - what there is
 * @pages:          registered
 * @free:           of these, to be had
 * @reserved:       reserved or allocated
 * @handed_over:    to the page allocator
 * @bitmap_bytes:   of all bitmaps; before boot_setup(): that it is going to need
 * @written_bytes:  of these, words with pages of a range (two ranges may share one). No other is
 *                  ever touched: whether holes cost memory is the host's affair
 * @metadata_bytes: all that the allocator has now
 * @words_read:         words of bitmap that requests, reservations, frees and the hand-over have
 *                  read to search them. That is what they cost
 */
struct boot_stats {
	u64 pages;
	u64 free, reserved, handed_over;
	u64 bitmap_bytes, written_bytes;
	u64 metadata_bytes;
	u64 words_read;
};

/** boot_stats() - as of now */
void boot_stats(const struct boot_mem *bm, struct boot_stats *st);

/**
 * boot_verify() - recompute all that the allocator remembers
 *
 * The ranges and their order, the place of each bitmap and the holes in it, counts of free pages,
 * hints, and partly used pages. What differs is ORACLE_COUNT, _HINT, _LIST or _OVERLAP.
 *
 * It costs O(words of bitmap).
 */
void boot_verify(const struct boot_mem *bm);

#endif

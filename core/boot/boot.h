/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot.h - boot memory: page frames before there is an allocator of page frames.
 *
 * Two allocators implement one interface. bootmem has a bitmap for each node, as in Linux from 1999
 * to 2018; rootmem has one bitmap for the page frames of all nodes, after "[RFC] Rootmem: boot-time
 * memory allocator" (2008). boot_create() chooses.
 *
 * The order of calls is fixed, and a call out of order is refused by name:
 *
 *   boot_create()         an allocator without memory
 *   boot_register_node()  ranges of memory, one by one
 *   boot_setup()          makes the bitmaps; all registered pages are free
 *   boot_reserve(), boot_free(), boot_alloc(), boot_alloc_node(), boot_alloc_cross(), in any order
 *   boot_hand_over()      passes all free pages to the allocator of page frames
 *   boot_free()           passes on pages that are freed after that
 *
 * A refusal is a mistake of the caller: it has a name, is reported through boot_config.refused, and
 * changes nothing. A request that finds no room is no mistake: it fails.
 *
 * Addresses are physical, in bytes: frame number n begins at n << PAGE_SHIFT. Address 0 is memory,
 * so the address of a failure is BOOT_NONE. The memory itself is never touched and need not exist:
 * 16 TiB cost their bitmaps only. compat.h has the calls that zero memory.
 *
 * Context of all functions: one task, which may sleep. Boot memory has no lock, since it is used
 * before there is a second CPU. Its requests for metadata are its only scheduling points.
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

/* Why a call is refused. */
enum boot_error {
	BOOT_EARLY,	    /* boot_setup() must come first */
	BOOT_LATE,	    /* it must come before boot_setup() */
	BOOT_OVER,	    /* it must come before boot_hand_over() */
	BOOT_NO_MEMORY,	    /* boot_setup() without a registered range */
	BOOT_BAD_NODE,	    /* there is no such node */
	BOOT_BAD_ARGUMENT,  /* the size is 0, or the alignment is no power of two */
	BOOT_EMPTY,	    /* the range has no whole page; for reserve and free: no byte */
	BOOT_BACKWARDS,	    /* the range ends before it starts, or after the last address */
	BOOT_OVERLAP,	    /* the range shares a byte with an earlier one */
	BOOT_ORDER,	    /* the range lies below an earlier one of the same node */
	BOOT_OUTSIDE,	    /* the range touches a page that belongs to no node */
	BOOT_RESERVE_TWICE, /* the range touches a page that is reserved or allocated */
	BOOT_FREE_TWICE,    /* the range touches a page that is free */
	NR_BOOT_ERRORS
};

/** boot_error_name() - "early", "late", "over", "no-memory", ..., "free-twice" */
const char *boot_error_name(enum boot_error why);

/** boot_error_text() - the reason as a sentence without a full stop */
const char *boot_error_text(enum boot_error why);

/**
 * struct boot_config - parameters of boot_create()
 * @kind:     bootmem or rootmem
 * @nr_nodes: nodes are below this number; from 1 to TOPOLOGY_MAX_NODES
 * @refused:  called when a call is refused, with the reason, the name of the call, and the bytes
 *            [@start, @end) concerned: the first page at fault if its state is the reason, else the
 *            argument's; 0, 0 without such an argument. NULL: a refusal is ORACLE_RANGE
 * @arg:      for @refused
 */
struct boot_config {
	enum boot_kind kind;
	unsigned int nr_nodes;
	void (*refused)(void *arg, enum boot_error why, const char *call, u64 start, u64 end);
	void *arg;
};

struct boot_mem;

/* No address; 0 is a valid one. */
#define BOOT_NONE (~0ULL)

/* Addresses are below this, as on x86-64 with five levels of page tables. */
#define BOOT_MAX_ADDRESS (1ULL << 52)

/* A block of boot_hand_over() has at most 1 << BOOT_MAX_ORDER pages. */
#define BOOT_MAX_ORDER 10u

/**
 * boot_create() - make an allocator without memory
 * @m:   source of its metadata
 * @cfg: copied
 * @out: receives the allocator, for boot_destroy(); unchanged on an error
 *
 * Return: 0; -EINVAL: bad kind or number of nodes; -ENOMEM.
 */
int boot_create(struct machine *m, const struct boot_config *cfg, struct boot_mem **out);

/** boot_destroy() - free an allocator, in any state; NULL is allowed */
void boot_destroy(struct boot_mem *bm);

/** boot_config() - the parameters of boot_create() */
const struct boot_config *boot_config(const struct boot_mem *bm);

/**
 * boot_register_node() - register a range of a node's memory
 * @nid:   the node; it may have several ranges, in ascending order
 * @start: first byte
 * @end:   end, exclusive
 *
 * No byte may be in two ranges. Pages that are only partly in the range are left out: a page in
 * which one range ends and the next one begins belongs to no node, even if the two ranges cover it
 * and are of one node. Ranges of different nodes come in any order, and may interleave.
 *
 * Return: 0; -EINVAL: BOOT_LATE, _OVER, _BAD_NODE, _BACKWARDS, _EMPTY, _ORDER; -EEXIST:
 * BOOT_OVERLAP; -ENOMEM.
 */
int boot_register_node(struct boot_mem *bm, unsigned int nid, u64 start, u64 end);

/** boot_register_topology() - boot_register_node() for all ranges of @t, until one fails */
int boot_register_topology(struct boot_mem *bm, const struct topology *t);

/**
 * boot_setup() - end registration and make the bitmaps
 *
 * Then all registered pages are free.
 *
 * Return: 0; -EINVAL: BOOT_LATE, _OVER, _NO_MEMORY; -ENOMEM: nothing has changed.
 */
int boot_setup(struct boot_mem *bm);

/* How a reservation treats pages that are reserved already. */
enum boot_reserve {
	BOOT_EXCLUSIVE, /* it is refused with BOOT_RESERVE_TWICE */
	BOOT_SHARED,	/* they stay reserved: for byte ranges that share pages */
};

/**
 * boot_reserve() - reserve memory at a given place, such as the kernel's image
 * @start: first byte
 * @size:  bytes, from 1
 * @how:   for pages that are reserved already
 *
 * Each page that the range touches is reserved, or none if the call is refused.
 *
 * Return: 0; -EINVAL: BOOT_EARLY, _OVER, _EMPTY, _BACKWARDS, _OUTSIDE; -EBUSY: BOOT_RESERVE_TWICE.
 */
int boot_reserve(struct boot_mem *bm, u64 start, u64 size, enum boot_reserve how);

/**
 * boot_free() - free reserved or allocated memory
 * @start: first byte
 * @size:  bytes, from 1
 *
 * Pages that are only partly in the range stay reserved: another user may own the rest. So pages
 * that small objects share are freed only by a range over all of them. Such a page, too, must
 * belong to a node and be in use: if it is free, these bytes were freed before. All pages are
 * freed, or none if the call is refused. After boot_hand_over() the pages are handed over.
 *
 * Return: 0, even without a whole page; -EINVAL: BOOT_EARLY, _EMPTY, _BACKWARDS, _OUTSIDE,
 * _FREE_TWICE.
 */
int boot_free(struct boot_mem *bm, u64 start, u64 size);

/**
 * boot_alloc() - allocate memory of any one node
 * @size:  bytes, from 1
 * @align: of the physical address, a power of two
 * @goal:  addresses from here on are preferred, and others taken if there is none; 0: no preference
 * @limit: the memory ends at or below this address; 0: no limit
 *
 * A request continues in the page that the previous one used in part, if its alignment allows that
 * and the pages that it needs besides are free. Otherwise it begins a page. It fails only if
 * neither is possible anywhere.
 *
 * Return: physical address, or BOOT_NONE: no room, or refused: BOOT_EARLY, _OVER, _BAD_ARGUMENT.
 */
u64 boot_alloc(struct boot_mem *bm, u64 size, u64 align, u64 goal, u64 limit);

/**
 * boot_alloc_node() - boot_alloc() from a node
 * @nid: the node
 *
 * With rootmem, all of the memory is of @nid, or the request fails. (The RFC's version took the
 * span of a node's ranges for the node, and gave out memory of other nodes between them.) With
 * bootmem,
 * @nid is a preference, and weighs less than @goal, as it did in Linux.
 *
 * Return: as boot_alloc(); also refused: BOOT_BAD_NODE.
 */
u64 boot_alloc_node(struct boot_mem *bm, unsigned int nid, u64 size, u64 align, u64 goal,
		    u64 limit);

/**
 * boot_alloc_cross() - boot_alloc() that may cross from one node into the next
 *
 * With bootmem it is boot_alloc(), since each bitmap has one node.
 */
u64 boot_alloc_cross(struct boot_mem *bm, u64 size, u64 align, u64 goal, u64 limit);

/* Receives the 1 << @order free pages from @pfn on, which is a multiple of their number. */
typedef void (*boot_block_fn)(void *arg, u64 pfn, unsigned int order);

/**
 * boot_hand_over() - pass all free pages to the allocator of page frames
 * @block_fn: called for each of the largest naturally aligned free blocks, of at most 1 <<
 *            BOOT_MAX_ORDER pages and of one node, even where two nodes touch; and later by
 *            boot_free()
 * @arg:      for @block_fn
 *
 * The bitmaps stay until boot_destroy(), so that boot_free() still refuses a second free. (A kernel
 * frees them, and trusts free_bootmem_late().)
 *
 * Return: number of pages; 0 if refused: BOOT_EARLY, _OVER.
 */
u64 boot_hand_over(struct boot_mem *bm, boot_block_fn block_fn, void *arg);

/** boot_page_node() - the node that page frame @pfn is registered for, or NUMA_NO_NODE */
int boot_page_node(const struct boot_mem *bm, u64 pfn);

/** boot_page_free() - can page frame @pfn be allocated? Never before set-up or after hand-over */
bool boot_page_free(const struct boot_mem *bm, u64 pfn);

/**
 * struct boot_stats - pages and costs
 * @pages:          registered
 * @free:           can be allocated
 * @reserved:       reserved or allocated
 * @handed_over:    to the page allocator
 * @bitmap_bytes:   of all bitmaps; before boot_setup(): that it will need
 * @written_bytes:  of these, words with pages of a range (two ranges may share one). The others are
 *                  never touched, and cost memory only if the host's allocator touches them
 * @metadata_bytes: all metadata now
 * @words_read:     words of bitmap that the searches of all calls have read: their cost, apart from
 *                  the host's speed
 */
struct boot_stats {
	u64 pages;
	u64 free, reserved, handed_over;
	u64 bitmap_bytes, written_bytes;
	u64 metadata_bytes;
	u64 words_read;
};

/** boot_stats() - the statistics, as of now; @st is filled in */
void boot_stats(const struct boot_mem *bm, struct boot_stats *st);

/**
 * boot_verify() - recompute the invariants of internal.h
 *
 * That is the order of the ranges, the place of each bitmap and its holes, counts of free pages,
 * hints, and partly used pages. A difference is ORACLE_COUNT, _HINT, _LIST or _OVERLAP. Costs
 * O(words of bitmap).
 */
void boot_verify(const struct boot_mem *bm);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmalloc.h - the vmalloc interface: areas with an owner, and memory mapped in them.
 *
 * After Linux's interface of that name, as "mm: rewrite vmap layer" (2008) left it. An area of this
 * interface is a range of addresses (vmap.h) with a guard page behind it, which is never mapped,
 * and a struct vm_struct that says whose it is. It works over every kind of space.
 *
 * Three layers, each usable by itself:
 *
 *   get_vm_area(), remove_vm_area(), find_vm_area()     addresses and their owner
 *   map_vm_area(), unmap_kernel_range(), vmap()         pages of somebody else's behind them
 *   vmalloc() and its sisters, vfree()                  pages of the area's own
 *
 * Unmapping is as lazy as the space is: translations go at the next purge.
 *
 * An area has an owner from the end of the function that makes it to the beginning of the one that
 * gives it back: while one of them is at work, others find an area in use of nobody's.
 */
#ifndef MM_VMAP_VMALLOC_H
#define MM_VMAP_VMALLOC_H

#include "vmap.h"

/* vm_struct.flags: what an area is for. One of the first three; the others may be added. */
#define VM_IOREMAP BIT_ULL(0) /* device memory: aligned to its size, never read by vread() */
#define VM_ALLOC BIT_ULL(1)   /* vmalloc(): the pages are the area's own */
#define VM_MAP BIT_ULL(2)     /* vmap(): the pages are somebody else's */
#define VM_USERMAP BIT_ULL(3) /* may be mapped to users: its pages were zeroed */

/* Alignment of VM_IOREMAP areas: a power of two from their size, between a page and this. */
#define IOREMAP_MAX_ALIGN (512UL * PAGE_SIZE)

/**
 * struct vm_struct - an area and its owner
 * @va:       its addresses, guard page included
 * @addr:     first address
 * @size:     bytes, guard page included
 * @flags:    VM_*
 * @pages:    VM_ALLOC: the frames, @nr_pages of them, of the area's own array; else NULL
 * @nr_pages: frames mapped by vmalloc() or vmap()
 * @caller:   who asked for it: a string that outlives the area
 * @next:     next of those that vfree() left to a worker
 * @own:      what @pages points to if it is not NULL: one allocation for both
 *
 * Invariants, as long as the area says that it is this owner's: @addr and @size are the area's, and
 * @nr_pages is less than its pages.
 *
 * Valid from get_vm_area() to remove_vm_area(); not to be written by others than core/vmap, and by
 * these not while others can find it: whoever does, under hold_vmap_areas(), may read all of it.
 */
struct vm_struct {
	struct vmap_area *va;
	u64 addr;
	u64 size;
	u64 flags;
	struct page **pages;
	unsigned long nr_pages;
	const char *caller;
	struct vm_struct *next;
	struct page *own[];
};

/** get_vm_area_size() - bytes that can be mapped: all but the guard page */
static inline u64 get_vm_area_size(const struct vm_struct *vm)
{
	return vm->size - PAGE_SIZE;
}

/**
 * get_vm_area() - addresses with an owner, nothing mapped
 * @vs:     the space
 * @size:   bytes, from 1; rounded up to pages
 * @flags:  VM_*
 * @start:  the area lies at or above this address; 0: anywhere
 * @end:    and ends, its guard page included, at or below this one; UINT64_MAX: anywhere
 * @gfp:    as for alloc_vmap_area()
 * @caller: who asks, for listings and reports; outlives the area
 *
 * The lowest address that fits, as alloc_vmap_area() says; of a VM_IOREMAP area a multiple of its
 * size, without guard page, rounded up to a power of two, or of IOREMAP_MAX_ALIGN if that is less.
 *
 * Return: the area, or ERR_PTR: -EINVAL (@size is 0 or does not fit an address with the guard page,
 * @start >= @end), -ENOMEM (metadata), -EBUSY (no such range is free). Context: may sleep with
 * GFP_KERNEL, any with GFP_ATOMIC.
 */
struct vm_struct *get_vm_area(struct vmap_space *vs, u64 size, u64 flags, u64 start, u64 end,
			      gfp_t gfp, const char *caller);

/**
 * find_vm_area() - the area of this interface that contains an address, guard page included
 *
 * Return: the area, or NULL: nothing there, or something without an owner. The caller keeps it from
 * being freed. Context: any.
 */
struct vm_struct *find_vm_area(struct vmap_space *vs, u64 addr);

/**
 * remove_vm_area() - unmap an area, give its addresses back, lazily, and forget its owner
 * @vs:   the space
 * @addr: its first address
 *
 * The pages that were mapped are the caller's business, those of vmalloc() too.
 *
 * Return: the structure, for kfree() by the caller, who reads nothing of it but @pages, @nr_pages,
 * @flags and @caller; NULL if no area of this interface begins at @addr: nothing was changed then.
 * Of several callers with the same address one gets it. Context: any.
 */
struct vm_struct *remove_vm_area(struct vmap_space *vs, u64 addr);

/**
 * map_vm_area() - map pages from the start of an area on
 * @vs:    the space
 * @vm:    the area; no other task maps or unmaps anything in it meanwhile
 * @pages: the frames, all in use, as many as fill the area up to its guard page
 * @gfp:   for table pages
 *
 * All or nothing: what was mapped before a table page could not be had is unmapped and flushed, so
 * that the area can be mapped anew at once. Where something is mapped already, it stays, and
 * nothing is done.
 *
 * Return: 0, -EBUSY (an entry is in use), -ENOMEM (a table page). Context: as @gfp.
 */
int map_vm_area(struct vmap_space *vs, struct vm_struct *vm, struct page **pages, gfp_t gfp);

/**
 * unmap_kernel_range() - clear the entries of a range and flush it at once
 * @vs:   the space
 * @addr: first address, a multiple of the page size
 * @size: bytes, a multiple of the page size; pages that are not mapped are passed over
 *
 * The addresses stay with their owner, the guard page counts as his. No reader stands on the pages
 * any more when it returns: they may be freed. ORACLE_RANGE unless the range lies in one area of
 * this interface. Context: any.
 */
void unmap_kernel_range(struct vmap_space *vs, u64 addr, u64 size);

/**
 * vmap() - map pages of the caller's at consecutive addresses
 * @vs:     the space
 * @pages:  the frames, all in use; they stay the caller's
 * @count:  how many
 * @flags:  0 or VM_USERMAP
 * @caller: as for get_vm_area()
 *
 * Return: the address, or 0: @count is 0 or more than the machine has, no memory, no room. What was
 * mapped in part is given back as vunmap() would. Context: may sleep.
 */
u64 vmap(struct vmap_space *vs, struct page **pages, unsigned long count, u64 flags,
	 const char *caller);

/**
 * vunmap() - undo vmap()
 * @addr: from vmap(); 0 is allowed. ORACLE_RANGE for an address at which no area of vmap() begins
 *
 * Context: may sleep.
 */
void vunmap(struct vmap_space *vs, u64 addr);

/**
 * __vmalloc() - memory of consecutive addresses, of frames from anywhere
 * @vs:     the space
 * @size:   bytes, from 1; rounded up to pages
 * @node:   preferred node of the frames, or NUMA_NO_NODE
 * @gfp:    of frames and metadata; __GFP_ZERO zeroes. GFP_KERNEL may sleep; with GFP_ATOMIC it may
 * be called from anywhere
 * @flags:  0 or VM_USERMAP
 * @caller: as for get_vm_area()
 *
 * Return: the address, or 0: @size is 0 or more than the machine has, no memory, no room; nothing
 * is kept then.
 */
u64 __vmalloc(struct vmap_space *vs, u64 size, int node, gfp_t gfp, u64 flags, const char *caller);

/** vmalloc() - __vmalloc() of the caller's node, that may sleep */
static inline u64 vmalloc(struct vmap_space *vs, u64 size, const char *caller)
{
	return __vmalloc(vs, size, NUMA_NO_NODE, GFP_KERNEL, 0, caller);
}

/** vzalloc() - the same, zeroed */
static inline u64 vzalloc(struct vmap_space *vs, u64 size, const char *caller)
{
	return __vmalloc(vs, size, NUMA_NO_NODE, GFP_KERNEL | __GFP_ZERO, 0, caller);
}

/** vmalloc_user() - the same, zeroed, for remap_vmalloc_range() */
static inline u64 vmalloc_user(struct vmap_space *vs, u64 size, const char *caller)
{
	return __vmalloc(vs, size, NUMA_NO_NODE, GFP_KERNEL | __GFP_ZERO, VM_USERMAP, caller);
}

/** vmalloc_node() - the same with frames of a node as long as it has some; others are next */
static inline u64 vmalloc_node(struct vmap_space *vs, u64 size, int node, const char *caller)
{
	return __vmalloc(vs, size, node, GFP_KERNEL, 0, caller);
}

/**
 * vfree() - free what vmalloc() and its sisters returned
 * @addr: from them; 0 is allowed. ORACLE_RANGE for an address at which no area of theirs begins
 *
 * Each frame goes back when it is unmapped and before the translations to it are flushed, as in
 * Linux: whoever must know that none is left calls vm_unmap_aliases(). An address that is freed
 * twice is told of whether or not the worker has run in between.
 *
 * Context: any. In atomic context the work is left to a worker: until that has run, the area is
 * the worker's and no longer the caller's.
 */
void vfree(struct vmap_space *vs, u64 addr);

/**
 * struct user_range - what a process has mapped, as far as remap_vmalloc_range() is concerned
 * @nr:    pages of the range, from 1
 * @page:  @nr frames, in order of address; each holds a reference. NULL: not mapped
 */
struct user_range {
	unsigned long nr;
	struct page **page;
};

/**
 * remap_vmalloc_range() - map a VM_USERMAP area to a user
 * @vs:    the space
 * @user:  the whole of it is filled; nothing is mapped in it yet
 * @addr:  page-aligned, the start of an area of vmalloc_user(), or of vmap() with VM_USERMAP. The
 *         caller keeps the area from being freed
 * @pgoff: pages of the area left out at its start
 *
 * Every page that is mapped gets a reference of the user's. Checked are: the address is a multiple
 * of a page and the start of an area; the area may be mapped to users; @pgoff + @user->nr does not
 * wrap and is not more than the area has pages, its guard page not counted; each page is mapped.
 *
 * Return: 0, or -EINVAL: nothing was mapped. Context: may sleep.
 */
int remap_vmalloc_range(struct vmap_space *vs, struct user_range *user, u64 addr, u64 pgoff);

/**
 * vread() - read memory of this interface, wherever it may be
 * @vs:   the space
 * @buf:  receives @size bytes
 * @addr: any address
 * @size: bytes
 *
 * What lies in no area of this interface, in a guard page, in VM_IOREMAP areas or where nothing is
 * mapped reads as zeroes; so does what would lie above 2^64. It never faults, whatever others free
 * meanwhile. Each page is read at a moment of its own, and what its owner is writing just then is
 * read in part.
 *
 * Return: bytes of @buf up to the end of the last area with an owner that was met, VM_IOREMAP ones
 * included and guard pages not; 0 if there was none. What is behind is zeroed too. Context: may
 * sleep.
 */
u64 vread(struct vmap_space *vs, u8 *buf, u64 addr, u64 size);

/**
 * vmallocinfo() - a listing as in /proc/vmallocinfo: a line an area, in order of address
 * @vs:   the space
 * @line: called for each with its text, without a newline; nothing is held
 * @arg:  its last argument
 *
 *	0x<start>-0x<end> <bytes> <caller> pages=<n> ioremap vmalloc vmap user N0=<n> N1=<n>
 *
 * with the guard page in <end> and <bytes>, "pages" if vmalloc() or vmap() mapped any, those words
 * that apply, and of vmalloc()'s own frames how many each node has, nodes without any left out. Of
 * an area without an owner (vm_map_ram(), alloc_vmap_area(), or one that is being made or given
 * back) "vm_map_ram" in place of the caller and all behind it. Listed is what is in use from the
 * beginning of the call to its end; of what comes or goes meanwhile, any, but no two that overlap.
 *
 * Context: any.
 */
void vmallocinfo(struct vmap_space *vs, void (*line)(const char *text, void *arg), void *arg);

/**
 * struct vmalloc_info - the three numbers of /proc/meminfo
 * @total:         bytes of the space
 * @used:          bytes in use, those of vmap blocks included, lazily freed ones not
 * @largest_chunk: bytes of the largest gap between areas in use
 */
struct vmalloc_info {
	u64 total;
	u64 used;
	u64 largest_chunk;
};

/**
 * get_vmalloc_info() - walks the areas in use under RCU, without a lock, if the space is VMAP_LAZY
 *
 * Areas may come and go meanwhile: the numbers are then of no one moment. ORACLE_LIST if areas are
 * met out of order. Context: any.
 */
void get_vmalloc_info(struct vmap_space *vs, struct vmalloc_info *info);

#endif

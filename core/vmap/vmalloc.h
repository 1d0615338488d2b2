/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmalloc.h - the vmalloc interface: areas with an owner, and memory mapped in them.
 *
 * After Linux's interface of that name, as "mm: rewrite vmap layer" (2008) left it. An area of this
 * interface is a range of addresses (vmap.h) with an owner, struct vm_struct; its last page is a
 * guard page and never mapped. It works over every kind of space.
 *
 * Three layers, each usable by itself:
 *
 *   get_vm_area(), remove_vm_area(), find_vm_area()     addresses and their owner
 *   map_vm_area(), unmap_kernel_range(), vmap()         the caller's page frames mapped in them
 *   vmalloc() and its sisters, vfree()                  page frames of the area's own
 *
 * Unmapping is as lazy as the space: translations are flushed at the next purge.
 *
 * An area has an owner from the end of the function that makes it to the beginning of the function
 * that gives it back. While one of these is at work, other tasks find an area in use without an
 * owner.
 */
#ifndef MM_VMAP_VMALLOC_H
#define MM_VMAP_VMALLOC_H

#include "vmap.h"

/* vm_struct.flags: what an area is for. One of the first three; the others may be added. */
#define VM_IOREMAP BIT_ULL(0) /* device memory: aligned to its size, never read by vread() */
#define VM_ALLOC BIT_ULL(1)   /* vmalloc(): the pages are the area's own */
#define VM_MAP BIT_ULL(2)     /* vmap(): the pages are the caller's */
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
 * @caller:   the function that asked for it: a string that outlives the area
 * @next:     next of those that vfree() left to a work item
 * @own:      the array to which @pages points if it is not NULL, in the same allocation
 *
 * V10: while the area names this owner, @va is that area, @addr and @size are its bounds, and
 * @nr_pages is less than its pages.
 *
 * Valid from get_vm_area() to remove_vm_area(). core/vmap alone writes to it, and not while other
 * tasks can find it: a task that finds it and holds the area may read all of it (owner.c).
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
 * get_vm_area() - allocate addresses with an owner, with nothing mapped
 * @vs:     the space
 * @size:   bytes, from 1; rounded up to pages
 * @flags:  VM_*
 * @start:  the area lies at or above this address; 0: anywhere
 * @end:    and ends, its guard page included, at or below this one; UINT64_MAX: anywhere
 * @gfp:    as for alloc_vmap_area()
 * @caller: the calling function, for listings and reports; outlives the area
 *
 * The address is that of alloc_vmap_area(). A VM_IOREMAP area is aligned to its size without the
 * guard page, rounded up to a power of two, or to IOREMAP_MAX_ALIGN if that is less.
 *
 * Return: the area, or ERR_PTR: -EINVAL (@size is 0, or with the guard page wraps around; @start >=
 * @end), -ENOMEM (metadata), -EBUSY (no such range is free). Context: may sleep with GFP_KERNEL,
 * any with GFP_ATOMIC.
 */
struct vm_struct *get_vm_area(struct vmap_space *vs, u64 size, u64 flags, u64 start, u64 end,
			      gfp_t gfp, const char *caller);

/**
 * find_vm_area() - find the area of this interface that contains an address, guard page included
 *
 * Return: the area; NULL if there is no area, or one without an owner. The caller keeps it from
 * being freed. Context: any.
 */
struct vm_struct *find_vm_area(struct vmap_space *vs, u64 addr);

/**
 * remove_vm_area() - take the owner away from an area, unmap it, and free it lazily
 * @vs:   the space
 * @addr: its first address
 *
 * Frames that were mapped are left to the caller, even those of vmalloc().
 *
 * Return: the structure, which the caller frees with kfree(); of its members @pages, @nr_pages,
 * @flags and @caller are valid. NULL if no area of this interface begins at @addr; nothing has
 * changed then. Of several callers with the same address one gets the structure. Context: any.
 */
struct vm_struct *remove_vm_area(struct vmap_space *vs, u64 addr);

/**
 * map_vm_area() - map page frames in the whole of an area
 * @vs:    the space
 * @vm:    the area; no other task maps or unmaps anything in it meanwhile
 * @pages: the frames, all in use, as many as fill the area up to its guard page
 * @gfp:   for table pages
 *
 * All or nothing. If a table page cannot be had, the pages mapped so far are unmapped and flushed,
 * so that the area can be mapped anew at once. If a page of the area is mapped already, nothing
 * changes.
 *
 * Return: 0, -EBUSY (a page is mapped already), -ENOMEM (a table page). Context: as @gfp.
 */
int map_vm_area(struct vmap_space *vs, struct vm_struct *vm, struct page **pages, gfp_t gfp);

/**
 * unmap_kernel_range() - clear the entries of a range and flush it at once
 * @vs:   the space
 * @addr: first address, a multiple of the page size
 * @size: bytes, a multiple of the page size; pages that are not mapped are passed over
 *
 * The addresses stay with their owner. On return no vread() reads from the pages any more: the
 * frames may be freed. ORACLE_RANGE unless the range lies in one area of this interface, guard page
 * included. Context: any.
 */
void unmap_kernel_range(struct vmap_space *vs, u64 addr, u64 size);

/**
 * vmap() - map the caller's page frames at consecutive addresses
 * @vs:     the space
 * @pages:  the frames, all in use; they stay the caller's
 * @count:  how many
 * @flags:  0 or VM_USERMAP
 * @caller: as for get_vm_area()
 *
 * Return: the address; 0: @count is 0 or more than the machine has, no memory, or no room. A
 * mapping that fails half-way is given back as by vunmap(). Context: may sleep.
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
 * __vmalloc() - allocate memory at consecutive addresses, of page frames from anywhere
 * @vs:     the space
 * @size:   bytes, from 1; rounded up to pages
 * @node:   preferred node of the frames, or NUMA_NO_NODE
 * @gfp:    for frames and metadata; __GFP_ZERO zeroes
 * @flags:  0 or VM_USERMAP
 * @caller: as for get_vm_area()
 *
 * Return: the address; 0: @size is 0 or more than the machine has, no memory, or no room. Nothing
 * stays allocated then. Context: may sleep with GFP_KERNEL, any with GFP_ATOMIC.
 */
u64 __vmalloc(struct vmap_space *vs, u64 size, int node, gfp_t gfp, u64 flags, const char *caller);

/** vmalloc() - __vmalloc() with frames of the caller's node if possible. Context: may sleep */
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

/** vmalloc_node() - the same with frames of @node if it has any */
static inline u64 vmalloc_node(struct vmap_space *vs, u64 size, int node, const char *caller)
{
	return __vmalloc(vs, size, node, GFP_KERNEL, 0, caller);
}

/**
 * vfree() - free what vmalloc() and its sisters returned
 * @addr: from them; 0 is allowed. ORACLE_RANGE if none of their areas begins there
 *
 * As in Linux, the frames are freed after they are unmapped and before the translations to them are
 * flushed; a caller that needs the flush calls vm_unmap_aliases(). An address that is freed twice
 * is reported, whether or not the work item has run in between.
 *
 * Context: any. In atomic context the work is left to a work item, to which the area belongs from
 * the call on.
 */
void vfree(struct vmap_space *vs, u64 addr);

/**
 * struct user_range - a range of the addresses of a process, for remap_vmalloc_range()
 * @nr:    pages of the range, from 1
 * @page:  the @nr frames mapped there, in order of address, with a reference each; NULL: none
 */
struct user_range {
	unsigned long nr;
	struct page **page;
};

/**
 * remap_vmalloc_range() - map a VM_USERMAP area to a user
 * @vs:    the space
 * @user:  the whole of it is filled; nothing is mapped in it yet
 * @addr:  the start of an area of vmalloc_user(), or of vmap() with VM_USERMAP. The caller keeps
 *         the area from being freed
 * @pgoff: pages of the area left out at its start
 *
 * The user gets a reference to every frame. Refused are: an address that is not the start of an
 * area; an area that may not be mapped to users; @pgoff + @user->nr that wraps or is more than the
 * pages of the area without its guard page; a range in which a page is not mapped.
 *
 * Return: 0, or -EINVAL: nothing was mapped. Context: may sleep.
 */
int remap_vmalloc_range(struct vmap_space *vs, struct user_range *user, u64 addr, u64 pgoff);

/**
 * vread() - read memory of this interface, at any address
 * @vs:   the space
 * @buf:  receives @size bytes
 * @addr: any address
 * @size: bytes
 *
 * Bytes outside of areas with an owner, in guard pages, in VM_IOREMAP areas, and in pages that are
 * not mapped read as zeroes; so do addresses beyond 2^64. It never faults, whatever other tasks
 * free meanwhile. Each page is read at a moment of its own; bytes that their owner writes at that
 * moment are read in part.
 *
 * Return: bytes of @buf up to the end of the last area with an owner that was met, VM_IOREMAP areas
 * included and guard pages excluded; 0 if there was none. Context: may sleep.
 */
u64 vread(struct vmap_space *vs, u8 *buf, u64 addr, u64 size);

/**
 * vmallocinfo() - list the areas in use as /proc/vmallocinfo does: a line an area, in ascending
 *order
 * @vs:   the space
 * @line: called for each line with its text, without a newline; no lock is held
 * @arg:  its last argument
 *
 *	0x<start>-0x<end> <bytes> <caller> pages=<n> ioremap vmalloc vmap user N0=<n> N1=<n>
 *
 * <end> and <bytes> include the guard page; "pages" is there if vmalloc() or vmap() mapped any; of
 *the words those that apply; and for vmalloc()'s own frames how many each node has, nodes without
 *any left out. For an area without an owner (of vm_map_ram(), of alloc_vmap_area(), or one that is
 *being made or given back) the line has "vm_map_ram" in the place of <caller> and ends there. The
 *listing has every area that is in use from the beginning of the call to its end, and any of those
 *that come or go meanwhile, but no two that overlap.
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
 * get_vmalloc_info() - read the three numbers
 *
 * It walks the areas in use as for_each_vmap_area() does. Areas may come and go meanwhile: the
 * numbers are no snapshot then. ORACLE_LIST if the walk meets areas out of order. Context: any.
 */
void get_vmalloc_info(struct vmap_space *vs, struct vmalloc_info *info);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmalloc.h - shared by the tests of the vmalloc interface: areas by short names, and bytes that
 * are derived from the address at which they are written.
 */
#ifndef MM_VMAP_TEST_VMALLOC_H
#define MM_VMAP_TEST_VMALLOC_H

#include "run.h"

/* An area of @pages pages, guard page not counted; there must be room. */
static inline struct vm_struct *get_area(struct fixture *f, u64 pages, u64 flags)
{
	struct vm_struct *vm =
		get_vm_area(f->vs, pages * PAGE_SIZE, flags, 0, UINT64_MAX, GFP_KERNEL, "test");

	CHECK(!IS_ERR(vm));
	return vm;
}

static inline void remove_area(struct fixture *f, struct vm_struct *vm)
{
	u64 addr = vm->addr;

	CHECK(remove_vm_area(f->vs, addr) == vm);
	kfree(f->m, vm);
}

/* The byte that is written at an address. */
static inline u8 byte_at(u64 addr)
{
	return (u8)random_mix(addr);
}

static inline void write_bytes(struct fixture *f, u64 addr, u64 size)
{
	for (u64 i = 0; i < size; i++)
		*(u8 *)mem_address(f->m, addr + i, 1) = byte_at(addr + i);
}

/* Read [@addr, + @size) through the frames: they hold the bytes that were written there. */
static inline void check_frames(struct fixture *f, u64 addr, u64 size)
{
	for (u64 i = 0; i < size; i++) {
		const struct page *page = vmalloc_to_page(f->m, addr + i);

		CHECK(page);
		CHECK(((u8 *)page_address(f->m, page))[(addr + i) % PAGE_SIZE] ==
		      byte_at(addr + i));
	}
}

static inline bool is_stale(struct fixture *f, u64 addr, u64 size)
{
	u64 at;

	return tlb_stale_in_range(f->m, addr, addr + size, &at);
}

#endif

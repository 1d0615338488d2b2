/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ops_bootmem_compat.c - the operations of boot memory by the calls that bootmem's users knew.
 * These calls also promise that the memory is zeroed, and nothing else touched.
 *
 * The name of each call implies a goal, a limit and an alignment (compat.h). The model gets a
 * request with these, and all other checks are those of any request.
 *
 * To see whether a call zeroes too much, the operations keep all memory free of zeroes. Untouched
 * frames hold garbage, and an operation fills the memory that a call has zeroed after it has
 * checked it. So between calls no eight bytes in a row are zero in all memory. If the bytes beside
 * an object are zero, the call has zeroed more than it was asked for.
 */
#include <string.h>

#include "boot/compat.h"
#include "machine/pgtable.h"
#include "ops_bootmem.h"

/* A function in which MemorySanitizer takes all that is read as initialised. */
#if defined(__has_feature)
#if __has_feature(memory_sanitizer)
#define __reads_uninitialised __attribute__((no_sanitize("memory")))
#endif
#endif
#ifndef __reads_uninitialised
#define __reads_uninitialised
#endif

#define FILLED 0xa5
#define BESIDE 8u

static u64 ask_node(struct boot_mem *boot, const struct bootmem_request *r, bool pages)
{
	if (r->limit)
		return alloc_bootmem_low_pages_node(boot, r->nid, r->size);
	return pages ? alloc_bootmem_pages_node(boot, r->nid, r->size)
		     : alloc_bootmem_node(boot, r->nid, r->size);
}

/* The request in the words of the old calls. */
static u64 ask(struct boot_mem *boot, const struct bootmem_request *r)
{
	const bool pages = r->align == PAGE_SIZE;

	if (r->call == BOOTMEM_NODE)
		return bootmem_phys(boot, ask_node(boot, r, pages));
	if (r->limit)
		return bootmem_phys(boot, pages ? alloc_bootmem_low_pages(boot, r->size)
						: alloc_bootmem_low(boot, r->size));
	return bootmem_phys(boot, pages ? alloc_bootmem_pages(boot, r->size)
					: alloc_bootmem(boot, r->size));
}

static int reserve(struct boot_mem *boot, u64 start, u64 size, enum boot_reserve how)
{
	return reserve_bootmem(boot, start, size,
			       how == BOOT_EXCLUSIVE ? BOOTMEM_EXCLUSIVE : BOOTMEM_DEFAULT);
}

static bool all_zero(const u8 *p, u64 size)
{
	return !p[0] && !memcmp(p, p + 1, size - 1);
}

/* A neighbour need not be initialised. */
static __reads_uninitialised bool neighbour_is_zero(const u8 *p)
{
	u8 any = 0;

	for (u32 i = 0; i < BESIDE; i++)
		any |= p[i];
	return !any;
}

static void judge_zero(struct world *w, u64 addr, u64 size)
{
	for (u64 at = addr, part; at < addr + size; at += part) {
		const u8 *p;

		part = min(addr + size - at, PAGE_SIZE - (at & (PAGE_SIZE - 1)));
		p = mem_address(w->machine, at, part);
		if (likely(all_zero(p, part)))
			continue;
		while (!*p)
			p++, at++;
		mm_report(ORACLE_ZERO, "0x%llx of %llu bytes: byte %llu is 0x%02x",
			  addr - direct_map_start(w->machine), size, (at - addr), *p);
	}
}

/* Bytes beside an object, in a page that is memory. */
static void judge_beside(struct world *w, u64 addr, u64 size, u64 at, const char *where)
{
	if ((at & (PAGE_SIZE - 1)) + BESIDE > PAGE_SIZE || !virt_to_page(w->machine, at))
		return;
	MM_CHECK(!neighbour_is_zero(mem_address(w->machine, at, BESIDE)), CONTENTS,
		 "0x%llx of %llu bytes: the bytes %s it are zero, too",
		 addr - direct_map_start(w->machine), size, where);
}

static void judge_memory(struct world *w, const struct bootmem_request *r, u64 phys)
{
	const u64 addr = direct_map_start(w->machine) + phys;

	judge_zero(w, addr, r->size);
	judge_beside(w, addr, r->size, addr - BESIDE, "before");
	judge_beside(w, addr, r->size, addr + r->size, "after");
	mem_set(w->machine, addr, FILLED, r->size);
}

static const struct bootmem_calls compat_calls = {
	.alloc = ask,
	.reserve = reserve,
	.free = free_bootmem,
	.served = judge_memory,
};

static void alloc(struct world *w, const struct op_call *c, struct bootmem_request *r, u32 how)
{
	const bool low = how == COMPAT_LOW || how == COMPAT_LOW_PAGES;
	const bool pages = how == COMPAT_PAGES || how == COMPAT_LOW_PAGES;

	if (!w->bootmem.mapped) {
		object_refused(w, c);
		return;
	}
	r->size = c->op->arg[0];
	r->align = pages ? PAGE_SIZE : SMP_CACHE_BYTES;
	r->goal = low ? 0 : BOOT_DMA_GOAL;
	r->limit = low ? BOOT_LOW_LIMIT : 0;
	bootmem_op_alloc(w, c, r, &compat_calls);
}

void op_compat_alloc_bootmem(struct world *w, const struct op_call *c)
{
	struct bootmem_request r = {.call = BOOTMEM_ANY};

	alloc(w, c, &r, c->op->arg[1]);
}

void op_compat_alloc_bootmem_node(struct world *w, const struct op_call *c)
{
	struct bootmem_request r = {.call = BOOTMEM_NODE,
				    .nid = c->op->arg[2] % w->bootmem.topo.nr_nodes};
	const u32 how = c->op->arg[1];

	/* No call gives less than a page of low memory. */
	alloc(w, c, &r, how == COMPAT_LOW ? COMPAT_LOW_PAGES : how);
}

void op_compat_reserve_bootmem(struct world *w, const struct op_call *c)
{
	bootmem_op_reserve(w, c, c->op->arg[2] ? BOOT_EXCLUSIVE : BOOT_SHARED, &compat_calls);
}

void op_compat_free_bootmem(struct world *w, const struct op_call *c)
{
	bootmem_op_free(w, c, &compat_calls);
}

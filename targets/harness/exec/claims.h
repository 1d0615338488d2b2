/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * claims.h - which addresses belong to live objects, for tasks that run at the same time.
 *
 * On fibers a new object is compared with each live one (object.c). On threads that list would need
 * a lock that orders all tasks, and would hide races of the allocators. So each page, and for
 * per-CPU objects each piece of CLAIM_GRAIN bytes, has a word or a bit of its own. An object claims
 * its addresses by relaxed atomics as soon as the allocator has returned it, and gives them up
 * before the allocator gets it back. A second claim of an address is an overlap.
 *
 * The table covers the addresses for mappings and the direct map. It is empty whenever no object is
 * live, so it is kept from run to run.
 */
#ifndef MM_HARNESS_CLAIMS_H
#define MM_HARNESS_CLAIMS_H

#include "machine/machine.h"

/* Two per-CPU objects never share an aligned piece of this many bytes. */
#define CLAIM_GRAIN 4u

/**
 * struct claim_region - a range of addresses
 * @start: first address
 * @pages: its pages
 * @room:  pages that there is memory for
 * @page:  of each page, CLAIM_WHOLE or the number of per-CPU objects in it
 * @grain: of each page, a bit for each piece of a per-CPU object
 */
struct claim_region {
	u64 start;
	u64 pages;
	u64 room;
	u32 *page;
	u64 *grain;
};

struct claims {
	struct claim_region region[2];
};

/** claims_prepare() - for the addresses of a machine; nothing is claimed. Return: 0 or -ENOMEM */
int claims_prepare(struct claims *c, const struct machine *m);

/**
 * claims_take() - claim the addresses of an object
 * @addr: first address
 * @size: bytes
 * @whole: whole pages; otherwise a per-CPU object
 *
 * Return: the first address that is claimed already, or that the machine does not have; 0: none.
 */
u64 claims_take(struct claims *c, u64 addr, u64 size, bool whole);

/** claims_give() - give up what claims_take() has claimed */
void claims_give(struct claims *c, u64 addr, u64 size, bool whole);

/** claims_free() - free the memory */
void claims_free(struct claims *c);

#endif

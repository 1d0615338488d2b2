/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bootmem_checker.h - allocators of boot memory called, and each call compared with the model.
 *
 * A refusal is compared by its name and its bytes with what the model predicts, for each call that
 * reserves, frees or hands over; each page that a call touches in part counts, also for a free. A
 * hand-over is checked block by block: all of it free, of one node, aligned, of at most 1,024
 * pages, and without a buddy that could have come with it, so that no larger block was possible. At
 * its end no free page may be left. A program that does not hand over does so at its end.
 */
#ifndef MM_HARNESS_BOOTMEM_CHECKER_H
#define MM_HARNESS_BOOTMEM_CHECKER_H

#include "bootmem_model.h"
#include "exec/subsystems.h"

/**
 * struct bootmem_calls - the calls that drive an allocator
 * @alloc:   makes a request. Return: a physical address, or BOOT_NONE
 * @reserve: as boot_reserve()
 * @free:    as boot_free()
 * @served:  further checks of the memory that a request got; or NULL
 */
struct bootmem_calls {
	u64 (*alloc)(struct boot_mem *boot, const struct bootmem_request *r);
	int (*reserve)(struct boot_mem *boot, u64 start, u64 size, enum boot_reserve how);
	int (*free)(struct boot_mem *boot, u64 start, u64 size);
	void (*served)(struct world *w, const struct bootmem_request *r, u64 addr);
};

/* The calls of boot.h. */
extern const struct bootmem_calls bootmem_calls;

/**
 * struct bootmem_end - the end of the previous request
 * @known:   no other call followed it
 * @request: that request
 * @addr:    end of its memory
 */
struct bootmem_end {
	bool known;
	struct bootmem_request request;
	u64 addr;
};

/* Receives the blocks that an allocator hands over. */
struct bootmem_receiver {
	struct bootmem_model *model;
	struct bootmem_map *map;
};

/**
 * struct bootmem_checker - state of the checks of a world's allocators
 * @model:    the model of their pages
 * @end:      the end of the last request of each
 * @receiver: receiver of the hand-over of each
 * @over:     memory was handed over
 */
struct bootmem_checker {
	struct bootmem_model model;
	struct bootmem_end end[WORLD_BOOTMEM];
	struct bootmem_receiver receiver[WORLD_BOOTMEM];
	bool over;
};

/* Checks the allocators at boot, and hands free pages over at the end if no operation did. */
extern struct subsystem bootmem_checker;

/** bootmem_of() - the checker of a world */
static inline struct bootmem_checker *bootmem_of(const struct world *w)
{
	return subsystem_state(w, &bootmem_checker);
}

/**
 * bootmem_expect() - check the report of allocator @k about the previous call
 * @what: the call
 * @want: the expected report
 *
 * ORACLE_RANGE.
 */
void bootmem_expect(struct world *w, u32 k, const char *what, const struct bootmem_refusal *want);

/**
 * bootmem_reserve_by(), bootmem_free_by() - reserve or free in allocator @k, and check the result
 * @calls: the calls to use
 *
 * Return: true if it succeeded; false if it was rightly refused.
 */
bool bootmem_reserve_by(struct world *w, u32 k, u64 start, u64 size, enum boot_reserve how,
			const struct bootmem_calls *calls);
bool bootmem_free_by(struct world *w, u32 k, u64 start, u64 size,
		     const struct bootmem_calls *calls);

/** bootmem_reserve(), bootmem_free() - the same with boot_reserve() and boot_free() */
bool bootmem_reserve(struct world *w, u32 k, u64 start, u64 size, enum boot_reserve how);
bool bootmem_free(struct world *w, u32 k, u64 start, u64 size);

/** bootmem_hand_over() - let each allocator hand over, and check the result */
void bootmem_hand_over(struct world *w);

/** bootmem_free_pages() - the number of free pages that allocator @k reports */
u64 bootmem_free_pages(const struct world *w, u32 k);

/**
 * bootmem_check() - compare the statistics and some pages of allocator @k with the model
 * @start, @end: bytes of the operation: their first and last page and the two neighbours are
 * checked
 *
 * The statistics reveal an error in between, or the hand-over at the latest.
 * ORACLE_COUNT, ORACLE_RANGE (of another node).
 */
void bootmem_check(struct world *w, u32 k, u64 start, u64 end);

/** bootmem_check_pages() - compare each of the pages [@from, @to), by their numbers in the model */
void bootmem_check_pages(struct world *w, u32 k, u64 from, u64 to);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bootmem_checker.h - allocators of boot memory called, and each call compared with the model.
 */
#ifndef MM_HARNESS_BOOTMEM_CHECKER_H
#define MM_HARNESS_BOOTMEM_CHECKER_H

#include "bootmem_model.h"
#include "exec/subsystems.h"

/**
 * struct bootmem_calls - through which of its calls an allocator is driven
 * @alloc:   a request; return: a physical address, or BOOT_NONE
 * @reserve: as boot_reserve()
 * @free:    as boot_free()
 * @served:  judges more of what a request was given than where it is; or NULL
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
 * struct bootmem_end - where the request before ended
 * @known:   nothing else was called since
 * @request: that request
 * @addr:    behind its last byte
 */
struct bootmem_end {
	bool known;
	struct bootmem_request request;
	u64 addr;
};

/* Receives what an allocator hands over. */
struct bootmem_receiver {
	struct bootmem_model *model;
	struct bootmem_map *map;
};

/**
 * struct bootmem_checker - what is known of the allocators of a world
 * @model:    of their pages
 * @end:      where the last request of each ended
 * @receiver: what each hands over to
 * @over:     memory was handed over
 */
struct bootmem_checker {
	struct bootmem_model model;
	struct bootmem_end end[WORLD_BOOTMEM];
	struct bootmem_receiver receiver[WORLD_BOOTMEM];
	bool over;
};

/* Checks the allocators at boot; hands over what is free at the end, if no operation did. */
extern const struct subsystem bootmem_checker;

/** bootmem_of() - the checker of a world */
static inline struct bootmem_checker *bootmem_of(const struct world *w)
{
	return subsystem_state(w, &bootmem_checker);
}

/**
 * bootmem_expect() - judge what allocator @k has told of the call before
 * @what: the call
 * @want: what it is to tell
 *
 * ORACLE_RANGE.
 */
void bootmem_expect(struct world *w, u32 k, const char *what, const struct bootmem_refusal *want);

/**
 * bootmem_reserve_by(), bootmem_free_by() - of allocator @k, judged
 * @calls: by which of its calls
 *
 * Return: true if it was done; false if it had to be refused, and was.
 */
bool bootmem_reserve_by(struct world *w, u32 k, u64 start, u64 size, enum boot_reserve how,
			const struct bootmem_calls *calls);
bool bootmem_free_by(struct world *w, u32 k, u64 start, u64 size,
		     const struct bootmem_calls *calls);

/** bootmem_reserve(), bootmem_free() - by boot_reserve() and boot_free() */
bool bootmem_reserve(struct world *w, u32 k, u64 start, u64 size, enum boot_reserve how);
bool bootmem_free(struct world *w, u32 k, u64 start, u64 size);

/** bootmem_hand_over() - of each allocator, judged */
void bootmem_hand_over(struct world *w);

/** bootmem_free_pages() - what allocator @k says of it */
u64 bootmem_free_pages(const struct world *w, u32 k);

/**
 * bootmem_check() - compare what allocator @k says with the model: each number, some pages
 * @start, @end: bytes that the operation was about: their first and last page, and the two beside
 *
 * What is wrong in between is known by the numbers, or at the hand-over at the latest.
 * ORACLE_COUNT, ORACLE_RANGE (of another node).
 */
void bootmem_check(struct world *w, u32 k, u64 start, u64 end);

/** bootmem_check_pages() - each of the pages [@from, @to), by their numbers in the model */
void bootmem_check_pages(struct world *w, u32 k, u64 from, u64 to);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bootmem_world.h - the allocators of boot memory of a world: made as a program says, called, and
 * judged by the model.
 *
 * The memory that they are told of is the machine's. Nothing touches it but calls that zero what
 * they give; and where it ends beyond the direct map, the machine has other memory, and they are
 * not made.
 */
#ifndef MM_HARNESS_BOOTMEM_WORLD_H
#define MM_HARNESS_BOOTMEM_WORLD_H

#include "oracle/bootmem_model.h"
#include "world.h"

/**
 * struct bootmem_told - a refusal that the allocator has told of
 * @nr: how many since the last call
 */
struct bootmem_told {
	u32 nr;
	enum boot_error why;
	u64 start, end;
};

/**
 * struct bootmem_calls - by which of its calls an allocator is asked
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

/* Those of boot.h. */
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

/* Who gets what is handed over. */
struct bootmem_receiver {
	struct bootmem_model *model;
	struct bootmem_map *map;
};

/**
 * struct bootmem_world - boot memory of a world
 * @nr:       allocators
 * @boot:     each; NULL if the plan made its boot fail
 * @end:      of each
 * @receiver: what each hands over to, from then on
 * @told:     the last refusal
 * @rng:      draws what lies beside the ranges
 * @mapped:   the machine has all of the memory in its direct map
 * @over:     memory was handed over
 */
struct bootmem_world {
	struct bootmem_model model;
	u32 nr;
	struct boot_mem *boot[WORLD_BOOTMEM];
	struct bootmem_end end[WORLD_BOOTMEM];
	struct bootmem_receiver receiver[WORLD_BOOTMEM];
	struct bootmem_told told;
	u64 rng;
	bool mapped;
	bool over;
};

#define for_each_bootmem(k, b) for (u32 k = 0; k < (b)->nr; k++)

/** bootmem_wanted() - does the target of the program have such allocators, and nothing else? */
bool bootmem_wanted(const struct world *w);

/**
 * bootmem_place() - draw the memory of a program
 * @t: receives what the machine is to have
 */
void bootmem_place(struct world *w, struct topology *t);

/** bootmem_boot() - make them, behind bootmem_place(). ORACLE_SPURIOUS if that fails and must not.
 * 0 or an error */
int bootmem_boot(struct world *w);

/** bootmem_verify() - each allocator; for subsystem.verify */
void bootmem_verify(struct world *w, bool quiet, s32 record);

/** bootmem_end_program() - all operations are done: what is free is handed over, if it was not */
void bootmem_end_program(struct world *w);

/** bootmem_take_down() - the opposite of bootmem_boot(); also of half of it */
void bootmem_take_down(struct world *w);

/** bootmem_free_world() - the memory that is kept from run to run */
void bootmem_free_world(struct world *w);

/** bootmem_kind() - of allocator @k */
enum boot_kind bootmem_kind(const struct world *w, u32 k);

/**
 * bootmem_make() - an allocator of the same kind as @k that knows no memory
 *
 * Its refusals are told to the world. Return: NULL if a request failed by plan.
 */
struct boot_mem *bootmem_make(struct world *w, u32 k);

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

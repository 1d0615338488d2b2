/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bootmem_world.h - the allocators of boot memory of a world, in targets that have nothing else.
 *
 * They are told that the machine's memory is theirs. Only calls that zero what they allocate touch
 * it. Where the memory that a program draws ends beyond the direct map, the machine has other
 * memory, and those calls are not made.
 *
 * The memory is the topology of the program, moved by what `shuffle` draws: the first frame lies at
 * or beside boundaries of words, or the last one ends where addresses do. Each range is registered
 * with parts of pages at its ends, as far as they are in no other range. `gap` counts up to 1,023
 * frames, since bitmaps have a bit for each. `middle` puts the middle of the memory at 16 MiB or
 * 4 GiB, the only places where goal and limit of the old calls mean something.
 */
#ifndef MM_HARNESS_BOOTMEM_WORLD_H
#define MM_HARNESS_BOOTMEM_WORLD_H

#include "boot/boot.h"
#include "machine/topology.h"

struct world;

/* Allocators of a world: two in the target bootmem_pair. */
#define WORLD_BOOTMEM 2

/**
 * struct bootmem_told - a refusal that an allocator has reported
 * @nr: how many since it was last reset
 */
struct bootmem_told {
	u32 nr;
	enum boot_error why;
	u64 start, end;
};

/**
 * struct bootmem_world - boot memory of a world
 * @topo:     the memory that its allocators are told of
 * @rng:      draws the parts of pages at the ends of its ranges
 * @mapped:   the machine has all of it in its direct map
 * @nr:       allocators
 * @boot:     each; NULL if the plan made its boot fail
 * @metadata: bytes that each took when it was set up
 * @told:     the last refusal of any
 */
struct bootmem_world {
	struct topology topo;
	u64 rng;
	bool mapped;
	u32 nr;
	struct boot_mem *boot[WORLD_BOOTMEM];
	u64 metadata[WORLD_BOOTMEM];
	struct bootmem_told told;
};

#define for_each_bootmem(k, w) for (u32 k = 0; k < (w)->bootmem.nr; k++)

/** bootmem_wanted() - does the target of the program have such allocators, and nothing else? */
bool bootmem_wanted(const struct world *w);

/** bootmem_kind() - of allocator @k */
enum boot_kind bootmem_kind(const struct world *w, u32 k);

/**
 * bootmem_place() - draw the memory of a program
 * @t: receives what the machine is to have
 */
void bootmem_place(struct world *w, struct topology *t);

/**
 * bootmem_make() - an allocator of the same kind as @k that knows no memory
 *
 * Its refusals are noted in @told. Return: NULL if a request failed by plan.
 */
struct boot_mem *bootmem_make(struct world *w, u32 k);

/**
 * bootmem_boot() - make the allocators, after bootmem_place()
 *
 * ORACLE_SPURIOUS if that fails and must not, ORACLE_RANGE if memory is refused. Return: 0 or a
 * negative error.
 */
int bootmem_boot(struct world *w);

/** bootmem_verify() - verify each allocator; for subsystem.verify */
void bootmem_verify(struct world *w, bool quiet, s32 record);

/** bootmem_take_down() - the opposite of bootmem_boot(), also where that failed */
void bootmem_take_down(struct world *w);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * world_parts.h - what a world is made of, by the target of its program: booted in order, verified,
 * and taken down the other way round.
 *
 * The executor knows no target. To give a target something new, add a part to the table in
 * world_parts.c, behind those that it stands on.
 */
#ifndef MM_HARNESS_WORLD_PARTS_H
#define MM_HARNESS_WORLD_PARTS_H

#include "world/world.h"

/**
 * struct world_part - one of these; a function that is NULL is nothing to do
 * @kept:      does the target of the program have it?
 * @boot:      make it; 0 or a negative error, behind which no further part is booted
 * @operated:  an operation has ended, and nothing else is under way
 * @end:       all operations are done
 * @verify:    @quiet: nobody is inside of an operation; @record: the operation that the caller is
 *             in, or negative: as for somebody_began()
 * @stats:     print statistics
 * @take_down: the opposite of @boot, also where that failed
 * @free:      give back the memory that is kept from run to run
 */
struct world_part {
	bool (*kept)(const struct world *w);
	int (*boot)(struct world *w);
	void (*operated)(struct world *w, u32 record);
	void (*end)(struct world *w);
	void (*verify)(struct world *w, bool quiet, s32 record);
	void (*stats)(struct world *w, FILE *f);
	void (*take_down)(struct world *w);
	void (*free)(struct world *w);
};

/** world_ranges() - how many areas there can be in the world of a program, to make room for */
u32 world_ranges(const struct program *p);

/** world_points() - more scheduling points than a run of a program passes that makes progress */
u64 world_points(const struct program *p);

/**
 * world_boot() - boot the parts of the program's target
 *
 * A request that fails by plan may make it fail, or a machine that is too small: that is no
 * finding, no operation is then carried out, and what was half booted must be taken down without a
 * leak.
 *
 * Return: 0 or a negative error.
 */
int world_boot(struct world *w);

/** world_operated() and its sisters - of each part, in order; world_operated() only if @w->asks */
void world_operated(struct world *w, u32 record);
void world_end(struct world *w);
void world_verify(struct world *w, bool quiet, s32 record);
void world_stats(struct world *w, FILE *f);

/** world_take_down() - the parts that world_boot() has begun with, the last one first */
void world_take_down(struct world *w);

/** world_free() - what the parts keep from run to run; the machine is there still */
void world_free(struct world *w);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * subsystems.h - what a world is made of, by the target of its program: booted in order, verified,
 * and taken down in the opposite order.
 *
 * The executor knows no target. To give a target something new, define a subsystem beside what it
 * boots or checks, and add it to the list in ops/subsystem_list.c, after those that it depends on.
 */
#ifndef MM_HARNESS_SUBSYSTEMS_H
#define MM_HARNESS_SUBSYSTEMS_H

#include "bodies.h"
#include "run.h"

/**
 * struct subsystem - a part of a world; a function that is NULL has nothing to do
 * @state_size: bytes of its private state: subsystem_state(). Zero at first, reused from run to run
 * @slot:      where struct run has that state: subsystems_create() numbers them
 * @wanted:    does this kind of world have it? Asked before the boot, and only if the kind changes
 * @boot:      make it; 0 or a negative error, which ends the boot
 * @after_op:  called after an operation, when nothing else is in flight
 * @end:       all operations are done
 * @verify:    @quiet: the world is quiescent; @record: the operation that the caller is in, or
 *             negative, as for quiescence_lost()
 * @stats:     print statistics
 * @take_down: the opposite of @boot, called also where that failed
 * @free:      free what its state points to
 */
struct subsystem {
	size_t state_size;
	u32 slot;
	bool (*wanted)(const struct world *w);
	int (*boot)(struct world *w);
	void (*after_op)(struct world *w, u32 record);
	void (*end)(struct world *w);
	void (*verify)(struct world *w, bool quiet, s32 record);
	void (*stats)(struct world *w, FILE *f);
	void (*take_down)(struct world *w);
	void (*free)(struct world *w);
};

/** subsystems_choose() - note which of them the world has; after world_set_program() */
void subsystems_choose(struct world *w);

/**
 * subsystems_boot() - boot the subsystems of the world
 *
 * It may fail if the plan fails a request, or if the machine is too small. That is no finding: no
 * operation runs, and the subsystems that were booted, wholly or in part, must be taken down
 * without a leak.
 *
 * Return: 0 or a negative error.
 */
int subsystems_boot(struct world *w);

/** subsystems_after_op() - call each @after_op in order; needed only if @w->run->with.after_op */
void subsystems_after_op(struct world *w, u32 record);

/** subsystems_end(), subsystems_verify(), subsystems_stats() - call each one's function in order */
void subsystems_end(struct world *w);
void subsystems_verify(struct world *w, bool quiet, s32 record);
void subsystems_stats(struct world *w, FILE *f);

/** subsystems_take_down() - take down all that subsystems_boot() has begun with, the last first */
void subsystems_take_down(struct world *w);

/**
 * subsystems_create() - number the subsystems, and allocate the state of each
 *
 * Not on several threads at a time: all worlds share the numbers. Return: false without memory.
 */
bool subsystems_create(struct world *w);

/** subsystems_destroy() - free all that is reused from run to run; the machine still exists */
void subsystems_destroy(struct world *w);

/** subsystem_state() - the private state of a subsystem, which that subsystem alone knows */
static inline void *subsystem_state(const struct world *w, const struct subsystem *s)
{
	return w->run->state[s->slot];
}

#endif

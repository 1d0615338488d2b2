/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run.h - one run of a program: the executor's state, apart from the world that it runs on.
 */
#ifndef MM_HARNESS_RUN_H
#define MM_HARNESS_RUN_H

#include "exec.h"
#include "object.h"
#include "quiescence.h"
#include "run_events.h"
#include "world/at_once.h"
#include "world/world.h"

/* Most subsystems of a world: a bit each. */
#define MAX_SUBSYSTEMS 16

struct subsystem;

/**
 * struct op_call - an operation in flight
 * @record: its number in the program
 * @op:     its record
 * @object: the object that it uses, live; or the one that it makes, unborn; or NULL
 * @gfp:    GFP_ATOMIC in an interrupt, or if the program asks for it
 * @failures: requests failed by plan before it began
 * @ticket: its task_ticket() and, once op_ran_alone() was asked, the last one taken; 0: it is not
 *          alone
 * @began:  its first ticket
 * @cpu:    that it began on
 * @again:  the program is over, and its refused request is made again: again.h
 * @drained: and so it was once before; background work that it started has ended. A refusal needs
 *          a reason even if it is atomic
 * @alone:  nothing else was in flight when it began; op_ran_alone() says whether anything began
 *          since
 */
struct op_call {
	u32 record;
	const struct program_op *op;
	struct object *object;
	gfp_t gfp;
	u64 failures;
	u64 *ticket;
	u64 began;
	u32 cpu;
	bool again, drained;
	bool alone;
};

/**
 * struct subsystem_sets - the subsystems of a world that have a certain function
 *
 * Bit i stands for subsystems[i]. Most have one or two functions, and a short run would spend much
 * of its time asking the others.
 */
struct subsystem_sets {
	u32 boot, after_op, end, verify, stats, take_down;
};

/**
 * struct run_count - what a task has done; padded against false sharing
 * @done, @skipped, @failed: see struct exec_result
 * @far_in_flush: EVENT_FREED_FAR_IN_FLUSH
 */
struct run_count {
	u64 done, skipped, failed;
	u64 far_in_flush;
} __attribute__((aligned(64)));

/**
 * struct run - one run of a program
 * @options:   how
 * @objects:   of the program
 * @with:      the subsystems of the world: subsystems.h
 * @begun:     the boot came so far: a set with those that it began with
 * @state:     of each entry of subsystems[]; reused from run to run
 * @since_verify: operations since the last verification
 * @events:    see run_events.h
 * @count:     of each task, by program_op.task
 * @boot_error: see struct exec_result
 * @at_once:   tasks are at work, and execute at the same time: run_at_once()
 */
struct run {
	const struct exec_options *options;
	struct objects objects;
	struct subsystem_sets with;
	u32 begun;
	void *state[MAX_SUBSYSTEMS];
	u32 since_verify;
	struct run_events events;
	struct run_count count[RUN_MAX_TASKS];
	int boot_error;
	bool at_once;
};

/**
 * run_at_once() - do tasks of the run, or a task and deferred work, execute at the same time now?
 *
 * Then no operation is alone, and what other tasks change is not looked at: the list of live
 * objects, other objects' memory, the numbers of an allocator.
 */
static inline bool run_at_once(const struct run *run)
{
	return TASKS_AT_ONCE && run->at_once;
}

/** object_of() - the object that record @record makes */
static inline struct object *object_of(const struct world *w, u32 record)
{
	return &w->run->objects.object[record];
}

/** object_record() - the record that makes an object */
static inline u32 object_record(const struct world *w, const struct object *o)
{
	return (u32)(o - w->run->objects.object);
}

/*
 * Each object owns one word in every frame of its pool: it writes there through its mapping and
 * reads back through the frame, and no other object writes there.
 */
#define MAPPING_SLOTS (PAGE_SIZE / sizeof(u64))

/** object_frames() - the pool of frames that an object's mappings are made of */
static inline struct frame_pool *object_frames(struct world *w, const struct object *o)
{
	/* The usual case, and no division. */
	if (likely(w->nr_frame_pools == 1))
		return w->frames;
	return &w->frames[object_record(w, o) / MAPPING_SLOTS % w->nr_frame_pools];
}

/** nr_live_objects() - how many objects are live */
static inline u32 nr_live_objects(const struct world *w)
{
	return w->run->objects.nr_live;
}

/** live_object() - number @i of the live objects, in no particular order */
static inline struct object *live_object(const struct world *w, u32 i)
{
	const struct objects *os = &w->run->objects;

	return &os->object[os->live[i]];
}

#endif

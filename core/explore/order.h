/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * order.h - the operations that a run has done so far, and their order: its happens-before prefix.
 *
 * An event is an operation of a task on an object (strategy.h, access()). It comes after the events
 * of its task, after the last write of the object and, if it is a write, after the reads since
 * then. Its hash is made of the hashes of these, and the hash of the prefix is the sum over all
 * events. So two runs have the same hash exactly if they have done the same operations with the
 * same order among all pairs that are in conflict (but for collisions of 128 bits), and then they
 * are in the same state: code that is free of races cannot tell them apart.
 *
 * Objects have no names in the hash: the next operation of a task follows from its past, which is
 * in the hash.
 *
 * A task in a loop with cpu_relax() waits until one of the objects that it has read in this round
 * is written: until then another round would be the same.
 */
#ifndef MM_EXPLORE_ORDER_H
#define MM_EXPLORE_ORDER_H

#include "hash.h"
#include "sched/schedule.h"
#include "sched/task_set.h"

/* Objects that a task remembers to have read. If it has read more, it waits for any write. */
#define ORDER_SEEN 8

/**
 * struct order_object - an object of the run
 * @address: identifies it
 * @gen:     the run
 * @version: writes so far
 * @write:   hash of the last write
 * @reads:   sum over the reads since then
 * @write_event, @read_event: the last of each, for reduce.c; -1: none
 * @taken_event: the first write after the last one that ended a time of exclusion, or -1
 * @ended: there was such an end after @taken_event
 */
struct order_object {
	const volatile void *address;
	u64 gen;
	u32 version;
	struct hash128 write, reads;
	s32 write_event, read_event, taken_event;
	bool ended;
};

/**
 * struct order_task - a task of the run
 * @past: hash of its last event
 * @nr:   entries of @seen
 * @many: it has read more objects than @seen has room for
 * @writes: while it waits: struct order.writes then
 * @seen: objects that it has read since it last wrote or yielded, and their versions then
 */
struct order_task {
	struct hash128 past;
	u8 nr;
	bool many;
	u64 writes;
	struct {
		const volatile void *address;
		u32 version;
	} seen[ORDER_SEEN];
};

/**
 * struct order - the prefix
 * @sum:     its hash
 * @events:  number of events
 * @writes:  of these, writes
 * @waiting: tasks that wait in a cpu_relax() loop, or go on and have done nothing yet
 * @gen:     number of the run
 * @bits, @used, @object: hash table of objects; an entry of another @gen is empty
 * @task:    by number
 */
struct order {
	struct hash128 sum;
	u64 events, writes;
	task_set waiting;
	u64 gen;
	unsigned int bits;
	u64 used;
	struct order_object *object;
	struct order_task task[SCHED_MAX_TASKS];
};

/** order_init() - Return: 0 or -ENOMEM */
int order_init(struct order *o);
void order_fini(struct order *o);

/** order_begin() - a run begins, with one task */
void order_begin(struct order *o);

/** order_spawned() - task @child begins, by an operation of @parent */
void order_spawned(struct order *o, unsigned int parent, unsigned int child);

/** order_access() - an operation on an object; NULL: on none */
void order_access(struct order *o, unsigned int task, const volatile void *object, bool write);

/** order_object() - an object, whether the run has named it or not */
struct order_object *order_object(struct order *o, const volatile void *object);

/** order_find() - an object that the run has named. Return: NULL if it has not */
const struct order_object *order_find(const struct order *o, const volatile void *object);

/** order_relax() - the task yields in cpu_relax() */
void order_relax(struct order *o, unsigned int task);

/** order_waits() - tasks of @set that wait until what they read is written, and it is not yet */
task_set order_waits(const struct order *o, task_set set);

#endif

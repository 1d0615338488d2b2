/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * quiescence.h - did an operation run alone, and is the world quiescent?
 *
 * Most oracles compare numbers and addresses that a concurrent operation may change. They compare
 * only what was read while nothing else was in flight. Operations, work items and RCU callbacks
 * each take a *ticket* when they begin (task_set_op()), and tickets are numbered in order. So the
 * two questions "is anything older in flight?" and "has anything begun since?" need no lock and
 * pass no scheduling point.
 *
 * A snapshot of a model is safe although its reading may pass scheduling points: the operation that
 * takes it began alone and has held a ticket ever since, so no second operation has begun alone.
 */
#ifndef MM_HARNESS_QUIESCENCE_H
#define MM_HARNESS_QUIESCENCE_H

#include "sched/types.h"

struct op_call;
struct world;

/** op_alone() - is the caller's operation, which has just begun, the only one in flight? */
bool op_alone(void);

/**
 * op_still_alone() - has no operation, work item or callback begun since the caller last asked?
 * @record: the operation that the caller is in
 * @ticket: the last one that it took; receives a new one, or 0 if something has begun
 *
 * It takes a ticket to see whether another was taken in between.
 */
bool op_still_alone(u32 record, u64 *ticket);

/**
 * quiescence_lost() - has anything begun since the caller read task_ticket()?
 * @record: the operation that the caller is in, or negative if it is in none
 * @ticket: what task_ticket() returned then
 */
bool quiescence_lost(s32 record, u64 ticket);

/**
 * op_ran_alone() - was nothing else in flight from the call's beginning until now, and did the
 *                  plan fail none of its requests?
 *
 * Only then does a refusal need a reason that a naive model can see. Work items and callbacks
 * count as company. Ask it after the model has looked: something may have begun meanwhile.
 */
bool op_ran_alone(const struct world *w, const struct op_call *c);

#endif

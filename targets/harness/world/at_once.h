/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * at_once.h - data of the harness that tasks share without an order.
 *
 * On the fibers engine the harness passes no scheduling point while it changes such data, so plain
 * accesses suffice. On the threads engine tasks run at once, and the accesses are relaxed atomics:
 * they keep the data sound and order nothing, so they hide no race of an allocator. ThreadSanitizer
 * sees neither.
 */
#ifndef MM_HARNESS_AT_ONCE_H
#define MM_HARNESS_AT_ONCE_H

#ifdef MM_ENGINE_THREADS
#include "sched/sched.h"

/* Tasks of a run execute at the same time. */
#define TASKS_AT_ONCE true
#define shared_add(p, v) ((void)__atomic_add_fetch((p), (v), __ATOMIC_RELAXED))
#define shared_load(p) __atomic_load_n((p), __ATOMIC_RELAXED)
#define shared_store(p, v) __atomic_store_n((p), (v), __ATOMIC_RELAXED)

/** settle() - wait until no work item and no RCU callback of the run is left */
static inline void settle(void)
{
	sched_settle();
}
#else
#define TASKS_AT_ONCE false
#define shared_add(p, v) ((void)(*(p) += (v)))
#define shared_load(p) (*(p))
#define shared_store(p, v) ((void)(*(p) = (v)))

/* Tickets say what is in flight, and oracles allow for it (exec/quiescence.h). */
static inline void settle(void)
{
}
#endif

#endif

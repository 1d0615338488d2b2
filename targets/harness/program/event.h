/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * event.h - what may happen in a run, is right, and may be hard to bring about.
 *
 * An oracle says what must never be seen; an event is counted, so that a program which is to show
 * it can be known to show it. Most are the spaces' own (enum vmap_event); the last one is seen by
 * whoever carries operations out, since no allocator knows of it (run_events.c).
 */
#ifndef MM_HARNESS_EVENT_H
#define MM_HARNESS_EVENT_H

#include "sched/types.h"

/* Those of enum vmap_event in its order, X(identifier, name, help). */
#define VMAP_RUN_EVENTS(X)                                                                         \
	X(PREFETCH, "prefetch", "zone: a CPU fetched a range for its cache")                       \
	X(PREFETCH_EXTRA, "prefetch-extra",                                                        \
	  "zone: two tasks found one cache empty, and fetched for it one after the other")         \
	X(PREFETCH_LOST, "prefetch-lost",                                                          \
	  "zone: a task found another one fetching for its CPU, and went to the heap")             \
	X(CPU_LEFT, "cpu-left",                                                                    \
	  "zone, pool: a task was moved between reading the number of its CPU and locking what "   \
	  "is that CPU's, and was served from there")                                              \
	X(EMPTIED_IN_FILL, "emptied-in-fill",                                                      \
	  "zone: a purge took what the cache of a CPU had, while a task fetched for it")           \
	X(LAZY_TWICE, "lazy-twice",                                                                \
	  "two purges at a time both took lazily freed areas of one node")                         \
	X(POOL_HIT, "pool-hit", "pool: a request was served from a pool")                          \
	X(POOL_DECAY, "pool-decay", "pool: an area went from a pool back to the heap")

#define RUN_EVENTS(X)                                                                              \
	VMAP_RUN_EVENTS(X)                                                                         \
	X(FREED_FAR_IN_FLUSH, "freed-far-in-flush",                                                \
	  "what one CPU had made, another freed, in the middle of a third one's "                  \
	  "vm_unmap_aliases")

enum run_event {
#define X(id, name, help) EVENT_##id,
	RUN_EVENTS(X)
#undef X
		NR_RUN_EVENTS
};

/* The events that spaces count come first. */
#define NR_SPACE_EVENTS ((unsigned int)EVENT_FREED_FAR_IN_FLUSH)

/* Sets of events are kept in a u32. */
_Static_assert(NR_RUN_EVENTS <= 32, "a bit an event");

/** run_event_name() - "prefetch-extra": as in `shows`, and as vmap_event_name() has it */
const char *run_event_name(enum run_event e);

/** run_event_help() - what it is, one line */
const char *run_event_help(enum run_event e);

/** run_event_set() - which have happened, bit enum run_event; @count: how often each has */
u32 run_event_set(const u64 count[NR_RUN_EVENTS]);

/** run_event_by_name() - NR_RUN_EVENTS if there is none of that name */
enum run_event run_event_by_name(const char *name);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * event.h - the events of a run: correct, but rare.
 *
 * An oracle reports a defect; an event is only counted, so that a program can be shown to reach it.
 * The vmap spaces count most of them (enum vmap_event). The last one involves three CPUs, and no
 * allocator knows of it: the executor counts it (exec/run_events.c).
 */
#ifndef MM_HARNESS_EVENT_H
#define MM_HARNESS_EVENT_H

#include "sched/types.h"

/* Those of enum vmap_event in its order, X(identifier, name, help). */
#define VMAP_RUN_EVENTS(X)                                                                         \
	X(PREFETCH, "prefetch", "zone: a CPU prefetched a range into its cache")                   \
	X(PREFETCH_EXTRA, "prefetch-extra",                                                        \
	  "zone: two tasks found one cache empty, and both prefetched for it")                     \
	X(PREFETCH_LOST, "prefetch-lost",                                                          \
	  "zone: a task found a prefetch for its CPU in flight, and went to the heap")             \
	X(CPU_LEFT, "cpu-left",                                                                    \
	  "zone, pool: a task migrated between reading its CPU number and taking that CPU's "      \
	  "lock, and was served there")                                                            \
	X(EMPTIED_IN_FILL, "emptied-in-fill",                                                      \
	  "zone: a purge emptied the cache of a CPU while a task prefetched for it")               \
	X(LAZY_TWICE, "lazy-twice",                                                                \
	  "two concurrent purges both took lazily freed areas of one node")                        \
	X(POOL_HIT, "pool-hit", "pool: a pool served a request")                                   \
	X(POOL_DECAY, "pool-decay", "pool: an area went from a pool back to the heap")

#define RUN_EVENTS(X)                                                                              \
	VMAP_RUN_EVENTS(X)                                                                         \
	X(FREED_FAR_IN_FLUSH, "freed-far-in-flush",                                                \
	  "a CPU freed an object of another CPU while a third CPU was in vm_unmap_aliases")

enum run_event {
#define X(id, name, help) EVENT_##id,
	RUN_EVENTS(X)
#undef X
		NR_RUN_EVENTS
};

/* The events that spaces count come first. */
#define NR_SPACE_EVENTS ((unsigned int)EVENT_FREED_FAR_IN_FLUSH)

/* Sets of events are kept in a u32. */
_Static_assert(NR_RUN_EVENTS <= 32, "one bit for each event");

/** run_event_name() - "prefetch-extra", as in `shows` and from vmap_event_name() */
const char *run_event_name(enum run_event e);

/** run_event_help() - one line */
const char *run_event_help(enum run_event e);

/** run_event_set() - bit enum run_event: the events that happened; @count: how often */
u32 run_event_set(const u64 count[NR_RUN_EVENTS]);

/** run_event_by_name() - the event, or NR_RUN_EVENTS */
enum run_event run_event_by_name(const char *name);

#endif

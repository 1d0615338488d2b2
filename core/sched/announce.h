/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * announce.h - announcements of the engine to ThreadSanitizer; nothing in other builds.
 *
 * Fibers switch without ordering each other (fiber.c), so TSan knows only the order of instrumented
 * atomics and of these announcements. Each one stands for an order that real hardware and a real
 * kernel give.
 */
#ifndef MM_SCHED_ANNOUNCE_H
#define MM_SCHED_ANNOUNCE_H

#include <stddef.h>

#ifdef MM_TSAN
#include <sanitizer/tsan_interface.h>

#ifndef MM_ENGINE_THREADS
#define MM_TSAN_FIBERS
/* For Java's heap: a block begins, or ends. TSan forgets all accesses to it. */
void __tsan_java_alloc(void *p, size_t size);
void __tsan_java_free(void *p, size_t size);

/* Thread whose accesses TSan ignores; NULL before the first engine is created. */
extern void *announce_unseen_thread;
#endif
#endif

/* All that the running task did so far comes before all that follows an announce_acquire() of @p.
 */
static inline void announce_release(const void *p)
{
#ifdef MM_TSAN
	__tsan_release((void *)p);
#else
	(void)p;
#endif
}

static inline void announce_acquire(const void *p)
{
#ifdef MM_TSAN
	__tsan_acquire((void *)p);
#else
	(void)p;
#endif
}

/*
 * TSan forgets all accesses to these bytes, as it does when malloc() hands memory out. Memory that
 * is kept from run to run is announced before instrumented code first touches it in a run: what
 * TSan remembers of earlier runs decides which accesses it evicts in this one (tsan.c).
 */
static inline void announce_fresh(void *p, size_t size)
{
#ifdef MM_TSAN_FIBERS
	void *thread = __tsan_get_current_fiber();

	if (!announce_unseen_thread)
		return;
	__tsan_switch_to_fiber(announce_unseen_thread, __tsan_switch_to_fiber_no_sync);
	__tsan_java_alloc(p, size);
	__tsan_java_free(p, size);
	__tsan_switch_to_fiber(thread, __tsan_switch_to_fiber_no_sync);
#else
	(void)p;
	(void)size;
#endif
}

/**
 * announce_unseen_begin() - what follows is no part of the run to TSan
 *
 * Around all that the simulation does in some runs and not in others, and that calls the C library,
 * which TSan intercepts for all callers: tables that grow, state left by an earlier run, a history
 * that is printed. No scheduling point may lie in it. Nests.
 *
 * Return: a token for announce_unseen_end().
 */
static inline void *announce_unseen_begin(void)
{
#ifdef MM_TSAN_FIBERS
	void *thread = __tsan_get_current_fiber();

	if (announce_unseen_thread)
		__tsan_switch_to_fiber(announce_unseen_thread, __tsan_switch_to_fiber_no_sync);
	return thread;
#else
	return NULL;
#endif
}

static inline void announce_unseen_end(void *token)
{
#ifdef MM_TSAN_FIBERS
	if (announce_unseen_thread)
		__tsan_switch_to_fiber(token, __tsan_switch_to_fiber_no_sync);
#else
	(void)token;
#endif
}

/* A lock is taken, after any wait; reports name the locks held. */
static inline void announce_lock(const void *lock)
{
#ifdef MM_TSAN
	__tsan_mutex_pre_lock((void *)lock, 0);
	__tsan_mutex_post_lock((void *)lock, 0, 0);
#else
	(void)lock;
#endif
}

static inline void announce_unlock(const void *lock)
{
#ifdef MM_TSAN
	__tsan_mutex_pre_unlock((void *)lock, 0);
	__tsan_mutex_post_unlock((void *)lock, 0);
#else
	(void)lock;
#endif
}

/* The same for a reader: ordered with writers alone. */
static inline void announce_read_lock(const void *lock)
{
#ifdef MM_TSAN
	__tsan_mutex_pre_lock((void *)lock, __tsan_mutex_read_lock);
	__tsan_mutex_post_lock((void *)lock, __tsan_mutex_read_lock, 0);
#else
	(void)lock;
#endif
}

static inline void announce_read_unlock(const void *lock)
{
#ifdef MM_TSAN
	__tsan_mutex_pre_unlock((void *)lock, __tsan_mutex_read_lock);
	__tsan_mutex_post_unlock((void *)lock, __tsan_mutex_read_lock);
#else
	(void)lock;
#endif
}

#endif

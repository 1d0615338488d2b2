/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * announce.h - what the engine tells ThreadSanitizer; nothing in other builds.
 *
 * Fibers switch without ordering each other (fiber.c), so TSan knows of no order but what
 * instrumented atomics make and what is announced here. Each announcement stands for
 * an order that real hardware and a real kernel would give.
 */
#ifndef MM_SCHED_ANNOUNCE_H
#define MM_SCHED_ANNOUNCE_H

#ifdef MM_TSAN
#include <sanitizer/tsan_interface.h>
#endif

/* What the running task did so far comes before what follows an announce_acquire() of @p. */
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bridge_lock.h - a lock of the bridge's own data.
 *
 * On the threads engine tasks enter the bridge at once. Its locks order nothing in the eyes of
 * ThreadSanitizer, since the bridge is not instrumented: they hide no race of the kernel. On fibers
 * no task is interrupted in the bridge, and a lock is always free.
 */
#ifndef MM_LINUX_BRIDGE_LOCK_H
#define MM_LINUX_BRIDGE_LOCK_H

#include <sched.h>
#include <stdbool.h>

static inline void bridge_lock(bool *busy)
{
	while (__atomic_test_and_set(busy, __ATOMIC_ACQUIRE))
		sched_yield();
}

static inline void bridge_unlock(bool *busy)
{
	__atomic_clear(busy, __ATOMIC_RELEASE);
}

#endif

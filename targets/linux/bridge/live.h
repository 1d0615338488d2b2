/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * live.h - the live objects of a per-CPU allocator, sorted by address: to refuse frees of what is
 * none, which the kernel leaves undefined, and for its judge.
 */
#ifndef MM_LINUX_LIVE_H
#define MM_LINUX_LIVE_H

#include "sched/types.h"
#include "../tree.h"

/**
 * struct live - a sorted array
 * @busy: an OS thread is at it (threads engine)
 */
struct live {
	struct tree_object *object;
	u64 nr, max;
	bool busy;
};

/** live_reset() - no object */
void live_reset(struct live *l);

/** live_add() - an object begins to live */
void live_add(struct live *l, unsigned long addr, unsigned long size);

/** live_remove() - its life ends; @size: receives its bytes. Return: false: none begins at @addr */
bool live_remove(struct live *l, unsigned long addr, u64 *size);

/** live_covers() - does @addr lie inside of an object? */
bool live_covers(struct live *l, unsigned long addr);

#endif

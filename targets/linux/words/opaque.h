/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * opaque.h - the engine's structures as bytes, and what a tree's object tells the bridge of its
 * static locks. Both engines' structures fit; bridge/check.c asserts it.
 *
 * The kernel reads one member of a work item: its function, which is NULL while the item is not in
 * use. It stands where the kernel can write it, beside the engine's.
 */
#ifndef MM_LINUX_OPAQUE_H
#define MM_LINUX_OPAQUE_H

#define BR_LOCK_BYTES 64
#define BR_HEAD_BYTES 48
#define BR_WORK_BYTES 32

struct br_init {
	int kind;
	void *object;
	const char *name;
	void (*func)(void *arg);
};

#ifdef MM_LINUX_WORDS_H
struct br_spinlock {
	char bytes[BR_LOCK_BYTES];
} __attribute__((__aligned__(16)));

struct mutex {
	char bytes[BR_LOCK_BYTES];
} __attribute__((__aligned__(16)));

struct callback_head {
	char bytes[BR_HEAD_BYTES];
	unsigned long offset;
} __attribute__((__aligned__(16)));
#define rcu_head callback_head

struct work_struct {
	char bytes[BR_WORK_BYTES];
	void (*func)(struct work_struct *work);
} __attribute__((__aligned__(16)));
#endif

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check.c - what the kernel's words assume of core/ holds, for both engines.
 */
#include "bridge.h"
#include "sched/kernel.h"
#include "../words/opaque.h"

_Static_assert(sizeof(spinlock_t) <= BR_LOCK_BYTES && sizeof(struct mutex) <= BR_LOCK_BYTES,
	       "../words/opaque.h has room for a lock");
_Static_assert(_Alignof(spinlock_t) <= 16 && _Alignof(struct mutex) <= 16, "and aligns it");
_Static_assert(sizeof(struct rcu_head) <= BR_HEAD_BYTES && _Alignof(struct rcu_head) <= 16,
	       "../words/opaque.h has room for a callback");
_Static_assert(sizeof(struct work_struct) <= BR_WORK_BYTES && _Alignof(struct work_struct) <= 16,
	       "../words/opaque.h has room for a work item");

/* struct page of words/memory.h. */
_Static_assert(offsetof(struct page, pfn) == 0 && offsetof(struct page, nid) == 8 &&
		       offsetof(struct page, count) == 12 && offsetof(struct page, owner) == 16 &&
		       offsetof(struct page, ticket) == 24 &&
		       offsetof(struct page, private) == 32 && sizeof(struct page) == 40,
	       "the kernel's page frame is the machine's");
_Static_assert(PAGE_SHIFT == 12 && TOPOLOGY_MAX_NODES <= 64, "as in words/memory.h, words/cpus.h");

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rculist.h - lists that readers walk under RCU while the holder of a lock changes them.
 *
 * Linux's words of the same names, over liburcu's struct cds_list_head. The caller of each
 * function below holds the lock of the list.
 *
 * Ordering: publishing an element is a release, and so is taking one off. The latter publishes the
 * next element to readers that come past; a relaxed store would not pass on the order that the
 * maker of that element has given it (C11 has no dependency ordering to rely on). An element that
 * was taken off keeps its own links: a reader that stands on it finds the way on. Its memory, and
 * all that a reader may look at, stays as it is until a grace period has passed.
 */
#ifndef MM_VMAP_RCULIST_H
#define MM_VMAP_RCULIST_H

#include <urcu/list.h>

#include "../sched/kernel.h"

/* At the end of the list. */
static inline void list_add_tail_rcu(struct cds_list_head *elem, struct cds_list_head *head)
{
	elem->next = head;
	elem->prev = head->prev;
	rcu_assign_pointer(head->prev->next, elem);
	head->prev = elem;
}

/* Next after @prev, which is an element or the head. */
static inline void list_add_rcu(struct cds_list_head *elem, struct cds_list_head *prev)
{
	elem->next = prev->next;
	elem->prev = prev;
	elem->next->prev = elem;
	rcu_assign_pointer(prev->next, elem);
}

static inline void list_del_rcu(struct cds_list_head *elem)
{
	elem->next->prev = elem->prev;
	rcu_assign_pointer(elem->prev->next, elem->next);
}

#endif

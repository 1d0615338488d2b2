/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * planted_early.c - a defect for planted_test.sh: callbacks do not wait for a grace period.
 */
#include "sched/kernel.h"

void __wrap_call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));

void __wrap_call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	func(head);
}

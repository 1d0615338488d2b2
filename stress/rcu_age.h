/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rcu_age.h - readers under RCU that look at the age of what they read.
 *
 * A writer publishes an element, and unpublishes the one before it. After a grace period a callback
 * makes the old element one grace period older and frees its per-CPU object. So a reader that finds
 * an element in a read-side section sees age 0 until the section ends. Any other age is memory that
 * is older than one grace period.
 */
#ifndef MM_STRESS_RCU_AGE_H
#define MM_STRESS_RCU_AGE_H

#include "sched/kernel.h"
#include "world/world.h"

#define RCU_AGE_SLOTS 4
#define RCU_AGE_ELEMENTS 32

struct rcu_age;

/**
 * struct rcu_element - an element
 * @head:  of its callback
 * @all:   where it belongs
 * @taken: a writer has it, or it is published, or its callback is queued; atomic
 * @age:   grace periods since it was unpublished; atomic
 * @id:    its contents are derived from this
 * @addr:  of its per-CPU object; 0: it has none
 */
struct rcu_element {
	struct rcu_head head;
	struct rcu_age *all;
	bool taken;
	u32 age;
	u64 id;
	u64 addr;
};

/**
 * struct rcu_age - published elements
 * @w:       the world that their objects are of
 * @slot:    what readers see; RCU
 * @element: all elements, published or not
 * @reads, @writes: how many; atomic
 */
struct rcu_age {
	struct world *w;
	struct rcu_element *slot[RCU_AGE_SLOTS];
	struct rcu_element element[RCU_AGE_ELEMENTS];
	u64 reads, writes;
};

/** rcu_age_begin() - nothing is published in @w */
void rcu_age_begin(struct rcu_age *a, struct world *w);

/** rcu_age_step() - read some elements, and sometimes publish one. Context: a preemptible task */
void rcu_age_step(struct rcu_age *a, u64 *rng);

/** rcu_age_end() - unpublish all, and wait until the callbacks have freed them */
void rcu_age_end(struct rcu_age *a);

#endif

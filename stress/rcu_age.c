/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rcu_age.c - see rcu_age.h.
 *
 * The harness is not instrumented, so ThreadSanitizer is told that a publication comes before its
 * readers. The order between readers and the callback is that of the engine's grace periods.
 */
#include "rcu_age.h"

#include "ops/access.h"
#include "sched/announce.h"
#include "sched/random.h"
#include "world/at_once.h"
#include "world/percpu_world.h"
#include "world/topology_of.h"

/* Bytes of an element's per-CPU object. */
#define OBJECT_BYTES 48

/* One step in so many publishes. */
#define PUBLISH_ODDS 4

/* A reader yields less often than this in its section. */
#define STAY 4

void rcu_age_begin(struct rcu_age *a, struct world *w)
{
	a->w = w;
	for (u32 i = 0; i < RCU_AGE_SLOTS; i++)
		a->slot[i] = NULL;
	for (u32 i = 0; i < RCU_AGE_ELEMENTS; i++) {
		a->element[i].all = a;
		a->element[i].taken = false;
	}
}

/* The copy of the first CPU stands for all. */
static u64 copy_of(const struct world *w, const struct rcu_element *e)
{
	const struct percpu_instance *v = percpu_of(w, 0);

	return v->be->ptr(v->ctx, e->addr, possible_cpu(w->possible, 0));
}

static void check_age(const struct rcu_element *e, const char *when)
{
	const u32 age = __atomic_load_n(&e->age, __ATOMIC_RELAXED);

	MM_CHECK(!age, CONTENTS, "a reader sees memory %u grace periods old %s its section", age,
		 when);
}

static void read_one(struct rcu_age *a, u32 slot, u64 *rng)
{
	const struct rcu_element *e;

	rcu_read_lock();
	e = rcu_dereference(a->slot[slot]);
	if (e) {
		announce_acquire(&a->slot[slot]);
		check_age(e, "at the beginning of");
		/* Let writers run. */
		for (u32 i = random_below(rng, STAY); i; i--)
			cpu_relax();
		if (e->addr)
			access_check(a->w->machine, copy_of(a->w, e), OBJECT_BYTES, e->id, true);
		check_age(e, "at the end of");
	}
	rcu_read_unlock();
	shared_add(&a->reads, 1);
}

/* In the RCU task, after a grace period. */
static void expire(struct rcu_head *head)
{
	struct rcu_element *e = container_of(head, struct rcu_element, head);
	const struct world *w = e->all->w;

	if (e->addr) {
		const struct percpu_instance *v = percpu_of(w, 0);
		enum percpu_freed how;

		access_check(w->machine, copy_of(w, e), OBJECT_BYTES, e->id, true);
		how = v->be->free(v->ctx, e->addr);
		MM_CHECK(how == PERCPU_FREED, RANGE, "free of the live object at 0x%llx: %s",
			 e->addr, percpu_freed_name(how));
	}
	__atomic_add_fetch(&e->age, 1, __ATOMIC_RELAXED);
	__atomic_store_n(&e->taken, false, __ATOMIC_RELEASE);
}

static struct rcu_element *take_element(struct rcu_age *a)
{
	for (u32 i = 0; i < RCU_AGE_ELEMENTS; i++)
		if (!__atomic_exchange_n(&a->element[i].taken, true, __ATOMIC_ACQ_REL))
			return &a->element[i];
	return NULL;
}

/* Every other slot has elements without an object: there only the age shows a defect. */
static void fill(struct rcu_age *a, struct rcu_element *e, u32 slot, u64 id)
{
	const bool object = a->w->nr_percpu && slot % 2;
	const struct percpu_instance *v = percpu_of(a->w, 0);

	__atomic_store_n(&e->age, 0, __ATOMIC_RELAXED);
	e->id = id;
	e->addr = object ? v->be->alloc(v->ctx, OBJECT_BYTES, 8, GFP_KERNEL) : 0;
	if (e->addr)
		access_fill(a->w->machine, copy_of(a->w, e), OBJECT_BYTES, e->id, true);
}

static void publish(struct rcu_age *a, u32 slot, struct rcu_element *e)
{
	struct rcu_element *old;

	if (e)
		announce_release(&a->slot[slot]);
	old = __atomic_exchange_n(&a->slot[slot], e, __ATOMIC_ACQ_REL);
	if (!old)
		return;
	announce_acquire(&a->slot[slot]);
	call_rcu(&old->head, expire);
}

void rcu_age_step(struct rcu_age *a, u64 *rng)
{
	const u32 slot = random_below(rng, RCU_AGE_SLOTS);
	struct rcu_element *e;

	for (u32 i = 0; i < RCU_AGE_SLOTS; i++)
		read_one(a, i, rng);
	if (random_below(rng, PUBLISH_ODDS))
		return;
	/* If all wait for a grace period, there is nothing to publish. */
	e = take_element(a);
	if (!e)
		return;
	fill(a, e, slot, random_next(rng));
	publish(a, slot, e);
	shared_add(&a->writes, 1);
}

void rcu_age_end(struct rcu_age *a)
{
	for (u32 i = 0; i < RCU_AGE_SLOTS; i++)
		publish(a, i, NULL);
	settle();
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * order.c - the happens-before prefix of a run; see order.h.
 */
#include "order.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sched/announce.h"

#define FIRST_BITS 8

/* The kinds of events, for their hashes. */
enum { EVENT_LOCAL = 1, EVENT_READ, EVENT_WRITE, EVENT_RELAX, EVENT_SPAWN };

static const struct hash128 none;

static u64 slot_of(const struct order *o, const volatile void *address)
{
	return ((u64)(uintptr_t)address * 0x9e3779b97f4a7c15ULL) >> (64 - o->bits);
}

/* The object's slot, or the empty one that it would have. */
static struct order_object *look_up(const struct order *o, const volatile void *address)
{
	u64 i = slot_of(o, address);

	while (o->object[i].gen == o->gen && o->object[i].address != address)
		i = (i + 1) & (BIT_ULL(o->bits) - 1);
	return &o->object[i];
}

static void grow(struct order *o)
{
	struct order old = {.object = o->object, .bits = o->bits};

	o->bits++;
	o->object = calloc(BIT_ULL(o->bits), sizeof(*o->object));
	if (!o->object) {
		fprintf(stderr, "mmstorm: no memory for the objects of a run\n");
		abort();
	}
	for (u64 i = 0; i < BIT_ULL(old.bits); i++)
		if (old.object[i].gen == o->gen)
			*look_up(o, old.object[i].address) = old.object[i];
	free(old.object);
}

struct order_object *order_object(struct order *o, const volatile void *address)
{
	struct order_object *x = look_up(o, address);

	if (x->gen == o->gen)
		return x;
	if (o->used >= BIT_ULL(o->bits) / 2) {
		void *seen = announce_unseen_begin();

		grow(o);
		announce_unseen_end(seen);
		x = look_up(o, address);
	}
	o->used++;
	*x = (struct order_object){.address = address,
				   .gen = o->gen,
				   .write_event = -1,
				   .read_event = -1,
				   .taken_event = -1};
	return x;
}

const struct order_object *order_find(const struct order *o, const volatile void *object)
{
	const struct order_object *x = look_up(o, object);

	return x->gen == o->gen ? x : NULL;
}

int order_init(struct order *o)
{
	memset(o, 0, sizeof(*o));
	o->bits = FIRST_BITS;
	o->object = calloc(BIT_ULL(o->bits), sizeof(*o->object));
	return o->object ? 0 : -ENOMEM;
}

void order_fini(struct order *o)
{
	free(o->object);
}

void order_begin(struct order *o)
{
	o->sum = none;
	o->events = o->writes = 0;
	o->waiting = 0;
	o->used = 0;
	o->gen++;
	o->task[SCHED_TASK_INIT] = (struct order_task){0};
	for (unsigned int i = SCHED_WORKER_FIRST; i <= SCHED_TASK_RCU; i++)
		o->task[i].past = none;
}

/* Workers and the callback task begin more than once: their own past counts as well. */
void order_spawned(struct order *o, unsigned int parent, unsigned int child)
{
	struct order_task *c = &o->task[child];
	bool again = child >= SCHED_WORKER_FIRST && child <= SCHED_TASK_RCU;

	c->past = hash_mix(o->task[parent].past, again ? c->past : none,
			   EVENT_SPAWN + ((u64)child << 8));
	c->nr = 0;
	c->many = false;
	o->waiting &= ~TASK_BIT(child);
}

static void add_event(struct order *o, struct order_task *t, struct hash128 e)
{
	t->past = e;
	o->sum = hash_add(o->sum, e);
	o->events++;
}

static void remember(struct order_task *t, const struct order_object *x)
{
	for (u32 i = 0; i < t->nr; i++) {
		if (t->seen[i].address == x->address) {
			t->seen[i].version = x->version;
			return;
		}
	}
	if (t->nr == ORDER_SEEN) {
		t->many = true;
		return;
	}
	t->seen[t->nr].address = x->address;
	t->seen[t->nr++].version = x->version;
}

static void forget(struct order_task *t)
{
	t->nr = 0;
	t->many = false;
}

void order_access(struct order *o, unsigned int task, const volatile void *object, bool write)
{
	struct order_task *t = &o->task[task];
	struct order_object *x;
	struct hash128 e;

	if (unlikely(o->waiting & TASK_BIT(task))) {
		o->waiting &= ~TASK_BIT(task);
		forget(t);
	}
	if (!object) {
		add_event(o, t, hash_mix(t->past, none, EVENT_LOCAL));
		return;
	}
	x = order_object(o, object);
	if (write) {
		e = hash_mix(t->past, hash_mix(x->write, x->reads, EVENT_WRITE), EVENT_WRITE);
		x->write = e;
		x->reads = none;
		x->version++;
		o->writes++;
		forget(t);
	} else {
		e = hash_mix(t->past, x->write, EVENT_READ);
		x->reads = hash_add(x->reads, e);
		remember(t, x);
	}
	add_event(o, t, e);
}

void order_relax(struct order *o, unsigned int task)
{
	struct order_task *t = &o->task[task];

	add_event(o, t, hash_mix(t->past, none, EVENT_RELAX));
	o->waiting |= TASK_BIT(task);
	t->writes = o->writes;
}

static bool waits(const struct order *o, const struct order_task *t)
{
	if (!t->nr || t->many)
		return t->writes == o->writes;
	for (u32 i = 0; i < t->nr; i++) {
		const struct order_object *x = look_up(o, t->seen[i].address);

		if (x->version != t->seen[i].version)
			return false;
	}
	return true;
}

task_set order_waits(const struct order *o, task_set set)
{
	task_set left = set & o->waiting, found = 0;
	unsigned int i;

	for_each_task (i, left)
		if (waits(o, &o->task[i]))
			found |= TASK_BIT(i);
	return found;
}

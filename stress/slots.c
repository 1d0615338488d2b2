/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * slots.c - see slots.h.
 *
 * The harness is not instrumented, so ThreadSanitizer is told of the order that an exchange gives.
 */
#include "slots.h"

#include <string.h>

#include "sched/announce.h"
#include "sched/random.h"

/* Slots that are looked at. */
#define TRIES 6

/* Of the slots of each type: the first one, and how many. */
static void divide(struct stress *st, const u32 weight[NR_OBJECT_TYPES], u32 live)
{
	u64 total = 0;
	u32 first = 0;

	for (u32 t = 0; t < NR_OBJECT_TYPES; t++)
		total += weight[t];
	for (u32 t = 0; t < NR_OBJECT_TYPES; t++) {
		st->first_slot[t] = first;
		st->nr_slots[t] = 0;
		if (!weight[t])
			continue;
		st->nr_slots[t] = max((u32)((u64)live * weight[t] / total), 1U);
		first += st->nr_slots[t];
	}
	st->shared->nr_slots = min(first, STRESS_MAX_LIVE);
}

void slots_prepare(struct stress *st, u32 live)
{
	u32 weight[NR_OBJECT_TYPES] = {0};

	for (u32 r = 0; r < st->nr_roles; r++)
		for (u32 i = 0; i < st->mix[r].nr; i++)
			weight[op_table[st->mix[r].op[i].op].makes] += st->mix[r].op[i].weight;
	weight[OBJECT_NONE] = 0;
	divide(st, weight, live);
	memset(st->shared->slot, 0, sizeof(st->shared->slot));
	for (u32 t = 0; t < NR_OBJECT_TYPES; t++)
		for (u32 i = 0; i < st->nr_slots[t]; i++)
			st->shared->slot[st->first_slot[t] + i].type = (u8)t;
}

static bool take(struct slot *s, u32 from)
{
	if (__atomic_load_n(&s->state, __ATOMIC_RELAXED) != from ||
	    !__atomic_compare_exchange_n(&s->state, &from, SLOT_BUSY, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_RELAXED))
		return false;
	announce_acquire(s);
	return true;
}

u32 slots_take(struct stress_thread *t, u32 type, bool live)
{
	const u32 first = t->st->first_slot[type], nr = t->st->nr_slots[type];
	u32 at = random_below(&t->rng, nr);

	for (u32 i = 0; i < TRIES; i++, at = at + 1 == nr ? 0 : at + 1) {
		struct slot *s = &t->st->shared->slot[first + at];

		/* Another thread's, at the first half of the tries. */
		if (live && i < TRIES / 2 &&
		    __atomic_load_n(&s->maker, __ATOMIC_RELAXED) == t->index)
			continue;
		if (!take(s, live ? SLOT_LIVE : SLOT_EMPTY))
			continue;
		if (live) {
			t->tries++;
			t->took += s->maker != t->index;
		}
		return first + at;
	}
	return SLOT_NONE;
}

void slots_put(struct stress_thread *t, u32 slot, bool live)
{
	struct slot *s = &t->st->shared->slot[slot];

	announce_release(s);
	__atomic_store_n(&s->state, live ? SLOT_LIVE : SLOT_EMPTY, __ATOMIC_RELEASE);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * live.c - live objects; see live.h.
 */
#include "live.h"

#include <stdlib.h>
#include <string.h>

#include "bridge_lock.h"
#include "sched/keep.h"

void live_reset(struct live *l)
{
	l->nr = 0;
	l->busy = false;
}

/* The first object at or above @addr. */
static u64 find(const struct live *l, unsigned long addr)
{
	u64 lo = 0, hi = l->nr;

	while (lo < hi) {
		const u64 mid = (lo + hi) / 2;

		if (l->object[mid].addr < addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void grow(struct live *l)
{
	const u64 max = 2 * l->max + 64;
	struct tree_object *more = keep_alloc(max * sizeof(*more));

	if (!more)
		abort();
	for (u64 i = 0; i < l->nr; i++)
		more[i] = l->object[i];
	keep_free(l->object);
	l->object = more;
	l->max = max;
}

void live_add(struct live *l, unsigned long addr, unsigned long size)
{
	u64 at;

	bridge_lock(&l->busy);
	if (l->nr == l->max)
		grow(l);
	at = find(l, addr);
	for (u64 i = l->nr++; i > at; i--)
		l->object[i] = l->object[i - 1];
	l->object[at] = (struct tree_object){addr, size};
	bridge_unlock(&l->busy);
}

bool live_remove(struct live *l, unsigned long addr, u64 *size)
{
	bool found;
	u64 at;

	bridge_lock(&l->busy);
	at = find(l, addr);
	found = at < l->nr && l->object[at].addr == addr;
	*size = found ? l->object[at].size : 0;
	if (found)
		for (l->nr--; at < l->nr; at++)
			l->object[at] = l->object[at + 1];
	bridge_unlock(&l->busy);
	return found;
}

bool live_covers(struct live *l, unsigned long addr)
{
	bool inside;
	u64 at;

	bridge_lock(&l->busy);
	at = find(l, addr + 1);
	/* Objects are as long as multiples of four bytes. */
	inside = at && addr - l->object[at - 1].addr < ALIGN(l->object[at - 1].size, 4UL);
	bridge_unlock(&l->busy);
	return inside;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * deferred_frees.c - two sums; see deferred_frees.h.
 */
#include "deferred_frees.h"

#include "world/at_once.h"

struct deferred {
	u32 frees;
	u64 bytes;
};

static struct deferred *deferred_of(const struct world *w)
{
	return subsystem_state(w, &deferred_frees);
}

static int reset(struct world *w)
{
	*deferred_of(w) = (struct deferred){0};
	return 0;
}

struct subsystem deferred_frees = {
	.state_size = sizeof(struct deferred),
	.wanted = world_has_allocators,
	.boot = reset,
};

void deferred_frees_note(struct world *w, u64 bytes)
{
	shared_add(&deferred_of(w)->frees, 1);
	shared_add(&deferred_of(w)->bytes, bytes);
}

u32 nr_deferred_frees(const struct world *w)
{
	return deferred_of(w)->frees;
}

u64 deferred_bytes(const struct world *w)
{
	return deferred_of(w)->bytes;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * background.c - ask each allocator what it owes; see background.h.
 */
#include "background.h"

#include "world/at_once.h"
#include "world/percpu_world.h"
#include "world/vmap_world.h"

/* Requests for per-CPU objects so far. */
struct background {
	u32 requests;
};

static struct background *state_of(const struct world *w)
{
	return subsystem_state(w, &background);
}

static int reset(struct world *w)
{
	state_of(w)->requests = 0;
	return 0;
}

static void check(struct world *w)
{
	const bool asked = shared_load(&state_of(w)->requests);

	if (world_compares(w))
		return;
	for_each_percpu (k, w) {
		const struct percpu_instance *v = percpu_of(w, k);
		const char *what = v->be->owed ? v->be->owed(v->ctx, asked) : NULL;

		MM_CHECK(!what, KICK, "%s: no background work is queued, and %s", v->be->name,
			 what);
	}
	for_each_space (k, w) {
		const struct vmap_instance *v = space_of(w, k);
		const char *what = v->be->owed ? v->be->owed(v->ctx) : NULL;

		MM_CHECK(!what, KICK, "%s space: no background work is queued, and %s", v->be->name,
			 what);
	}
}

static void check_after_op(struct world *w, u32 record)
{
	check(w);
}

static void check_quiet(struct world *w, bool quiet, s32 record)
{
	if (quiet)
		check(w);
}

struct subsystem background = {
	.state_size = sizeof(struct background),
	.wanted = world_has_allocators,
	.boot = reset,
	.after_op = check_after_op,
	.verify = check_quiet,
};

void background_note_request(struct world *w)
{
	shared_add(&state_of(w)->requests, 1);
}

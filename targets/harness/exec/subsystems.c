/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * subsystems.c - the subsystems of a world, one after the other; see subsystems.h.
 */
#include "subsystems.h"

#include <stdlib.h>

/* The first subsystem of a set of bits. */
static const struct subsystem *first(u32 set)
{
	return subsystems[__builtin_ctz(set)];
}

#define for_each_subsystem(sub, set)                                                               \
	for (u32 left = (set); left && ((sub) = first(left), true); left &= left - 1)

void subsystems_choose(struct world *w)
{
	struct subsystem_sets with = {0};

	for (u32 i = 0; i < nr_subsystems; i++) {
		const struct subsystem *sub = subsystems[i];
		const u32 bit = sub->wanted(w) ? 1U << i : 0;

		with.boot |= sub->boot ? bit : 0;
		with.after_op |= sub->after_op ? bit : 0;
		with.end |= sub->end ? bit : 0;
		with.verify |= sub->verify ? bit : 0;
		with.stats |= sub->stats ? bit : 0;
		with.take_down |= sub->take_down ? bit : 0;
	}
	w->run->with = with;
}

int subsystems_boot(struct world *w)
{
	const struct subsystem *sub;

	w->run->begun = ~0U;
	for_each_subsystem (sub, w->run->with.boot) {
		int err = sub->boot(w);

		if (err) {
			w->run->begun = (2U << sub->slot) - 1;
			return err;
		}
	}
	return 0;
}

void subsystems_after_op(struct world *w, u32 record)
{
	const struct subsystem *sub;

	for_each_subsystem (sub, w->run->with.after_op)
		sub->after_op(w, record);
}

void subsystems_end(struct world *w)
{
	const struct subsystem *sub;

	for_each_subsystem (sub, w->run->with.end)
		sub->end(w);
}

void subsystems_verify(struct world *w, bool quiet, s32 record)
{
	const struct subsystem *sub;

	for_each_subsystem (sub, w->run->with.verify)
		sub->verify(w, quiet, record);
}

void subsystems_stats(struct world *w, FILE *f)
{
	const struct subsystem *sub;

	for_each_subsystem (sub, w->run->with.stats)
		sub->stats(w, f);
}

void subsystems_take_down(struct world *w)
{
	u32 left = w->run->with.take_down & w->run->begun;

	while (left) {
		const u32 last = (u32)fls64(left) - 1;

		left &= ~(1U << last);
		subsystems[last]->take_down(w);
	}
}

bool subsystems_create(struct world *w)
{
	for (u32 i = 0; i < nr_subsystems; i++) {
		subsystems[i]->slot = i;
		if (!subsystems[i]->state_size)
			continue;
		w->run->state[i] = calloc(1, subsystems[i]->state_size);
		if (!w->run->state[i])
			return false;
	}
	return true;
}

void subsystems_destroy(struct world *w)
{
	for (u32 i = 0; i < nr_subsystems; i++) {
		bool has_state = !subsystems[i]->state_size || w->run->state[i];

		if (subsystems[i]->free && has_state)
			subsystems[i]->free(w);
		free(w->run->state[i]);
	}
}

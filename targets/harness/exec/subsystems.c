/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * subsystems.c - the subsystems of a world, one after the other; see subsystems.h.
 */
#include "subsystems.h"

#include <stdlib.h>

int subsystems_boot(struct world *w)
{
	w->run->nr_subsystems = 0;
	w->run->has_after_op = false;
	for (u32 i = 0; i < nr_subsystems; i++) {
		const struct subsystem *sub = subsystems[i];
		int err;

		if (!sub->wanted(w))
			continue;
		w->run->subsystem[w->run->nr_subsystems++] = sub;
		w->run->has_after_op |= sub->after_op != NULL;
		err = sub->boot ? sub->boot(w) : 0;
		if (err)
			return err;
	}
	return 0;
}

void subsystems_after_op(struct world *w, u32 record)
{
	for (u32 i = 0; i < w->run->nr_subsystems; i++)
		if (w->run->subsystem[i]->after_op)
			w->run->subsystem[i]->after_op(w, record);
}

void subsystems_end(struct world *w)
{
	for (u32 i = 0; i < w->run->nr_subsystems; i++)
		if (w->run->subsystem[i]->end)
			w->run->subsystem[i]->end(w);
}

void subsystems_verify(struct world *w, bool quiet, s32 record)
{
	for (u32 i = 0; i < w->run->nr_subsystems; i++)
		if (w->run->subsystem[i]->verify)
			w->run->subsystem[i]->verify(w, quiet, record);
}

void subsystems_stats(struct world *w, FILE *f)
{
	for (u32 i = 0; i < w->run->nr_subsystems; i++)
		if (w->run->subsystem[i]->stats)
			w->run->subsystem[i]->stats(w, f);
}

void subsystems_take_down(struct world *w)
{
	for (u32 i = w->run->nr_subsystems; i--;)
		if (w->run->subsystem[i]->take_down)
			w->run->subsystem[i]->take_down(w);
}

bool subsystems_create(struct world *w)
{
	for (u32 i = 0; i < nr_subsystems; i++) {
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * perform.c - see perform.h.
 */
#include "perform.h"

#include "bodies.h"

/* Requests failed by plan so far, for op_ran_alone(). */
static u64 failures(const struct world *w)
{
	struct machine_stats st;

	machine_stats(w->machine, &st);
	return st.failed;
}

void op_perform(struct world *w, struct op_call *c, bool irq)
{
	const bool at_once = run_at_once(w->run);
	u64 ticket = task_ticket();

	c->failures = at_once ? 0 : failures(w);
	c->ticket = &ticket;
	c->alone = !at_once && op_alone();
	c->gfp = irq ? GFP_ATOMIC : GFP_KERNEL;
	run_events_begin(w, c);
	op_bodies[c->op->op](w, c);
	run_events_end(w, c);
	w->run->count[c->op->task].done++;
	c->ticket = NULL;
}

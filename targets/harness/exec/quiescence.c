/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * quiescence.c - tickets compared; see quiescence.h.
 */
#include "quiescence.h"

#include "run.h"

bool op_alone(void)
{
	return oldest_ticket() == task_ticket();
}

bool op_still_alone(u32 record, u64 *ticket)
{
	task_set_op(record);
	*ticket = task_ticket() == *ticket + 1 ? task_ticket() : 0;
	return *ticket;
}

bool quiescence_lost(s32 record, u64 ticket)
{
	/* At the end of a program there is no operation, but there are workers and RCU. */
	return record < 0 ? task_ticket() != ticket : !op_still_alone(record, &ticket);
}

bool op_ran_alone(const struct world *w, const struct op_call *c)
{
	struct machine_stats st;

	machine_stats(w->machine, &st);
	return c->alone && st.failed == c->failures && op_still_alone(c->record, c->ticket);
}

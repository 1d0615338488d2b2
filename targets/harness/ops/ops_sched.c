/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ops_sched.c - operations on the task itself.
 */
#include "ops.h"
#include "world/topology_of.h"
#include "exec/run.h"

void op_migrate(struct world *w, const struct op_call *c)
{
	task_migrate(possible_cpu(w->possible, c->op->arg[0] % w->program->machine.cpus));
}

void op_cond_resched(struct world *w, const struct op_call *c)
{
	cond_resched();
}
